/** Answers for tests: somebody without any need, changed item by item. */
import { invariant } from '@fieldfare/kernel';
import type { Concept } from '../src/assessments/items/concepts.ts';
import type { Form } from '../src/assessments/items/form.ts';
import type { Answers } from '../src/assessments/scales/rule.ts';

/** Where the answer of somebody without needs is not 0. */
const WELL: Partial<Record<Concept, number>> = {
  'person.sex': 1,
  'home.living': 2,
  'helper.main': 1,
  'move.activity': 4,
  'move.outings': 3,
  'move.wheeling': 8,
  'cog.change': 1,
  'adl.change': 1,
  'overall.change': 1,
  'prev.pressure': 1,
  'prev.colonoscopy': 1,
  'prev.dental': 1,
  'prev.eyes': 1,
  'prev.hearing': 1,
  'prev.flu': 1,
  'prev.breast': 1,
  'prev.pneumococcal': 1,
};

/** `null` leaves an answer out. */
export type Changes = Partial<Record<Concept, number | null>>;

export function answersOf(form: Form, changes: Changes = {}): Answers {
  for (const concept of Object.keys(changes)) {
    invariant(form.codeOf.has(concept as Concept), `${form.name} has no item for ${concept}`);
  }
  const answers = new Map<string, number>();
  for (const { code, concept } of form.items) {
    const value = concept in changes ? changes[concept] : (WELL[concept] ?? 0);
    if (value !== null && value !== undefined) answers.set(code, value);
  }
  return answers;
}
