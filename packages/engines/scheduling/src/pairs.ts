/**
 * SCH-SYNC: two visits to one patient that belong together and have two carers, at the same minute or one after the other.
 * Beside a placed partner the starts that keep step are one interval.
 */
import type { EpochMinute } from '@fieldfare/kernel';
import type { CompiledWeek } from './compile.ts';
import type { Plan } from './plan.ts';

/** The placed other half of a pair, or -1. */
export function placedPartner(plan: Plan, visit: number): number {
  const partner = plan.compiled.visitPartner[visit] as number;
  return partner >= 0 && (plan.staffOf[partner] as number) >= 0 ? partner : -1;
}

/** The first and last start of `visit` that keep step with `partner`, which is placed. */
export const earliestInStep = (plan: Plan, visit: number, partner: number): EpochMinute =>
  (plan.startOf[partner] as number) + (plan.compiled.stepLeast[visit] as number);
export const latestInStep = (plan: Plan, visit: number, partner: number): EpochMinute =>
  (plan.startOf[partner] as number) + (plan.compiled.stepMost[visit] as number);

/** Minutes out of step; 0 in step, or when the other half has no place. */
export function outOfStep(plan: Plan, visit: number, start: EpochMinute): number {
  const partner = placedPartner(plan, visit);
  if (partner < 0) return 0;
  return Math.max(0, earliestInStep(plan, visit, partner) - start, start - latestInStep(plan, visit, partner));
}

/** Whether `staff` has the other half. */
export function hasOtherHalf(plan: Plan, visit: number, staff: number): boolean {
  const partner = placedPartner(plan, visit);
  return partner >= 0 && plan.staffOf[partner] === staff;
}

export interface Along {
  readonly visit: number;
  readonly staff: number;
  readonly start: EpochMinute;
}

/** The other half of a pair that is in step, with two carers; -1: no pair, a half without a place, or apart. */
export function halfInStep(plan: Plan, visit: number): number {
  const own = plan.placementOf(visit);
  const partner = placedPartner(plan, visit);
  if (own === null || partner < 0 || plan.staffOf[partner] === own.staff) return -1;
  return outOfStep(plan, visit, own.start) > 0 ? -1 : partner;
}

/**
 * Where the other half of a pair in step has to go, with the carer it has, when `visit` starts at `start`: as far on as
 * `visit` goes. Null where it keeps step as it is, and where there is no step to keep: a half without a place, or two that
 * are apart already, so that each can be brought back to the other.
 */
export function goesAlong(plan: Plan, visit: number, start: EpochMinute): Along | null {
  const partner = halfInStep(plan, visit);
  if (partner < 0 || outOfStep(plan, visit, start) === 0) return null;
  const moved = start - (plan.startOf[visit] as number);
  return { visit: partner, staff: plan.staffOf[partner] as number, start: (plan.startOf[partner] as number) + moved };
}

/** Placed, and its other half is not. */
export const isHalf = (plan: Plan, visit: number): boolean =>
  (plan.staffOf[visit] as number) >= 0 &&
  (plan.compiled.visitPartner[visit] as number) >= 0 &&
  placedPartner(plan, visit) < 0;

/** Whether the two visits are one pair. */
export const arePair = ({ visitPartner }: CompiledWeek, a: number, b: number): boolean => visitPartner[a] === b;
