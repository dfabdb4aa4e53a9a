/**
 * What a plan costs, in eight whole-number components, and what one more visit adds to each. A component is defined on
 * the whole plan (`componentsOf`); the cost of an insertion (`deltaOf`) is the exact difference.
 *
 * - travelMinutes: driving from home to the first visit of each tour, between visits, and home from the last. A tour is
 *   the visits that start in one shift (or after it, before the next). The first leg is priced at the first visit's start.
 * - waitingMinutes: idle minutes between consecutive visits of a tour, after driving, at most 60 a gap: a longer gap is
 *   room for another visit, not waiting.
 * - windowMinutes: minutes by which starts lie outside their windows (0 for everything the optimiser does).
 * - continuity: a point for each visit that has a preferred carer and is with another, and two for each carer of a
 *   patient after the first; each times what the patient's continuity weighs (`EngineVisit.continuity`).
 * - balance: sum over staff of floor(booked² / (2 × capacity)), which grows faster the fuller a week already is.
 * - disruption: points for each visit that stands otherwise than carer and patient were told (told.ts).
 * - overtime: minutes of our own people's visits above their capacity.
 * - partnerCost: dollars that partners are paid, rounded a visit (pay.ts).
 */
import type { EpochMinute } from '@fieldfare/kernel';
import type { CompiledWeek } from './compile.ts';
import { bookedWithout, endOf, windowDeviation } from './feasibility.ts';
import { overtime, partnerCostOf } from './pay.ts';
import { type Plan, positionIn } from './plan.ts';
import { disruptionOf } from './told.ts';
import { type Components, NO_COMPONENTS, WEIGHTS, type Weights } from './weights.ts';

export const MOST_WAITING = 60;
export const NEW_FACE = 2;
export const NOT_PREFERRED = 1;

export function costOf(components: Components, weights: Weights = WEIGHTS): number {
  return (
    weights.travelMinutes * components.travelMinutes +
    weights.waitingMinutes * components.waitingMinutes +
    weights.windowMinutes * components.windowMinutes +
    weights.continuity * components.continuity +
    weights.balance * components.balance +
    weights.disruption * components.disruption +
    weights.overtime * components.overtime +
    weights.partnerCost * components.partnerCost
  );
}

/** `a + times × b`, component by component. */
export const add = (a: Components, b: Components, times: 1 | -1 = 1): Components => ({
  travelMinutes: a.travelMinutes + times * b.travelMinutes,
  waitingMinutes: a.waitingMinutes + times * b.waitingMinutes,
  windowMinutes: a.windowMinutes + times * b.windowMinutes,
  continuity: a.continuity + times * b.continuity,
  balance: a.balance + times * b.balance,
  disruption: a.disruption + times * b.disruption,
  overtime: a.overtime + times * b.overtime,
  partnerCost: a.partnerCost + times * b.partnerCost,
});

/** What placing `visit` there adds, as if it stood nowhere now. */
export function deltaOf(plan: Plan, visit: number, staff: number, start: EpochMinute): Components {
  const c = plan.compiled;
  const route = plan.routes[staff] as readonly number[];
  const at = positionIn(route, plan.startOf, start, visit);
  const previous = neighbour(route, at - 1, -1, visit);
  const next = neighbour(route, at, 1, visit);
  const gap = createGap();
  openGap(plan, staff, tourOf(c, staff, start), previous, visit, next, gap);
  priceStart(plan, gap, start);
  return {
    travelMinutes: gap.travel,
    waitingMinutes: gap.waiting,
    windowMinutes: windowDeviation(c, visit, start),
    continuity: continuityDelta(plan, visit, staff),
    balance: balanceDelta(plan, visit, staff),
    disruption: disruptionOf(c, visit, staff, start),
    overtime: overtimeDelta(plan, visit, staff),
    partnerCost: partnerCostOf(c, visit, staff),
  };
}

function neighbour(route: readonly number[], at: number, step: -1 | 1, visit: number): number {
  const index = route[at] === visit ? at + step : at;
  return route[index] ?? -1;
}

/**
 * A gap between two visits of a route with one more visit in mind: what does not depend on the start is computed once.
 * Filled in place by `openGap` and `priceStart`, because this is the innermost loop.
 */
