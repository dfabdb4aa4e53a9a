import { type Assessment, FORMS, type Form, formOf, type Instrument } from '@fieldfare/domain/assessments';
import { type Result, unwrap } from '@fieldfare/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AssessmentReadOptions, planAssessments, readAssessments } from '../index.ts';

const REGION = '11111111-1111-4111-8111-111111111111';
const ANNA = { id: '55555555-5555-4555-8555-555555555551', reference: 'P-1' };
const BILL = { id: '55555555-5555-4555-8555-555555555552', reference: 'P-2' };
const OPTIONS: AssessmentReadOptions = {
  patients: [ANNA, BILL],
  today: '2026-11-21',
  patientId: null,
  form: null,
  leaveOut: false,
};
const CA = formOf('interrai-ca', '10.0.1') as Form;
const HC = formOf('interrai-hc', '9.1') as Form;
const ONTARIO = 'http://ontariohealth.ca/fhir/iar/Questionnaire/oh-interrai-contact-assessment|10.0.1_OH';
const canonicalOf = (instrument: Instrument, version: string) => `urn:fieldfare:questionnaire:${instrument}|${version}`;

const item = (linkId: string, value: number) => ({ linkId, answer: [{ valueInteger: value }] });
const response = (over: object = {}) => ({
  resourceType: 'QuestionnaireResponse',
  questionnaire: ONTARIO,
  status: 'completed',
  subject: { identifier: { value: 'P-1' } },
  authored: '2026-11-10T09:30:00-05:00',
  item: [{ linkId: 'C', item: [item('C1', 1), { linkId: 'C2', item: [item('C2a', 2)] }] }],
  ...over,
});
const bundleOf = (...resources: object[]) => ({
  resourceType: 'Bundle',
  entry: resources.map((resource) => ({ resource })),
});
const read = (content: object | string, over: Partial<AssessmentReadOptions> = {}) =>
  readAssessments(typeof content === 'string' ? content : JSON.stringify(content), { ...OPTIONS, ...over });
const rulesOf = (content: object | string, over: Partial<AssessmentReadOptions> = {}) =>
  unwrap(read(content, over)).faults.map(({ rule, code }) => (code === null ? rule : `${rule} ${code}`));
const problemRule = (result: Result<unknown>) => (result.ok ? null : result.problems[0].rule);
const plan = (
  content: object | string,
  existing: readonly Assessment[] = [],
  over: Partial<AssessmentReadOptions> = {},
) =>
  planAssessments(unwrap(read(content, over)), {
    regionId: REGION,
    existing,
    completedAt: '2026-11-21T12:00:00.000Z',
    completedBy: BILL.id,
  });
const rowsOf = (changes: ReturnType<typeof plan>['changes']): Assessment[] =>
  changes
    .filter(({ table }) => table === 'assessments')
    .map(({ id, set }) => ({ id, ...set }) as unknown as Assessment);

const WIDE = 'Patient number,Instrument,Version,Assessed on,iC1,C2a,D1\n';
const LONG = 'Patient number,Instrument,Version,Assessed on,Item,Value\n';

