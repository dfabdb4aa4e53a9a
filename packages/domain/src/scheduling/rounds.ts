/**
 * A carer's round: the visits of a week they were told of, or have now, and what differs between the two.
 *
 *  SCH-PUB-ROUND  a round holds the visits with a day and a time, cancelled ones not
 *  SCH-PUB-NEWS   a visit is news when it is new, gone, or at another day, time or length than was told; one that changes
 *                 hands is news to both
 */
import type { LocalDate, LocalTime } from '@fieldfare/kernel';
import { compareText, groupBy } from '../collections.ts';
import type { ToldVisit } from './tables.ts';

/** A visit that was not cancelled. */
export interface PlannedVisit {
  readonly id: string;
  readonly date: LocalDate | null;
  readonly start: LocalTime | null;
  readonly minutes: number;
  readonly staffId: string | null;
}

export interface RoundDifference {
  readonly kind: 'new' | 'gone' | 'changed';
  readonly visitId: string;
  readonly before: ToldVisit | null;
  readonly now: ToldVisit | null;
}

const byTime = (a: ToldVisit, b: ToldVisit): number =>
  compareText(`${a.date} ${a.start} ${a.visitId}`, `${b.date} ${b.start} ${b.visitId}`);

/** Carer → their round in the order of the week (`SCH-PUB-ROUND`). */
export function roundsOf(visits: readonly PlannedVisit[]): ReadonlyMap<string, readonly ToldVisit[]> {
  const told = visits.flatMap(({ id, staffId, date, start, minutes }) =>
    staffId === null || date === null || start === null
      ? []
      : [{ staffId, visit: { visitId: id, date, start, minutes } }],
  );
  return new Map(
    [...groupBy(told, ({ staffId }) => staffId)].map(([staffId, own]) => [
      staffId,
      own.map(({ visit }) => visit).sort(byTime),
    ]),
  );
}

/** What differs between what a carer was told and what they have (`SCH-PUB-NEWS`), by day and time. */
export function roundDifference(before: readonly ToldVisit[], now: readonly ToldVisit[]): readonly RoundDifference[] {
  const old = new Map(before.map((visit) => [visit.visitId, visit]));
  const differences: RoundDifference[] = [];
  for (const visit of now) {
    const told = old.get(visit.visitId) ?? null;
    old.delete(visit.visitId);
    if (told === null) differences.push({ kind: 'new', visitId: visit.visitId, before: null, now: visit });
    else if (told.date !== visit.date || told.start !== visit.start || told.minutes !== visit.minutes)
      differences.push({ kind: 'changed', visitId: visit.visitId, before: told, now: visit });
  }
  for (const told of old.values()) {
    differences.push({ kind: 'gone', visitId: told.visitId, before: told, now: null });
  }
  const placeOf = ({ before: was, now: is }: RoundDifference): ToldVisit => (is ?? was) as ToldVisit;
  return differences.sort((a, b) => byTime(placeOf(a), placeOf(b)));
}
