/**
 * When everything starts, and what follows from that: travel, waiting, lateness, and other times than were told. Every write is
 * logged, so that `rollback` costs what the change cost.
 *
 * Starts are the earliest that sequences, windows and pairs allow: the least solution of
 *   ready(v) = first allowed start from (end of the task before + travel),  start(v) = max(ready(v), what the pair asks).
 * They are found by a work list from the nodes whose predecessor changed; where a start stays, the wave ends. Pairs may
 * make tours wait for each other; sequences that wait in a circle never come to rest and end at the bound on steps. A tour
 * with a break is timed as a whole (`breaks.ts`).
 */
import { MOST_WAITING } from '../score.ts';
import { isOtherTime, OTHER_TIME } from '../told.ts';
import { type BreakTiming, createBreakTiming } from './breaks.ts';
import { isInTime, patientsInOnePlace } from './checks.ts';
import { type FlatLists, flatLists } from './flat-lists.ts';
import type { RoutingModel } from './model.ts';
import { firstStart, startTogether } from './starts.ts';
import { grown, TIMING } from './undo.ts';

/** Sequences that are possible come to rest in a few times as many steps as a move may take, or swing for ever. */
const SURE = 16;

/** Who follows whom, by node. Read only here. */
export interface Sequences {
  readonly next: Int32Array;
  readonly prev: Int32Array;
  /** Tour by node, -1 when unassigned. */
  readonly tour: Int32Array;
}

export class Timetable {
  readonly model: RoutingModel;
  readonly next: Int32Array;
  readonly prev: Int32Array;
  readonly tour: Int32Array;
  /** By task; means nothing when unassigned. */
  readonly start: Int32Array;
  /** Travel on the way into a node. */
  readonly leg: Int32Array;
  /** Waiting on the way into a node. */
  readonly idle: Int32Array;
  private readonly ready: Int32Array;
  travelMinutes = 0;
  waitingMinutes = 0;
  late = 0;
  worstLate = 0;
  /** Points for other times than told. */
  otherTimes = 0;

  private timings: Int32Array = new Int32Array(1024);
  private timingCount = 0;
  /** By node: where its entry's start is in `timings`, 0: it has none. */
  private readonly timed: Int32Array;
  private readonly queue: Int32Array;
  private readonly queued: Uint8Array;
  private queueFrom = 0;
  private queueTo = 0;
  private readonly mask: number;
  private readonly mostSteps: number;
  private readonly rivals: FlatLists;
  private readonly hasRivals: boolean;
  private readonly hasTold: boolean;
  private readonly breaks: BreakTiming | null;
  /** By tour, 1: as it was timed last there was no room for its break. */
  private readonly unrested: Uint8Array;
  private travelBefore = 0;
  private waitingBefore = 0;
  private lateBefore = 0;
  private worstBefore = 0;
  private otherTimesBefore = 0;
  /** Entries like those of `timings`, of all that was committed since `keep`: as it was then. */
  private kept: Int32Array = new Int32Array(1024);
  private keptCount = 0;
  /** By node: the call of `keep` since when it has an entry in `kept`. */
  private readonly keptAt: Int32Array;
  private keeps = 0;
  private keptScore: [number, number, number, number, number] = [0, 0, 0, 0, 0];

  constructor(model: RoutingModel, { next, prev, tour }: Sequences) {
    const { taskCount, tourCount } = model;
    const nodes = taskCount + tourCount;
    this.model = model;
    this.next = next;
    this.prev = prev;
    this.tour = tour;
    this.start = new Int32Array(nodes);
    this.ready = new Int32Array(nodes);
    this.leg = new Int32Array(nodes);
    this.idle = new Int32Array(nodes);
    this.timed = new Int32Array(nodes);
    this.keptAt = new Int32Array(nodes);
    this.queued = new Uint8Array(nodes);
    const ring = 2 ** Math.ceil(Math.log2(nodes + 1));
    this.queue = new Int32Array(ring);
    this.mask = ring - 1;
    this.mostSteps = 4 * taskCount + 64;
    this.hasTold = model.toldStart.some((start) => start >= 0);
    this.breaks = model.breaks === null ? null : createBreakTiming(model, model.breaks);
    this.unrested = new Uint8Array(model.breaks === null ? 0 : tourCount);
    this.rivals = flatLists(model.rivals);
    this.hasRivals = this.rivals.items.length > 0;
  }

  /** What all of it costs as things stand. */
  get cost(): number {
    const { weights } = this.model;
    return (
      weights.travelMinutes * this.travelMinutes +
      weights.waitingMinutes * this.waitingMinutes +
      weights.late * this.late +
      weights.worstLate * this.worstLate +
      weights.disruption * this.otherTimes
    );
  }