export interface Gap {
  visit: number;
  minutes: number;
  place: number;
  home: number;
  /** Neighbours in the same tour, -1: none, the tour begins or ends at home. */
  previous: number;
  next: number;
  /** When the carer comes from `previous` (and could start at once). */
  arrives: EpochMinute;
  /** Travel and waiting that the gap costs without the visit, less the way in from `previous`. */
  travelSaved: number;
  waitingSaved: number;
  /** Answers of `priceStart`. */
  travel: number;
  waiting: number;
}

export const createGap = (): Gap => ({
  visit: -1,
  minutes: 0,
  place: -1,
  home: -1,
  previous: -1,
  next: -1,
  arrives: 0,
  travelSaved: 0,
  waitingSaved: 0,
  travel: 0,
  waiting: 0,
});

/** The shift a start belongs to: the last that has begun; one before the first shift when none has. */
export function tourOf(c: CompiledWeek, staff: number, start: EpochMinute): number {
  const first = c.shiftFrom[staff] as number;
  let shift = (c.shiftFrom[staff + 1] as number) - 1;
  while (shift >= first && (c.shiftStart[shift] as number) > start) shift -= 1;
  return shift;
}

/** Opens the gap between `previous` and `next` (-1: none) for `visit` in the tour of `shift`. */
export function openGap(
  plan: Plan,
  staff: number,
  shift: number,
  previous: number,
  visit: number,
  next: number,
  gap: Gap,
): void {
  const c = plan.compiled;
  const { travel, visitPlace } = c;
  const begins = shift < (c.shiftFrom[staff] as number) ? Number.NEGATIVE_INFINITY : (c.shiftStart[shift] as number);
  const isLast = shift + 1 >= (c.shiftFrom[staff + 1] as number);
  const ends = isLast ? Number.POSITIVE_INFINITY : (c.shiftStart[shift + 1] as number);
  const place = visitPlace[visit] as number;
  const home = c.staffHome[staff] as number;
  const from = previous >= 0 && (plan.startOf[previous] as number) >= begins ? previous : -1;
  const to = next >= 0 && (plan.startOf[next] as number) < ends ? next : -1;
  gap.visit = visit;
  gap.minutes = c.visitMinutes[visit] as number;
  gap.place = place;
  gap.home = home;
  gap.previous = from;
  gap.next = to;
  gap.arrives = 0;
  gap.travelSaved = 0;
  gap.waitingSaved = 0;
  if (from >= 0) {
    const left = endOf(plan, from);
    const fromPlace = visitPlace[from] as number;
    const wayIn = travel.minutes(fromPlace, place, left);
    gap.arrives = left + wayIn;
    if (to >= 0) {
      const direct = travel.minutes(fromPlace, visitPlace[to] as number, left);
      gap.travelSaved = direct - wayIn;
      gap.waitingSaved = idle((plan.startOf[to] as number) - left - direct);
    } else gap.travelSaved = travel.minutes(fromPlace, home, left) - wayIn;
  } else if (to >= 0) gap.travelSaved = travel.minutes(home, visitPlace[to] as number, plan.startOf[to] as number);
}

/** Travel and waiting that the visit adds when it starts at `start` in the open gap. */
export function priceStart(plan: Plan, gap: Gap, start: EpochMinute): void {
  const { travel, visitPlace } = plan.compiled;
  const end = start + gap.minutes;
  let driving = 0 - gap.travelSaved; // not `-x`: that makes a negative zero
  let waiting = 0 - gap.waitingSaved;
  if (gap.previous >= 0) waiting += idle(start - gap.arrives);
  else driving += travel.minutes(gap.home, gap.place, start);
  if (gap.next >= 0) {
    const leg = travel.minutes(gap.place, visitPlace[gap.next] as number, end);
    driving += leg;
    waiting += idle((plan.startOf[gap.next] as number) - end - leg);
  } else driving += travel.minutes(gap.place, gap.home, end);
  gap.travel = driving;
  gap.waiting = waiting;
}

const idle = (minutes: number): number => (minutes <= 0 ? 0 : Math.min(MOST_WAITING, minutes));

