/**
 * Visits for which two carers come: two visits of the week, one a carer, the second naming the first. Pure.
 *
 *  PAIR-ONCE    the second visit's id follows from the first's: made twice offline it is one
 *  PAIR-STEP    together: both start at the same minute; after: the second starts so long after the first has ended
 *  PAIR-ALONG   a half of a pair in step takes the other half along (moves.ts, visit-edit.ts)
 *  PAIR-WHOLE   what ends a visit ends the visit of its other carer too
 */
import { deterministicId, minuteOfDay, timeOfMinute } from '@fieldfare/kernel';
import { byId } from '../collections.ts';
import type { Pairing, Visit } from './tables.ts';

/** `PAIR-ONCE` */
export const secondVisitId = (firstId: string): string => deterministicId('second-visit', firstId);

type Half = Pick<Visit, 'id' | 'pairOf' | 'pairing'>;

/** The id its other carer's visit has, if there is one. */
export const otherHalfId = ({ id, pairOf }: Pick<Visit, 'id' | 'pairOf'>): string => pairOf ?? secondVisitId(id);

/** `PAIR-STEP`: from the first's start to the second's, in minutes. */
export function stepOf(pairing: Pairing, firstMinutes: number): { readonly least: number; readonly most: number } {
  if (pairing.kind === 'together') return { least: 0, most: 0 };
  const least = firstMinutes + pairing.leastMinutes;
  return { least, most: Math.max(least, firstMinutes + pairing.mostMinutes) };
}

const LAST_MINUTE = minuteOfDay('23:59');
const later = (time: string, minutes: number): string =>
  timeOfMinute(Math.min(LAST_MINUTE, minuteOfDay(time) + minutes));

/** The second carer's visit beside `first`, which is not placed. */
export function secondVisitOf(first: Visit, pairing: Pairing): Visit {
  const { least, most } = stepOf(pairing, first.minutes);
  return {
    ...first,
    id: secondVisitId(first.id),
    windowFrom: later(first.windowFrom, least),
    windowTo: later(first.windowTo, most),
    pairOf: first.id,
    pairing,
  };
}

export interface PairOf<V> {
  readonly first: V;
  readonly second: V;
  readonly pairing: Pairing;
}

/** Whole pairs among `visits`. Merged weeks may name a first twice: the lowest id is its second. */
export function pairsAmong<V extends Half>(visits: readonly V[]): readonly PairOf<V>[] {
  const known = byId(visits);
  const taken = new Set<string>();
  return visits
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .flatMap((second): PairOf<V>[] => {
      const { pairOf, pairing } = second;
      const first = pairOf ? known.get(pairOf) : undefined;
      if (!first || first.pairOf || !pairing || taken.has(first.id)) return [];
      taken.add(first.id);
      return [{ first, second, pairing }];
    });
}
