import { RULES, type RuleId, type Violation } from '@fieldfare/engine-scheduling';
import { epochMinuteOf } from '@fieldfare/kernel';
import { describe, expect, it } from 'vitest';
import { createAgency, DAYS } from '../../test/agency.ts';
import { assignmentIdOf, cancel, editVisit, pin, placeVisit, takeOff, type VisitState } from './rules.ts';
import type { Assignment } from './tables.ts';
import { blocked, describeViolation } from './violations.ts';

const agency = createAgency();
const visit = agency.visit({ start: '09:00' });
const assignment: Assignment = {
  id: assignmentIdOf(visit.id),
  regionId: visit.regionId,
  week: visit.week,
  visitId: visit.id,
  slot: 0,
  staffId: agency.joan.id,
  pinned: false,
  source: 'person',
};
const placed: VisitState = { visit, assignment };
const tray: VisitState = { visit, assignment: null };
const there = { staffId: agency.joan.id, date: DAYS[1] as string, start: '09:00', source: 'person' as const };

const refused = (result: { readonly ok: boolean }): string | undefined =>
  (result as { problems?: { rule?: string }[] }).problems?.[0]?.rule;
const sets = (result: ReturnType<typeof placeVisit>) =>
  result.ok ? result.value.map(({ set }) => set) : result.problems;

describe('what may be done to a visit', () => {
  it.each([
    ['SCH-GONE', 'cancelled', placeVisit({ ...tray, visit: { ...visit, cancelledAt: 'x' } }, there)],
    ['SCH-GONE', 'deleted', editVisit({ ...tray, visit: { ...visit, deletedAt: 'x' } }, { note: 'n' })],
    ['SCH-GONE', 'cancelled twice', cancel({ ...tray, visit: { ...visit, cancelledAt: 'x' } }, 'y')],
    ['SCH-WEEK-DATE', 'another week', placeVisit(tray, { ...there, date: '2026-12-01' })],
    ['SCH-WINDOW-ORDER', 'ends before it begins', editVisit(tray, { windowTo: '07:00' })],
    ['SCH-UNASSIGNED', 'off the tray', takeOff(tray)],
    ['SCH-UNASSIGNED', 'pinned in the tray', pin({ visit, assignment: { ...assignment, staffId: null } }, true)],
  ])('%s refuses (%s)', (rule, _what, result) => {
    expect(refused(result)).toBe(rule);
  });

  it('writes only what differs, so that nobody clashes over what was not touched', () => {
    expect(sets(placeVisit(placed, there))).toEqual([]);
    expect(sets(placeVisit(placed, { ...there, start: '10:00' }))).toEqual([{ start: '10:00' }]);
    expect(sets(placeVisit(placed, { ...there, staffId: agency.carl.id }))).toEqual([{ staffId: agency.carl.id }]);
    expect(sets(editVisit(placed, { note: visit.note, minutes: 30 }))).toEqual([{ minutes: 30 }]);
  });

  it('gives a visit one assignment row for ever, also after it was deleted', () => {
    const [created] = sets(placeVisit(tray, there));
    expect(created).toMatchObject({ staffId: agency.joan.id, slot: 0 });
    const again = placeVisit({ visit, assignment: { ...assignment, deletedAt: 'x' } }, there);
    expect(again.ok && again.value[0]).toMatchObject({ id: assignment.id, set: { deletedAt: null } });
  });
});

