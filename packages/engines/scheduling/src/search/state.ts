/**
 * A solution that can be changed a little, priced and taken back. Tours are doubly linked rings through their own node;
 * every write is logged, so that `rollback` costs what the move cost, however large the week is. Who goes is counted in
 * `ledger.ts`, when everything starts in `timetable.ts`.
 */
import { pairsApart } from './checks.ts';
import { type FlatLists, flatLists } from './flat-lists.ts';
import { Ledger } from './ledger.ts';
import { mayDo, type RoutingModel, type SearchScore, toursIn } from './model.ts';
import { Timetable } from './timetable.ts';
import { createCellLog, NEXT, PREV, TOUR, take, undo } from './undo.ts';

export class SearchState {
  readonly model: RoutingModel;
  /** By node; -1: not in a tour. Read only outside. */
  readonly next: Int32Array;
  readonly prev: Int32Array;
  /** Tour by node, -1 when unassigned. Read only outside. */
  readonly tour: Int32Array;
  /** By task; means nothing when unassigned. Read only outside. */
  readonly start: Int32Array;
  /** Travel on the way into a node. Read only outside. */
  readonly leg: Int32Array;
  /** Tasks by patient: `model.patientTasks`, side by side. */
  readonly tasksOf: FlatLists;
  unassigned = 0;

  private readonly times: Timetable;
  private readonly ledger: Ledger;
  private readonly cells = createCellLog();
  private readonly lists: readonly Int32Array[];
  private readonly hasPairs: boolean;
  private unassignedBefore = 0;

  constructor(model: RoutingModel) {
    const { taskCount, tourCount } = model;
    const nodes = taskCount + tourCount;
    this.model = model;
    this.next = new Int32Array(nodes).fill(-1);
    this.prev = new Int32Array(nodes).fill(-1);
    this.tour = new Int32Array(nodes).fill(-1);
    this.times = new Timetable(model, this);
    this.start = this.times.start;
    this.leg = this.times.leg;
    this.tasksOf = flatLists(model.patientTasks);
    this.ledger = new Ledger(model, this.tour, this.tasksOf, this.cells);
    this.lists = [this.next, this.prev, this.tour, ...this.ledger.lists];
    this.hasPairs = model.partner.some((other) => other >= 0);
    for (let tour = 0; tour < tourCount; tour += 1) {
      const node = taskCount + tour;
      this.next[node] = node;
      this.prev[node] = node;
      this.tour[node] = tour;
    }
    for (const weight of model.priority) this.unassigned += weight;
    this.unassignedBefore = this.unassigned;
  }

  get travelMinutes(): number {
    return this.times.travelMinutes;
  }
  get waitingMinutes(): number {
    return this.times.waitingMinutes;
  }
  get late(): number {
    return this.times.late;
  }
  get worstLate(): number {
    return this.times.worstLate;
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
    return this.ledger.otherCarers + this.times.otherTimes;
  }
  /** What the score costs, and the guide: what the search lowers. */
  get cost(): number {
    return this.times.cost + this.carerCost;
  }
  /** The part of the cost that is there to lead the search (ledger.ts); 0 unless asked for by `gather`. */
  get guide(): number {
    return this.ledger.guide;
  }
  get score(): SearchScore {
    const { unassigned, travelMinutes, waitingMinutes, late, worstLate } = this;
    const { continuity, balance, disruption, overtime, partnerCost } = this;
    return {
      ...{ unassigned, travelMinutes, waitingMinutes, late, worstLate },
      ...{ continuity, balance, disruption, overtime, partnerCost },
    };
  }

  /**
   * What giving an unassigned task to a carer costs before any travel or waiting; infinite where hours do not allow it.
   * `isStranger`: the carer is known to see nobody of that patient.
   */
  priceOf(task: number, carer: number, isStranger = false): number {
    return this.ledger.priceOf(task, carer, isStranger);
  }

  /** How far a carer's later visits to a patient count as faces too, 0 (not at all) to 1. After a commit. */
  gather(bend: number): void {
    this.ledger.gather(bend);
  }

