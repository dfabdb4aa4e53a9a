/** Why nobody can take a visit: each member of staff counted once, under the first rule that removes them. */
import { endOf, hasContract, hasProvider, hasRole, hasSkills, isBlocked, overCapacity } from './feasibility.ts';
import { arePair, earliestInStep, latestInStep, placedPartner } from './pairs.ts';
import { earliestAsked, overPartner } from './partners.ts';
import type { Plan } from './plan.ts';
import { RULES, type RuleId } from './problem.ts';
import { earliestAfter, latestBefore } from './spacing.ts';
import { createStartSearch, searchStarts } from './starts.ts';

export interface Funnel {
  /** Staff removed by rule; the sum is `staffCount - left`. */
  readonly removed: Readonly<Record<RuleId, number>>;
  /** Staff in whom it would fit. */
  readonly left: number;
  /**
   * The rule that removed most of those who may deliver it at all (role, skills, provider type, contract, not blocked); of all when
   * nobody may, or SCH-WINDOW when the visit has no start window. Ties: the later step below. Null when
   * somebody is left.
   */
  readonly main: RuleId | null;
}

/** In the order in which staff are removed: what cannot be changed this week first. */
export const FUNNEL_STEPS: readonly RuleId[] = [
  'SCH-ROLE',
  'SCH-BLOCKED',
  'SCH-SKILL',
  'SCH-PROVIDER',
  'SCH-CONTRACT',
  'SCH-WINDOW', // the visit has no start window at all
  'SCH-AVAILABILITY', // no shift meets a window for long enough
  'SCH-NOTICE', // or only earlier than the partner has to be asked
  'SCH-OVERLAP-PATIENT', // the patient has other visits throughout
  'SCH-SPACING', // and stand too near to it where they do not overlap
  'SCH-SYNC', // the other carer of the pair comes at a time when this one is not at work
  'SCH-CAPACITY',
  'SCH-PARTNER-CAPACITY',
  'SCH-OVERLAP-STAFF', // no gap between visits is long enough
  'SCH-TRAVEL', // a gap is, but not with the way there and on
  'SCH-REST', // nor with the rest from one day to the next
  'SCH-BREAK', // nor with the carer's break
];

/** `among`: whose answers count; everybody's when left out. */
export function funnelOf(plan: Plan, visit: number, among?: readonly number[]): Funnel {
  const removed = Object.fromEntries(Object.keys(RULES).map((rule) => [rule, 0])) as Record<RuleId, number>;
  let left = 0;
  for (const staff of among ?? plan.routes.keys()) {
    const rule = firstRemoving(plan, visit, staff);
    if (rule === null) left += 1;
    else removed[rule] += 1;
  }
  return { removed, left, main: left > 0 ? null : mainOf(removed) };
}

function mainOf(removed: Readonly<Record<RuleId, number>>): RuleId {
  const largest = (rules: readonly RuleId[]): RuleId | null =>
    rules.reduce<RuleId | null>((best, rule) => {
      if (removed[rule] === 0) return best;
      return best === null || removed[rule] >= removed[best] ? rule : best;
    }, null);
  return largest(FUNNEL_STEPS.slice(FUNNEL_STEPS.indexOf('SCH-WINDOW'))) ?? largest(FUNNEL_STEPS) ?? 'SCH-ROLE';
}

