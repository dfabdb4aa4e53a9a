import { describe, expect, it } from 'vitest';
import { answersOf, type Changes } from '../../../test/answers.ts';
import { BMHS } from '../items/bmhs.ts';
import { CA } from '../items/ca.ts';
import type { Concept } from '../items/concepts.ts';
import type { Form } from '../items/form.ts';
import { HC_9 } from '../items/hc-9.ts';
import { HC_10 } from '../items/hc-10.ts';
import * as daily from './daily-life.ts';
import { FLAGS } from './flags.ts';
import * as health from './health.ts';
import * as mind from './mind.ts';
import * as prov from './provisional.ts';
import { evaluate, type Rule } from './rule.ts';

const hc = (rule: Rule, changes: Changes) => evaluate(rule, HC_9, answersOf(HC_9, changes)).value;
const ca = (rule: Rule, changes: Changes) => evaluate(rule, CA, answersOf(CA, changes)).value;
const zip = (concepts: readonly Concept[], values: readonly number[]): Changes =>
  Object.fromEntries(concepts.map((concept, index) => [concept, values[index] ?? 0]));

describe('ADLH: hygiene, toilet use, locomotion, eating', () => {
  it.each([
    [[0, 0, 0, 0], 0],
    [[1, 1, 1, 1], 0],
    [[2, 0, 0, 0], 1],
    [[3, 0, 0, 0], 2],
    [[0, 0, 3, 0], 2],
    [[4, 0, 0, 0], 3],
    [[0, 6, 0, 0], 3],
    [[0, 0, 4, 0], 4],
    [[0, 0, 0, 5], 4],
    [[0, 0, 6, 0], 5],
    [[0, 0, 0, 8], 5],
    [[6, 6, 6, 5], 5],
    [[6, 6, 6, 6], 6],
    [[8, 8, 8, 8], 6],
  ])('%j → %i', (values, expected) => {
    const changes = zip(['adl.hygiene', 'adl.toiletUse', 'adl.locomotion', 'adl.eating'], values);
    expect(hc(daily.adlHierarchy, changes)).toBe(expected);
    expect(evaluate(daily.adlHierarchy, HC_10, answersOf(HC_10, changes)).value).toBe(expected);
  });
});

describe('ADL-SF and ADL-LF: sums of 0–4', () => {
  it.each([
    [{}, 0, 0],
    [{ 'adl.hygiene': 1 }, 0, 0],
    [{ 'adl.hygiene': 2 }, 1, 1],
    [{ 'adl.hygiene': 3, 'adl.locomotion': 4, 'adl.toiletUse': 5, 'adl.eating': 6 }, 12, 12],
    [{ 'adl.bedMobility': 8, 'adl.toiletTransfer': 6, 'adl.dressUpper': 2 }, 0, 9],
    [{ 'adl.dressLower': 6, 'adl.bathing': 6, 'adl.walking': 6 }, 0, 0],
  ])('%j → %i and %i', (changes, short, long) => {
    expect(hc(daily.adlShort, changes)).toBe(short);
    expect(hc(daily.adlLong, changes)).toBe(long);
  });
  it('reaches 16 and 28', () => {
    const all = zip(
      [
        'adl.hygiene',
        'adl.locomotion',
        'adl.toiletUse',
        'adl.eating',
        'adl.bedMobility',
        'adl.toiletTransfer',
        'adl.dressUpper',
      ],
      Array.from({ length: 7 }, () => 6),
    );
    expect([hc(daily.adlShort, all), hc(daily.adlLong, all)]).toEqual([16, 28]);
  });
});

