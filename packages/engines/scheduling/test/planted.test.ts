import { unwrap } from '@fieldfare/kernel';
import { describe, expect, it } from 'vitest';
import { autoAssign } from '../src/auto-assign.ts';
import { compileWeek } from '../src/compile.ts';
import { createPlan, type Plan } from '../src/plan.ts';
import { componentsOf, costOf } from '../src/score.ts';
import { violationsOfPlan } from '../src/validate.ts';
import { type PlantedWeek, plantWeek } from './planted.ts';

function plantedPlan({ problem, planted }: PlantedWeek): Plan {
  const compiled = unwrap(compileWeek(problem));
  const plan = createPlan(compiled);
  for (const { visitId, staffId, start } of planted) {
    plan.place(compiled.visitIndex.get(visitId) ?? -1, compiled.staffIndex.get(staffId) ?? -1, start);
  }
  return plan;
}

describe('planted weeks', () => {
  it('hold a plan that places every visit and breaks no rule', () => {
    for (const seed of [1, 2, 3]) {
      const plan = plantedPlan(plantWeek({ seed, staff: 14 }));
      expect(plan.staffOf.every((staff) => staff >= 0)).toBe(true);
      expect(violationsOfPlan(plan)).toEqual([]);
    }
    expect(plantWeek({ seed: 1, staff: 14 }).planted).toEqual(plantWeek({ seed: 1, staff: 14 }).planted);
  });

  it('are found again, or bettered, by the search', () => {
    const week = plantWeek({ seed: 7, staff: 10 });
    const goal = costOf(componentsOf(plantedPlan(week)));
    const plan = createPlan(unwrap(compileWeek(week.problem)));
    const steps = autoAssign(plan, { seed: 1, moves: 300_000 });
    let step = steps.next();
    while (!step.done) step = steps.next();
    expect(step.value.unplaced).toEqual([]);
    expect(violationsOfPlan(plan)).toEqual([]);
    expect(costOf(step.value.after) / goal).toBeLessThan(1.03);
  });
});
