/** Weekly availability as a form edits it. Pure. A stretch that ends with the day ends at `24:00`. */
import type { AvailabilityInterval } from '@fieldfare/domain';
import { minuteOfDay, timeOfMinute } from '@fieldfare/kernel';

export const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;
const WORKDAYS = [1, 2, 3, 4, 5];
const BREAK = 30;
const NOON = minuteOfDay('12:00');
/** Work before a break and after it. */
const LEAST_WORK = 60;

const endOf = ({ to }: AvailabilityInterval): number => (to === '24:00' ? 1440 : minuteOfDay(to));
const lengthOf = (stretch: AvailabilityInterval): number => endOf(stretch) - minuteOfDay(stretch.from);
const clock = (minute: number): string => (minute === 1440 ? '24:00' : timeOfMinute(minute));
const isWhole = ({ from, to }: AvailabilityInterval): boolean => from !== '' && to !== '' && to > from;

/** Another stretch of the day: a usual one, or what is left of the day after the last. */
export function withStretch(week: readonly AvailabilityInterval[], weekday: number): AvailabilityInterval[] {
  const ends = week.filter((one) => one.weekday === weekday && isWhole(one)).map(endOf);
  const from = Math.min(1380, Math.max(minuteOfDay('08:00'), ...ends.map((end) => end + BREAK)));
  const to = ends.length === 0 ? minuteOfDay('16:00') : Math.min(1440, from + 180);
  return [...week, { weekday, from: timeOfMinute(from), to: clock(to) }];
}

/** The longest stretch of the day in two, with half an hour between: at noon, or in the middle. Null: too short. */
export function withBreak(week: readonly AvailabilityInterval[], weekday: number): AvailabilityInterval[] | null {
  const [longest] = week
    .filter((one) => one.weekday === weekday && isWhole(one))
    .toSorted((a, b) => lengthOf(b) - lengthOf(a));
  if (!longest || lengthOf(longest) < BREAK + 2 * LEAST_WORK) return null;
  const [start, end] = [minuteOfDay(longest.from), endOf(longest)];
  const middle = Math.round((start + end - BREAK) / 60) * 30;
  const at = NOON - start >= LEAST_WORK && end - NOON - BREAK >= LEAST_WORK ? NOON : middle;
  return week.flatMap((one) =>
    one === longest
      ? [
          { ...one, to: timeOfMinute(at) },
          { ...one, from: timeOfMinute(at + BREAK) },
        ]
      : one,
  );
}

/** Monday to Friday as this day is. */
export const asWorkdays = (week: readonly AvailabilityInterval[], weekday: number): AvailabilityInterval[] => [
  ...week.filter((one) => !WORKDAYS.includes(one.weekday)),
  ...WORKDAYS.flatMap((day) => week.filter((one) => one.weekday === weekday).map((one) => ({ ...one, weekday: day }))),
];

/** Bookable minutes a week. */
export const minutesOf = (week: readonly AvailabilityInterval[]): number =>
  week.filter(isWhole).reduce((sum, one) => sum + lengthOf(one), 0);

/** "Mon–Fri", "Mon, Wed, Sat–Sun", "no days" */
export function daysText(weekdays: readonly number[]): string {
  const short = (day: number): string => (WEEKDAYS[day - 1] ?? '').slice(0, 3);
  const days = [...new Set(weekdays)].sort((a, b) => a - b);
  const runs: number[][] = [];
  for (const day of days) {
    const last = runs.at(-1);
    if (last?.at(-1) === day - 1) last.push(day);
    else runs.push([day]);
  }
  if (runs.length === 0) return 'no days';
  return runs
    .map(([first = 1, ...more]) =>
      more.length === 0 ? short(first) : `${short(first)}–${short(more.at(-1) ?? first)}`,
    )
    .join(', ');
}
