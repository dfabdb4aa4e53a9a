/** Table declarations → SQL: the columns of every table, their DDL and the hash that names the schema. */
import { type AnyTable, invariant } from '@fieldfare/kernel';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { z } from 'zod';
import { type ColumnKind, type FieldColumn, fieldColumn, snakeCase } from './columns.ts';
import type { Derivation } from './types.ts';

export interface SqlColumn {
  readonly column: string;
  readonly kind: ColumnKind;
}

export interface TableField extends FieldColumn {
  /** Its place in `TableSchema.columns`. */
  readonly place: number;
  /** Some index reads it: its text is bounded, see encode.ts. */
  readonly indexed: boolean;
}

export interface VirtualColumn {
  readonly column: string;
  readonly expression: string;
}

export interface TableSchema {
  readonly name: string;
  /** Declared fields in declared order, without `id`. */
  readonly fields: readonly TableField[];
  readonly byField: ReadonlyMap<string, TableField>;
  /** Every stored column, `id` first, platform columns last. */
  readonly columns: readonly SqlColumn[];
  /** Columns SQL computes when they are read: `_stamps` and `_authors`. */
  readonly virtual: readonly VirtualColumn[];
  /** What makes up a row's content, in name order, however it is stored: for digests. */
  readonly content: readonly string[];
  readonly createTable: string;
  readonly createIndexes: readonly string[];
}

export interface StoreSchema {
  readonly tables: ReadonlyMap<string, TableSchema>;
  readonly derivations: readonly Derivation[];
  /** Names of the derived tables. */
  readonly derived: readonly string[];
  /** The DDL of a database made from nothing, in the order to run it. */
  readonly ddl: readonly string[];
  /** SHA-256 of the canonical DDL, hex. */
  readonly hash: string;
}

export const META_TABLE = 'fieldfare_meta';
/** Whose row it is, in tables that tenants share (postgres/); the store itself never names it. */
export const TENANT_COLUMN = '_tenant';

/**
 * The platform's own stored columns of every table, after the declared ones.
 *
 * Stamps and authors by field are three quarters of a row's bytes and nearly always one value for all fields, so they
 * are stored as that value (`_base`, null when it is `_stamp`; `_author`) and the exceptions: `_absent`, the declared fields
 * that have neither, with commas between them, and `*_diff`, field → value, null for a declared field without one. `_stamps` and `_authors` are virtual columns that put them together again.
 */
export const PLATFORM_COLUMNS: readonly SqlColumn[] = [
  { column: 'deleted_at', kind: 'text' },
  { column: '_shard', kind: 'text' },
  { column: '_stamp', kind: 'text' },
  { column: '_version', kind: 'integer' },
  { column: '_absent', kind: 'text' },
  { column: '_base', kind: 'text' },
  { column: '_stamp_diff', kind: 'jsonb' },
  { column: '_author', kind: 'text' },
  { column: '_author_diff', kind: 'jsonb' },
  { column: '_siblings', kind: 'jsonb' },
  { column: '_extra', kind: 'jsonb' },
];

/** Stored columns that only say how the virtual ones are put together. */
const ENCODING = new Set(['_absent', '_base', '_stamp_diff', '_author', '_author_diff']);

/** The names in `_absent`. */
const ABSENT = "coalesce(string_to_array(_absent, ','), '{}')";

function virtualColumns(fields: readonly FieldColumn[]): readonly VirtualColumn[] {
  const names = `array[${fields.map(({ field }) => `'${field}'`).join(', ')}]::text[]`;
  const spread = (common: string, diff: string) =>
    `jsonb_strip_nulls((jsonb_object(${names}, array_fill(${common}, array[${fields.length}])) - ${ABSENT}) || coalesce(${diff}, '{}'::jsonb))`;
  return [
    { column: '_stamps', expression: spread('coalesce(_base, _stamp)', '_stamp_diff') },
    { column: '_authors', expression: spread('_author', '_author_diff') },
  ];
}

/**
 * SQL of one field's stamp: the same as `_stamps->>'field'` and a hundred times as fast, for conditions over many rows.
 * `alias`: of a projected table; `field`: one it declares.
 */
