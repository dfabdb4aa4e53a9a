import { addWeeks, daysOfWeek, isoWeekday, minuteOfDay } from '@fieldfare/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAgency, WEEK } from '../../test/agency.ts';
import { planWeek, type SpacingDays, visitsOfRequirement } from './plan-week.ts';
import type { Requirement } from './tables.ts';

const agency = createAgency();
const DAYS = daysOfWeek(WEEK);
const EVERY_DAY: SpacingDays = new Map();
const plan = (requirement: Requirement, existing: ReadonlySet<string> = new Set()) =>
  planWeek({
    week: WEEK,
    requirements: [requirement],
    activePatients: new Set([agency.simone.id]),
    existing,
    ended: new Set(),
    spacing: EVERY_DAY,
  });

const time = fc.integer({ min: 0, max: 23 * 60 }).map((minute) => minute - (minute % 15));
const text = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
const window = fc
  .record({
    weekdays: fc.uniqueArray(fc.integer({ min: 1, max: 7 })),
    from: time,
    length: fc.integer({ min: 0, max: 600 }),
  })
  .map(({ weekdays, from, length }) => ({ weekdays, from: text(from), to: text(Math.min(1439, from + length)) }));
const requirement = fc
  .record({
    visitsPerWeek: fc.integer({ min: 1, max: 42 }),
    windows: fc.array(window, { minLength: 1, maxLength: 4 }),
    startsOn: fc.constantFrom('2026-01-01', ...DAYS),
    endsOn: fc.constantFrom(null, ...DAYS),
  })
  .map((over) => agency.requirement(over));

