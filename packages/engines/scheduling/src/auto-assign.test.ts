import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateWeek } from '../test/generate.ts';
import { finish, trayOf, weeks } from '../test/search.ts';
import { at, planOf, staffOf, visitOf, weekOf } from '../test/week.ts';
import { autoAssign } from './auto-assign.ts';
import type { Outcome, Progress } from './outcome.ts';
import type { Plan } from './plan.ts';
import { componentsOf, costOf } from './score.ts';
import { unassignedOf } from './search/week-model.ts';
import { violationsOfPlan } from './validate.ts';
import { WEIGHTS } from './weights.ts';

function run(plan: Plan, seed: number, moves: number): { outcome: Outcome; progress: Progress[] } {
  const progress: Progress[] = [];
  const steps = autoAssign(plan, { seed, moves });
  let step = steps.next();
  while (!step.done) {
    progress.push(step.value);
    step = steps.next();
  }
  return { outcome: step.value, progress };
}

describe('autoAssign', () => {
  it('searched longer makes three times the moves', () => {
    const week = generateWeek({ seed: 3, staff: 4, visits: 20, days: 2 });
    const [usual = 0, longer = 0] = [false, true].map((isLonger) => {
      const steps = autoAssign(planOf(week), { seed: 1, longer: isLonger });
      let made = 0;
      for (let step = steps.next(); !step.done; step = steps.next()) made = Math.max(made, step.value.moves);
      return made;
    });
    expect(usual).toBeGreaterThan(0);
    // What is told comes before the last slice of a run.
    expect(Math.abs(longer - 3 * usual)).toBeLessThan(2_000);
  });

  it('leaves no more out and costs no more than what was built, breaks no rule and moves nothing placed before', () => {
    fc.assert(
      fc.property(weeks, fc.integer(), (options, seed) => {
        const week = generateWeek(options);
        const built = planOf(week);
        const tray = trayOf(built);
        const before = built.snapshot();
        const broken = new Set(violationsOfPlan(built).map(({ visit }) => visit));
        finish(autoAssign(built, { seed, moves: 0 }));
        const plan = planOf(week);
        const { outcome, progress } = run(plan, seed, 4_000);
        expect(outcome.first).toEqual(componentsOf(built));
        expect(outcome.after).toEqual(componentsOf(plan));
        const [left, leftBuilt] = [unassignedOf(plan, tray), unassignedOf(built, tray)];
        expect(left).toBeLessThanOrEqual(leftBuilt);
        if (left === leftBuilt) expect(costOf(outcome.after)).toBeLessThanOrEqual(costOf(outcome.first));
        expect(violationsOfPlan(plan).filter(({ visit }) => !broken.has(visit))).toEqual([]);
        for (const [visit, staff] of before.staffOf.entries()) {
          if (staff >= 0) expect(plan.placementOf(visit)).toEqual({ staff, start: before.startOf[visit] });
        }
        expect(run(planOf(week), seed, 4_000).outcome).toEqual(outcome);
        expect(progress.every(({ improved }) => improved >= 0 && improved <= 1)).toBe(true);
      }),
      { numRuns: 15 },
    );
  });

  it('moves what is free under other weights, and nobody loses a place', () => {
    fc.assert(
      fc.property(weeks, fc.integer(), (options, seed) => {
        const week = generateWeek(options);
        const built = planOf(week);
        finish(autoAssign(built, { seed, moves: 0 }));
        const before = built.snapshot();
        const placed = [...before.staffOf.keys()].filter((visit) => (before.staffOf[visit] as number) >= 0);
        const broken = new Set(violationsOfPlan(built).map(({ visit }) => visit));
        const weights = { ...WEIGHTS, continuity: 400 };
        const again = (): { plan: Plan; outcome: Outcome } => {
          const plan = planOf({ ...week, weights });
          plan.restore(before);
          return { plan, outcome: finish(autoAssign(plan, { seed, moves: 4_000, free: placed })) };
        };
        const { plan, outcome } = again();
        const fixed = (visit: number): boolean => week.visits[visit]?.fixed === true || broken.has(visit);
        const moved = new Map(outcome.placements.map((one) => [one.visit, one]));
        for (const visit of placed) {
          const to = moved.get(visit);
          expect(fixed(visit) && to !== undefined).toBe(false);
          const stood = { staff: before.staffOf[visit], start: before.startOf[visit] };
          const stands = to ? { staff: plan.compiled.staffIndex.get(to.staffId), start: to.start } : stood;
          expect(plan.placementOf(visit)).toEqual(stands);
          if (to) expect(stands).not.toEqual(stood);
        }
        expect(violationsOfPlan(plan).filter(({ visit }) => !broken.has(visit))).toEqual([]);
        if (outcome.unplaced.length === [...before.staffOf].filter((staff) => staff < 0).length) {
          expect(costOf(outcome.after, weights)).toBeLessThanOrEqual(costOf(outcome.before, weights));
        }
        expect(again().outcome).toEqual(outcome);
      }),
      { numRuns: 12 },
    );
  });

  it('keeps the best when it is stopped in the middle', () => {
    const week = generateWeek({ seed: 5, staff: 12, visits: 150, days: 3, spaced: 0, restMinutes: 0 });
    const full = run(planOf(week), 3, 40_000);
    const improving = full.progress.findIndex(({ improved }) => improved > 0.5);
    const plan = planOf(week);
    const steps = autoAssign(plan, { seed: 3, moves: 40_000 });
    let step = steps.next();
    for (let index = 0; index < improving; index += 1) step = steps.next();
    step = steps.next('stop');
    expect(step.done).toBe(true);
    if (!step.done) return;
    expect(step.value.stopped).toBe(true);
    expect(costOf(step.value.after)).toBeLessThan(costOf(step.value.first));
    expect(violationsOfPlan(plan)).toEqual([]);
  });

  it('moves a visit to another day where its windows allow it, and finds the carer the patient knows', () => {
    const day = (count: number) => ({ start: at('09:00') + count * 1440, end: at('11:00') + count * 1440 });
    const shift = (count: number) => ({ start: at('08:00') + count * 1440, end: at('16:00') + count * 1440 });
    const staff = [
      staffOf('far', { homePlace: 90, shifts: [shift(0)] }),
      staffOf('near', { homePlace: 10, shifts: [shift(1)] }),
    ];
    const visits = [
      visitOf('v', { place: 10, startWindows: [day(0), day(1)] }),
      visitOf('w', { place: 12, startWindows: [day(0), day(1)] }),
    ];
    const plan = planOf(weekOf(staff, visits));
    run(plan, 1, 2_000);
    expect(plan.placementOf(0)?.staff).toBe(1);
    expect(plan.placementOf(1)?.staff).toBe(1);
  });

  it('takes the waiting out of a morning that may begin later', () => {
    const visits = [
      visitOf('early', { startWindows: [{ start: at('08:00'), end: at('11:00') }] }),
      visitOf('late', { startWindows: [{ start: at('11:00'), end: at('11:00') }] }),
    ];
    const plan = planOf(weekOf([staffOf('a')], visits));
    const { outcome } = run(plan, 1, 2_000);
    expect(outcome.after.waitingMinutes).toBe(0);
    expect(plan.placementOf(0)?.start).toBe(at('10:00'));
  });
});
