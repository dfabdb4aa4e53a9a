import type { Partner, Patient, Requirement, ServiceType, Staff, Visit } from '@fieldfare/domain/tables';
import { type Problem, type Result, unwrap } from '@fieldfare/kernel';
import { describe, expect, it } from 'vitest';
import {
  type ColumnMapping,
  exportCsv,
  IMPORT_KINDS,
  type ImportContext,
  type ImportKind,
  importFields,
  parseCsv,
  planImport,
  previewCsv,
  type ReadOutcome,
  readCsv,
  suggestMapping,
  templateCsv,
  writeCsv,
} from './index.ts';

const REGION = '11111111-1111-4111-8111-111111111111';
const partner: Partner = {
  id: '22222222-2222-4222-8222-222222222222',
  name: 'Rideau Homecare',
  regionIds: [REGION],
  serviceCodes: ['psw'],
  phone: '',
  active: true,
};
const service = (code: string, name: string, roles: string[], defaultMinutes: number): ServiceType => ({
  id: `33333333-3333-4333-8333-33333333333${defaultMinutes % 10}`,
  code,
  name,
  roles,
  defaultMinutes,
  colour: 'teal',
});
const person: Staff = {
  id: '44444444-4444-4444-8444-444444444444',
  regionId: REGION,
  reference: 'E-1',
  givenName: 'Joan',
  familyName: 'Wren',
  role: 'psw',
  team: 'Kanata',
  employmentType: 'full-time',
  partnerId: null,
  capacityMinutes: 1755,
  availability: [{ weekday: 1, from: '08:00', to: '16:00' }],
  homeLat: 45.3,
  homeLng: -75.9,
  phone: '+1 613 555 0101',
  languages: ['en', 'fr'],
  active: true,
};
const patient: Patient = {
  id: '55555555-5555-4555-8555-555555555555',
  regionId: REGION,
  reference: 'P-1',
  givenName: 'Marcel',
  familyName: 'Pinson',
  birthDate: '1941-03-27',
  phone: '',
  address: '12 Mill Street',
  municipality: 'Almonte',
  lat: 45.2256,
  lng: -76.1936,
  risk: 'high',
  status: 'active',
  notes: 'Says "hello",\nthen waits',
};
const context: ImportContext = {
  region: { id: REGION, name: 'Ottawa West', lat: 45.3, lng: -75.98 },
  serviceTypes: [service('psw', 'Personal support', ['psw'], 45), service('nursing', 'Nursing', ['rn', 'rpn'], 40)],
  partners: [partner],
  staff: [person],
  patients: [patient],
  today: '2026-11-18',
};

const read = (kind: ImportKind, input: string | Uint8Array, mapping: ColumnMapping | null = null): ReadOutcome =>
  unwrap(readCsv(kind, input, mapping, context));
const problemsOf = (result: Result<unknown>): readonly Problem[] => (result.ok ? [] : result.problems);
const bytes = (...codes: (number | string)[]): Uint8Array =>
  Uint8Array.from(codes.flatMap((code) => (typeof code === 'number' ? [code] : [...code].map((c) => c.charCodeAt(0)))));

const PATIENTS = 'Patient number,Given name,Family name,Latitude,Longitude\n';
const STAFF = 'Staff number,Given name,Family name,Role';

