/**
 * Who keeps a place that breaks no rule. Taking a visit away may take that from the ones beside it: a stop on the way may be
 * the quicker way, as who leaves after the rush hour may arrive sooner.
 */
import { fits } from './feasibility.ts';
import type { Plan } from './plan.ts';

/** Whether a placed visit breaks no rule. */
export const stands = (plan: Plan, visit: number): boolean =>
  fits(plan, visit, plan.staffOf[visit] as number, plan.startOf[visit] as number);

/** Of the visits right before and after a placed one, with the same carer, those that break no rule. */
export function standingBeside(plan: Plan, visit: number): readonly number[] {
  const route = plan.routes[plan.staffOf[visit] as number] as readonly number[];
  const at = route.indexOf(visit);
  return [route[at - 1], route[at + 1]].filter((other) => other !== undefined && stands(plan, other)) as number[];
}
