/**
 * Threshold accepting over small moves and now and then a larger one (destroy and repair): what costs less than the
 * threshold more is taken. A bound known beforehand lets most hopeless moves end at their travel.
 *
 * Dueck & Scheuer, Threshold accepting: a general purpose optimization algorithm appearing superior to simulated annealing,
 * Journal of Computational Physics 90 (1990).
 */
import type { Random } from '@fieldfare/kernel';
import { createDraw } from './draw.ts';
import { type SearchScore, toursIn } from './model.ts';
import { createMoves } from './moves.ts';
import type { Neighbours } from './neighbours.ts';
import { createRuin } from './ruin.ts';
import type { SearchState } from './state.ts';

export interface Solution {
  readonly score: SearchScore;
  readonly cost: number;
  /** Tasks by tour, in order. */
  readonly tours: readonly (readonly number[])[];
  /** By task; means nothing where it is in no tour. Where pairs wait for each other, the order alone does not say when. */
  readonly starts: Int32Array;
}

export interface Walk {
  /** Tries so many moves, each of which may cost so much. */
  readonly go: (moves: number, heat: number) => void;
  /** Takes these tasks out, one after the other, and leaves each where the whole costs least. Whether that gained anything. */
  readonly reinsert: (tasks: Int32Array) => boolean;
  /** Turns the guide (ledger.ts). */
  readonly gather: (bend: number) => void;
  readonly bestCost: () => number;
  readonly bestScore: () => SearchScore;
  /** The best so far. */
  readonly best: () => Solution;
}

/** Moves between two looks at what a task costs. */
const LOOK_EVERY = 4;

/** From where `state` stands. `ruinEvery`: one destroy and repair for so many small moves. */
export function createWalk(state: SearchState, neighbours: Neighbours, random: Random, ruinEvery: number): Walk {
  const { model } = state;
  const { weights } = model;
  const draw = createDraw(state, neighbours.movable, random);
  const moves = createMoves(state, neighbours, draw, random);
  const ruin = createRuin(state, neighbours, draw, random);
  let cost = state.cost;
  let carers = state.carerCost;
  let bestCost = cost - state.guide;
  let bestScore = state.score;
  const bestNext = state.next.slice();
  const bestStart = state.start.slice();
  let heat = 0;
  let tried = 0;

  function kept(now: number): void {
    cost = now;
    carers = state.carerCost;
    const scored = now - state.guide;
    if (scored >= bestCost) return;
    bestCost = scored;
    bestScore = state.score;
    bestNext.set(state.next);
    bestStart.set(state.start);
  }

  function tryMove(): void {
    const room = heat + weights.late * state.late + weights.worstLate * state.worstLate;
    const added = moves.tryOne(room);
    if (added === null) return;
    // Nothing is timed yet, but who goes is settled.
    if (weights.travelMinutes * added + state.carerCost - carers > room) {
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

  return {
    go(count, most) {
      heat = most;
      for (const until = tried + count; tried < until; tried += 1) {
        if (tried % LOOK_EVERY === 0) draw.look();
        if (tried % ruinEvery === ruinEvery - 1) tryRuin();
        else tryMove();
      }
    },
    reinsert(tasks) {
      const before = cost;
      for (const task of tasks) {
        ruin.tryTask(task);
        const now = state.cost;
        if (now < cost) kept(now);
        else ruin.putBack();
      }
      return cost < before;
    },
    gather(bend) {
      state.gather(bend);
      cost = state.cost;
      carers = state.carerCost;
    },
    bestCost: () => bestCost,
    bestScore: () => bestScore,
    best: () => ({ score: bestScore, cost: bestCost, tours: toursIn(bestNext, model), starts: bestStart }),
  };
}
