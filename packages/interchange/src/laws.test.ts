import type { Partner, Patient, Requirement, ServiceType, Staff } from '@fieldfare/domain/tables';
import { timeOfMinute, unwrap } from '@fieldfare/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  exportCsv,
  type ImportContext,
  parseCsv,
  planImport,
  previewCsv,
  readCsv,
  unescapeFormula,
  writeCsv,
} from './index.ts';

const REGION = '11111111-1111-4111-8111-111111111111';

/** What people put into cells: quotes, delimiters, line breaks, formulas. Cells are trimmed, so these are. */
const cell = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom(...'abcÉé \'"=+-@,;|\t\n'),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
    ),
    minLength: 1,
    maxLength: 12,
  })
  .map((text) => text.trim())
  .filter((text) => text !== '' && !text.includes('\u0000') && !text.includes('\r'));

const name = cell.filter((text) => text.length <= 80);

const availability = fc
  .uniqueArray(
    fc.record({
      weekday: fc.integer({ min: 1, max: 7 }),
      half: fc.integer({ min: 0, max: 1 }),
      from: fc.integer({ min: 0, max: 600 }),
      length: fc.integer({ min: 5, max: 119 }),
    }),
    { selector: ({ weekday, half }) => weekday * 2 + half, maxLength: 14 },
  )
  .map((parts) =>
    parts
      .map(({ weekday, half, from, length }) => ({
        weekday,
        from: timeOfMinute(half * 720 + from),
        to: timeOfMinute(half * 720 + from + length),
      }))
      .sort((a, b) => a.weekday - b.weekday || (a.from < b.from ? -1 : 1)),
  );

const coordinate = (limit: number): fc.Arbitrary<number> =>
  fc.integer({ min: -limit * 100_000, max: limit * 100_000 }).map((value) => value / 100_000);

const staffRow: fc.Arbitrary<Staff> = fc.record({
  id: fc.uuid(),
  regionId: fc.constant(REGION),
  reference: fc.constant('E-1'),
  givenName: name,
  familyName: name,
  role: fc.constantFrom('rn', 'psw', 'ot'),
  team: name.filter((text) => text.length <= 60),
  employmentType: fc.constantFrom('full-time', 'part-time', 'casual', 'contract'),
  partnerId: fc.constant(null),
  capacityMinutes: fc.integer({ min: 0, max: 6000 }),
  availability,
  homeLat: coordinate(90),
  homeLng: coordinate(180),
  phone: fc.oneof(
    fc.constant(''),
    cell.filter((text) => text.length <= 40),
  ),
  languages: fc.uniqueArray(fc.constantFrom('en', 'fr', 'so', 'pa'), { maxLength: 3 }),
  active: fc.boolean(),
  overtimeMinutes: fc.constantFrom(null, 0, 45, 3000),
  startsFrom: fc.constantFrom(null, 'home', 'office'),
  breaks: fc.constantFrom(
    null,
    [{ weekdays: [], from: '11:30', to: '13:30', minutes: 30 }],
    [
      { weekdays: [1, 2, 3], from: '11:00', to: '13:00', minutes: 45 },
      { weekdays: [6], from: '09:00', to: '09:20', minutes: 20 },
    ],
  ),
});

const partnerRow: fc.Arbitrary<Partner> = fc.record({
  id: fc.uuid(),
  name,
  regionIds: fc.constantFrom([REGION], ['22222222-2222-4222-8222-222222222222', REGION]),
  serviceCodes: fc.constantFrom([], ['psw']),
  phone: fc.constant(''),
  active: fc.boolean(),
  centsAnHour: fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 100_000 })),
  capacityMinutes: fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 600_000 })),
  noticeDays: fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 60 })),
});

const patientRow: fc.Arbitrary<Patient> = fc.record({
  id: fc.uuid(),
  regionId: fc.constant(REGION),
  reference: name.filter((text) => text.length <= 40),
  givenName: name,
  familyName: name,
  birthDate: fc.constantFrom(null, '1940-02-29', '1936-12-31'),
  phone: fc.constant(''),
  address: fc.oneof(fc.constant(''), cell),
  municipality: fc.oneof(fc.constant(''), name),
  lat: coordinate(90),
  lng: coordinate(180),
  risk: fc.constantFrom('low', 'moderate', 'high'),
  status: fc.constantFrom('active', 'on-hold', 'discharged'),
  notes: fc.oneof(fc.constant(''), cell),
});

