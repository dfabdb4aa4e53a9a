/**
 * For each pending visit and each eligible carer: the cheapest start and its whole cost, kept true as the plan fills.
 *
 * Cost = route part (travel, waiting and the time that was told: depends on the start) + carer part (balance, overtime, price) + patient
 * part (continuity and the carer who was told).
 * Placing a visit with carer `s` changes, and only changes:
 * - the route part of `s` for starts between the visit before and the visit after the placed one; where the shift has a break,
 *   in the whole shift;
 * - the carer part of `s`;
 * - for carers of the same partner: whether the hours that were agreed have room for more;
 * - for the same patient: the patient part, and starts that now overlap the patient's visit or come too near to it.
 */
import { endOf, isFull } from './feasibility.ts';
import { arePair } from './pairs.ts';
import { overPartner, partnerRoom } from './partners.ts';
import { partnerCostOf } from './pay.ts';
import { type Plan, positionIn } from './plan.ts';
import { balanceDelta, continuityDelta, overtimeDelta } from './score.ts';
import { shiftHolding } from './shifts.ts';
import { tooNear } from './spacing.ts';
import { NO_START, type StartSearch, searchStarts } from './starts.ts';
import { otherCarerOf } from './told.ts';

export interface InsertionTable {
  /** Fills a visit's row from scratch. */
  refresh(visit: number): void;
  /** The pending visit to place next, or null when nothing pending fits anywhere. */
  mostRegretted(): number | null;
  /** Places it at its best, and brings the rows it touched up to date. */
  insert(visit: number): void;
}

export interface TableOptions {
  readonly visitRank: Int32Array;
  readonly staffRank: Int32Array;
  readonly regret: 2 | 3;
  /** Does the looking, and counts it. */
  readonly search: StartSearch;
}

/** Stands for an alternative that does not exist: a visit with fewer carers left goes before all with more. */
const NO_ALTERNATIVE = 10_000_000;

/** By cell, side by side because they are touched together. */
const START = 0;
const ROUTE = 1;
const TOTAL = 2;
const FIELDS = 3;

