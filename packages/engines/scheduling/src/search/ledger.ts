/**
 * What a solution means for carers and patients, whatever the times: hours booked and what they cost, how many faces a
 * patient sees, and who comes instead of the carer that was told.
 *
 * Beside the score it keeps a guide for the search. Faces do not tell a patient whose five visits are split 4 and 1 from one with 3
 * and 2, though one move more brings the former to a single carer. So a carer who comes n times counts as n^bend faces while
 * the guide is on. That does two things: the more visits a carer has of a patient, the cheaper is the next, so that they gather; and a new
 * face costs less against a known one, so that tours are settled first. Neither alone does as well (docs/benchmarks.md).
 * The former is Falkenauer's idea, whose measure of packed bins rewards full ones beside few (A hybrid grouping genetic
 * algorithm for bin packing, J. Heuristics 2, 1996).
 */
import { priceOf as hourlyPrice, overtime as overtimeOf } from '../pay.ts';
import { load, NEW_FACE, NOT_PREFERRED } from '../score.ts';
import { OTHER_CARER } from '../told.ts';
import type { FlatLists } from './flat-lists.ts';
import { NEVER, type RoutingModel } from './model.ts';
import { BOOKED, CARERS, type CellLog, take } from './undo.ts';

/**
 * A class, whose accessors are its prototype's: while these were an object literal's own, V8 optimised and threw away whoever asked
 * them for as long as the first run of a process took.
 */
export class Ledger {
  /** Points as `score.ts` counts them. */
  continuity = 0;
  balance = 0;
  overtime = 0;
  partnerCost = 0;
  /** Points for other carers than told. */
  otherCarers = 0;
  /** Carers, and partners with whom hours were agreed, above the most they may be booked for. */
  over = 0;
  /** What the guide adds, in cost; 0 while it is off. */
  guide = 0;
  /** Cells that the log puts back. */
  readonly lists: readonly Int32Array[];

  private readonly model: RoutingModel;
  private readonly tour: Int32Array;
  private readonly log: CellLog;
  /** By carer, then by partner with whom hours were agreed. */
  private readonly booked: Int32Array;
  /** By patient: how many carers come. */
  private readonly carers: Int32Array;
  private readonly tasksOf: FlatLists;
  private readonly hasFaces: boolean;
  private readonly hasHours: boolean;
  private readonly hasTold: boolean;
  private readonly hasPrices: boolean;
  /** By visits of one carer to one patient: what the guide adds for them, times what the patient's continuity weighs. */
  private guideOf: Int32Array;
  private guideBefore = 0;
  private continuityBefore = 0;
  private balanceBefore = 0;
  private overtimeBefore = 0;
  private partnerCostBefore = 0;
  private otherCarersBefore = 0;
  private overBefore = 0;

  /** `tasksOf`: tasks by patient. */
  constructor(model: RoutingModel, tour: Int32Array, tasksOf: FlatLists, log: CellLog) {
    const { carerCount, mostAgreed, mostBooked, patientTasks, price, toldCarer, weights } = model;
    this.model = model;
    this.tour = tour;
    this.log = log;
    this.booked = new Int32Array(carerCount + mostAgreed.length);
    this.carers = new Int32Array(patientTasks.length);
    this.lists = [this.booked, this.carers];
    this.tasksOf = tasksOf;
    this.hasFaces = weights.continuity > 0;
    const most = patientTasks.reduce((longest, tasks) => Math.max(longest, tasks.length), 0);
    this.guideOf = new Int32Array(most + 1);
    this.hasHours = mostBooked.some((most) => most < NEVER);
    this.hasTold = toldCarer.some((carer) => carer >= 0);
    this.hasPrices = price.some((cents) => cents > 0);
  }

  /** `bend`: 0 (off) to 1 (every visit counts as a face, whoever comes). Between two changes. */
  gather(bend: number): void {
    const { faceContinuity, patientTasks, tourCarer, weights } = this.model;
    const face = weights.continuity * NEW_FACE;
    this.guideOf = this.guideOf.map((_, visits) => (visits === 0 ? 0 : Math.round(face * (visits ** bend - 1))));
    let sum = 0;
    for (const [who, tasks] of patientTasks.entries()) {
      const visits = new Map<number, number>();
      for (const task of tasks) {
        const there = this.tour[task] as number;
        if (there < 0) continue;
        const carer = tourCarer[there] as number;
        visits.set(carer, (visits.get(carer) ?? 0) + 1);
      }
      for (const count of visits.values()) sum += (faceContinuity[who] as number) * (this.guideOf[count] as number);
    }
    this.guide = sum;
    this.guideBefore = sum;
  }

