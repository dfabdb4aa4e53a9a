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

export interface TableSchema {
  readonly name: string;
  /** Declared fields in declared order, without `id`. */
  readonly fields: readonly FieldColumn[];
  readonly byField: ReadonlyMap<string, FieldColumn>;
  /** Every stored column, `id` first, platform columns last. */
  readonly columns: readonly SqlColumn[];
  /** Fields some index reads. Their text is bounded, see encode.ts. */
  readonly indexed: ReadonlySet<string>;
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

/** The platform's own columns of every table, after the declared ones. */
export const PLATFORM_COLUMNS: readonly SqlColumn[] = [
  { column: 'deleted_at', kind: 'text' },
  { column: '_shard', kind: 'text' },
  { column: '_stamp', kind: 'text' },
  { column: '_version', kind: 'integer' },
  { column: '_stamps', kind: 'jsonb' },
  { column: '_authors', kind: 'jsonb' },
  { column: '_siblings', kind: 'jsonb' },
  { column: '_extra', kind: 'jsonb' },
];

/** Postgres cuts longer names silently. */
const MAX_NAME = 63;

export const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

function tableSchema(table: AnyTable): TableSchema {
  const shape = table.row.shape as Readonly<Record<string, z.core.$ZodType>>;
  const fields = table.fields
    .filter((field) => field !== 'id')
    .map((field) => {
      const schema = shape[field];
      invariant(schema, `table ${table.name}: no schema for field ${field}`);
      return fieldColumn(field, schema);
    });
  const columns: SqlColumn[] = [
    { column: 'id', kind: 'text' },
    ...fields.map(({ column, kind }) => ({ column, kind })),
    ...PLATFORM_COLUMNS,
  ];
  invariant(new Set(columns.map((each) => each.column)).size === columns.length, `table ${table.name}: a column twice`);
  const lines = columns.map(({ column, kind }) => `${quote(column)} ${kind}${column === 'id' ? ' primary key' : ''}`);
  const createIndexes = table.indexes.map((index) => {
    const names = index.map(snakeCase);
    const name = `${table.name}_${names.join('_')}_idx`.slice(0, MAX_NAME);
    return `create index if not exists ${quote(name)} on ${quote(table.name)} (${names.map(quote).join(', ')})`;
  });
  return {
    name: table.name,
    fields,
    byField: new Map(fields.map((field) => [field.field, field])),
    columns,
    indexed: new Set(table.indexes.flat()),
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
