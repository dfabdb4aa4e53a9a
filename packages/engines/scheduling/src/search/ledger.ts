/**
 * What a solution means for carers and patients, whatever the times: hours booked and what they cost, how many faces a
 * patient sees, and who comes instead of the carer that was told.
 */
import { priceOf as hourlyPrice, overtime as overtimeOf } from '../pay.ts';
import { load, NEW_FACE, NOT_PREFERRED } from '../score.ts';
import { OTHER_CARER } from '../told.ts';
import { NEVER, type RoutingModel } from './model.ts';
import { BOOKED, CARERS, type CellLog, take } from './undo.ts';

export interface Ledger {
  /** Points as `score.ts` counts them. */
  readonly continuity: number;
  readonly balance: number;
  readonly overtime: number;
  readonly partnerCost: number;
  /** Points for other carers than told. */
  readonly otherCarers: number;
  /** Carers, and partners with whom hours were agreed, above the most they may be booked for. */
  readonly over: number;
  /** Cells that the log puts back. */
  readonly lists: readonly Int32Array[];
  /**
   * What giving an unassigned task to this carer costs, whenever it starts; infinite where hours do not allow it. `isStranger`:
   * the carer is known to see nobody of that patient.
   */
  priceOf(task: number, carer: number, isStranger: boolean): number;
  /** What another carer for a task that has one takes off continuity; below zero: adds to it. */
  gainOf(task: number, carer: number): number;
  /** What all of it costs as things stand. */
  readonly cost: number;
  /** Before `tour[task]` is taken away, and after it is set. */
  leave(task: number): void;
  join(task: number): void;
  commit(): void;
  /** The log has put the lists back. */
  rollback(): void;
}

