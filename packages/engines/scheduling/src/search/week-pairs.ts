/**
 * Pairs of a week as the search sees them. Two that may move are tied to one another; beside one that stands, the other's
 * windows shrink to what keeps step, and the carer who has that one may not take it. Carers with a break take none
 * (`breaks.ts`): what they have of pairs stays with them.
 */
import { earliestInStep, latestInStep, placedPartner } from '../pairs.ts';
import type { Plan } from '../plan.ts';
import type { Interval } from '../problem.ts';
import type { RoutingModel } from './model.ts';

export type WeekPairs = Pick<
  RoutingModel,
  'partner' | 'second' | 'gapLeast' | 'gapMost' | 'kind' | 'kindCount' | 'kindCarer'
>;

export function weekPairs(plan: Plan, movable: Uint8Array): WeekPairs {
  const c = plan.compiled;
  const tied = (visit: number): boolean => movable[visit] === 1 && movable[c.visitPartner[visit] as number] === 1;
  const carers = c.groups.map(({ position }) => Array.from(position, (at) => Number(at >= 0)));
  const kind = c.visitGroup.slice();
  const rested = new Map<number, number>();
  for (let visit = 0; c.staffBreaks.includes(1) && visit < c.visitCount; visit += 1) {
    if ((c.visitPartner[visit] as number) < 0) continue;
    const group = c.visitGroup[visit] as number;
    const others = (carers[group] ?? []).map((may, staff) => (c.staffBreaks[staff] === 1 ? 0 : may));
    kind[visit] = rested.get(group) ?? carers.push(others) - 1;
    rested.set(group, kind[visit] as number);
  }
  for (let visit = 0; visit < c.visitCount; visit += 1) {
    const standing = standingPartner(plan, movable, visit);
    if (standing < 0) continue;
    const others = carers[kind[visit] as number] ?? [];
    kind[visit] = carers.push(others.with(plan.staffOf[standing] as number, 0)) - 1;
  }
  return {
    partner: c.visitPartner.map((other, visit) => (tied(visit) ? other : -1)),
    second: c.visitSecond,
    gapLeast: c.stepLeast,
    gapMost: c.stepMost,
    kind,
    kindCount: carers.length,
    kindCarer: Uint8Array.from(carers.flat()),
  };
}

/** The part of a start window in which `visit`, which may move, keeps step with a partner that stands; null: none. */
export function inStep(plan: Plan, movable: Uint8Array, visit: number, { start, end }: Interval): Interval | null {
  const standing = standingPartner(plan, movable, visit);
  if (standing < 0) return { start, end };
  const from = Math.max(start, earliestInStep(plan, visit, standing));
  const to = Math.min(end, latestInStep(plan, visit, standing));
  return from <= to ? { start: from, end: to } : null;
}

/** The placed partner that stays where it is, of a visit that may move; else -1. */
function standingPartner(plan: Plan, movable: Uint8Array, visit: number): number {
  const partner = movable[visit] === 1 ? placedPartner(plan, visit) : -1;
  return partner >= 0 && movable[partner] === 0 ? partner : -1;
}
