/**
 * A week as the search sees it: every visit a task, every shift a tour. What may not move stands as tasks of one minute's
 * window. Where people have tangled something up (overlaps, a visit outside its shift, a way that is too long), the
 * shift is closed: the search neither mends nor adds there, but hours and faces in it count.
 *
 * The state's components and the plan's differ by a constant, so what the search lowers is what the plan is shown with.
 */
import { invariant } from '@fieldfare/kernel';
import type { CompiledWeek } from '../compile.ts';
import { endOf, violationsAt } from '../feasibility.ts';
import { arePair } from '../pairs.ts';
import type { Plan } from '../plan.ts';
import type { RuleId } from '../problem.ts';
import { add, componentsOf, tourOf } from '../score.ts';
import { shiftHolding } from '../shifts.ts';
import { gapDays, gapMinutes, tooNear } from '../spacing.ts';
import type { Components, Weights } from '../weights.ts';
import { NEVER, type RoutingModel, type SearchScore, type SearchWeights } from './model.ts';
import { placesInOrder } from './place-order.ts';
import { SearchState } from './state.ts';
import type { Solution } from './walk.ts';
import { inStep, weekPairs } from './week-pairs.ts';

export interface WeekSearch {
  readonly model: RoutingModel;
  /** Holds the plan's placements; the search starts from it. */
  readonly state: SearchState;
  /** A search's score as the components of the whole plan. */
  readonly componentsOf: (score: SearchScore) => Components;
  /** Writes a solution into the plan; visits in no tour are taken off. */
  readonly apply: (solution: Pick<Solution, 'tours' | 'starts'>) => void;
}

/** What leaving a visit out counts, by priority 1 … 3: one urgent visit outweighs many of the next lower kind. */
const UNASSIGNED = [0, 1, 10, 100] as const;
/** More than all the urgent visits that one place could hold. */
const KEEPS_A_PLACE = 10_000;
/** More than any week can cost, less than where sums stop being exact. */
const UNASSIGNED_PRICE = 100_000_000;
/** Minutes between two shifts of a carer from which on nobody needs to look at the way or the rest between them. */
const farApart = ({ restMinutes }: CompiledWeek): number => Math.max(240, restMinutes);
/** The day the clocks go back. */
const LONGEST_DAY = 1500;
/** Starts are drawn on the grid on which people read times. */
const GRID = 5;
/** Carers between two yields. */
const SLICE = 32;

/** Rules that say that a route is tangled. The others leave its order and times alone. */
const TANGLES: ReadonlySet<RuleId> = new Set([
  'SCH-OVERLAP-STAFF',
  'SCH-AVAILABILITY',
  'SCH-TRAVEL',
  'SCH-REST',
  'SCH-BREAK',
]);

/**
 * `asked`: by visit, 1 for those the search may place, move and take off; 2 for those that keep a place, whichever; they
 * must break no rule now. Yields now and then: a large week takes a moment. Left before its end it changes nothing.
 */
export function* createWeekSearch(plan: Plan, asked: Uint8Array): Generator<void, WeekSearch, undefined> {
  const c = plan.compiled;
  const mayMove = asked.map((may, visit) => (may > 0 && keepsStep(plan, visit) ? 0 : may));
  const shiftOf = shiftsOf(plan);
  const closed = closedShifts(plan, mayMove, shiftOf);
  yield;
  const isOpen = (visit: number): boolean => (shiftOf[visit] as number) >= 0 && closed[shiftOf[visit] as number] === 0;
  const movable = mayMove.map((may, visit) =>
    may > 0 && ((plan.staffOf[visit] as number) < 0 || isOpen(visit)) ? 1 : 0,
  );
  const order = placesInOrder(c.problem.placeCount, (from, to) => c.travel.minutes(from, to, c.problem.horizon.start));
  yield;
  const model = modelOf(plan, mayMove, movable, closed, order);
  yield;
  const state = new SearchState(model);
  yield* load(plan, state, shiftOf, isOpen);
  // The plan's starts need not be the earliest; what the search shows is measured on the plan it stands for.
  apply({ tours: state.tours(), starts: state.start });
  const offset = add(componentsOf(plan), componentsIn(state.score), -1);
  return {
    model,
    state,
    componentsOf: (score) => add(offset, componentsIn(score)),
    apply,
  };

  function apply({ tours, starts }: Pick<Solution, 'tours' | 'starts'>): void {
    for (let visit = 0; visit < c.visitCount; visit += 1) if (movable[visit] === 1) plan.remove(visit);
    tours.forEach((tasks, tour) => {
      for (const visit of tasks) {
        if (movable[visit] === 1) plan.place(visit, model.tourCarer[tour] as number, starts[visit] as number);
      }
    });
  }
}

