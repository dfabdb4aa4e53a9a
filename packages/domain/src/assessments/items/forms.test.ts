import { describe, expect, it } from 'vitest';
import { allowedText, allows, CODE_SETS } from './code-sets.ts';
import type { Concept } from './concepts.ts';
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
