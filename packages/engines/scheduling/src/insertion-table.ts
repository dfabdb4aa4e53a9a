/**
 * For each pending visit and each eligible carer: the cheapest start and its whole cost, kept true as the plan fills.
 *
 * Cost = route part (travel and waiting, depends on the start) + carer part (balance) + patient part (continuity).
 * Placing a visit with carer `s` changes, and only changes:
 * - the route part of `s` for starts between the visit before and the visit after the placed one;
 * - the carer part of `s`;
 * - for the same patient: the patient part, and starts that now overlap the patient's visit.
 */
import { endOf, overCapacity } from './feasibility.ts';
import { type Plan, positionIn } from './plan.ts';
import { balanceDelta, continuityDelta, WEIGHTS } from './score.ts';
import { createStartSearch, NO_START, searchStarts } from './starts.ts';

export interface InsertionTable {
  /** Fills a visit's row from scratch. */
  refresh(visit: number): void;
  /** The pending visit to place next, or null when nothing pending fits anywhere. */
  mostRegretted(): number | null;
  /** Places it at its best, and brings the rows it touched up to date. */
  insert(visit: number): void;
  /** Starts tried so far. */
  work(): number;
}

export interface TableOptions {
  readonly visitRank: Int32Array;
  readonly staffRank: Int32Array;
  readonly regret: 2 | 3;
}

/** Stands for an alternative that does not exist: a visit with fewer carers left goes before all with more. */
const NO_ALTERNATIVE = 10_000_000;

export function createInsertionTable(
  plan: Plan,
  visits: readonly number[],
  { visitRank, staffRank, regret }: TableOptions,
): InsertionTable {
  const c = plan.compiled;
  const { groups, visitGroup, visitPatient, visitPriority, visitMinutes } = c;
  const search = createStartSearch();

  const rowOf = new Int32Array(c.visitCount).fill(-1);
  let cells = 0;
  for (const visit of visits) {
    rowOf[visit] = cells;
    cells += groupStaff(visit).length;
  }
  /** By cell: the start, the route part and the sum of all parts; `NO_START` when nothing fits. */
  const start = new Int32Array(cells);
  const route = new Int32Array(cells).fill(NO_START);
  const total = new Int32Array(cells).fill(NO_START);

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
  // Highest priority first; a band is done when nothing in it fits any more.
  const bands = [3, 2, 1].map((priority) => visits.filter((visit) => visitPriority[visit] === priority));

  function groupStaff(visit: number): Int32Array {
    return (groups[visitGroup[visit] as number] as (typeof groups)[number]).staff;
  }

  /** Searches starts in `[from, to]` for one cell. */
  function look(visit: number, staff: number, from: number, to: number): boolean {
    return searchStarts(plan, visit, staff, from, to, search);
  }

  function sum(visit: number, staff: number, cell: number): void {
    const routeCost = route[cell] as number;
    total[cell] =
      routeCost === NO_START
        ? NO_START
        : routeCost +
          WEIGHTS.balance * balanceDelta(plan, visit, staff) +
          WEIGHTS.continuity * continuityDelta(plan, visit, staff);
  }

  function lookEverywhere(visit: number, staff: number, cell: number): void {
    const found =
      overCapacity(plan, visit, staff) <= 0 && look(visit, staff, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
    route[cell] = found ? search.cost : NO_START;
    start[cell] = found ? search.start : -1;
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
      const cost = total[row + index] as number;
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
    for (let index = 0; index < staff.length; index += 1) lookEverywhere(visit, staff[index] as number, row + index);
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
        const cell = (rowOf[visit] as number) + column;
        const before = total[cell] as number;
        if (before === NO_START) continue;
        const at = start[cell] as number;
        if (overCapacity(plan, visit, staff) > 0) route[cell] = NO_START;
        else if (at >= from && at < until) {
          lookEverywhere(visit, staff, cell);
        } else if ((visitMinutes[visit] as number) <= room && look(visit, staff, from, until - 1)) {
          const better = search.cost < (route[cell] as number);
          if (better || (search.cost === route[cell] && search.start < at)) {
            route[cell] = search.cost;
            start[cell] = search.start;
          }
        }
        sum(visit, staff, cell);
        const after = total[cell] as number;
        // The row's order changes only if this cell was, or now is, among the ones that count.
        if (before <= (thirdBest[visit] as number) || after <= (thirdBest[visit] as number)) rank(visit);
      }
    }
  }

  function touchPatient(patient: number, from: number, until: number): void {
    for (const visit of pendingOfPatient[patient] as number[]) {
      const staff = groupStaff(visit);
      const row = rowOf[visit] as number;
      const minutes = visitMinutes[visit] as number;
      for (let index = 0; index < staff.length; index += 1) {
        const cell = row + index;
        if (route[cell] === NO_START) continue;
        const at = start[cell] as number;
        if (at < until && from < at + minutes) lookEverywhere(visit, staff[index] as number, cell);
        else sum(visit, staff[index] as number, cell);
      }
      rank(visit);
    }
  }

  return {
    refresh,
    mostRegretted() {
      for (const band of bands) {
        let best = -1;
        let kept = 0;
        for (const visit of band) {
          if ((plan.staffOf[visit] as number) >= 0) continue;
          band[kept] = visit;
          kept += 1;
          if ((bestStaff[visit] as number) >= 0 && (best < 0 || goesBefore(visit, best))) best = visit;
        }
        band.length = kept;
        if (best >= 0) return best;
      }
      return null;
    },
    insert(visit) {
      const staff = bestStaff[visit] as number;
      const column = groups[visitGroup[visit] as number]?.position[staff] ?? -1;
      const at = start[(rowOf[visit] as number) + column] as number;
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
      touchStaff(staff, from, until, Math.max(at - freeFrom, until - endOf(plan, visit)));
      touchPatient(visitPatient[visit] as number, at, endOf(plan, visit));
    },
    work: () => search.tried,
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
