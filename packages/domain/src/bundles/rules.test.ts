import { visitsOf } from '@fieldfare/engine-bundles';
import { addWeeks, daysOfWeek } from '@fieldfare/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planWeek, type Requirement } from '../scheduling/index.ts';
import { diffLines } from './diff.ts';
import { requirementsOf } from './frequency.ts';
import { roomyWindows } from './line-rows.ts';
import { settingsFrom } from './settings.ts';
import { planStatus, versionOf } from './status.ts';
import type { BundleSetting, ServiceLineRow } from './tables.ts';

const ID = '0190a000-0000-7000-8000-000000000001';
const WEEK = '2026-W48';
const MONDAY = daysOfWeek(WEEK)[0] as string;
const CODES = new Set(['psw', 'nursing']);

const line = (over: Partial<ServiceLineRow> = {}): ServiceLineRow => ({
  id: ID,
  regionId: ID,
  patientId: ID,
  planId: ID,
  service: 'nursing',
  quantityHundredths: 200,
  visitsHundredths: 200,
  minutes: 45,
  provider: 'any',
  mode: 'in-person',
  priority: 'routine',
  ordered: false,
  oneOff: false,
  windows: [{ weekdays: [], from: '08:00', to: '16:00' }],
  reason: '',
  ...over,
});

const visitsIn = (requirements: readonly Requirement[], week: string) =>
  planWeek({
    week,
    requirements,
    activePatients: new Set([ID]),
    existing: new Set(),
    ended: new Set(),
    spacing: new Map(),
  });

describe('from lines to requirements', () => {
  it('CPL-EXACT any four weeks in a row hold exactly the line’s visits, and no week is overfull', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 160 }), fc.integer({ min: 1, max: 9 }), (quarters, first) => {
        const rows = requirementsOf([line({ visitsHundredths: quarters * 25 })], MONDAY, CODES);
        const inWeek = (step: number): number => visitsIn(rows, addWeeks(WEEK, step)).length;
        const counts = [0, 1, 2, 3].map((step) => inWeek(first + step));
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(quarters);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 60 },
    );
  });

  it('CPL-PAIR each part of a line for two carers asks for both, and every visit has its second', () => {
    const pairing = { kind: 'together' } as const;
    const rows = requirementsOf([line({ visitsHundredths: 275, pairing })], MONDAY, CODES);
    expect(rows.map((row) => row.pairing)).toEqual([pairing, pairing, pairing]);
    const visits = [0, 1, 2, 3].flatMap((step) => visitsIn(rows, addWeeks(WEEK, step)));
    expect([visits.length, visits.filter(({ pairOf }) => pairOf).length]).toEqual([22, 11]);
  });

  it('CPL-ONE-OFF what is wanted once comes once', () => {
    const rows = requirementsOf([line({ visitsHundredths: 25, oneOff: true })], MONDAY, CODES);
    const weeks = Array.from({ length: 9 }, (_, step) => addWeeks(WEEK, step));
    expect(weeks.flatMap((week) => visitsIn(rows, week))).toHaveLength(1);
  });

  it('CPL-PLACE nothing for what nobody visits for, or no service type stands for', () => {
    const meals = line({ service: 'meals', visitsHundredths: null, minutes: null });
    expect(requirementsOf([meals, line({ service: 'behavioural' })], MONDAY, CODES)).toEqual([]);
    expect(requirementsOf([line({ service: 'wound' })], MONDAY, CODES)[0]?.serviceCode).toBe('nursing');
  });

  it('CPL-ROOM windows of a bath twice a week do not hold eleven visits', () => {
    const baths = [{ weekdays: [1, 5], from: '09:30', to: '12:30' }];
    expect(roomyWindows('psw', 2, baths)).toEqual(baths);
    expect(roomyWindows('psw', 7, baths)).toEqual([{ weekdays: [], from: '07:30', to: '11:00' }]);
    expect(roomyWindows('psw', 11, baths)).toHaveLength(2);
  });

  it('hours become visits without remainder', () => {
    for (let quantity = 0.5; quantity <= 56; quantity += 0.5) {
      const visits = visitsOf('psw', quantity);
      expect((visits?.perWeek ?? 0) * (visits?.minutes ?? 0)).toBe(quantity * 60);
    }
  });
});

