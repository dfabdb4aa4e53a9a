/**
 * A solution that can be changed a little, priced and taken back. Tours are doubly linked rings through their own node;
 * every write is logged, so that `rollback` costs what the move cost, however large the week is.
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
import { isInTime, pairsApart, patientsInOnePlace } from './checks.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { mayDo, type RoutingModel, type SearchScore, searchCost, toursIn } from './model.ts';
import { firstStart, startTogether } from './starts.ts';
import { createCellLog, grown, NEXT, PREV, TIMING, TOUR, take, undo } from './undo.ts';

/** Sequences that are possible come to rest in a few times as many steps as a move may take, or swing for ever. */
const SURE = 16;

export class SearchState {
  readonly model: RoutingModel;
  /** By node; -1: not in a tour. Read only outside. */
  readonly next: Int32Array;
  readonly prev: Int32Array;
  /** Tour by node, -1 when unassigned. Read only outside. */
  readonly tour: Int32Array;
  /** By task; means nothing when unassigned. Read only outside. */
  readonly start: Int32Array;
  unassigned = 0;
  travelMinutes = 0;
  waitingMinutes = 0;
  late = 0;
  worstLate = 0;
  private otherTimes = 0;

  private readonly ledger: Ledger;
  private readonly cells = createCellLog();
  private readonly lists: readonly Int32Array[];
  private readonly ready: Int32Array;
  /** Travel on the way into a node. Read only outside. */
  readonly leg: Int32Array;
  /** Waiting on the way into a node. */
  private readonly idle: Int32Array;
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
  private readonly hasPairs: boolean;
  private readonly hasRivals: boolean;
  private travelBefore = 0;
  private waitingBefore = 0;
  private lateBefore = 0;
  private worstBefore = 0;
  private unassignedBefore = 0;
  private otherTimesBefore = 0;
  /** Starts, readiness, legs and waiting as they were kept. */
  private kept: Int32Array[] | null = null;
  private keptScore: [number, number, number, number, number] = [0, 0, 0, 0, 0];
  private readonly hasTold: boolean;
  private readonly breaks: BreakTiming | null;
  /** By tour, 1: as it was timed last there was no room for its break. */
  private readonly unrested: Uint8Array;

  constructor(model: RoutingModel) {
    const { taskCount, tourCount } = model;
    const nodes = taskCount + tourCount;
    this.model = model;
    this.next = new Int32Array(nodes).fill(-1);
    this.prev = new Int32Array(nodes).fill(-1);
    this.tour = new Int32Array(nodes).fill(-1);
    this.ledger = createLedger(model, this.tour, this.cells);
    this.lists = [this.next, this.prev, this.tour, ...this.ledger.lists];
    this.start = new Int32Array(nodes);
    this.ready = new Int32Array(nodes);
    this.leg = new Int32Array(nodes);
    this.idle = new Int32Array(nodes);
    this.timed = new Int32Array(nodes);
    this.queued = new Uint8Array(nodes);
    const ring = 2 ** Math.ceil(Math.log2(nodes + 1));
    this.queue = new Int32Array(ring);
    this.mask = ring - 1;
    this.mostSteps = 4 * taskCount + 64;
    this.hasPairs = model.partner.some((other) => other >= 0);
    this.hasTold = model.toldStart.some((start) => start >= 0);
    this.breaks = model.breaks === null ? null : createBreakTiming(model, model.breaks);
    this.unrested = new Uint8Array(model.breaks === null ? 0 : tourCount);
    this.hasRivals = model.rivals.some((list) => list.length > 0);
    for (let tour = 0; tour < tourCount; tour += 1) {
      const node = taskCount + tour;
      this.next[node] = node;
      this.prev[node] = node;
      this.tour[node] = tour;
    }
    for (const weight of model.priority) this.unassigned += weight;
    this.unassignedBefore = this.unassigned;
  }

  get continuity(): number {
    return this.ledger.continuity;
  }
  get balance(): number {
    return this.ledger.balance;
  }
  get overtime(): number {
    return this.ledger.overtime;
  }
  get partnerCost(): number {
    return this.ledger.partnerCost;
  }
  /** Points for other carers and other times than told. */
  get disruption(): number {
    return this.ledger.otherCarers + this.otherTimes;
  }
  get cost(): number {
    return searchCost(this.model.weights, this);
  }
  get score(): SearchScore {
    const { unassigned, travelMinutes, waitingMinutes, late, worstLate } = this;
    const { continuity, balance, disruption, overtime, partnerCost } = this;
    return {
      ...{ unassigned, travelMinutes, waitingMinutes, late, worstLate },
      ...{ continuity, balance, disruption, overtime, partnerCost },
    };
  }

