/**
 * SCH-AVAILABILITY and SCH-REST: which shift holds a visit, and how long a carer rests between two days of duty.
 *
 * A visit belongs to the day on which its shift begins (a night's second half to the evening before), one outside all
 * shifts to its own date. Two visits of one day of duty need no rest between them, however long the break.
 */
import type { EpochMinute } from '@fieldfare/kernel';
import type { CompiledWeek } from './compile.ts';
import type { Plan } from './plan.ts';

/** The shift that holds `[start, end)` whole, or -1. Index into `shiftStart`. */
export function shiftHolding(c: CompiledWeek, staff: number, start: EpochMinute, end: EpochMinute): number {
  const last = c.shiftFrom[staff + 1] as number;
  for (let shift = c.shiftFrom[staff] as number; shift < last; shift += 1) {
    if ((c.shiftStart[shift] as number) > start) return -1;
    if (end <= (c.shiftEnd[shift] as number)) return shift;
  }
  return -1;
}

function dutyDay(c: CompiledWeek, staff: number, start: EpochMinute, end: EpochMinute): number {
  const shift = shiftHolding(c, staff, start, end);
  return shift >= 0 ? (c.shiftDay[shift] as number) : c.days.dayOf(start);
}

/** The least minutes of rest between a placed visit of this carer and another visit at `[start, end)`; 0: same day of duty. */
export function restBeside(plan: Plan, staff: number, placed: number, start: EpochMinute, end: EpochMinute): number {
  const c = plan.compiled;
  if (c.restMinutes === 0) return 0;
  const placedStart = plan.startOf[placed] as number;
  const placedEnd = placedStart + (c.visitMinutes[placed] as number);
  return dutyDay(c, staff, placedStart, placedEnd) === dutyDay(c, staff, start, end) ? 0 : c.restMinutes;
}

/** The same beside whatever lies inside one shift. */
export function restBesideShift(plan: Plan, staff: number, placed: number, shift: number): number {
  const c = plan.compiled;
  return restBeside(plan, staff, placed, c.shiftStart[shift] as number, c.shiftEnd[shift] as number);
}
