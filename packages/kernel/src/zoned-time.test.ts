import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import {
  addDays,
  addWeeks,
  daysOfWeek,
  epochMinuteOf,
  isIsoWeek,
  isLocalDate,
  isoWeekday,
  isZone,
  localAt,
  minuteOfDay,
  minutesInDay,
  timeOfMinute,
  weekAt,
  weekOfDate,
  weeksBetween,
} from './zoned-time.ts';

const ZONE = 'America/Toronto';

describe('TIME-LOCAL wall clocks', () => {
  const minuteOf = (iso: string): number => Date.parse(iso) / 60_000;

  it.each(['America/Toronto', 'America/St_Johns', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Pacific/Apia', 'UTC'])(
    'in %s show what the calendar says, at any minute',
    (zone) => {
      const asked = (minute: number) => {
        const zoned = Temporal.Instant.fromEpochMilliseconds(minute * 60_000).toZonedDateTimeISO(zone);
        return { date: zoned.toPlainDate().toString(), time: zoned.toPlainTime().toString().slice(0, 5) };
      };
      const minute = fc.integer({ min: minuteOf('2000-01-01T00:00Z'), max: minuteOf('2040-01-01T00:00Z') });
      // Around the changes of 2026, where it matters.
      const spring = fc.integer({ min: minuteOf('2026-03-07T00:00Z'), max: minuteOf('2026-04-06T00:00Z') });
      const autumn = fc.integer({ min: minuteOf('2026-09-26T00:00Z'), max: minuteOf('2026-11-03T00:00Z') });
      fc.assert(
        fc.property(fc.oneof(minute, spring, autumn), (at) => {
          expect(localAt(at, zone)).toEqual(asked(at));
        }),
        { numRuns: 400 },
      );
    },
  );
});

describe('ISO weeks', () => {
  it.each([
    ['2026-W01', '2025-12-29'],
    ['2026-W53', '2026-12-28'],
    ['2027-W01', '2027-01-04'],
    ['2020-W53', '2020-12-28'],
    ['2026-W47', '2026-11-16'],
  ])('%s begins on %s', (week, monday) => {
    const days = daysOfWeek(week);
    expect(days[0]).toBe(monday);
    expect(days).toHaveLength(7);
    expect(days.map(isoWeekday)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(new Set(days.map(weekOfDate))).toEqual(new Set([week]));
  });

  it.each(['2026-W00', '2026-W54', '2025-W53', '2026-47', '2026-W7', 'W47', ''])('TIME-WEEK: %j is no week', (text) => {
    expect(isIsoWeek(text)).toBe(false);
  });

  it('stepping forth and back returns', () => {
    fc.assert(
      fc.property(fc.integer({ min: -3000, max: 3000 }), fc.integer({ min: -300, max: 300 }), (days, weeks) => {
        const week = weekOfDate(addDays('2026-11-16', days));
        expect(addWeeks(addWeeks(week, weeks), -weeks)).toBe(week);
        expect(weeksBetween(week, addWeeks(week, weeks))).toBe(weeks);
      }),
    );
  });

  it('is the week of the region, not of the laptop', () => {
    const sundayNight = Date.UTC(2026, 10, 23, 3, 30); // Sunday 22:30 in Toronto, Monday in UTC
    expect(weekAt(sundayNight, ZONE)).toBe('2026-W47');
    expect(weekAt(sundayNight, 'UTC')).toBe('2026-W48');
  });
});

describe('daylight saving', () => {
  it.each([
    ['2026-03-08', 23 * 60],
    ['2026-11-01', 25 * 60],
    ['2026-11-02', 24 * 60],
  ])('%s has %i minutes', (date, minutes) => {
    expect(minutesInDay(date, ZONE)).toBe(minutes);
  });

  it('a skipped time lies after the change, a repeated one is its first showing', () => {
    const skipped = epochMinuteOf('2026-03-08', '02:30', ZONE);
    expect(localAt(skipped, ZONE)).toEqual({ date: '2026-03-08', time: '03:30' });
    const repeated = epochMinuteOf('2026-11-01', '01:30', ZONE);
    expect(epochMinuteOf('2026-11-01', '02:00', ZONE) - repeated).toBe(90);
  });

  it('every existing local time of a year comes back from its instant', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 364 }), fc.integer({ min: 0, max: 1439 }), (day, minute) => {
        const date = addDays('2026-01-01', day);
        fc.pre(!(date === '2026-03-08' && minute >= 120 && minute < 180));
        const time = timeOfMinute(minute);
        expect(localAt(epochMinuteOf(date, time, ZONE), ZONE)).toEqual({ date, time });
        expect(minuteOfDay(time)).toBe(minute);
      }),
    );
  });
});

it.each([
  ['2026-02-29', false],
  ['2028-02-29', true],
  ['2026-13-01', false],
  ['20260101', false],
])('%s a local date: %s', (text, expected) => expect(isLocalDate(text)).toBe(expected));

it('knows zones', () => {
  expect(isZone(ZONE)).toBe(true);
  expect(isZone('America/Otawa')).toBe(false);
});