describe('a file as a whole', () => {
  it.each([
    ['CSV-EMPTY', '', undefined],
    ['CSV-EMPTY', '   \n\n', undefined],
    ['CSV-EMPTY', PATIENTS, undefined],
    ['CSV-QUOTE', `${PATIENTS}P-2,Ann,Lark,45,-75\nP-3,"Bo,Lark,45,-75\nP-4,Cy,Lark,45,-75`, 3],
    ['CSV-QUOTE', `${PATIENTS}P-2,Ann,"La"rk,45,-75\n`, 2],
    ['CSV-COLUMNS', `${PATIENTS}P-2,Ann,Lark,45,-75\nP-3,Bo,Lark,45\n`, 3],
    ['CSV-COLUMNS', `${PATIENTS}P-2,"An\nn",Lark,45,-75\n\nP-3,Bo,Lark,45,-75,x\n`, 5],
    ['CSV-HEADER', `Patient number,Name,name\nP-1,a,b\n`, 1],
    ['CSV-BINARY', 'PK\u0003\u0004…', undefined],
    ['CSV-BINARY', 'a,b\n\u0000,c\n', undefined],
    ['CSV-SIZE', `${PATIENTS}${'x'.repeat(10 * 1024 * 1024)}`, undefined],
    ['CSV-ROWS', `a,b\n${'1,2\n'.repeat(50_001)}`, undefined],
    ['CSV-ROWS', 'a\n'.repeat(5_000_000), undefined],
    ['CSV-ROWS', `a,b\n1,2${'\r\n'.repeat(4_000_000)}`, undefined],
    ['CSV-SIZE', 'a,'.repeat(5_000_000), 1],
    ['CSV-SIZE', `a,b\n1,"${'2\n'.repeat(5_000_000)}`.slice(0, 10_000_000), 2],
    ['CSV-QUOTE', `a,b\n1,"${'""'.repeat(10_000)}`, 2],
  ])('%s: says what is wrong and on which line', (rule, input, line) => {
    for (const result of [previewCsv('patients', input), readCsv('patients', input, null, context)]) {
      const [first] = problemsOf(result);
      expect(first?.rule).toBe(rule);
      expect(first?.params?.line).toBe(line);
    }
  });

  it.each([
    [',', 'Patient number,Given name\nP-2,"Lark; Ann"\nP-3,x\n'],
    [';', 'Patient number;Given name;Latitude\nP-2;"Ann, of Almonte";45,3\n'],
    ['\t', 'Patient number\tGiven name\nP-2\tAnn, Lark\n'],
    ['|', 'Patient number|Given name\nP-2|Ann\n'],
    [';', 'sep=;\r\nPatient number;Given name\r\nP-2;Ann\r\n'],
    [',', '\uFEFFPatient number,Given name\r\nP-2,Ann'],
  ] as const)('CSV-DELIMITER: finds %j', (delimiter, input) => {
    const preview = unwrap(previewCsv('patients', input));
    expect(preview.delimiter).toBe(delimiter);
    expect(preview.columns.slice(0, 2)).toEqual(['Patient number', 'Given name']);
    expect(preview.mapping).toMatchObject({ reference: 'Patient number', givenName: 'Given name' });
  });

  it.each([
    ['utf-8', bytes(0xef, 0xbb, 0xbf, 'Num', 0xc3, 0xa9, 'ro;Pr', 0xc3, 0xa9, 'nom\n1;', 0xc3, 0x89, 'ric\n')],
    ['windows-1252', bytes('Num', 0xe9, 'ro;Pr', 0xe9, 'nom\n1;', 0xc9, 'ric\n')],
    [
      'utf-16le',
      new Uint8Array(Uint16Array.from([...'\uFEFFNuméro;Prénom\n1;Éric\n'].map((c) => c.charCodeAt(0))).buffer),
    ],
  ])('reads %s bytes', (encoding, input) => {
    const preview = unwrap(previewCsv('patients', input));
    expect(preview).toMatchObject({ encoding, columns: ['Numéro', 'Prénom'], sampleRows: [['1', 'Éric']] });
  });

  it.each([
    [
      'a,b\r\n1,2\n3\r\n4,5',
      [
        ['1', '2\n3'],
        ['4', '5'],
      ],
      [2, 4],
    ],
    [
      'a,b\n1,2\r\n4,5\r\n',
      [
        ['1', '2'],
        ['4', '5'],
      ],
      [2, 3],
    ],
    [
      'a,b\r1,"2\r\n3"\r4,',
      [
        ['1', '2\r\n3'],
        ['4', ''],
      ],
      [2, 4],
    ],
    ['"a\nb",c\r\n1,"say ""2"""\r\n', [['1', 'say "2"']], [3]],
  ])('CSV-BREAK: records end as the first one does: %j', (input, cells, lines) => {
    const { records } = unwrap(parseCsv(input));
    expect(records.map((record) => record.cells)).toEqual(cells);
    expect(records.map((record) => record.line)).toEqual(lines);
  });

  it('CSV-BREAK: what is exported with a line break in a cell is quoted', () => {
    expect(writeCsv(['a'], [['x\ny'], ['x\ry']], { bare: true })).toBe('a\r\n"x\ny"\r\n"x\ry"\r\n');
  });

  it('keeps the lines of records with line breaks inside, blank lines and a sep hint', () => {
    const outcome = read('patients', `sep=,\n${PATIENTS}P-2,"An\nn",Lark,45,-75\n\n,Bo,Lark,45,-75\n`);
    expect(outcome.rows.map(({ line }) => line)).toEqual([3]);
    expect(outcome.errors.map(({ line }) => line)).toEqual([6]);
  });

  it('lets spreadsheets leave empty cells at the end', () => {
    expect(read('patients', `${PATIENTS.trim()},,\nP-2,Ann,Lark,45,-75,,\n`).rows).toHaveLength(1);
  });
});

