/**
 * Disruption: how far a plan is from what carers and patients were told. Counted for each visit that stands: with another
 * carer than told, and more than a quarter of an hour from the time that was told. A visit that nobody was told of, or
 * whose carer is not in this week any more, disturbs nobody.
 */
import type { EpochMinute } from '@fieldfare/kernel';
import type { CompiledWeek } from './compile.ts';

/** Points. */
export const OTHER_CARER = 2;
export const OTHER_TIME = 1;
/** Minutes by which a carer may come earlier or later than told. */
export const TOLERANCE = 15;

export const isOtherTime = (told: EpochMinute, start: EpochMinute): boolean => Math.abs(start - told) > TOLERANCE;

export const otherCarerOf = (c: CompiledWeek, visit: number, staff: number): number => {
  const told = c.visitToldStaff[visit] as number;
  return told >= 0 && told !== staff ? OTHER_CARER : 0;
};

export const otherTimeOf = (c: CompiledWeek, visit: number, start: EpochMinute): number =>
  (c.visitToldStaff[visit] as number) >= 0 && isOtherTime(c.visitToldStart[visit] as number, start) ? OTHER_TIME : 0;

export const disruptionOf = (c: CompiledWeek, visit: number, staff: number, start: EpochMinute): number =>
  otherCarerOf(c, visit, staff) + otherTimeOf(c, visit, start);
