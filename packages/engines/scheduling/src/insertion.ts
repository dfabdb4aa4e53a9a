/**
 * Where a visit could go and what that would cost: the same answer for drag feedback, suggestions and the optimiser.
 */
import type { EpochMinute } from '@fieldfare/kernel';
import { endOf, isEligible, isFull, violationsAt } from './feasibility.ts';
import { earliestInStep, latestInStep, placedPartner } from './pairs.ts';
import { earliestAsked } from './partners.ts';
import type { Plan } from './plan.ts';
import type { Interval, Violation } from './problem.ts';
import { type MatchStatus, matchOf, type Reason, reasonsOf } from './reasons.ts';
import { costOf, deltaOf } from './score.ts';
import { earliestAfter, latestBefore } from './spacing.ts';
import { createStartSearch, searchStarts } from './starts.ts';
import type { Components } from './weights.ts';

export interface Insertion {
  readonly visit: number;
  readonly staff: number;
  readonly start: EpochMinute;
  /** What the plan's components grow by; whole numbers, may be negative. */
  readonly components: Components;
  /** Weighted sum of `components`, in tenths of a driving minute. Lower is better. */
  readonly cost: number;
  readonly match: MatchStatus;
  /** Best news first. */
  readonly reasons: readonly Reason[];
}

export interface NearMiss {
  readonly start: EpochMinute;
  /** What speaks against it; empty when it fits after all. */
  readonly violations: readonly Violation[];
  readonly components: Components;
}

/**
 * The cheapest start that breaks no rule, or null. `window` limits the starts (both ends included, on top of the visit's
 * own windows); among equal costs the start nearest to `wish` wins, else the earliest. The visit's present placement
 * is ignored.
 */
export function bestStart(
  plan: Plan,
  visit: number,
  staff: number,
  window?: Interval,
  wish?: EpochMinute,
): Insertion | null {
  const c = plan.compiled;
  if (!isEligible(c, visit, staff) || isFull(plan, visit, staff)) return null;
  const from = window?.start ?? Number.NEGATIVE_INFINITY;
  const to = window?.end ?? Number.POSITIVE_INFINITY;
  const search = createStartSearch(wish ?? null);
  return searchStarts(plan, visit, staff, from, to, search) ? insertionAt(plan, visit, staff, search.start) : null;
}

/** The price of one placement, whether or not it fits. Match is `none` when it does not. */
export function insertionAt(plan: Plan, visit: number, staff: number, start: EpochMinute): Insertion {
  const components = deltaOf(plan, visit, staff, start);
  const reasons = reasonsOf(plan, visit, staff, start, components);
  const match = matchOf(plan, visit, staff, start, components);
  return { visit, staff, start, components, cost: costOf(components, plan.compiled.weights), match, reasons };
}

/**
 * Every eligible carer's best start in each start window, cheapest first (ties: staff in input order, then start).
 * Carers in whom nothing fits are left out; `nearestMiss` says what stands in their way.
 */
export function candidates(plan: Plan, visit: number): Insertion[] {
  const c = plan.compiled;
  const found: Insertion[] = [];
  const group = c.groups[c.visitGroup[visit] as number];
  for (const staff of group?.staff ?? []) {
    for (const window of c.problem.visits[visit]?.startWindows ?? []) {
      const insertion = bestStart(plan, visit, staff, window);
      if (insertion !== null) found.push(insertion);
    }
  }
  return found.sort((a, b) => a.cost - b.cost || a.staff - b.staff || a.start - b.start);
}

/** Weight of one broken rule when choosing the least bad start: something a person may not do outweighs all else. */
const WARN_WEIGHT = 1_000;
const BLOCK_WEIGHT = 1_000_000;

/**
 * The least bad start in `window` (both ends included) for a carer in whom nothing fits: fewest blocking violations,
 * then fewest warnings, then fewest minutes amiss, then cost, then earliest. When something fits, that.
 * Null when the window holds no start.
 */
