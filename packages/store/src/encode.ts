/**
 * A folded row → the values of its SQL columns. Merged data must always load, whatever another version or a
 * hostile peer wrote:
 *  STO-FIT    a value its column cannot hold is null there and stands unchanged in `_extra`
 *  STO-TEXT   characters that PostgreSQL cannot store (NUL, half surrogates) become U+FFFD
 *  STO-DEPTH  JSON nested deeper than `MAX_DEPTH` is null
 *  STO-EXTRA  fields this version does not know stand in `_extra`
 *  STO-ABSENT a field the row lacks shows its declared default, else null
 */
import type { ColumnKind, FieldColumn } from './columns.ts';
import type { TableSchema } from './schema.ts';
import type { ProjectableRow } from './types.ts';

/** A value ready for SQL: text, or the text form of a number, boolean or JSON. */
export type SqlText = string | null;

/** PostgreSQL refuses an index entry above a third of a page (2,704 bytes): indexed text stays well below. */
export const MAX_INDEXED_CHARACTERS = 256;
/** Longest row key. A row with a longer one is left out: nothing could refer to it. */
export const MAX_ID_CHARACTERS = 256;
export const MAX_DEPTH = 64;

const INT32 = 2_147_483_647;

const EVERY_UNSTORABLE = /[\0\p{Surrogate}]/gu;

/** Without the unicode flag, and so at once for text without surrogates, which is nearly all of it. */
const SUSPECT = /[\0\ud800-\udfff]/;
const UNSTORABLE = /[\0\p{Surrogate}]/u;
const isStorable = (text: string): boolean => !SUSPECT.test(text) || !UNSTORABLE.test(text);

const storable = (text: string): string => (isStorable(text) ? text : text.replace(EVERY_UNSTORABLE, '\uFFFD'));

/** A deep copy that PostgreSQL can store. */
function storableJson(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return storable(value);
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint' ? null : value;
  if (depth === 0) return null;
  if (Array.isArray(value)) return value.map((each) => storableJson(each, depth - 1));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [storable(key), storableJson(each, depth - 1)]));
}

function needsCare(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return !isStorable(value);
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint';
  if (depth === 0) return true;
  if (Array.isArray(value)) return value.some((each) => needsCare(each, depth - 1));
  for (const key in value) {
    if (!isStorable(key) || needsCare((value as Record<string, unknown>)[key], depth - 1)) return true;
  }
  return false;
}

export function jsonText(value: unknown): SqlText {
  if (value === null || value === undefined) return null;
  const text = JSON.stringify(needsCare(value, MAX_DEPTH) ? storableJson(value, MAX_DEPTH) : value) ?? null;
  return text === 'null' ? null : text; // what JSON has no word for, such as NaN, is missing like any null
}

/** The value as SQL text, or undefined when the column cannot hold it. */
function fit(kind: ColumnKind, value: unknown, indexed: boolean): SqlText | undefined {
  switch (kind) {
    case 'text':
      if (typeof value !== 'string' || (indexed && value.length > MAX_INDEXED_CHARACTERS)) return undefined;
      return storable(value);
    case 'integer':
      return Number.isInteger(value) && Math.abs(value as number) <= INT32 ? String(value) : undefined;
    case 'bigint':
      return Number.isSafeInteger(value) ? String(value) : undefined;
    case 'double precision':
      return Number.isFinite(value) ? String(value) : undefined;
    case 'boolean':
      return typeof value === 'boolean' ? String(value) : undefined;
    case 'jsonb':
      return jsonText(value);
  }
}

/** Whether the row can stand in SQL at all. */
export const hasUsableKey = (row: ProjectableRow): boolean =>
  row.id.length > 0 && row.id.length <= MAX_ID_CHARACTERS && isStorable(row.id);

const isEmpty = (object: object): boolean => {
  for (const _ in object) return false;
  return true;
};

const NONE: readonly string[] = [];