const at = (time: string): number => epochMinuteOf(DAYS[1] as string, time, 'America/Toronto');
const PARAMS: Readonly<Record<RuleId, Violation['params']>> = {
  'SCH-OVERLAP-STAFF': { otherVisitId: 'v', otherStart: at('09:00'), otherEnd: at('09:45') },
  'SCH-OVERLAP-PATIENT': { otherVisitId: 'v', otherStart: at('09:00'), otherEnd: at('09:45') },
  'SCH-SPACING': {
    otherVisitId: 'v',
    otherStart: at('09:00'),
    otherEnd: at('09:45'),
    neededMinutes: 240,
    gapMinutes: 75,
  },
  'SCH-SYNC': {
    otherVisitId: 'v',
    otherStart: at('09:00'),
    earliest: at('09:45'),
    latest: at('10:15'),
    deviationMinutes: 10,
    sameCarer: 0,
  },
  'SCH-ROLE': { role: 'psw', allowed: 'rn, rpn' },
  'SCH-BLOCKED': {},
  'SCH-SKILL': { missing: 'fr, palliative' },
  'SCH-PROVIDER': { wanted: 'own', provider: 'partner' },
  'SCH-CONTRACT': { service: 'nursing' },
  'SCH-NOTICE': { earliest: at('00:00'), start: at('09:00'), tooSoonMinutes: 900 },
  'SCH-AVAILABILITY': { start: at('07:00'), end: at('07:45'), shiftStart: at('08:00'), shiftEnd: at('16:00') },
  'SCH-WINDOW': { deviationMinutes: 25, windowStart: at('08:00'), windowEnd: at('10:00') },
  'SCH-TRAVEL': { neededMinutes: 25, gapMinutes: 10, leg: 'before', otherVisitId: 'v' },
  'SCH-REST': { neededMinutes: 660, gapMinutes: 570, leg: 'before', otherVisitId: 'v' },
  'SCH-BREAK': { neededMinutes: 30, gapMinutes: 10, windowStart: at('12:00'), windowEnd: at('13:00') },
  'SCH-CAPACITY': { bookedMinutes: 2240, visitMinutes: 45, capacityMinutes: 2250, overMinutes: 35 },
  'SCH-PARTNER-CAPACITY': { bookedMinutes: 1200, visitMinutes: 45, capacityMinutes: 1200, overMinutes: 45 },
};
const SENTENCES: Readonly<Record<RuleId, string>> = {
  'SCH-OVERLAP-STAFF': 'Already with Paul Caron 09:00–09:45',
  'SCH-OVERLAP-PATIENT': 'The patient already has a visit 09:00–09:45',
  'SCH-SPACING':
    'Only 1 h 15 min from the patient’s visit on Tuesday 09:00–09:45: this service asks for 4 h in between',
  'SCH-SYNC': 'To start on Tuesday 09:45–10:15, in step with the other carer’s visit',
  'SCH-ROLE': 'Wrong role: PSW may not deliver this service (needs RN, RPN)',
  'SCH-BLOCKED': 'This carer and this patient must not meet',
  'SCH-SKILL': 'Lacks what the requirement asks for: fr, palliative',
  'SCH-PROVIDER': 'Own staff are asked for; this carer belongs to a partner',
  'SCH-CONTRACT': 'This carer’s organisation is not contracted for this service in this region',
  'SCH-NOTICE': 'Too soon to ask this partner: the notice that was agreed allows visits from Tue 24 Nov on',
  'SCH-AVAILABILITY': 'Outside availability: works 08:00–16:00 on Tuesday',
  'SCH-WINDOW': '25 min outside the start window 08:00–10:00',
  'SCH-TRAVEL': '25 min to drive from the visit before (Paul Caron), but only 10 min in between',
  'SCH-REST':
    'Only 9 h 30 min of rest since the last visit of the day before (Paul Caron); at least 11 h are asked for',
  'SCH-BREAK': 'Only 10 min left for the break of 30 min between 12:00–13:00',
  'SCH-CAPACITY': 'Over capacity by 35 min: 38 h 5 min booked of 37 h 30 min this week',
  'SCH-PARTNER-CAPACITY': 'Over the partner’s agreed hours by 45 min: 20 h 45 min booked of 20 h this week',
};

describe('violations in words', () => {
  const names = { zone: 'America/Toronto', patientOfVisit: () => 'Paul Caron' };
  it.each(Object.keys(RULES) as RuleId[])('%s', (rule) => {
    const violation: Violation = { rule, severity: 'block', params: PARAMS[rule] };
    expect(describeViolation(violation, names)).toBe(SENTENCES[rule]);
    // Problems may be logged: no names in them.
    expect(blocked([violation], names)[0]?.message).not.toContain('Paul');
  });

  it.each([
    [1, 'on different days'],
    [2, '2 days apart'],
  ])('SCH-SPACING counts %i days', (neededDays, words) => {
    const params = { otherStart: at('09:00'), otherEnd: at('09:45'), neededDays, gapDays: 0 };
    expect(describeViolation({ rule: 'SCH-SPACING', severity: 'warn', params }, names)).toBe(
      `Too near the patient’s visit on Tuesday 09:00–09:45: visits of this service are to lie ${words}`,
    );
  });

  it.each([
    [5, 'The other carer comes on Tuesday at 09:00: the two are to come together'],
    [0, 'Already has the other visit of this pair: two carers are asked for'],
  ])('SCH-SYNC %i minutes out of step', (deviationMinutes, words) => {
    const params = { otherStart: at('09:00'), earliest: at('09:00'), latest: at('09:00'), deviationMinutes };
    expect(describeViolation({ rule: 'SCH-SYNC', severity: 'warn', params }, names)).toBe(words);
  });

  it('SCH-PARTNER-CAPACITY leaves out what stands in the weeks beside', () => {
    const violation: Violation = {
      rule: 'SCH-PARTNER-CAPACITY',
      severity: 'warn',
      params: PARAMS['SCH-PARTNER-CAPACITY'],
    };
    expect(describeViolation(violation, { ...names, partnerOutsideMinutes: 120 })).toBe(
      'Over the partner’s agreed hours by 45 min: 18 h 45 min booked of 18 h this week',
    );
  });

  it('SCH-AVAILABILITY says why somebody is away', () => {
    const violation: Violation = {
      rule: 'SCH-AVAILABILITY',
      severity: 'warn',
      params: { start: at('09:00'), end: at('10:00') },
    };
    expect(describeViolation(violation, { ...names, absenceOn: () => 'sick' })).toBe('Absent on Tuesday (sick)');
    expect(describeViolation(violation, names)).toBe('Not available on Tuesday');
  });
});
