import { ok } from '@fieldfare/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answersOf } from '../../../test/answers.ts';
import { AUA, PRIORITY, PSA, packOf, REHAB, RUG, SUA } from '../../../test/rule-packs.ts';
import { assess } from '../assess.ts';
import { CA } from '../items/ca.ts';
import type { CodeSet } from '../items/code-sets.ts';
import type { Form } from '../items/form.ts';
import { HC_9 } from '../items/hc-9.ts';
import type { Answers } from '../scales/rule.ts';
import { checkPack, type PackContent, type PackRule, ruleBookOf } from './pack.ts';
import { SLOTS } from './slots.ts';

const MARK = { id: 'test.contact', version: '1.0.0', hash: 'h' };
const bookOf = (...rules: PackRule[]) => ruleBookOf([{ ...MARK, rules }]);

const valuesOf = (codes: CodeSet): number[] =>
  'values' in codes ? Object.keys(codes.values).map(Number) : [codes.least, codes.least + 1, codes.most];

/** Any answers a form allows; some left out. */
const anyAnswers = (form: Form, left = 0.02): fc.Arbitrary<Answers> =>
  fc
    .tuple(
      ...form.items.map(({ codes }) => fc.tuple(fc.constantFrom(...valuesOf(codes)), fc.double({ min: 0, max: 1 }))),
    )
    .map((drawn) => {
      const answers = new Map<string, number>();
      for (const [index, [value, chance]] of drawn.entries()) {
        const code = form.items[index]?.code;
        if (code !== undefined && chance >= left) answers.set(code, value);
      }
      return answers;
    });

describe('rules as data', () => {
  it.each([
    [CA, [PSA, REHAB, SUA, AUA]],
    [HC_9, [PRIORITY]],
  ] as const)(
    'the stand-ins written as a pack say what they say as code, missing items included: $name',
    (form, rules) => {
      const book = bookOf(...rules);
      fc.assert(
        fc.property(anyAnswers(form), (answers) => {
          const byCode = new Map(assess(form, answers).scales.map((result) => [result.slot, result]));
          for (const result of assess(form, answers, book).scales) {
            const other = byCode.get(result.slot);
            expect(result.value).toBe(other?.value);
            expect([...result.missing].sort()).toEqual([...(other?.missing ?? [])].sort());
          }
        }),
        { numRuns: 250 },
      );
    },
  );

  it('a result names the pack and its version, and the place it took', () => {
    const [psa] = assess(CA, answersOf(CA), bookOf(PSA)).scales.filter(({ slot }) => slot === 'prov.psa');
    expect(psa).toMatchObject({ id: 'PSA', version: '1.0.0', status: 'official', pack: MARK, value: 1 });
    const [own] = assess(CA, answersOf(CA)).scales.filter(({ slot }) => slot === 'prov.psa');
    expect(own).toMatchObject({ id: 'prov.psa', status: 'provisional', pack: null });
  });

  it('a pack’s grouper moves the border it moves', () => {
    const answers = answersOf(HC_9, { 'therapy.physio': 60 });
    expect(assess(HC_9, answers).rug).toMatchObject({ id: 'prov.rug3hc', value: 'PA1' });
    expect(assess(HC_9, answers, bookOf(RUG)).rug).toMatchObject({
      id: 'RUG-III-HC',
      status: 'official',
      value: 'RA1',
    });
  });

  it('a protocol’s number is one of its levels', () => {
    const rule: PackRule = {
      kind: 'formula',
      id: 'CAP-IADL',
      replaces: 'prov.cap.iadl',
      status: 'official',
      label: 'Household activities',
      terms: [],
      value: { count: [{ of: { item: 'iadl.meals' }, atLeast: 3 }] },
    };
    const level = (meals: number) =>
      assess(HC_9, answersOf(HC_9, { 'iadl.meals': meals }), bookOf(rule)).caps.iadl?.value;
    expect([level(0), level(3)]).toEqual(['none', 'improve']);
  });

  it('the first of two packs for one stand-in speaks', () => {
    const book = ruleBookOf([
      { ...MARK, id: 'first', rules: [PSA] },
      { ...MARK, id: 'second', rules: [{ ...PSA, id: 'PSA-2' }, SUA] },
    ]);
    expect(book.get('prov.psa')?.id).toBe('PSA');
    expect(book.get('prov.sua')?.pack?.id).toBe('second');
  });
});