export function createLedger(model: RoutingModel, tour: Int32Array, log: CellLog): Ledger {
  const { continuity: weight, faceContinuity } = model;
  const { patient, patientTasks, preferred, tourCarer, capacity, mostBooked, duration, weights, toldCarer } = model;
  const { overtimeFrom, price, agreed, mostAgreed, carerCount } = model;
  const counts = {
    faces: weights.continuity > 0,
    hours: mostBooked.some((most) => most < NEVER),
    told: toldCarer.some((carer) => carer >= 0),
    paid: price.some((cents) => cents > 0),
  };
  /** By carer, then by partner with whom hours were agreed. */
  const booked = new Int32Array(carerCount + mostAgreed.length);
  const carers = new Int32Array(patientTasks.length);
  let continuity = 0;
  let balance = 0;
  let overtime = 0;
  let partnerCost = 0;
  let otherCarers = 0;
  let over = 0;
  let continuityBefore = 0;
  let balanceBefore = 0;
  let overtimeBefore = 0;
  let partnerCostBefore = 0;
  let otherCarersBefore = 0;
  let overBefore = 0;

  function book(carer: number, minutes: number): void {
    const full = capacity[carer] as number;
    const most = mostBooked[carer] as number;
    const usual = overtimeFrom[carer] as number;
    const before = booked[carer] as number;
    const after = before + minutes;
    take(log, BOOKED, carer, before);
    booked[carer] = after;
    balance += load(after, full) - load(before, full);
    overtime += overtimeOf(after, usual) - overtimeOf(before, usual);
    if (before > most) over -= 1;
    if (after > most) over += 1;
    const partner = agreed[carer] as number;
    if (partner >= 0) bookPartner(partner, minutes);
  }

  function bookPartner(partner: number, minutes: number): void {
    const cell = carerCount + partner;
    const most = mostAgreed[partner] as number;
    const before = booked[cell] as number;
    const after = before + minutes;
    take(log, BOOKED, cell, before);
    booked[cell] = after;
    if (before > most) over -= 1;
    if (after > most) over += 1;
  }

  function seesAnother(task: number, carer: number): boolean {
    const others = patientTasks[patient[task] as number] as Int32Array;
    for (let index = 0; index < others.length; index += 1) {
      const other = others[index] as number;
      const there = tour[other] as number;
      if (other !== task && there >= 0 && tourCarer[there] === carer) return true;
    }
    return false;
  }

  /** One carer more or fewer for the patient. */
  function face(who: number, change: 1 | -1): void {
    const before = carers[who] as number;
    take(log, CARERS, who, before);
    carers[who] = before + change;
    continuity +=
      NEW_FACE * (faceContinuity[who] as number) * (Math.max(0, before + change - 1) - Math.max(0, before - 1));
  }

  function count(task: number, change: 1 | -1): void {
    const carer = tourCarer[tour[task] as number] as number;
    if (counts.hours) book(carer, change * (duration[task] as number));
    if (counts.paid) partnerCost += change * hourlyPrice(price[carer] as number, duration[task] as number);
    if (counts.told) {
      const told = toldCarer[task] as number;
      if (told >= 0 && told !== carer) otherCarers += change * OTHER_CARER;
    }
    if (!counts.faces) return;
    continuity += change * preference(task, carer);
    const who = patient[task] as number;
    if (who >= 0 && !seesAnother(task, carer)) face(who, change);
  }

  function priceOf(task: number, carer: number, isStranger: boolean): number {
    const minutes = duration[task] as number;
    let sum = 0;
    if (counts.hours) {
      const before = booked[carer] as number;
      const after = before + minutes;
      if (after > (mostBooked[carer] as number)) return Number.POSITIVE_INFINITY;
      const partner = agreed[carer] as number;
      if (partner >= 0 && (booked[carerCount + partner] as number) + minutes > (mostAgreed[partner] as number)) {
        return Number.POSITIVE_INFINITY;
      }
      const full = capacity[carer] as number;
      const usual = overtimeFrom[carer] as number;
      sum += weights.balance * (load(after, full) - load(before, full));
      sum += weights.overtime * (overtimeOf(after, usual) - overtimeOf(before, usual));
    }
    if (counts.paid) sum += weights.partnerCost * hourlyPrice(price[carer] as number, minutes);
    if (counts.told) {
      const told = toldCarer[task] as number;
      if (told >= 0 && told !== carer) sum += weights.disruption * OTHER_CARER;
    }
    if (!counts.faces) return sum;
    const isFirst = (carers[patient[task] as number] ?? 0) === 0;
    return sum + weights.continuity * (isFirst ? preference(task, carer) : points(task, carer, isStranger));
  }

  /** What a task adds to continuity with a carer, where somebody else sees the patient as well. */
  function points(task: number, carer: number, isStranger = false): number {
    const isKnown = (patient[task] as number) < 0 || (!isStranger && seesAnother(task, carer));
    return preference(task, carer) + (isKnown ? 0 : NEW_FACE * (faceContinuity[patient[task] as number] as number));
  }

  function preference(task: number, carer: number): number {
    const wished = preferred[task] as number;
    return wished >= 0 && wished !== carer ? NOT_PREFERRED * (weight[task] as number) : 0;
  }

  function gainOf(task: number, carer: number): number {
    const now = tourCarer[tour[task] as number] as number;
    return counts.faces && now !== carer ? weights.continuity * (points(task, now) - points(task, carer)) : 0;
  }

  return {
    priceOf,
    gainOf,
    get cost() {
      return (
        weights.continuity * continuity +
        weights.balance * balance +
        weights.overtime * overtime +
        weights.partnerCost * partnerCost +
        weights.disruption * otherCarers
      );
    },
    get continuity() {
      return continuity;
    },
    get balance() {
      return balance;
    },
    get overtime() {
      return overtime;
    },
    get partnerCost() {
      return partnerCost;
    },
    get otherCarers() {
      return otherCarers;
    },
    get over() {
      return over;
    },
    lists: [booked, carers],
    leave: (task) => count(task, -1),
    join: (task) => count(task, 1),
    commit() {
      continuityBefore = continuity;
      balanceBefore = balance;
      overtimeBefore = overtime;
      partnerCostBefore = partnerCost;
      otherCarersBefore = otherCarers;
      overBefore = over;
    },
    rollback() {
      continuity = continuityBefore;
      balance = balanceBefore;
      overtime = overtimeBefore;
      partnerCost = partnerCostBefore;
      otherCarers = otherCarersBefore;
      over = overBefore;
    },
  };
}
