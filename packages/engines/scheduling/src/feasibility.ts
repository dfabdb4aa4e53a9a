/**
 * The rules. Each is one function that measures; `fits` and `violationsAt` ask the same functions, and so do the
 * board, the optimiser and the diagnostics. A visit's own present placement never counts against it.
 *
 * Intervals are half-open: back to back is no overlap. Travel is asked between a carer's consecutive visits, leaving
 * at the end of the earlier one; the way from home to the first visit of a shift and home from the last lies outside
 * the shift. Overlapping visits are an overlap, not also a travel problem.
 */
import type { EpochMinute } from '@fieldfare/kernel';
import { breakLeft, brokenBreak } from './breaks.ts';
import { type CompiledWeek, PROVIDER_OWN, providerMatches } from './compile.ts';
import { earliestInStep, hasOtherHalf, latestInStep, outOfStep, placedPartner } from './pairs.ts';
import { earliestAsked, overPartner, partnerBookedWithout } from './partners.ts';
import { type Plan, positionIn } from './plan.ts';
import type { RuleId, Violation } from './problem.ts';
import { restBeside, shiftHolding } from './shifts.ts';
import { gapDays, gapMinutes, tooNear } from './spacing.ts';

/** True when nothing speaks against it: equal to `violationsAt(…).length === 0`, without the words. */
export function fits(plan: Plan, visit: number, staff: number, start: EpochMinute): boolean {
  const c = plan.compiled;
  if (!isEligible(c, visit, staff)) return false;
  if (isFull(plan, visit, staff)) return false;
  if (start < earliestAsked(plan, visit, staff)) return false;
  if (windowDeviation(c, visit, start) > 0) return false;
  if (outOfStep(plan, visit, start) > 0 || hasOtherHalf(plan, visit, staff)) return false;
  const end = start + (c.visitMinutes[visit] as number);
  if (shiftHolding(c, staff, start, end) < 0) return false;
  if (nearbyVisits(plan, visit, start).length > 0) return false;
  const around = neighboursOf(plan, visit, staff, start, end);
  if (around.overlaps.length > 0) return false;
  return (
    travelBefore(plan, visit, around.before, start) <= 0 &&
    travelAfter(plan, visit, around.after, end) <= 0 &&
    restedBefore(plan, staff, around.before, start, end) >= 0 &&
    restedAfter(plan, staff, around.after, start, end) >= 0 &&
    brokenBreak(plan, visit, staff, start) < 0
  );
}

