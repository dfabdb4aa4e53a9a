/**
 * Destroy and repair: takes out what belongs together and puts it back where it is cheapest. Kinds are drawn by how well each
 * has done (Ropke & Pisinger, An adaptive large neighborhood search heuristic for the pickup and delivery problem with time
 * windows, Transportation Science 40, 2006); strings and blinks after Christiaens & Vanden Berghe, Slack induction by
 * string removals for vehicle routing problems, Transportation Science 54 (2020). While a task has no place, half of the
 * tries are for it, fewer the longer they are in vain.
 */
import type { Random } from '@fieldfare/kernel';
import type { Draw } from './draw.ts';
import { couldHold, type Neighbours } from './neighbours.ts';
import { createOdds } from './odds.ts';
import { createRepair } from './repair.ts';
import type { SearchState } from './state.ts';
import { createTangles } from './tangle.ts';

export interface Ruin {
  /** Takes some out and puts them back, committed. Ask the state for its cost; then `keep` or `putBack`. */
  readonly tryOne: () => void;
  /** The same of one task, with the other half of its pair; nothing where it stands nowhere. */
  readonly tryTask: (task: number) => void;
  readonly keep: (how: 'best' | 'better' | 'accepted') => void;
  /** The solution before the last try, committed. */
  readonly putBack: () => void;
}

const MOST_REMOVED = 16;
const MOST_STRING = 8;
/** Odds that a try is for a task without a place, while there is one; what each try in vain leaves of them, and the least. */
const FOR_WAITING = 0.5;
const IN_VAIN = 0.998;
const LEAST_WAITING = 0.02;
/** Odds that such a try clears a tour. */
const CLEARS = 0.7;
/** Tries that are of no kind: for a task without a place, and for a task by itself. */
const WAITING = -1;
const ALONE = -2;
const REWARD = { best: 8, better: 3, accepted: 1 } as const;

