/**
 * Formulas as data: what a licensed algorithm needs (sums, counts, recodes, decision trees) and nothing more. No loops and
 * no recursion, so every formula ends; whole numbers only; bounds are known before anybody is assessed.
 *
 * Every item a formula names is an input: one that was not answered makes the result null (`ASM-NULL`), whichever branch
 * would have been taken.
 */
import { z } from 'zod';
import { CODE_SETS } from '../items/code-sets.ts';
import { CONCEPTS, type Concept } from '../items/concepts.ts';
import { adlHierarchyOf } from '../scales/daily-life.ts';
import { fallsIn90Of } from '../scales/health.ts';
import { absOf, communicationOf, cpsOf, drsOf } from '../scales/mind.ts';
import { count, type Items, sum } from '../scales/rule.ts';

/** Scales with public rules that trees build on. Home Care items. */
const MEASURES = {
  adlHierarchy: { compute: adlHierarchyOf, range: [0, 6] },
  cognition: { compute: cpsOf, range: [0, 6] },
  communication: { compute: communicationOf, range: [0, 8] },
  depression: { compute: drsOf, range: [0, 14] },
  aggression: { compute: absOf, range: [0, 12] },
  falls: { compute: fallsIn90Of, range: [0, 2] },
} as const;
type Measure = keyof typeof MEASURES;

export type Formula =
  | number
  /** The answer to an item. `unknown`: an answer that counts as missing. */
  | { readonly item: Concept; readonly unknown?: number | undefined }
  | { readonly measure: Measure }
  /** A formula of the same rule, named before. */
  | { readonly term: string }
  | { readonly sum: readonly Formula[] }
  | { readonly least: readonly Formula[] }
  | { readonly most: readonly Formula[] }
  /** How many of these hold. */
  | { readonly count: readonly Condition[] }
  | {
      readonly recode: Formula;
      readonly to: readonly { readonly in: readonly number[]; readonly value: number }[];
      readonly otherwise: number;
    }
  /** The first case that holds. */
  | { readonly cases: readonly { readonly when: Condition; readonly value: Formula }[]; readonly otherwise: Formula };

export type Condition =
  | { readonly of: Formula; readonly in: readonly number[] }
  | { readonly of: Formula; readonly atLeast: number }
  | { readonly of: Formula; readonly atMost: number }
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition };

const whole = z.int().min(-10_000).max(10_000);
const MOST_PARTS = 64;
export const termName = z.string().regex(/^[a-z][A-Za-z0-9]{0,31}$/);
const concept = z.custom<Concept>(
  (value) => typeof value === 'string' && Object.hasOwn(CONCEPTS, value),
  'no such item',
);
const list = <T>(of: () => z.ZodType<T>) => z.lazy(() => z.array(of()).min(1).max(MOST_PARTS));

/** One key says what a part is, so that a mistake is reported where it was made and not for every kind of part. */
function keyed<T>(kinds: Readonly<Record<string, z.ZodType>>, what: string): z.ZodType<T> {
  const names = Object.keys(kinds);
  return z.unknown().transform((value, ctx): T => {
    const isObject = typeof value === 'object' && value !== null;
    const key = isObject ? names.find((name) => Object.hasOwn(value, name)) : typeof value;
    const parsed = key === undefined ? undefined : kinds[key]?.safeParse(value);
    if (parsed?.success) return parsed.data as T;
    const issues = parsed?.error.issues ?? [{ message: `this is no ${what}`, path: [] }];
    for (const { message, path } of issues) ctx.addIssue({ code: 'custom', message, path });
    return z.NEVER;
  });
}

export const condition: z.ZodType<Condition> = keyed<Condition>(
  {
    in: z.strictObject({ of: z.lazy(() => formula), in: z.array(whole).min(1).max(MOST_PARTS) }),
    atLeast: z.strictObject({ of: z.lazy(() => formula), atLeast: whole }),
    atMost: z.strictObject({ of: z.lazy(() => formula), atMost: whole }),
    all: z.strictObject({ all: list(() => condition) }),
    any: z.strictObject({ any: list(() => condition) }),
    not: z.strictObject({ not: z.lazy(() => condition) }),
  },
  'condition',
);

