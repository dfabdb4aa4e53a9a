/**
 * Rules that may bend for one visit when nobody can take it: the gap to the patient's other visits, a night's rest, a break, the
 * step of a pair, what was agreed with a partner, a skill, and, last, that two must not meet. Each bent by the least that works.
 */
import { hasProvider, hasRole, hasSkills, isBlocked } from './feasibility.ts';
import { cheapest, type Give, RELAX_STEP, smallest } from './give.ts';
import { bestStart, type Insertion } from './insertion.ts';
import { placedPartner } from './pairs.ts';
import { earliestAsked, overPartner } from './partners.ts';
import type { Plan } from './plan.ts';
import type { RuleId } from './problem.ts';
import {
  withAllAllowed,
  withLaterNotice,
  withLessRest,
  withLooserStep,
  withMoreAgreed,
  withShorterBreaks,
  withSpacing,
} from './relaxed.ts';

export interface Bend {
  readonly rule: RuleId;
  readonly give: Give;
  readonly place: Insertion;
}

/** Less rest or more out of step than this is no longer the same rule. */
const MOST_LESS_REST = 180;
const MOST_OUT_OF_STEP = 60;

/** `offered`: the carers who are asked; none of them can take it as things are. */
export function bends(plan: Plan, visit: number, offered: readonly number[]): readonly Bend[] {
  const c = plan.compiled;
  const may = offered.filter((staff) => hasRole(c, visit, staff) && hasProvider(c, visit, staff));
  const able = may.filter((staff) => !isBlocked(c, visit, staff) && hasSkills(c, visit, staff));
  return [
    lessSpacing(plan, visit, able),
    lessRest(plan, visit, able),
    shorterBreak(plan, visit, able),
    outOfStep(plan, visit, able),
    lateNotice(plan, visit, able),
    overAgreed(plan, visit, able),
    withoutSkill(
      plan,
      visit,
      may.filter((staff) => !isBlocked(c, visit, staff) && !hasSkills(c, visit, staff)),
    ),
    unblocked(
      plan,
      visit,
      may.filter((staff) => isBlocked(c, visit, staff) && hasSkills(c, visit, staff)),
    ),
  ].flatMap((bend) => bend ?? []);
}

const anybody = (plan: Plan, visit: number, staff: readonly number[]): boolean =>
  staff.some((one) => bestStart(plan, visit, one) !== null);

const bent = (rule: RuleId, give: Give, place: Insertion | null): Bend | null => place && { rule, give, place };

/** Days first, then minutes: a service asks for the one or the other. */
function lessSpacing(plan: Plan, visit: number, staff: readonly number[]): Bend | null {
  const c = plan.compiled;
  const own = (list: Int32Array): number =>
    Math.max(
      0,
      ...(plan.patientVisits[c.visitPatient[visit] as number] ?? [])
        .filter((other) => c.visitSpacing[other] === c.visitSpacing[visit])
        .concat(visit)
        .map((other) => list[other] as number),
    );
  if ((c.visitSpacing[visit] as number) < 0) return null;
  for (let days = 1; days <= own(c.spacingDays); days += 1) {
    const view = withSpacing(plan, visit, 0, days);
    if (anybody(view, visit, staff)) {
      return bent('SCH-SPACING', { kind: 'spacing', minutes: 0, days }, cheapest(view, visit, staff));
    }
  }
  const most = Math.ceil(own(c.spacingMinutes) / RELAX_STEP) * RELAX_STEP;
  const minutes = smallest(most, (less) => anybody(withSpacing(plan, visit, less, 0), visit, staff));
  if (minutes === null) return null;
  const place = cheapest(withSpacing(plan, visit, minutes, 0), visit, staff);
  return bent('SCH-SPACING', { kind: 'spacing', minutes, days: 0 }, place);
}

function lessRest(plan: Plan, visit: number, staff: readonly number[]): Bend | null {
  const most = Math.min(MOST_LESS_REST, plan.compiled.restMinutes);
  const minutes = smallest(most, (less) => anybody(withLessRest(plan, less), visit, staff));
  if (minutes === null) return null;
  return bent('SCH-REST', { kind: 'rest', minutes }, cheapest(withLessRest(plan, minutes), visit, staff));
}