  /** What giving an unassigned task to a carer costs before any travel or waiting; infinite where hours do not allow it. */
  priceOf(task: number, carer: number): number {
    return this.ledger.priceOf(task, carer);
  }

  /** What another carer for a task that has one takes off continuity; below zero: adds to it. */
  gainOf(task: number, carer: number): number {
    return this.ledger.gainOf(task, carer);
  }

  /** All that depends on who goes and not on the times: known before anything is settled. */
  get carerCost(): number {
    return this.ledger.cost + this.model.weights.unassigned * this.unassigned;
  }

  /** At most this much waiting can go when something comes into a tour. */
  idleIn(tour: number): number {
    const home = this.model.taskCount + tour;
    let sum = 0;
    for (let node = this.next[home] as number; node !== home; node = this.next[node] as number) {
      sum += this.idle[node] as number;
    }
    return sum;
  }

  /** Skills, and that a pair's other half is with somebody else. */
  allows(task: number, tour: number): boolean {
    if (!mayDo(this.model, task, tour)) return false;
    const other = this.model.partner[task] as number;
    return other < 0 || this.tour[other] !== tour;
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

  /** Takes a task out of its tour. Priced by `settle`. */
  cut(task: number): void {
    const before = this.prev[task] as number;
    const after = this.next[task] as number;
    this.link(before, after);
    this.ledger.leave(task);
    this.write(TOUR, this.tour, task, -1);
    this.unassigned += this.model.priority[task] as number;
    this.log(task);
    this.travelMinutes -= this.leg[task] as number;
    this.waitingMinutes -= this.idle[task] as number;
    this.start[task] = 0;
    this.ready[task] = 0;
    this.leg[task] = 0;
    this.idle[task] = 0;
    this.push(after);
    this.wakePartner(task);
  }

  /** Puts an unassigned task behind a node that stands in a tour. Priced by `settle`. */
  insert(task: number, before: number): void {
    const after = this.next[before] as number;
    this.link(before, task);
    this.link(task, after);
    this.write(TOUR, this.tour, task, this.tour[before] as number);
    this.ledger.join(task);
    this.unassigned -= this.model.priority[task] as number;
    this.push(task);
    this.push(after);
    this.wakePartner(task);
  }

  /** Exchanges what follows `a` in its tour with what follows `b` in another. Priced by `settle`. */
  swapTails(a: number, b: number): void {
    const { taskCount } = this.model;
    const tourA = this.tour[a] as number;
    const tourB = this.tour[b] as number;
    const homeA = taskCount + tourA;
    const homeB = taskCount + tourB;
    const firstA = this.next[a] as number;
    const firstB = this.next[b] as number;
    const lastA = this.prev[homeA] as number;
    const lastB = this.prev[homeB] as number;
    this.moveTail(firstA, homeA, tourB);
    this.moveTail(firstB, homeB, tourA);
    this.link(a, firstB === homeB ? homeA : firstB);
    if (firstB !== homeB) this.link(lastB, homeA);
    this.link(b, firstA === homeA ? homeB : firstA);
    if (firstA !== homeA) this.link(lastA, homeB);
    this.push(firstB === homeB ? homeA : firstB);
    this.push(firstA === homeA ? homeB : firstA);
    this.push(homeA);
    this.push(homeB);
  }

  /**
   * Brings starts and score up to date with the changes since the last commit. False: a hard rule is broken, or lateness
   * would grow by more than `room` costs (counted before what becomes earlier is taken off); then only `rollback` may
   * follow. `sure`: the sequences are possible; what is impossible on the way may still turn out well. Where pairs keep
   * swinging between two solutions, all starts climb once more from the bottom.
   */
  settle(room: number, sure = false): boolean {
    const { taskCount, due, partner, weights } = this.model;
    if (this.ledger.over > 0 || (this.hasPairs && !pairsApart(this.model, this.tour, this.cells))) return false;
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
        if (ready !== this.ready[node]) this.push(other);
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
      this.push(this.next[node] as number);
    }
    this.priceLate();
    if (this.hasTold) this.priceTold();
    return (
      (!doubtful || (this.allRested() && isInTime(this, this.timings, this.timingCount))) &&
      (!this.hasRivals || patientsInOnePlace(this, this.timings, this.timingCount))
    );
  }