export const fieldStamp = (alias: string, field: string): string =>
  `case when jsonb_exists(${alias}._stamp_diff, '${field}') then ${alias}._stamp_diff->>'${field}' ` +
  `when '${field}' = any(string_to_array(${alias}._absent, ',')) then null ` +
  `else coalesce(${alias}._base, ${alias}._stamp) end`;

/** Postgres cuts longer names silently. */
const MAX_NAME = 63;

export const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

function tableSchema(table: AnyTable): TableSchema {
  const shape = table.row.shape as Readonly<Record<string, z.core.$ZodType>>;
  const indexed = new Set(table.indexes.flat());
  const fields = table.fields
    .filter((field) => field !== 'id')
    .map((field, number) => {
      const schema = shape[field];
      invariant(schema, `table ${table.name}: no schema for field ${field}`);
      return { ...fieldColumn(field, schema), place: 1 + number, indexed: indexed.has(field) };
    });
  const columns: SqlColumn[] = [
    { column: 'id', kind: 'text' },
    ...fields.map(({ column, kind }) => ({ column, kind })),
    ...PLATFORM_COLUMNS,
  ];
  const json = fields.find((each) => each.kind === 'jsonb' && each.indexed);
  invariant(json === undefined, `table ${table.name}: ${json?.field} is JSON and cannot be indexed`);
  invariant(new Set(columns.map((each) => each.column)).size === columns.length, `table ${table.name}: a column twice`);
  const virtual = virtualColumns(fields);
  const lines = [
    ...columns.map(({ column, kind }) => `${quote(column)} ${kind}${column === 'id' ? ' primary key' : ''}`),
    ...virtual.map(({ column, expression }) => `${quote(column)} jsonb generated always as (${expression}) virtual`),
  ];
  const createIndexes = table.indexes.map((index) => {
    // Keeps every index entry below what a page takes, see MAX_INDEXED_CHARACTERS.
    invariant(index.length <= 3, `table ${table.name}: an index has at most three columns`);
    const names = index.map(snakeCase);
    const name = `${table.name}_${names.join('_')}_idx`.slice(0, MAX_NAME);
    return `create index if not exists ${quote(name)} on ${quote(table.name)} (${names.map(quote).join(', ')})`;
  });
  return {
    name: table.name,
    fields,
    byField: new Map(fields.map((field) => [field.field, field])),
    columns,
    virtual,
    content: [...columns, ...virtual]
      .map(({ column }) => column)
      .filter((column) => !ENCODING.has(column))
      .sort(),
    // Unlogged: the projection is rebuilt, never recovered, and in single-user mode nobody trims the WAL.
    createTable: `create unlogged table if not exists ${quote(table.name)} (\n  ${lines.join(',\n  ')}\n)`,
    createIndexes,
  };
}

export function storeSchema(
  tables: ReadonlyMap<string, AnyTable>,
  derivations: readonly Derivation[] = [],
): StoreSchema {
  const projected = [...tables.values()].filter((table) => table.sync !== 'presence').map(tableSchema);
  const derivedTables = derivations.flatMap((derivation) => derivation.tables);
  const names = [META_TABLE, ...projected.map((table) => table.name), ...derivedTables.map((table) => table.name)];
  invariant(new Set(names).size === names.length, 'a table name is taken twice');
  const ordered = projected.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const ddl = [
    `create table if not exists ${META_TABLE} (key text primary key, value text not null)`,
    ...ordered.flatMap((table) => [table.createTable, ...table.createIndexes]),
    ...derivedTables.flatMap((table) => table.ddl),
  ];
  return {
    tables: new Map(projected.map((table) => [table.name, table])),
    derivations,
    derived: derivedTables.map((table) => table.name),
    ddl,
    hash: bytesToHex(sha256(utf8ToBytes(ddl.join(';\n')))),
  };
}

/** Names the SQL schema of some tables: a template serves exactly the hash it was built for. */
export const schemaHash = (tables: ReadonlyMap<string, AnyTable>, derivations: readonly Derivation[] = []): string =>
  storeSchema(tables, derivations).hash;