describe('FHIR', () => {
  it('reads Ontario’s shape: linkId is the item code, groups are walked', () => {
    const { assessments, faults } = unwrap(read(response()));
    expect(faults).toEqual([]);
    expect(assessments).toMatchObject([
      {
        patientId: ANNA.id,
        amended: false,
        content: {
          instrument: 'interrai-ca',
          formVersion: '10.0.1',
          assessedOn: '2026-11-10',
          answers: [
            { code: 'C1', value: 1 },
            { code: 'C2a', value: 2 },
          ],
        },
      },
    ]);
  });

  it.each([
    [{ valueInteger: 1 }, 1],
    [{ valueDecimal: 1 }, 1],
    [{ valueCoding: { code: '1' } }, 1],
    [{ valueString: ' 1 ' }, 1],
    [{ valueBoolean: true }, 1],
  ])('takes an answer as %j', (answer, value) => {
    const { assessments } = unwrap(read(response({ item: [{ linkId: 'C1', answer: [answer] }] })));
    expect(assessments[0]?.content.answers).toEqual([{ code: 'C1', value }]);
  });

  it('finds the patient of a bundle by reference, and one that is contained', () => {
    const patient = { resourceType: 'Patient', id: 'a', identifier: [{ value: 'p-2' }] };
    const inBundle = bundleOf(patient, response({ subject: { reference: 'Patient/a' } }));
    expect(unwrap(read(inBundle)).assessments[0]?.patientId).toBe(BILL.id);
    const contained = response({ subject: { reference: '#a' }, contained: [patient] });
    expect(unwrap(read(contained)).assessments[0]?.patientId).toBe(BILL.id);
  });

  it.each([
    ['FHIR-JSON', '{"resourceType":'],
    ['FHIR-RESOURCE', '{}'],
    ['FHIR-RESOURCE', JSON.stringify(bundleOf({ resourceType: 'Patient' }))],
  ])('%s: the file as a whole', (rule, text) => expect(problemRule(read(text))).toBe(rule));

  it.each([
    [['FHIR-RESOURCE', 'IMA-PATIENT', 'IMA-FORM', 'IMA-DATE'], { item: [{ linkId: 7 }] }],
    [['FHIR-STATUS'], { status: 'in-progress' }],
    [['FHIR-STATUS'], { status: undefined }],
    [['IMA-PATIENT'], { subject: undefined }],
    [['IMA-PATIENT'], { subject: { identifier: { value: 'P-9' } } }],
    [['IMA-FORM'], { questionnaire: 'http://example.org/form|9.1' }],
    [['IMA-VERSION'], { questionnaire: canonicalOf('interrai-ca', '9.2') }],
    [['IMA-VERSION'], { questionnaire: 'urn:fieldfare:questionnaire:interrai-ca' }],
    [['IMA-DATE'], { authored: undefined }],
    [['IMA-DATE'], { authored: '2026-02-30' }],
    [['IMA-DATE'], { authored: '2026-11-22T01:00:00Z' }],
    [['ASM-EMPTY'], { item: [] }],
    [['ASM-CODE Q7', 'ASM-RANGE C1'], { item: [item('Q7', 1), item('C1', 5), item('C2a', 1)] }],
    [['IMA-WHOLE C1'], { item: [{ linkId: 'C1', answer: [{ valueDecimal: 1.5 }] }, item('C2a', 1)] }],
    [['IMA-WHOLE C1'], { item: [{ linkId: 'C1', answer: [{ valueString: 'often' }] }, item('C2a', 1)] }],
    [['ASM-TWICE C1'], { item: [item('C1', 1), item('C1', 1)] }],
  ])('%j: nothing is stored', (rules, over) => {
    const found = rulesOf(response(over));
    expect(found).toEqual(expect.arrayContaining(rules));
    if (!rules.includes('FHIR-RESOURCE')) expect(found).toEqual(rules);
    expect(plan(response(over)).changes).toEqual([]);
  });

  it('one bad response of many: nothing of the file is stored, and the good ones are named as what they would be', () => {
    const good = response({ subject: { identifier: { value: 'P-2' } } });
    const both = plan(bundleOf(good, response({ item: [item('C1', 9)] })));
    expect(both.changes).toEqual([]);
    expect(both.planned).toMatchObject([{ nth: 1, patientId: BILL.id, action: 'create' }]);
    expect(both.faults).toMatchObject([{ nth: 2, code: 'C1', rule: 'ASM-RANGE' }]);
  });

  it('IMA-MIXED: one file holds one form', () => {
    const hc = response({
      item: [item('C1', 1)],
      questionnaire: canonicalOf('interrai-hc', '9.1'),
      subject: { identifier: { value: 'P-2' } },
    });
    expect(rulesOf(bundleOf(response(), hc))).toEqual(['IMA-MIXED']);
    const ten = { ...hc, questionnaire: canonicalOf('interrai-hc', '10') };
    expect(rulesOf(bundleOf(hc, { ...ten, subject: { identifier: { value: 'P-1' } } }))).toEqual(['IMA-MIXED']);
  });

  it('IMA-TWICE: the same patient and day twice in one file', () => {
    expect(rulesOf(bundleOf(response(), response({ item: [item('C1', 2)] })))).toEqual(['IMA-TWICE']);
  });

  it('a person may name the form of a file that does not, and may not contradict one that does', () => {
    const nameless = response({ questionnaire: 'http://example.org/form' });
    expect(rulesOf(nameless, { form: { instrument: 'interrai-ca', version: '10.0.1' } })).toEqual([]);
    expect(rulesOf(response(), { form: { instrument: 'interrai-hc', version: '9.1' } })).toEqual(['IMA-FORM']);
  });

  it('items this build does not know are left out when a person says so, and named', () => {
    const content = response({ item: [item('A5', 1), item('C1', 1)] });
    const reading = unwrap(read(content, { leaveOut: true }));
    expect(reading.unknownCodes).toEqual(['A5']);
    expect(reading.assessments[0]?.content.answers).toEqual([{ code: 'C1', value: 1 }]);
  });

  it('IMA-PATIENT: on a patient’s own page a file may name them otherwise, but nobody else and no two people', () => {
    const health = (value: string) =>
      response({ subject: { identifier: { value } }, authored: `2026-11-0${value.length}` });
    expect(rulesOf(health('12345'), { patientId: ANNA.id })).toEqual([]);
    expect(rulesOf(response({ subject: undefined }), { patientId: ANNA.id })).toEqual([]);
    expect(rulesOf(response(), { patientId: BILL.id })).toEqual(['IMA-PATIENT']);
    expect(rulesOf(bundleOf(health('12345'), health('123456')), { patientId: ANNA.id })).toEqual(['IMA-PATIENT']);
  });
});

