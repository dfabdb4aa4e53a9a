/**
 * Destroy and repair: takes out what belongs together and puts it back where it is cheapest. Kinds are drawn by how well
 * each has done (Ropke & Pisinger, An adaptive large neighborhood search heuristic for the pickup and delivery problem
 * with time windows, Transportation Science 40, 2006); strings and blinks after Christiaens & Vanden Berghe, Slack
 * induction by string removals for vehicle routing problems, Transportation Science 54 (2020).
 */
import { invariant, type Random } from '@fieldfare/kernel';
import type { Neighbours } from './neighbours.ts';
import { createRepair } from './repair.ts';
import type { SearchState } from './state.ts';

export interface Ruin {
  /** Takes some out and puts them back, committed. Ask the state for its cost; then `keep` or `putBack`. */
  readonly tryOne: () => void;
  readonly keep: (how: 'best' | 'better' | 'accepted') => void;
  /** The solution before the last `tryOne`, committed. */
  readonly putBack: () => void;
}

const MOST_REMOVED = 16;
const MOST_STRING = 8;
/** Share of an old weight that a segment of tries leaves, and tries in a segment. */
const MEMORY = 0.8;
const SEGMENT = 100;
const LEAST_WEIGHT = 0.1;
const REWARD = { best: 8, better: 3, accepted: 1 } as const;

export function createRuin(state: SearchState, neighbours: Neighbours, random: Random): Ruin {
  const { model, next, prev, tour, start } = state;
  const { taskCount, patientTasks, patient, weights } = model;
  const { before: near, width, movable } = neighbours;
  const repair = createRepair(state, neighbours, random);
  const below = (count: number): number => Math.floor(random.float() * count);
  const removed: number[] = [];
  const from: number[] = [];
  const out = new Uint8Array(taskCount);
  let left = 0;

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
  const order = Object.values(kinds).filter((kind) => kind !== kinds.patient || weights.continuity > 0);
  const weight = order.map(() => 1);
  const gained = order.map(() => 0);
  const tried = order.map(() => 0);
  let last = 0;
  let tries = 0;

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

  function draw(): number {
    let rest = random.float() * weight.reduce((sum, one) => sum + one, 0);
    for (let kind = 0; kind < order.length - 1; kind += 1) {
      rest -= weight[kind] as number;
      if (rest < 0) return kind;
    }
    return order.length - 1;
  }

  function learn(): void {
    order.forEach((_, kind) => {
      const count = tried[kind] as number;
      if (count > 0) {
        weight[kind] = Math.max(
          LEAST_WEIGHT,
          MEMORY * (weight[kind] as number) + (1 - MEMORY) * ((gained[kind] as number) / count),
        );
      }
      gained[kind] = 0;
      tried[kind] = 0;
    });
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

  return {
    tryOne() {
      tries += 1;
      if (tries % SEGMENT === 0) learn();
      last = draw();
      tried[last] = (tried[last] as number) + 1;
      removed.length = 0;
      from.length = 0;
      left = 2 + below(Math.min(MOST_REMOVED, Math.max(2, movable.length >> 1)) - 1);
      const seed = movable[below(movable.length)] as number;
      const waiting = standing(seed) ? -1 : seed;
      (order[last] as (seed: number) => void)(seed);
      for (const task of removed) out[task] = 0;
      if (!state.settle(Number.POSITIVE_INFINITY, true)) {
        state.rollback();
        removed.length = 0;
        from.length = 0;
        return;
      }
      state.commit();
      for (const task of sorted(waiting >= 0 ? [...removed, waiting] : removed)) repair.insert(task);
      if (waiting >= 0 && (tour[waiting] as number) >= 0) {
        removed.unshift(waiting);
        from.unshift(-1);
      }
    },
    keep(how) {
      gained[last] = (gained[last] as number) + REWARD[how];
    },
    putBack() {
      for (const task of removed) if ((tour[task] as number) >= 0) state.cut(task);
      for (let at = removed.length - 1; at >= 0; at -= 1) {
        if ((from[at] as number) >= 0) state.insert(removed[at] as number, from[at] as number);
      }
      invariant(state.settle(Number.POSITIVE_INFINITY, true), 'what was possible is possible again');
      state.commit();
    },
  };
}
