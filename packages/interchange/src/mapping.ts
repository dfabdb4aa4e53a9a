/** Which column of a file holds which field. */
import { fail, ok, type Problem, problem, type Result } from '@fieldfare/kernel';
import { fold } from './kinds/cells.ts';
import type { Field } from './kinds/kind.ts';
import { type ImportKind, kindOf } from './kinds/kinds.ts';

/** Field key → column name. Fields that are left out are not read. */
export type ColumnMapping = Readonly<Record<string, string>>;

/** A field as screens and documentation show it. */
export type FieldInfo = Pick<Field, 'key' | 'label' | 'labelFr' | 'required' | 'format' | 'example'>;

export const importFields = (kind: ImportKind): readonly FieldInfo[] =>
  kindOf(kind).fields.map(({ key, label, labelFr, required, format, example }) => ({
    key,
    label,
    labelFr,
    required,
    format,
    example,
  }));

/** The mapping that the headers suggest, in English or French: labels first, then synonyms; a column serves once. */
export function suggestMapping(kind: ImportKind, columns: readonly string[]): ColumnMapping {
  const free = new Map(columns.map((column) => [fold(column), column]));
  const mapping: Record<string, string> = {};
  const take = (field: Field, names: readonly string[]): void => {
    if (field.key in mapping) return;
    for (const name of names.map(fold)) {
      const column = free.get(name);
      if (column === undefined) continue;
      mapping[field.key] = column;
      free.delete(name);
      return;
    }
  };
  const { fields } = kindOf(kind);
  for (const field of fields) take(field, [field.key, field.label, field.labelFr]);
  for (const field of fields) take(field, field.synonyms);
  return mapping;
}

export interface BoundField {
  readonly field: Field;
  readonly column: string;
  /** Index of the column in a record. */
  readonly index: number;
}

/** `IMP-COLUMN`: every required field has a column, every mapped column is in the file, no column serves twice. */
export function bindMapping(
  kind: ImportKind,
  columns: readonly string[],
  mapping: ColumnMapping,
): Result<readonly BoundField[]> {
  const bound: BoundField[] = [];
  const problems: Problem[] = [];
  const wrong = (message: string, path: string): void => {
    problems.push(problem('invalid', message, { rule: 'IMP-COLUMN', path: ['mapping', path] }));
  };
  const used = new Map<string, string>();
  const { fields } = kindOf(kind);
  for (const field of fields) {
    const column = Object.hasOwn(mapping, field.key) ? mapping[field.key] : undefined;
    if (column === undefined) {
      if (field.required) wrong(`no column holds "${field.label}"`, field.key);
      continue;
    }
    const index = columns.indexOf(column);
    const other = used.get(column);
    if (index < 0) wrong(`the file has no column "${column}"`, field.key);
    else if (other !== undefined) wrong(`column "${column}" is taken for two fields`, field.key);
    else {
      used.set(column, field.key);
      bound.push({ field, column, index });
    }
  }
  for (const key of Object.keys(mapping)) {
    if (!fields.some((field) => field.key === key)) wrong(`"${key}" is no field of this kind of file`, key);
  }
  const [first, ...rest] = problems;
  return first ? fail(first, ...rest) : ok(bound);
}