/** Every rule broken by `visit` with `staff` at `start`, with the numbers, in the order of `RULES`. Empty: it fits. */
export function violationsAt(plan: Plan, visit: number, staff: number, start: EpochMinute): Violation[] {
  const c = plan.compiled;
  const minutes = c.visitMinutes[visit] as number;
  const end = start + minutes;
  const found: Violation[] = [];
  const report = (rule: RuleId, params: Violation['params']): void => {
    const severity = c.levels[rule];
    if (severity !== 'off') found.push({ rule, severity, params });
  };
  const around = neighboursOf(plan, visit, staff, start, end);

  for (const other of around.overlaps) report('SCH-OVERLAP-STAFF', overlapParams(plan, other, start, end));
  const near = nearbyVisits(plan, visit, start);
  const overlapping = (other: number): boolean => (plan.startOf[other] as number) < end && start < endOf(plan, other);
  for (const other of near) {
    if (overlapping(other)) report('SCH-OVERLAP-PATIENT', overlapParams(plan, other, start, end));
  }
  for (const other of near) {
    if (!overlapping(other)) report('SCH-SPACING', spacingParams(plan, visit, start, other));
  }
  const partner = placedPartner(plan, visit);
  if (partner >= 0 && (outOfStep(plan, visit, start) > 0 || plan.staffOf[partner] === staff)) {
    report('SCH-SYNC', syncParams(plan, visit, staff, start, partner));
  }
  const asked = c.problem.visits[visit];
  const offered = c.problem.staff[staff];
  if (!hasRole(c, visit, staff)) {
    report('SCH-ROLE', { role: offered?.role ?? '', allowed: (asked?.roles ?? []).join(', ') });
  }
  if (isBlocked(c, visit, staff)) report('SCH-BLOCKED', {});
  if (!hasSkills(c, visit, staff)) {
    const missing = (asked?.skills ?? []).filter((skill) => !(offered?.skills ?? []).includes(skill));
    report('SCH-SKILL', { missing: missing.join(', ') });
  }
  if (!hasProvider(c, visit, staff)) {
    const wanted = c.visitProvider[visit] === PROVIDER_OWN ? 'own' : 'partner';
    report('SCH-PROVIDER', { wanted, provider: c.staffPartner[staff] === 1 ? 'partner' : 'own' });
  }
  if (!hasContract(c, visit, staff)) report('SCH-CONTRACT', { service: asked?.service ?? '' });
  if (shiftHolding(c, staff, start, end) < 0) report('SCH-AVAILABILITY', availabilityParams(c, staff, start, end));
  const earliest = earliestAsked(plan, visit, staff);
  if (start < earliest) report('SCH-NOTICE', { earliest, start, tooSoonMinutes: earliest - start });
  const deviation = windowDeviation(c, visit, start);
  if (deviation > 0) report('SCH-WINDOW', { deviationMinutes: deviation, ...nearestWindow(c, visit, start) });
  if (travelBefore(plan, visit, around.before, start) > 0) {
    report('SCH-TRAVEL', travelParams(plan, around.before, visit, endOf(plan, around.before), start, around.before));
  }
  if (travelAfter(plan, visit, around.after, end) > 0) {
    const nextStart = plan.startOf[around.after] as number;
    report('SCH-TRAVEL', travelParams(plan, visit, around.after, end, nextStart, around.after));
  }
  if (restedBefore(plan, staff, around.before, start, end) < 0) {
    report('SCH-REST', restParams(plan, around.before, start - endOf(plan, around.before), 'before'));
  }
  if (restedAfter(plan, staff, around.after, start, end) < 0) {
    report('SCH-REST', restParams(plan, around.after, (plan.startOf[around.after] as number) - end, 'after'));
  }
  const broken = brokenBreak(plan, visit, staff, start);
  if (broken >= 0) {
    report('SCH-BREAK', {
      neededMinutes: c.shiftBreak[broken] as number,
      gapMinutes: breakLeft(plan, visit, staff, start, broken),
      windowStart: c.breakFrom[broken] as number,
      windowEnd: c.breakTo[broken] as number,
    });
  }
  const over = overCapacity(plan, visit, staff);
  if (over > 0) {
    report('SCH-CAPACITY', {
      bookedMinutes: bookedWithout(plan, visit, staff),
      visitMinutes: minutes,
      capacityMinutes: c.staffMost[staff] as number,
      overMinutes: over,
    });
  }
  const overAgreed = overPartner(plan, visit, staff);
  if (overAgreed > 0) {
    report('SCH-PARTNER-CAPACITY', {
      bookedMinutes: partnerBookedWithout(plan, visit, staff),
      visitMinutes: minutes,
      capacityMinutes: c.partnerMost[c.staffAgreed[staff] as number] as number,
      overMinutes: overAgreed,
    });
  }
  return found;
}

/** SCH-ROLE */
export function hasRole(c: CompiledWeek, visit: number, staff: number): boolean {
  return ((c.staffRoleBit[staff] as number) & (c.visitRoleMask[visit] as number)) !== 0;
}

/** SCH-BLOCKED */
export function isBlocked(c: CompiledWeek, visit: number, staff: number): boolean {
  return c.groups[c.visitGroup[visit] as number]?.blocked[staff] === 1;
}

/** SCH-SKILL */
export function hasSkills(c: CompiledWeek, visit: number, staff: number): boolean {
  return c.groups[c.visitGroup[visit] as number]?.unskilled[staff] !== 1;
}

/** SCH-CONTRACT */
export function hasContract(c: CompiledWeek, visit: number, staff: number): boolean {
  return c.groups[c.visitGroup[visit] as number]?.uncontracted[staff] !== 1;
}

/** All that does not depend on when: role, provider, skills, contract, and that the two may meet. */
export function isEligible(c: CompiledWeek, visit: number, staff: number): boolean {
  return (
    hasRole(c, visit, staff) &&
    hasProvider(c, visit, staff) &&
    !isBlocked(c, visit, staff) &&
    hasSkills(c, visit, staff) &&
    hasContract(c, visit, staff)
  );
}

/** SCH-PROVIDER */
export function hasProvider(c: CompiledWeek, visit: number, staff: number): boolean {
  return providerMatches(c.visitProvider[visit] as number, c.staffPartner[staff] as number);
}

/** Minutes booked without this visit. */
export function bookedWithout(plan: Plan, visit: number, staff: number): number {
  const own = plan.staffOf[visit] === staff ? (plan.compiled.visitMinutes[visit] as number) : 0;
  return (plan.booked[staff] as number) - own;
}

