import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateWeek, MONDAY } from '../test/generate.ts';
import { at, planOf, staffOf, visitOf, weekOf } from '../test/week.ts';
import { fits, violationsAt } from './feasibility.ts';
import type { EnginePartner, EngineStaff, EngineVisit, RuleId, Spacing, Violation, WeekProblem } from './problem.ts';
import { LEVELS, RULES, type RuleLevel } from './problem.ts';
import { violationsOfPlan } from './validate.ts';

interface Row {
  readonly rule: RuleId;
  readonly says: string;
  readonly staff?: Partial<EngineStaff>;
  readonly visit?: Partial<EngineVisit>;
  readonly week?: Partial<WeekProblem>;
  /** Visits already with the carer, unless `with` names somebody else. */
  readonly others?: readonly (Partial<EngineVisit> & { readonly time: string; readonly with?: string })[];
  /** The last start that is right and the first that is wrong; or one of them. */
  readonly inside?: string;
  readonly outside?: string;
  readonly params?: Violation['params'];
}

const early = { startWindows: [{ start: at('00:00'), end: at('23:00') }] };

const hours = (count: number): Spacing => ({ group: 'g', minutes: 60 * count, days: 0 });
const everyDays = (days: number): Spacing => ({ group: 'g', minutes: 0, days });
const anyTime = { startWindows: [{ start: at('00:00'), end: at('99:00') }] };
const allDay = { shifts: [{ start: at('00:00'), end: at('99:00') }] };

const twoDays = {
  shifts: [
    { start: at('08:00'), end: at('22:00') },
    { start: at('31:00'), end: at('40:00') },
  ],
};
const split = [
  { start: at('07:00'), end: at('11:00') },
  { start: at('17:00'), end: at('21:00') },
];

const ofPartner = { partner: true, partnerId: 'org' };
const agreed = (terms: Omit<EnginePartner, 'id'>) => ({ partners: [{ id: 'org', ...terms }] });