describe('PCK-RANGE: what passes never leaves its range', () => {
  const concepts = CA.items.map(({ concept }) => concept);
  const { formula: anyFormula } = fc.letrec<{ formula: unknown; condition: unknown }>((tie) => ({
    formula: fc.oneof(
      { maxDepth: 3 },
      fc.integer({ min: 0, max: 6 }),
      fc.constantFrom(...concepts).map((item) => ({ item })),
      fc.array(tie('formula'), { minLength: 1, maxLength: 3 }).map((sum) => ({ sum })),
      fc.array(tie('formula'), { minLength: 1, maxLength: 3 }).map((least) => ({ least: [6, ...least] })),
      fc.array(tie('formula'), { minLength: 1, maxLength: 3 }).map((most) => ({ most: [1, ...most] })),
      fc.array(tie('condition'), { minLength: 1, maxLength: 3 }).map((count) => ({ count })),
      fc
        .record({ when: tie('condition'), value: tie('formula') })
        .chain((one) => tie('formula').map((otherwise) => ({ cases: [one], otherwise }))),
    ),
    condition: fc.oneof(
      { maxDepth: 2 },
      fc.record({ of: tie('formula'), atLeast: fc.integer({ min: 0, max: 4 }) }),
      fc.record({ of: tie('formula'), in: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 3 }) }),
      tie('condition').map((not) => ({ not })),
      fc.array(tie('condition'), { minLength: 1, maxLength: 2 }).map((any) => ({ any })),
    ),
  }));
  it('any formula over any answers', () => {
    let passed = 0;
    fc.assert(
      fc.property(anyFormula, anyAnswers(CA, 0), (value, answers) => {
        const rule = { ...PSA, terms: [], value } as PackRule;
        const checked = checkPack(packOf([rule]));
        if (!checked.ok) {
          expect(checked.problems[0].rule).toBe('PCK-RANGE');
          return;
        }
        passed += 1;
        const [result] = assess(CA, answers, bookOf(...checked.value.rules)).scales.filter(({ id }) => id === 'PSA');
        expect(result?.value).toBeGreaterThanOrEqual(1);
        expect(result?.value).toBeLessThanOrEqual(6);
      }),
      { numRuns: 400, seed: 20261121 },
    );
    expect(passed).toBeGreaterThan(40);
  });
});

