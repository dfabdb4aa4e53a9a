/**
 * How a scale, a CAP or a flag is computed from the answers of one form. Every result says which rule spoke, from which
 * items, and what it lacked.
 *
 *  ASM-NULL     a missing input gives null, never a guess and never zero
 *  ASM-TRACE    `inputs` holds every item that was read and answered, `missing` every one that was not
 *  ASM-STATUS   `official`: range, items and cut-points come from a public source of the instrument's owner.
 *               `published`: from the literature, to be checked against licensed test vectors before clinical use.
 *               `provisional`: ours, under a name of its own (`prov.…`, `local.…`)
 */
import type { Concept } from '../items/concepts.ts';
import type { Form } from '../items/form.ts';

export const STATUSES = ['official', 'published', 'provisional'] as const;
export type RuleStatus = (typeof STATUSES)[number];

/** Answers by item code. */
export type Answers = ReadonlyMap<string, number>;

/** What a rule reads. A missing answer reads as NaN and turns the whole result into null. */
export interface Items {
  /** `unknown`: a code that says the answer could not be had; it counts as missing. */
  get(concept: Concept, unknown?: number): number;
  /** Reads all of them, so that what is missing is complete. */
  all(...concepts: readonly Concept[]): readonly number[];
  /** Whether this form has an item for it. */
  carries(concept: Concept): boolean;
}

/** The signed pack that a rule came with. */
export interface PackMark {
  readonly id: string;
  readonly version: string;
  /** Of the signed text, so that two packs of one name are told apart. */
  readonly hash: string;
}

export interface Rule<Value extends number | string = number> {
  /** The scale's own name, or one of ours that cannot be mistaken for it. */
  readonly id: string;
  readonly version: string;
  readonly status: RuleStatus;
  readonly label: string;
  readonly compute: (items: Items) => Value;
  /** The stand-in whose place it takes; its own id otherwise. */
  readonly slot?: string;
  readonly pack?: PackMark;
}

export interface Input {
  readonly code: string;
  readonly value: number;
}

export interface RuleResult<Value extends number | string = number> {
  readonly id: string;
  readonly version: string;
  readonly status: RuleStatus;
  readonly label: string;
  /** What is asked, whoever answers: the stand-in's id, where a pack's rule took its place. */
  readonly slot: string;
  /** Null: the rule belongs to this build. */
  readonly pack: PackMark | null;
  readonly value: Value | null;
  readonly inputs: readonly Input[];
  /** Item codes without an answer; a concept's own key where the form has no item for it. */
  readonly missing: readonly string[];
}

export function evaluate<Value extends number | string>(
  rule: Rule<Value>,
  form: Form,
  answers: Answers,
): RuleResult<Value> {
  const inputs = new Map<string, number>();
  const missing = new Set<string>();
  const get = (concept: Concept, unknown?: number): number => {
    const code = form.codeOf.get(concept);
    const value = code === undefined ? undefined : answers.get(code);
    if (code !== undefined && value !== undefined) {
      inputs.set(code, value);
      if (value !== unknown) return value;
    }
    missing.add(code ?? concept);
    return Number.NaN;
  };
  const value = rule.compute({
    get,
    all: (...concepts) => concepts.map((concept) => get(concept)),
    carries: (concept) => form.codeOf.has(concept),
  });
  return {
    id: rule.id,
    version: rule.version,
    status: rule.status,
    label: rule.label,
    slot: rule.slot ?? rule.id,
    pack: rule.pack ?? null,
    value: missing.size > 0 ? null : value,
    inputs: [...inputs].map(([code, answer]) => ({ code, value: answer })),
    missing: [...missing],
  };
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** How many of these hold. */
export const count = (...conditions: readonly boolean[]): number => conditions.filter(Boolean).length;