const requirementRow = (patientId: string): fc.Arbitrary<Requirement> =>
  fc.record({
    id: fc.uuid(),
    regionId: fc.constant(REGION),
    patientId: fc.constant(patientId),
    serviceCode: fc.constant('psw'),
    visitsPerWeek: fc.integer({ min: 1, max: 42 }),
    everyWeeks: fc.constantFrom(null, 1, 2, 8),
    minutes: fc.integer({ min: 5, max: 720 }),
    windows: fc.array(
      fc
        .record({
          weekdays: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { maxLength: 7 }).map((days) => days.sort()),
          times: fc.tuple(fc.integer({ min: 0, max: 1439 }), fc.integer({ min: 0, max: 1439 })),
        })
        .map(({ weekdays, times }) => ({
          weekdays,
          from: timeOfMinute(Math.min(...times)),
          to: timeOfMinute(Math.max(...times)),
        })),
      { minLength: 1, maxLength: 5 },
    ),
    providerPreference: fc.constantFrom('own', 'partner', 'any'),
    priority: fc.constantFrom('routine', 'high', 'urgent'),
    preferredStaffId: fc.constant(null),
    startsOn: fc.constant('2026-01-05'),
    endsOn: fc.constantFrom(null, '2027-01-05'),
    continuity: fc.constantFrom(null, 'low', 'usual', 'high'),
    pairing: fc.oneof(
      fc.constantFrom(null, { kind: 'together' as const }),
      fc
        .tuple(fc.integer({ min: 0, max: 480 }), fc.integer({ min: 0, max: 480 }))
        .map(([a, b]) => ({ kind: 'after' as const, leastMinutes: Math.min(a, b), mostMinutes: Math.max(a, b) })),
    ),
  });

const PSW: ServiceType = {
  id: '33333333-3333-4333-8333-333333333333',
  code: 'psw',
  name: 'Personal support',
  roles: ['psw'],
  defaultMinutes: 45,
  colour: 'teal',
};
const contextWith = (rows: Partial<ImportContext>): ImportContext => ({
  region: { id: REGION, name: 'West', lat: 45, lng: -75 },
  serviceTypes: [PSW],
  partners: [],
  staff: [],
  patients: [],
  today: '2026-11-18',
  ...rows,
});

describe('laws of reading and writing', () => {
  it('CSV-ROUND: what is written is read back cell by cell, with any delimiter', () => {
    const table = fc.integer({ min: 2, max: 5 }).chain((width) =>
      fc.record({
        rows: fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 6 }),
        delimiter: fc.constantFrom(',' as const, ';' as const, '\t' as const),
      }),
    );
    fc.assert(
      fc.property(table, ({ rows, delimiter }) => {
        const columns = (rows[0] ?? []).map((_, index) => `c${index}`);
        // The hint leaves no room for guessing: cells are full of other delimiters.
        const text = `sep=${delimiter}\n${writeCsv(columns, rows, { delimiter, bare: true })}`;
        const file = unwrap(parseCsv(text));
        expect(file.records.map(({ cells }) => cells.map(unescapeFormula))).toEqual(rows);
      }),
      { numRuns: 300 },
    );
  });

  it('CSV-TOTAL: any text or bytes give a result, never an exception', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ maxLength: 200 }), fc.uint8Array({ maxLength: 200 }), cell), (input) => {
        expect(typeof previewCsv('staff', input).ok).toBe('boolean');
        expect(typeof parseCsv(typeof input === 'string' ? `a,b\n${input}` : input).ok).toBe('boolean');
      }),
      { numRuns: 500 },
    );
  });

  it('IMP-ROUND: partners, staff, patients and requirements that are exported import unchanged', () => {
    const check = (
      kind: 'partners' | 'staff' | 'patients' | 'requirements',
      row: { readonly id: string },
      context: ImportContext,
    ) => {
      const outcome = unwrap(readCsv(kind, exportCsv(kind, [row], context), null, context));
      expect(outcome.errors).toEqual([]);
      const plan = planImport(outcome, [row]);
      // Blank cells say nothing: a value that is empty already stays so.
      expect(plan.changes).toEqual([]);
      expect(plan.unchanged).toBe(1);
    };
    fc.assert(
      fc.property(partnerRow, (row) => check('partners', row, contextWith({ partners: [row] }))),
      { numRuns: 100 },
    );
    fc.assert(
      fc.property(staffRow, (row) => check('staff', row, contextWith({ staff: [row] }))),
      { numRuns: 150 },
    );
    fc.assert(
      fc.property(patientRow, (row) => check('patients', row, contextWith({ patients: [row] }))),
      { numRuns: 150 },
    );
    const pairs = patientRow.chain((patient) => fc.tuple(fc.constant(patient), requirementRow(patient.id)));
    fc.assert(
      fc.property(pairs, ([patient, row]) => check('requirements', row, contextWith({ patients: [patient] }))),
      { numRuns: 150 },
    );
  });
});