export function nearestMiss(plan: Plan, visit: number, staff: number, window: Interval): NearMiss | null {
  if (window.end < window.start) return null;
  const fitting = bestStart(plan, visit, staff, window);
  if (fitting !== null) return { start: fitting.start, violations: [], components: fitting.components };
  let best: NearMiss | null = null;
  let bestWeight = Number.POSITIVE_INFINITY;
  let bestCost = Number.POSITIVE_INFINITY;
  for (const start of telltaleStarts(plan, visit, staff, window)) {
    const violations = violationsAt(plan, visit, staff, start);
    const weight = violations.reduce((sum, violation) => sum + weightOf(violation), 0);
    if (weight > bestWeight) continue;
    const components = deltaOf(plan, visit, staff, start);
    const cost = costOf(components, plan.compiled.weights);
    if (weight === bestWeight && cost >= bestCost) continue;
    best = { start, violations, components };
    bestWeight = weight;
    bestCost = cost;
  }
  return best;
}

function weightOf({ severity, params }: Violation): number {
  const number = (value: number | string | undefined): number => (typeof value === 'number' ? value : 0);
  const amiss =
    number(params.overlapMinutes) +
    number(params.deviationMinutes) +
    number(params.outsideMinutes) +
    number(params.overMinutes) +
    number(params.tooSoonMinutes) +
    Math.max(0, number(params.neededMinutes) - number(params.gapMinutes)) +
    1440 * (number(params.neededDays) - number(params.gapDays));
  return (severity === 'block' ? BLOCK_WEIGHT : WARN_WEIGHT) + Math.min(amiss, WARN_WEIGHT / 2 - 1);
}

/** Starts where a violation begins or ends: the ends of windows and shifts, and hard by each neighbour. Ascending. */
function telltaleStarts(plan: Plan, visit: number, staff: number, window: Interval): number[] {
  const c = plan.compiled;
  const minutes = c.visitMinutes[visit] as number;
  const place = c.visitPlace[visit] as number;
  const starts = new Set<number>();
  const add = (start: number): void => {
    for (const rounded of [Math.ceil(start / 5) * 5, Math.floor(start / 5) * 5, start]) {
      if (rounded >= window.start && rounded <= window.end) starts.add(rounded);
    }
  };
  add(window.start);
  add(window.end);
  for (let index = c.windowFrom[visit] as number; index < (c.windowFrom[visit + 1] as number); index += 1) {
    add(c.windowStart[index] as number);
    add(c.windowEnd[index] as number);
  }
  for (let shift = c.shiftFrom[staff] as number; shift < (c.shiftFrom[staff + 1] as number); shift += 1) {
    add(c.shiftStart[shift] as number);
    add((c.shiftEnd[shift] as number) - minutes);
    if (c.shiftBreak[shift] === 0) continue;
    const opens = c.breakFrom[shift] as number;
    const closes = c.breakTo[shift] as number;
    const pause = c.shiftBreak[shift] as number;
    for (const start of [opens + pause, closes, opens - minutes, closes - pause - minutes]) add(start);
  }
  for (const other of plan.routes[staff] ?? []) {
    if (other === visit) continue;
    const start = plan.startOf[other] as number;
    const end = endOf(plan, other);
    const reach = 720 + c.restMinutes;
    if (end + reach < window.start || start - reach > window.end + minutes) continue;
    const otherPlace = c.visitPlace[other] as number;
    add(end);
    add(end + c.travel.minutes(otherPlace, place, end));
    add(start - minutes);
    add(start - minutes - c.travel.minutes(place, otherPlace, start));
    if (c.restMinutes > 0) {
      add(end + c.restMinutes);
      add(start - minutes - c.restMinutes);
    }
  }
  add(earliestAsked(plan, visit, staff));
  const partner = placedPartner(plan, visit);
  if (partner >= 0) {
    add(earliestInStep(plan, visit, partner));
    add(latestInStep(plan, visit, partner));
  }
  for (const other of plan.patientVisits[c.visitPatient[visit] as number] ?? []) {
    if (other === visit) continue;
    const otherStart = plan.startOf[other] as number;
    add(endOf(plan, other));
    add(otherStart - minutes);
    add(earliestAfter(c, visit, other, otherStart));
    add(latestBefore(c, visit, other, otherStart));
  }
  return [...starts].sort((a, b) => a - b);
}
