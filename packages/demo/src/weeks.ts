/** Visits and assignments of one region's weeks: history, the current week, and the next one half planned. */
import type { Absence, Assignment, Patient, Region, Requirement, Staff, Visit } from '@fieldfare/domain/tables';
import { keepApart, weekdaysApart } from '@fieldfare/domain/weekdays';
import { daysOfWeek, deterministicId, type IsoWeek, isoWeekday, type LocalDate } from '@fieldfare/kernel';
import { createDice, type Dice } from './dice.ts';
import type { Area } from './geography.ts';
import { daysApartOf } from './organisation.ts';
import { carersByRequirement, packWeek } from './packer.ts';
import { worksAt } from './patients.ts';

export type Stage = 'past' | 'current' | 'next';

/** Part of the visits that stand with a carer. */
const ASSIGNED: Readonly<Record<Stage, number>> = { past: 1, current: 0.88, next: 0.55 };

export interface Schedule {
  readonly visits: readonly Visit[];
  readonly assignments: readonly Assignment[];
}

/** The weekdays of `count` visits among `allowed`, evenly spread; more visits than days double up from the front. */
function spread(allowed: readonly number[], count: number, offset: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => {
    const step = count <= allowed.length ? (index * allowed.length) / count : index;
    return allowed[(Math.floor(step) + offset) % allowed.length] ?? 1;
  }).sort((a, b) => a - b);
}

/** Same ids as planning the week from the requirements gives, so that planning the demo's weeks again adds nothing. */
const visitId = (requirementId: string, week: IsoWeek, ordinal: number): string =>
  deterministicId('visit', requirementId, week, ordinal);
const assignmentId = (visit: string): string => deterministicId('assignment', visit, 0);

export function scheduleOf(options: {
  readonly seed: number;
  readonly region: Region;
  readonly area: Area;
  readonly staff: readonly Staff[];
  readonly patients: readonly Patient[];
  readonly requirements: readonly Requirement[];
  readonly absences: readonly Absence[];
  readonly weeks: readonly { readonly week: IsoWeek; readonly stage: Stage }[];
  readonly today: LocalDate;
}): Schedule {
  const { region, area, staff, requirements, absences, today } = options;
  const dice = createDice(options.seed, `weeks/${area.key}`);
  const patients = new Map(options.patients.map((patient) => [patient.id, patient]));
  const people = new Map(staff.map((person) => [person.id, person]));
  const carers = carersByRequirement(requirements, patients, staff);
  const weekdays = new Map(requirements.map((need) => [need.id, usualDays(need, people, dice)]));
  const visits: Visit[] = [];
  const assignments: Assignment[] = [];

  for (const { week, stage } of options.weeks) {
    const days = daysOfWeek(week);
    const planned = requirements.flatMap((need) =>
      (weekdays.get(need.id) ?? []).map((weekday, ordinal) => plannedVisit(need, region, week, days, weekday, ordinal)),
    );
    const placements = packWeek({ area, visits: planned, patients, carers, absences });
    const kept = keepShare(planned, placements, ASSIGNED[stage], today, dice);
    for (const visit of planned) {
      const placement = kept.get(visit.id);
      if (placement) {
        visits.push({ ...visit, start: placement.start });
        assignments.push({
          id: assignmentId(visit.id),
          regionId: region.id,
          week,
          visitId: visit.id,
          slot: 0,
          staffId: placement.staffId,
          pinned: stage === 'past' || dice.chance(0.03),
          source: dice.chance(0.5) ? 'person' : 'engine',
        });
      } else {
        // History has no open visits: what nobody could do was called off that morning.
        visits.push(stage === 'past' ? { ...visit, cancelledAt: `${visit.date}T12:00:00Z` } : visit);
      }
    }
  }
  return { visits, assignments };
}

/** The days a requirement is met, the same each week: those its usual carer works, when there are enough. */
function usualDays(need: Requirement, people: ReadonlyMap<string, Staff>, dice: Dice): readonly number[] {
  const [window] = need.windows;
  const allowed = window && window.weekdays.length > 0 ? window.weekdays : [1, 2, 3, 4, 5, 6, 7];
  const usual = people.get(need.preferredStaffId ?? '');
  const worked =
    usual && window
      ? allowed.filter((weekday) => worksAt(usual, weekday, window.from, window.to, need.minutes))
      : allowed;
  const days = worked.length >= need.visitsPerWeek ? worked : allowed;
  const offset = dice.int(0, days.length - 1);
  const apart = daysApartOf(need.serviceCode);
  if (apart < 2) return spread(days, need.visitsPerWeek, offset);
  const usualDays = weekdaysApart(days, need.visitsPerWeek, apart, offset);
  return keepApart(usualDays, apart) ? usualDays : weekdaysApart(allowed, need.visitsPerWeek, apart, offset);
}

function plannedVisit(
  need: Requirement,
  region: Region,
  week: IsoWeek,
  days: readonly LocalDate[],
  weekday: number,
  ordinal: number,
): Visit {
  const [window] = need.windows;
  return {
    id: visitId(need.id, week, ordinal),
    regionId: region.id,
    week,
    patientId: need.patientId,
    requirementId: need.id,
    serviceCode: need.serviceCode,
    date: days.find((day) => isoWeekday(day) === weekday) ?? null,
    start: null,
    minutes: need.minutes,
    windowFrom: window?.from ?? '08:00',
    windowTo: window?.to ?? '18:00',
    providerPreference: need.providerPreference,
    priority: need.priority,
    note: '',
    cancelledAt: null,
  };
}

/** Takes placements back, those of the days still to come first, until `share` of the visits is left assigned. */
function keepShare<P extends { readonly visitId: string }>(
  visits: readonly Visit[],
  placements: readonly P[],
  share: number,
  today: LocalDate,
  dice: Dice,
): ReadonlyMap<string, P> {
  const dates = new Map(visits.map((visit) => [visit.id, visit.date ?? '']));
  const target = Math.round(visits.length * share);
  const past = ({ visitId }: P): boolean => (dates.get(visitId) ?? '') < today;
  const shuffled = dice.shuffled(placements);
  const order = [...shuffled.filter(past), ...shuffled.filter((placement) => !past(placement))];
  return new Map(order.slice(0, target).map((placement) => [placement.visitId, placement]));
}