const ROWS: readonly Row[] = [
  {
    rule: 'SCH-OVERLAP-STAFF',
    says: 'back to back before another visit',
    others: [{ time: '10:00' }],
    inside: '09:00',
    outside: '09:01',
    params: { otherVisitId: 'other0', overlapMinutes: 1, otherStart: at('10:00'), otherEnd: at('11:00') },
  },
  {
    rule: 'SCH-OVERLAP-STAFF',
    says: 'back to back after',
    others: [{ time: '10:00' }],
    inside: '11:00',
    outside: '10:59',
  },
  {
    rule: 'SCH-OVERLAP-STAFF',
    says: 'under a long visit that began before a short one (a tangled merge)',
    others: [
      { time: '08:00', minutes: 240 },
      { time: '08:30', minutes: 15 },
    ],
    inside: '12:00',
    outside: '11:59',
  },
  {
    rule: 'SCH-OVERLAP-PATIENT',
    says: 'while somebody else is with the patient',
    visit: { patientId: 'same' },
    others: [{ time: '10:00', with: 'b', patientId: 'same' }],
    inside: '09:00',
    outside: '09:01',
    params: { otherVisitId: 'other0', overlapMinutes: 1, otherStart: at('10:00'), otherEnd: at('11:00') },
  },
  {
    rule: 'SCH-OVERLAP-PATIENT',
    says: 'after somebody else leaves',
    visit: { patientId: 'same' },
    others: [{ time: '10:00', with: 'b', patientId: 'same' }],
    inside: '11:00',
    outside: '10:59',
  },
  {
    rule: 'SCH-SPACING',
    says: 'hours after another visit of the service',
    visit: { patientId: 'same', spacing: hours(4) },
    others: [{ time: '08:00', with: 'b', patientId: 'same', spacing: hours(3) }],
    inside: '13:00',
    outside: '12:59',
    params: {
      otherVisitId: 'other0',
      otherStart: at('08:00'),
      otherEnd: at('09:00'),
      neededMinutes: 240,
      gapMinutes: 239,
    },
  },
  {
    rule: 'SCH-SPACING',
    says: 'hours before it',
    visit: { patientId: 'same', spacing: hours(3) },
    others: [{ time: '15:00', with: 'b', patientId: 'same', spacing: hours(4) }],
    inside: '10:00',
    outside: '10:01',
  },
  {
    rule: 'SCH-SPACING',
    says: 'another service of the patient does not count',
    visit: { patientId: 'same', spacing: hours(4) },
    others: [{ time: '08:00', with: 'b', patientId: 'same', spacing: { ...hours(4), group: 'other' } }],
    inside: '09:00',
  },
  {
    rule: 'SCH-SPACING',
    says: 'the second day after, by date',
    visit: { patientId: 'same', spacing: everyDays(2), ...anyTime },
    staff: allDay,
    others: [{ time: '15:00', with: 'b', patientId: 'same', spacing: everyDays(2) }],
    inside: '48:00',
    outside: '47:59',
    params: { otherVisitId: 'other0', otherStart: at('15:00'), otherEnd: at('16:00'), neededDays: 2, gapDays: 1 },
  },
  {
    rule: 'SCH-SPACING',
    says: 'days ahead of the other',
    visit: { patientId: 'same', minutes: 15, spacing: everyDays(1), ...anyTime },
    staff: allDay,
    others: [{ time: '49:00', with: 'b', patientId: 'same', spacing: everyDays(1) }],
    inside: '47:59',
    outside: '48:00',
  },
  { rule: 'SCH-ROLE', says: 'one of the allowed roles', visit: { roles: ['aide', 'nurse'] }, inside: '09:00' },
  {
    rule: 'SCH-ROLE',
    says: 'none of the allowed roles',
    visit: { roles: ['aide', 'ot'] },
    outside: '09:00',
    params: { role: 'nurse', allowed: 'aide, ot' },
  },
  { rule: 'SCH-BLOCKED', says: 'somebody else is blocked', visit: { blockedStaffIds: ['b'] }, inside: '09:00' },
  {
    rule: 'SCH-BLOCKED',
    says: 'the carer is',
    visit: { blockedStaffIds: ['b', 'a'] },
    outside: '09:00',
    params: {},
  },
  {
    rule: 'SCH-SKILL',
    says: 'has what is asked, and more',
    visit: { skills: ['fr', 'palliative'] },
    staff: { skills: ['en', 'palliative', 'fr'] },
    inside: '09:00',
  },
  {
    rule: 'SCH-SKILL',
    says: 'lacks some',
    visit: { skills: ['fr', 'palliative', 'en'] },
    staff: { skills: ['en'] },
    outside: '09:00',
    params: { missing: 'fr, palliative' },
  },
  { rule: 'SCH-PROVIDER', says: 'own staff asked, own staff offered', visit: { provider: 'own' }, inside: '09:00' },
  {
    rule: 'SCH-PROVIDER',
    says: 'partner asked, own staff offered',
    visit: { provider: 'partner' },
    outside: '09:00',
    params: { wanted: 'partner', provider: 'own' },
  },
  {
    rule: 'SCH-PROVIDER',
    says: 'own staff asked, partner offered',
    visit: { provider: 'own' },
    staff: { partner: true },
    outside: '09:00',
    params: { wanted: 'own', provider: 'partner' },
  },
  {
    rule: 'SCH-AVAILABILITY',
    says: 'from the first minute of the shift',
    visit: early,
    inside: '08:00',
    outside: '07:59',
    params: {
      start: at('07:59'),
      end: at('08:59'),
      outsideMinutes: 1,
      shiftStart: at('08:00'),
      shiftEnd: at('16:00'),
    },
  },
  {
    rule: 'SCH-AVAILABILITY',
    says: 'to the last minute of the shift',
    visit: early,
    inside: '15:00',
    outside: '15:01',
  },
  {
    rule: 'SCH-AVAILABILITY',
    says: 'inside one stretch, not across two',
    visit: early,
    staff: {
      shifts: [
        { start: at('08:00'), end: at('12:00') },
        { start: at('12:30'), end: at('16:00') },
      ],
    },
    inside: '11:00',
    outside: '11:30',
  },
  { rule: 'SCH-AVAILABILITY', says: 'with no shift at all', staff: { shifts: [] }, outside: '09:00' },
  {
    rule: 'SCH-WINDOW',
    says: 'from the opening of the window',
    visit: { startWindows: [{ start: at('09:00'), end: at('10:00') }] },
    inside: '09:00',
    outside: '08:59',
    params: { deviationMinutes: 1, windowStart: at('09:00'), windowEnd: at('10:00') },
  },
  {
    rule: 'SCH-WINDOW',
    says: 'to its end, included',
    visit: { startWindows: [{ start: at('09:00'), end: at('10:00') }] },
    inside: '10:00',
    outside: '10:01',
  },
  {
    rule: 'SCH-TRAVEL',
    says: 'in time from the visit before',
    visit: { place: 20 },
    others: [{ time: '09:00' }],
    inside: '10:20',
    outside: '10:19',
    params: { neededMinutes: 20, gapMinutes: 19, otherVisitId: 'other0', leg: 'before' },
  },
  {
    rule: 'SCH-TRAVEL',
    says: 'in time for the visit after',
    visit: { place: 20 },
    others: [{ time: '12:00' }],
    inside: '10:40',
    outside: '10:41',
    params: { neededMinutes: 20, gapMinutes: 19, otherVisitId: 'other0', leg: 'after' },
  },
  {
    rule: 'SCH-TRAVEL',
    says: 'across a break between two stretches',
    visit: { place: 50, startWindows: [{ start: at('12:30'), end: at('14:00') }] },
    staff: {
      shifts: [
        { start: at('08:00'), end: at('12:00') },
        { start: at('12:30'), end: at('16:00') },
      ],
    },
    others: [{ time: '11:00' }],
    inside: '12:50',
    outside: '12:49',
  },
  { rule: 'SCH-TRAVEL', says: 'the way from home lies outside the shift', visit: { place: 90 }, inside: '08:00' },
  {
    rule: 'SCH-REST',
    says: 'after the last visit of the day before',
    week: { restMinutes: 660 },
    visit: anyTime,
    staff: twoDays,
    others: [{ time: '21:00' }],
    inside: '33:00',
    outside: '32:59',
    params: { neededMinutes: 660, gapMinutes: 659, otherVisitId: 'other0', leg: 'before' },
  },
  {
    rule: 'SCH-REST',
    says: 'before the first visit of the next day',
    week: { restMinutes: 660 },
    visit: anyTime,
    staff: twoDays,
    others: [{ time: '31:00' }],
    inside: '19:00',
    outside: '19:01',
    params: { neededMinutes: 660, gapMinutes: 659, otherVisitId: 'other0', leg: 'after' },
  },
  {
    rule: 'SCH-REST',
    says: 'not within one night',
    week: { restMinutes: 660 },
    visit: anyTime,
    staff: { shifts: [{ start: at('22:00'), end: at('30:00') }] },
    others: [{ time: '22:00' }],
    inside: '28:00',
  },
  {
    rule: 'SCH-REST',
    says: 'not between morning and evening of one day',
    week: { restMinutes: 660 },
    visit: anyTime,
    staff: { shifts: [...split, { start: at('32:00'), end: at('40:00') }] },
    others: [{ time: '07:00' }],
    inside: '17:00',
  },
  {
    rule: 'SCH-BREAK',
    says: 'half an hour in its window, before the visit or behind it',
    visit: { minutes: 60 },
    staff: {
      shifts: [{ start: at('08:00'), end: at('16:00'), break: { start: at('11:30'), end: at('12:30'), minutes: 30 } }],
    },
    inside: '12:00',
    outside: '11:59',
    params: { neededMinutes: 30, gapMinutes: 29, windowStart: at('11:30'), windowEnd: at('12:30') },
  },
  {
    rule: 'SCH-SYNC',
    says: 'at the same minute as the other carer',
    visit: { patientId: 'same', pair: { firstId: 'other0', leastMinutes: 0, mostMinutes: 0 } },
    others: [{ time: '10:00', with: 'b', patientId: 'same' }],
    inside: '10:00',
    outside: '10:01',
    params: {
      otherVisitId: 'other0',
      otherStart: at('10:00'),
      earliest: at('10:00'),
      latest: at('10:00'),
      deviationMinutes: 1,
      sameCarer: 0,
    },
  },
  {
    rule: 'SCH-SYNC',
    says: 'so long after the first',
    visit: { patientId: 'same', pair: { firstId: 'other0', leastMinutes: 75, mostMinutes: 120 } },
    others: [{ time: '10:00', with: 'b', patientId: 'same' }],
    inside: '11:15',
    outside: '12:01',
  },
  {
    rule: 'SCH-SYNC',
    says: 'so long before the second, not under the spacing of others',
    visit: { patientId: 'same', spacing: hours(4) },
    others: [
      {
        time: '12:00',
        with: 'b',
        patientId: 'same',
        spacing: hours(4),
        pair: { firstId: 'v', leastMinutes: 75, mostMinutes: 120 },
      },
    ],
    inside: '10:45',
    outside: '10:46',
  },
  {
    rule: 'SCH-SYNC',
    says: 'with another carer',
    visit: { patientId: 'same', pair: { firstId: 'other0', leastMinutes: 60, mostMinutes: 120 } },
    others: [{ time: '10:00', patientId: 'same' }],
    outside: '11:00',
  },
  {
    rule: 'SCH-CAPACITY',
    says: 'up to capacity',
    staff: { capacityMinutes: 120 },
    others: [{ time: '08:00' }],
    inside: '12:00',
  },
  {
    rule: 'SCH-CAPACITY',
    says: 'a minute over',
    staff: { capacityMinutes: 119 },
    others: [{ time: '08:00' }],
    outside: '12:00',
    params: { bookedMinutes: 60, visitMinutes: 60, capacityMinutes: 119, overMinutes: 1 },
  },
  {
    rule: 'SCH-CAPACITY',
    says: 'up to agreed overtime',
    staff: { capacityMinutes: 90, overtimeMinutes: 30 },
    others: [{ time: '08:00' }],
    inside: '12:00',
  },
  {
    rule: 'SCH-CAPACITY',
    says: 'a minute over agreed overtime',
    staff: { capacityMinutes: 90, overtimeMinutes: 29 },
    others: [{ time: '08:00' }],
    outside: '12:00',
    params: { bookedMinutes: 60, visitMinutes: 60, capacityMinutes: 119, overMinutes: 1 },
  },
  {
    rule: 'SCH-CONTRACT',
    says: 'a partner contracted for the service',
    staff: ofPartner,
    visit: { service: 'nursing' },
    week: agreed({ services: ['nursing', 'ot'] }),
    inside: '09:00',
  },
  {
    rule: 'SCH-CONTRACT',
    says: 'one that is not',
    staff: ofPartner,
    visit: { service: 'nursing' },
    week: agreed({ services: ['ot'] }),
    outside: '09:00',
    params: { service: 'nursing' },
  },
  {
    rule: 'SCH-CONTRACT',
    says: 'our own staff need no contract',
    visit: { service: 'nursing' },
    week: agreed({ services: [] }),
    inside: '09:00',
  },
  {
    rule: 'SCH-NOTICE',
    says: 'from the first day after the notice',
    staff: ofPartner,
    week: agreed({ earliest: at('10:00') }),
    inside: '10:00',
    outside: '09:59',
    params: { earliest: at('10:00'), start: at('09:59'), tooSoonMinutes: 1 },
  },
  {
    rule: 'SCH-NOTICE',
    says: 'the partner has the visit already',
    staff: ofPartner,
    visit: { placed: { staffId: 'a', start: at('15:00') } },
    week: agreed({ earliest: at('20:00') }),
    inside: '09:00',
  },
  {
    rule: 'SCH-PARTNER-CAPACITY',
    says: 'up to the hours agreed',
    staff: ofPartner,
    week: agreed({ capacityMinutes: 120 }),
    others: [{ time: '12:00' }],
    inside: '09:00',
  },
  {
    rule: 'SCH-PARTNER-CAPACITY',
    says: 'a minute over',
    staff: ofPartner,
    week: agreed({ capacityMinutes: 119 }),
    others: [{ time: '12:00' }],
    outside: '09:00',
    params: { bookedMinutes: 60, visitMinutes: 60, capacityMinutes: 119, overMinutes: 1 },
  },
];

