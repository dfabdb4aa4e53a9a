/**
 * Small random changes. Each looks at the travel it would add before it touches the state: travel is known at once, and
 * lateness cannot fall below nothing, so most hopeless moves end there (`room`).
 */
import type { Random } from '@fieldfare/kernel';
import type { Draw } from './draw.ts';
import { couldHold, type Neighbours } from './neighbours.ts';
import { createProbe } from './probe.ts';
import type { SearchState } from './state.ts';

export interface Moves {
  /**
   * Applies one random move and leaves it unsettled. Null: there was nothing to try, or it adds more than `room` in
   * travel; then the state is untouched. Else what its travel adds (a guess where travel depends on the hour).
   */
  readonly tryOne: (room: number) => number | null;
}

const LONGEST_SEGMENT = 3;
/** How often what is drawn. */
interface Shares {
  /** Of the moves; what is left of them exchanges tails. */
  readonly replace: number;
  readonly relocate: number;
  readonly swap: number;
  readonly segment: number;
  /** Of the positions: at a tour's start, and with somebody whom the patient knows; what is left lies behind a neighbour. */
  readonly atStart: number;
  readonly withKnown: number;
}
/** Where few carers a patient are wanted: measured in docs/benchmarks.md, “A third visit moves on”. */
const WITH_FACES: Shares = { replace: 0.08, relocate: 0.34, swap: 0.38, segment: 0.1, atStart: 0.06, withKnown: 0.65 };
const WITHOUT_FACES: Shares = { replace: 0, relocate: 0.5, swap: 0.25, segment: 0.12, atStart: 0.1, withKnown: 0 };
/** Odds that it is drawn behind any task: what lies far apart by the windows may lie together once visits run late. */
const ANYWHERE = 0.2;