/** Of all carers the one whose break is shortened by least; among those the cheapest. */
function shorterBreak(plan: Plan, visit: number, staff: readonly number[]): Bend | null {
  const c = plan.compiled;
  const longest = Math.max(0, ...c.shiftBreak);
  const [best] = staff
    .flatMap((one) => {
      if (c.staffBreaks[one] === 0) return [];
      const view = (less: number): Plan => withShorterBreaks(plan, one, less);
      const most = Math.ceil(longest / RELAX_STEP) * RELAX_STEP;
      const minutes = smallest(most, (less) => bestStart(view(less), visit, one) !== null);
      const place = minutes === null ? null : bestStart(view(minutes), visit, one);
      return minutes === null || place === null ? [] : [{ place, minutes }];
    })
    .sort((a, b) => a.minutes - b.minutes || a.place.cost - b.place.cost);
  return best ? bent('SCH-BREAK', { kind: 'break', minutes: best.minutes }, best.place) : null;
}

function outOfStep(plan: Plan, visit: number, staff: readonly number[]): Bend | null {
  if (placedPartner(plan, visit) < 0) return null;
  const minutes = smallest(MOST_OUT_OF_STEP, (more) => anybody(withLooserStep(plan, visit, more), visit, staff));
  if (minutes === null) return null;
  return bent('SCH-SYNC', { kind: 'sync', minutes }, cheapest(withLooserStep(plan, visit, minutes), visit, staff));
}

/** Of all partners the one that is asked later than agreed by the fewest days. */
function lateNotice(plan: Plan, visit: number, staff: readonly number[]): Bend | null {
  const { days: count, problem } = plan.compiled;
  const opens = Math.min(...(problem.visits[visit]?.startWindows ?? []).map(({ start }) => start));
  const late = staff.filter((one) => earliestAsked(plan, visit, one) > opens);
  const most = Math.max(0, ...late.map((one) => count.dayOf(earliestAsked(plan, visit, one)) - count.dayOf(opens)));
  for (let days = 1; days <= most; days += 1) {
    const place = cheapest(withLaterNotice(plan, days), visit, late);
    if (place) return bent('SCH-NOTICE', { kind: 'notice', days }, place);
  }
  return null;
}

/** The partner that goes over its hours by least; among those the cheapest. */
function overAgreed(plan: Plan, visit: number, staff: readonly number[]): Bend | null {
  const [best] = staff
    .flatMap((one) => {
      const minutes = overPartner(plan, visit, one);
      if (minutes <= 0) return [];
      const view = withMoreAgreed(plan, plan.compiled.staffAgreed[one] as number, minutes);
      const place = bestStart(view, visit, one);
      return place === null ? [] : [{ place, minutes }];
    })
    .sort((a, b) => a.minutes - b.minutes || a.place.cost - b.place.cost);
  return best ? bent('SCH-PARTNER-CAPACITY', { kind: 'partnerHours', minutes: best.minutes }, best.place) : null;
}

/** The carer who lacks least; among those the cheapest. */
function withoutSkill(plan: Plan, visit: number, staff: readonly number[]): Bend | null {
  const { problem } = plan.compiled;
  const view = withAllAllowed(plan, visit, 'unskilled');
  const missing = (one: number): readonly string[] =>
    (problem.visits[visit]?.skills ?? []).filter((skill) => !(problem.staff[one]?.skills ?? []).includes(skill));
  const [best] = staff
    .flatMap((one) => {
      const place = bestStart(view, visit, one);
      return place === null ? [] : [{ place, missing: missing(one) }];
    })
    .sort((a, b) => a.missing.length - b.missing.length || a.place.cost - b.place.cost);
  return best ? bent('SCH-SKILL', { kind: 'skill', missing: best.missing }, best.place) : null;
}

function unblocked(plan: Plan, visit: number, staff: readonly number[]): Bend | null {
  return bent('SCH-BLOCKED', { kind: 'blocked' }, cheapest(withAllAllowed(plan, visit, 'blocked'), visit, staff));
}