/** Declared fields of which the row has neither a stamp nor an author: those that came with a later version, mostly. */
function absentFields({ fields }: TableSchema, { stamps, authors }: ProjectableRow): readonly string[] {
  let absent: string[] | undefined;
  for (const { field } of fields) {
    if (typeof stamps[field] === 'string' || typeof authors[field] === 'string') continue;
    absent ??= [];
    absent.push(field);
  }
  return absent ?? NONE;
}

/** The one value of `count` declared fields and of no other, undefined when they differ. */
function saidByAll(
  { byField }: TableSchema,
  values: Readonly<Record<string, string>>,
  count: number,
): string | undefined {
  let said: string | undefined;
  let left = count;
  for (const field in values) {
    said ??= values[field];
    if (values[field] !== said || !byField.has(field)) return undefined;
    left -= 1;
  }
  return left === 0 ? said : undefined;
}

function saidMost({ fields }: TableSchema, values: Readonly<Record<string, string>>): string | undefined {
  const counts = new Map<string, number>();
  for (const { field } of fields) {
    const value = values[field];
    if (typeof value === 'string') counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  let [most, said] = [0, undefined as string | undefined];
  for (const [value, count] of counts) if (count > most) [most, said] = [count, value];
  return said;
}

/**
 * One value for most fields and the exceptions, see `PLATFORM_COLUMNS`: `[common, diff]`. The virtual columns give
 * exactly `values` back. A common value of null stands for `implied`.
 */
function compact(
  table: TableSchema,
  values: Readonly<Record<string, string>>,
  absent: readonly string[],
  implied: string | null,
): [string | null, SqlText] {
  const shown = (common: string | null) => (common === null || common === implied ? null : storable(common));
  const one = saidByAll(table, values, table.fields.length - absent.length);
  if (one !== undefined) return [shown(one), null]; // nearly every row
  const common = saidMost(table, values) ?? implied;
  const diff: [string, string | null][] = [];
  if (common !== null) {
    for (const { field } of table.fields) {
      const value = Object.hasOwn(values, field) ? (values[field] ?? null) : null;
      if (value !== common && (value !== null || !absent.includes(field))) diff.push([field, value]);
    }
  }
  for (const field in values) if (!table.byField.has(field)) diff.push([field, values[field] ?? null]);
  return [shown(common), diff.length > 0 ? jsonText(Object.fromEntries(diff)) : null];
}

/** The row's values in the order of `table.columns`. */
export function encodeRow(table: TableSchema, row: ProjectableRow): SqlText[] {
  let extra: [string, unknown][] | undefined;
  const encodeField = ({ field, kind, fallback }: FieldColumn): SqlText => {
    const value = Object.hasOwn(row.fields, field) ? row.fields[field] : fallback;
    if (value === null || value === undefined) return null;
    const text = fit(kind, value, table.indexed.has(field));
    if (text !== undefined) return text;
    extra ??= [];
    extra.push([field, value]);
    return null;
  };
  const values: SqlText[] = [row.id];
  for (const field of table.fields) values.push(encodeField(field));
  for (const field in row.fields) {
    if (table.byField.has(field) || field === 'id' || field === 'deletedAt') continue;
    extra ??= [];
    extra.push([field, row.fields[field]]);
  }
  const { deletedAt } = row.fields;
  // `deletedAt` may be set on a row that stays visible (edit against delete): queries go by the fold's word.
  values.push(row.deleted ? storable(typeof deletedAt === 'string' ? deletedAt : row.stamp) : null);
  values.push(storable(row.shard), storable(row.stamp));
  values.push(fit('integer', row.version, false) ?? '0');
  const absent = absentFields(table, row);
  const [stamp, stampDiff] = compact(table, row.stamps, absent, row.stamp);
  const [author, authorDiff] = compact(table, row.authors, absent, null);
  values.push(absent.length > 0 ? absent.join() : null, stamp, stampDiff, author, authorDiff);
  values.push(isEmpty(row.siblings) ? null : jsonText(row.siblings));
  // Object.fromEntries defines properties, so a field called `__proto__` is data like any other.
  values.push(extra ? jsonText(Object.fromEntries(extra)) : null);
  return values;
}
