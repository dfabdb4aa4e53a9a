/**
 * The same placements in a week in which one thing is different: for asking `bestStart`, never for changing. Each
 * shares the plan's lists. (`withStartWindows` in plan.ts is one more of these.)
 */
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

/** One carer's stretches, as many as before. */
export function withShifts(plan: Plan, staff: number, shifts: readonly Interval[]): Plan {
  const { compiled } = plan;
  const shiftStart = compiled.shiftStart.slice();
  const shiftEnd = compiled.shiftEnd.slice();
  const shiftDay = compiled.shiftDay.slice();
  const from = compiled.shiftFrom[staff] as number;
  for (const [index, { start, end }] of shifts.entries()) {
    shiftStart[from + index] = start;
    shiftEnd[from + index] = end;
    shiftDay[from + index] = compiled.days.dayOf(start);
  }
  return { ...plan, compiled: { ...compiled, shiftStart, shiftEnd, shiftDay } };
}
