/**
 * CNF-PAIR: two carers are asked for together, or one after the other, and the two visits are out of step or with one carer.
 * Pure. One carer in two places at once is a double booking already, and only that.
 */
import { stableHash } from '@fieldfare/kernel';
import { compareText } from '../../collections.ts';
import { createDayClock } from '../day-clock.ts';
import { stepOf } from '../pairs.ts';
import type { Pairing } from '../tables.ts';
import { type PlacedVisit, sideOf, stampsOf } from './clashes.ts';
import { type DerivedConflict, scopeOf } from './facts.ts';

export interface PlacedPair {
  readonly first: PlacedVisit;
  readonly second: PlacedVisit;
  readonly pairing: Pairing;
}

export function derivePairBreaches(pairs: readonly PlacedPair[]): DerivedConflict[] {
  return pairs.flatMap(({ first, second, pairing }): DerivedConflict[] => {
    const { regionId, week, patientId, zone } = first;
    const clock = createDayClock(zone);
    const [from, then] = [first, second].map(({ date, start }) => clock.minuteAt(date, start)) as [number, number];
    const { least, most } = stepOf(pairing, first.minutes);
    const sameCarer = first.staffId === second.staffId;
    const overlap = from < then + second.minutes && then < from + first.minutes;
    const inStep = then - from >= least && then - from <= most;
    if ((inStep && !sameCarer) || (sameCarer && overlap)) return [];
    return [
      {
        id: stableHash('pair-apart', stampsOf(first), stampsOf(second), least, most),
        kind: 'pair-apart',
        regionId,
        week,
        scopes: [scopeOf(regionId, week)],
        visitIds: [first.visitId, second.visitId],
        recordIds: [],
        staffId: sameCarer ? first.staffId : null,
        patientId,
        date: [first.date, second.date].sort(compareText)[0] as string,
        facts: { kind: 'pair-apart', pairing, sameCarer, sides: [sideOf(first), sideOf(second)] },
      },
    ];
  });
}