const componentsIn = ({ unassigned: _left, late: _late, worstLate: _worst, ...soft }: SearchScore): Components => ({
  ...soft,
  windowMinutes: 0,
});

/** Of a pair, with a carer who has a break: the search leaves it there. */
const keepsStep = ({ compiled, staffOf }: Plan, visit: number): boolean =>
  (staffOf[visit] as number) >= 0 &&
  (compiled.visitPartner[visit] as number) >= 0 &&
  compiled.staffBreaks[staffOf[visit] as number] === 1;

/** The weight of what is left out among the visits that may move. */
export function unassignedOf(plan: Plan, mayMove: Uint8Array): number {
  let sum = 0;
  for (let visit = 0; visit < plan.compiled.visitCount; visit += 1) {
    if (mayMove[visit] !== 0 && (plan.staffOf[visit] as number) < 0) sum += weightOf(plan.compiled, visit, mayMove);
  }
  return sum;
}

const weightOf = (c: CompiledWeek, visit: number, mayMove: Uint8Array): number =>
  mayMove[visit] === 2
    ? KEEPS_A_PLACE
    : UNASSIGNED[c.visitPriority[visit] as 1 | 2 | 3] * (c.visitStakes[visit] as number);

/** By visit: the shift that holds it, -1 when unplaced or outside all. */
function shiftsOf(plan: Plan): Int32Array {
  return Int32Array.from({ length: plan.compiled.visitCount }, (_, visit) => {
    const staff = plan.staffOf[visit] as number;
    return staff < 0 ? -1 : shiftHolding(plan.compiled, staff, plan.startOf[visit] as number, endOf(plan, visit));
  });
}

/** Shifts with something tangled in them or close by. */
function closedShifts(plan: Plan, mayMove: Uint8Array, shiftOf: Int32Array): Uint8Array {
  const c = plan.compiled;
  const still = plan.clone();
  for (let visit = 0; visit < c.visitCount; visit += 1) if (mayMove[visit] !== 0) still.remove(visit);
  const closed = new Uint8Array(c.shiftStart.length);
  const close = (visit: number): void => {
    const staff = plan.staffOf[visit] as number;
    // A visit between two shifts is driven to and from in the tour of the earlier one, however late it is.
    const tour = tourOf(c, staff, plan.startOf[visit] as number);
    const from = (plan.startOf[visit] as number) - farApart(c);
    const to = endOf(plan, visit) + farApart(c);
    for (let shift = c.shiftFrom[staff] as number; shift < (c.shiftFrom[staff + 1] as number); shift += 1) {
      const apart = (c.shiftStart[shift] as number) >= to || (c.shiftEnd[shift] as number) <= from;
      if (closed[shift] === 1 || (apart && shift !== tour)) continue;
      closed[shift] = 1;
      // Its visits stand as they are, and so close what lies near them.
      for (const other of plan.routes[staff] ?? []) if (shiftOf[other] === shift) close(other);
    }
  };
  for (let visit = 0; visit < c.visitCount; visit += 1) {
    const staff = still.staffOf[visit] as number;
    if (staff < 0) continue;
    const start = still.startOf[visit] as number;
    if (violationsAt(still, visit, staff, start).some(({ rule }) => TANGLES.has(rule))) close(visit);
  }
  // Inside a partner's notice nothing is moved about any more (SCH-NOTICE).
  for (let staff = 0; staff < c.staffCount; staff += 1) {
    const earliest = c.staffEarliest[staff] as number;
    if (earliest === 0) continue;
    for (const visit of plan.routes[staff] ?? []) if ((plan.startOf[visit] as number) < earliest) close(visit);
    for (let shift = c.shiftFrom[staff] as number; shift < (c.shiftFrom[staff + 1] as number); shift += 1) {
      if ((c.shiftStart[shift] as number) < earliest) closed[shift] = 1;
    }
  }
  return closed;
}

