/** What a run asks of the share of it that is over: how much a move may cost, and how strong the guide is (ledger.ts). */
import type { RoutingModel } from './model.ts';
import type { Neighbours } from './neighbours.ts';

export interface Heat {
  /** The threshold in mean legs, at the first move and at the last before it is put out; it falls by the same factor each time. */
  readonly start: number;
  readonly end: number;
  /** The share at the end of a run in which nothing may cost anything. */
  readonly out: number;
}

/** The guide's bend at the start, falling in steps, and the share of a run after which it is off. */
const GATHER = { bend: 0.75, until: 0.9, steps: 48 };

/** In mean legs; `over`: 0 … 1. */
export function heatAt({ start, end, out }: Heat, over: number): number {
  return over >= 1 - out ? 0 : start * (end / start) ** (over / (1 - out));
}

export function bendAt(over: number): number {
  const step = Math.ceil(GATHER.steps * Math.max(0, 1 - over / GATHER.until));
  return (GATHER.bend * step) / GATHER.steps;
}

/** The scale of heat: a leg between tasks that could follow one another. */
export function meanLeg({ legs, placeCount, legAt, place, windowOpen }: RoutingModel, near: Neighbours): number {
  if (legs !== null) {
    let sum = 0;
    for (const leg of legs) sum += leg;
    return sum / Math.max(1, placeCount * (placeCount - 1));
  }
  // In a wide region two tasks at random are far apart, whatever the legs that a good plan drives.
  let sum = 0;
  let count = 0;
  near.before.forEach((other, at) => {
    if (other < 0) return;
    const [a, b] = [place[other] as number, place[Math.floor(at / near.width)] as number];
    if (a !== b) sum += legAt(a, b, windowOpen[0] ?? 0);
    count += 1;
  });
  return sum / Math.max(1, count);
}
