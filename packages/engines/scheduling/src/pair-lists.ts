/** Which visits of a week are pairs, laid out by visit. What is asked about them stands in pairs.ts. */
import type { EngineVisit } from './problem.ts';

export interface PairLists {
  /** The other visit of the pair, or -1. */
  readonly visitPartner: Int32Array;
  /** 1 for the one that stands second. */
  readonly visitSecond: Uint8Array;
  /** How many minutes after its partner's start a visit starts at least and at most; below zero for the first. */
  readonly stepLeast: Int32Array;
  readonly stepMost: Int32Array;
}

/** Merged weeks must load: half of a pair whose other half is not here, or has a partner already, stands alone. */
export function pairListsOf(visits: readonly EngineVisit[], indexOf: ReadonlyMap<string, number>): PairLists {
  const visitPartner = new Int32Array(visits.length).fill(-1);
  const visitSecond = new Uint8Array(visits.length);
  const stepLeast = new Int32Array(visits.length);
  const stepMost = new Int32Array(visits.length);
  visits.forEach(({ pair, patientId }, second) => {
    const first = pair ? (indexOf.get(pair.firstId) ?? -1) : -1;
    if (!pair || first < 0 || first === second || visits[first]?.patientId !== patientId) return;
    if (visitPartner[first] !== -1 || visitPartner[second] !== -1) return;
    visitPartner[first] = second;
    visitPartner[second] = first;
    visitSecond[second] = 1;
    stepLeast[second] = pair.leastMinutes;
    stepMost[second] = pair.mostMinutes;
    stepLeast[first] = -pair.mostMinutes;
    stepMost[first] = -pair.leastMinutes;
  });
  return { visitPartner, visitSecond, stepLeast, stepMost };
}