describe('IMP-COLUMN: columns and fields', () => {
  it('suggests by English and French headers, whatever case, accents and spacing', () => {
    const columns = ['NO CLIENT', 'prenom', 'Nom de  famille', 'Date de naissance', 'LAT', 'Lng', 'Autre'];
    expect(suggestMapping('patients', columns)).toEqual({
      reference: 'NO CLIENT',
      givenName: 'prenom',
      familyName: 'Nom de  famille',
      birthDate: 'Date de naissance',
      lat: 'LAT',
      lng: 'Lng',
    });
  });
  it('names required fields without a column', () => {
    const preview = unwrap(previewCsv('staff', 'Staff number,Given name\n1,Ann\n'));
    expect(preview.missing).toEqual(['familyName', 'role']);
    expect(problemsOf(readCsv('staff', 'Staff number,Given name\n1,Ann\n', null, context))).toMatchObject([
      { rule: 'IMP-COLUMN', path: ['mapping', 'familyName'] },
      { rule: 'IMP-COLUMN', path: ['mapping', 'role'] },
    ]);
  });
  it.each<[string, ColumnMapping]>([
    ['a column that is not there', { reference: 'Nope' }],
    ['one column for two fields', { reference: 'A', givenName: 'A' }],
    ['an unknown field', { reference: 'A', shoeSize: 'B' }],
    ['a prototype key', { reference: 'A', constructor: 'B' }],
  ])('refuses %s', (_, mapping) => {
    const full = { familyName: 'C', lat: 'D', lng: 'E', givenName: 'B', ...mapping };
    const result = readCsv('patients', 'A,B,C,D,E\n1,2,3,4,5\n', full, context);
    expect(problemsOf(result).map(({ rule }) => rule)).toContain('IMP-COLUMN');
  });
  it('has a label, a format and a French label for every field of every kind', () => {
    for (const kind of IMPORT_KINDS) {
      const fields = importFields(kind);
      expect(new Set(fields.map(({ key }) => key)).size).toBe(fields.length);
      for (const field of fields) expect(field.label && field.labelFr && field.format).toBeTruthy();
      const columns = fields.map(({ label }) => label);
      expect(Object.keys(suggestMapping(kind, columns))).toHaveLength(fields.length);
      const french = fields.map(({ labelFr }) => labelFr);
      expect(Object.keys(suggestMapping(kind, french))).toHaveLength(fields.length);
    }
  });
});

type BadRow = readonly [rule: string, kind: ImportKind, header: string, row: string, column: string, says: RegExp];

