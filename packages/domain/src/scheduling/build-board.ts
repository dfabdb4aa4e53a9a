/** Rows in, board out. Pure. */
import { type LocalDate, type LocalTime, maxHlc } from '@fieldfare/kernel';
import { byId, compareText, groupBy } from '../collections.ts';
import type { Region, ServiceType } from '../orgs/index.ts';
import type { Partner } from '../partners/index.ts';
import type { Patient } from '../patients/index.ts';
import { patientName } from '../patients/index.ts';
import type { Absence, AvailabilityInterval, Staff } from '../workforce/index.ts';
import { absentOn, staffName } from '../workforce/index.ts';
import type { BoardConflict, BoardDay, BoardLane, BoardPair, BoardVisit, WeekBoard } from './board.ts';
import { compareLanes, compareVisits } from './board-patch.ts';
import { explainConflict } from './conflicts/explain.ts';
import type { DerivedConflict } from './conflicts/facts.ts';
import type { Names } from './conflicts/field-words.ts';
import { createDayClock } from './day-clock.ts';
import { pairsAmong, stepOf } from './pairs.ts';
import type { Assignment, ConflictResolution, Visit } from './tables.ts';

export type LanePerson = Pick<
  Staff,
  | 'id'
  | 'givenName'
  | 'familyName'
  | 'role'
  | 'team'
  | 'employmentType'
  | 'partnerId'
  | 'capacityMinutes'
  | 'availability'
  | 'active'
> & { readonly deletedAt: string | null };

export type BoardVisitRow = Pick<
  Visit,
  | 'id'
  | 'patientId'
  | 'serviceCode'
  | 'date'
  | 'start'
  | 'minutes'
  | 'windowFrom'
  | 'windowTo'
  | 'priority'
  | 'providerPreference'
  | 'note'
  | 'pairOf'
  | 'pairing'
> & { readonly stamp: string };

export type BoardAssignmentRow = Pick<Assignment, 'visitId' | 'staffId' | 'pinned'> & { readonly stamp: string };

export interface BoardRows {
  readonly region: Pick<Region, 'id' | 'name' | 'zone'>;
  readonly services: readonly Pick<ServiceType, 'code' | 'name' | 'colour'>[];
  readonly partners: readonly Pick<Partner, 'id' | 'name'>[];
  /** Inactive and deleted people too: they may still hold visits. */
  readonly people: readonly LanePerson[];
  readonly absences: readonly Pick<Absence, 'staffId' | 'fromDate' | 'toDate' | 'reason'>[];
  readonly visits: readonly BoardVisitRow[];
  readonly assignments: readonly BoardAssignmentRow[];
  readonly conflicts: readonly DerivedConflict[];
  readonly resolutions: readonly Pick<
    ConflictResolution,
    'conflictId' | 'choice' | 'reason' | 'actorId' | 'resolvedAt'
  >[];
  readonly users: ReadonlyMap<string, string>;
  readonly patients: readonly Pick<Patient, 'id' | 'givenName' | 'familyName' | 'risk' | 'municipality'>[];
}

const UNKNOWN_CARER = 'Unknown carer';

/** Highest stamp of a visit and its assignment (`BoardVisit.stamp`). */
export const boardStamp = (visit: string, assignment: string | undefined): string =>
  assignment === undefined ? visit : maxHlc(visit, assignment);

function conflictsIn(rows: BoardRows, names: Names): readonly BoardConflict[] {
  const resolutions = new Map(rows.resolutions.map((row) => [row.conflictId, row]));
  const explained = rows.conflicts.map((conflict) => {
    const word = resolutions.get(conflict.id);
    return explainConflict(
      conflict,
      names,
      rows.region.zone,
      word ? { choice: word.choice, reason: word.reason, by: names.user(word.actorId), at: word.resolvedAt } : null,
    );
  });
  return [
    ...explained.filter(({ resolution }) => resolution === null),
    ...explained.filter(({ resolution }) => resolution !== null),
  ];
}

/** By visit id, what its card tells of the other carer's visit. */
function pairsIn(rows: BoardRows, placeOf: (visit: BoardVisitRow) => Place, names: Names): Map<string, BoardPair> {
  const clock = createDayClock(rows.region.zone);
  return new Map(
    pairsAmong(rows.visits).flatMap(({ first, second, pairing }) => {
      const [one, two] = [placeOf(first), placeOf(second)];
      const status =
        one === null && two === null
          ? 'open'
          : one === null || two === null
            ? 'half'
            : inStep(one, two)
              ? 'whole'
              : 'apart';
      const seen = (visit: BoardVisitRow, place: Place, order: BoardPair['order']): BoardPair => ({
        visitId: visit.id,
        order,
        pairing,
        staffId: place?.staffId ?? null,
        name: place === null ? null : names.staff(place.staffId),
        date: visit.date,
        start: visit.start,
        status,
      });
      return [
        [first.id, seen(second, two, 'first')],
        [second.id, seen(first, one, 'second')],
      ] as const;

      function inStep(a: NonNullable<Place>, b: NonNullable<Place>): boolean {
        const apart = clock.minuteAt(b.date, b.start) - clock.minuteAt(a.date, a.start);
        const { least, most } = stepOf(pairing, first.minutes);
        return a.staffId !== b.staffId && apart >= least && apart <= most;
      }
    }),
  );
}

/** Null: in the tray. */
type Place = { readonly staffId: string; readonly date: LocalDate; readonly start: LocalTime } | null;

