/**
 * Outcome measures of one week in one region. Every measure keeps what it was made of, so that weeks and regions can
 * be added up; nothing to measure is null, never zero.
 *
 *  INS-COVERED     visits that were cancelled or have no carer and time ÷ all visits of the week
 *  INS-FIRST       of requirements that begin in the week: days from `startsOn` to the first covered visit, mean
 *  INS-CONTINUITY  mean over patients with at least two covered visits of the Bice–Boxerman continuity of care index
 *                  (Medical Care 15 (1977) 347–349): (Σ n_j² − n) ÷ (n (n − 1)), n_j visits of n by carer j; 1: one carer
 *  INS-TRAVEL      minutes on the way, home to home, a covered visit of our own staff
 *  INS-OVERTIME    minutes of visits beyond a carer's capacity, own staff
 *  INS-USE         minutes of visits ÷ minutes of capacity, own staff without the absent days' part
 *  INS-PARTNER     minutes by partner organisations ÷ all covered minutes
 */
import { daysBetween, type EpochMinute, type LocalDate } from '@fieldfare/kernel';
import { groupBy } from '../collections.ts';

export interface VisitFact {
  readonly patientId: string;
  readonly requirementId: string | null;
  readonly date: LocalDate | null;
  /** Null: no time yet. */
  readonly start: EpochMinute | null;
  readonly minutes: number;
  readonly cancelled: boolean;
  readonly staffId: string | null;
}

export interface CarerFact {
  readonly id: string;
  readonly partner: boolean;
  /** Minutes of visits this week, absent days taken off. */
  readonly capacityMinutes: number;
}

export interface WeekFacts {
  readonly visits: readonly VisitFact[];
  readonly carers: readonly CarerFact[];
  /** Requirements that begin in this week; `firstVisit`: date of the first covered visit, in this week or a later one. */
  readonly beginnings: readonly { readonly startsOn: LocalDate; readonly firstVisit: LocalDate | null }[];
  /** Minutes on the way between two places, null for a carer's home. */
  readonly travel: (staffId: string, from: string | null, to: string | null, departure: EpochMinute) => number;
}

/** `part ÷ of`; null when there is nothing to measure. */
export interface Measure {
  readonly value: number | null;
  readonly part: number;
  readonly of: number;
}

export interface WeekOutcomes {
  readonly uncovered: Measure;
  /** Days. */
  readonly daysToFirstVisit: Measure;
  /** Requirements that began and have no covered visit yet. */
  readonly waitingForFirst: number;
  /** 0 to 1. */
  readonly continuity: Measure;
  /** Minutes. */
  readonly travelPerVisit: Measure;
  /** Minutes, and of whose capacity. */
  readonly overtime: Measure;
  readonly use: Measure;
  readonly partnerShare: Measure;
}

interface Covered extends VisitFact {
  readonly staffId: string;
  readonly date: LocalDate;
  readonly start: EpochMinute;
}

/** Has a carer, a day and a time, and was not cancelled. */
export const isCovered = <V extends VisitFact>(visit: V): visit is V & Covered =>
  !visit.cancelled && visit.staffId !== null && visit.date !== null && visit.start !== null;

const ratio = (part: number, of: number): Measure => ({ value: of === 0 ? null : part / of, part, of });
const sum = <T>(items: readonly T[], of: (item: T) => number): number =>
  items.reduce((total, item) => total + of(item), 0);

/** Bice and Boxerman's index of one patient's visits; null below two visits. */
export function continuityIndex(carers: readonly string[]): number | null {
  const n = carers.length;
  if (n < 2) return null;
  const squares = sum([...groupBy(carers, (carer) => carer).values()], (own) => own.length ** 2);
  return (squares - n) / (n * (n - 1));
}

function travelMinutes(covered: readonly Covered[], travel: WeekFacts['travel']): number {
  let total = 0;
  for (const [, day] of groupBy(covered, (visit) => `${visit.staffId} ${visit.date}`)) {
    const route = day.toSorted((a, b) => a.start - b.start);
    let place: string | null = null;
    let free: EpochMinute | null = null;
    for (const visit of route) {
      total += travel(visit.staffId, place, visit.patientId, free ?? visit.start);
      place = visit.patientId;
      free = visit.start + visit.minutes;
    }
    const [first] = route;
    if (first && free !== null) total += travel(first.staffId, place, null, free);
  }
  return total;
}

export function measureWeek(facts: WeekFacts): WeekOutcomes {
  const covered = facts.visits.filter(isCovered);
  const carers = new Map(facts.carers.map((carer) => [carer.id, carer]));
  const isPartners = (visit: Covered): boolean => carers.get(visit.staffId)?.partner ?? false;
  const own = covered.filter((visit) => !isPartners(visit));
  const minutesOf = (visits: readonly VisitFact[]): number => sum(visits, ({ minutes }) => minutes);
  const booked = new Map([...groupBy(own, ({ staffId }) => staffId)].map(([id, visits]) => [id, minutesOf(visits)]));
  const ownCarers = facts.carers.filter(({ partner }) => !partner);
  const capacity = sum(ownCarers, ({ capacityMinutes }) => capacityMinutes);
  const over = sum(ownCarers, ({ id, capacityMinutes }) => Math.max(0, (booked.get(id) ?? 0) - capacityMinutes));
  const indices = [...groupBy(covered, ({ patientId }) => patientId).values()].flatMap(
    (visits) => continuityIndex(visits.map(({ staffId }) => staffId)) ?? [],
  );
  const begun = facts.beginnings.flatMap(({ startsOn, firstVisit }) =>
    firstVisit === null ? [] : daysBetween(startsOn, firstVisit),
  );
  return {
    uncovered: ratio(facts.visits.length - covered.length, facts.visits.length),
    daysToFirstVisit: ratio(
      sum(begun, (days) => days),
      begun.length,
    ),
    waitingForFirst: facts.beginnings.length - begun.length,
    continuity: ratio(
      sum(indices, (index) => index),
      indices.length,
    ),
    travelPerVisit: ratio(travelMinutes(own, facts.travel), own.length),
    overtime: ratio(over, capacity),
    use: ratio(minutesOf(own), capacity),
    partnerShare: ratio(minutesOf(covered) - minutesOf(own), minutesOf(covered)),
  };
}