const BAD_ROWS: readonly BadRow[] = [
  ['IMP-REQUIRED', 'staff', STAFF, 'E-2,,Lark,psw', 'Given name', /blank/],
  ['IMP-VALUE', 'staff', STAFF, 'E-2,Ann,Lark,wizard', 'Role', /one of rn, rpn, psw/],
  ['IMP-VALUE', 'staff', `${STAFF},Partner`, 'E-2,Ann,Lark,psw,Nobody', 'Partner', /partner organisation/],
  ['IMP-VALUE', 'staff', `${STAFF},Weekly hours`, 'E-2,Ann,Lark,psw,lots', 'Weekly hours', /from 0 to 100/],
  ['IMP-VALUE', 'staff', `${STAFF},Weekly hours`, 'E-2,Ann,Lark,psw,101', 'Weekly hours', /from 0 to 100/],
  ['IMP-VALUE', 'staff', `${STAFF},Availability`, 'E-2,Ann,Lark,psw,Mon 25:00-26:00', 'Availability', /Mon-Fri/],
  ['IMP-VALUE', 'staff', `${STAFF},Availability`, 'E-2,Ann,Lark,psw,weekdays', 'Availability', /Mon-Fri/],
  ['IMP-VALUE', 'staff', `${STAFF},Availability`, 'E-2,Ann,Lark,psw,Mon 8-12; Mon 11-14', 'Availability', /overlap/],
  ['IMP-VALUE', 'staff', `${STAFF},Region`, 'E-2,Ann,Lark,psw,Toronto', 'Region', /Ottawa West/],
  ['IMP-VALUE', 'staff', `${STAFF},Active`, 'E-2,Ann,Lark,psw,maybe', 'Active', /yes or no/],
  ['IMP-PLACE', 'staff', `${STAFF},Latitude`, 'E-2,Ann,Lark,psw,45', '', /together/],
  ['IMP-REQUIRED', 'patients', PATIENTS.trim(), 'P-2,Ann,Lark,,-75', 'Latitude', /blank/],
  ['IMP-VALUE', 'patients', PATIENTS.trim(), 'P-2,Ann,Lark,95,-75', 'Latitude', /from -90 to 90/],
  ['IMP-VALUE', 'patients', `${PATIENTS.trim()},DOB`, 'P-2,Ann,Lark,45,-75,03/04/1941', 'DOB', /YYYY-MM-DD/],
  ['IMP-VALUE', 'patients', `${PATIENTS.trim()},DOB`, 'P-2,Ann,Lark,45,-75,1941-02-30', 'DOB', /YYYY-MM-DD/],
  ['IMP-VALUE', 'patients', `${PATIENTS.trim()},DOB`, 'P-2,Ann,Lark,45,-75,2031-01-01', 'DOB', /future/],
  ['IMP-VALUE', 'patients', PATIENTS.trim(), `P-2,${'x'.repeat(81)},Lark,45,-75`, 'Given name', /80 characters/],
  [
    'IMP-VALUE',
    'requirements',
    'Patient,Service,Visits,Windows',
    'P-9,psw,2,08:00-10:00',
    'Patient',
    /already in this region/,
  ],
  ['IMP-VALUE', 'requirements', 'Patient,Service,Visits,Windows', 'P-1,magic,2,08:00-10:00', 'Service', /psw, nursing/],
  ['IMP-VALUE', 'requirements', 'Patient,Service,Visits,Windows', 'P-1,psw,43,08:00-10:00', 'Visits', /from 1 to 42/],
  [
    'IMP-VALUE',
    'requirements',
    'Patient,Service,Visits,Windows,Every weeks',
    'P-1,psw,2,8-10,9',
    'Every weeks',
    /1 to 8/,
  ],
  ['IMP-VALUE', 'partners', 'Partner,Services', 'Rideau,psw/magic', 'Services', /psw, nursing/],
  ['IMP-VALUE', 'partners', 'Partner,Notice', 'Rideau,61', 'Notice', /from 0 to 60/],
  ['IMP-VALUE', 'partners', 'Partner,Hourly rate', 'Rideau,free', 'Hourly rate', /from 0 to 1000/],
  ['IMP-VALUE', 'requirements', 'Patient,Service,Visits,Windows', 'P-1,psw,2.5,08:00-10:00', 'Visits', /whole number/],
  ['IMP-VALUE', 'requirements', 'Patient,Service,Visits,Windows', 'P-1,psw,2,22:00-06:00', 'Windows', /same day/],
  [
    'IMP-VALUE',
    'requirements',
    'Patient,Service,Visits,Windows,Preferred carer',
    'P-1,psw,2,8-10,E-9',
    'Preferred carer',
    /staff number/,
  ],
  [
    'IMP-ROLE',
    'requirements',
    'Patient,Service,Visits,Windows,Preferred carer',
    'P-1,nursing,2,8-10,E-1',
    'Preferred carer',
    /role/,
  ],
  [
    'IMP-DATES',
    'requirements',
    'Patient,Service,Visits,Windows,Ends on',
    'P-1,psw,2,8-10,2026-11-01',
    'Ends on',
    /before/,
  ],
  ['IMP-VALUE', 'visits', 'Patient,Service,Date', 'P-1,psw,tomorrow', 'Date', /YYYY-MM-DD/],
  ['IMP-VALUE', 'visits', 'Patient,Service,Date,Start', 'P-1,psw,2026-11-18,24:00', 'Start', /HH:MM/],
  ['IMP-VALUE', 'visits', 'Patient,Service,Date,Window', 'P-1,psw,2026-11-18,Mon 8-9', 'Window', /08:00-10:00/],
  ['IMP-WINDOW', 'visits', 'Patient,Service,Date,Start,Window', 'P-1,psw,2026-11-18,11:00,8-9', 'Start', /outside/],
];

