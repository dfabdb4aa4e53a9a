/** All that is broken in a whole plan: for tests, for the conflict list, and for what an import brought in. */
import type { EpochMinute } from '@fieldfare/kernel';
import { violationsAt } from './feasibility.ts';
import type { Plan } from './plan.ts';
import type { Violation } from './problem.ts';

export interface PlacedViolations {
  readonly visit: number;
  readonly staff: number;
  readonly start: EpochMinute;
  readonly violations: readonly Violation[];
}

/** By visit, those with at least one violation. A clash of two visits appears with each of them. */
export function violationsOfPlan(plan: Plan): PlacedViolations[] {
  const found: PlacedViolations[] = [];
  for (let visit = 0; visit < plan.compiled.visitCount; visit += 1) {
    const placement = plan.placementOf(visit);
    if (placement === null) continue;
    const violations = violationsAt(plan, visit, placement.staff, placement.start);
    if (violations.length > 0) found.push({ visit, ...placement, violations });
  }
  return found;
}