  /** What another carer for a task that has one takes off the cost of continuity; below zero: adds to it. */
  gainOf(task: number, carer: number): number {
    return this.ledger.gainOf(task, carer);
  }

  /** What another carer for a task that has one adds before any travel or waiting; infinite where booked hours do not allow it. */
  costOfChange(task: number, carer: number): number {
    return this.ledger.costOfChange(task, carer);
  }

  /** What goes when a task stands nowhere any more: its detour, and what its carer costs (ledger.ts). Hours and waiting, which it shares with others, are left out. */
  costInPlace(task: number): number {
    const before = this.prev[task] as number;
    const after = this.next[task] as number;
    const straight = before === after ? 0 : this.legBetween(before, after);
    const detour = (this.leg[task] as number) + (this.leg[after] as number) - straight;
    return this.model.weights.travelMinutes * detour + this.ledger.costInPlace(task);
  }

  /** All that depends on who goes and not on the times: known before anything is settled. */
  get carerCost(): number {
    return this.ledger.cost + this.model.weights.unassigned * this.unassigned;
  }

  /** At most this much waiting can go when something comes into a tour. */
  idleIn(tour: number): number {
    const { idle } = this.times;
    const home = this.model.taskCount + tour;
    let sum = 0;
    for (let node = this.next[home] as number; node !== home; node = this.next[node] as number) {
      sum += idle[node] as number;
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
    return this.times.legBetween(from, to);
  }

  /** Travel from node to node when leaving then. */
  legFrom(from: number, to: number, departure: number): number {
    return this.times.legFrom(from, to, departure);
  }

  /** Takes a task out of its tour. Priced by `settle`. */
  cut(task: number): void {
    const before = this.prev[task] as number;
    const after = this.next[task] as number;
    this.link(before, after);
    this.ledger.leave(task);
    this.write(TOUR, this.tour, task, -1);
    this.unassigned += this.model.priority[task] as number;
    this.times.drop(task);
    this.times.ask(after);
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
    this.times.ask(task);
    this.times.ask(after);
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
    this.times.ask(firstB === homeB ? homeA : firstB);
    this.times.ask(firstA === homeA ? homeB : firstA);
    this.times.ask(homeA);
    this.times.ask(homeB);
  }

  /**
   * Brings starts and score up to date with the changes since the last commit. False: a hard rule is broken, or lateness
   * would grow by more than `room` costs (counted before what becomes earlier is taken off); then only `rollback` may
   * follow. `sure`: the sequences are possible; what is impossible on the way may still turn out well.
   */
  settle(room: number, sure = false): boolean {
    if (this.ledger.over > 0 || (this.hasPairs && !pairsApart(this.model, this.tour, this.cells))) return false;
    return this.times.settle(room, sure);
  }

  commit(): void {
    this.cells.count = 0;
    this.times.commit();
    this.ledger.commit();
    this.unassignedBefore = this.unassigned;
  }

  rollback(): void {
    undo(this.cells, this.lists);
    this.times.rollback();
    this.ledger.rollback();
    this.unassigned = this.unassignedBefore;
  }

  /** Keeps when everything starts, for `backToTimes`. After a commit. */
  keepTimes(): void {
    this.times.keep();
  }

  /**
   * Instead of `settle`, when the same tasks stand in the same order again as when `keepTimes` was called. Settled anew they
   * might start at other times: pairs that wait for each other have more than one solution.
   */
  backToTimes(): void {
    this.times.putBack();
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

  private moveTail(first: number, home: number, to: number): void {
    for (let node = first; node !== home; node = this.next[node] as number) {
      this.ledger.leave(node);
      this.write(TOUR, this.tour, node, to);
      this.ledger.join(node);
    }
  }

  private wakePartner(task: number): void {
    const other = this.model.partner[task] as number;
    if (other >= 0 && (this.tour[other] as number) >= 0) this.times.ask(other);
  }

  private write(kind: number, list: Int32Array, node: number, value: number): void {
    take(this.cells, kind, node, list[node] as number);
    list[node] = value;
  }

  private link(before: number, after: number): void {
    this.write(NEXT, this.next, before, after);
    this.write(PREV, this.prev, after, before);
  }
}