describe('CPL-STATUS', () => {
  const plan = (id: string, startsOn: string | null, signedAt: string | null, endsOn: string | null = null) => ({
    id,
    startsOn,
    signedAt,
    endsOn,
    endedAt: endsOn === null ? null : '2026-11-20T10:00:00.000Z',
  });
  const first = plan('a', '2026-10-05', '2026-10-01T10:00:00.000Z');
  const second = plan('b', '2026-11-02', '2026-10-30T10:00:00.000Z');
  const third = plan('c', '2026-12-07', '2026-11-20T10:00:00.000Z');
  const draft = plan('d', null, null);
  const all = [draft, third, first, second];

  it.each([
    [first, '2026-10-01', 'upcoming', 1],
    [first, '2026-10-05', 'active', 1],
    [first, '2026-11-02', 'superseded', 1],
    [second, '2026-11-21', 'active', 2],
    [third, '2026-11-21', 'upcoming', 3],
    [draft, '2026-11-21', 'draft', null],
  ] as const)('%j on %s is %s, version %s', (one, today, status, version) => {
    expect(planStatus(one, all, today)).toBe(status);
    expect(versionOf(one, all)).toBe(version);
  });

  it('a version signed later for the same day, or an earlier one, takes the place of one that has not begun', () => {
    const instead = plan('f', '2026-12-07', '2026-11-21T10:00:00.000Z');
    expect(planStatus(third, [...all, instead], '2026-11-21')).toBe('superseded');
    expect(planStatus(instead, [...all, instead], '2026-11-21')).toBe('upcoming');
    expect(planStatus(second, [...all, instead], '2026-11-21')).toBe('active');
  });

  it('holds through its last day and is ended from then on', () => {
    const ended = plan('e', '2026-11-02', '2026-11-01T10:00:00.000Z', '2026-11-20');
    expect(planStatus(ended, [ended], '2026-11-20')).toBe('active');
    expect(planStatus(ended, [ended], '2026-11-21')).toBe('ended');
  });
});

it('a diff names what was added, taken out and changed; a line at nothing counts as out', () => {
  const before = [line(), line({ service: 'psw', minutes: 60 }), line({ service: 'sw' })];
  const after = [
    line({ minutes: 30 }),
    line({ service: 'psw', quantityHundredths: 0 }),
    line({ service: 'ot' }),
    before[2],
  ];
  const diff = diffLines(before, after as ServiceLineRow[]);
  expect(diff.map(({ service, kind, fields }) => [service, kind, fields])).toEqual([
    ['psw', 'removed', []],
    ['nursing', 'changed', ['minutes']],
    ['ot', 'added', []],
    ['sw', 'same', []],
  ]);
});

describe('BST-READ', () => {
  const shipped = settingsFrom([]);
  const row = (
    version: string,
    adoptedAt: string,
    spoil: (text: string) => string = (text) => text,
  ): BundleSetting => ({
    id: ID,
    kind: 'matrix',
    content: spoil(JSON.stringify(shipped.parts.matrix).replace('"version":"1.0.0"', `"version":"${version}"`)),
    note: '',
    adoptedAt,
    adoptedBy: ID,
  });

  it('the newest readable version is in force; what cannot be read is passed over and counted', () => {
    const found = settingsFrom([
      row('1.1.0', '2026-11-01T10:00:00.000Z'),
      row('1.2.0', '2026-11-03T10:00:00.000Z'),
      row('1.3.0', '2026-11-04T10:00:00.000Z', (text) => text.slice(1)),
      row('1.4.0', '2026-11-05T10:00:00.000Z', (text) => text.replace('"high":28', '"high":1')),
    ]);
    expect(found.config.matrix.version).toBe('1.2.0');
    expect(found.passedOver).toBe(2);
  });

  it('without any the product’s own stand', () =>
    expect(shipped).toMatchObject({ passedOver: 0, rows: { matrix: null } }));
});