it.each([
  [{}, 0, 0, 0],
  [{ 'iadl.meals': 6, 'iadl.housework': 5, 'iadl.shopping': 4, 'iadl.transport': 3 }, 18, 18, 0],
  [{ 'iadl.phone': 6, 'iadl.finance': 2, 'iadl.medicines': 1, 'iadl.stairs': 1 }, 0, 10, 0],
  [{ 'iadlDone.meals': 8, 'iadlDone.phone': 6, 'iadlDone.stairs': 3 }, 0, 0, 15],
])('IADL %j → four %i, capacity %i, performance %i', (changes, four, capacity, performance) => {
  expect(hc(daily.iadlCapSum, changes)).toBe(four);
  expect(hc(daily.iadlCapacity, changes)).toBe(capacity);
  expect(hc(daily.iadlPerformance, changes)).toBe(performance);
});

describe('CPS: decisions, memory, expression, eating', () => {
  it.each([
    [[0, 0, 0, 0], 0],
    [[1, 0, 0, 0], 1],
    [[3, 0, 0, 0], 1],
    [[0, 1, 0, 0], 1],
    [[0, 0, 4, 0], 1],
    [[1, 1, 0, 0], 2],
    [[0, 1, 2, 0], 2],
    [[3, 1, 0, 0], 3],
    [[1, 1, 3, 0], 3],
    [[3, 1, 3, 0], 4],
    [[4, 1, 4, 5], 5],
    [[4, 0, 0, 0], 5],
    [[4, 1, 4, 6], 6],
    [[4, 0, 0, 8], 6],
    [[5, 0, 0, 0], 6],
  ])('%j → %i', (values, expected) => {
    const changes = zip(['cog.decision', 'cog.shortTerm', 'comm.expression', 'adl.eating'], values);
    expect(hc(mind.cps, changes)).toBe(expected);
  });
  it('ASM-NULL: at 5 the form skips the rest; at 4 it does not', () => {
    const skipped = { 'cog.shortTerm': null, 'comm.expression': null, 'adl.eating': null };
    expect(hc(mind.cps, { ...skipped, 'cog.decision': 5 })).toBe(6);
    expect(hc(mind.cps, { ...skipped, 'cog.decision': 4 })).toBeNull();
  });
});

it.each([
  [[0, 0, 0, 0, 0, 0, 0], 0],
  [[1, 0, 0, 0, 0, 0, 0], 1],
  [[2, 0, 0, 0, 0, 0, 0], 1],
  [[3, 0, 0, 0, 0, 0, 0], 2],
  [[1, 2, 3, 0, 0, 0, 0], 4],
  [[3, 3, 3, 3, 3, 3, 3], 14],
])('DRS %j → %i', (values, expected) => {
  const signs = [
    'mood.negative',
    'mood.anger',
    'mood.fears',
    'mood.healthComplaints',
    'mood.anxious',
    'mood.sad',
    'mood.tears',
  ] as const;
  expect(hc(mind.drs, zip(signs, values))).toBe(expected);
});

it.each([
  [[0, 0, 0], 0],
  [[1, 2, 3], 6],
  [[3, 3, 3], 9],
  [[3, 8, 3], null],
  [[8, 8, 8], null],
])('DMS %j → %j', (values, expected) => {
  const said = zip(['mood.selfInterest', 'mood.selfAnxious', 'mood.selfSad'], values);
  expect(hc(mind.dms, said)).toBe(expected);
  expect(ca(mind.dms, said)).toBe(expected);
});

it('ASM-NULL: an answer that was not given is missing, and still an input', () => {
  const result = evaluate(mind.dms, CA, answersOf(CA, { 'mood.selfSad': 8 }));
  expect(result.missing).toEqual(['C5c']);
  expect(result.inputs).toContainEqual({ code: 'C5c', value: 8 });
});

it.each([
  [0, 0, 0],
  [0, 4, 0],
  [1, 3, 1],
  [2, 0, 1],
  [3, 0, 2],
  [3, 1, 2],
  [3, 2, 2],
  [3, 3, 3],
  [3, 4, 4],
])('PAIN: frequency %i, intensity %i → %i', (frequency, intensity, expected) => {
  expect(hc(health.pain, { 'pain.frequency': frequency, 'pain.intensity': intensity })).toBe(expected);
});

