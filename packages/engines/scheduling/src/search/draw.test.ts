import { seededRandom } from '@fieldfare/kernel';
import { expect, it } from 'vitest';
import { finish } from '../../test/search.ts';
import { at, planOf, staffOf, visitOf, weekOf } from '../../test/week.ts';
import { createDraw } from './draw.ts';
import type { RoutingModel } from './model.ts';
import type { SearchState } from './state.ts';
import { createWeekSearch } from './week-model.ts';

const COUNT = 20;
const DRAWS = 20_000;
/** Odds of the dearest of them all: drawn evenly, or among the six of whom the dearest is taken. */
const DEAREST = 0.5 / COUNT + 0.5 * (1 - (1 - 1 / COUNT) ** 6);
const EVENLY = 1 / COUNT;

/** Twenty visits next to one another, the last of which lies apart; two carers. */
function weekWithOneFarAway(): SearchState {
  const visits = Array.from({ length: COUNT }, (_, index) =>
    visitOf(`v${index}`, { place: index === COUNT - 1 ? 60 : index % 2, minutes: 10 }),
  );
  const plan = planOf(weekOf([staffOf('a'), staffOf('b', { homePlace: 60 })], visits));
  for (let visit = 0; visit < COUNT; visit += 1) plan.place(visit, 0, at('08:00') + visit * 12);
  plan.place(COUNT - 1, 0, at('13:00'));
  return finish(createWeekSearch(plan, new Uint8Array(COUNT).fill(1))).state;
}

const movable = Int32Array.from({ length: COUNT }, (_, task) => task);

function shareOf(task: number, draw: { readonly task: () => number }): number {
  let count = 0;
  for (let drawn = 0; drawn < DRAWS; drawn += 1) count += Number(draw.task() === task);
  return count / DRAWS;
}

function move(state: SearchState, task: number, behind: number): void {
  state.cut(task);
  state.insert(task, behind);
  expect(state.settle(Number.POSITIVE_INFINITY)).toBe(true);
  state.commit();
}

it('draws who stands dearly more often, and everybody now and then', () => {
  const state = weekWithOneFarAway();
  const draw = createDraw(state, movable, seededRandom(1));
  expect(shareOf(COUNT - 1, draw)).toBeCloseTo(DEAREST, 2);
  for (const task of movable) expect(shareOf(task, draw)).toBeGreaterThan(0.4 * EVENLY);
});

it('counts what is above the least that was seen, and sees it when the turn has come', () => {
  const state = weekWithOneFarAway();
  const draw = createDraw(state, movable, seededRandom(1));
  const far = COUNT - 1;
  const [home] = [state.model.taskCount + [...state.model.tourCarer].indexOf(1)];
  const before = state.costInPlace(far);
  move(state, far, home);
  expect(state.costInPlace(far)).toBeLessThan(before);
  expect(shareOf(far, draw), 'not looked at yet').toBeCloseTo(DEAREST, 2);
  for (const _task of movable) draw.look();
  expect(shareOf(far, draw)).toBeLessThan(EVENLY);
  // One that was never seen to cost less stands in its place: near its own home now, which is far from the others.
  move(state, 0, far);
  for (const _task of movable) draw.look();
  expect(shareOf(0, draw), 'dearer than it was').toBeCloseTo(DEAREST, 2);
});

it('draws evenly where lateness has a price, of which a detour says nothing', () => {
  const state = weekWithOneFarAway();
  const model: RoutingModel = { ...state.model, weights: { ...state.model.weights, late: 1 } };
  const late: SearchState = Object.create(state, { model: { value: model } });
  const draw = createDraw(late, movable, seededRandom(1));
  expect(shareOf(COUNT - 1, draw)).toBeCloseTo(EVENLY, 2);
});

it('draws a task without a place as if all were drawn evenly', () => {
  const state = weekWithOneFarAway();
  const far = COUNT - 1;
  state.cut(far);
  expect(state.settle(Number.POSITIVE_INFINITY)).toBe(true);
  state.commit();
  const share = shareOf(far, createDraw(state, movable, seededRandom(1)));
  expect(share).toBeGreaterThan(0.8 * EVENLY);
  expect(share).toBeLessThan(1.2 * EVENLY);
});
