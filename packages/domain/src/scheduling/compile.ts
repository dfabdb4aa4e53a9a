/**
 * Rows and a zone in, the engine's problem out. Pure. Local dates and times become elapsed minutes here and nowhere
 * else on the way to the engine, so days of 23 and 25 hours need no care further on.
 */

import type {
  Break,
  EnginePartner,
  EngineStaff,
  EngineVisit,
  Interval,
  Shift,
  Spacing,
  WeekProblem,
  Weights,
} from '@fieldfare/engine-scheduling';
import { addDays, daysOfWeek, type EpochMinute, type IsoWeek, type LocalDate, localAt } from '@fieldfare/kernel';
import { groupBy, memo } from '../collections.ts';
import type { Region, ServiceType } from '../orgs/index.ts';
import type { Partner } from '../partners/index.ts';
import type { Patient } from '../patients/index.ts';
import { type LatLng, type TravelPort, travelBetween } from '../travel/index.ts';
import { type Absence, absentOn, type Staff, type StaffBreak } from '../workforce/index.ts';
import { createDayClock, type DayClock } from './day-clock.ts';
import { pairsAmong, stepOf } from './pairs.ts';
import type { RulesInForce } from './rule-settings.ts';
import type { BlockedPair, PublishedRound, Requirement, Visit } from './tables.ts';

export type WeekPerson = Pick<
  Staff,
  | 'id'
  | 'givenName'
  | 'familyName'
  | 'role'
  | 'partnerId'
  | 'capacityMinutes'
  | 'overtimeMinutes'
  | 'availability'
  | 'homeLat'
  | 'homeLng'
  | 'active'
  | 'languages'
  | 'skills'
  | 'startsFrom'
  | 'breaks'
> & { readonly deletedAt: string | null };

export type WeekVisit = Pick<
  Visit,
  | 'id'
  | 'week'
  | 'patientId'
  | 'requirementId'
  | 'serviceCode'
  | 'date'
  | 'start'
  | 'minutes'
  | 'windowFrom'
  | 'windowTo'
  | 'providerPreference'
  | 'priority'
  | 'pairOf'
  | 'pairing'
> & {
  readonly staffId: string | null;
  readonly pinned: boolean;
  /** `BoardVisit.stamp` */
  readonly stamp: string;
};

/** What the engine's problem is made from: one region's week, and the days that touch it. */
export interface WeekRows {
  readonly week: IsoWeek;
  readonly region: Region;
  readonly services: readonly Pick<ServiceType, 'code' | 'name' | 'roles' | 'spacingMinutes' | 'spacingDays'>[];
  readonly people: readonly WeekPerson[];
  readonly absences: readonly Pick<Absence, 'staffId' | 'fromDate' | 'toDate' | 'reason'>[];
  /**
   * Standing visits of the week, and placed ones of the Sunday before and the Monday after; of services whose visits keep
   * days between them, as many days more.
   */
  readonly visits: readonly WeekVisit[];
  readonly patients: readonly Pick<Patient, 'id' | 'givenName' | 'familyName' | 'lat' | 'lng' | 'risk'>[];
  readonly requirements: readonly Pick<Requirement, 'id' | 'preferredStaffId' | 'skills' | 'continuity' | 'startsOn'>[];
  /** Of the patients of the visits. */
  readonly blocked: readonly Pick<BlockedPair, 'patientId' | 'staffId'>[];
  /** What carers were told of this week. */
  readonly told: readonly Pick<PublishedRound, 'staffId' | 'visits'>[];
  readonly rules: RulesInForce;
  readonly partners: readonly Pick<
    Partner,
    'id' | 'name' | 'centsAnHour' | 'active' | 'regionIds' | 'serviceCodes' | 'capacityMinutes' | 'noticeDays'
  >[];
  /** In the region's zone: notice counts from it. */
  readonly today: LocalDate;
  /** What the engine's components are worth here. */
  readonly weights: Weights;
}

export interface CompiledProblem {
  readonly problem: WeekProblem;
  /**
   * Minutes of visits outside the week that stand in the problem, by staff: added to the capacity the engine sees,
   * because it counts every placed visit.
   */
  readonly outsideMinutes: ReadonlyMap<string, number>;
  /** The same by partner. */
  readonly partnerOutsideMinutes: ReadonlyMap<string, number>;
}

/** What continuity counts times. */
const CONTINUITY = { low: 0, usual: 1, high: 3 } as const;
/** Among visits of one priority. */
const RISK = { low: 1, moderate: 2, high: 3 } as const;
/** `SCH-FIRST`: care begins within a day of what asks for it; its visits of those two days outweigh others so much. */
const FIRST_SERVICE = 3;

/** What leaving a visit out counts among those of its priority: by the patient's risk, and whether care begins with it. */
function stakesOf(
  { date }: Pick<WeekVisit, 'date'>,
  risk: Patient['risk'] | undefined,
  need: Pick<Requirement, 'startsOn'> | undefined,
  dayAfter: (date: LocalDate) => LocalDate,
): number {
  const begins = need !== undefined && date !== null && date >= need.startsOn && date <= dayAfter(need.startsOn);
  return RISK[risk ?? 'low'] * (begins ? FIRST_SERVICE : 1);
}

