/**
 * The same placements in a week in which one thing is different: for asking `bestStart`, never for changing. Each
 * shares the plan's lists. (`withStartWindows` in plan.ts is one more of these.)
 */
import { breakInside } from './break-lists.ts';
import { PROVIDER_ANY } from './compile.ts';
import type { Plan } from './plan.ts';
import type { Interval } from './problem.ts';

/** Own staff or a partner's may deliver this visit. */
export function withAnyProvider(plan: Plan, visit: number): Plan {
  const { compiled } = plan;
  return { ...plan, compiled: { ...compiled, visitProvider: compiled.visitProvider.with(visit, PROVIDER_ANY) } };
}

/** `minutes`: the most that fit, overtime included. */
export function withCapacity(plan: Plan, staff: number, minutes: number): Plan {
  const { compiled } = plan;
  return { ...plan, compiled: { ...compiled, staffMost: compiled.staffMost.with(staff, minutes) } };
}

/** Partners are asked so many days later than agreed: notice is counted in whole days. */
export function withLaterNotice(plan: Plan, days: number): Plan {
  const { compiled } = plan;
  const { staffEarliest, days: count } = compiled;
  return {
    ...plan,
    compiled: {
      ...compiled,
      staffEarliest: staffEarliest.map((earliest) =>
        earliest === 0 ? 0 : count.startOf(count.dayOf(earliest) - days),
      ),
    },
  };
}

/** The carers of one partner together may deliver this much more. */
export function withMoreAgreed(plan: Plan, partner: number, minutes: number): Plan {
  const { compiled } = plan;
  const { partnerMost } = compiled;
  return {
    ...plan,
    compiled: { ...compiled, partnerMost: partnerMost.with(partner, (partnerMost[partner] as number) + minutes) },
  };
}

/** One carer's stretches, as many as before. */
export function withShifts(plan: Plan, staff: number, shifts: readonly Interval[]): Plan {
  const { compiled } = plan;
  const shiftStart = compiled.shiftStart.slice();
  const shiftEnd = compiled.shiftEnd.slice();
  const shiftDay = compiled.shiftDay.slice();
  const from = compiled.shiftFrom[staff] as number;
  const own = compiled.problem.staff[staff]?.shifts ?? [];
  const shiftBreak = compiled.shiftBreak.slice();
  const breakFrom = compiled.breakFrom.slice();
  const breakTo = compiled.breakTo.slice();
  for (const [index, { start, end }] of shifts.entries()) {
    if (compiled.levels['SCH-BREAK'] !== 'off') {
      const pause = breakInside({ start, end, break: own[index]?.break ?? null });
      shiftBreak[from + index] = pause.minutes;
      breakFrom[from + index] = pause.from;
      breakTo[from + index] = pause.to;
    }
    shiftStart[from + index] = start;
    shiftEnd[from + index] = end;
    shiftDay[from + index] = compiled.days.dayOf(start);
  }
  return { ...plan, compiled: { ...compiled, shiftStart, shiftEnd, shiftDay, shiftBreak, breakFrom, breakTo } };
}

/** Visits of this one's patient and service may lie this much nearer to one another. */
export function withSpacing(plan: Plan, visit: number, minutes: number, days: number): Plan {
  const { compiled } = plan;
  const less = (list: Int32Array, by: number): Int32Array =>
    list.map((gap, other) =>
      compiled.visitPatient[other] === compiled.visitPatient[visit] &&
      compiled.visitSpacing[other] === compiled.visitSpacing[visit]
        ? Math.max(0, gap - by)
        : gap,
    );
  const spacingMinutes = less(compiled.spacingMinutes, minutes);
  return { ...plan, compiled: { ...compiled, spacingMinutes, spacingDays: less(compiled.spacingDays, days) } };
}

export function withLessRest(plan: Plan, minutes: number): Plan {
  const { compiled } = plan;
  return { ...plan, compiled: { ...compiled, restMinutes: Math.max(0, compiled.restMinutes - minutes) } };
}

/** Breaks of one carer are this much shorter. */
export function withShorterBreaks(plan: Plan, staff: number, minutes: number): Plan {
  const { compiled } = plan;
  const last = compiled.shiftFrom[staff + 1] as number;
  const shiftBreak = compiled.shiftBreak.slice();
  for (let shift = compiled.shiftFrom[staff] as number; shift < last; shift += 1) {
    shiftBreak[shift] = Math.max(0, (shiftBreak[shift] as number) - minutes);
  }
  return { ...plan, compiled: { ...compiled, shiftBreak } };
}

/** The visit may be this much earlier or later beside its other half. */
export function withLooserStep(plan: Plan, visit: number, minutes: number): Plan {
  const { compiled } = plan;
  const { stepLeast, stepMost } = compiled;
  return {
    ...plan,
    compiled: {
      ...compiled,
      stepLeast: stepLeast.with(visit, (stepLeast[visit] as number) - minutes),
      stepMost: stepMost.with(visit, (stepMost[visit] as number) + minutes),
    },
  };
}

/** Nobody lacks a skill for this visit, or nobody is kept from its patient. */
export function withAllAllowed(plan: Plan, visit: number, what: 'unskilled' | 'blocked'): Plan {
  const { compiled } = plan;
  const group = compiled.groups[compiled.visitGroup[visit] as number];
  if (!group) return plan;
  const groups = [...compiled.groups, { ...group, [what]: new Uint8Array(compiled.staffCount) }];
  const visitGroup = compiled.visitGroup.with(visit, groups.length - 1);
  return { ...plan, compiled: { ...compiled, groups, visitGroup } };
}
