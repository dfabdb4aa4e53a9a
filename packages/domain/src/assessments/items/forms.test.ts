import { describe, expect, it } from 'vitest';
import { allowedText, allows, CODE_SETS } from './code-sets.ts';
import type { Concept } from './concepts.ts';
import { defineForm } from './form.ts';
import { FORMS, formNamed, formOf } from './forms.ts';
import { HC_9 } from './hc-9.ts';
import { HC_10 } from './hc-10.ts';

/** Codes that a public source states for both versions. */
const BOTH: readonly (readonly [Concept, string, string])[] = [
  ['cog.decision', 'C1', 'C1'],
  ['cog.shortTerm', 'C2a', 'C2a'],
  ['comm.expression', 'D1', 'D1'],
  ['mood.tears', 'E1g', 'E1g'],
  ['beh.wandering', 'E3a', 'E4a'],
  ['beh.resists', 'E3f', 'E4f'],
  ['iadl.meals', 'G1ab', 'G4ab'],
  ['iadl.shopping', 'G1gb', 'G4gb'],
  ['iadl.transport', 'G1hb', 'G4ib'],
  ['adl.bathing', 'G2a', 'G5a'],
  ['adl.hygiene', 'G2b', 'G5c'],
  ['med.adherence', 'M3', 'M9'],
  ['adl.locomotion', 'G2f', 'G5g'],
  ['adl.toiletUse', 'G2h', 'G5i'],
  ['adl.eating', 'G2j', 'G5k'],
  ['adl.change', 'G6', 'G7'],
  ['sym.vomiting', 'J3n', 'J4m'],
  ['sym.oedema', 'J3u', 'J4v'],
  ['sym.dyspnoea', 'J4', 'J5'],
  ['pain.frequency', 'J6a', 'J7a'],
  ['health.endStage', 'J7c', 'J8c'],
  ['nut.lessIntake', 'K2e', 'K4d'],
  ['helper.overwhelmed', 'P2c', 'P4d'],
];

describe('code maps', () => {
  it.each(BOTH)('%s is %s in 9.1 and %s in 10', (concept, nine, ten) => {
    expect(HC_9.codeOf.get(concept)).toBe(nine);
    expect(HC_10.codeOf.get(concept)).toBe(ten);
  });
  it('one code means different things in the two versions: a file must say which it is', () => {
    expect(HC_9.byCode.get('G5a')?.concept).toBe('hope.person');
    expect(HC_10.byCode.get('G5a')?.concept).toBe('adl.bathing');
  });
  it('every code is marked as seen in the source its form names, or as recalled', () => {
    const recalled = (version: string) =>
      FORMS.find((form) => form.version === version)?.items.filter(({ certainty }) => certainty === 'recalled') ?? [];
    for (const { source } of FORMS) expect(source.length).toBeGreaterThan(10);
    expect(recalled('10.0.1').map(({ code }) => code)).toEqual(['D2', 'D8a']);
    expect(recalled('1')).toEqual([]);
    expect(recalled('10')).toHaveLength(14);
    // Seen: the inputs of the scales with a public data description.
    expect(HC_9.items.filter(({ certainty }) => certainty === 'seen')).toHaveLength(15);
  });
  it('a mark at no code, and a code that stands twice, are wrong from the start', () => {
    const about = { instrument: 'interrai-ca', version: '0', name: 'T', source: '', dueAfterDays: null } as const;
    expect(() => defineForm(about, { recalled: ['Z1'] }, [['S', ['C1', 'ca.decision']]])).toThrow('Z1');
    expect(() => defineForm(about, { recalled: [] }, [['S', ['C1', 'ca.decision'], ['C1', 'ca.bathing']]])).toThrow(
      'twice',
    );
  });
  it('no form without its name', () => {
    for (const form of FORMS) expect(formOf(form.instrument, form.version)).toBe(form);
    expect(formOf('interrai-hc', '8')).toBeNull();
  });
});

it.each([
  ['adl', 8, true, '0–6, 8'],
  ['adl', 7, false, '0–6, 8'],
  ['yesNo', 2, false, '0, 1'],
  ['minutes', 3001, false, '0–3000'],
  ['medicines', 12, true, '0–60'],
  ['change', 8, true, '0–2, 8'],
] as const)('%s allows %i: %s', (set, value, allowed, text) => {
  expect(allows(CODE_SETS[set], value)).toBe(allowed);
  expect(allowedText(CODE_SETS[set])).toBe(text);
});

it.each([
  ['interrai-hc', '9.1', '9.1'],
  ['interrai-hc', '9.1.4', '9.1'],
  ['interrai-hc', 'v10.1', '10'],
  ['interrai-hc', '9.12', null],
  ['interrai-hc', '9', '9.1'],
  ['interrai-hc', '', null],
  ['interrai-ca', '10.0.1_OH', '10.0.1'],
  ['interrai-ca', '10', '10.0.1'],
  ['interrai-ca', '9.1', null],
] as const)('%s %s is read with the map of %j', (instrument, stated, version) => {
  expect(formNamed(instrument, stated)?.version ?? null).toBe(version);
});