export function continuityDelta(plan: Plan, visit: number, staff: number): number {
  const c = plan.compiled;
  const preferred = c.visitPreferred[visit] as number;
  const points = preferred >= 0 && preferred !== staff ? NOT_PREFERRED * (c.visitContinuity[visit] as number) : 0;
  const face = faceOf(plan, visit, staff);
  return face === 'new' ? points + NEW_FACE * (c.patientContinuity[c.visitPatient[visit] as number] as number) : points;
}

/** Whether this carer already sees the patient this week, without this visit; `first`: nobody does yet. */
export function faceOf(plan: Plan, visit: number, staff: number): 'known' | 'first' | 'new' {
  const others = plan.patientVisits[plan.compiled.visitPatient[visit] as number] as readonly number[];
  let somebody = false;
  for (const other of others) {
    if (other === visit) continue;
    if (plan.staffOf[other] === staff) return 'known';
    somebody = true;
  }
  return somebody ? 'new' : 'first';
}

export function balanceDelta(plan: Plan, visit: number, staff: number): number {
  const capacity = plan.compiled.staffCapacity[staff] as number;
  const before = bookedWithout(plan, visit, staff);
  return load(before + (plan.compiled.visitMinutes[visit] as number), capacity) - load(before, capacity);
}

export function overtimeDelta(plan: Plan, visit: number, staff: number): number {
  const from = plan.compiled.staffOvertimeFrom[staff] as number;
  const before = bookedWithout(plan, visit, staff);
  return overtime(before + (plan.compiled.visitMinutes[visit] as number), from) - overtime(before, from);
}

export const load = (booked: number, capacity: number): number =>
  capacity === 0 ? booked : Math.floor((booked * booked) / (2 * capacity));

/** What one carer's route counts for: all but windows and continuity. */
export function componentsOfRoute(plan: Plan, staff: number): Components {
  const c = plan.compiled;
  let travelMinutes = 0;
  let waitingMinutes = 0;
  let disruption = 0;
  let partnerCost = 0;
  const home = c.staffHome[staff] as number;
  let from = -1;
  let tour = -1;
  for (const visit of plan.routes[staff] as readonly number[]) {
    const start = plan.startOf[visit] as number;
    const here = tourOf(c, staff, start);
    disruption += disruptionOf(c, visit, staff, start);
    partnerCost += partnerCostOf(c, visit, staff);
    const place = c.visitPlace[visit] as number;
    if (from >= 0 && here === tour) {
      const left = endOf(plan, from);
      const leg = c.travel.minutes(c.visitPlace[from] as number, place, left);
      travelMinutes += leg;
      waitingMinutes += idle(start - left - leg);
    } else {
      travelMinutes += wayHome(plan, from, home) + c.travel.minutes(home, place, start);
    }
    from = visit;
    tour = here;
  }
  travelMinutes += wayHome(plan, from, home);
  const booked = plan.booked[staff] as number;
  const balance = load(booked, c.staffCapacity[staff] as number);
  const over = overtime(booked, c.staffOvertimeFrom[staff] as number);
  return { ...NO_COMPONENTS, travelMinutes, waitingMinutes, balance, disruption, overtime: over, partnerCost };
}

/** The whole plan's components, counted from scratch. */
export function componentsOf(plan: Plan): Components {
  const c = plan.compiled;
  let sum = NO_COMPONENTS;
  for (let staff = 0; staff < c.staffCount; staff += 1) sum = add(sum, componentsOfRoute(plan, staff));
  let windowMinutes = 0;
  let continuity = 0;
  for (const [patient, visits] of plan.patientVisits.entries()) {
    const carers = new Set<number>();
    for (const visit of visits) {
      const staff = plan.staffOf[visit] as number;
      const preferred = c.visitPreferred[visit] as number;
      carers.add(staff);
      windowMinutes += windowDeviation(c, visit, plan.startOf[visit] as number);
      if (preferred >= 0 && preferred !== staff) continuity += NOT_PREFERRED * (c.visitContinuity[visit] as number);
    }
    continuity += NEW_FACE * (c.patientContinuity[patient] as number) * Math.max(0, carers.size - 1);
  }
  return { ...sum, windowMinutes, continuity };
}

function wayHome(plan: Plan, from: number, home: number): number {
  if (from < 0) return 0;
  return plan.compiled.travel.minutes(plan.compiled.visitPlace[from] as number, home, endOf(plan, from));
}
