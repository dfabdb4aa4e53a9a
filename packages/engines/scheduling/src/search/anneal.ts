/**
 * Threshold accepting over small moves and now and then a larger one (destroy and repair): what costs less than the
 * threshold more is taken, and the threshold falls with the iteration, so one seed and one number of iterations give one
 * answer on every machine. Who watches a clock only decides where to stop.
 *
 * Dueck & Scheuer, Threshold accepting: a general purpose optimization algorithm appearing superior to simulated annealing,
 * Journal of Computational Physics 90 (1990). A bound known beforehand also lets most hopeless moves end at their travel.
 */
import { type Random, seededRandom } from '@fieldfare/kernel';
import { type RoutingModel, type SearchScore, toursIn } from './model.ts';
import { createMoves } from './moves.ts';
import { type Neighbours, neighboursOf } from './neighbours.ts';
import { createRepair } from './repair.ts';
import { createRuin } from './ruin.ts';
import { SearchState } from './state.ts';

export interface AnnealOptions {
  /** Any 32-bit integer. */
  readonly seed: number;
  /** Moves tried from hot to cold. */
  readonly iterations: number;
  /** Where to start, as loaded; what is unassigned is put in greedily. */
  readonly state?: SearchState;
  /** The threshold in mean legs, from the first move to the last. */
  readonly heat?: { readonly start: number; readonly end: number };
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

export interface SearchOutcome extends SearchProgress {
  /** Tasks by tour, in order. */
  readonly tours: readonly (readonly number[])[];
  /** By task; means nothing where it is in no tour. Where pairs wait for each other, the order alone does not say when. */
  readonly starts: Int32Array;
}

/** Moves between two yields: a few milliseconds at most. */
const SLICE = 512;
const WIDTH = 24;
const HEAT = { start: 2, end: 0.012 };
const RUIN_EVERY = 512;
/** The guide towards few carers a patient (ledger.ts): its bend at the start, falling in steps, and the share of a round after which it is off. */
const GATHER = { bend: 0.75, until: 0.9, steps: 48 };
/** A share of 1 would begin a round more. */
const LAST = 1 - 1e-9;

export function* anneal(
  model: RoutingModel,
  options: AnnealOptions,
): Generator<SearchProgress, SearchOutcome, 'stop' | undefined> {
  const { weights } = model;
  const { iterations, rounds = 1, ruinEvery = RUIN_EVERY } = options;
  const { start, end } = options.heat ?? HEAT;
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

  const moves = createMoves(state, neighbours, random);
  const ruin = createRuin(state, neighbours, random);
  const unit = weights.travelMinutes * meanLeg(model, neighbours);
  let cost = state.cost;
  let bestCost = cost;
  let bestScore = state.score;
  const bestNext = state.next.slice();
  const bestStart = state.start.slice();
  let heat = start * unit;
  let iteration = 0;
  let guided = 0;

  function kept(now: number): void {
    cost = now;
    const scored = now - state.guide;
    if (scored >= bestCost) return;
    bestCost = scored;
    bestScore = state.score;
    bestNext.set(state.next);
    bestStart.set(state.start);
  }

  function tryMove(): void {
    const room = heat + weights.late * state.late + weights.worstLate * state.worstLate;
    const carersBefore = state.carerCost;
    const added = moves.tryOne(room);
    if (added === null) return;
    // Nothing is timed yet, but who goes is settled.
    if (weights.travelMinutes * added + state.carerCost - carersBefore > room) {
      state.rollback();
      return;
    }
    if (!state.settle(room - weights.travelMinutes * added)) {
      state.rollback();
      return;
    }
    const now = state.cost;
    if (now - cost > heat) state.rollback();
    else {
      state.commit();
      kept(now);
    }
  }

  function tryRuin(): void {
    const before = cost;
    const record = bestCost;
    ruin.tryOne();
    const now = state.cost;
    if (now - before > heat) {
      ruin.putBack();
      return;
    }
    kept(now);
    ruin.keep(now - state.guide < record ? 'best' : now < before ? 'better' : 'accepted');
  }

  /** How much of the round is over, 0 … 1. */
  function guideBy(over: number): void {
    if (weights.continuity === 0) return;
    const step = Math.ceil(GATHER.steps * Math.max(0, 1 - over / GATHER.until));
    if (step === guided) return;
    guided = step;
    state.gather((GATHER.bend * step) / GATHER.steps);
    cost = state.cost;
  }

  const busy = neighbours.movable.length > 0;
  while (busy && iteration < iterations) {
    const command = yield { iteration, score: bestScore, cost: bestCost };
    if (command === 'stop') break;
    const until = Math.min(iterations, iteration + SLICE);
    const over = rounds * Math.min(LAST, options.share?.() ?? iteration / iterations);
    guideBy(over % 1);
    heat = unit * start * (end / start) ** (over % 1);
    for (; iteration < until; iteration += 1) {
      if (iteration % ruinEvery === ruinEvery - 1) tryRuin();
      else tryMove();
    }
  }
  return { iteration, score: bestScore, cost: bestCost, tours: toursIn(bestNext, model), starts: bestStart };
}

/** What is unassigned goes in greedily; `state` is whole at every yield. */
function* prepare(model: RoutingModel, state: SearchState, random: Random): Generator<void, Neighbours, undefined> {
  const neighbours = yield* neighboursOf(model, Math.min(WIDTH, Math.max(1, model.taskCount - 1)));
  yield;
  yield* createRepair(state, neighbours, random).insertAll();
  return neighbours;
}

/** The scale of heat: a leg between tasks that could follow one another. */
function meanLeg({ legs, placeCount, legAt, place, windowOpen }: RoutingModel, near: Neighbours): number {
  if (legs !== null) {
    let sum = 0;
    for (const leg of legs) sum += leg;
    return sum / Math.max(1, placeCount * (placeCount - 1));
  }
  // In a wide region two tasks at random are far apart, whatever the legs that a good plan drives.
  let sum = 0;
  let count = 0;
  near.before.forEach((other, at) => {
    if (other < 0) return;
    const [a, b] = [place[other] as number, place[Math.floor(at / near.width)] as number];
    if (a !== b) sum += legAt(a, b, windowOpen[0] ?? 0);
    count += 1;
  });
  return sum / Math.max(1, count);
}
