/**
 * A rule pack's content: rules that take the place of stand-ins, as plain data. Checked whole before any of it is used.
 *
 *  PCK-SHAPE   it has the shape below, and a format this build knows
 *  PCK-SLOT    a rule takes the place of a stand-in there is, by the means that one allows; no place is taken twice
 *  PCK-NAME    only a provisional rule is called `prov.…` or `local.…`, and none bears the name of a rule of this build
 *  PCK-TERM    a rule uses the terms it named before
 *  PCK-ITEM    some form of the instrument asks for every item a rule reads
 *  PCK-RANGE   whatever is answered, the value stays in the range that needs and the matrix are made for
 */
import { fail, ok, type Problem, problem, type Result } from '@fieldfare/kernel';
import { z } from 'zod';
import { CAPS } from '../caps/index.ts';
import type { Concept } from '../items/concepts.ts';
import { FORMS } from '../items/forms.ts';
import { rugRule } from '../rug/grouper.ts';
import { rugPack } from '../rug/pack.ts';
import { FLAGS } from '../scales/flags.ts';
import { SCALES } from '../scales/index.ts';
import { evaluate, type Items, type PackMark, type Rule, STATUSES } from '../scales/rule.ts';
import { type Bounds, boundsOf, evaluateFormula, formula, termName } from './formula.ts';
import { type Slot, slotOf } from './slots.ts';

const FORMAT = 1;
/** Deeper than any decision tree that was ever published. */
const DEEPEST = 48;

const ruleId = z.string().regex(/^[A-Za-z][A-Za-z0-9.-]{1,39}$/);
const about = {
  id: ruleId,
  /** The stand-in whose place it takes. */
  replaces: ruleId,
  status: z.enum(STATUSES),
  label: z.string().min(1).max(80),
};
const formulaRule = z.strictObject({
  ...about,
  kind: z.literal('formula'),
  terms: z
    .array(z.strictObject({ name: termName, value: formula }))
    .max(64)
    .default([]),
  value: formula,
});
const groupRule = z.strictObject({
  ...about,
  kind: z.literal('rug'),
  groups: rugPack.omit({ id: true, version: true, status: true }).strict(),
});
const packRule = z.discriminatedUnion('kind', [formulaRule, groupRule]);
export type PackRule = z.infer<typeof packRule>;
type FormulaRule = z.infer<typeof formulaRule>;

export const packContent = z.strictObject({
  format: z.literal(FORMAT),
  id: z.string().regex(/^[a-z][a-z0-9.-]{1,39}$/),
  version: z.string().regex(/^\d{1,4}\.\d{1,4}\.\d{1,4}$/, 'three numbers, as in 1.0.0'),
  issuer: z.string().min(1).max(120),
  issuedOn: z.iso.date(),
  /** Last day it holds; null: no end. */
  expiresOn: z.iso.date().nullable(),
  rules: z.array(packRule).min(1).max(40),
});
export type PackContent = z.infer<typeof packContent>;

