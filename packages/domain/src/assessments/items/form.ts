/** A version of an instrument: its item codes, in the order of entry, and what each one asks about. */
import { invariant } from '@fieldfare/kernel';
import { CODE_SETS, type CodeSet } from './code-sets.ts';
import { CONCEPTS, type Concept } from './concepts.ts';

export const INSTRUMENTS = ['interrai-hc', 'interrai-ca', 'interrai-bmhs'] as const;
export type Instrument = (typeof INSTRUMENTS)[number];
/**
 * How sure it is that a code asks this, with these answers. `seen`: in the form's public source. `recalled`: from the
 * literature and memory, to be checked against the licensed form.
 */
export type Certainty = 'seen' | 'recalled';

export interface FormItem {
  readonly code: string;
  readonly concept: Concept;
  readonly section: string;
  /** Our own short words. */
  readonly label: string;
  readonly codes: CodeSet;
  readonly certainty: Certainty;
}

export interface Form {
  readonly instrument: Instrument;
  /** As exchange partners name it. */
  readonly version: string;
  readonly name: string;
  /** Where the codes that were seen were seen. */
  readonly source: string;
  /** In the order of entry. */
  readonly items: readonly FormItem[];
  readonly byCode: ReadonlyMap<string, FormItem>;
  readonly codeOf: ReadonlyMap<Concept, string>;
  /** Days after which the patient is due again; null: not repeated by the calendar. */
  readonly dueAfterDays: number | null;
}

export type Section = readonly [title: string, ...items: readonly (readonly [code: string, concept: Concept])[]];

/** The codes of one certainty; every other code has the other one. */
export type Marks = { readonly seen: readonly string[] } | { readonly recalled: readonly string[] };

/** Throws when a code or a concept stands twice, or a mark at no code: a map that says two things is wrong from the start. */
export function defineForm(
  form: Omit<Form, 'items' | 'byCode' | 'codeOf'>,
  marks: Marks,
  sections: readonly Section[],
): Form {
  const marked = new Set('seen' in marks ? marks.seen : marks.recalled);
  const [inside, outside]: readonly [Certainty, Certainty] =
    'seen' in marks ? ['seen', 'recalled'] : ['recalled', 'seen'];
  const items = sections.flatMap(([section, ...pairs]) =>
    pairs.map(([code, concept]): FormItem => {
      const { label, codes } = CONCEPTS[concept];
      const certainty = marked.has(code) ? inside : outside;
      return { code, concept, section, label, codes: CODE_SETS[codes], certainty };
    }),
  );
  const byCode = new Map(items.map((item) => [item.code, item]));
  const codeOf = new Map(items.map((item) => [item.concept, item.code]));
  invariant(byCode.size === items.length, `${form.name}: an item code stands twice`);
  invariant(codeOf.size === items.length, `${form.name}: two items ask about one thing`);
  for (const code of marked) invariant(byCode.has(code), `${form.name}: a mark for ${code}, which is no item`);
  return { ...form, items, byCode, codeOf };
}
