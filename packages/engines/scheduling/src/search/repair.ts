/** Puts unassigned tasks where they cost least, asking the state itself: the price is the score's, pairs included. */
import { invariant, type Random } from '@fieldfare/kernel';
import { MOST_WAITING } from '../score.ts';
import { OTHER_TIME } from '../told.ts';
import { NEVER } from './model.ts';
import { couldHold, type Neighbours } from './neighbours.ts';
import { createProbe } from './probe.ts';
import { latestStarts } from './starts.ts';
import type { SearchState } from './state.ts';

export interface Repair {
  /** Commits the cheapest place looked at, `wish` among the tours. False: none takes it, and the state is as before. */
  readonly insert: (task: number, wish?: number) => boolean;
  /** Every unassigned task, those that open first first; committed, at every yield too. */
  readonly insertAll: () => Generator<void, void, undefined>;
}

/** Tours looked through whole; with more of them the neighbours', those of carers the patient knows, and those nearby. */
const FEW_TOURS = 48;
/** Of the tours near home one in so many is looked through once there is a place: they have the best one of fifty. */
const HOMES_APART = 4;
/** One place in so many is overlooked, so that repair does not always find the same (SISR's blinks). */
const BLINK = 0.01;
/** Tasks between two yields of `insertAll`. */
const SLICE = 16;

export function createRepair(state: SearchState, neighbours: Neighbours, random: Random): Repair {
  const { model, next, tour, start, leg: legInto } = state;
  const { mayStand } = createProbe(state);
  const { taskCount, weights, patientTasks, preferred, duration, windowFrom, windowOpen, breaks } = model;
  const { before: near, width, tours, nearTours, carerTours } = neighbours;
  const faces = weights.continuity > 0;
  const timed = model.legs === null;
  const told = model.toldStart.some((start) => start >= 0);
  /** What an insertion may save besides waiting: where travel depends on the hour, some travel; another visit may come to its time. */
  const saved = (timed ? weights.travelMinutes * 5 : 0) + (told ? weights.disruption * OTHER_TIME : 0);
  const paired = model.partner.some((other) => other >= 0);
  const latest = latestStarts(model);
  /** By tour: the last call that looked through it. */
  const lookedAt = new Float64Array(model.tourCount);
  /** By carer: the last call that looked through the tours. */
  const lookedWith = new Float64Array(model.carerCount);
  /** Whoever sees the patient has been looked at in this call: all others are strangers. */
  let onlyStrangers = false;
  let asked = 0;
  let best = -1;
  let bestCost = 0;

  /** `least`: as `leastIn` says. */
  function look(task: number, before: number, least: number): void {
    const after = next[before] as number;
    // The way there alone is too much for most places.
    const there = state.legBetween(before, task) - (legInto[after] as number);
    if (bestCost - least <= weights.travelMinutes * there) return;
    const room = bestCost - least - weights.travelMinutes * (there + state.legBetween(task, after));
    if (room <= 0 || random.float() < BLINK || !mayStand(tour[before] as number, before, task, task, after)) return;
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

  /** What the plan costs at least with the task in that tour, travel left out. */
  function leastIn(task: number, there: number, without: number): number {
    const least = without + state.priceOf(task, model.tourCarer[there] as number, onlyStrangers) - saved;
    if (least >= bestCost || weights.waitingMinutes === 0) return least;
    return (
      least - weights.waitingMinutes * (paired ? Math.max(MOST_WAITING, state.idleIn(there)) : state.idleIn(there))
    );
  }

  function lookBehind(task: number, before: number, without: number): void {
    if (!state.allows(task, tour[before] as number)) return;
    const least = leastIn(task, tour[before] as number, without);
    if (least < bestCost) look(task, before, least);
  }

  /** Once a task; nothing where it may not stand or would cost more whatever the way. Starts ascend along a tour, so most of it is passed by. */
  function lookThrough(task: number, there: number, without: number): void {
    if (lookedAt[there] === asked) return;
    lookedAt[there] = asked;
    if (!state.allows(task, there)) return;
    const least = leastIn(task, there, without);
    if (least >= bestCost) return;
    const swings = breaks !== null && (breaks.minutes[there] as number) > 0;
    const opens = windowOpen[windowFrom[task] as number] as number;
    const closes = swings ? NEVER : (latest[task] as number);
    const done = Math.max(opens, model.tourStart[there] as number) + (duration[task] as number);
    const home = taskCount + there;
    for (let before = home; ; ) {
      const left = before === home ? 0 : (start[before] as number) + (duration[before] as number);
      if (left > closes) return;
      const after = next[before] as number;
      const ends = swings ? done : Math.max(done, left + (duration[task] as number));
      if (after === home || (latest[after] as number) >= ends) look(task, before, least);
      before = after;
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
    onlyStrangers = false;
    if (wish >= 0) lookThrough(task, wish, without);
    // The likely places first: a good price rules most others out by who goes, or by their travel.
    if (faces) {
      if ((preferred[task] as number) >= 0) lookWith(task, preferred[task] as number, without);
      for (const other of patientTasks[model.patient[task] as number] ?? []) {
        const carer = (tour[other] as number) < 0 ? -1 : (model.tourCarer[tour[other] as number] as number);
        if (carer >= 0) lookWith(task, carer, without);
      }
      onlyStrangers = true;
    }
    for (let rank = 0; rank < width; rank += 1) {
      const before = near[task * width + rank] as number;
      if (before < 0) break;
      const there = tour[before] as number;
      if (there < 0) continue;
      if (few && !faces) lookBehind(task, before, without);
      else lookThrough(task, there, without);
    }
    if (few) {
      for (const there of open) lookThrough(task, there, without);
      return take(task);
    }
    const homes = nearTours[task] as Int32Array;
    const first = best < 0 ? 0 : Math.floor(random.float() * HOMES_APART);
    for (let at = first; at < homes.length; at += best < 0 ? 1 : HOMES_APART) {
      lookThrough(task, homes[at] as number, without);
    }
    // And somewhere else: homes need not say where carers work.
    lookThrough(task, open[Math.floor(random.float() * open.length)] as number, without);
    return take(task);
  }

  /** In every tour of one carer that may hold the task. */
  function lookWith(task: number, carer: number, without: number): void {
    if (lookedWith[carer] === asked) return;
    lookedWith[carer] = asked;
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
    *insertAll() {
      const { movable } = model;
      const opens = (task: number): number => windowOpen[windowFrom[task] as number] ?? 0;
      const waiting = Array.from({ length: taskCount }, (_, task) => task)
        .filter((task) => movable[task] === 1 && (tour[task] as number) < 0)
        .sort((a, b) => opens(a) - opens(b) || a - b);
      for (const [index, task] of waiting.entries()) {
        if (index % SLICE === SLICE - 1) yield;
        insert(task);
      }
    },
  };
}