/** SCH-CAPACITY: minutes over capacity and agreed overtime with this visit; above 0 is broken. */
export function overCapacity(plan: Plan, visit: number, staff: number): number {
  const c = plan.compiled;
  if (c.levels['SCH-CAPACITY'] === 'off') return 0;
  return bookedWithout(plan, visit, staff) + (c.visitMinutes[visit] as number) - (c.staffMost[staff] as number);
}

/** SCH-CAPACITY, SCH-PARTNER-CAPACITY: no room left, whenever it were. */
export const isFull = (plan: Plan, visit: number, staff: number): boolean =>
  overCapacity(plan, visit, staff) > 0 || overPartner(plan, visit, staff) > 0;

/**
 * SCH-WINDOW: minutes from the nearest start window, 0 inside one. Without any a fixed visit is where it is (a neighbouring
 * week's, whose time this week does not ask about); another one is a week away from everything.
 */
export function windowDeviation(c: CompiledWeek, visit: number, start: EpochMinute): number {
  const last = c.windowFrom[visit + 1] as number;
  if (c.windowFrom[visit] === last && c.visitFixed[visit] === 1) return 0;
  let nearest = 10_080;
  for (let window = c.windowFrom[visit] as number; window < last; window += 1) {
    const early = (c.windowStart[window] as number) - start;
    const late = start - (c.windowEnd[window] as number);
    if (early <= 0 && late <= 0) return 0;
    nearest = Math.min(nearest, Math.max(early, late));
  }
  return nearest;
}

/** SCH-OVERLAP-PATIENT, SCH-SPACING: the patient's other visits that overlap this one or stand too near. */
function nearbyVisits(plan: Plan, visit: number, start: EpochMinute): number[] {
  const c = plan.compiled;
  const others = plan.patientVisits[c.visitPatient[visit] as number] as readonly number[];
  return others.filter((other) => other !== visit && tooNear(c, visit, start, other, plan.startOf[other] as number));
}

interface Neighbours {
  /** SCH-OVERLAP-STAFF: the carer's visits that share a minute, by start. */
  readonly overlaps: readonly number[];
  /** The visit that ends last among those over by `start`, and the first that begins at `end` or later; -1: none. */
  readonly before: number;
  readonly after: number;
}

function neighboursOf(plan: Plan, visit: number, staff: number, start: EpochMinute, end: EpochMinute): Neighbours {
  const route = plan.routes[staff] as readonly number[];
  const longest = plan.compiled.longestVisit;
  const overlaps: number[] = [];
  const at = positionIn(route, plan.startOf, start, -1); // all before start earlier than `start`
  let before = -1;
  let beforeEnd = Number.NEGATIVE_INFINITY;
  for (let index = at - 1; index >= 0; index -= 1) {
    const other = route[index] as number;
    if (other === visit) continue;
    // In a tangled route an earlier, longer visit may still be running: look back as far as one can last.
    if (before >= 0 && (plan.startOf[other] as number) + longest <= beforeEnd) break;
    const otherEnd = endOf(plan, other);
    if (otherEnd > start) overlaps.push(other);
    else if (otherEnd > beforeEnd) {
      before = other;
      beforeEnd = otherEnd;
    }
  }
  overlaps.reverse();
  let after = -1;
  for (let index = at; index < route.length && after < 0; index += 1) {
    const other = route[index] as number;
    if (other === visit) continue;
    if ((plan.startOf[other] as number) < end) overlaps.push(other);
    else after = other;
  }
  return { overlaps, before, after };
}

/** SCH-TRAVEL: minutes too late at `visit` when coming from `before` (-1: 0); above 0 is broken. */
function travelBefore(plan: Plan, visit: number, before: number, start: EpochMinute): number {
  if (before < 0) return 0;
  const left = endOf(plan, before);
  return left + travelBetween(plan, before, visit, left) - start;
}

/** SCH-TRAVEL: minutes too late at `after` (-1: 0) when leaving `visit` at `end`; above 0 is broken. */
function travelAfter(plan: Plan, visit: number, after: number, end: EpochMinute): number {
  if (after < 0) return 0;
  return end + travelBetween(plan, visit, after, end) - (plan.startOf[after] as number);
}

/** SCH-REST: minutes of rest beyond the least after `before` (-1: 0); below 0 is broken. */
function restedBefore(plan: Plan, staff: number, before: number, start: EpochMinute, end: EpochMinute): number {
  if (before < 0) return 0;
  const rest = restBeside(plan, staff, before, start, end);
  return rest === 0 ? 0 : start - endOf(plan, before) - rest;
}

function restedAfter(plan: Plan, staff: number, after: number, start: EpochMinute, end: EpochMinute): number {
  if (after < 0) return 0;
  const rest = restBeside(plan, staff, after, start, end);
  return rest === 0 ? 0 : (plan.startOf[after] as number) - end - rest;
}