/** `order`: places by rank, as the search numbers them. */
function modelOf(
  plan: Plan,
  mayMove: Uint8Array,
  movable: Uint8Array,
  closed: Uint8Array,
  order: Int32Array,
): RoutingModel {
  const c = plan.compiled;
  const { visitCount, staffCount } = c;
  const shiftCount = c.shiftStart.length;
  // After the shifts, one closed tour a carer for what stands outside all of them.
  const tourCount = shiftCount + staffCount;
  const carerOf = new Int32Array(tourCount);
  const nextOf = new Int32Array(tourCount).fill(-1);
  for (let staff = 0; staff < staffCount; staff += 1) {
    const last = (c.shiftFrom[staff + 1] as number) - 1;
    for (let shift = c.shiftFrom[staff] as number; shift <= last; shift += 1) {
      carerOf[shift] = staff;
      if (shift === last) continue;
      const gap = (c.shiftStart[shift + 1] as number) - (c.shiftEnd[shift] as number);
      if (gap < farApart(c)) nextOf[shift] = shift + 1;
    }
    carerOf[shiftCount + staff] = staff;
  }
  const windows = windowsOf(plan, movable);
  const patientTasks = listsBy(c.visitPatient, c.patientCount);
  const rank = new Int32Array(order.length);
  for (const [at, place] of order.entries()) rank[place] = at;
  return {
    taskCount: visitCount,
    tourCount,
    carerCount: staffCount,
    placeCount: order.length,
    place: Int32Array.from({ length: visitCount + tourCount }, (_, node) =>
      node < visitCount
        ? (rank[c.visitPlace[node] as number] as number)
        : (rank[c.staffHome[carerOf[node - visitCount] as number] as number] as number),
    ),
    duration: c.visitMinutes,
    ...windows,
    due: new Int32Array(visitCount).fill(NEVER),
    grid: GRID,
    movable,
    priority: Int32Array.from(movable, (may, visit) => (may === 1 ? weightOf(c, visit, mayMove) : 0)),
    tourCarer: carerOf,
    tourStart: Int32Array.from({ length: tourCount }, (_, tour) => c.shiftStart[tour] ?? 0),
    tourEnd: Int32Array.from({ length: tourCount }, (_, tour) => c.shiftEnd[tour] ?? 0),
    tourClosed: Uint8Array.from({ length: tourCount }, (_, tour) => closed[tour] ?? 1),
    tourNext: nextOf,
    tourDay: Int32Array.from({ length: tourCount }, (_, tour) => c.shiftDay[tour] ?? 0),
    rest: c.restMinutes,
    breaks: c.staffBreaks.includes(1)
      ? {
          minutes: Int32Array.from({ length: tourCount }, (_, tour) => c.shiftBreak[tour] ?? 0),
          from: Int32Array.from({ length: tourCount }, (_, tour) => c.breakFrom[tour] ?? 0),
          to: Int32Array.from({ length: tourCount }, (_, tour) => c.breakTo[tour] ?? 0),
        }
      : null,
    leavesHomeAtStart: false,
    capacity: c.staffCapacity,
    overtimeFrom: c.staffOvertimeFrom,
    price: c.staffPrice,
    mostBooked: c.staffMost.map((most, staff) =>
      c.levels['SCH-CAPACITY'] === 'off' ? MOST_HOURS : Math.max(most, bookedBy(plan, staff, movable)),
    ),
    agreed: c.staffAgreed,
    mostAgreed: c.partnerMost.map((most, partner) => {
      const standing = [...(c.partnerStaff[partner] ?? [])].map((staff) => bookedBy(plan, staff, movable));
      return Math.max(
        most,
        standing.reduce((sum, minutes) => sum + minutes, 0),
      );
    }),
    patient: c.visitPatient,
    patientTasks,
    rivals: Array.from({ length: visitCount }, (_, visit) =>
      movable[visit] === 0
        ? NOBODY
        : (patientTasks[c.visitPatient[visit] as number] as Int32Array).filter(
            (other) => other !== visit && !arePair(c, visit, other) && mayMeet(c, windows, visit, other),
          ),
    ),
    tooNear: c.visitSpacing.some((group) => group >= 0)
      ? (task, start, other, otherStart) => tooNear(c, task, start, other, otherStart)
      : null,
    preferred: c.visitPreferred,
    continuity: c.visitContinuity,
    faceContinuity: c.patientContinuity,
    toldCarer: c.visitToldStaff,
    toldStart: c.visitToldStart.map((start, visit) => ((c.visitToldStaff[visit] as number) < 0 ? -1 : start)),
    ...weekPairs(plan, movable),
    legs: null,
    legAt: c.travel.inOrder(order),
    weights: searchWeights(c.weights),
  };
}

const NOBODY = new Int32Array(0);
/**
 * Written out, not spread: of an object whose shape is made at run time V8 forgets what it learned of whoever asks it, and in one
 * run of two threw away the optimised search all the time, which then took twice as long.
 */
