/** What typing an answer means. Pure. */
import { allowedText, allows, type CodeSet, type Form, type FormItem } from '@fieldfare/domain/assessments';

export type Typed =
  | { readonly kind: 'empty' }
  /** `final`: nothing longer is allowed, so the next item may have the focus. */
  | { readonly kind: 'answer'; readonly value: number; readonly final: boolean }
  | { readonly kind: 'wrong'; readonly message: string };

const largest = (codes: CodeSet): number =>
  'values' in codes ? Math.max(...Object.keys(codes.values).map(Number)) : codes.most;

/** Digits of the longest answer. */
export const longest = (item: FormItem): number => String(largest(item.codes)).length;

export function typed(item: FormItem, text: string): Typed {
  const trimmed = text.trim();
  if (trimmed === '') return { kind: 'empty' };
  const value = Number(trimmed);
  if (!/^\d{1,4}$/.test(trimmed) || !allows(item.codes, value)) {
    return { kind: 'wrong', message: `Takes ${allowedText(item.codes)}` };
  }
  return { kind: 'answer', value, final: value === 0 || value * 10 > largest(item.codes) };
}

/** What an answer means, in our own short words. */
export const meaning = (item: FormItem, value: number): string =>
  'values' in item.codes ? (item.codes.values[value] ?? '') : item.codes.unit;

/** All allowed answers of an item with their words, for people who do not know them by heart. */
export const choices = (item: FormItem): string =>
  'values' in item.codes
    ? Object.entries(item.codes.values)
        .map(([value, word]) => `${value} ${word}`)
        .join(' · ')
    : `${allowedText(item.codes)} ${item.codes.unit}`;

export interface SectionProgress {
  readonly title: string;
  readonly items: readonly FormItem[];
  readonly answered: number;
}

export function progressOf(form: Form, answers: ReadonlyMap<string, number>): readonly SectionProgress[] {
  const sections = new Map<string, FormItem[]>();
  for (const item of form.items) {
    const section = sections.get(item.section);
    if (section) section.push(item);
    else sections.set(item.section, [item]);
  }
  return [...sections].map(([title, items]) => ({
    title,
    items,
    answered: items.filter(({ code }) => answers.has(code)).length,
  }));
}
