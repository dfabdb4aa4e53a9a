/**
 * SCH-BREAK: in the window of a shift's break there is a stretch long enough for it, without visits and without driving.
 *
 * Where two visits lie around it the carer drives before the break or after it, whichever fits. The way to the first visit
 * of a shift and from the last lies outside the shift, as everywhere. A visit speaks against a break only where it touches
 * its window or the free stretches in it.
 */
import type { EpochMinute } from '@fieldfare/kernel';
import type { CompiledWeek } from './compile.ts';
import { type Plan, positionIn } from './plan.ts';

/** The shift whose break has no room with `visit` there, or -1. */
export function brokenBreak(plan: Plan, visit: number, staff: number, start: EpochMinute): number {
  const c = plan.compiled;
  if (c.staffBreaks[staff] === 0) return -1;
  const end = start + (c.visitMinutes[visit] as number);
  const last = c.shiftFrom[staff + 1] as number;
  for (let shift = c.shiftFrom[staff] as number; shift < last; shift += 1) {
    const apart = end <= (c.shiftStart[shift] as number) || start >= (c.shiftEnd[shift] as number);
    if (!apart && breakLeft(plan, visit, staff, start, shift) < (c.shiftBreak[shift] as number)) return shift;
  }
  return -1;
}

/**
 * The most minutes that a shift's break could have with `visit` there; all that it asks for where it has room or the visit
 * does not touch it.
 */
export function breakLeft(plan: Plan, visit: number, staff: number, start: EpochMinute, shift: number): number {
  const c = plan.compiled;
  const asked = c.shiftBreak[shift] as number;
  if (asked === 0) return 0;
  const route = plan.routes[staff] as readonly number[];
  const opens = c.breakFrom[shift] as number;
  const closes = c.breakTo[shift] as number;
  const shiftStart = c.shiftStart[shift] as number;
  const shiftEnd = c.shiftEnd[shift] as number;
  let touched = start < closes && opens < start + (c.visitMinutes[visit] as number);
  let most = 0;
  let from = -1;
  let left = shiftStart;
  let at = positionIn(route, plan.startOf, shiftStart - c.longestVisit, -1);
  let pending = true;
  for (;;) {
    if (route[at] === visit) at += 1;
    const listed = at < route.length ? (route[at] as number) : -1;
    const listedStart = listed < 0 ? Number.POSITIVE_INFINITY : (plan.startOf[listed] as number);
    const own = pending && (start < listedStart || (start === listedStart && visit < listed));
    const to = own ? visit : listed;
    const due = own ? start : listedStart;
    if (own) pending = false;
    else at += 1;
    const isLast = to < 0 || due >= shiftEnd;
    const until = isLast ? shiftEnd : due;
    // Only a free stretch that meets the window can hold the break.
    if (Math.max(left, opens) < Math.min(until, closes)) {
      touched ||= from === visit || (!isLast && to === visit);
      const room = isLast ? Math.min(until, closes) - Math.max(left, opens) : stretch(c, shift, from, left, to, due);
      if (room >= asked) return asked;
      most = Math.max(most, room);
    }
    if (isLast) return touched ? most : asked;
    const end = due + (c.visitMinutes[to] as number);
    if (end > left) {
      left = end;
      from = to;
    }
  }
}

/** Minutes for a break between two visits; `from` -1: none in this shift. At most what it asks for where that does not fit. */
function stretch(
  c: CompiledWeek,
  shift: number,
  from: number,
  left: EpochMinute,
  to: number,
  due: EpochMinute,
): number {
  const asked = c.shiftBreak[shift] as number;
  const opens = c.breakFrom[shift] as number;
  const closes = c.breakTo[shift] as number;
  if (from < 0) return Math.min(closes, due) - Math.max(left, opens);
  const a = c.visitPlace[from] as number;
  const b = c.visitPlace[to] as number;
  const drive = c.travel.minutes(a, b, left);
  const afterDrive = Math.min(closes, due) - Math.max(left + drive, opens);
  if (afterDrive >= asked) return afterDrive;
  const begins = Math.max(left, opens);
  const goes = begins + asked;
  if (goes <= closes && goes + c.travel.minutes(a, b, goes) <= due) return asked;
  return Math.min(asked - 1, Math.max(0, afterDrive, Math.min(closes, due - drive) - begins));
}

/** When a visit could start after a break that lies between it and the visit before; two answers, `NEVER` where there is none. */
export function startsAfterBreak(
  c: CompiledWeek,
  shift: number,
  from: number,
  left: EpochMinute,
  place: number,
): readonly [number, number] {
  const asked = c.shiftBreak[shift] as number;
  const opens = c.breakFrom[shift] as number;
  const closes = c.breakTo[shift] as number;
  const within = (begins: number): boolean => begins + asked <= closes;
  if (from < 0) {
    const begins = Math.max(left, opens);
    return [within(begins) ? begins + asked : NO_BREAK, NO_BREAK];
  }
  const a = c.visitPlace[from] as number;
  const arrives = Math.max(left + c.travel.minutes(a, place, left), opens);
  const begins = Math.max(left, opens);
  const goes = begins + asked;
  return [
    within(arrives) ? arrives + asked : NO_BREAK,
    within(begins) ? goes + c.travel.minutes(a, place, goes) : NO_BREAK,
  ];
}

/** Later than any start. */
const NO_BREAK = 2 ** 30;