  /** Has `settle` ask a node for its start again: its predecessor, or what it waits for, is another. */
  ask(node: number): void {
    if (this.queued[node] === 1) return;
    this.queued[node] = 1;
    this.queue[this.queueTo] = node;
    this.queueTo = (this.queueTo + 1) & this.mask;
  }

  /** The task stands nowhere any more. */
  drop(task: number): void {
    this.log(task);
    this.travelMinutes -= this.leg[task] as number;
    this.waitingMinutes -= this.idle[task] as number;
    this.start[task] = 0;
    this.ready[task] = 0;
    this.leg[task] = 0;
    this.idle[task] = 0;
  }

  /**
   * Brings starts and costs up to date with what was asked since the last commit. False: a window or a tour's end is missed,
   * patients would be in two places, or lateness would grow by more than `room` costs (counted before what becomes earlier
   * is taken off); then only `rollback` may follow. `sure`: the sequences are possible; what is impossible on the way may
   * still turn out well. Where pairs keep swinging between two solutions, all starts climb once more from the bottom.
   */
  settle(room: number, sure = false): boolean {
    const { taskCount, due, partner, weights } = this.model;
    const mostRaised = weights.late === 0 ? Number.POSITIVE_INFINITY : room / weights.late;
    let raised = 0;
    let steps = sure ? SURE * this.mostSteps : this.mostSteps;
    let again = sure;
    let doubtful = false;
    while (this.queueFrom !== this.queueTo) {
      const node = this.queue[this.queueFrom] as number;
      this.queueFrom = (this.queueFrom + 1) & this.mask;
      this.queued[node] = 0;
      steps -= 1;
      if (steps < 0) {
        if (!again) return false;
        again = false;
        doubtful = true;
        steps = SURE * this.mostSteps;
        this.climb();
        continue;
      }
      const tour = this.tour[node] as number;
      if (tour < 0) continue;
      if (this.breaks?.has(tour)) {
        if (!this.settleRested(this.breaks, tour)) {
          if (!sure) {
            this.unrested[tour] = 0;
            return false;
          }
          doubtful = true;
        }
        continue;
      }
      if (node >= taskCount) {
        if (!this.comeHome(node, tour)) {
          if (!sure) return false;
          doubtful = true;
        }
        continue;
      }
      const before = this.prev[node] as number;
      let leg = 0;
      let free: number;
      if (before >= taskCount) free = this.setOut(node, tour);
      else {
        const left = this.endOf(before);
        leg = this.legFrom(before, node, left);
        free = left + leg;
      }
      let ready = firstStart(this.model, node, free);
      if (ready < 0) {
        if (!sure) return false;
        doubtful = true;
        ready = free;
      }
      let start = ready;
      const other = partner[node] as number;
      if (other >= 0 && (this.tour[other] as number) >= 0) {
        if (ready !== this.ready[node]) this.ask(other);
        start = startTogether(this.model, node, ready, this.ready[other] as number, other);
        if (start !== ready && firstStart(this.model, node, start) !== start) {
          if (!sure) return false;
          doubtful = true;
        }
      }
      let idle = 0;
      if (before >= taskCount) leg = this.legFrom(before, node, start);
      else if (start > free) idle = Math.min(start - free, MOST_WAITING);
      const moved = start !== this.start[node];
      if (!moved && ready === this.ready[node] && leg === this.leg[node] && idle === this.idle[node]) continue;
      const earlier = this.start[node] as number;
      this.retime(node, start, ready, leg, idle);
      if (!moved) continue;
      const limit = due[node] as number;
      if (start > limit || earlier > limit) {
        const first = this.timings[this.timed[node] as number] as number;
        const base = Math.max(limit, first);
        raised += Math.max(0, start - base) - Math.max(0, earlier - base);
        if (raised > mostRaised) return false;
      }
      this.ask(this.next[node] as number);
    }
    this.priceLate();
    if (this.hasTold) this.priceTold();
    return (
      (!doubtful || (this.allRested() && isInTime(this, this.timings, this.timingCount))) &&
      (!this.hasRivals || patientsInOnePlace(this, this.rivals, this.timings, this.timingCount))
    );
  }

  commit(): void {
    for (let at = 0; at < this.timingCount; at += TIMING) {
      const node = this.timings[at] as number;
      this.timed[node] = 0;
      if (this.keptAt[node] !== this.keeps) this.remember(node, at);
    }
    this.timingCount = 0;
    this.travelBefore = this.travelMinutes;
    this.waitingBefore = this.waitingMinutes;
    this.lateBefore = this.late;
    this.worstBefore = this.worstLate;
    this.otherTimesBefore = this.otherTimes;
  }