describe('CSV', () => {
  it('reads a line an assessment, codes with or without the exchange prefix, blank for not answered', () => {
    const { assessments, faults } = unwrap(
      read(`${WIDE}P-1,HC,9.1,2026-11-01,2,,3\np-2,interRAI HC,9.1.4,2026-11-02,,1,\n`),
    );
    expect(faults).toEqual([]);
    expect(assessments.map(({ patientId, content }) => [patientId, content.answers])).toEqual([
      [
        ANNA.id,
        [
          { code: 'C1', value: 2 },
          { code: 'D1', value: 3 },
        ],
      ],
      [BILL.id, [{ code: 'C2a', value: 1 }]],
    ]);
  });

  it('reads a line an answer', () => {
    const { assessments, faults, count } = unwrap(
      read(`${LONG}P-1,BMHS,1,2026-11-01,B1a,2\nP-1,BMHS,1,2026-11-01,C5,8\nP-2,BMHS,1,2026-11-01,B1a,0\n`),
    );
    expect(faults).toEqual([]);
    expect(count).toBe(2);
    expect(assessments[0]?.content.answers).toEqual([
      { code: 'B1a', value: 2 },
      { code: 'C5', value: 8 },
    ]);
  });

  it('names line and item of everything that is wrong', () => {
    const text = `${WIDE.trim()},Zz\nP-1,HC,9.1,2026-11-01,7,0,0,\nP-7,HC,9.1,2026-11-01,0,0,0,1\nP-2,HC,8,01/11/2026,x,0,0,\n`;
    const { faults } = unwrap(read(text));
    expect(faults.map(({ line, code, rule }) => [line, code, rule])).toEqual([
      [2, 'C1', 'ASM-RANGE'],
      [3, null, 'IMA-PATIENT'],
      [3, 'Zz', 'ASM-CODE'],
      [4, null, 'IMA-VERSION'],
      [4, null, 'IMA-DATE'],
    ]);
  });

  it.each([
    ['ASC-COLUMN', 'Patient number,Version,Assessed on,C1\nP-1,9.1,2026-11-01,0\n'],
    ['CSV-EMPTY', WIDE],
  ])('%s: the file as a whole', (rule, text) => expect(problemRule(read(text))).toBe(rule));

  it('never repeats what stands in a cell', () => {
    const secret = 'Zaphod 1234567890';
    const text = `Patient number,Instrument,Version,Assessed on,C1,${secret}\n${secret},${secret},${secret},${secret},${secret},1\n`;
    const said = JSON.stringify([read(text), read(text, { form: { instrument: 'interrai-hc', version: '9.1' } })]);
    expect(said).not.toContain('Zaphod');
  });
});

