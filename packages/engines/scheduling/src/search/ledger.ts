/**
 * What a solution means for carers and patients, whatever the times: hours booked and what they cost, how many faces a
 * patient sees, and who comes instead of the carer that was told.
 */
import { overtime as overtimeOf, priceOf } from '../pay.ts';
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
    if (counts.paid) partnerCost += change * priceOf(price[carer] as number, duration[task] as number);
    if (counts.told) {
      const told = toldCarer[task] as number;
      if (told >= 0 && told !== carer) otherCarers += change * OTHER_CARER;
    }
    if (!counts.faces) return;
    const wished = preferred[task] as number;
    if (wished >= 0 && wished !== carer) continuity += change * NOT_PREFERRED * (weight[task] as number);
    const who = patient[task] as number;
    if (who >= 0 && !seesAnother(task, carer)) face(who, change);
  }

  return {
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