  rollback(): void {
    this.forgetQueue();
    this.takeBack(this.timings, this.timingCount);
    this.timingCount = 0;
    this.travelMinutes = this.travelBefore;
    this.waitingMinutes = this.waitingBefore;
    this.late = this.lateBefore;
    this.worstLate = this.worstBefore;
    this.otherTimes = this.otherTimesBefore;
  }

  /** From here on what changes is remembered, for `putBack`. After a commit. */
  keep(): void {
    this.keeps += 1;
    this.keptCount = 0;
    this.keptScore = [this.travelMinutes, this.waitingMinutes, this.late, this.worstLate, this.otherTimes];
  }

  /** Everything starts again as when `keep` was called. To be committed. */
  putBack(): void {
    this.rollback();
    this.takeBack(this.kept, this.keptCount);
    this.keptCount = 0;
    [this.travelMinutes, this.waitingMinutes, this.late, this.worstLate, this.otherTimes] = this.keptScore;
  }

  /** Travel from node to node as things stand now: exact where travel does not depend on the hour. */
  legBetween(from: number, to: number): number {
    const { place, placeCount, legs, taskCount } = this.model;
    const a = place[from] as number;
    const b = place[to] as number;
    if (legs !== null) return legs[a * placeCount + b] as number;
    if (a === b) return 0;
    return this.model.legAt(a, b, from >= taskCount ? (this.start[to] as number) : this.endOf(from));
  }

  /** Travel from node to node when leaving then. */
  legFrom(from: number, to: number, departure: number): number {
    const { place, placeCount, legs } = this.model;
    const a = place[from] as number;
    const b = place[to] as number;
    if (legs !== null) return legs[a * placeCount + b] as number;
    return a === b ? 0 : this.model.legAt(a, b, departure);
  }

  /**
   * Puts every task at the start of its first window and asks all of them again. Two pairs whose halves follow each other
   * crosswise hold each other at a late start as well as at an early one; changed from both ends, the two chase each other
   * round the circle for ever. From below there is one way only: up, to the earliest.
   */
  private climb(): void {
    const { taskCount, tourCount, windowFrom, windowOpen } = this.model;
    for (let task = 0; task < taskCount; task += 1) {
      const isHeld = (this.next[task] as number) < 0;
      const window = windowFrom[task] as number;
      if ((this.tour[task] as number) < 0 || isHeld || window === windowFrom[task + 1]) continue;
      const first = windowOpen[window] as number;
      this.retime(task, first, first, this.leg[task] as number, this.idle[task] as number);
      this.ask(task);
    }
    for (let tour = 0; tour < tourCount; tour += 1) this.ask(taskCount + tour);
  }

  /** Times a tour with a break. False: it has no room, or ends too late; the starts then are those without it. */
  private settleRested(breaks: BreakTiming, tour: number): boolean {
    const { taskCount } = this.model;
    const home = taskCount + tour;
    const first = this.next[home] as number;
    const count = first === home ? 0 : breaks.lay(this, tour, this.setOut(first, tour));
    this.unrested[tour] = count < 0 ? 1 : 0;
    let before = home;
    let at = 0;
    for (let node = first; node !== home; node = this.next[node] as number) {
      const left = before === home ? this.setOut(node, tour) : this.endOf(before);
      let leg = before === home ? 0 : this.legFrom(before, node, left);
      const free = left + leg;
      const possible = count < 0 ? firstStart(this.model, node, free) : (breaks.starts[at] as number);
      const start = possible < 0 ? free : possible;
      if (before === home) leg = this.legFrom(before, node, start);
      const idle = before === home || start <= free ? 0 : Math.min(start - free, MOST_WAITING);
      if (
        start !== this.start[node] ||
        start !== this.ready[node] ||
        leg !== this.leg[node] ||
        idle !== this.idle[node]
      ) {
        this.retime(node, start, start, leg, idle);
      }
      before = node;
      at += 1;
    }
    return this.comeHome(home, tour) && count >= 0;
  }

  private allRested(): boolean {
    const rested = !this.unrested.includes(1);
    this.unrested.fill(0);
    return rested;
  }

  private comeHome(home: number, tour: number): boolean {
    const { taskCount, tourEnd, tourNext } = this.model;
    const last = this.prev[home] as number;
    let leg = 0;
    if (last < taskCount) {
      const end = this.endOf(last);
      if (end > (tourEnd[tour] as number)) return false;
      leg = this.legFrom(last, home, end);
    }
    if (leg !== this.leg[home]) this.retime(home, 0, 0, leg, 0);
    for (let later = tourNext[tour] as number; later >= 0; later = tourNext[later] as number) {
      const first = this.next[taskCount + later] as number;
      if (first >= taskCount) continue;
      this.ask(first);
      break;
    }
    return true;
  }