export function createMoves(state: SearchState, neighbours: Neighbours, draw: Draw, random: Random): Moves {
  const { model, next, prev, tour, start, leg: legInto, tasksOf } = state;
  const { mayStand, hasTime } = createProbe(state);
  const { taskCount, place, weights } = model;
  const { before: near, width, nearTours, carerTours } = neighbours;
  const price = weights.travelMinutes;
  const share = weights.continuity > 0 ? WITH_FACES : WITHOUT_FACES;
  const anywhere = weights.late > 0 ? ANYWHERE : 0;
  const below = (count: number): number => Math.floor(random.float() * count);
  const leg = (a: number, b: number): number => state.legBetween(a, b);
  const into = (node: number): number => legInto[node] as number;

  /** What continuity gains when a task goes to that tour's carer. */
  const gain = (task: number, there: number): number => state.gainOf(task, model.tourCarer[there] as number);

  /** A node to stand behind, or -1. */
  function anchorFor(task: number): number {
    const draw = random.float();
    if (draw < share.atStart) {
      const open = nearTours[task] as Int32Array;
      return open.length === 0 ? -1 : taskCount + (open[below(open.length)] as number);
    }
    if (draw < share.atStart + share.withKnown) {
      const known = besideKnown(task);
      // Most patients have one carer already, or others who are not there that day: their visits look for a shorter way instead.
      if (known >= 0) return known;
    }
    if (random.float() < anywhere) {
      const any = below(taskCount);
      return any === task || (tour[any] as number) < 0 ? -1 : any;
    }
    // Two draws multiplied: the nearest sixth is drawn nearly half of the time, and pays twenty times as often as the farthest.
    const rank = Math.floor(random.float() * random.float() * width);
    const other = near[task * width + rank] as number;
    return other < 0 || (tour[other] as number) < 0 || model.tourClosed[tour[other] as number] === 1 ? -1 : other;
  }

  /** Among the tours of another carer who sees the patient (or should), behind the last task that starts before this one. */
  function besideKnown(task: number): number {
    const who = model.patient[task] as number;
    if (who < 0) return -1;
    const first = tasksOf.from[who] as number;
    const count = (tasksOf.from[who + 1] as number) - first;
    const pick = below(count + 1);
    const other = pick === count ? -1 : (tasksOf.items[first + pick] as number);
    const carer = other < 0 ? (model.preferred[task] as number) : (model.tourCarer[tour[other] as number] ?? -1);
    if (carer < 0 || ((tour[task] as number) >= 0 && carer === model.tourCarer[tour[task] as number])) return -1;
    const theirs = carerTours[carer] as Int32Array;
    const from = below(theirs.length);
    for (let step = 0; step < theirs.length; step += 1) {
      const there = theirs[(from + step) % theirs.length] as number;
      if (!couldHold(model, task, there)) continue;
      const wish = earliestIn(task, there);
      let node = taskCount + there;
      for (let following = next[node] as number; following < taskCount; following = next[node] as number) {
        if ((start[following] as number) >= wish) break;
        node = following;
      }
      return node;
    }
    return -1;
  }

  function earliestIn(task: number, there: number): number {
    const from = model.tourStart[there] as number;
    for (let at = model.windowFrom[task] as number; at < (model.windowFrom[task + 1] as number); at += 1) {
      const open = model.windowOpen[at] as number;
      const close = model.windowClose[at] as number;
      if (close >= from)
        return (
          Math.max(from, open) +
          below(Math.max(1, Math.min(close, model.tourEnd[there] as number) - Math.max(from, open)))
        );
    }
    return from;
  }

  function relocate(task: number, room: number): number | null {
    const anchor = anchorFor(task);
    if (anchor < 0 || anchor === prev[task] || anchor === task) return null;
    const there = tour[anchor] as number;
    if (there !== tour[task] && !state.allows(task, there)) return null;
    const after = next[anchor] as number;
    const behind = there === tour[task] && (start[anchor] as number) > (start[task] as number);
    if (!behind && !hasTime(anchor, task, after)) return null;
    const from = prev[task] as number;
    const to = next[task] as number;
    const added = leg(anchor, task) + leg(task, after) - into(after);
    const saved = into(task) + into(to) - leg(from, to);
    const carers = state.costOfChange(task, model.tourCarer[there] as number);
    if (price * (added - saved) + carers > room) return null;
    if (!behind && !mayStand(there, anchor, task, task, after)) return null;
    state.cut(task);
    state.insert(task, anchor);
    return added - saved;
  }

  /** An unassigned task goes somewhere. */
  function admit(task: number): number | null {
    const anchor = anchorFor(task);
    if (anchor < 0 || !state.allows(task, tour[anchor] as number)) return null;
    const after = next[anchor] as number;
    if (!mayStand(tour[anchor] as number, anchor, task, task, after)) return null;
    const added = leg(anchor, task) + leg(task, after) - into(after);
    state.insert(task, anchor);
    return added;
  }

  /** Who stands behind `anchor` and could give its place to `task`, or -1; nobody next to `task` itself. */
  function giver(task: number, anchor: number): number {
    const other = anchor < 0 ? taskCount : (next[anchor] as number);
    if (other === task || other >= taskCount || next[task] === other || next[other] === task) return -1;
    return model.movable[other] === 0 ? -1 : other;
  }

  /** `task` takes the place of whoever stands behind its neighbour, who takes the place of `task`. */
  function swap(task: number, room: number): number | null {
    const anchor = anchorFor(task);
    const other = giver(task, anchor);
    if (other < 0) return null;
    const mine = tour[task] as number;
    const theirs = tour[other] as number;
    if (mine !== theirs) {
      // The halves of one pair may change places, though each stands where the other must not be added.
      const apart = model.partner[task] !== other;
      if (!fits(task, theirs, apart) || !fits(other, mine, apart)) return null;
    }
    const from = prev[task] as number;
    const to = next[task] as number;
    const after = next[other] as number;
    if (mine !== theirs && !(hasTime(anchor, task, after) && hasTime(from, other, to))) return null;
    const added = leg(anchor, task) + leg(task, after) + leg(from, other) + leg(other, to);
    const saved = into(task) + into(to) + into(other) + into(after);
    const most = price * (added - saved);
    if (most > room && (mine === theirs || most > room + gain(task, theirs) + gain(other, mine))) return null;
    if (mine !== theirs && !(mayStand(theirs, anchor, task, task, after) && mayStand(mine, from, other, other, to))) {
      return null;
    }
    state.cut(task);
    state.cut(other);
    state.insert(task, anchor);
    state.insert(other, from);
    return added - saved;
  }

  /**
   * `task` goes to a carer whom its patient knows, into the place of another task, which goes behind a neighbour of its own in a third
   * place. Where every tour is full a patient's visits can hardly come together otherwise: a swap sends the other task where nobody
   * knows its patient.
   */
  function replace(task: number, room: number): number | null {
    const anchor = besideKnown(task);
    const other = giver(task, anchor);
    if (other < 0) return null;
    const mine = tour[task] as number;
    const theirs = tour[other] as number;
    const after = next[other] as number;
    if (mine === theirs || !state.allows(task, theirs) || !hasTime(anchor, task, after)) return null;
    const second = anchorFor(other);
    const from = prev[task] as number;
    // Each of the three must be a place of its own.
    if (second < 0 || second === from || second === task || second === anchor || second === other) return null;
    const third = tour[second] as number;
    const behind = next[second] as number;
    if (third === theirs || !state.allows(other, third) || !hasTime(second, other, behind)) return null;
    const to = next[task] as number;
    const added = leg(anchor, task) + leg(task, after) + leg(from, to) + leg(second, other) + leg(other, behind);
    const saved = into(task) + into(to) + into(other) + into(after) + into(behind);
    const most = price * (added - saved);
    if (most > room && most > room + gain(task, theirs) + gain(other, third)) return null;
    if (!mayStand(theirs, anchor, task, task, after)) return null;
    // The tour that `task` leaves is not yet as it will be; `hasTime`, asked there too, may give up a try that would do.
    if (third !== mine && !mayStand(third, second, other, other, behind)) return null;
    state.cut(task);
    state.cut(other);
    state.insert(task, anchor);
    state.insert(other, second);
    return added - saved;
  }

  function fits(task: number, there: number, apart: boolean): boolean {
    const other = model.partner[task] as number;
    if (!apart && other >= 0) {
      const kind = (model.kind[task] as number) * model.carerCount;
      return model.kindCarer[kind + (model.tourCarer[there] as number)] === 1;
    }
    return state.allows(task, there);
  }

  /** Two or three tasks in a row move behind a neighbour of the first. */
  function moveSegment(task: number, room: number): number | null {
    const anchor = anchorFor(task);
    if (anchor < 0) return null;
    const there = tour[anchor] as number;
    const length = 2 + below(LONGEST_SEGMENT - 1);
    let last = task;
    for (let count = 1; count < length; count += 1) {
      last = next[last] as number;
      if (last >= taskCount) return null;
    }
    const from = prev[task] as number;
    if (anchor === from) return null;
    for (let node = task; ; node = next[node] as number) {
      if (node === anchor || model.movable[node] === 0) return null;
      if (there !== tour[node] && !state.allows(node, there)) return null;
      if (node === last) break;
    }
    const to = next[last] as number;
    const after = next[anchor] as number;
    const added = leg(anchor, task) + leg(last, after) + leg(from, to);
    const saved = into(after) + into(task) + into(to);
    if (price * (added - saved) > room) return null;
    if (there !== tour[task] && !mayStand(there, anchor, task, last, after)) return null;
    let behind = anchor;
    let node = task;
    for (let count = 0; count < length; count += 1) {
      const following = next[node] as number;
      state.cut(node);
      state.insert(node, behind);
      behind = node;
      node = following;
    }
    return added - saved;
  }

  /** 2-opt*: `task` and all behind it follow a neighbour in another tour, whose tail comes back. */
  function exchangeTails(task: number, room: number): number | null {
    const anchor = anchorFor(task);
    if (anchor < 0) return null;
    const mine = tour[task] as number;
    const theirs = tour[anchor] as number;
    if (mine === theirs) return null;
    const from = prev[task] as number;
    const after = next[anchor] as number;
    const homeMine = taskCount + mine;
    const homeTheirs = taskCount + theirs;
    const back = after === homeTheirs ? homeMine : after;
    let added = leg(anchor, task) + leg(from, back);
    let saved = into(task) + into(after);
    if (place[homeMine] !== place[homeTheirs]) {
      const lastMine = prev[homeMine] as number;
      added += leg(lastMine, homeTheirs);
      saved += into(homeMine);
      if (after !== homeTheirs) {
        const lastTheirs = prev[homeTheirs] as number;
        added += leg(lastTheirs, homeMine);
        saved += into(homeTheirs);
      }
    }
    if (price * (added - saved) > room) return null;
    if (!tailFits(task, homeMine, theirs) || !tailFits(after, homeTheirs, mine)) return null;
    if (!mayStand(theirs, anchor, task, prev[homeMine] as number, homeTheirs)) return null;
    if (!mayStand(mine, from, after, prev[homeTheirs] as number, homeMine)) return null;
    state.swapTails(from, anchor);
    return added - saved;
  }

  function tailFits(first: number, home: number, there: number): boolean {
    for (let node = first; node !== home; node = next[node] as number) {
      if (model.movable[node] === 0 || !fits(node, there, false)) return false;
    }
    return true;
  }

  return {
    tryOne(room) {
      const task = draw.task();
      if ((tour[task] as number) < 0) return admit(task);
      let kind = random.float();
      if (kind < share.replace) return replace(task, room);
      kind -= share.replace;
      if (kind < share.relocate) return relocate(task, room);
      kind -= share.relocate;
      if (kind < share.swap) return swap(task, room);
      kind -= share.swap;
      if (kind < share.segment) return moveSegment(task, room);
      return exchangeTails(task, room);
    },
  };
}