export function endOf(plan: Plan, visit: number): EpochMinute {
  return (plan.startOf[visit] as number) + (plan.compiled.visitMinutes[visit] as number);
}

function travelBetween(plan: Plan, from: number, to: number, departure: EpochMinute): number {
  const c = plan.compiled;
  return c.travel.minutes(c.visitPlace[from] as number, c.visitPlace[to] as number, departure);
}

function overlapParams(plan: Plan, other: number, start: EpochMinute, end: EpochMinute): Violation['params'] {
  const otherStart = plan.startOf[other] as number;
  return {
    otherVisitId: plan.compiled.problem.visits[other]?.id ?? '',
    overlapMinutes: Math.min(end, endOf(plan, other)) - Math.max(start, otherStart),
    otherStart,
    otherEnd: endOf(plan, other),
  };
}

/** When it would keep step, and whether one carer has both. */
function syncParams(
  plan: Plan,
  visit: number,
  staff: number,
  start: EpochMinute,
  partner: number,
): Violation['params'] {
  return {
    otherVisitId: plan.compiled.problem.visits[partner]?.id ?? '',
    otherStart: plan.startOf[partner] as number,
    earliest: earliestInStep(plan, visit, partner),
    latest: latestInStep(plan, visit, partner),
    deviationMinutes: outOfStep(plan, visit, start),
    sameCarer: plan.staffOf[partner] === staff ? 1 : 0,
  };
}

/** Days where they are too few, else minutes. */
function spacingParams(plan: Plan, visit: number, start: EpochMinute, other: number): Violation['params'] {
  const c = plan.compiled;
  const otherStart = plan.startOf[other] as number;
  const otherEnd = endOf(plan, other);
  const about = { otherVisitId: c.problem.visits[other]?.id ?? '', otherStart, otherEnd };
  const days = Math.abs(c.days.dayOf(start) - c.days.dayOf(otherStart));
  const neededDays = gapDays(c, visit, other);
  if (days < neededDays) return { ...about, neededDays, gapDays: days };
  const gap = start >= otherEnd ? start - otherEnd : otherStart - start - (c.visitMinutes[visit] as number);
  return { ...about, neededMinutes: gapMinutes(c, visit, other), gapMinutes: gap };
}

function travelParams(
  plan: Plan,
  from: number,
  to: number,
  left: EpochMinute,
  due: EpochMinute,
  other: number,
): Violation['params'] {
  return {
    neededMinutes: travelBetween(plan, from, to, left),
    gapMinutes: due - left,
    otherVisitId: plan.compiled.problem.visits[other]?.id ?? '',
    leg: from === other ? 'before' : 'after',
  };
}

function restParams(plan: Plan, other: number, gapMinutes: number, leg: 'before' | 'after'): Violation['params'] {
  const { restMinutes: neededMinutes, problem } = plan.compiled;
  return { neededMinutes, gapMinutes, otherVisitId: problem.visits[other]?.id ?? '', leg };
}

/** The shift it comes nearest to lying in; no `shiftStart` when the carer has no shift at all. */
function availabilityParams(c: CompiledWeek, staff: number, start: EpochMinute, end: EpochMinute) {
  let nearest = -1;
  let outside = Number.POSITIVE_INFINITY;
  for (let shift = c.shiftFrom[staff] as number; shift < (c.shiftFrom[staff + 1] as number); shift += 1) {
    const early = Math.max(0, (c.shiftStart[shift] as number) - start);
    const late = Math.max(0, end - (c.shiftEnd[shift] as number));
    if (early + late < outside) {
      outside = early + late;
      nearest = shift;
    }
  }
  if (nearest < 0) return { start, end };
  const shiftStart = c.shiftStart[nearest] as number;
  return { start, end, outsideMinutes: outside, shiftStart, shiftEnd: c.shiftEnd[nearest] as number };
}

function nearestWindow(c: CompiledWeek, visit: number, start: EpochMinute): Violation['params'] {
  let best: Violation['params'] = {};
  let nearest = Number.POSITIVE_INFINITY;
  for (let window = c.windowFrom[visit] as number; window < (c.windowFrom[visit + 1] as number); window += 1) {
    const windowStart = c.windowStart[window] as number;
    const windowEnd = c.windowEnd[window] as number;
    const distance = Math.max(windowStart - start, start - windowEnd);
    if (distance < nearest) {
      nearest = distance;
      best = { windowStart, windowEnd };
    }
  }
  return best;
}
