import { seededRandom } from '@fieldfare/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateWeek } from '../../test/generate.ts';
import { finish, trayOf, weeks } from '../../test/search.ts';
import { at, planOf, staffOf, visitOf, weekOf } from '../../test/week.ts';
import { autoAssign } from '../auto-assign.ts';
import { componentsOf } from '../score.ts';
import { violationsOfPlan } from '../validate.ts';
import { createDraw } from './draw.ts';
import { searchCost } from './model.ts';
import { createMoves } from './moves.ts';
import { neighboursOf } from './neighbours.ts';
import { createProbe } from './probe.ts';
import { createRepair } from './repair.ts';
import { createRuin } from './ruin.ts';
import { createWeekSearch, unassignedOf } from './week-model.ts';

describe('search state', () => {
  it('counts what the plan counts after every kept and every undone move, and breaks no rule', () => {
    fc.assert(
      fc.property(weeks, fc.integer(), (options, seed) => {
        const plan = planOf(generateWeek(options));
        const tray = trayOf(plan);
        const broken = new Set(violationsOfPlan(plan).map(({ visit }) => visit));
        finish(autoAssign(plan, { seed, moves: 0 }));
        const week = finish(createWeekSearch(plan, tray));
        const { state } = week;
        const neighbours = finish(neighboursOf(week.model, 8));
        if (neighbours.movable.length === 0) return;
        const random = seededRandom(seed);
        const draw = createDraw(state, neighbours.movable, random);
        const moves = createMoves(state, neighbours, draw, random);
        const ruin = createRuin(state, neighbours, draw, random);
        const bend = (seed & 1) * 0.75;
        state.gather(bend);
        const keeps = (): void => {
          const { guide } = state;
          expect(searchCost(week.model.weights, state.score)).toBe(state.cost - guide);
          state.gather(bend);
          expect(state.guide, 'counted anew').toBe(guide);
          week.apply({ tours: state.tours(), starts: state.start });
          expect(week.componentsOf(state.score)).toEqual(componentsOf(plan));
          expect(state.unassigned).toBe(unassignedOf(plan, tray));
          expect(violationsOfPlan(plan).filter(({ visit }) => !broken.has(visit))).toEqual([]);
        };
        for (let step = 1; step <= 600; step += 1) {
          if (step % 30 === 0) {
            const before = [state.score, state.tours()];
            ruin.tryOne();
            if (random.float() < 0.5) {
              ruin.putBack();
              expect([state.score, state.tours()]).toEqual(before);
            } else ruin.keep('accepted');
          } else if (moves.tryOne(1e6) !== null) {
            if (state.settle(Number.POSITIVE_INFINITY) && random.float() < 0.7) state.commit();
            else state.rollback();
          }
          if (step % 100 === 0) keeps();
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('prices known before anything is settled', () => {
  it('of giving a task to a carer are what the score changes by, or the hours do not allow it', () => {
    fc.assert(
      fc.property(weeks, fc.integer(), (options, seed) => {
        const plan = planOf(generateWeek(options));
        const tray = trayOf(plan);
        finish(autoAssign(plan, { seed, moves: 0 }));
        const { model, state } = finish(createWeekSearch(plan, tray));
        const { movable, tours } = finish(neighboursOf(model, 8));
        const random = seededRandom(seed);
        state.gather(random.float() < 0.5 ? 0 : random.float());
        const below = (count: number): number => Math.floor(random.float() * count);
        for (let step = 0; step < 60 && movable.length > 0; step += 1) {
          const task = movable[below(movable.length)] as number;
          const may = tours[task] as Int32Array;
          const there = may[below(may.length)];
          if (there === undefined || !state.allows(task, there)) continue;
          const carer = model.tourCarer[there] as number;
          const continuity = (): number => model.weights.continuity * state.continuity + state.guide;
          const before = continuity();
          const stands = (state.tour[task] as number) >= 0;
          const gain = stands ? state.gainOf(task, carer) : 0;
          const carerCost = state.carerCost;
          const added = stands ? state.costOfChange(task, carer) : 0;
          if (stands) state.cut(task);
          const price = state.priceOf(task, carer);
          const others = model.patientTasks[model.patient[task] as number] ?? [];
          const isKnown = others.some((other) => model.tourCarer[state.tour[other] as number] === carer);
          if (!isKnown) expect(state.priceOf(task, carer, true)).toBe(price);
          const without = state.carerCost - model.weights.unassigned * (model.priority[task] as number);
          state.insert(task, model.taskCount + there);
          if (price < Number.POSITIVE_INFINITY) expect(state.carerCost - without).toBe(price);
          if (stands) expect(before - continuity()).toBe(gain + 0);
          if (stands && added < Number.POSITIVE_INFINITY) expect(state.carerCost - carerCost).toBe(added);
          const settled = state.settle(Number.POSITIVE_INFINITY);
          if (price === Number.POSITIVE_INFINITY || added === Number.POSITIVE_INFINITY) expect(settled).toBe(false);
          state.rollback();
        }
      }),
      { numRuns: 20 },
    );
  });
});

describe('what a task costs where it stands', () => {
  it('is what goes with it, hours and waiting apart: its detour, a partner’s price, and where others see the patient too a face or a wish', () => {
    let shared = 0;
    fc.assert(
      fc.property(weeks, fc.integer(), (options, seed) => {
        const plan = planOf({
          ...generateWeek(options),
          travelBucket: () => 0,
          travelMinutes: (a, b) => Math.abs(a - b),
        });
        const tray = trayOf(plan);
        finish(autoAssign(plan, { seed, moves: 0 }));
        const { model, state } = finish(createWeekSearch(plan, tray));
        const { continuity, partnerCost, travelMinutes } = model.weights;
        state.gather((seed & 1) * 0.75);
        const paid = (): number => travelMinutes * state.travelMinutes + partnerCost * state.partnerCost;
        const faces = (): number => continuity * state.continuity + state.guide;
        const carersOf = (task: number): number =>
          new Set(
            (model.patientTasks[model.patient[task] as number] as Int32Array)
              .filter((other) => (state.tour[other] as number) >= 0)
              .map((other) => model.tourCarer[state.tour[other] as number] as number),
          ).size;
        for (let task = 0; task < model.taskCount; task += 1) {
          if (model.movable[task] === 0 || (state.tour[task] as number) < 0) continue;
          const isShared = carersOf(task) > 1;
          const before = paid() + (isShared ? faces() : 0);
          const cost = state.costInPlace(task);
          state.cut(task);
          if (state.settle(Number.POSITIVE_INFINITY, true)) {
            expect(before - paid() - (isShared ? faces() : 0)).toBe(cost);
          }
          state.rollback();
          shared += Number(isShared);
        }
      }),
      { numRuns: 20 },
    );
    expect(shared).toBeGreaterThan(0);
  });
});

describe('the guide towards few carers', () => {
  /** Five visits of one patient, one an hour, two carers who both could do them all. */
  function split(firsts: number) {
    const times = ['09:00', '10:00', '11:00', '12:00', '13:00'].map(at);
    const visits = times.map((start, i) =>
      visitOf(`v${i}`, { patientId: 'p', minutes: 30, startWindows: [{ start, end: start }] }),
    );
    const plan = planOf(weekOf([staffOf('a'), staffOf('b')], visits));
    for (const [visit, start] of times.entries()) plan.place(visit, visit < firsts ? 0 : 1, start);
    return finish(createWeekSearch(plan, new Uint8Array(times.length).fill(1))).state;
  }

  it('prefers 4 and 1 to 3 and 2, of which the score says the same; off, it says nothing', () => {
    const [five, four, three] = [split(5), split(4), split(3)];
    expect(four.score).toEqual({ ...three.score, balance: four.score.balance });
    expect([five, four, three].map(({ guide }) => guide)).toEqual([0, 0, 0]);
    for (const bend of [0.25, 0.75]) {
      for (const state of [five, four, three]) state.gather(bend);
      const shown = [five, four, three].map((state) => state.guide + state.model.weights.continuity * state.continuity);
      expect(shown).toEqual([...shown].sort((a, b) => a - b));
      expect(new Set(shown).size).toBe(3);
    }
    four.gather(0);
    expect(four.guide).toBe(0);
  });
});

describe('repair', () => {
  it('finds the cheapest of all places', () => {
    const steady = { float: () => 0.5, bytes: (count: number) => new Uint8Array(count) };
    let placed = 0;
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const plan = planOf(
          generateWeek({ seed, staff: 8, visits: 60, rushHours: false, paired: 0, restMinutes: 0, days: 1 }),
        );
        const tray = trayOf(plan);
        finish(autoAssign(plan, { seed, moves: 0 }));
        const { model, state } = finish(createWeekSearch(plan, tray));
        const neighbours = finish(neighboursOf(model, 8));
        const repair = createRepair(state, neighbours, steady);
        for (const task of neighbours.movable) {
          if ((state.tour[task] as number) < 0) continue;
          state.cut(task);
          if (!state.settle(Number.POSITIVE_INFINITY, true)) {
            state.rollback();
            continue;
          }
          state.commit();
          let least = Number.POSITIVE_INFINITY;
          for (let before = 0; before < model.taskCount + model.tourCount; before += 1) {
            const there = state.tour[before] as number;
            if (there < 0 || (state.next[before] as number) < 0 || !state.allows(task, there)) continue;
            state.insert(task, before);
            if (state.settle(Number.POSITIVE_INFINITY)) least = Math.min(least, state.cost);
            state.rollback();
          }
          expect(repair.insert(task)).toBe(least < Number.POSITIVE_INFINITY);
          if (least < Number.POSITIVE_INFINITY) expect(state.cost).toBe(least);
          placed += 1;
        }
      }),
      { seed: 3, numRuns: 12 },
    );
    expect(placed).toBeGreaterThan(100);
  });
});

describe('probe', () => {
  it('says no only where settling says no, and then mostly', () => {
    const counts = { refused: 0, early: 0, broken: 0 };
    fc.assert(
      fc.property(weeks, fc.integer(), (options, seed) => {
        const plan = planOf(generateWeek(options));
        const tray = trayOf(plan);
        finish(autoAssign(plan, { seed, moves: 0 }));
        const { model, state } = finish(createWeekSearch(plan, tray));
        const { movable } = finish(neighboursOf(model, 8));
        const { mayStand, hasTime } = createProbe(state);
        const { next, tour } = state;
        const random = seededRandom(seed);
        const below = (count: number): number => Math.floor(random.float() * count);
        for (let step = 0; step < 200 && movable.length > 0; step += 1) {
          const task = movable[below(movable.length)] as number;
          const anchor = below(model.taskCount + model.tourCount);
          const there = tour[anchor] as number;
          if (there < 0 || anchor === task || next[anchor] === task || !state.allows(task, there)) continue;
          const stood = tour[task] as number;
          const later = there === stood && (state.start[anchor] as number) > (state.start[task] as number);
          if (anchor < model.taskCount && later) continue;
          const may = mayStand(there, anchor, task, task, next[anchor] as number);
          const inTime = hasTime(anchor, task, next[anchor] as number);
          if (stood >= 0) state.cut(task);
          state.insert(task, anchor);
          const settled = state.settle(Number.POSITIVE_INFINITY);
          state.rollback();
          if (settled) expect([may, inTime]).toEqual([true, true]);
          else counts.broken += 1;
          if (!may) counts.refused += 1;
          if (!inTime) counts.early += 1;
        }
      }),
      { seed: 4, numRuns: 25 },
    );
    expect(counts.refused).toBeGreaterThan(counts.broken / 2);
    expect(counts.early).toBeGreaterThan(counts.refused / 4);
  });
});

describe('neighbours', () => {
  it('of a task with windows on two days are those of the same day first', () => {
    const twice = (time: string) =>
      [0, 1].map((day) => ({ start: at(time) + day * 1440, end: at(time) + day * 1440 + 30 }));
    const visits = ['08:00', '10:00', '12:00', '14:00'].map((time) => visitOf(time, { startWindows: twice(time) }));
    const { model } = finish(createWeekSearch(planOf(weekOf([staffOf('a')], visits)), new Uint8Array(4).fill(1)));
    const { before } = finish(neighboursOf(model, 3));
    expect([...before]).toEqual([...[3, 2, 1], ...[0, 3, 2], ...[1, 0, 3], ...[2, 1, 0]]);
  });
});

describe('destroy and repair', () => {
  it('makes room for a task without a place, however many have one', () => {
    const hour = (time: string) => [{ start: at(time), end: at(time) }];
    const others = Array.from({ length: 80 }, (_, index) =>
      visitOf(`other ${index}`, { startWindows: hour('12:00'), placed: { staffId: `c${index}`, start: at('12:00') } }),
    );
    const staff = [
      staffOf('able', { skills: ['wounds'] }),
      staffOf('idle'),
      ...others.map((_, index) => staffOf(`c${index}`, { shifts: [{ start: at('11:00'), end: at('14:00') }] })),
    ];
    const inTheWay = visitOf('y', { startWindows: hour('09:00'), placed: { staffId: 'able', start: at('09:00') } });
    const waiting = visitOf('x', { startWindows: hour('09:00'), skills: ['wounds'] });
    const { model, state } = finish(
      createWeekSearch(planOf(weekOf(staff, [inTheWay, waiting, ...others])), new Uint8Array(82).fill(1)),
    );
    const neighbours = finish(neighboursOf(model, 8));
    const random = seededRandom(1);
    const ruin = createRuin(state, neighbours, createDraw(state, neighbours.movable, random), random);
    for (let tries = 0; tries < 40 && state.unassigned > 0; tries += 1) ruin.tryOne();
    expect(state.unassigned).toBe(0);
  });
});