export const formula: z.ZodType<Formula> = keyed<Formula>(
  {
    number: whole,
    item: z.strictObject({ item: concept, unknown: whole.optional() }),
    measure: z.strictObject({ measure: z.enum(Object.keys(MEASURES) as [Measure, ...Measure[]]) }),
    term: z.strictObject({ term: termName }),
    sum: z.strictObject({ sum: list(() => formula) }),
    least: z.strictObject({ least: list(() => formula) }),
    most: z.strictObject({ most: list(() => formula) }),
    count: z.strictObject({ count: list(() => condition) }),
    recode: z.strictObject({
      recode: z.lazy(() => formula),
      to: z
        .array(z.strictObject({ in: z.array(whole).min(1).max(MOST_PARTS), value: whole }))
        .min(1)
        .max(MOST_PARTS),
      otherwise: whole,
    }),
    cases: z.strictObject({
      cases: z
        .array(z.strictObject({ when: condition, value: z.lazy(() => formula) }))
        .min(1)
        .max(MOST_PARTS),
      otherwise: z.lazy(() => formula),
    }),
  },
  'formula',
);

/** Least and most that can come out. */
export type Bounds = readonly [number, number];

/** A term by its name. */
export type TermOf<T> = (name: string) => T;

const hull = (bounds: readonly Bounds[]): Bounds => [
  Math.min(...bounds.map(([least]) => least)),
  Math.max(...bounds.map(([, most]) => most)),
];

function answerBounds(item: Concept, unknown: number | undefined): Bounds {
  const codes = CODE_SETS[CONCEPTS[item].codes];
  if (!('values' in codes)) return [codes.least, codes.most];
  const values = Object.keys(codes.values)
    .map(Number)
    .filter((value) => value !== unknown);
  return [Math.min(...values), Math.max(...values)];
}

/** What a formula can come to over all answers its items allow: never less than the truth, at times more. */
export function boundsOf(value: Formula, termOf: TermOf<Bounds>): Bounds {
  if (typeof value === 'number') return [value, value];
  const of = (inner: Formula): Bounds => boundsOf(inner, termOf);
  if ('item' in value) return answerBounds(value.item, value.unknown);
  if ('measure' in value) return MEASURES[value.measure].range;
  if ('term' in value) return termOf(value.term);
  if ('sum' in value) {
    const parts = value.sum.map(of);
    return [sum(parts.map(([least]) => least)), sum(parts.map(([, most]) => most))];
  }
  if ('least' in value) {
    const parts = value.least.map(of);
    return [Math.min(...parts.map(([least]) => least)), Math.min(...parts.map(([, most]) => most))];
  }
  if ('most' in value) {
    const parts = value.most.map(of);
    return [Math.max(...parts.map(([least]) => least)), Math.max(...parts.map(([, most]) => most))];
  }
  if ('count' in value) return [0, value.count.length];
  if ('recode' in value) return hull([...value.to, { value: value.otherwise }].map((one) => [one.value, one.value]));
  return hull([...value.cases.map((one) => one.value), value.otherwise].map(of));
}

function holds(value: Condition, items: Items, termOf: TermOf<number>): boolean {
  if ('of' in value) {
    const number = evaluateFormula(value.of, items, termOf);
    if ('in' in value) return value.in.includes(number);
    return 'atLeast' in value ? number >= value.atLeast : number <= value.atMost;
  }
  // Each is asked before any is decided, so that every item is read.
  if ('all' in value) return value.all.map((one) => holds(one, items, termOf)).every(Boolean);
  if ('any' in value) return value.any.map((one) => holds(one, items, termOf)).some(Boolean);
  return !holds(value.not, items, termOf);
}

export function evaluateFormula(value: Formula, items: Items, termOf: TermOf<number>): number {
  if (typeof value === 'number') return value;
  const of = (inner: Formula): number => evaluateFormula(inner, items, termOf);
  if ('item' in value) return items.get(value.item, value.unknown);
  if ('measure' in value) return MEASURES[value.measure].compute(items);
  if ('term' in value) return termOf(value.term);
  if ('sum' in value) return sum(value.sum.map(of));
  if ('least' in value) return Math.min(...value.least.map(of));
  if ('most' in value) return Math.max(...value.most.map(of));
  if ('count' in value) return count(...value.count.map((one) => holds(one, items, termOf)));
  if ('recode' in value) {
    const number = of(value.recode);
    return value.to.find((one) => one.in.includes(number))?.value ?? value.otherwise;
  }
  const results = value.cases.map((one) => ({ met: holds(one.when, items, termOf), result: of(one.value) }));
  const otherwise = of(value.otherwise);
  return results.find(({ met }) => met)?.result ?? otherwise;
}