const PRIORITY = { routine: 1, high: 2, urgent: 3 } as const;

/** As far as a service's visits can be asked to lie apart. */
const MOST_DAYS_APART = 7;

/** `SCH-SPACING` as the service asks for it. */
const spacingOf = ({
  code,
  spacingMinutes,
  spacingDays,
}: Pick<ServiceType, 'code' | 'spacingMinutes' | 'spacingDays'>): Spacing | null =>
  spacingMinutes || spacingDays ? { group: code, minutes: spacingMinutes ?? 0, days: spacingDays ?? 0 } : null;

/** A service nobody knows may be delivered by nobody. */
const NO_ROLE = '-';

/** Bookable stretches of one person from the day before the week to the day after, absences taken out. */
export function shiftsOf(
  person: Pick<WeekPerson, 'availability' | 'breaks' | 'active' | 'deletedAt'>,
  absences: readonly Pick<Absence, 'fromDate' | 'toDate'>[],
  days: readonly LocalDate[],
  clock: DayClock,
): readonly Shift[] {
  if (!person.active || person.deletedAt !== null) return [];
  const stretches = days
    .filter((date) => !absences.some((absence) => absentOn(absence, date)))
    .flatMap((date) => {
      const today = clock.weekdayOf(date);
      return person.availability
        .filter(({ weekday }) => weekday === today)
        .map(({ from, to }) => ({ start: clock.minuteAt(date, from), end: clock.minuteAt(date, to) }));
    })
    .filter(({ start, end }) => start < end)
    .sort((a, b) => a.start - b.start || a.end - b.end);
  const joined: { start: EpochMinute; end: EpochMinute; break?: Break }[] = [];
  for (const stretch of stretches) {
    const last = joined.at(-1);
    // A night is written as two stretches that meet at midnight: one shift.
    if (last && stretch.start <= last.end) last.end = Math.max(last.end, stretch.end);
    else joined.push({ ...stretch });
  }
  for (const date of days) {
    const pause = breakOn(person.breaks ?? [], date, clock);
    // One a shift: that of the day on which it begins goes before the one of the morning after.
    const shift = pause && joined.find((one) => !one.break && roomIn(one, pause) >= pause.minutes);
    if (pause && shift) shift.break = pause;
  }
  return joined;
}

const roomIn = (shift: Interval, { start, end }: Interval): number =>
  Math.min(shift.end, end) - Math.max(shift.start, start);

function breakOn(breaks: readonly StaffBreak[], date: LocalDate, clock: DayClock): Break | undefined {
  const weekday = clock.weekdayOf(date);
  const found = breaks.find(({ weekdays }) => weekdays.length === 0 || weekdays.includes(weekday));
  if (!found) return undefined;
  const { from, to, minutes } = found;
  return { start: clock.minuteAt(date, from), end: clock.minuteAt(date, to), minutes };
}

/** When a visit may start: on its own day, or on each of `days`. */
export function windowsOf(
  visit: Pick<WeekVisit, 'windowFrom' | 'windowTo'>,
  days: readonly LocalDate[],
  clock: DayClock,
): readonly Interval[] {
  return days.map((date) => {
    const start = clock.minuteAt(date, visit.windowFrom);
    return { start, end: Math.max(start, clock.minuteAt(date, visit.windowTo)) };
  });
}

/** True when the wall clock names `minute` without doubt: not in the second showing of a repeated hour. */
export function isPlain(minute: EpochMinute, clock: DayClock): boolean {
  const { date, time } = localAt(minute, clock.zone);
  return clock.minuteAt(date, time) === minute;
}

/**
 * The week as the engine sees it.
 * `anyDay`: visits that may go to every day of the week, whatever day they are planned for (a person drags them).
 */
