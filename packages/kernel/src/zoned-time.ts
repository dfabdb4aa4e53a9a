/**
 * Calendar arithmetic in a region's zone. A week is an ISO week (Monday first) in that zone; it has
 * 168 hours, or 167 or 169 when the clocks change, and a day has 23, 24 or 25.
 *
 * Rows hold what people mean: a local date (`2026-11-01`), a local time (`08:30`), a length in minutes.
 * Engines work on what the clock on the wall cannot confuse: minutes of elapsed time since an epoch.
 */
import { Temporal } from 'temporal-polyfill';
import { fail, ok, problem, type Result } from './problem.ts';

/** `YYYY-MM-DD` */
export type LocalDate = string;
/** `HH:MM`, 24 hours */
export type LocalTime = string;
/** `YYYY-Www`, ISO 8601 week */
export type IsoWeek = string;
/** IANA zone name */
export type Zone = string;
/** Whole minutes since 1970-01-01T00:00Z */
export type EpochMinute = number;

const WEEK = /^(\d{4})-W(\d{2})$/;
const TIME = /^([01]\d|2[0-3]):([0-5]\d)$/;

export const isLocalTime = (value: string): boolean => TIME.test(value);

export function isLocalDate(value: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  try {
    Temporal.PlainDate.from(value, { overflow: 'reject' });
    return true;
  } catch {
    return false;
  }
}

export function isZone(value: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(value);
    return true;
  } catch {
    return false;
  }
}

/** The Monday of an ISO week. */
export function mondayOf(week: IsoWeek): Result<LocalDate> {
  const match = WEEK.exec(week);
  if (match) {
    const year = Number(match[1]);
    const number = Number(match[2]);
    const fourth = Temporal.PlainDate.from({ year, month: 1, day: 4 }); // always in week 1
    const monday = fourth.subtract({ days: fourth.dayOfWeek - 1 }).add({ days: (number - 1) * 7 });
    if (number >= 1 && weekOfDate(monday.toString()) === week) return ok(monday.toString());
  }
  return fail(problem('invalid', 'not an ISO week (YYYY-Www)', { rule: 'TIME-WEEK' }));
}

export const isIsoWeek = (value: string): boolean => mondayOf(value).ok;

export function weekOfDate(date: LocalDate): IsoWeek {
  const plain = Temporal.PlainDate.from(date);
  return `${plain.yearOfWeek}-W${String(plain.weekOfYear).padStart(2, '0')}`;
}

/** The seven dates of a week, Monday first. Throws on text that is no ISO week: check with `isIsoWeek` at the edge. */
export function daysOfWeek(week: IsoWeek): readonly LocalDate[] {
  const monday = mondayOf(week);
  if (!monday.ok) throw new RangeError(`not an ISO week: ${week}`);
  return Array.from({ length: 7 }, (_, day) => addDays(monday.value, day));
}

export function addDays(date: LocalDate, days: number): LocalDate {
  return Temporal.PlainDate.from(date).add({ days }).toString();
}

export function addWeeks(week: IsoWeek, weeks: number): IsoWeek {
  const [monday = ''] = daysOfWeek(week);
  return weekOfDate(addDays(monday, weeks * 7));
}

/** Days from one date to the other; negative when `to` lies before `from`. */
export const daysBetween = (from: LocalDate, to: LocalDate): number =>
  Temporal.PlainDate.from(from).until(Temporal.PlainDate.from(to), { largestUnit: 'days' }).days;

/** Whole weeks from one week to the other; negative when `to` lies before `from`. */
export function weeksBetween(from: IsoWeek, to: IsoWeek): number {
  const [first = '', second = ''] = [daysOfWeek(from)[0], daysOfWeek(to)[0]];
  return daysBetween(first, second) / 7;
}

/** 1 Monday … 7 Sunday */
export const isoWeekday = (date: LocalDate): number => Temporal.PlainDate.from(date).dayOfWeek;

export function dateAt(epochMs: number, zone: Zone): LocalDate {
  return Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(zone).toPlainDate().toString();
}

export const weekAt = (epochMs: number, zone: Zone): IsoWeek => weekOfDate(dateAt(epochMs, zone));

/** Minutes after midnight on the wall clock: `08:30` → 510. */
export function minuteOfDay(time: LocalTime): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
}

/** 510 → `08:30`. Takes 0 to 1439. */
export function timeOfMinute(minute: number): LocalTime {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

/**
 * The instant a wall clock in `zone` shows `date` `time`. A time that the spring change skips is taken
 * as far after the change as it was after midnight; a time that the autumn change repeats is its first showing
 * (Temporal's `compatible` rule, RFC 5545).
 */
export function epochMinuteOf(date: LocalDate, time: LocalTime, zone: Zone): EpochMinute {
  const instant = Temporal.PlainDateTime.from(`${date}T${time}`).toZonedDateTime(zone, {
    disambiguation: 'compatible',
  });
  return Math.floor(instant.epochMilliseconds / 60_000);
}

const MINUTES_A_DAY = 1440;
/** Days a zone remembers: more than any screen asks for. */
const MOST_DAYS = 4_000;

/** Zone → UTC day → its offset in minutes; null on a day in which it changes. Asking the calendar takes a thousand times as long. */
const offsets = new Map<Zone, Map<number, number | null>>();

function offsetAt(minute: EpochMinute, zone: Zone): number {
  return Temporal.Instant.fromEpochMilliseconds(minute * 60_000).toZonedDateTimeISO(zone).offsetNanoseconds / 6e10;
}

function steadyOffset(minute: EpochMinute, zone: Zone): number | null {
  const day = Math.floor(minute / MINUTES_A_DAY);
  let days = offsets.get(zone);
  if (days === undefined || days.size >= MOST_DAYS) {
    days = new Map();
    offsets.set(zone, days);
  }
  let offset = days.get(day);
  if (offset === undefined) {
    const [first, last] = [offsetAt(day * MINUTES_A_DAY, zone), offsetAt((day + 1) * MINUTES_A_DAY, zone)];
    offset = first === last && Number.isInteger(first) ? first : null;
    days.set(day, offset);
  }
  return offset;
}

/** What the wall clock in `zone` shows at an instant. */
export function localAt(minute: EpochMinute, zone: Zone): { readonly date: LocalDate; readonly time: LocalTime } {
  const offset = steadyOffset(minute, zone);
  if (offset !== null) {
    const local = minute + offset;
    const day = Math.floor(local / MINUTES_A_DAY);
    const date = new Date(day * MINUTES_A_DAY * 60_000).toISOString().slice(0, 10);
    return { date, time: timeOfMinute(local - day * MINUTES_A_DAY) };
  }
  const zoned = Temporal.Instant.fromEpochMilliseconds(minute * 60_000).toZonedDateTimeISO(zone);
  return { date: zoned.toPlainDate().toString(), time: timeOfMinute(zoned.hour * 60 + zoned.minute) };
}

/** Elapsed minutes from one midnight to the next: 1380, 1440 or 1500. */
export function minutesInDay(date: LocalDate, zone: Zone): number {
  return epochMinuteOf(addDays(date, 1), '00:00', zone) - epochMinuteOf(date, '00:00', zone);
}