function firstRemoving(plan: Plan, visit: number, staff: number): RuleId | null {
  const c = plan.compiled;
  if (!hasRole(c, visit, staff)) return 'SCH-ROLE';
  if (isBlocked(c, visit, staff)) return 'SCH-BLOCKED';
  if (!hasSkills(c, visit, staff)) return 'SCH-SKILL';
  if (!hasProvider(c, visit, staff)) return 'SCH-PROVIDER';
  if (!hasContract(c, visit, staff)) return 'SCH-CONTRACT';
  if (c.windowFrom[visit] === c.windowFrom[visit + 1]) return 'SCH-WINDOW';
  let starts = shiftStarts(plan, visit, staff);
  if (starts.length === 0) return 'SCH-AVAILABILITY';
  starts = between(starts, earliestAsked(plan, visit, staff), Number.POSITIVE_INFINITY);
  if (starts.length === 0) return 'SCH-NOTICE';
  const others = (plan.patientVisits[c.visitPatient[visit] as number] ?? []).filter(
    (other) => !arePair(c, visit, other),
  );
  starts = without(plan, visit, starts, others);
  if (starts.length === 0) return 'SCH-OVERLAP-PATIENT';
  starts = without(plan, visit, starts, others, 'spaced');
  if (starts.length === 0) return 'SCH-SPACING';
  const partner = placedPartner(plan, visit);
  if (partner >= 0) {
    starts = between(starts, earliestInStep(plan, visit, partner), latestInStep(plan, visit, partner));
    if (starts.length === 0 || plan.staffOf[partner] === staff) return 'SCH-SYNC';
  }
  if (overCapacity(plan, visit, staff) > 0) return 'SCH-CAPACITY';
  if (overPartner(plan, visit, staff) > 0) return 'SCH-PARTNER-CAPACITY';
  starts = without(plan, visit, starts, plan.routes[staff] as readonly number[]);
  if (starts.length === 0) return 'SCH-OVERLAP-STAFF';
  if (hasStart(plan, visit, staff)) return null;
  if (c.restMinutes > 0 && hasStart(withoutRest(plan), visit, staff)) return 'SCH-REST';
  return c.staffBreaks[staff] === 1 && hasStart(withoutRest(withoutBreaks(plan)), visit, staff)
    ? 'SCH-BREAK'
    : 'SCH-TRAVEL';
}

const hasStart = (plan: Plan, visit: number, staff: number): boolean =>
  searchStarts(plan, visit, staff, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, createStartSearch());

/** The same placements where nobody asks for rest. To be asked only. */
const withoutRest = (plan: Plan): Plan => ({ ...plan, compiled: { ...plan.compiled, restMinutes: 0 } });

/** The same placements where nobody has a break. To be asked only. */
const withoutBreaks = (plan: Plan): Plan => ({
  ...plan,
  compiled: { ...plan.compiled, shiftBreak: new Int32Array(plan.compiled.shiftBreak.length) },
});

/** Ranges of starts, both ends included, as pairs in one flat list. */
type Starts = readonly number[];

function shiftStarts(plan: Plan, visit: number, staff: number): Starts {
  const c = plan.compiled;
  const minutes = c.visitMinutes[visit] as number;
  const ranges: number[] = [];
  for (let window = c.windowFrom[visit] as number; window < (c.windowFrom[visit + 1] as number); window += 1) {
    for (let shift = c.shiftFrom[staff] as number; shift < (c.shiftFrom[staff + 1] as number); shift += 1) {
      const low = Math.max(c.windowStart[window] as number, c.shiftStart[shift] as number);
      const high = Math.min(c.windowEnd[window] as number, (c.shiftEnd[shift] as number) - minutes);
      if (low <= high) ranges.push(low, high);
    }
  }
  return ranges;
}

/** The starts from `from` to `to`, both included. */
function between(starts: Starts, from: number, to: number): Starts {
  const ranges: number[] = [];
  for (let index = 0; index < starts.length; index += 2) {
    const low = Math.max(starts[index] as number, from);
    const high = Math.min(starts[index + 1] as number, to);
    if (low <= high) ranges.push(low, high);
  }
  return ranges;
}

/** Takes out the starts at which `visit` would overlap one of `others`, or as `spaced` come too near to it. */
function without(plan: Plan, visit: number, starts: Starts, others: readonly number[], spaced?: 'spaced'): Starts {
  const c = plan.compiled;
  const minutes = c.visitMinutes[visit] as number;
  let ranges = starts;
  for (const other of others) {
    if (other === visit || ranges.length === 0) continue;
    const otherStart = plan.startOf[other] as number;
    const from = spaced ? latestBefore(c, visit, other, otherStart) + 1 : otherStart - minutes + 1;
    const to = spaced ? earliestAfter(c, visit, other, otherStart) - 1 : endOf(plan, other) - 1;
    const kept: number[] = [];
    let changed = false;
    for (let index = 0; index < ranges.length; index += 2) {
      const low = ranges[index] as number;
      const high = ranges[index + 1] as number;
      if (to < low || from > high) {
        kept.push(low, high);
        continue;
      }
      changed = true;
      if (low < from) kept.push(low, from - 1);
      if (to < high) kept.push(to + 1, high);
    }
    if (changed) ranges = kept;
  }
  return ranges;
}