it.each([
  [{ 'beh.wandering': 3, 'beh.sexual': 3 }, 0],
  [{ 'beh.verbal': 1 }, 1],
  [{ 'beh.verbal': 3, 'beh.physical': 3, 'beh.inappropriate': 3, 'beh.resists': 3 }, 12],
])('ABS %j → %i', (changes, expected) => expect(hc(mind.abs, changes)).toBe(expected));

it.each([
  [0, 0, 0],
  [4, 3, 7],
  [4, 4, 8],
])('COMM: %i + %i → %i', (expression, comprehension, expected) => {
  expect(hc(mind.communication, { 'comm.expression': expression, 'comm.comprehension': comprehension })).toBe(expected);
});

describe('CHESS', () => {
  it.each([
    [{}, 0],
    [{ 'sym.vomiting': 1, 'sym.oedema': 1 }, 0],
    [{ 'sym.vomiting': 2 }, 1],
    [{ 'sym.dyspnoea': 1, 'nut.weightLoss': 1 }, 2],
    [{ 'sym.vomiting': 4, 'sym.oedema': 4, 'sym.dyspnoea': 3 }, 2],
    [{ 'nut.dehydrated': 1, 'nut.lowFluid': 1, 'nut.output': 1, 'nut.lessIntake': 1 }, 2],
    [{ 'cog.change': 2 }, 1],
    [{ 'cog.change': 8, 'adl.change': 8 }, 0],
    [{ 'adl.change': 2, 'health.endStage': 1 }, 2],
    [{ 'sym.oedema': 2, 'sym.dyspnoea': 1, 'cog.change': 2, 'adl.change': 2, 'health.endStage': 1 }, 5],
  ])('%j → %i, in both versions', (changes, expected) => {
    expect(hc(health.chess, changes)).toBe(expected);
    expect(evaluate(health.chess, HC_10, answersOf(HC_10, changes)).value).toBe(expected);
  });
});

it.each([
  [{}, 0],
  [{ 'ca.palliative': 1 }, 1],
  [{ 'sym.dyspnoea': 1, 'sym.vomiting': 2, 'nut.lessIntake': 1 }, 2],
  [{ 'sym.dyspnoea': 1, 'sym.oedema': 2, 'cog.change': 2, 'adl.change': 2, 'ca.palliative': 1 }, 5],
])('CHESS-CA %j → %i: additive, palliative forces nothing', (changes, expected) =>
  expect(ca(health.chessCa, changes)).toBe(expected),
);

it.each([
  [{}, 0],
  [{ 'skin.prior': 1 }, 2],
  [{ 'adl.bedMobility': 2 }, 1],
  [{ 'adl.bedMobility': 1 }, 0],
  [{ 'adl.walking': 8 }, 1],
  [{ 'cont.bowel': 2 }, 1],
  [{ 'cont.bowel': 8 }, 0],
  [{ 'pain.frequency': 2 }, 0],
  [{ 'pain.frequency': 3, 'pain.intensity': 1 }, 1],
  [
    {
      'adl.bedMobility': 6,
      'adl.walking': 8,
      'cont.bowel': 5,
      'nut.weightLoss': 1,
      'skin.prior': 1,
      'pain.frequency': 3,
      'sym.dyspnoea': 3,
    },
    8,
  ],
])('PURS %j → %i', (changes, expected) => expect(hc(health.purs, changes)).toBe(expected));

it.each([
  [{}, 1],
  [{ 'ca.decision': 1 }, 0],
  [{ 'ca.locomotion': 1 }, 0],
  [{ 'ca.meals': 2 }, 1],
])('SRI %j → %i', (changes, expected) => expect(ca(mind.sri, changes)).toBe(expected));