export function compileProblem(
  rows: WeekRows,
  travel: TravelPort,
  options: { readonly anyDay?: ReadonlySet<string> } = {},
): CompiledProblem {
  const { week, region } = rows;
  const clock = createDayClock(region.zone);
  const days = daysOfWeek(week);
  const [monday = '', sunday = ''] = [days[0], days[6]];
  const horizon = { start: clock.minuteAt(monday, '00:00'), end: clock.minuteAt(sunday, '24:00') };
  const around = [addDays(monday, -1), ...days, addDays(sunday, 1)];
  const near = Array.from({ length: days.length + 2 * MOST_DAYS_APART }, (_, day) =>
    addDays(monday, day - MOST_DAYS_APART),
  );

  const dayAfter = memo((date: LocalDate) => addDays(date, 1));

  const places: LatLng[] = [];
  const placeIndex = new Map<string, number>();
  const placeOf = memo(({ lat, lng }: LatLng): number => {
    const key = `${lat},${lng}`;
    const known = placeIndex.get(key);
    if (known !== undefined) return known;
    placeIndex.set(key, places.length);
    return places.push({ lat, lng }) - 1;
  });

  const people = new Set(rows.people.map(({ id }) => id));
  const roles = new Map(rows.services.map((service) => [service.code, service.roles]));
  const spacings = new Map(rows.services.map((service) => [service.code, spacingOf(service)]));
  const homes = new Map(rows.patients.map((patient) => [patient.id, patient]));
  const needs = new Map(rows.requirements.map((row) => [row.id, row]));
  const blocked = groupBy(rows.blocked, ({ patientId }) => patientId);
  const told = new Map(
    rows.told.flatMap(({ staffId, visits }) =>
      visits.map(({ visitId, date, start }) => [visitId, { staffId, start: clock.minuteAt(date, start) }] as const),
    ),
  );
  const pairs = new Map(
    pairsAmong(rows.visits).map(({ first, second, pairing }) => {
      const { least, most } = stepOf(pairing, first.minutes);
      return [second.id, { firstId: first.id, leastMinutes: least, mostMinutes: most }] as const;
    }),
  );
  const outsideMinutes = new Map<string, number>();

  const visits = rows.visits.flatMap((visit): EngineVisit[] => {
    const placed =
      visit.staffId !== null && visit.date !== null && visit.start !== null
        ? { staffId: visit.staffId, start: clock.minuteAt(visit.date, visit.start) }
        : null;
    // With somebody this replica does not hold there is nobody to check against.
    if (placed && !people.has(placed.staffId)) return [];
    const inside = visit.week === week;
    if (!inside) {
      if (!placed) return [];
      outsideMinutes.set(placed.staffId, (outsideMinutes.get(placed.staffId) ?? 0) + visit.minutes);
    }
    const need = visit.requirementId === null ? undefined : needs.get(visit.requirementId);
    const open = options.anyDay?.has(visit.id) || visit.date === null ? days : [visit.date];
    return [
      {
        id: visit.id,
        patientId: visit.patientId,
        place: placeOf(homes.get(visit.patientId) ?? region),
        minutes: visit.minutes,
        service: visit.serviceCode,
        roles: roles.get(visit.serviceCode) ?? [NO_ROLE],
        provider: visit.providerPreference,
        priority: PRIORITY[visit.priority],
        stakes: stakesOf(visit, homes.get(visit.patientId)?.risk, need, dayAfter),
        continuity: CONTINUITY[need?.continuity ?? 'usual'],
        startWindows: inside ? windowsOf(visit, open, clock) : [],
        // The wish is for one of the two carers.
        preferredStaffId: visit.pairOf ? null : (need?.preferredStaffId ?? null),
        skills: need?.skills ?? [],
        blockedStaffIds: (blocked.get(visit.patientId) ?? []).map(({ staffId }) => staffId),
        spacing: spacings.get(visit.serviceCode) ?? null,
        pair: pairs.get(visit.id) ?? null,
        placed,
        told: told.get(visit.id) ?? null,
        fixed: !inside || visit.pinned,
      },
    ];
  });

  const away = groupBy(rows.absences, ({ staffId }) => staffId);
  const prices = new Map(rows.partners.map(({ id, centsAnHour }) => [id, centsAnHour ?? 0]));
  const staff = rows.people.map(
    (person): EngineStaff => ({
      id: person.id,
      role: person.role,
      skills: [...person.languages, ...(person.skills ?? [])],
      partner: person.partnerId !== null,
      ...(person.partnerId !== null ? { partnerId: person.partnerId } : {}),
      shifts: shiftsOf(person, away.get(person.id) ?? [], around, clock),
      capacityMinutes: person.capacityMinutes + (outsideMinutes.get(person.id) ?? 0),
      overtimeMinutes: person.overtimeMinutes ?? 0,
      centsAnHour: (person.partnerId !== null && prices.get(person.partnerId)) || 0,
      homePlace: placeOf(person.startsFrom === 'office' ? region : { lat: person.homeLat, lng: person.homeLng }),
    }),
  );

  const partnerOutsideMinutes = new Map<string, number>();
  for (const { id, partnerId } of rows.people) {
    const outside = outsideMinutes.get(id) ?? 0;
    if (partnerId !== null) partnerOutsideMinutes.set(partnerId, (partnerOutsideMinutes.get(partnerId) ?? 0) + outside);
  }
  const partners = rows.partners.map(
    ({ id, active, regionIds, serviceCodes, capacityMinutes, noticeDays }): EnginePartner => ({
      id,
      services: active && regionIds.includes(region.id) ? serviceCodes : [],
      ...(typeof capacityMinutes === 'number'
        ? { capacityMinutes: capacityMinutes + (partnerOutsideMinutes.get(id) ?? 0) }
        : {}),
      ...(noticeDays ? { earliest: clock.minuteAt(addDays(rows.today, noticeDays), '00:00') } : {}),
    }),
  );

  return {
    problem: {
      horizon,
      partners,
      midnights: [...near, addDays(near.at(-1) ?? sunday, 1)].map((date) => clock.minuteAt(date, '00:00')),
      ...rows.rules,
      weights: rows.weights,
      staff,
      visits,
      ...travelBetween(travel, places),
    },
    outsideMinutes,
    partnerOutsideMinutes,
  };
}