describe('planWeek', () => {
  it('PLAN-ONCE planning again makes nothing, also when a visit was deleted or cancelled', () => {
    fc.assert(
      fc.property(requirement, (row) => {
        const first = plan(row);
        expect(plan(row)).toEqual(first);
        expect(plan(row, new Set(first.map(({ id }) => id)))).toEqual([]);
        expect(new Set(first.map(({ id }) => id)).size).toBe(first.length);
      }),
    );
  });

  it('PLAN-FORCE PLAN-WINDOWS every visit lies on an allowed day in force, inside one of its windows', () => {
    fc.assert(
      fc.property(requirement, (row) => {
        for (const { date, windowFrom, windowTo, start } of plan(row)) {
          expect(start).toBe(null);
          expect(windowFrom <= windowTo).toBe(true);
          expect(date !== null && DAYS.includes(date) && date >= row.startsOn).toBe(true);
          expect(row.endsOn === null || (date ?? '') <= row.endsOn).toBe(true);
          const weekday = isoWeekday(date ?? '');
          const inside = row.windows.some(
            ({ weekdays, from, to }) =>
              (weekdays.length === 0 || weekdays.includes(weekday)) && from <= windowFrom && windowTo <= to,
          );
          expect(inside).toBe(true);
        }
      }),
    );
  });

  it('PLAN-SPREAD makes as many as asked in a full week, spread over the allowed days as evenly as can be', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 42 }),
        fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
        (n, weekdays) => {
          const row = agency.requirement({ visitsPerWeek: n, windows: [{ weekdays, from: '08:00', to: '20:00' }] });
          const visits = plan(row);
          expect(visits).toHaveLength(n);
          const perDay = weekdays.map((day) => visits.filter(({ date }) => isoWeekday(date ?? '') === day).length);
          expect(Math.max(...perDay) - Math.min(...perDay)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it.each([
    [2, 3],
    [3, 2],
  ])('PLAN-SPREAD %i visits on seven days lie at least %i days apart', (n, apart) => {
    const days = visitsOfRequirement(agency.requirement({ visitsPerWeek: n }), WEEK, EVERY_DAY).map(({ date }) =>
      DAYS.indexOf(date ?? ''),
    );
    for (let i = 1; i < days.length; i += 1) expect((days[i] ?? 0) - (days[i - 1] ?? 0)).toBeGreaterThanOrEqual(apart);
  });

  it.each([
    [2, 3, [1, 2, 3, 4, 5], '2 2 3'],
    [2, 2, [1, 2, 3, 4, 5], '3 4'],
    [3, 2, [1, 2, 3, 4, 5, 6, 7], '3 4'],
    [2, 1, [1, 2, 3, 4, 5], '7'],
    // Four of seven days cannot all lie two apart: one pair does not, and no more.
    [2, 4, [1, 2, 3, 4, 5, 6, 7], '1 2 2 2'],
  ])('PLAN-SPACING %i days between %i visits, the week’s end included', (least, n, weekdays, gaps) => {
    const found = Array.from({ length: 12 }, () => {
      const row = agency.requirement({ visitsPerWeek: n, windows: [{ weekdays, from: '08:00', to: '20:00' }] });
      const days = visitsOfRequirement(row, WEEK, new Map([[row.serviceCode, least]])).map(({ date }) =>
        isoWeekday(date ?? ''),
      );
      expect(days.every((day) => weekdays.includes(day))).toBe(true);
      const apart = days.map((day, i) => (days[i + 1] ?? (days[0] ?? 0) + 7) - day);
      expect(apart.sort((a, b) => a - b).join(' ')).toBe(gaps);
      return days.join();
    });
    if (gaps !== '2 2 3') expect(new Set(found).size).toBeGreaterThan(1);
  });

  it('PLAN-SPREAD visits once a week do not all fall on one day', () => {
    const first = Array.from({ length: 40 }, () => plan(agency.requirement({ visitsPerWeek: 1 }))[0]?.date);
    expect(new Set(first).size).toBeGreaterThan(3);
  });

  it('PLAN-WINDOWS several visits on a day take distinct windows, or distinct parts of one', () => {
    const two = plan(
      agency.requirement({
        visitsPerWeek: 14,
        windows: [
          { weekdays: [], from: '08:00', to: '10:00' },
          { weekdays: [], from: '18:00', to: '20:00' },
        ],
      }),
    );
    expect(two.slice(0, 2).map(({ windowFrom }) => windowFrom)).toEqual(['08:00', '18:00']);
    const parts = plan(
      agency.requirement({ visitsPerWeek: 21, windows: [{ weekdays: [], from: '08:00', to: '20:00' }] }),
    );
    expect(parts.slice(0, 3).map(({ windowFrom, windowTo }) => [windowFrom, windowTo])).toEqual([
      ['08:00', '11:55'],
      ['12:00', '15:55'],
      ['16:00', '20:00'],
    ]);
    for (const { windowFrom, windowTo } of parts)
      expect(minuteOfDay(windowTo)).toBeGreaterThan(minuteOfDay(windowFrom));
  });

  it.each([
    [1, 5],
    [2, 3],
    [4, 2],
  ])('PLAN-EVERY %i: due in %i of five weeks, the first one included', (everyWeeks, due) => {
    const row = agency.requirement({ visitsPerWeek: 1, everyWeeks, startsOn: DAYS[0] ?? '' });
    const weeks = [0, 1, 2, 3, 4].map((step) => visitsOfRequirement(row, addWeeks(WEEK, step), EVERY_DAY).length);
    expect(weeks[0]).toBe(1);
    expect(weeks.reduce((sum, count) => sum + count, 0)).toBe(due);
    const [sameSlot] = visitsOfRequirement({ ...row, everyWeeks: null }, WEEK, EVERY_DAY);
    expect(visitsOfRequirement(row, WEEK, EVERY_DAY)[0]?.id).toBe(sameSlot?.id);
  });

  it('PAT-ACTIVE patients on hold get no visits', () => {
    const none = new Set<string>();
    const input = { week: WEEK, requirements: [agency.requirement()], existing: none, ended: none, spacing: EVERY_DAY };
    expect(planWeek({ ...input, activePatients: new Set() })).toEqual([]);
  });
});