describe('what cannot be used', () => {
  const with_ = (over: Partial<PackContent>): unknown => packOf([PSA], over);
  const rule = (over: object): unknown => packOf([{ ...PSA, ...over } as PackRule]);
  const nested = (depth: number): unknown => (depth === 0 ? 1 : { sum: [nested(depth - 1)] });
  it.each([
    ['PCK-SHAPE', 'nothing', null],
    ['PCK-SHAPE', 'a list', []],
    ['PCK-SHAPE', 'no rules', with_({ rules: [] })],
    ['PCK-SHAPE', 'a field of no meaning', { ...packOf([PSA]), also: 1 }],
    ['PCK-SHAPE', 'a version in words', with_({ version: 'two' })],
    ['PCK-SHAPE', 'another format', { ...packOf([PSA]), format: 2 }],
    ['PCK-SHAPE', 'no such item', rule({ value: { item: 'ca.nothing' } })],
    ['PCK-SHAPE', 'an inherited name for an item', rule({ value: { item: 'toString' } })],
    ['PCK-SHAPE', 'no such part', rule({ value: { power: [2, 3] } })],
    ['PCK-SHAPE', 'two parts in one', rule({ value: { sum: [1], least: [1] } })],
    ['PCK-SHAPE', 'a half', rule({ value: 1.5 })],
    ['PCK-SHAPE', 'nested without end', rule({ value: nested(60) })],
    [
      'PCK-SHAPE',
      'a group that asks about what no form has',
      packOf([
        {
          ...RUG,
          groups: {
            ...(RUG.kind === 'rug' ? RUG.groups : {}),
            behaviour: [{ all: [{ concept: 'beh.unheard', in: [1] }] }],
          },
        } as unknown as PackRule,
      ]),
    ],
    ['PCK-SLOT', 'what is not provisional', rule({ replaces: 'CPS' })],
    ['PCK-SLOT', 'a grouper for a scale', packOf([{ ...RUG, replaces: 'prov.psa' }])],
    ['PCK-SLOT', 'one place twice', packOf([PSA, { ...PSA, id: 'PSA-2' }])],
    ['PCK-SLOT', 'one name twice', packOf([PSA, { ...SUA, id: 'PSA' }])],
    ['PCK-NAME', 'an official rule under a provisional name', rule({ id: 'prov.psa2' })],
    ['PCK-NAME', 'a provisional rule under an official name', rule({ status: 'provisional' })],
    ['PCK-NAME', 'the name of a rule of this build', rule({ id: 'CPS' })],
    ['PCK-TERM', 'a term that is not there', rule({ value: { least: [6, { most: [1, { term: 'nowhere' }] }] } })],
    [
      'PCK-TERM',
      'a term used before it is named',
      rule({
        terms: [
          { name: 'a', value: { term: 'b' } },
          { name: 'b', value: 1 },
        ],
        value: 1,
      }),
    ],
    ['PCK-TERM', 'a term that names itself', rule({ terms: [{ name: 'a', value: { term: 'a' } }], value: 1 })],
    [
      'PCK-TERM',
      'a term within a condition',
      rule({ value: { sum: [1, { count: [{ of: { term: 'x' }, atLeast: 1 }] }] } }),
    ],
    [
      'PCK-TERM',
      'a term twice',
      rule({
        terms: [
          { name: 'a', value: 1 },
          { name: 'a', value: 2 },
        ],
        value: 1,
      }),
    ],
    [
      'PCK-ITEM',
      'an item of another instrument',
      rule({ value: { least: [6, { most: [1, { item: 'adl.eating' }] }] } }),
    ],
    [
      'PCK-ITEM',
      'a scale over items of another instrument',
      rule({ value: { least: [6, { most: [1, { measure: 'cognition' }] }] } }),
    ],
    ['PCK-RANGE', 'too much', rule({ value: { sum: [5, { item: 'ca.bathing' }] } })],
    ['PCK-RANGE', 'too little', rule({ value: { item: 'ca.bathing' } })],
  ] as const)('%s %s', (id, _what, content) => {
    const checked = checkPack(content);
    expect(checked.ok ? null : checked.problems.map(({ rule: found }) => found)).toContain(id);
  });

  it('every stand-in can be replaced, and only once each', () => {
    expect(new Set(SLOTS.map(({ id }) => id)).size).toBe(SLOTS.length);
    expect(SLOTS.every(({ id }) => id.startsWith('prov.'))).toBe(true);
    expect(checkPack(packOf([PSA, REHAB, SUA, AUA, PRIORITY, RUG]))).toEqual(
      ok(packOf([PSA, REHAB, SUA, AUA, PRIORITY, RUG])),
    );
  });

  it('says where it is wrong', () => {
    const checked = checkPack(rule({ value: { sum: [1, { most: [{ item: 'ca.nothing' }] }] } }));
    expect(!checked.ok && checked.problems[0].path).toEqual(['rules', 0, 'value', 'sum', 1, 'most', 0, 'item']);
  });
});
