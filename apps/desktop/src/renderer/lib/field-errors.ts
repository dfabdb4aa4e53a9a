/** Problems by the field of a form that they name: `set.reference` is the field `reference`. */
import type { Problem } from '@fieldfare/kernel';
import { problemText } from './problems.ts';

export interface FieldErrors {
  /** What to show at a field; null: nothing. */
  at(field: string): string | null;
  /** Of a list, by position. */
  within(field: string): ReadonlyMap<number, string>;
  /** Problems that name no field. */
  readonly rest: readonly Problem[];
}

const pathOf = ({ path = [] }: Problem): readonly (string | number)[] => (path[0] === 'set' ? path.slice(1) : path);

export function fieldErrors(problems: readonly Problem[]): FieldErrors {
  return {
    at(field) {
      const found = problems.find((problem) => pathOf(problem).length === 1 && pathOf(problem)[0] === field);
      return found ? problemText(found) : null;
    },
    within: (field) =>
      new Map(
        problems.flatMap((problem) => {
          const [name, index] = pathOf(problem);
          return name === field && typeof index === 'number' ? [[index, problemText(problem)] as const] : [];
        }),
      ),
    rest: problems.filter((problem) => pathOf(problem).length === 0),
  };
}