function deeperThan(most: number, value: unknown): boolean {
  let layer: unknown[] = [value];
  for (let depth = 0; depth <= most && layer.length > 0; depth += 1) {
    layer = layer.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return layer.length > 0;
}

const OWN_IDS: ReadonlySet<string> = new Set(
  [...Object.values(SCALES).flat(), ...Object.values(CAPS), ...FLAGS, rugRule()].map(({ id }) => id),
);
const isProvisionalName = (id: string): boolean => /^(prov|local)\./.test(id);

function nameProblem({ id, status }: PackRule): string | null {
  if (OWN_IDS.has(id)) return `${id} is the name of a rule of this build`;
  if (isProvisionalName(id) === (status === 'provisional')) return null;
  return status === 'provisional'
    ? `${id} is provisional and must be called prov.… or local.…`
    : `${id} is a provisional name`;
}

/** Reads nothing, notes what is asked. */
function probe(read: (concept: Concept) => void, carries: (concept: Concept) => boolean): Items {
  const get = (concept: Concept): number => {
    read(concept);
    return Number.NaN;
  };
  return { get, all: (...concepts) => concepts.map(get), carries };
}

/** `PCK-TERM`, `PCK-RANGE` */
function formulaProblems(rule: FormulaRule, slot: Slot): readonly (readonly [string, string])[] {
  const bounds = new Map<string, Bounds>();
  const found: (readonly [string, string])[] = [];
  const nothing = probe(
    () => {},
    () => true,
  );
  for (const { name, value } of [...rule.terms, { name: '', value: rule.value }]) {
    const unknown = new Set<string>();
    const known = (term: string): number => {
      if (!bounds.has(term)) unknown.add(term);
      return Number.NaN;
    };
    evaluateFormula(value, nothing, known);
    for (const term of unknown) found.push(['PCK-TERM', `${rule.id} uses the term ${term} before it is named`]);
    if (bounds.has(name)) found.push(['PCK-TERM', `${rule.id} names the term ${name} twice`]);
    bounds.set(
      name,
      boundsOf(value, (term) => bounds.get(term) ?? [0, 0]),
    );
  }
  const [least, most] = bounds.get('') ?? slot.range;
  if (found.length === 0 && (least < slot.range[0] || most > slot.range[1])) {
    found.push([
      'PCK-RANGE',
      `${rule.id} can come to ${least}–${most}; ${slot.id} takes ${slot.range[0]}–${slot.range[1]}`,
    ]);
  }
  return found;
}

/** `PCK-ITEM`: what the form that lacks least does not ask. */
function itemsLacking(rule: Rule<number | string>, slot: Slot): readonly string[] {
  const lacking = FORMS.filter(({ instrument }) => instrument === slot.instrument).map((form) =>
    evaluate(rule, form, new Map()).missing.filter((code) => !form.byCode.has(code)),
  );
  return lacking.sort((a, b) => a.length - b.length)[0] ?? [];
}

function ruleProblems(rule: PackRule, index: number): readonly Problem[] {
  const say = (id: string, message: string): Problem =>
    problem('invalid', message, { rule: id, path: ['rules', index] });
  const slot = slotOf(rule.replaces);
  if (!slot) return [say('PCK-SLOT', `${rule.replaces} is nothing that a pack can replace`)];
  if (slot.kind !== rule.kind)
    return [say('PCK-SLOT', `${rule.replaces} is replaced by a ${slot.kind}, not a ${rule.kind}`)];
  const name = nameProblem(rule);
  const found = [
    ...(name === null ? [] : [say('PCK-NAME', name)]),
    ...(rule.kind === 'formula' ? formulaProblems(rule, slot).map(([id, message]) => say(id, message)) : []),
  ];
  if (found.length > 0) return found;
  const lacking = itemsLacking(ruleOf(rule, '', undefined), slot);
  return lacking.length > 0
    ? [say('PCK-ITEM', `${rule.id} reads what no form of the instrument asks: ${lacking.slice(0, 6).join(', ')}`)]
    : [];
}

/** Content that can be used, or everything that is wrong with it. */
export function checkPack(input: unknown): Result<PackContent> {
  const shape = (message: string, path: readonly (string | number)[] = []): Problem =>
    problem('invalid', message, { rule: 'PCK-SHAPE', path });
  if (deeperThan(DEEPEST, input)) return fail(shape('its rules are nested too deep'));
  const format = (input as { format?: unknown } | null)?.format;
  if (typeof format === 'number' && format !== FORMAT) {
    return fail(problem('unsupported', `format ${format} needs a newer version of the app`, { rule: 'PCK-SHAPE' }));
  }
  const parsed = packContent.safeParse(input);
  if (!parsed.success) {
    const [first, ...rest] = parsed.error.issues.map(({ message, path }) =>
      shape(
        message,
        path.map((step) => (typeof step === 'number' ? step : String(step))),
      ),
    );
    return fail(first ?? shape('this is no rule pack'), ...rest);
  }
  const { rules } = parsed.data;
  const twice = rules.flatMap((rule, index) =>
    rules.findIndex(({ replaces, id }) => replaces === rule.replaces || id === rule.id) < index
      ? [
          problem('invalid', `${rule.replaces} is replaced twice, or ${rule.id} stands twice`, {
            rule: 'PCK-SLOT',
            path: ['rules', index],
          }),
        ]
      : [],
  );
  const [first, ...rest] = [...twice, ...rules.flatMap(ruleProblems)];
  return first ? fail(first, ...rest) : ok(parsed.data);
}

function computeFormula({ terms, value }: FormulaRule, items: Items): number {
  const known = new Map<string, number>();
  const termOf = (name: string): number => known.get(name) ?? Number.NaN;
  for (const term of terms) known.set(term.name, evaluateFormula(term.value, items, termOf));
  return evaluateFormula(value, items, termOf);
}

function ruleOf(rule: PackRule, version: string, pack: PackMark | undefined): Rule<number | string> {
  const { id, status, label } = rule;
  const levels = slotOf(rule.replaces)?.levels;
  const compute = (items: Items): number | string => {
    if (rule.kind === 'rug') return rugRule({ ...rule.groups, id, version, status }).compute(items);
    const value = computeFormula(rule, items);
    return levels ? (levels[value] ?? '') : value;
  };
  return { id, version, status, label, slot: rule.replaces, compute, ...(pack ? { pack } : {}) };
}

/** A pack's rules that speak, by the stand-in whose place each takes; without the signed text. */
export interface PackInForce extends PackMark {
  readonly rules: readonly PackRule[];
}

/** Rules by the stand-in whose place they take. */
export type RuleBook = ReadonlyMap<string, Rule<number | string>>;
export const NO_PACKS: RuleBook = new Map();

/** Where two packs replace one stand-in, the first of them speaks. Content must have passed `checkPack`. */
export function ruleBookOf(packs: readonly PackInForce[]): RuleBook {
  const book = new Map<string, Rule<number | string>>();
  for (const { rules, ...mark } of packs) {
    for (const rule of rules) {
      if (!book.has(rule.replaces)) book.set(rule.replaces, ruleOf(rule, mark.version, mark));
    }
  }
  return book;
}