describe('rows that cannot be read', () => {
  it.each(BAD_ROWS)('%s: %s · %s · %s', (rule, kind, header, row, column, says) => {
    const outcome = read(
      kind,
      `${header.replaceAll(',', ';')}\n${row.replaceAll(',', ';')}\n`.replaceAll('; Mon', '| Mon'),
    );
    expect(outcome.errors).toHaveLength(1);
    expect(outcome.errors[0]).toMatchObject({ rule, line: 2, column: column === '' ? null : column });
    expect(outcome.errors[0]?.message).toMatch(says);
    expect(outcome.rows).toEqual([]);
  });

  it('never repeats a cell: it may hold health data', () => {
    const canary = 'CANARY-Zq7';
    for (const kind of IMPORT_KINDS) {
      const fields = importFields(kind);
      const file = `${fields.map(({ label }) => `"${label}"`).join(',')}\n${fields.map(() => canary).join(',')}\n`;
      const outcome = read(kind, file);
      expect(outcome.errorCount).toBeGreaterThan(0);
      expect(JSON.stringify(outcome.errors)).not.toContain(canary);
    }
    expect(JSON.stringify(readCsv('patients', `${PATIENTS}P,"${canary}`, null, context))).not.toContain(canary);
    expect(JSON.stringify(readCsv('patients', `${PATIENTS}P,"${canary}"x,1,1,1`, null, context))).not.toContain(canary);
  });

  it('IMP-DUPLICATE: names the line that came first', () => {
    const outcome = read('patients', `${PATIENTS}P-2,Ann,Lark,45,-75\nP-3,Bo,Lark,45,-75\np-2,Cy,Lark,45,-75\n`);
    expect(outcome.errors).toMatchObject([{ line: 4, column: 'Patient number', rule: 'IMP-DUPLICATE' }]);
    expect(outcome.errors[0]?.message).toContain('line 2');
  });

  it('reports every faulty cell of a row, and no more than 500 in all', () => {
    expect(read('patients', `${PATIENTS}P-2,,Lark,north,-75\n`).errors).toHaveLength(2);
    const many = read('patients', PATIENTS + 'P,A,B,x,y\n'.repeat(400));
    expect(many.errors).toHaveLength(500);
    expect(many.errorCount).toBe(800);
  });
});

