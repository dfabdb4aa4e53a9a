/** What may give way for a visit that nobody can take, and how the least of it is found. */
import { bestStart, type Insertion } from './insertion.ts';
import type { Plan } from './plan.ts';
import type { Interval } from './problem.ts';

/** What gives way, and by how much. */
export type Give =
  /** All start windows begin or end this many minutes sooner or later. */
  | { readonly kind: 'earlier' | 'later'; readonly minutes: number }
  /** The visit moves to another day, so many days away. */
  | { readonly kind: 'day'; readonly days: number; readonly window: Interval }
  /** Own staff or a partner's, whoever is free. */
  | { readonly kind: 'provider' }
  /** The carer works this much over capacity. */
  | { readonly kind: 'capacity'; readonly minutes: number }
  /** The carer's organisation is asked so many days later than was agreed. */
  | { readonly kind: 'notice'; readonly days: number }
  /** The carer's organisation delivers this much above the hours that were agreed. */
  | { readonly kind: 'partnerHours'; readonly minutes: number }
  /** The carer's stretch `shift` (position in `EngineStaff.shifts`) begins earlier or ends later. */
  | { readonly kind: 'shift'; readonly shift: number; readonly side: 'start' | 'end'; readonly minutes: number }
  /** This visit and another of its service come nearer than the service asks, by minutes or by days. */
  | { readonly kind: 'spacing'; readonly minutes: number; readonly days: number }
  /** The carer rests this much less between two days. */
  | { readonly kind: 'rest'; readonly minutes: number }
  /** The carer's break is this much shorter. */
  | { readonly kind: 'break'; readonly minutes: number }
  /** The two carers of a pair are this much out of step. */
  | { readonly kind: 'sync'; readonly minutes: number }
  /** The carer lacks these. */
  | { readonly kind: 'skill'; readonly missing: readonly string[] }
  /** Somebody takes back that the two must not meet. */
  | { readonly kind: 'blocked' }
  /** Another visit makes room and keeps a place that breaks no rule. */
  | { readonly kind: 'move'; readonly other: number; readonly to: Insertion };

/** Windows and shifts give way in steps people would say. */
export const RELAX_STEP = 5;
/** The cheapest place that breaks no rule among these carers. */
export function cheapest(plan: Plan, visit: number, staff: readonly number[]): Insertion | null {
  let best: Insertion | null = null;
  for (const one of staff) {
    const found = bestStart(plan, visit, one);
    if (found !== null && (best === null || found.cost < best.cost)) best = found;
  }
  return best;
}

/** The least multiple of the step up to `most` that `works`, for what goes on working once it does. */
export function smallest(most: number, works: (minutes: number) => boolean): number | null {
  let high = Math.floor(most / RELAX_STEP);
  if (high < 1 || !works(high * RELAX_STEP)) return null;
  let low = 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (works(middle * RELAX_STEP)) high = middle;
    else low = middle + 1;
  }
  return low * RELAX_STEP;
}