  /** What all of it costs as things stand, the guide included. */
  get cost(): number {
    const { weights } = this.model;
    return (
      this.guide +
      weights.continuity * this.continuity +
      weights.balance * this.balance +
      weights.overtime * this.overtime +
      weights.partnerCost * this.partnerCost +
      weights.disruption * this.otherCarers
    );
  }

  /** Before `tour[task]` is taken away. */
  leave(task: number): void {
    this.count(task, -1);
  }

  /** After `tour[task]` is set. */
  join(task: number): void {
    this.count(task, 1);
  }

  /**
   * What giving an unassigned task to this carer costs, whenever it starts; infinite where hours do not allow it. `isStranger`:
   * the carer is known to see nobody of that patient.
   */
  priceOf(task: number, carer: number, isStranger: boolean): number {
    const { agreed, carerCount, duration, mostAgreed, mostBooked } = this.model;
    const { patient, price, toldCarer, weights } = this.model;
    const { booked } = this;
    const minutes = duration[task] as number;
    let sum = 0;
    if (this.hasHours) {
      if ((booked[carer] as number) + minutes > (mostBooked[carer] as number)) return Number.POSITIVE_INFINITY;
      const partner = agreed[carer] as number;
      if (partner >= 0 && (booked[carerCount + partner] as number) + minutes > (mostAgreed[partner] as number)) {
        return Number.POSITIVE_INFINITY;
      }
      sum += this.costOfBooking(carer, minutes);
    }
    if (this.hasPrices) sum += weights.partnerCost * hourlyPrice(price[carer] as number, minutes);
    if (this.hasTold) {
      const told = toldCarer[task] as number;
      if (told >= 0 && told !== carer) sum += weights.disruption * OTHER_CARER;
    }
    if (!this.hasFaces) return sum;
    const isFirst = (this.carers[patient[task] as number] ?? 0) === 0;
    return (
      sum + (isFirst ? weights.continuity * this.preference(task, carer) : this.priceOfFace(task, carer, isStranger))
    );
  }

  /** What another carer for a task that has one adds to the cost of all that is counted here; infinite above what that carer may be booked for. */
  costOfChange(task: number, carer: number): number {
    const { duration, mostBooked, price, toldCarer, tourCarer, weights } = this.model;
    const now = tourCarer[this.tour[task] as number] as number;
    if (now === carer) return 0;
    const minutes = duration[task] as number;
    let sum = this.hasFaces ? -this.gainOf(task, carer) : 0;
    if (this.hasHours) {
      if ((this.booked[carer] as number) + minutes > (mostBooked[carer] as number)) return Number.POSITIVE_INFINITY;
      sum += this.costOfBooking(carer, minutes) + this.costOfBooking(now, -minutes);
    }
    if (this.hasPrices) {
      const theirs = hourlyPrice(price[carer] as number, minutes);
      sum += weights.partnerCost * (theirs - hourlyPrice(price[now] as number, minutes));
    }
    if (this.hasTold) {
      const told = toldCarer[task] as number;
      if (told >= 0) sum += weights.disruption * OTHER_CARER * (Number(told !== carer) - Number(told !== now));
    }
    return sum;
  }

  /**
   * What goes when a task's carer no longer has it, hours left out: a partner's price, and where others see the patient too a face
   * or the wish for another carer.
   */
  costInPlace(task: number): number {
    const { duration, patient, price, tourCarer, weights } = this.model;
    const carer = tourCarer[this.tour[task] as number] as number;
    const who = patient[task] as number;
    let sum = 0;
    if (this.hasPrices) sum += weights.partnerCost * hourlyPrice(price[carer] as number, duration[task] as number);
    if (this.hasFaces && who >= 0 && (this.carers[who] as number) > 1) sum += this.priceOfFace(task, carer, false);
    return sum;
  }

  private costOfBooking(carer: number, minutes: number): number {
    const { capacity, overtimeFrom, weights } = this.model;
    const before = this.booked[carer] as number;
    const after = before + minutes;
    const full = capacity[carer] as number;
    const usual = overtimeFrom[carer] as number;
    return (
      weights.balance * (load(after, full) - load(before, full)) +
      weights.overtime * (overtimeOf(after, usual) - overtimeOf(before, usual))
    );
  }

  /** What another carer for a task that has one takes off the cost of continuity; below zero: adds to it. */
  gainOf(task: number, carer: number): number {
    const now = this.model.tourCarer[this.tour[task] as number] as number;
    if (!this.hasFaces || now === carer) return 0;
    return this.priceOfFace(task, now, false) - this.priceOfFace(task, carer, false);
  }