function visitsIn(rows: BoardRows, conflicts: readonly BoardConflict[], names: Names): BoardVisit[] {
  const assigned = new Map(rows.assignments.map((row) => [row.visitId, row]));
  const patients = byId(rows.patients);
  const services = new Map(rows.services.map((service) => [service.code, service]));
  const open = new Map<string, string[]>();
  for (const { id, visitIds, resolution } of conflicts) {
    if (resolution) continue;
    for (const visitId of visitIds) open.set(visitId, [...(open.get(visitId) ?? []), id]);
  }
  const placeOf = ({ id, date, start }: BoardVisitRow): Place => {
    const staffId = assigned.get(id)?.staffId ?? null;
    // Without a day and a start it has no place in a lane: it waits in the tray, whoever it is meant for.
    return staffId === null || date === null || start === null ? null : { staffId, date, start };
  };
  const pairs = pairsIn(rows, placeOf, names);
  return rows.visits
    .map((visit): BoardVisit => {
      const assignment = assigned.get(visit.id);
      const patient = patients.get(visit.patientId);
      const service = services.get(visit.serviceCode);
      return {
        id: visit.id,
        patientId: visit.patientId,
        patientName: names.patient(visit.patientId),
        patientRisk: patient?.risk ?? 'low',
        municipality: patient?.municipality ?? '',
        serviceCode: visit.serviceCode,
        serviceName: service?.name ?? visit.serviceCode,
        colour: service?.colour ?? 'gray',
        date: visit.date,
        start: visit.start,
        minutes: visit.minutes,
        windowFrom: visit.windowFrom,
        windowTo: visit.windowTo,
        priority: visit.priority,
        providerPreference: visit.providerPreference,
        note: visit.note,
        staffId: placeOf(visit)?.staffId ?? null,
        pinned: assignment?.pinned ?? false,
        pair: pairs.get(visit.id) ?? null,
        conflictIds: (open.get(visit.id) ?? []).sort(compareText),
        stamp: boardStamp(visit.stamp, assignment?.stamp),
      };
    })
    .sort(compareVisits);
}

const stretchesOn = (
  availability: readonly AvailabilityInterval[],
  weekday: number,
): readonly { readonly from: string; readonly to: string }[] =>
  availability
    .filter((interval) => interval.weekday === weekday)
    .map(({ from, to }) => ({ from, to }))
    .sort((a, b) => compareText(a.from, b.from));

function lanesIn(rows: BoardRows, visits: readonly BoardVisit[], days: readonly BoardDay[]): BoardLane[] {
  const booked = new Map<string, number>();
  for (const { staffId, minutes } of visits) {
    if (staffId !== null) booked.set(staffId, (booked.get(staffId) ?? 0) + minutes);
  }
  const partners = byId(rows.partners);
  const away = groupBy(rows.absences, ({ staffId }) => staffId);
  const lanes = rows.people
    .filter(({ id, active, deletedAt }) => booked.has(id) || (active && deletedAt === null))
    .map((person): BoardLane => {
      const present = person.active && person.deletedAt === null;
      const absence = days.map(
        ({ date }) => (away.get(person.id) ?? []).find((one) => absentOn(one, date))?.reason ?? null,
      );
      return {
        staffId: person.id,
        name: staffName(person),
        role: person.role,
        team: person.team,
        employmentType: person.employmentType,
        partnerName: person.partnerId === null ? null : (partners.get(person.partnerId)?.name ?? 'Partner'),
        capacityMinutes: person.capacityMinutes,
        bookedMinutes: booked.get(person.id) ?? 0,
        availability: days.map(({ weekday }, day) =>
          present && absence[day] === null ? stretchesOn(person.availability, weekday) : [],
        ),
        absence,
      };
    });
  const known = new Set(rows.people.map(({ id }) => id));
  for (const [staffId, bookedMinutes] of booked) {
    if (known.has(staffId)) continue;
    // Somebody this replica does not hold: their visits must still be seen.
    lanes.push({
      staffId,
      name: UNKNOWN_CARER,
      role: '',
      team: '',
      employmentType: '',
      partnerName: null,
      capacityMinutes: 0,
      bookedMinutes,
      availability: days.map(() => []),
      absence: days.map(() => null),
    });
  }
  return lanes.sort(compareLanes);
}

/** Names by id, with a stand-in for what is not here. */
export function namesOf(rows: Pick<BoardRows, 'people' | 'patients' | 'services' | 'users'>): Names {
  const people = byId(rows.people);
  const patients = byId(rows.patients);
  const services = new Map(rows.services.map(({ code, name }) => [code, name]));
  return {
    staff(id) {
      const person = people.get(id);
      return person ? staffName(person) : UNKNOWN_CARER;
    },
    patient(id) {
      const patient = patients.get(id);
      return patient ? patientName(patient) : 'Unknown patient';
    },
    user: (id) => rows.users.get(id) ?? 'Somebody',
    service: (code) => services.get(code) ?? code,
  };
}

export function buildBoard(
  rows: BoardRows,
  frame: {
    readonly week: string;
    readonly days: readonly BoardDay[];
    readonly writable: boolean;
    readonly sealed: boolean;
  },
): WeekBoard {
  const names = namesOf(rows);
  const conflicts = conflictsIn(rows, names);
  const visits = visitsIn(rows, conflicts, names);
  return {
    regionId: rows.region.id,
    regionName: rows.region.name,
    week: frame.week,
    zone: rows.region.zone,
    days: frame.days,
    lanes: lanesIn(rows, visits, frame.days),
    visits,
    conflicts,
    writable: frame.writable,
    sealed: frame.sealed,
  };
}
