import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type GenerateOptions, generateWeek, MONDAY } from '../test/generate.ts';
import { at, planOf, staffOf, visitOf, weekOf } from '../test/week.ts';
import { type AutoAssignOptions, autoAssign } from './auto-assign.ts';
import { fits } from './feasibility.ts';
import { bestStart } from './insertion.ts';
import type { Command, Outcome, Progress } from './outcome.ts';
import { awaitsPartner } from './pair-construct.ts';
import type { Plan } from './plan.ts';
import type { WeekProblem } from './problem.ts';
import { componentsOf } from './score.ts';
import { violationsOfPlan } from './validate.ts';

/** The building alone. */
function run(plan: Plan, options: AutoAssignOptions = { seed: 1 }): { outcome: Outcome; progress: Progress[] } {
  const steps = autoAssign(plan, { ...options, moves: 0 });
  const progress: Progress[] = [];
  let step = steps.next();
  while (step.done !== true) {
    progress.push(step.value);
    step = steps.next();
  }
  return { outcome: step.value, progress };
}

const byName = ({ placements }: Outcome) =>
  placements.map(({ visitId, staffId, start }) => `${visitId} ${staffId} ${start}`).sort();

const weeks = fc.record({
  seed: fc.integer(),
  staff: fc.integer({ min: 1, max: 12 }),
  visits: fc.integer({ min: 0, max: 70 }),
  days: fc.integer({ min: 1, max: 4 }),
  mess: fc.constantFrom(0, 0, 0.2),
  buckets: fc.boolean(),
  breaks: fc.constantFrom(0, 0.6),
}) satisfies fc.Arbitrary<GenerateOptions>;