const searchWeights = (soft: Weights): SearchWeights => ({
  travelMinutes: soft.travelMinutes,
  waitingMinutes: soft.waitingMinutes,
  continuity: soft.continuity,
  balance: soft.balance,
  disruption: soft.disruption,
  overtime: soft.overtime,
  partnerCost: soft.partnerCost,
  unassigned: UNASSIGNED_PRICE,
  late: 0,
  worstLate: 0,
});

/** Above what anybody can be booked for, below `NEVER`: hours still count for the balance. */
const MOST_HOURS = 1_000_000;

/** Minutes of what may not move. */
function bookedBy(plan: Plan, staff: number, movable: Uint8Array): number {
  return (plan.routes[staff] ?? []).reduce(
    (sum, visit) => sum + (movable[visit] === 1 ? 0 : (plan.compiled.visitMinutes[visit] as number)),
    0,
  );
}

type Windows = Pick<RoutingModel, 'windowFrom' | 'windowOpen' | 'windowClose'>;

/** Movable visits keep their windows, others have the minute they stand at. */
function windowsOf(plan: Plan, movable: Uint8Array): Windows {
  const c = plan.compiled;
  const windowFrom = new Int32Array(c.visitCount + 1);
  const open: number[] = [];
  const close: number[] = [];
  for (let visit = 0; visit < c.visitCount; visit += 1) {
    windowFrom[visit] = open.length;
    if (movable[visit] === 1) {
      for (let at = c.windowFrom[visit] as number; at < (c.windowFrom[visit + 1] as number); at += 1) {
        const window = { start: c.windowStart[at] as number, end: c.windowEnd[at] as number };
        const part = inStep(plan, movable, visit, window);
        if (part === null) continue;
        open.push(part.start);
        close.push(part.end);
      }
    } else if ((plan.staffOf[visit] as number) >= 0) {
      open.push(plan.startOf[visit] as number);
      close.push(plan.startOf[visit] as number);
    }
  }
  windowFrom[c.visitCount] = open.length;
  return { windowFrom, windowOpen: Int32Array.from(open), windowClose: Int32Array.from(close) };
}

/** Whether two visits of one patient could share a minute or come too near, wherever in their windows they start. */
function mayMeet(c: CompiledWeek, { windowFrom, windowOpen, windowClose }: Windows, a: number, b: number): boolean {
  const apart = gapMinutes(c, a, b) + LONGEST_DAY * gapDays(c, a, b);
  const minutesA = (c.visitMinutes[a] as number) + apart;
  const minutesB = (c.visitMinutes[b] as number) + apart;
  for (let one = windowFrom[a] as number; one < (windowFrom[a + 1] as number); one += 1) {
    for (let two = windowFrom[b] as number; two < (windowFrom[b + 1] as number); two += 1) {
      if (
        (windowOpen[one] as number) < (windowClose[two] as number) + minutesB &&
        (windowOpen[two] as number) < (windowClose[one] as number) + minutesA
      ) {
        return true;
      }
    }
  }
  return false;
}

function listsBy(keys: Int32Array, count: number): Int32Array[] {
  const lists: number[][] = Array.from({ length: count }, () => []);
  keys.forEach((key, index) => {
    lists[key]?.push(index);
  });
  return lists.map((list) => Int32Array.from(list));
}

/** Puts the plan into the state. A movable visit whose place the earliest starts no longer allow stays unassigned. */
function* load(
  plan: Plan,
  state: SearchState,
  shiftOf: Int32Array,
  isOpen: (visit: number) => boolean,
): Generator<void, void, undefined> {
  const { model } = state;
  const c = plan.compiled;
  const shiftCount = c.shiftStart.length;
  for (const movable of [0, 1]) {
    for (let staff = 0; staff < c.staffCount; staff += 1) {
      if (staff % SLICE === 0) yield;
      const last = new Map<number, number>();
      for (const visit of plan.routes[staff] ?? []) {
        if (!isOpen(visit)) {
          const shift = shiftOf[visit] as number;
          if (movable === 0) state.hold(visit, shift >= 0 ? shift : shiftCount + staff, plan.startOf[visit] as number);
          continue;
        }
        const shift = shiftOf[visit] as number;
        const before = last.get(shift) ?? model.taskCount + shift;
        if (model.movable[visit] === movable) {
          state.insert(visit, before);
          if (movable === 1) {
            if (state.settle(Number.POSITIVE_INFINITY)) state.commit();
            else {
              state.rollback();
              continue;
            }
          }
        }
        if ((state.tour[visit] as number) >= 0) last.set(shift, visit);
      }
    }
    if (movable === 0) {
      invariant(state.settle(Number.POSITIVE_INFINITY, true), 'what stands in an open shift breaks no rule');
      state.commit();
    }
  }
}