describe('what becomes of a row', () => {
  it('staff: fills what is left out and reads what people write', () => {
    const [row] = read(
      'staff',
      'Matricule;Prénom;Nom;Fonction;Statut d’emploi;Disponibilité;Heures;Langues;Partenaire\n' +
        'E-7;Chloé;Pinson;Préposée aux bénéficiaires;temps plein;"lun-ven 8h-16h, 18h00-20h30; sam. 22:00-06:00";37,5;"français, anglais";rideau homecare\n',
    ).rows;
    expect(row?.row).toMatchObject({
      regionId: REGION,
      reference: 'E-7',
      role: 'psw',
      employmentType: 'full-time',
      capacityMinutes: 2250,
      partnerId: partner.id,
      languages: ['fr', 'en'],
      team: 'Team PSW',
      active: true,
      homeLat: 45.3,
    });
    const availability = (row?.row as Staff | undefined)?.availability ?? [];
    expect(availability).toHaveLength(12);
    expect(availability.slice(0, 2)).toEqual([
      { weekday: 1, from: '08:00', to: '16:00' },
      { weekday: 1, from: '18:00', to: '20:30' },
    ]);
    expect(availability.slice(-2)).toEqual([
      { weekday: 6, from: '22:00', to: '24:00' },
      { weekday: 7, from: '00:00', to: '06:00' },
    ]);
  });

  it('requirements: windows by days, without days, and the service’s usual length', () => {
    const { rows } = read(
      'requirements',
      'Patient,Service,Visits per week,Windows\np-1,personal SUPPORT,3,"Mon,Wed-Fri 08:00-10:00; Sat 9-11"\nP-1,nursing,1,09:00-12:00\n',
    );
    expect(rows.map(({ row }) => row)).toMatchObject([
      {
        patientId: patient.id,
        serviceCode: 'psw',
        minutes: 45,
        startsOn: '2026-11-18',
        windows: [
          { weekdays: [1, 3, 4, 5], from: '08:00', to: '10:00' },
          { weekdays: [6], from: '09:00', to: '11:00' },
        ],
      },
      { serviceCode: 'nursing', minutes: 40, windows: [{ weekdays: [], from: '09:00', to: '12:00' }] },
    ]);
  });

  it('requirements: two lines for one patient and service are two rows', () => {
    const { rows } = read('requirements', 'Patient,Service,Visits,Windows\nP-1,psw,7,7-9\nP-1,psw,7,18-20\n');
    expect(new Set(rows.map(({ row }) => row.id)).size).toBe(2);
  });

  it('visits: week from the date, window around the start, unassigned', () => {
    const outcome = read(
      'visits',
      'Patient,Service,Date,Start,Note\nP-1,psw,2026-12-31,09:00,Extra\nP-1,psw,2027-01-04,,\n',
    );
    expect(outcome.weeks).toEqual(['2026-W53', '2027-W01']);
    expect(outcome.rows.map(({ row }) => row)).toMatchObject([
      { week: '2026-W53', start: '09:00', windowFrom: '08:30', windowTo: '09:30', minutes: 45, requirementId: null },
      { week: '2027-W01', start: null, windowFrom: '08:00', windowTo: '18:00' },
    ]);
  });

  it('partners: a known name is changed, keeps its other regions, and works in this one from then on', () => {
    const elsewhere = { ...partner, regionIds: ['88888888-8888-4888-8888-888888888888'] };
    const file =
      'Partner,Services,Weekly hours,Notice,Hourly rate\nrideau homecare,"Nursing, psw",37.5,2,"42,50"\nNew,,,,\n';
    const outcome = unwrap(readCsv('partners', file, null, { ...context, partners: [elsewhere] }));
    expect(planImport(outcome, [elsewhere]).changes).toMatchObject([
      {
        id: partner.id,
        set: {
          regionIds: [...elsewhere.regionIds, REGION],
          serviceCodes: ['nursing', 'psw'],
          capacityMinutes: 2250,
          noticeDays: 2,
          centsAnHour: 4250,
        },
      },
      { set: { name: 'New', regionIds: [REGION], serviceCodes: [], capacityMinutes: null, active: true } },
    ]);
  });

  it('requirements: every second week', () => {
    const outcome = read(
      'requirements',
      'Patient,Service,Visits,Windows,Every weeks\nP-1,psw,2,8-10,2\nP-1,psw,1,8-10,\n',
    );
    expect(outcome.rows.map(({ row }) => row)).toMatchObject([{ everyWeeks: 2 }, { everyWeeks: null }]);
  });

  it('visits: refuses patients who are not active', () => {
    const held = { ...context, patients: [{ ...patient, status: 'on-hold' as const }] };
    const outcome = unwrap(readCsv('visits', 'Patient,Service,Date\nP-1,psw,2026-11-18\n', null, held));
    expect(outcome.errors).toMatchObject([{ rule: 'IMP-PATIENT', column: 'Patient' }]);
  });
});