function planOfRow(row: Row) {
  const others = (row.others ?? []).map(({ time, with: carer = 'a', ...more }, index) =>
    visitOf(`other${index}`, { ...more, placed: { staffId: carer, start: at(time) } }),
  );
  return planOf(weekOf([staffOf('a', row.staff), staffOf('b')], [visitOf('v', row.visit), ...others], row.week));
}

describe('rules', () => {
  it('have a row for each rule, inside and outside', () => {
    for (const rule of Object.keys(RULES)) {
      const rows = ROWS.filter((row) => row.rule === rule);
      expect(rows.some((row) => row.inside !== undefined)).toBe(true);
      expect(rows.some((row) => row.outside !== undefined)).toBe(true);
    }
  });

  it.each(ROWS.filter((row) => row.inside !== undefined))('$rule $says: $inside is right', (row) => {
    expect(violationsAt(planOfRow(row), 0, 0, at(row.inside ?? ''))).toEqual([]);
  });

  it.each(ROWS.filter((row) => row.outside !== undefined))('$rule $says: $outside is wrong', (row) => {
    const violations = violationsAt(planOfRow(row), 0, 0, at(row.outside ?? ''));
    expect(violations.map(({ rule }) => rule)).toEqual([row.rule]);
    expect(violations[0]?.severity).toBe(LEVELS[row.rule][0]);
    if (row.params !== undefined) expect(violations[0]?.params).toEqual(row.params);
  });

  it.each(Object.entries(LEVELS).flatMap(([rule, levels]) => levels.map((level) => [rule as RuleId, level] as const)))(
    '%s may be set to %s',
    (rule, level: RuleLevel) => {
      const row = ROWS.find((each) => each.rule === rule && each.outside !== undefined) as Row;
      const plan = planOfRow({ ...row, week: { ...row.week, levels: { [rule]: level } } });
      const violations = violationsAt(plan, 0, 0, at(row.outside ?? ''));
      expect(violations.map(({ severity }) => severity)).toEqual(level === 'off' ? [] : [level]);
      expect(fits(plan, 0, 0, at(row.outside ?? ''))).toBe(level === 'off');
    },
  );

  it('never hold a visit’s own placement against it', () => {
    const plan = planOfRow({ rule: 'SCH-CAPACITY', says: '', staff: { capacityMinutes: 60 } });
    plan.place(0, 0, at('09:00'));
    expect(violationsAt(plan, 0, 0, at('09:00'))).toEqual([]);
    expect(violationsAt(plan, 0, 0, at('09:30'))).toEqual([]);
  });

  it('fits ≡ no violations, on tangled weeks and any minute', () => {
    let right = 0;
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0, max: 0.9, noNaN: true }), (seed, mess) => {
        const week = generateWeek({ seed, staff: 5, visits: 25, days: 2, mess, breaks: (seed & 1) === 0 ? 0.8 : 0 });
        const plan = planOf(week);
        for (let visit = 0; visit < 25; visit += 1) {
          for (let staff = 0; staff < 5; staff += 1) {
            for (let start = MONDAY + 360 + (seed & 7); start < MONDAY + 1440; start += 17) {
              const without = violationsAt(plan, visit, staff, start).length === 0;
              if (fits(plan, visit, staff, start) !== without) return false;
              right += without ? 1 : 0;
            }
          }
        }
        return true;
      }),
      { numRuns: 40 },
    );
    expect(right).toBeGreaterThan(1000); // both answers were seen
  });

  it('load a rule-breaking week and name both sides of a clash', () => {
    const clash = { placed: { staffId: 'a', start: at('09:00') } };
    const plan = planOf(weekOf([staffOf('a')], [visitOf('v', clash), visitOf('w', clash)]));
    expect(violationsOfPlan(plan).map(({ visit, violations }) => [visit, violations.map(({ rule }) => rule)])).toEqual([
      [0, ['SCH-OVERLAP-STAFF']],
      [1, ['SCH-OVERLAP-STAFF']],
    ]);
  });
});
