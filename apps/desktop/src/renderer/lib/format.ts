/** How dates, times and amounts read on screen. Dates here are local dates, so formatting happens in UTC. */
import type { Pairing } from '@fieldfare/domain';
import { dateAt, type LocalDate, type LocalTime, plural as pluralOf } from '@fieldfare/kernel';

const at = (date: LocalDate): Date => new Date(`${date}T00:00:00Z`);
const formatter = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' });

/** Formatting a date costs microseconds, and a row of the board asks for the same seven hundreds of times. */
function cached(format: Intl.DateTimeFormat): (date: LocalDate) => string {
  const known = new Map<LocalDate, string>();
  return (date) => {
    let text = known.get(date);
    if (text === undefined) {
      text = format.format(at(date));
      known.set(date, text);
    }
    return text;
  };
}

export const weekdayShort = cached(formatter({ weekday: 'short' }));
export const dayNumber = (date: LocalDate): string => String(Number(date.slice(8, 10)));
/** "24 Nov" */
export const dayMonth = cached(formatter({ day: 'numeric', month: 'short' }));
/** "Tuesday 24 November" */
export const longDate = cached(formatter({ weekday: 'long', day: 'numeric', month: 'long' }));
/** "Tue 24 Nov" */
export const shortDate = (date: LocalDate): string => `${weekdayShort(date)} ${dayMonth(date)}`;

/** "Tue 24 Nov, 09:00", "Tue 24 Nov, starts 08:00–10:00", "any day, starts 08:00–10:00": tells visits of one patient apart. */
export function visitTime(visit: {
  readonly date: LocalDate | null;
  readonly start: LocalTime | null;
  readonly windowFrom: LocalTime;
  readonly windowTo: LocalTime;
}): string {
  const { date, start, windowFrom, windowTo } = visit;
  return `${date === null ? 'any day' : shortDate(date)}, ${start ?? `starts ${windowFrom}–${windowTo}`}`;
}

/** "24 Nov 2026" */
export const fullDate = (date: LocalDate): string => `${dayMonth(date)} ${date.slice(0, 4)}`;
/** The day of an instant such as `2026-11-24T01:30:00Z`, on the wall clocks of a zone or else of this device. */
export const dateOfInstant = (instant: string, zone = Intl.DateTimeFormat().resolvedOptions().timeZone): LocalDate =>
  dateAt(Date.parse(instant), zone);

/** "23 – 29 Nov 2026", "30 Nov – 6 Dec 2026", "28 Dec 2026 – 3 Jan 2027" */
export function dateRange(first: LocalDate, last: LocalDate): string {
  const sameYear = first.slice(0, 4) === last.slice(0, 4);
  const sameMonth = sameYear && first.slice(5, 7) === last.slice(5, 7);
  const left = sameMonth ? dayNumber(first) : sameYear ? dayMonth(first) : fullDate(first);
  return `${left} – ${fullDate(last)}`;
}

/** `2026-W48` → "Week 48" */
export const weekLabel = (week: string): string => `Week ${Number(week.slice(6))}`;

/** 1890 → "31.5", 2400 → "40" */
export const hours = (minutes: number): string => String(Math.round(minutes / 6) / 10);

const number = new Intl.NumberFormat('en-CA', { maximumFractionDigits: 0 });

/** 4599 → "4,599" */
export const whole = (value: number): string => number.format(value);

const dollars = new Intl.NumberFormat('en-CA', { style: 'currency', currency: 'CAD', maximumFractionDigits: 0 });

/** 57036 → "$570" */
export const money = (cents: number): string => dollars.format(cents / 100);

const dollarsAndCents = new Intl.NumberFormat('en-CA', { style: 'currency', currency: 'CAD' });

/** 4250 → "$42.50" */
export const cents = (amount: number): string => dollarsAndCents.format(amount / 100);

/** 45 → "45 min", 90 → "1 h 30" */
export function duration(minutes: number): string {
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return rest === 0
    ? `${Math.floor(minutes / 60)} h`
    : `${Math.floor(minutes / 60)} h ${String(rest).padStart(2, '0')}`;
}

const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));

/** Wall-clock end of a visit, wrapping at midnight. */
export function endTime(start: LocalTime, minutes: number): LocalTime {
  const end = (minuteOf(start) + minutes) % 1440;
  return `${String(Math.floor(end / 60)).padStart(2, '0')}:${String(end % 60).padStart(2, '0')}`;
}

/** Lenient entry of a time: "9", "930", "9:30", "09h30" → "09:30"; null when it is none. */
export function parseTime(text: string): LocalTime | null {
  const match = /^\s*(\d{1,2})\s*[:h.]?\s*(\d{2})?\s*$/.exec(text);
  if (!match) return null;
  const hour = Number(match[1]);
  const minute = Number(match[2] ?? '0');
  if (hour > 23 || minute > 59) return null;
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
}

const countFormat = new Intl.NumberFormat('en-CA');

export const plural = (count: number, one: string, many?: string): string =>
  pluralOf(count, one, many, count < 1000 ? String(count) : countFormat.format(count));

/** "just now", "4 min ago", "3 h ago", "2 days ago" */
export function ago(then: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - then) / 1000));
  if (seconds < 45) return 'just now';
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min ago`;
  const count = Math.round(minutes / 60);
  return count < 36 ? `${count} h ago` : `${plural(Math.round(count / 24), 'day')} ago`;
}

/** "Jean-Luc Roy" → "JR" */
export function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  const first = words[0]?.[0] ?? '?';
  const last = words.length > 1 ? (words[words.length - 1]?.[0] ?? '') : '';
  return (first + last).toUpperCase();
}

const ROLES: Readonly<Record<string, string>> = {
  rn: 'RN',
  rpn: 'RPN',
  psw: 'PSW',
  ot: 'OT',
  pt: 'PT',
  slp: 'SLP',
  sw: 'Social work',
  rd: 'Dietitian',
};
export const roleName = (role: string): string => ROLES[role] ?? role;

const SERVICES: Readonly<Record<string, string>> = {
  psw: 'PSW',
  ot: 'OT',
  pt: 'PT',
  slp: 'SLP',
  sw: 'SW',
  rd: 'Diet',
};
/** What a card has room for: "PSW", "Nursing", "Wound" */
export const serviceShort = (code: string, name: string): string =>
  SERVICES[code] ?? (name.length <= 9 ? name : (name.split(/\s/)[0] ?? name));

const EMPLOYMENT: Readonly<Record<string, string>> = {
  'full-time': 'Full-time',
  'part-time': 'Part-time',
  casual: 'Casual',
  contract: 'Contract',
};
export const employmentName = (type: string): string => EMPLOYMENT[type] ?? type;

/** Of a visit for two carers: `together`, `the second 30–60 min after the first`. */
export const pairingWords = (pairing: Pairing): string =>
  pairing.kind === 'together'
    ? 'together'
    : `the second ${pairing.leastMinutes}–${pairing.mostMinutes} min after the first`;

export const sentence = (text: string): string => {
  const trimmed = text.trim();
  if (trimmed === '') return trimmed;
  const upper = trimmed[0]?.toUpperCase() + trimmed.slice(1);
  return /[.!?…]$/.test(upper) ? upper : `${upper}.`;
};
