import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answersOf } from '../../../test/answers.ts';
import { assess } from '../assess.ts';
import { BMHS } from '../items/bmhs.ts';
import { CA } from '../items/ca.ts';
import type { Concept } from '../items/concepts.ts';
import type { Form } from '../items/form.ts';
import { FORMS } from '../items/forms.ts';
import { HC_9 } from '../items/hc-9.ts';
import * as daily from './daily-life.ts';
import * as health from './health.ts';
import * as mind from './mind.ts';
import * as prov from './provisional.ts';
import { evaluate, type Rule } from './rule.ts';

/** Answers of one item from least to most need. */
type Axis = readonly [Concept, readonly number[]];

const ADL = [0, 1, 2, 3, 4, 5, 6, 8];

/** Every combination: the rule never falls when one item worsens. Returns the values that occur. */
function monotone(rule: Rule, form: Form, axes: readonly Axis[]): ReadonlySet<number> {
  const base = new Map(answersOf(form));
  const codes = axes.map(([concept]) => form.codeOf.get(concept) as string);
  const sizes = axes.map(([, values]) => values.length);
  const total = sizes.reduce((product, size) => product * size, 1);
  const results = new Int8Array(total);
  const strides = sizes.map((_, axis) => sizes.slice(axis + 1).reduce((product, size) => product * size, 1));
  for (let index = 0; index < total; index += 1) {
    for (const [axis, [, values]] of axes.entries()) {
      const digit = Math.floor(index / (strides[axis] as number)) % values.length;
      base.set(codes[axis] as string, values[digit] as number);
    }
    results[index] = evaluate(rule, form, base).value as number;
    for (const [axis, [, values]] of axes.entries()) {
      const stride = strides[axis] as number;
      if (Math.floor(index / stride) % values.length === 0) continue;
      if ((results[index] as number) < (results[index - stride] as number)) {
        expect.fail(`${rule.id} falls when ${codes[axis]} worsens: ${JSON.stringify(Object.fromEntries(base))}`);
      }
    }
  }
  return new Set(results);
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const binary = (...concepts: Concept[]): Axis[] => concepts.map((concept) => [concept, [0, 1]] as const);
const CARE: Concept[] = ['ca.bathing', 'ca.bathTransfer', 'ca.hygiene', 'ca.dressLower', 'ca.locomotion'];
const care: Axis[] = CARE.map((concept) => [concept, [0, 1, 2]]);

describe('every combination: more need never gives a lower value, and every value occurs', () => {
  it('ADLH', () => {
    const axes: Axis[] = (['adl.hygiene', 'adl.toiletUse', 'adl.locomotion', 'adl.eating'] as const).map((c) => [
      c,
      ADL,
    ]);
    expect([...monotone(daily.adlHierarchy, HC_9, axes)].sort()).toEqual(range(0, 6));
  });
  it('CPS', () => {
    const axes: Axis[] = [
      ['cog.decision', range(0, 5)],
      ['cog.shortTerm', [0, 1]],
      ['comm.expression', range(0, 4)],
      ['adl.eating', ADL],
    ];
    expect([...monotone(mind.cps, HC_9, axes)].sort()).toEqual(range(0, 6));
  });
  it('PAIN', () => {
    const axes: Axis[] = [
      ['pain.frequency', range(0, 3)],
      ['pain.intensity', range(0, 4)],
    ];
    expect([...monotone(health.pain, HC_9, axes)].sort()).toEqual(range(0, 4));
  });
  it('CHESS', () => {
    const axes: Axis[] = [
      ['sym.vomiting', [1, 2]],
      ['sym.oedema', [1, 2]],
      ['sym.dyspnoea', [0, 1]],
      ...binary('nut.weightLoss', 'nut.dehydrated', 'nut.lowFluid', 'nut.output', 'nut.lessIntake', 'health.endStage'),
      ['cog.change', [0, 1, 2]],
      ['adl.change', [0, 1, 2]],
    ];
    expect([...monotone(health.chess, HC_9, axes)].sort()).toEqual(range(0, 5));
  });
  it('CHESS-CA', () => {
    const axes: Axis[] = [
      ['sym.vomiting', range(0, 4)],
      ['sym.oedema', range(0, 4)],
      ['sym.dyspnoea', [0, 1]],
      ...binary('nut.weightLoss', 'nut.lessIntake', 'ca.palliative'),
      ['cog.change', [0, 1, 2]],
      ['adl.change', [0, 1, 2]],
    ];
    expect([...monotone(health.chessCa, CA, axes)].sort()).toEqual(range(0, 5));
  });
  it('PURS', () => {
    const axes: Axis[] = [
      ['adl.bedMobility', [0, 1, 2, 8]],
      ['adl.walking', [0, 1, 2, 8]],
      ['cont.bowel', range(0, 5)],
      ...binary('nut.weightLoss', 'skin.prior'),
      ['pain.frequency', range(0, 3)],
      ['sym.dyspnoea', [0, 1]],
    ];
    expect([...monotone(health.purs, HC_9, axes)].sort()).toEqual(range(0, 8));
  });
  it('prov.psa', () => {
    const axes: Axis[] = [['ca.decision', [0, 1, 2]], ...care, ['ca.meals', [0, 2]], ...binary('helper.overwhelmed')];
    expect([...monotone(prov.provPsa, CA, axes)].sort()).toEqual(range(1, 6));
  });
  it('prov.sua', () => {
    const axes: Axis[] = [
      ['ca.decision', [0, 1, 2]],
      ['ca.bathing', [0, 1, 2]],
      ['pain.frequency', range(0, 3)],
      ['tx.ivMedication', range(0, 3)],
      ['tx.wound', range(0, 3)],
      ['use.lastHospital', range(0, 5)],
      ['use.emergency', [0, 1, 2]],
    ];
    expect([...monotone(prov.provSua, CA, axes)].sort()).toEqual(range(1, 4));
  });
  it('prov.aua', () => {
    const axes: Axis[] = [
      ['ca.decision', [0, 1, 2]],
      ['ca.bathing', [0, 1, 2]],
      ['ca.hygiene', [0, 2]],
      ['sym.dyspnoea', range(0, 3)],
      ['health.selfRated', range(0, 3)],
      ['mood.selfSad', range(0, 3)],
      ...binary('health.unstable', 'helper.overwhelmed'),
    ];
    expect([...monotone(prov.provAua, CA, axes)].sort()).toEqual(range(1, 6));
  });
  it('prov.rehab rises with household need and recent decline at equal cognition', () => {
    const axes: Axis[] = [
      ['ca.bathing', [0, 1, 2]],
      ['ca.meals', [0, 1, 2]],
      ['ca.housework', [0, 1, 2]],
      ['ca.medicines', [0, 1, 2]],
      ['ca.stairs', [0, 1, 2]],
      ['adl.change', [0, 1]],
    ];
    expect([...monotone(prov.provRehab, CA, axes)].sort()).toEqual([1, 2, 3]);
  });
});

/** Allowed answers with some left out. */
const partial = (form: Form): fc.Arbitrary<ReadonlyMap<string, number>> =>
  fc
    .tuple(
      ...form.items.map(({ code, codes }) =>
        fc.option(
          ('values' in codes
            ? fc.constantFrom(...Object.keys(codes.values).map(Number))
            : fc.integer({ min: codes.least, max: codes.most })
          ).map((value) => [code, value] as const),
          { freq: 60, nil: null },
        ),
      ),
    )
    .map((pairs) => new Map(pairs.filter((pair) => pair !== null)));

const resultsOf = (form: Form, answers: ReadonlyMap<string, number>) => {
  const { scales, caps, flags, rug } = assess(form, answers);
  return [...scales, ...flags, ...Object.values(caps), ...(rug ? [rug] : [])];
};

describe.each(FORMS.map((form) => [form.name, form] as const))('%s with answers left out', (_, form) => {
  it('ASM-NULL, ASM-TRACE: null exactly when something is missing, and inputs are what was read', () => {
    fc.assert(
      fc.property(partial(form), (answers) => {
        for (const result of resultsOf(form, answers)) {
          expect(result.value === null, result.id).toBe(result.missing.length > 0);
          expect(Number.isNaN(result.value), result.id).toBe(false);
          for (const { code, value } of result.inputs) expect(answers.get(code)).toBe(value);
          for (const code of result.missing) {
            const answer = answers.get(code);
            expect(answer === undefined || answer === 8, `${result.id} says ${code} is missing`).toBe(true);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('ASM-NULL: leaving out any input of a result makes it null and names the code', () => {
    const answers = answersOf(form);
    for (const result of resultsOf(form, answers)) {
      if (result.value === null) continue;
      expect(result.inputs.length, result.id).toBeGreaterThan(0);
      for (const { code } of result.inputs) {
        const without = new Map(answers);
        without.delete(code);
        const again = resultsOf(form, without).find(({ id }) => id === result.id);
        expect(again?.value, `${result.id} without ${code}`).toBeNull();
        expect(again?.missing).toContain(code);
      }
    }
  });

  it('ASM-STATUS: a provisional rule never bears an official name', () => {
    for (const { id, status } of resultsOf(form, answersOf(form))) {
      expect(status === 'provisional', id).toBe(/^(prov|local)\./.test(id));
    }
  });
});

it('a form that lacks an item says which thing it lacks', () => {
  const { caps } = assess(FORMS[1] as Form, answersOf(FORMS[1] as Form));
  expect(caps.prevention?.value).toBeNull();
  expect(caps.prevention?.missing).toContain('prev.flu');
});

it('somebody without needs has a value of every Home Care 9.1 scale and protocol, all of them the least', () => {
  const { scales, caps, rug } = assess(HC_9, answersOf(HC_9));
  expect(scales.filter(({ value }) => value === null)).toEqual([]);
  expect(scales.filter(({ value, id }) => (value as number) > (id.startsWith('prov.') ? 1 : 0))).toEqual([]);
  expect(
    Object.values(caps)
      .filter(({ value }) => value !== 'none')
      .map(({ id }) => id),
  ).toEqual(['CAP.cognitiveLoss']);
  expect(caps.cognitiveLoss?.value).toBe('monitor');
  expect(rug?.value).toBe('PA1');
  expect(assess(BMHS, answersOf(BMHS)).flags.map(({ value }) => value)).toEqual([0, 0, 0, 0]);
});
