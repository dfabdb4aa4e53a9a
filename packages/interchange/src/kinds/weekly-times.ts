/**
 * The notation of weekly times in one cell: `Mon-Fri 08:00-16:00; Sat 09:00-12:00`.
 *
 *   cell    := part (";" part)*                also "|" and line breaks between parts
 *   part    := [days] times
 *   days    := day | day "-" day | days "," days | "daily"
 *   times   := time "-" time ("," time "-" time)*
 *   day     := Mon … Sun, lun … dim, in full or short, any case
 *   time    := 8:00 | 08:00 | 8h | 8h30 | 24:00
 *
 * Without days: every day.
 */
import { timeOfMinute } from '@fieldfare/kernel';

export interface WeeklyTime {
  /** 1 Monday … 7 Sunday, ascending; all seven when none were written. */
  readonly weekdays: readonly number[];
  readonly daysGiven: boolean;
  /** Minutes after midnight, `to` up to 1440. `to` may lie before `from`: past midnight. */
  readonly from: number;
  readonly to: number;
}

const DAY_NAMES: readonly (readonly string[])[] = [
  ['mo', 'mon', 'monday', 'lun', 'lundi'],
  ['tu', 'tue', 'tues', 'tuesday', 'mar', 'mardi'],
  ['we', 'wed', 'wednesday', 'mer', 'mercredi'],
  ['th', 'thu', 'thur', 'thurs', 'thursday', 'jeu', 'jeudi'],
  ['fr', 'fri', 'friday', 'ven', 'vendredi'],
  ['sa', 'sat', 'saturday', 'sam', 'samedi'],
  ['su', 'sun', 'sunday', 'dim', 'dimanche'],
];
const SHORT = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;
const ALL_DAYS = new Set(['daily', 'every day', 'all days', 'tous les jours', 'chaque jour', 'quotidien']);
const ALL = [1, 2, 3, 4, 5, 6, 7] as const;

const TIME = /^(\d{1,2})\s*(?:[:h]\s*(\d{2})?)?$/;
/** Where the times of a part begin: the first digit. */
const PART = /^([^\d]*)(\d.*)$/;

/** `08:30` → 510, `24:00` → 1440, null when it is no time. */
export function readMinute(text: string): number | null {
  const match = TIME.exec(text.trim().toLowerCase());
  if (!match) return null;
  const hour = Number(match[1]);
  const minute = Number(match[2] ?? 0);
  if (hour > 24 || minute > 59 || (hour === 24 && minute > 0)) return null;
  return hour * 60 + minute;
}

function dayOf(name: string): number | null {
  const index = DAY_NAMES.findIndex((names) => names.includes(name.trim().replace(/\.$/, '')));
  return index < 0 ? null : index + 1;
}

function readDays(text: string): readonly number[] | null {
  const days = new Set<number>();
  for (const piece of text.split(/[,&/+]|\band\b|\bet\b/)) {
    const ends = piece.split(/\bto\b|\bà\b|\bau\b|[-–]/).map(dayOf);
    const [first, last = first] = ends;
    if (ends.length > 2 || !first || !last) return null;
    for (let day = first; ; day = (day % 7) + 1) {
      days.add(day);
      if (day === last) break;
    }
  }
  return [...days].sort((a, b) => a - b);
}

function readRanges(text: string): readonly { readonly from: number; readonly to: number }[] | null {
  const ranges: { from: number; to: number }[] = [];
  for (const piece of text.split(',')) {
    const [from, to, ...rest] = piece.split(/[-–]|\bto\b|\bà\b/).map(readMinute);
    if (rest.length > 0 || from == null || to == null || from === 1440) return null;
    ranges.push({ from, to });
  }
  return ranges;
}

/** The cell's times in the order written, null when it does not follow the notation. */
export function readWeeklyTimes(cell: string): readonly WeeklyTime[] | null {
  const times: WeeklyTime[] = [];
  for (const part of cell.toLowerCase().split(/[;|\n]/)) {
    if (part.trim() === '') continue;
    const match = PART.exec(part.trim());
    if (!match) return null;
    const written = (match[1] ?? '').trim().replace(/[:,]$/, '');
    const daysGiven = written !== '' && !ALL_DAYS.has(written);
    const weekdays = daysGiven ? readDays(written) : ALL;
    const ranges = readRanges(match[2] ?? '');
    if (!weekdays || !ranges) return null;
    for (const range of ranges) times.push({ weekdays, daysGiven, ...range });
  }
  return times.length > 0 ? times : null;
}

/** 1440 → `24:00`. */
export const clock = (minute: number): string => (minute === 1440 ? '24:00' : timeOfMinute(minute));

/** `[1,2,3,5]` → `Mon-Wed,Fri`. */
export function writeDays(weekdays: readonly number[]): string {
  const pieces: string[] = [];
  for (let index = 0; index < weekdays.length; ) {
    const first = weekdays[index] ?? 1;
    let last = first;
    while (weekdays[index + 1] === last + 1) {
      last += 1;
      index += 1;
    }
    index += 1;
    const name = SHORT[first - 1] ?? '';
    pieces.push(last === first ? name : `${name}${last === first + 1 ? ',' : '-'}${SHORT[last - 1]}`);
  }
  return pieces.join(',');
}
