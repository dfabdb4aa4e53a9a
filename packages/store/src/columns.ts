/** Which SQL column holds a field: from its zod schema to a column kind, and from its camelCase name to SQL. */
import { invariant } from '@fieldfare/kernel';
import type { z } from 'zod';

/** SQL types the projection uses. Dates, times, enums and ids are text: they compare as they read. */
export type ColumnKind = 'text' | 'integer' | 'bigint' | 'double precision' | 'boolean' | 'jsonb';

export interface FieldColumn {
  /** camelCase, as declared. */
  readonly field: string;
  /** snake_case, as Kysely's CamelCasePlugin derives it. */
  readonly column: string;
  readonly kind: ColumnKind;
  /** What a row of an older version that lacks the field shows. */
  readonly fallback: unknown;
}

const INT32_MIN = -2_147_483_648;
const INT32_MAX = 2_147_483_647;

/** The parts of zod's definitions this file reads. */
interface Definition {
  readonly type: string;
  readonly innerType?: z.core.$ZodType;
  readonly in?: z.core.$ZodType;
  readonly out?: z.core.$ZodType;
  readonly getter?: () => z.core.$ZodType;
  readonly options?: readonly z.core.$ZodType[];
  readonly values?: readonly unknown[];
  readonly entries?: Readonly<Record<string, unknown>>;
  readonly defaultValue?: unknown;
}

const definitionOf = (schema: z.core.$ZodType): Definition => schema._zod.def as unknown as Definition;

const WRAPPERS = new Set([
  'optional',
  'nullable',
  'default',
  'prefault',
  'nonoptional',
  'readonly',
  'catch',
  'exact_optional',
]);

/** A definition without the wrappers that say only whether and how a value may be missing. */
function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  const definition = definitionOf(schema);
  if (WRAPPERS.has(definition.type) && definition.innerType) return unwrapped(definition.innerType);
  if (definition.type === 'lazy' && definition.getter) return unwrapped(definition.getter());
  // A pipe or codec is stored in the form it takes in: rows hold JSON, transforms run on reading.
  if (definition.type === 'pipe' && definition.in) return unwrapped(definition.in);
  return schema;
}

function numberKind(schema: z.core.$ZodType): ColumnKind {
  const { isInt, minValue, maxValue } = schema as z.ZodNumber;
  if (!isInt) return 'double precision';
  return (minValue ?? -Infinity) >= INT32_MIN && (maxValue ?? Infinity) <= INT32_MAX ? 'integer' : 'bigint';
}

function kindOfValue(value: unknown): ColumnKind | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return 'text';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) return 'double precision';
    return value >= INT32_MIN && value <= INT32_MAX ? 'integer' : 'bigint';
  }
  return 'jsonb';
}

/** One kind for alternatives: their common kind, the wider of two number kinds, else JSON. */
function commonKind(kinds: readonly (ColumnKind | null)[]): ColumnKind | null {
  const distinct = new Set(kinds.filter((kind) => kind !== null));
  if (distinct.size === 0) return null;
  const [first] = distinct;
  if (distinct.size === 1) return first ?? null;
  const numeric = ['integer', 'bigint', 'double precision'] as const;
  const widest = numeric.findLast((kind) => distinct.has(kind));
  return [...distinct].every((kind) => (numeric as readonly string[]).includes(kind)) ? (widest ?? 'jsonb') : 'jsonb';
}

function kindOrNull(schema: z.core.$ZodType): ColumnKind | null {
  const inner = unwrapped(schema);
  const definition = definitionOf(inner);
  switch (definition.type) {
    case 'string':
    case 'template_literal':
      return 'text';
    case 'number':
      return numberKind(inner);
    case 'boolean':
      return 'boolean';
    case 'enum':
      return commonKind(Object.values(definition.entries ?? {}).map(kindOfValue));
    case 'literal':
      return commonKind((definition.values ?? []).map(kindOfValue));
    case 'union':
      return commonKind((definition.options ?? []).map(kindOrNull));
    case 'null':
    case 'undefined':
      return null;
    default:
      return 'jsonb';
  }
}

/** The column kind of a field's schema. A field that only ever holds null is text. */
export const kindOf = (schema: z.core.$ZodType): ColumnKind => kindOrNull(schema) ?? 'text';

/** The declared default of a field, or undefined. */
function fallbackOf(schema: z.core.$ZodType): unknown {
  const definition = definitionOf(schema);
  if (definition.type === 'default' || definition.type === 'prefault') return definition.defaultValue;
  return WRAPPERS.has(definition.type) && definition.innerType ? fallbackOf(definition.innerType) : undefined;
}

/** The same mapping as Kysely's CamelCasePlugin with its default options. */
export function snakeCase(name: string): string {
  return name.replace(/(?<=.)[A-Z]+/g, (capitals) => `_${capitals}`).toLowerCase();
}

const camelCase = (name: string): string => name.replace(/(?<=.)_+([^_])/g, (_, next: string) => next.toUpperCase());

export function fieldColumn(field: string, schema: z.core.$ZodType): FieldColumn {
  const column = snakeCase(field);
  invariant(camelCase(column) === field, `field ${field} does not survive the way to SQL and back`);
  return { field, column, kind: kindOf(schema), fallback: fallbackOf(schema) ?? null };
}