describe('provisional rules of the Contact Assessment', () => {
  it.each([
    [{}, 1],
    [{ 'ca.meals': 1 }, 2],
    [{ 'ca.decision': 1 }, 2],
    [{ 'ca.bathing': 2 }, 3],
    [{ 'ca.bathing': 2, 'ca.hygiene': 1 }, 4],
    [{ 'ca.bathing': 2, 'ca.hygiene': 2, 'ca.locomotion': 2 }, 5],
    [{ 'ca.bathing': 2, 'ca.hygiene': 2, 'ca.locomotion': 2, 'ca.dressLower': 2, 'ca.bathTransfer': 1 }, 6],
    [{ 'helper.overwhelmed': 1 }, 2],
    [{ 'ca.decision': 2, 'ca.bathing': 2 }, 4],
  ])('prov.psa %j → %i', (changes, expected) => expect(ca(prov.provPsa, changes)).toBe(expected));

  it.each([
    [{}, 1],
    [{ 'ca.meals': 1 }, 2],
    [{ 'ca.palliative': 1, 'ca.bathing': 2, 'adl.change': 2 }, 1],
    [{ 'ca.bathing': 1 }, 2],
    [{ 'ca.bathing': 1, 'ca.meals': 2 }, 3],
    [{ 'ca.bathing': 1, 'adl.change': 2 }, 4],
    [{ 'ca.bathing': 1, 'adl.change': 2, 'ca.meals': 2, 'ca.stairs': 2 }, 5],
    [{ 'ca.bathing': 1, 'adl.change': 2, 'ca.meals': 2, 'ca.stairs': 2, 'ca.decision': 2 }, 4],
  ])('prov.rehab %j → %i', (changes, expected) => expect(ca(prov.provRehab, changes)).toBe(expected));

  it.each([
    [{}, 1],
    [{ 'pain.frequency': 3 }, 1],
    [{ 'ca.bathing': 1 }, 1],
    [{ 'ca.bathing': 1, 'pain.frequency': 3 }, 2],
    [{ 'ca.bathing': 1, 'pain.frequency': 3, 'use.lastHospital': 3 }, 3],
    [{ 'tx.wound': 1 }, 3],
    [{ 'tx.ivMedication': 3, 'use.emergency': 1 }, 3],
    [{ 'tx.ivMedication': 3, 'use.emergency': 1, 'use.lastHospital': 4 }, 4],
  ])('prov.sua %j → %i', (changes, expected) => expect(ca(prov.provSua, changes)).toBe(expected));

  it.each([
    [{}, 1],
    [{ 'sym.dyspnoea': 2 }, 2],
    [{ 'sym.dyspnoea': 2, 'health.selfRated': 8, 'health.unstable': 1, 'mood.selfSad': 3 }, 4],
    [{ 'ca.bathing': 1 }, 3],
    [{ 'ca.bathing': 2, 'ca.hygiene': 1 }, 4],
    [{ 'ca.bathing': 1, 'ca.decision': 2 }, 5],
    [{ 'ca.bathing': 1, 'ca.decision': 2, 'sym.dyspnoea': 3, 'health.unstable': 1 }, 6],
  ])('prov.aua %j → %i', (changes, expected) => expect(ca(prov.provAua, changes)).toBe(expected));
});

