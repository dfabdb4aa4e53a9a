/** Puts unassigned tasks where they cost least, asking the state itself: the price is the score's, pairs included. */
import { invariant, type Random } from '@fieldfare/kernel';
import { MOST_WAITING } from '../score.ts';
import { OTHER_TIME } from '../told.ts';
import { couldHold, type Neighbours } from './neighbours.ts';
import { createProbe } from './probe.ts';
import type { SearchState } from './state.ts';

export interface Repair {
  /** Commits the cheapest place looked at, `wish` among the tours. False: none takes it, and the state is as before. */
  readonly insert: (task: number, wish?: number) => boolean;
  /** Every unassigned task, those that open first first; committed. */
  readonly insertAll: () => void;
}

/** Tours looked through whole; with more of them the neighbours', those of carers the patient knows, and those nearby. */
const FEW_TOURS = 48;
/** One place in so many is overlooked, so that repair does not always find the same (SISR's blinks). */
const BLINK = 0.01;

export function createRepair(state: SearchState, neighbours: Neighbours, random: Random): Repair {
  const { model, next, tour, leg: legInto } = state;
  const { mayStand } = createProbe(state);
  const { taskCount, weights, patientTasks } = model;
  const { before: near, width, tours, nearTours, carerTours } = neighbours;
  const timed = model.legs === null;
  /** What an insertion may save besides travel: waiting in one gap. Where travel depends on the hour, some travel too; and another visit may come to its time. */
  const saved =
    weights.waitingMinutes * MOST_WAITING + (timed ? weights.travelMinutes * 5 : 0) + weights.disruption * OTHER_TIME;
  /** By tour: the last call that looked through it. */
  const lookedAt = new Float64Array(model.tourCount);
  let asked = 0;
  let best = -1;
  let bestCost = 0;

  function look(task: number, before: number, without: number): void {
    if (random.float() < BLINK) return;
    const after = next[before] as number;
    const added = state.legBetween(before, task) + state.legBetween(task, after) - (legInto[after] as number);
    const room = bestCost - without - weights.travelMinutes * added + saved;
    if (room <= 0 || !mayStand(tour[before] as number, before, task, task, after)) return;
    state.insert(task, before);
    if (state.settle(room)) {
      const { cost } = state;
      if (cost < bestCost) {
        best = before;
        bestCost = cost;
      }
    }
    state.rollback();
  }

  /** Once a task; nothing where it may not stand. */
  function lookThrough(task: number, there: number, without: number): void {
    if (lookedAt[there] === asked || !state.allows(task, there)) return;
    lookedAt[there] = asked;
    const home = taskCount + there;
    for (let before = home; ; ) {
      look(task, before, without);
      before = next[before] as number;
      if (before === home) return;
    }
  }

  function insert(task: number, wish = -1): boolean {
    best = -1;
    bestCost = Number.POSITIVE_INFINITY;
    const without = state.cost - weights.unassigned * (model.priority[task] as number);
    const open = tours[task] as Int32Array;
    const few = open.length <= FEW_TOURS;
    asked += 1;
    if (wish >= 0) lookThrough(task, wish, without);
    // The likely places first: a good price rules most others out by their travel alone.
    for (let rank = 0; rank < width; rank += 1) {
      const before = near[task * width + rank] as number;
      if (before < 0) break;
      const there = tour[before] as number;
      if (there < 0 || !state.allows(task, there)) continue;
      if (few) look(task, before, without);
      else lookThrough(task, there, without);
    }
    if (few) {
      for (const there of open) lookThrough(task, there, without);
      return take(task);
    }
    const who = model.patient[task] as number;
    for (const other of patientTasks[who] ?? []) {
      const carer = (tour[other] as number) < 0 ? -1 : (model.tourCarer[tour[other] as number] as number);
      if (carer >= 0) lookWith(task, carer, without);
    }
    if ((model.preferred[task] as number) >= 0) lookWith(task, model.preferred[task] as number, without);
    for (const there of nearTours[task] as Int32Array) lookThrough(task, there, without);
    // And somewhere else: homes need not say where carers work.
    lookThrough(task, open[Math.floor(random.float() * open.length)] as number, without);
    return take(task);
  }

  /** In every tour of one carer that may hold the task. */
  function lookWith(task: number, carer: number, without: number): void {
    for (const there of carerTours[carer] as Int32Array) {
      if (couldHold(model, task, there)) lookThrough(task, there, without);
    }
  }

  function take(task: number): boolean {
    if (best < 0) return false;
    state.insert(task, best);
    invariant(state.settle(Number.POSITIVE_INFINITY, true), 'it was looked at');
    state.commit();
    return true;
  }

  return {
    insert,
    insertAll() {
      const { windowFrom, windowOpen, movable } = model;
      const opens = (task: number): number => windowOpen[windowFrom[task] as number] ?? 0;
      const waiting = Array.from({ length: taskCount }, (_, task) => task)
        .filter((task) => movable[task] === 1 && (tour[task] as number) < 0)
        .sort((a, b) => opens(a) - opens(b) || a - b);
      for (const task of waiting) insert(task);
    },
  };
}