export function createRuin(state: SearchState, neighbours: Neighbours, draw: Draw, random: Random): Ruin {
  const { model, next, prev, tour, start } = state;
  const { taskCount, patientTasks, patient, weights } = model;
  const { before: near, width, movable } = neighbours;
  const repair = createRepair(state, neighbours, random);
  const toursTangledWith = createTangles(state, neighbours);
  const below = (count: number): number => Math.floor(random.float() * count);
  const removed: number[] = [];
  const from: number[] = [];
  /** Of those removed: to be put back before the others. */
  const firsts: number[] = [];
  const out = new Uint8Array(taskCount);
  let left = 0;
  let forWaiting = FOR_WAITING;
  let unassignedBefore = 0;

  const standing = (task: number): boolean =>
    model.movable[task] === 1 && (tour[task] as number) >= 0 && out[task] === 0;
  const nearby = (task: number): number => near[task * width + below(width)] as number;

  function remove(task: number): void {
    if (left <= 0 || !standing(task)) return;
    left -= 1;
    out[task] = 1;
    removed.push(task);
    from.push(prev[task] as number);
    state.cut(task);
    const other = model.partner[task] as number;
    // Half a pair is tied to its other half's time: they look for a place together.
    if (other >= 0) remove(other);
  }

  const kinds = {
    area(seed: number): void {
      remove(seed);
      for (let tries = 0; left > 0 && tries < 4 * MOST_REMOVED; tries += 1) {
        const other = nearby(removed[below(removed.length)] ?? seed);
        if (other >= 0) remove(other);
      }
    },
    /** Strings of tasks out of neighbouring tours. */
    strings(seed: number): void {
      const seen = new Set<number>();
      for (let rank = -1; rank < width && left > 0; rank += 1) {
        const task = rank < 0 ? seed : (near[seed * width + rank] as number);
        if (task < 0) break;
        if (!standing(task) || seen.has(tour[task] as number)) continue;
        seen.add(tour[task] as number);
        string(task, 1 + below(MOST_STRING));
      }
    },
    /** One carer's tour, and whoever is near its first task. */
    carer(seed: number): void {
      string(seed, MOST_REMOVED);
      kinds.area(seed);
    },
    patient(seed: number): void {
      remove(seed);
      for (const task of patientTasks[patient[seed] as number] ?? []) remove(task);
      const other = nearby(seed);
      if (other >= 0) for (const task of patientTasks[patient[other] as number] ?? [other]) remove(task);
    },
    /** All of a patient's visits to one carer: those with others, and what stands in their way there. */
    reunite(seed: number): void {
      const tasks = patientTasks[patient[seed] as number] ?? [];
      const known = tasks[below(tasks.length + 1)] ?? -1;
      const there = known < 0 ? -1 : (tour[known] as number);
      const carer = there < 0 ? (model.preferred[seed] as number) : (model.tourCarer[there] as number);
      if (carer < 0) return;
      for (const task of tasks) {
        if (left > 0 && standing(task) && model.tourCarer[tour[task] as number] !== carer) {
          remove(task);
          firsts.push(task);
        }
      }
      for (const task of firsts) {
        for (const room of neighbours.carerTours[carer] as Int32Array) {
          if (couldHold(model, task, room)) clear(task, room);
        }
      }
    },
    /** The tours of carers who have each other's day: as many as may be, for a part of them changes nothing. */
    tangle(seed: number): void {
      left = MOST_REMOVED;
      for (const there of toursTangledWith(seed, left)) empty(there);
    },
    /** Tasks that begin at about the same time, whoever does them. */
    time(seed: number): void {
      const at = start[seed] as number;
      const span = model.duration[seed] as number;
      remove(seed);
      for (let tries = 0; left > 0 && tries < 20 * MOST_REMOVED; tries += 1) {
        const task = movable[below(movable.length)] as number;
        if (standing(task) && Math.abs((start[task] as number) - at) <= 2 * span) remove(task);
      }
    },
    random(): void {
      for (let tries = 0; left > 0 && tries < 2 * MOST_REMOVED; tries += 1) {
        remove(movable[below(movable.length)] as number);
      }
    },
  };
  const ofFaces: readonly ((seed: number) => void)[] = [kinds.patient, kinds.reunite, kinds.tangle];
  const order = Object.values(kinds).filter((kind) => weights.continuity > 0 || !ofFaces.includes(kind));
  const odds = createOdds(order.length, random);
  /** The kind of the last try, or for what it was. */
  let last: number = WAITING;

  function string(task: number, length: number): void {
    // What has left the ring knows no neighbours: look around before removing.
    let first = task;
    for (let back = below(length); back > 0; back -= 1) {
      const before = prev[first] as number;
      if (before >= taskCount) break;
      first = before;
    }
    for (let node = first, count = 0; node < taskCount && count < length; count += 1) {
      const following = next[node] as number;
      remove(node);
      node = following;
    }
  }

  function empty(there: number): void {
    const home = taskCount + there;
    for (let node = next[home] as number; node !== home; ) {
      const following = next[node] as number;
      remove(node);
      node = following;
    }
  }

  /** One of those without a place, or -1. */
  function someWaiting(): number {
    if (state.unassigned === 0) return -1;
    let count = 0;
    let chosen = -1;
    for (const task of movable) {
      if ((tour[task] as number) >= 0) continue;
      count += 1;
      if (below(count) === 0) chosen = task;
    }
    return chosen;
  }

  function noteWaiting(placed: boolean): void {
    forWaiting = placed ? FOR_WAITING : Math.max(LEAST_WAITING, IN_VAIN * forWaiting);
  }

  /** Takes out what stands in the way of a task in a tour that could hold it. */
  function clear(task: number, there: number): void {
    const first = model.windowFrom[task] as number;
    const window = first + below((model.windowFrom[task + 1] as number) - first);
    const from = model.windowOpen[window] as number;
    const to = (model.windowClose[window] as number) + (model.duration[task] as number);
    const home = taskCount + there;
    for (let node = next[home] as number; node !== home && left > 0; ) {
      const following = next[node] as number;
      const begins = start[node] as number;
      if (begins < to && begins + (model.duration[node] as number) > from) remove(node);
      node = following;
    }
  }

  /** Makes room in one of the tours near a task without a place; that tour, or -1. */
  function clearNearby(task: number): number {
    const open = neighbours.nearTours[task] as Int32Array;
    if (open.length === 0) return -1;
    const there = open[below(open.length)] as number;
    clear(task, there);
    return there;
  }

  /** For a task without a place (`waiting`), sometimes in a tour that was cleared for it; else of the kind that is drawn. */
  function takeOut(): { readonly waiting: number; readonly cleared: number } {
    const without = random.float() < forWaiting ? someWaiting() : -1;
    const seed = without >= 0 ? without : draw.task();
    if (standing(seed)) {
      last = odds.draw();
      (order[last] as (seed: number) => void)(seed);
      if (removed.length === 0) kinds.area(seed);
      return { waiting: -1, cleared: -1 };
    }
    last = WAITING;
    const cleared = random.float() < CLEARS ? clearNearby(seed) : -1;
    if (cleared < 0) kinds.area(seed);
    return { waiting: seed, cleared };
  }

  /** Hardest first, at random, or in the order of the day. */
  function sorted(tasks: readonly number[]): number[] {
    const by = below(3);
    const keys = new Map<number, number>();
    for (const task of tasks) {
      const kind = model.windowOpen[model.windowFrom[task] as number] as number;
      keys.set(
        task,
        by === 0 ? random.float() : by === 1 ? (neighbours.tours[task] as Int32Array).length + random.float() : kind,
      );
    }
    return [...tasks].sort((a, b) => (keys.get(a) as number) - (keys.get(b) as number) || a - b);
  }

  /** From here on what is taken out is remembered, up to `most`. */
  function begin(most: number): void {
    removed.length = 0;
    from.length = 0;
    firsts.length = 0;
    state.keepTimes();
    unassignedBefore = state.unassigned;
    left = most;
  }

  /** Commits the solution without what was taken out. False: there is none, and everything stands as before. */
  function withoutThem(): boolean {
    for (const task of removed) out[task] = 0;
    if (state.settle(Number.POSITIVE_INFINITY, true)) {
      state.commit();
      return true;
    }
    state.rollback();
    removed.length = 0;
    from.length = 0;
    return false;
  }

  return {
    tryOne() {
      begin(2 + below(Math.min(MOST_REMOVED, Math.max(2, movable.length >> 1)) - 1));
      const { waiting, cleared } = takeOut();
      if (!withoutThem()) return;
      if (cleared >= 0) repair.insert(waiting, cleared);
      for (const task of firsts) repair.insert(task);
      const others = removed.filter((task) => !firsts.includes(task));
      for (const task of sorted(waiting >= 0 && cleared < 0 ? [...others, waiting] : others)) repair.insert(task);
      if (waiting >= 0 && (tour[waiting] as number) >= 0) {
        removed.unshift(waiting);
        from.unshift(-1);
      }
    },
    tryTask(task) {
      begin(2);
      last = ALONE;
      remove(task);
      if (withoutThem()) for (const one of removed) repair.insert(one);
    },
    keep(how) {
      if (last >= 0) odds.reward(last, REWARD[how]);
      else if (last === WAITING) noteWaiting(state.unassigned < unassignedBefore);
    },
    putBack() {
      if (last === WAITING) noteWaiting(false);
      for (const task of removed) if ((tour[task] as number) >= 0) state.cut(task);
      for (let at = removed.length - 1; at >= 0; at -= 1) {
        if ((from[at] as number) >= 0) state.insert(removed[at] as number, from[at] as number);
      }
      state.backToTimes();
    },
  };
}