describe('provisional rules of Home Care', () => {
  it.each([
    [{}, 1],
    [{ 'iadl.meals': 1 }, 1],
    [{ 'iadl.meals': 2 }, 2],
    [{ 'adl.bathing': 3 }, 3],
    [{ 'adl.bathing': 6, 'adl.hygiene': 6, 'adl.locomotion': 8, 'adl.dressLower': 4, 'adl.toiletTransfer': 5 }, 6],
    [{ 'adl.bathing': 3, 'cog.decision': 3 }, 4],
  ])('prov.psa.hc %j → %i', (changes, expected) => expect(hc(prov.provPsaHc, changes)).toBe(expected));

  it.each([
    [{}, 1],
    [{ 'adl.bathing': 4, 'adl.change': 2 }, 4],
    [{ 'adl.bathing': 4, 'adl.change': 2, 'iadl.meals': 4, 'iadl.stairs': 6 }, 5],
    [{ 'adl.bathing': 4, 'adl.change': 2, 'health.endStage': 1 }, 1],
  ])('prov.rehab.hc %j → %i', (changes, expected) => expect(hc(prov.provRehabHc, changes)).toBe(expected));

  it.each([
    [{}, 1],
    [{ 'iadl.finance': 3 }, 2],
    [{ 'iadl.medicines': 3 }, 3],
    [{ 'skin.ulcer': 2 }, 3],
    [{ 'adl.hygiene': 4 }, 4],
    [{ 'falls.band': 3 }, 4],
    [{ 'beh.wandering': 1 }, 4],
    [{ 'falls.band': 3, 'adl.hygiene': 4 }, 5],
    [{ 'cog.decision': 3, 'cog.shortTerm': 1, 'beh.verbal': 1 }, 5],
  ])('prov.priority %j → %i', (changes, expected) => expect(hc(prov.provPriority, changes)).toBe(expected));
});

describe('local safety flags', () => {
  it.each([
    ['local.selfHarm', {}, 0],
    ['local.selfHarm', { 'bmhs.concern': 1 }, 1],
    ['local.selfHarm', { 'bmhs.considered': 1 }, 2],
    ['local.selfHarm', { 'bmhs.attempt': 1 }, 3],
    ['local.selfHarm', { 'bmhs.plan': 1 }, 3],
    ['local.harmOthers', { 'bmhs.violentIdeas': 1 }, 1],
    ['local.harmOthers', { 'bmhs.threats': 1 }, 1],
    ['local.harmOthers', { 'bmhs.threats': 2 }, 2],
    ['local.harmOthers', { 'bmhs.weapon': 1 }, 0],
    ['local.harmOthers', { 'bmhs.weapon': 1, 'bmhs.violentIdeas': 1 }, 2],
    ['local.harmOthers', { 'bmhs.violence': 1 }, 2],
    ['local.harmOthers', { 'bmhs.violence': 2 }, 3],
    ['local.psychosis', {}, 0],
    ['local.psychosis', { 'bmhs.delusions': 1 }, 1],
    ['local.psychosis', { 'bmhs.commands': 1 }, 3],
    ['local.selfCare', { 'bmhs.refusedMedicines': 1 }, 1],
    ['local.selfCare', { 'bmhs.decisions': 1 }, 1],
    ['local.selfCare', { 'bmhs.decisions': 1, 'bmhs.squalid': 1 }, 2],
    ['local.selfCare', { 'bmhs.squalid': 8 }, null],
  ] as const)('%s %j → %j', (id, changes, expected) => {
    const rule = FLAGS.find((flag) => flag.id === id) as Rule;
    expect(evaluate(rule, BMHS, answersOf(BMHS, changes)).value).toBe(expected);
  });
});

it('falls of both versions are read alike', () => {
  const falls9 = (band: number) =>
    health.fallsIn90Of({ get: () => band, all: () => [], carries: (concept) => concept === 'falls.band' });
  expect([0, 1, 2, 3].map(falls9)).toEqual([0, 1, 1, 2]);
  const falls10 = (recent: number, earlier: number) =>
    health.fallsIn90Of({ get: () => 0, all: () => [recent, earlier], carries: () => false });
  expect([falls10(0, 0), falls10(0, 1), falls10(1, 1), falls10(5, 0)]).toEqual([0, 1, 2, 2]);
});

it('prov.psa.hc counts bath transfer where the form asks for it, else getting on and off the toilet', () => {
  const support = (form: Form, changes: Changes) => evaluate(prov.provPsaHc, form, answersOf(form, changes)).value;
  expect(support(HC_9, { 'adl.toiletTransfer': 4 })).toBe(3);
  expect(support(HC_10, { 'adl.toiletTransfer': 4 })).toBe(1);
  expect(support(HC_10, { 'adl.bathTransfer': 4 })).toBe(3);
});