/** A table for `visits`, all unplaced, that compete with one another: those of one priority. */
export function createInsertionTable(
  plan: Plan,
  visits: readonly number[],
  { visitRank, staffRank, regret, search }: TableOptions,
): InsertionTable {
  const c = plan.compiled;
  const { groups, visitGroup, visitPatient, visitMinutes } = c;

  const rowOf = new Int32Array(c.visitCount).fill(-1);
  let cells = 0;
  for (const visit of visits) {
    rowOf[visit] = cells * FIELDS;
    cells += groupStaff(visit).length;
  }
  /** The start, the route part and the sum of all parts; `NO_START` when nothing fits. */
  const table = new Int32Array(cells * FIELDS).fill(NO_START);

  const bestStaff = new Int32Array(c.visitCount).fill(-1);
  const thirdBest = new Int32Array(c.visitCount).fill(NO_START);
  const regretOf = new Float64Array(c.visitCount).fill(-1);
  const bestCost = new Int32Array(c.visitCount).fill(NO_START);

  const pendingOfGroup: number[][] = groups.map(() => []);
  const pendingOfPatient: number[][] = Array.from({ length: c.patientCount }, () => []);
  for (const visit of visits) {
    (pendingOfGroup[visitGroup[visit] as number] as number[]).push(visit);
    (pendingOfPatient[visitPatient[visit] as number] as number[]).push(visit);
  }
  let pending = visits;

  function groupStaff(visit: number): Int32Array {
    return (groups[visitGroup[visit] as number] as (typeof groups)[number]).staff;
  }

  /** Searches starts in `[from, to]` for one cell. */
  function look(visit: number, staff: number, from: number, to: number): boolean {
    return searchStarts(plan, visit, staff, from, to, search);
  }

  function sum(visit: number, staff: number, cell: number): void {
    const routeCost = table[cell + ROUTE] as number;
    table[cell + TOTAL] =
      routeCost === NO_START
        ? NO_START
        : routeCost +
          c.weights.balance * balanceDelta(plan, visit, staff) +
          c.weights.continuity * continuityDelta(plan, visit, staff) +
          c.weights.disruption * otherCarerOf(c, visit, staff) +
          c.weights.overtime * overtimeDelta(plan, visit, staff) +
          c.weights.partnerCost * partnerCostOf(c, visit, staff);
  }

  function lookEverywhere(visit: number, staff: number, cell: number): void {
    const found = !isFull(plan, visit, staff) && look(visit, staff, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
    table[cell + ROUTE] = found ? search.cost : NO_START;
    table[cell + START] = found ? search.start : -1;
    sum(visit, staff, cell);
  }

  /** Reads a visit's row again: its best carer, and what it would lose by not getting the best. */
  function rank(visit: number): void {
    const staff = groupStaff(visit);
    const row = rowOf[visit] as number;
    let first = NO_START;
    let second = NO_START;
    let third = NO_START;
    let best = -1;
    for (let index = 0; index < staff.length; index += 1) {
      const cost = table[row + index * FIELDS + TOTAL] as number;
      if (cost > third || cost === NO_START) continue;
      const member = staff[index] as number;
      if (cost < first || (cost === first && (staffRank[member] as number) < (staffRank[best] as number))) {
        third = second;
        second = first;
        first = cost;
        best = member;
      } else if (cost < second) {
        third = second;
        second = cost;
      } else third = cost;
    }
    bestStaff[visit] = best;
    bestCost[visit] = first;
    thirdBest[visit] = regret === 3 ? third : second;
    if (best < 0) {
      regretOf[visit] = -1;
      return;
    }
    const loss = (cost: number): number => (cost === NO_START ? NO_ALTERNATIVE : cost - first);
    regretOf[visit] = loss(second) + (regret === 3 ? loss(third) : 0);
  }

  function refresh(visit: number): void {
    const staff = groupStaff(visit);
    const row = rowOf[visit] as number;
    for (let index = 0; index < staff.length; index += 1) {
      lookEverywhere(visit, staff[index] as number, row + index * FIELDS);
    }
    rank(visit);
  }

  /**
   * After a visit was placed with `staff` in the gap whose starts are `[from, until)`; `room` is the longer of the two
   * free stretches that the gap became.
   */
  function touchStaff(staff: number, from: number, until: number, room: number): void {
    for (let group = 0; group < groups.length; group += 1) {
      const column = (groups[group] as (typeof groups)[number]).position[staff] as number;
      if (column < 0) continue;
      for (const visit of pendingOfGroup[group] as number[]) {
        const cell = (rowOf[visit] as number) + column * FIELDS;
        const before = table[cell + TOTAL] as number;
        if (before === NO_START) continue;
        const at = table[cell + START] as number;
        if (isFull(plan, visit, staff)) table[cell + ROUTE] = NO_START;
        else if (at >= from && at < until) {
          lookEverywhere(visit, staff, cell);
        } else if ((visitMinutes[visit] as number) <= room && look(visit, staff, from, until - 1)) {
          const known = table[cell + ROUTE] as number;
          if (search.cost < known || (search.cost === known && search.start < at)) {
            table[cell + ROUTE] = search.cost;
            table[cell + START] = search.start;
          }
        }
        sum(visit, staff, cell);
        const after = table[cell + TOTAL] as number;
        // The row's order changes only if this cell was, or now is, among the ones that count.
        if (before <= (thirdBest[visit] as number) || after <= (thirdBest[visit] as number)) rank(visit);
      }
    }
  }

  /** The hours agreed with a partner may be used up for its other carers too. */
  function touchPartner(staff: number): void {
    if (partnerRoom(plan, staff) >= c.longestVisit) return;
    for (const other of c.partnerStaff[c.staffAgreed[staff] as number] ?? []) {
      if (other === staff) continue;
      for (let group = 0; group < groups.length; group += 1) {
        const column = (groups[group] as (typeof groups)[number]).position[other] as number;
        if (column < 0) continue;
        for (const visit of pendingOfGroup[group] as number[]) {
          const cell = (rowOf[visit] as number) + column * FIELDS;
          if (table[cell + TOTAL] === NO_START || overPartner(plan, visit, other) <= 0) continue;
          table[cell + ROUTE] = NO_START;
          table[cell + TOTAL] = NO_START;
          rank(visit);
        }
      }
    }
  }

  function touchPatient(placed: number): void {
    const placedAt = plan.startOf[placed] as number;
    for (const visit of pendingOfPatient[visitPatient[placed] as number] as number[]) {
      const staff = groupStaff(visit);
      const row = rowOf[visit] as number;
      for (let index = 0; index < staff.length; index += 1) {
        const cell = row + index * FIELDS;
        if (table[cell + ROUTE] === NO_START) continue;
        const at = table[cell + START] as number;
        const apart = tooNear(c, visit, at, placed, placedAt) || arePair(c, visit, placed);
        if (apart) lookEverywhere(visit, staff[index] as number, cell);
        else sum(visit, staff[index] as number, cell);
      }
      rank(visit);
    }
  }

  return {
    refresh,
    mostRegretted() {
      pending = pending.filter((visit) => (plan.staffOf[visit] as number) < 0);
      let best = -1;
      for (const visit of pending) {
        if ((bestStaff[visit] as number) >= 0 && (best < 0 || goesBefore(visit, best))) best = visit;
      }
      return best < 0 ? null : best;
    },
    insert(visit) {
      const staff = bestStaff[visit] as number;
      const column = groups[visitGroup[visit] as number]?.position[staff] ?? -1;
      const at = table[(rowOf[visit] as number) + column * FIELDS + START] as number;
      plan.place(visit, staff, at);
      drop(pendingOfGroup[visitGroup[visit] as number] as number[], visit);
      drop(pendingOfPatient[visitPatient[visit] as number] as number[], visit);
      const around = plan.routes[staff] as readonly number[];
      const position = positionIn(around, plan.startOf, at, visit);
      const before = around[position - 1];
      const after = around[position + 1];
      const from = before === undefined ? Number.NEGATIVE_INFINITY : (plan.startOf[before] as number);
      const until = after === undefined ? Number.POSITIVE_INFINITY : (plan.startOf[after] as number);
      const freeFrom = before === undefined ? from : endOf(plan, before);
      const room = Math.max(at - freeFrom, until - endOf(plan, visit));
      const shift = c.staffBreaks[staff] === 0 ? -1 : shiftHolding(c, staff, at, endOf(plan, visit));
      if (shift >= 0 && (c.shiftBreak[shift] as number) > 0) {
        const whole = { from: c.shiftStart[shift] as number, until: c.shiftEnd[shift] as number };
        touchStaff(staff, Math.min(from, whole.from), Math.max(until, whole.until), c.longestVisit);
      } else touchStaff(staff, from, until, room);
      touchPartner(staff);
      touchPatient(visit);
    },
  };

  function goesBefore(visit: number, other: number): boolean {
    const byRegret = (regretOf[visit] as number) - (regretOf[other] as number);
    if (byRegret !== 0) return byRegret > 0;
    const byCost = (bestCost[visit] as number) - (bestCost[other] as number);
    if (byCost !== 0) return byCost < 0;
    return (visitRank[visit] as number) < (visitRank[other] as number);
  }
}

function drop(list: number[], visit: number): void {
  const at = list.indexOf(visit);
  const last = list.pop();
  if (last !== undefined && last !== visit) list[at] = last;
}