  commit(): void {
    this.guideBefore = this.guide;
    this.continuityBefore = this.continuity;
    this.balanceBefore = this.balance;
    this.overtimeBefore = this.overtime;
    this.partnerCostBefore = this.partnerCost;
    this.otherCarersBefore = this.otherCarers;
    this.overBefore = this.over;
  }

  /** The log has put the lists back. */
  rollback(): void {
    this.guide = this.guideBefore;
    this.continuity = this.continuityBefore;
    this.balance = this.balanceBefore;
    this.overtime = this.overtimeBefore;
    this.partnerCost = this.partnerCostBefore;
    this.otherCarers = this.otherCarersBefore;
    this.over = this.overBefore;
  }

  private count(task: number, change: 1 | -1): void {
    const { duration, patient, price, toldCarer, tourCarer } = this.model;
    const carer = tourCarer[this.tour[task] as number] as number;
    const minutes = duration[task] as number;
    if (this.hasHours) this.book(carer, change * minutes);
    if (this.hasPrices) this.partnerCost += change * hourlyPrice(price[carer] as number, minutes);
    if (this.hasTold) {
      const told = toldCarer[task] as number;
      if (told >= 0 && told !== carer) this.otherCarers += change * OTHER_CARER;
    }
    if (!this.hasFaces) return;
    this.continuity += change * this.preference(task, carer);
    const who = patient[task] as number;
    if (who < 0) return;
    const others = this.otherVisits(task, carer);
    if (others === 0) this.face(who, change);
    else this.guide += change * (this.model.faceContinuity[who] as number) * this.guideStep(others);
  }

  private book(carer: number, minutes: number): void {
    const { agreed, capacity, carerCount, mostAgreed, mostBooked, overtimeFrom } = this.model;
    const full = capacity[carer] as number;
    const usual = overtimeFrom[carer] as number;
    const before = this.fill(carer, mostBooked[carer] as number, minutes);
    const after = before + minutes;
    this.balance += load(after, full) - load(before, full);
    this.overtime += overtimeOf(after, usual) - overtimeOf(before, usual);
    const partner = agreed[carer] as number;
    if (partner >= 0) this.fill(carerCount + partner, mostAgreed[partner] as number, minutes);
  }

  /** Books on a carer's or a partner's cell, which holds at most `most`. What it held before. */
  private fill(cell: number, most: number, minutes: number): number {
    const before = this.booked[cell] as number;
    const after = before + minutes;
    take(this.log, BOOKED, cell, before);
    this.booked[cell] = after;
    if (before > most) this.over -= 1;
    if (after > most) this.over += 1;
    return before;
  }

  /** What the guide adds for one visit more than these. */
  private guideStep(visits: number): number {
    return (this.guideOf[visits + 1] as number) - (this.guideOf[visits] as number);
  }

  /** How many other visits of the patient the carer has. */
  private otherVisits(task: number, carer: number): number {
    const { patient, tourCarer } = this.model;
    const { tour } = this;
    const { from, items } = this.tasksOf;
    const who = patient[task] as number;
    const last = from[who + 1] as number;
    let count = 0;
    for (let index = from[who] as number; index < last; index += 1) {
      const other = items[index] as number;
      const there = tour[other] as number;
      if (other !== task && there >= 0 && tourCarer[there] === carer) count += 1;
    }
    return count;
  }

  /** One carer more or fewer for the patient. */
  private face(who: number, change: 1 | -1): void {
    const before = this.carers[who] as number;
    take(this.log, CARERS, who, before);
    this.carers[who] = before + change;
    this.continuity +=
      NEW_FACE *
      (this.model.faceContinuity[who] as number) *
      (Math.max(0, before + change - 1) - Math.max(0, before - 1));
  }

  /** What a task adds to the cost of continuity with a carer, where somebody else sees the patient as well. */
  private priceOfFace(task: number, carer: number, isStranger: boolean): number {
    const { patient, faceContinuity, weights } = this.model;
    const wish = weights.continuity * this.preference(task, carer);
    const who = patient[task] as number;
    if (who < 0) return wish;
    const others = isStranger ? 0 : this.otherVisits(task, carer);
    const face = others === 0 ? weights.continuity * NEW_FACE : this.guideStep(others);
    return wish + (faceContinuity[who] as number) * face;
  }

  private preference(task: number, carer: number): number {
    const wished = this.model.preferred[task] as number;
    return wished >= 0 && wished !== carer ? NOT_PREFERRED * (this.model.continuity[task] as number) : 0;
  }
}