describe('construct', () => {
  it('breaks no rule with what it places, moves nothing placed, and leaves only what fits nowhere', () => {
    fc.assert(
      fc.property(weeks, fc.integer(), (options, seed) => {
        const week = generateWeek(options);
        const plan = planOf(week);
        const before = plan.snapshot();
        const broken = new Set(violationsOfPlan(plan).map(({ visit }) => visit));
        const { outcome } = run(plan, { seed });
        for (const { visit, start, staffId } of outcome.placements) {
          expect(before.staffOf[visit]).toBe(-1);
          expect(plan.placementOf(visit)).toEqual({ staff: plan.compiled.staffIndex.get(staffId), start });
        }
        // Nothing that was right became wrong, and nothing new is wrong.
        expect(violationsOfPlan(plan).filter(({ visit }) => !broken.has(visit))).toEqual([]);
        for (const [visit, staff] of before.staffOf.entries()) {
          if (staff < 0) continue;
          expect(plan.placementOf(visit)).toEqual({ staff, start: before.startOf[visit] });
        }
        for (const { visit, funnel } of outcome.unplaced) {
          // Half a pair may fit; the two of them nowhere together.
          if (awaitsPartner(plan, visit)) continue;
          expect(funnel?.left).toBe(0);
          for (const staff of week.staff.keys()) expect(bestStart(plan, visit, staff)).toBeNull();
        }
        expect(outcome.placements.length + outcome.unplaced.length).toBe(before.staffOf.filter((s) => s < 0).length);
        expect(outcome.after).toEqual(componentsOf(plan));
        expect(outcome.first).toEqual(outcome.after);
      }),
      { numRuns: 40 },
    );
  });

  it('leaves unplaced visits without a single minute that fits', () => {
    const plan = planOf(generateWeek({ seed: 11, staff: 4, visits: 60, days: 1, paired: 0 }));
    const { outcome } = run(plan);
    expect(outcome.unplaced.length).toBeGreaterThan(0);
    for (const { visit } of outcome.unplaced) {
      for (let staff = 0; staff < 4; staff += 1) {
        for (let minute = MONDAY; minute < MONDAY + 1440; minute += 1) {
          if (fits(plan, visit, staff, minute)) expect.fail(`visit ${visit} fits staff ${staff} at ${minute}`);
        }
      }
    }
  });

  it('gives one answer for one seed, whatever the slices, and whatever order the input came in', () => {
    fc.assert(
      fc.property(weeks, fc.integer(), (options, seed) => {
        const week = generateWeek({ ...options, mess: 0 });
        const first = run(planOf(week), { seed }).outcome;
        expect(run(planOf(week), { seed, sliceInsertions: 1 }).outcome).toEqual(first);
        const turned: WeekProblem = { ...week, staff: week.staff.toReversed(), visits: week.visits.toReversed() };
        const plan = planOf(turned);
        const second = run(plan, { seed }).outcome;
        expect(violationsOfPlan(plan)).toEqual([]);
        expect(byName(second)).toEqual(byName(first));
      }),
      { numRuns: 25 },
    );
  });

  it('lets the seed decide between equals', () => {
    const staff = ['a', 'b', 'c', 'd'].map((id) => staffOf(id));
    const week = weekOf(staff, [visitOf('v'), visitOf('w')]);
    const answers = new Set([1, 2, 3, 4, 5, 6].map((seed) => byName(run(planOf(week), { seed }).outcome).join()));
    expect(answers.size).toBeGreaterThan(1);
  });

  it('serves urgent visits first when not all fit', () => {
    const only = { startWindows: [{ start: at('09:00'), end: at('09:00') }] };
    const visits = [
      visitOf('routine', only),
      visitOf('high', { ...only, priority: 2 }),
      visitOf('urgent', { ...only, priority: 3 }),
    ];
    const plan = planOf(weekOf([staffOf('a'), staffOf('b')], visits));
    const { outcome } = run(plan);
    expect(outcome.placements.map(({ visitId }) => visitId)).toEqual(['high', 'urgent']);
    expect(outcome.unplaced.map(({ visitId, funnel }) => [visitId, funnel?.main])).toEqual([
      ['routine', 'SCH-OVERLAP-STAFF'],
    ]);
  });

  it('places the visit with one carer left before the one that can wait', () => {
    const only = { startWindows: [{ start: at('09:00'), end: at('09:00') }] };
    const plan = planOf(
      weekOf(
        [staffOf('near'), staffOf('far', { homePlace: 50, role: 'aide' })],
        [visitOf('easy', { ...only, roles: ['nurse', 'aide'] }), visitOf('hard', only)],
      ),
    );
    expect(byName(run(plan).outcome)).toEqual([`easy far ${at('09:00')}`, `hard near ${at('09:00')}`]);
  });

  it('leaves a fixed visit alone, placed or not', () => {
    const plan = planOf(
      weekOf(
        [staffOf('a')],
        [
          visitOf('parked', { fixed: true }),
          visitOf('held', { fixed: true, placed: { staffId: 'a', start: at('03:00') } }),
        ],
      ),
    );
    const { outcome } = run(plan);
    expect([outcome.placements, outcome.unplaced]).toEqual([[], []]);
    expect(plan.placementOf(0)).toBeNull();
    expect(plan.placementOf(1)).toEqual({ staff: 0, start: at('03:00') });
  });

  it('yields often, counts upwards, and stops at any yield with a right plan', () => {
    const week = generateWeek({ seed: 8, staff: 20, visits: 200 });
    const { progress } = run(planOf(week), { seed: 2, sliceInsertions: 5 });
    expect(progress.length).toBeGreaterThan(20);
    for (const [index, { placed, total }] of progress.entries()) {
      expect(total).toBe(200);
      expect(placed - (progress[index - 1]?.placed ?? 0)).toBeGreaterThanOrEqual(0);
      expect(placed - (progress[index - 1]?.placed ?? 0)).toBeLessThanOrEqual(5);
    }
    for (const after of [0, 1, 3, 17, progress.length - 1]) {
      const plan = planOf(week);
      const steps: Generator<Progress, Outcome, Command> = autoAssign(plan, { seed: 2, sliceInsertions: 5, moves: 0 });
      let step = steps.next();
      for (let index = 0; index < after && step.done !== true; index += 1) step = steps.next();
      const placed = step.done === true ? -1 : step.value.placed;
      step = steps.next('stop');
      expect(step.done).toBe(true);
      if (step.done !== true) continue;
      expect(step.value.stopped).toBe(true);
      expect(step.value.placements.length).toBe(placed);
      expect(step.value.placements.length + step.value.unplaced.length).toBe(200);
      expect(violationsOfPlan(plan)).toEqual([]);
    }
    const left = planOf(week);
    const steps = autoAssign(left, { seed: 2, moves: 0 });
    for (let index = 0; index < 10; index += 1) steps.next();
    steps.return(undefined as never);
    expect(violationsOfPlan(left)).toEqual([]);
  });

  it('takes a week without staff or without visits', () => {
    const nobody = run(planOf(weekOf([], [visitOf('v')]))).outcome;
    expect(nobody.unplaced.map(({ funnel }) => funnel?.left)).toEqual([0]);
    expect(run(planOf(weekOf([staffOf('a')], []))).outcome.placements).toEqual([]);
  });
});