  commit(): void {
    for (let at = 0; at < this.timingCount; at += TIMING) this.timed[this.timings[at] as number] = 0;
    this.timingCount = 0;
    this.cells.count = 0;
    this.ledger.commit();
    this.travelBefore = this.travelMinutes;
    this.waitingBefore = this.waitingMinutes;
    this.lateBefore = this.late;
    this.worstBefore = this.worstLate;
    this.unassignedBefore = this.unassigned;
    this.otherTimesBefore = this.otherTimes;
  }

  rollback(): void {
    this.forgetQueue();
    undo(this.cells, this.lists);
    const { timings } = this;
    for (let at = 0; at < this.timingCount; at += TIMING) {
      const node = timings[at] as number;
      this.start[node] = timings[at + 1] as number;
      this.ready[node] = timings[at + 2] as number;
      this.leg[node] = timings[at + 3] as number;
      this.idle[node] = timings[at + 4] as number;
      this.timed[node] = 0;
    }
    this.timingCount = 0;
    this.ledger.rollback();
    this.travelMinutes = this.travelBefore;
    this.waitingMinutes = this.waitingBefore;
    this.late = this.lateBefore;
    this.worstLate = this.worstBefore;
    this.unassigned = this.unassignedBefore;
    this.otherTimes = this.otherTimesBefore;
  }

  /** Keeps when everything starts, for `backToTimes`. After a commit. */
  keepTimes(): void {
    this.kept ??= [this.start, this.ready, this.leg, this.idle].map((list) => list.slice());
    [this.start, this.ready, this.leg, this.idle].forEach((list, at) => {
      this.kept?.[at]?.set(list);
    });
    this.keptScore = [this.travelMinutes, this.waitingMinutes, this.late, this.worstLate, this.otherTimes];
  }

  /**
   * Instead of `settle`, when the same tasks stand in the same order again as when `keepTimes` was called. Settled anew they
   * might start at other times: pairs that wait for each other have more than one solution.
   */
  backToTimes(): void {
    this.forgetQueue();
    [this.start, this.ready, this.leg, this.idle].forEach((list, at) => {
      list.set(this.kept?.[at] as Int32Array);
    });
    [this.travelMinutes, this.waitingMinutes, this.late, this.worstLate, this.otherTimes] = this.keptScore;
    this.commit();
  }

  /** What a closed tour holds: the carer and the patient have it, nobody moves it. */
  hold(task: number, tour: number, start: number): void {
    this.tour[task] = tour;
    this.start[task] = start;
    this.ledger.join(task);
    this.unassigned -= this.model.priority[task] as number;
    this.commit();
  }

  tours(): number[][] {
    return toursIn(this.next, this.model);
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
      this.push(task);
    }
    for (let tour = 0; tour < tourCount; tour += 1) this.push(taskCount + tour);
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
      this.push(first);
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

  private moveTail(first: number, home: number, to: number): void {
    for (let node = first; node !== home; node = this.next[node] as number) {
      this.ledger.leave(node);
      this.write(TOUR, this.tour, node, to);
      this.ledger.join(node);
    }
  }

  private wakePartner(task: number): void {
    const other = this.model.partner[task] as number;
    if (other >= 0 && (this.tour[other] as number) >= 0) this.push(other);
  }

  private forgetQueue(): void {
    while (this.queueFrom !== this.queueTo) {
      this.queued[this.queue[this.queueFrom] as number] = 0;
      this.queueFrom = (this.queueFrom + 1) & this.mask;
    }
  }

  private push(node: number): void {
    if (this.queued[node] === 1) return;
    this.queued[node] = 1;
    this.queue[this.queueTo] = node;
    this.queueTo = (this.queueTo + 1) & this.mask;
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

  private write(kind: number, list: Int32Array, node: number, value: number): void {
    take(this.cells, kind, node, list[node] as number);
    list[node] = value;
  }

  private link(before: number, after: number): void {
    this.write(NEXT, this.next, before, after);
    this.write(PREV, this.prev, after, before);
  }

  private endOf(task: number): number {
    return (this.start[task] as number) + (this.model.duration[task] as number);
  }

  /** Travel from node to node when leaving then. */
  legFrom(from: number, to: number, departure: number): number {
    const { place, placeCount, legs } = this.model;
    const a = place[from] as number;
    const b = place[to] as number;
    if (legs !== null) return legs[a * placeCount + b] as number;
    return a === b ? 0 : this.model.legAt(a, b, departure);
  }
}
