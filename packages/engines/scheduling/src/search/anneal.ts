/**
 * A walk (walk.ts) whose threshold falls with the iteration, so one seed and one number of iterations give one answer on every
 * machine. Who watches a clock only decides where to stop. Once it has cooled, each task goes where it costs least until none
 * gains by it.
 */
import { type Random, seededRandom } from '@fieldfare/kernel';
import { shuffle } from '../shuffle.ts';
import { bendAt, type Heat, heatAt, meanLeg } from './cooling.ts';
import type { RoutingModel, SearchScore } from './model.ts';
import { type Neighbours, neighboursOf } from './neighbours.ts';
import { createRepair } from './repair.ts';
import { SearchState } from './state.ts';
import { createWalk, type Solution, type Walk } from './walk.ts';

export interface AnnealOptions {
  /** Any 32-bit integer. */
  readonly seed: number;
  /** Moves tried from hot to cold. */
  readonly iterations: number;
  /** Where to start, as loaded; what is unassigned is put in greedily. */
  readonly state?: SearchState;
  readonly heat?: Heat;
  /**
   * How much of the run is over, 0 … 1, asked once a slice; `iteration / iterations` when left out. A caller with a budget
   * of time gives its clock's share, and gives up that one seed has one answer.
   */
  readonly share?: () => number;
  /** Coolings in one run, each from where the one before ended: small problems gain from several. */
  readonly rounds?: number;
  /** One destroy and repair for so many small moves. */
  readonly ruinEvery?: number;
}

export interface SearchProgress {
  /** Moves tried so far. */
  readonly iteration: number;
  /** Of the best solution so far. */
  readonly score: SearchScore;
  readonly cost: number;
}

export interface SearchOutcome extends SearchProgress, Solution {}

/** Moves, and tasks put in anew, between two yields: a few milliseconds at most. */
const SLICE = 512;
const REINSERTED_IN_SLICE = 128;
const WIDTH = 24;
const HEAT: Heat = { start: 2, end: 0.012, out: 0 };
const RUIN_EVERY = 512;
/** Times that all tasks are put in anew at the end, at most: the first gains nearly all there is. */
const MOST_REINSERTED = 3;
/** A share of 1 would begin a round more. */
const LAST = 1 - 1e-9;

export function* anneal(
  model: RoutingModel,
  options: AnnealOptions,
): Generator<SearchProgress, SearchOutcome, 'stop' | undefined> {
  const { weights } = model;
  const { iterations, rounds = 1, ruinEvery = RUIN_EVERY, heat = HEAT } = options;
  const random = seededRandom(options.seed);
  const state = options.state ?? new SearchState(model);
  const prepared = prepare(model, state, random);
  let part = prepared.next();
  while (!part.done) {
    const command = yield { iteration: 0, score: state.score, cost: state.cost };
    if (command === 'stop') {
      return { iteration: 0, score: state.score, cost: state.cost, tours: state.tours(), starts: state.start.slice() };
    }
    part = prepared.next();
  }
  const neighbours = part.value;
  const { movable } = neighbours;
  const walk = createWalk(state, neighbours, random, ruinEvery);
  const unit = weights.travelMinutes * meanLeg(model, neighbours);
  let iteration = 0;
  let bend = 0;
  const progress = (): SearchProgress => ({ iteration, score: walk.bestScore(), cost: walk.bestCost() });
  while (movable.length > 0 && iteration < iterations) {
    if ((yield progress()) === 'stop') return { iteration, ...walk.best() };
    const over = (rounds * Math.min(LAST, options.share?.() ?? iteration / iterations)) % 1;
    const bent = weights.continuity === 0 ? 0 : bendAt(over);
    if (bent !== bend) walk.gather(bent);
    bend = bent;
    const moves = Math.min(SLICE, iterations - iteration);
    walk.go(moves, unit * heatAt(heat, over));
    iteration += moves;
  }
  if (iteration > 0) {
    // A run of a slice or two is over before the guide is.
    if (bend !== 0) walk.gather(0);
    const last = reinsertAll(walk, movable, random);
    let step = last.next();
    while (!step.done) {
      if ((yield progress()) === 'stop') break;
      step = last.next();
    }
  }
  return { iteration, ...walk.best() };
}

/** In an order drawn anew each time, until nothing gains. */
function* reinsertAll(walk: Walk, movable: Int32Array, random: Random): Generator<void, void, undefined> {
  const order = movable.slice();
  for (let round = 0, gains = true; round < MOST_REINSERTED && gains; round += 1) {
    shuffle(order, () => random.float());
    gains = false;
    for (let from = 0; from < order.length; from += REINSERTED_IN_SLICE) {
      if (walk.reinsert(order.subarray(from, from + REINSERTED_IN_SLICE))) gains = true;
      yield;
    }
  }
}

/** What is unassigned goes in greedily; `state` is whole at every yield. */
function* prepare(model: RoutingModel, state: SearchState, random: Random): Generator<void, Neighbours, undefined> {
  const neighbours = yield* neighboursOf(model, Math.min(WIDTH, Math.max(1, model.taskCount - 1)));
  yield;
  yield* createRepair(state, neighbours, random).insertAll();
  return neighbours;
}