describe('again and again', () => {
  it('IMA-AGAIN: the same file twice is one assessment, whatever the order of its answers', () => {
    const first = plan(response());
    expect(first.planned).toMatchObject([{ action: 'create', answered: 2 }]);
    const there = rowsOf(first.changes);
    expect(plan(response(), there)).toMatchObject({ changes: [], planned: [{ action: 'unchanged' }] });
    const turned = response({ item: [item('C2a', 2), item('C1', 1)] });
    expect(plan(turned, there).changes).toEqual([]);
  });

  it('IMA-EXISTS: another one of that day is refused, unless its source says that it amends', () => {
    const there = rowsOf(plan(response()).changes);
    const other = { item: [item('C1', 2), item('C2a', 2)] };
    expect(plan(response(other), there)).toMatchObject({ changes: [], faults: [{ nth: 1, rule: 'IMA-EXISTS' }] });
    const amended = plan(response({ ...other, status: 'amended' }), there);
    expect(amended.planned).toMatchObject([{ action: 'amend' }]);
    const [row] = rowsOf(amended.changes);
    expect(row).toMatchObject({ supersedes: there[0]?.id, reason: 'amended at its source' });
    const both = [...there, ...rowsOf(amended.changes)];
    expect(plan(response({ ...other, status: 'amended' }), both)).toMatchObject({
      changes: [],
      planned: [{ action: 'unchanged' }],
    });
  });
});

describe('laws', () => {
  const answers = (form: Form) =>
    fc
      .subarray([...form.items], { minLength: 1 })
      .chain((items) =>
        fc.tuple(
          ...items.map(({ code, codes }) =>
            ('values' in codes
              ? fc.constantFrom(...Object.keys(codes.values).map(Number))
              : fc.integer({ min: codes.least, max: codes.most })
            ).map((value) => ({ code, value })),
          ),
        ),
      );
  const sorted = (list: readonly { readonly code: string; readonly value: number }[]) =>
    list.toSorted((a, b) => (a.code < b.code ? -1 : 1));

  it.each(FORMS.map((form) => [form.name, form] as const))(
    'whatever %s can say comes through FHIR and both shapes of CSV alike',
    (_, form) => {
      fc.assert(
        fc.property(answers(form), (list) => {
          const header = `P-1,${form.instrument},${form.version},2026-11-10`;
          const shapes = [
            JSON.stringify(
              response({
                questionnaire: canonicalOf(form.instrument, form.version),
                item: list.map(({ code, value }) => item(code, value)),
              }),
            ),
            `Patient number,Instrument,Version,Assessed on,${list.map(({ code }) => `i${code}`).join(',')}\n${header},${list.map(({ value }) => value).join(',')}\n`,
            `${LONG}${list.map(({ code, value }) => `${header},${code},${value}`).join('\n')}\n`,
          ];
          for (const shape of shapes) {
            const { assessments, faults } = unwrap(read(shape));
            expect(faults).toEqual([]);
            expect(sorted(assessments[0]?.content.answers ?? [])).toEqual(sorted(list));
          }
        }),
        { numRuns: 15 },
      );
    },
  );

  it('IMA-ALL: whatever JSON it is given, it answers, and a fault leaves no change', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        for (const content of [
          value,
          response({ item: value }),
          response({ item: [{ linkId: 'C1', answer: value }] }),
        ]) {
          const reading = readAssessments(JSON.stringify(content), OPTIONS);
          if (!reading.ok || reading.value.faultCount === 0) continue;
          const options = { regionId: REGION, existing: [], completedAt: '', completedBy: '' };
          expect(planAssessments(reading.value, options).changes).toEqual([]);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('HC has the items the CSV test names', () =>
    expect(['C1', 'C2a', 'D1'].every((code) => HC.byCode.has(code))).toBe(true));
  it('CA has the items the FHIR test names', () =>
    expect(['C1', 'C2a'].every((code) => CA.byCode.has(code))).toBe(true));
});