describe('what an import would do', () => {
  const file = `${PATIENTS}P-1,Marcel,Rossignol,45.2256,-76.1936\nP-2,Ann,Lark,45,-75\n`;

  it('IMP-KEEP: creates the new, updates only what the file gives and what differs', () => {
    const plan = planImport(read('patients', file), [patient]);
    expect(plan).toMatchObject({ creates: 1, updates: 1, unchanged: 0, rowCount: 2 });
    expect(plan.changes[0]).toEqual({
      table: 'patients',
      shard: `region/${REGION}/patients`,
      id: patient.id,
      set: { familyName: 'Rossignol' },
    });
    expect(plan.changes[1]?.set).toMatchObject({ reference: 'P-2', risk: 'moderate', notes: '' });
  });

  it('IMP-KEEP: a blank cell leaves the value alone', () => {
    const plan = planImport(read('patients', `${PATIENTS.trim()},Notes,Risk\nP-1,Marcel,Pinson,45.2256,-76.1936,,\n`), [
      patient,
    ]);
    expect(plan).toMatchObject({ unchanged: 1, changes: [] });
  });

  it('IMP-ALL: one error, and there are no changes', () => {
    const plan = planImport(read('patients', `${file}P-3,Bo,Lark,here,-75\n`), [patient]);
    expect(plan).toMatchObject({ creates: 1, updates: 1, errorCount: 1, changes: [] });
  });

  it.each<[ImportKind, string]>([
    ['partners', 'Partner,Services,Weekly hours\nNew,psw,40\nOther,"psw, nursing",\n'],
    ['staff', `${STAFF}\nE-2,Ann,Lark,rn\nE-1,Joan,Wren,psw\n`],
    ['patients', file],
    ['requirements', 'Patient,Service,Visits,Windows\nP-1,psw,7,7-9\nP-1,psw,7,18-20\n'],
    ['visits', 'Patient,Service,Date,Reference\nP-1,psw,2026-11-18,A1\nP-1,psw,2026-11-19,A2\n'],
  ])('IMP-TWICE: %s: the same file makes the same rows, and then changes nothing', (kind, input) => {
    const first = read(kind, input);
    expect(read(kind, input)).toEqual(first);
    const again = planImport(
      first,
      first.rows.map(({ row }) => row),
    );
    expect(again).toMatchObject({ creates: 0, updates: 0, changes: [] });
  });

  it('brings back what was deleted', () => {
    const [deleted] = read('patients', file).rows.slice(1);
    if (!deleted) throw new Error('no row');
    const plan = planImport(read('patients', file), [patient, { ...deleted.row, deletedAt: '2026-11-01T00:00:00Z' }]);
    expect(plan.changes[1]?.set).toMatchObject({ deletedAt: null, givenName: 'Ann' });
  });
});

describe('export', () => {
  const requirement: Requirement = {
    id: '66666666-6666-4666-8666-666666666666',
    regionId: REGION,
    patientId: patient.id,
    serviceCode: 'psw',
    visitsPerWeek: 5,
    minutes: 50,
    windows: [
      { weekdays: [1, 2, 3, 5], from: '08:00', to: '10:00' },
      { weekdays: [], from: '18:00', to: '19:30' },
    ],
    providerPreference: 'own',
    priority: 'high',
    preferredStaffId: person.id,
    startsOn: '2026-01-01',
    endsOn: null,
  };
  const visit: Visit = {
    id: '77777777-7777-4777-8777-777777777777',
    regionId: REGION,
    week: '2026-W47',
    patientId: patient.id,
    requirementId: requirement.id,
    serviceCode: 'psw',
    date: '2026-11-18',
    start: '09:00',
    minutes: 45,
    windowFrom: '08:00',
    windowTo: '10:00',
    providerPreference: 'any',
    priority: 'routine',
    note: '=1+1',
    cancelledAt: null,
  };

  it.each([
    ['partners', [partner]],
    ['staff', [person]],
    ['patients', [patient]],
    ['requirements', [requirement]],
    ['visits', [visit]],
  ] as const)('%s: what is exported imports unchanged, in both languages', (kind, rows) => {
    for (const language of ['en', 'fr'] as const) {
      const file = exportCsv(kind, rows, context, { language, delimiter: language === 'fr' ? ';' : ',' });
      const plan = planImport(read(kind, file), rows);
      expect(plan.errors).toEqual([]);
      expect(plan).toMatchObject({ unchanged: 1, changes: [] });
    }
  });

  it('CSV-FORMULA: nothing that a spreadsheet would run', () => {
    const evil = {
      ...patient,
      notes: '=HYPERLINK("http://x")',
      givenName: '@SUM(A1)',
      familyName: '-2+3',
      phone: '+1 613',
    };
    const file = exportCsv('patients', [evil], context);
    const { records } = unwrap(previewCsvRecords(file));
    for (const cell of records) if (!/^-?\d/.test(cell)) expect(cell).not.toMatch(/^[=+\-@]/);
    expect(planImport(read('patients', file), [evil])).toMatchObject({ unchanged: 1 });
  });

  it('gives a template that says what it holds', () => {
    for (const kind of IMPORT_KINDS) {
      const preview = unwrap(previewCsv(kind, templateCsv(kind)));
      expect(preview).toMatchObject({ missing: [], rowCount: 1, delimiter: ',' });
    }
  });
});

function previewCsvRecords(file: string): Result<{ records: readonly string[] }> {
  const preview = previewCsv('patients', file);
  return preview.ok ? { ok: true, value: { records: preview.value.sampleRows.flat() } } : preview;
}
