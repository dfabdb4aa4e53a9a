import type { Finding } from '@fieldfare/engine-bundles';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answersOf, type Changes } from '../../../test/answers.ts';
import { BMHS } from '../items/bmhs.ts';
import { CA } from '../items/ca.ts';
import type { Form } from '../items/form.ts';
import { HC_9 } from '../items/hc-9.ts';
import { HC_10 } from '../items/hc-10.ts';
import { standingOf } from '../rules.ts';
import type { Assessment } from '../tables.ts';
import { compareProfiles } from './compare.ts';
import { ageBandOf, needsProfile } from './profile.ts';

let made = 0;
function assessment(form: Form, assessedOn: string, changes: Changes = {}, over: Partial<Assessment> = {}): Assessment {
  made += 1;
  return {
    id: `00000000-0000-4000-8000-${String(made).padStart(12, '0')}`,
    regionId: '00000000-0000-4000-8000-00000000000a',
    patientId: '00000000-0000-4000-8000-00000000000b',
    instrument: form.instrument,
    formVersion: form.version,
    assessedOn,
    answers: [...answersOf(form, changes)].map(([code, value]) => ({ code, value })),
    supersedes: null,
    reason: '',
    source: 'entry',
    completedAt: `${assessedOn}T12:00:00.000Z`,
    completedBy: '00000000-0000-4000-8000-00000000000c',
    ...over,
  };
}

const profileOf = (...rows: Assessment[]) =>
  needsProfile({ standing: standingOf(rows), context: null, birthDate: null, on: '2026-11-21' });

const findings = (profile: ReturnType<typeof profileOf>): Finding<unknown>[] => [
  ...Object.values(profile.needs),
  ...Object.values(profile.caps),
  ...Object.values(profile.safetyFlags),
];

describe('needs profile', () => {
  it('PRF-NULL: nothing known, nothing claimed', () => {
    const profile = profileOf();
    for (const { value, missing } of findings(profile)) {
      expect(value).toBeNull();
      expect(missing.length).toBeGreaterThan(0);
    }
    expect(profile.assessedOn).toBeNull();
    expect(profile.orders).toEqual([]);
  });

  it('PRF-LATEST: the most recent assessment that tells a need speaks for it', () => {
    const home = assessment(HC_9, '2026-10-01', { 'mood.selfSad': 1, 'helper.overwhelmed': 1 });
    const contact = assessment(CA, '2026-11-01', { 'mood.selfSad': 3, 'ca.bathing': 2 });
    const { needs, assessedOn } = profileOf(home, contact);
    expect(assessedOn).toBe('2026-11-01');
    expect(needs.mood.value).toBe(3);
    expect(needs.personalSupport).toMatchObject({ value: 3, status: 'provisional' });
    expect(needs.helperOverwhelmed.value).toBe(false);
    expect(needs.cognition.value).toBe(0);
    expect(needs.urgency.value).toBe(1);
    const unsaid = assessment(CA, '2026-11-02', { 'mood.selfSad': 8 });
    expect(profileOf(home, unsaid).needs.mood.value).toBe(1);
  });

  it('PRF-TRACE: a value leads to its scale, its assessment and its item codes', () => {
    const home = assessment(HC_9, '2026-10-01', { 'adl.eating': 6 });
    expect(profileOf(home).needs.adlHierarchy).toEqual({
      value: 5,
      status: 'published',
      missing: [],
      provenance: [
        { kind: 'scale', code: 'ADLH', value: 5, assessmentId: home.id },
        { kind: 'item', code: 'G2b', value: 0, assessmentId: home.id },
        { kind: 'item', code: 'G2h', value: 0, assessmentId: home.id },
        { kind: 'item', code: 'G2f', value: 0, assessmentId: home.id },
        { kind: 'item', code: 'G2j', value: 6, assessmentId: home.id },
      ],
    });
    expect(profileOf(home).needs.livesAlone).toMatchObject({
      value: false,
      status: 'recorded',
      provenance: [{ kind: 'item', code: 'A12a', value: 2 }],
    });
  });

  it('PRF-TRACE: version 10 says which items it does not carry', () => {
    const { needs } = profileOf(assessment(HC_10, '2026-10-01', { 'falls.in30': 3 }));
    expect(needs.falls.value).toBe(2);
    expect(needs.livesAlone).toMatchObject({ value: null, missing: ['home.living'] });
  });

  it('PRF-TRACE: every known value of a random assessment has an item behind it, every unknown a missing code', () => {
    const answers = fc.subarray([...answersOf(HC_9)]);
    fc.assert(
      fc.property(answers, (pairs) => {
        const profile = profileOf(
          assessment(HC_9, '2026-10-01', {}, { answers: pairs.map(([code, value]) => ({ code, value })) }),
        );
        for (const { value, provenance, missing } of findings(profile)) {
          if (value === null) expect(missing.length).toBeGreaterThan(0);
          else {
            expect(missing).toEqual([]);
            expect(provenance.some(({ kind }) => kind === 'item')).toBe(true);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    [HC_9, { 'tx.wound': 3 }, ['wound']],
    [CA, { 'tx.wound': 1, 'tx.ivMedication': 2 }, ['wound', 'iv']],
    [HC_9, {}, []],
  ] as const)('orders: $version', (form, changes, kinds) => {
    const { orders } = profileOf(assessment(form, '2026-10-01', changes));
    expect(orders.map(({ kind }) => kind)).toEqual(kinds);
  });

  it('safety flags come from the screener alone', () => {
    const { safetyFlags } = profileOf(assessment(BMHS, '2026-11-20', { 'bmhs.plan': 1, 'bmhs.squalid': 8 }));
    expect(safetyFlags['local.selfHarm'].value).toBe(3);
    expect(safetyFlags['local.selfCare']).toMatchObject({ value: null, missing: ['C5'] });
  });
});

it.each([
  ['2009-11-21', '0-17'],
  ['2008-11-22', '0-17'],
  ['2008-11-21', '18-64'],
  ['1961-11-22', '18-64'],
  ['1961-11-21', '65-74'],
  ['1951-11-21', '75-84'],
  ['1941-11-21', '85-89'],
  ['1936-11-22', '85-89'],
  ['1936-11-21', '90+'],
  ['1920-01-01', '90+'],
] as const)('born %s is in band %s on 2026-11-21', (birth, band) => expect(ageBandOf(birth, '2026-11-21')).toBe(band));

describe('comparison', () => {
  it('says what got worse, better, known and unknown, and nothing of what stayed', () => {
    const before = profileOf(assessment(HC_9, '2026-05-01', { 'adl.hygiene': 3, 'mood.sad': 3, 'helper.main': 1 }));
    const after = profileOf(
      assessment(HC_9, '2026-11-01', { 'adl.hygiene': 2, 'falls.band': 3, 'helper.main': 9, 'pain.frequency': null }),
      assessment(BMHS, '2026-11-02'),
    );
    const changes = new Map(
      compareProfiles(before, after).map((change) => [`${change.kind} ${change.id}`, change.direction]),
    );
    expect(changes.get('need adlHierarchy')).toBe('better');
    expect(changes.get('need falls')).toBe('worse');
    expect(changes.get('cap falls')).toBe('worse');
    expect(changes.get('cap mood')).toBe('better');
    expect(changes.get('need primaryHelper')).toBe('worse');
    expect(changes.get('need pain')).toBe('lost');
    expect(changes.get('flag local.selfHarm')).toBe('told');
    expect(changes.has('need cognition')).toBe(false);
    expect(compareProfiles(after, after)).toEqual([]);
  });
});
