/**
 * A folded row → the values of its SQL columns. Merged data must always load, whatever another version or a
 * hostile peer wrote:
 *  STO-FIT    a value its column cannot hold is null there and stands unchanged in `_extra`
 *  STO-TEXT   characters that PostgreSQL cannot store (NUL, half surrogates) become U+FFFD: in JSON here, in text where it is
 *             written, all of a row at a time (bulk.ts)
 *  STO-DEPTH  JSON nested deeper than `MAX_DEPTH` is null
 *  STO-EXTRA  fields this version does not know stand in `_extra`
 *  STO-ABSENT a field the row lacks shows its declared default, else null
 */
import type { ColumnKind } from './columns.ts';
import type { TableSchema } from './schema.ts';
import type { ProjectableRow } from './types.ts';

/** A value for SQL: text, not yet made `storable`, or the text form of a number, boolean or JSON. */
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

export const storable = (text: string): string => (isStorable(text) ? text : text.replace(EVERY_UNSTORABLE, '\uFFFD'));

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
      return typeof value !== 'string' || (indexed && value.length > MAX_INDEXED_CHARACTERS) ? undefined : value;
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

const fitOrNull = (kind: ColumnKind, value: unknown): SqlText =>
  value === null || value === undefined ? null : (fit(kind, value, false) ?? null);

/** Whether the row can stand in SQL at all. */
export const hasUsableKey = (row: ProjectableRow): boolean =>
  row.id.length > 0 && row.id.length <= MAX_ID_CHARACTERS && isStorable(row.id);

const isEmpty = (object: object): boolean => {
  for (const _ in object) return false;
  return true;
};

const NONE: readonly string[] = [];

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
  const common = saidMost(table, values) ?? implied;
  const diff: [string, string | null][] = [];
  if (common !== null) {
    for (const { field } of table.fields) {
      const value = Object.hasOwn(values, field) ? (values[field] ?? null) : null;
      if (value !== common && (value !== null || !absent.includes(field))) diff.push([field, value]);
    }
  }
  for (const field in values) if (!table.byField.has(field)) diff.push([field, values[field] ?? null]);
  return [common === implied ? null : common, diff.length > 0 ? jsonText(Object.fromEntries(diff)) : null];
}

type Said = Readonly<Record<string, string>>;

function firstOf(values: Said): string | null {
  for (const name in values) return values[name] ?? null;
  return null;
}

/**
 * Gives a row's values, in the order of `table.columns`. It goes through what a row says and looks up the column: the other way
 * round, each declared field looked up in the row, takes a quarter longer.
 */
export function createEncoder(table: TableSchema): (row: ProjectableRow) => SqlText[] {
  const { fields, byField, columns } = table;
  /** Up to the last declared field. */
  const blank: SqlText[] = [null, ...fields.map(({ kind, fallback }) => fitOrNull(kind, fallback))];
  /** By place: whether the row at hand says a stamp or an author of the field. */
  const isSaid = new Uint8Array(columns.length);

  /** Marks the fields that are said. How many they are when all are declared and say the same, else -1. */
  function markSaid(values: Said): number {
    const first = firstOf(values);
    let count = 0;
    let alike = true;
    for (const name in values) {
      const field = byField.get(name);
      if (field !== undefined && typeof values[name] === 'string') isSaid[field.place] = 1;
      if (field === undefined || values[name] !== first) alike = false;
      count += 1;
    }
    return alike ? count : -1;
  }

  return (row) => {
    let extra: [string, unknown][] | undefined;
    const values = blank.slice();
    values[0] = row.id;
    for (const name in row.fields) {
      const value = row.fields[name];
      const field = byField.get(name);
      if (field === undefined && (name === 'id' || name === 'deletedAt')) continue;
      const missing = value === null || value === undefined;
      const text = field && (missing ? null : fit(field.kind, value, field.indexed));
      if (field) values[field.place] = text ?? null;
      if (text !== undefined) continue;
      extra ??= [];
      extra.push([name, value]);
    }
    isSaid.fill(0);
    const [stamped, authored] = [markSaid(row.stamps), markSaid(row.authors)];
    let absent = NONE;
    for (const { field, place } of fields) if (isSaid[place] === 0) absent = [...absent, field];
    const all = fields.length - absent.length;
    const said = (among: Said, alike: number, implied: string | null): [string | null, SqlText] => {
      if (alike !== all || all === 0) return compact(table, among, absent, implied);
      const one = firstOf(among); // of nearly every row
      return [one === implied ? null : one, null];
    };
    const { deletedAt } = row.fields;
    // `deletedAt` may be set on a row that stays visible (edit against delete): queries go by the fold's word.
    const deleted = row.deleted ? (typeof deletedAt === 'string' ? deletedAt : row.stamp) : null;
    values.push(deleted, row.shard, row.stamp, fitOrNull('integer', row.version) ?? '0');
    values.push(absent === NONE ? null : absent.join());
    values.push(...said(row.stamps, stamped, row.stamp), ...said(row.authors, authored, null));
    values.push(isEmpty(row.siblings) ? null : jsonText(row.siblings));
    // Object.fromEntries defines properties, so a field called `__proto__` is data like any other.
    values.push(extra ? jsonText(Object.fromEntries(extra)) : null);
    return values;
  };
}
