/** A version of an instrument: its item codes, in the order of entry, and what each one asks about. */
import { invariant } from '@fieldfare/kernel';
import { CODE_SETS, type CodeSet } from './code-sets.ts';
import { CONCEPTS, type Concept } from './concepts.ts';

export const INSTRUMENTS = ['interrai-hc', 'interrai-ca', 'interrai-bmhs'] as const;
export type Instrument = (typeof INSTRUMENTS)[number];

export interface FormItem {
  readonly code: string;
  readonly concept: Concept;
  readonly section: string;
  /** Our own short words. */
  readonly label: string;
  readonly codes: CodeSet;
}

export interface Form {
  readonly instrument: Instrument;
  /** As exchange partners name it. */
  readonly version: string;
  readonly name: string;
  /** In the order of entry. */
  readonly items: readonly FormItem[];
  readonly byCode: ReadonlyMap<string, FormItem>;
  readonly codeOf: ReadonlyMap<Concept, string>;
  /** Days after which the patient is due again; null: not repeated by the calendar. */
  readonly dueAfterDays: number | null;
}

export type Section = readonly [title: string, ...items: readonly (readonly [code: string, concept: Concept])[]];

/** Throws when a code or a concept stands twice: a map that says two things is wrong from the start. */
export function defineForm(form: Omit<Form, 'items' | 'byCode' | 'codeOf'>, sections: readonly Section[]): Form {
  const items = sections.flatMap(([section, ...pairs]) =>
    pairs.map(([code, concept]): FormItem => {
      const { label, codes } = CONCEPTS[concept];
      return { code, concept, section, label, codes: CODE_SETS[codes] };
    }),
  );
  const byCode = new Map(items.map((item) => [item.code, item]));
  const codeOf = new Map(items.map((item) => [item.concept, item.code]));
  invariant(byCode.size === items.length, `${form.name}: an item code stands twice`);
  invariant(codeOf.size === items.length, `${form.name}: two items ask about one thing`);
  return { ...form, items, byCode, codeOf };
}