  /** When the first task of a tour could start. */
  private setOut(node: number, tour: number): number {
    const { tourStart, leavesHomeAtStart, taskCount, tourNext, tourCarer, tourDay, rest } = this.model;
    let free = tourStart[tour] as number;
    if (leavesHomeAtStart) return free + this.legFrom(taskCount + tour, node, free);
    for (let earlier = tour - 1; earlier >= 0; earlier -= 1) {
      if (tourCarer[earlier] !== tourCarer[tour] || (tourNext[earlier] as number) < 0) break;
      const last = this.prev[taskCount + earlier] as number;
      if (last >= taskCount) continue;
      const end = this.endOf(last);
      const leg = this.legFrom(last, node, end);
      free = Math.max(free, end + (tourDay[earlier] === tourDay[tour] ? leg : Math.max(leg, rest)));
      break;
    }
    return free;
  }

  private priceTold(): void {
    const { toldStart, taskCount } = this.model;
    this.otherTimes = this.otherTimesBefore;
    for (let at = 0; at < this.timingCount; at += TIMING) {
      const node = this.timings[at] as number;
      if (node >= taskCount) continue;
      const told = toldStart[node] as number;
      const before = this.timings[at + 1] as number;
      // An unassigned task starts at 0.
      if (told < 0) continue;
      if (before !== 0 && isOtherTime(told, before)) this.otherTimes -= OTHER_TIME;
      if ((this.tour[node] as number) >= 0 && isOtherTime(told, this.start[node] as number)) {
        this.otherTimes += OTHER_TIME;
      }
    }
  }

  private priceLate(): void {
    const { due, taskCount, weights } = this.model;
    if (weights.late === 0 && weights.worstLate === 0) return;
    let worst = this.worstBefore;
    let worstEased = false;
    for (let at = 0; at < this.timingCount; at += TIMING) {
      const node = this.timings[at] as number;
      if (node >= taskCount) continue;
      const limit = due[node] as number;
      const lateBefore = Math.max(0, (this.timings[at + 1] as number) - limit);
      const lateNow = Math.max(0, (this.start[node] as number) - limit);
      this.late += lateNow - lateBefore;
      if (lateNow > worst) worst = lateNow;
      if (lateBefore === this.worstBefore && lateNow < lateBefore) worstEased = true;
    }
    if (worst === this.worstBefore && worstEased) {
      worst = 0;
      for (let task = 0; task < taskCount; task += 1) {
        worst = Math.max(worst, (this.start[task] as number) - (due[task] as number));
      }
    }
    this.worstLate = worst;
  }

  private forgetQueue(): void {
    while (this.queueFrom !== this.queueTo) {
      this.queued[this.queue[this.queueFrom] as number] = 0;
      this.queueFrom = (this.queueFrom + 1) & this.mask;
    }
  }

  private retime(node: number, start: number, ready: number, leg: number, idle: number): void {
    this.log(node);
    this.travelMinutes += leg - (this.leg[node] as number);
    this.waitingMinutes += idle - (this.idle[node] as number);
    this.start[node] = start;
    this.ready[node] = ready;
    this.leg[node] = leg;
    this.idle[node] = idle;
  }

  private log(node: number): void {
    if (this.timed[node] !== 0) return;
    this.timed[node] = this.timingCount + 1;
    if (this.timingCount + TIMING > this.timings.length) this.timings = grown(this.timings);
    const { timings } = this;
    timings[this.timingCount] = node;
    timings[this.timingCount + 1] = this.start[node] as number;
    timings[this.timingCount + 2] = this.ready[node] as number;
    timings[this.timingCount + 3] = this.leg[node] as number;
    timings[this.timingCount + 4] = this.idle[node] as number;
    this.timingCount += TIMING;
  }

  /** What `timings` holds at this place, before it is forgotten. */
  private remember(node: number, at: number): void {
    this.keptAt[node] = this.keeps;
    if (this.keptCount + TIMING > this.kept.length) this.kept = grown(this.kept);
    for (let field = 0; field < TIMING; field += 1)
      this.kept[this.keptCount + field] = this.timings[at + field] as number;
    this.keptCount += TIMING;
  }

  private takeBack(entries: Int32Array, count: number): void {
    for (let at = 0; at < count; at += TIMING) {
      const node = entries[at] as number;
      this.start[node] = entries[at + 1] as number;
      this.ready[node] = entries[at + 2] as number;
      this.leg[node] = entries[at + 3] as number;
      this.idle[node] = entries[at + 4] as number;
      this.timed[node] = 0;
    }
  }

  private endOf(task: number): number {
    return (this.start[task] as number) + (this.model.duration[task] as number);
  }
}
