/**
 * SCH-SPACING and SCH-OVERLAP-PATIENT measure alike: beside another visit of the same patient, the starts that come too
 * near are one interval around it. Minutes count from the end of one visit to the start of the next, days by date.
 */
import type { EpochMinute } from '@fieldfare/kernel';
import type { CompiledWeek } from './compile.ts';
import { arePair } from './pairs.ts';

/** The least gap between two visits of one patient. */
export function gapMinutes({ visitSpacing, spacingMinutes }: CompiledWeek, a: number, b: number): number {
  if ((visitSpacing[a] as number) < 0 || visitSpacing[a] !== visitSpacing[b]) return 0;
  return Math.max(spacingMinutes[a] as number, spacingMinutes[b] as number);
}

export function gapDays({ visitSpacing, spacingDays }: CompiledWeek, a: number, b: number): number {
  if ((visitSpacing[a] as number) < 0 || visitSpacing[a] !== visitSpacing[b]) return 0;
  return Math.max(spacingDays[a] as number, spacingDays[b] as number);
}

/** The first start of `visit` far enough behind `other`, which starts at `otherStart`. */
export function earliestAfter(c: CompiledWeek, visit: number, other: number, otherStart: EpochMinute): EpochMinute {
  const start = otherStart + (c.visitMinutes[other] as number) + gapMinutes(c, visit, other);
  const days = gapDays(c, visit, other);
  return days === 0 ? start : Math.max(start, c.days.startOf(c.days.dayOf(otherStart) + days));
}

/** The last start of `visit` far enough ahead of `other`. */
export function latestBefore(c: CompiledWeek, visit: number, other: number, otherStart: EpochMinute): EpochMinute {
  const start = otherStart - (c.visitMinutes[visit] as number) - gapMinutes(c, visit, other);
  const days = gapDays(c, visit, other);
  return days === 0 ? start : Math.min(start, c.days.startOf(c.days.dayOf(otherStart) - days + 1) - 1);
}

/** Whether two visits of one patient overlap or stand nearer than their spacing allows; the same either way round. */
export function tooNear(
  c: CompiledWeek,
  visit: number,
  start: EpochMinute,
  other: number,
  otherStart: EpochMinute,
): boolean {
  // The two of a pair keep step instead (SCH-SYNC).
  return (
    !arePair(c, visit, other) &&
    start > latestBefore(c, visit, other, otherStart) &&
    start < earliestAfter(c, visit, other, otherStart)
  );
}
