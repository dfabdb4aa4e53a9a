/**
 * Who is where when: per carer the visits in order of start, per patient likewise. A plan holds whatever it is
 * told, broken rules included, because merged weeks must load; `feasibility.ts` says what is broken.
 */
import { type EpochMinute, invariant } from '@fieldfare/kernel';
import type { CompiledWeek } from './compile.ts';
import type { Interval } from './problem.ts';

export interface Placement {
  readonly staff: number;
  readonly start: EpochMinute;
}

export interface Plan {
  readonly compiled: CompiledWeek;
  /** Visit indexes by staff, ascending by (start, visit). Read only. */
  readonly routes: readonly (readonly number[])[];
  /** Placed visits by patient, same order. Read only. */
  readonly patientVisits: readonly (readonly number[])[];
  /** Staff by visit, -1 when unplaced. Read only. */
  readonly staffOf: Int32Array;
  /** Start by visit; means nothing when unplaced. Read only. */
  readonly startOf: Int32Array;
  /** Visit minutes by staff. Read only. */
  readonly booked: Int32Array;

  /** Puts a visit somewhere, from wherever it was. Constant work but for the carer's own list. */
  place(visit: number, staff: number, start: EpochMinute): void;
  /** Takes it off; nothing happens when it is not placed. */
  remove(visit: number): void;
  placementOf(visit: number): Placement | null;
  bookedMinutes(staff: number): number;
  /** An independent copy over the same compiled week. */
  clone(): Plan;
  /** The placements alone, for `restore`. */
  snapshot(): PlanSnapshot;
  restore(snapshot: PlanSnapshot): void;
}

export interface PlanSnapshot {
  readonly staffOf: Int32Array;
  readonly startOf: Int32Array;
}

/** A plan with the placements of the input. */
export function createPlan(compiled: CompiledWeek): Plan {
  return planOf(compiled, { staffOf: compiled.visitPlacedStaff, startOf: compiled.visitPlacedStart });
}

/** The same placements in a week in which one visit may start at other times. To be asked only: it shares `plan`'s lists. */
export function withStartWindows(plan: Plan, visit: number, windows: readonly Interval[]): Plan {
  const { compiled } = plan;
  const from = compiled.windowFrom[visit] as number;
  const to = compiled.windowFrom[visit + 1] as number;
  const more = windows.length - (to - from);
  const spliced = (list: Int32Array, values: readonly number[]): Int32Array =>
    Int32Array.from([...list.subarray(0, from), ...values, ...list.subarray(to)]);
  return {
    ...plan,
    compiled: {
      ...compiled,
      problem: {
        ...compiled.problem,
        visits: compiled.problem.visits.map((row, index) =>
          index === visit ? { ...row, startWindows: windows } : row,
        ),
      },
      windowFrom: compiled.windowFrom.map((at, index) => (index > visit ? at + more : at)),
      windowStart: spliced(
        compiled.windowStart,
        windows.map(({ start }) => start),
      ),
      windowEnd: spliced(
        compiled.windowEnd,
        windows.map(({ end }) => end),
      ),
    },
  };
}

/** The same week with nothing in it. */
export function createEmptyPlan(compiled: CompiledWeek): Plan {
  return planOf(compiled, {
    staffOf: new Int32Array(compiled.visitCount).fill(-1),
    startOf: new Int32Array(compiled.visitCount).fill(-1),
  });
}

function planOf(compiled: CompiledWeek, from: PlanSnapshot): Plan {
  const { staffCount, visitCount, patientCount, visitPatient, visitMinutes } = compiled;
  const staffOf = new Int32Array(visitCount).fill(-1);
  const startOf = new Int32Array(visitCount).fill(-1);
  const booked = new Int32Array(staffCount);
  const routes: number[][] = Array.from({ length: staffCount }, () => []);
  const patientVisits: number[][] = Array.from({ length: patientCount }, () => []);

  function insert(list: number[], visit: number): void {
    list.splice(positionIn(list, startOf, startOf[visit] as number, visit), 0, visit);
  }
  function take(list: number[], visit: number): void {
    const at = list.indexOf(visit);
    invariant(at >= 0, 'a placed visit stands in its lists');
    list.splice(at, 1);
  }
  function remove(visit: number): void {
    const staff = staffOf[visit];
    invariant(staff !== undefined, 'the visit belongs to this week');
    if (staff < 0) return;
    take(routes[staff] as number[], visit);
    take(patientVisits[visitPatient[visit] as number] as number[], visit);
    booked[staff] = (booked[staff] as number) - (visitMinutes[visit] as number);
    staffOf[visit] = -1;
    startOf[visit] = -1;
  }
  function place(visit: number, staff: number, start: EpochMinute): void {
    invariant(Number.isInteger(start) && staff >= 0 && staff < staffCount, 'a placement names staff and minute');
    remove(visit);
    staffOf[visit] = staff;
    startOf[visit] = start;
    insert(routes[staff] as number[], visit);
    insert(patientVisits[visitPatient[visit] as number] as number[], visit);
    booked[staff] = (booked[staff] as number) + (visitMinutes[visit] as number);
  }
  function restore(snapshot: PlanSnapshot): void {
    for (let visit = 0; visit < visitCount; visit += 1) {
      const staff = snapshot.staffOf[visit] as number;
      const start = snapshot.startOf[visit] as number;
      if (staffOf[visit] === staff && startOf[visit] === start) continue;
      if (staff < 0) remove(visit);
      else place(visit, staff, start);
    }
  }

  restore(from);
  return {
    compiled,
    routes,
    patientVisits,
    staffOf,
    startOf,
    booked,
    place,
    remove,
    placementOf: (visit) => {
      const staff = staffOf[visit];
      return staff === undefined || staff < 0 ? null : { staff, start: startOf[visit] as number };
    },
    bookedMinutes: (staff) => booked[staff] ?? 0,
    clone: () => planOf(compiled, { staffOf, startOf }),
    snapshot: () => ({ staffOf: staffOf.slice(), startOf: startOf.slice() }),
    restore,
  };
}

/** Where `visit` at `start` belongs in a list ordered by (start, visit). */
export function positionIn(list: readonly number[], startOf: Int32Array, start: EpochMinute, visit: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = list[middle] as number;
    const otherStart = startOf[other] as number;
    if (otherStart < start || (otherStart === start && other < visit)) low = middle + 1;
    else high = middle;
  }
  return low;
}
