import { seededRandom } from '@fieldfare/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateWeek } from '../../test/generate.ts';
import { finish, trayOf } from '../../test/search.ts';
import { at, planOf, staffOf, visitOf, weekOf } from '../../test/week.ts';
import { autoAssign } from '../auto-assign.ts';
import { componentsOf } from '../score.ts';
import { violationsOfPlan } from '../validate.ts';
import { searchCost } from './model.ts';
import { neighboursOf } from './neighbours.ts';
import { createWalk } from './walk.ts';
import { createWeekSearch } from './week-model.ts';

describe('a walk', () => {
  it('without heat and while putting visits in anew never costs more, and its best is what it says, in no breach of rules', () => {
    let gained = 0;
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const plan = planOf(generateWeek({ seed, staff: 6, visits: 50, days: 2 }));
        const tray = trayOf(plan);
        finish(autoAssign(plan, { seed, moves: 0 }));
        const broken = violationsOfPlan(plan).length;
        const week = finish(createWeekSearch(plan, tray));
        const neighbours = finish(neighboursOf(week.model, 8));
        const walk = createWalk(week.state, neighbours, seededRandom(seed), 32);
        walk.go(200, 0);
        const cooled = week.state.cost;
        expect(cooled).toBe(walk.bestCost());
        const gains = walk.reinsert(neighbours.movable);
        expect(gains).toBe(week.state.cost < cooled);
        expect(week.state.cost).toBe(walk.bestCost());
        gained += Number(gains);
        // Enough heat to be somewhere else afterwards.
        walk.go(200, 300);
        const best = walk.best();
        expect(searchCost(week.model.weights, best.score)).toBe(best.cost);
        week.apply(best);
        expect(week.componentsOf(best.score)).toEqual(componentsOf(plan));
        expect(violationsOfPlan(plan).length).toBeLessThanOrEqual(broken);
      }),
      { numRuns: 20 },
    );
    expect(gained).toBeGreaterThan(0);
  });

  it('puts a visit in anew with the carer who is near', () => {
    const plan = planOf(
      weekOf(
        [staffOf('far', { homePlace: 20 }), staffOf('near', { homePlace: 1 })],
        [visitOf('v', { place: 1, minutes: 30, startWindows: [{ start: at('09:00'), end: at('10:00') }] })],
        { travelMinutes: (from, to) => Math.abs(from - to) },
      ),
    );
    plan.place(0, 0, at('09:00'));
    const week = finish(createWeekSearch(plan, Uint8Array.of(1)));
    const neighbours = finish(neighboursOf(week.model, 1));
    const steady = { float: () => 0.5, bytes: (count: number) => new Uint8Array(count) };
    const walk = createWalk(week.state, neighbours, steady, 32);
    expect([walk.reinsert(neighbours.movable), walk.reinsert(neighbours.movable)]).toEqual([true, false]);
    week.apply(walk.best());
    expect(plan.placementOf(0)?.staff).toBe(1);
  });
});
