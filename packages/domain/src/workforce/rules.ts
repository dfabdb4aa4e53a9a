import { fail, type LocalDate, minuteOfDay, ok, type Problem, problem, type Result } from '@fieldfare/kernel';
import type { Absence, AvailabilityInterval, Staff, StaffBreak } from './tables.ts';

export const staffName = (person: Pick<Staff, 'givenName' | 'familyName'>): string =>
  `${person.givenName} ${person.familyName}`;

/** `WRK-ABSENT`: an absence takes whole local days, first and last included. */
export const absentOn = (absence: Pick<Absence, 'fromDate' | 'toDate'>, date: LocalDate): boolean =>
  absence.fromDate <= date && date <= absence.toDate;

/** `WRK-STRETCH`: each stretch ends after it begins, and two of one day share no minute. Paths name the stretch. */
export function stretchProblems(availability: readonly AvailabilityInterval[]): readonly Problem[] {
  return availability.flatMap(({ weekday, from, to }, index) => {
    const path = ['set', 'availability', index];
    if (to <= from) return [problem('invalid', 'ends before it begins', { rule: 'WRK-STRETCH', path })];
    const clash = availability.some(
      (other, at) => at < index && other.weekday === weekday && other.from < to && from < other.to,
    );
    return clash ? [problem('invalid', 'overlaps another stretch of the day', { rule: 'WRK-STRETCH', path })] : [];
  });
}

const ALL_DAYS = [1, 2, 3, 4, 5, 6, 7];
const daysOf = ({ weekdays }: StaffBreak): readonly number[] => (weekdays.length === 0 ? ALL_DAYS : weekdays);

/** `WRK-BREAK`: a break has room in its window, and a day has one at most. Paths name the break. */
export function breakProblems(breaks: readonly StaffBreak[]): readonly Problem[] {
  return breaks.flatMap((one, index) => {
    const say = (message: string) => [
      problem('invalid', message, { rule: 'WRK-BREAK', path: ['set', 'breaks', index] }),
    ];
    if (minuteOfDay(one.to) - minuteOfDay(one.from) < one.minutes) return say('is longer than the time it may lie in');
    const second = breaks.some((other, at) => at < index && daysOf(other).some((day) => daysOf(one).includes(day)));
    return second ? say('one of its days has a break already') : [];
  });
}

/** `WRK-DATES` */
export const orderedDates = ({ fromDate, toDate }: Pick<Absence, 'fromDate' | 'toDate'>): Result<void> =>
  toDate < fromDate
    ? fail(problem('invalid', 'ends before it begins', { rule: 'WRK-DATES', path: ['toDate'] }))
    : ok(undefined);
