/**
 * `defineTable` declares a kind of row once. From the declaration come the SQL table, the CRDT mapping,
 * validation, CSV columns and the conformance tests.
 *
 * Every row has `id` (its key) and may carry `deletedAt`; both are part of the platform, not of the columns a
 * module lists. Schema change is additive only: new fields are optional or have a default, `version` goes up.
 */
import { z } from 'zod';
import { invariant } from './problem.ts';
import type { ShardId, ShardKind } from './shards.ts';

/** Where a table's rows live: in synced shards, in awareness, on this laptop only, or on the server only. */
export type SyncClass = 'replicated' | 'presence' | 'device' | 'server';

/** How concurrent values of one field become one: the highest stamp, or the lowest (set-once lifecycle stamps). */
export type FieldMerge = 'latest' | 'earliest';

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

export type RowShape = z.ZodRawShape;

export interface TableDef<Name extends string = string, Shape extends RowShape = RowShape> {
  readonly name: Name;
  readonly version: number;
  readonly sync: SyncClass;
  /** Full row, `id` included. Unknown fields are kept (loose). */
  readonly row: z.ZodObject<Shape & { id: z.ZodUUID }, z.core.$loose>;
  /** Field names in declared order, `id` first. */
  readonly fields: readonly string[];
  readonly shardKind: ShardKind;
  /** The shard a row belongs to. Fields it reads never change after creation (`shardFields`). */
  readonly shardOf: (row: RowOf<Shape>) => ShardId;
  readonly shardFields: readonly string[];
  /** Fields that hold personal health information: never logged, never in prompts. */
  readonly phi: readonly string[];
  readonly merge: Readonly<Record<string, FieldMerge>>;
  /**
   * Of rows that several people may create under one id: the values with which a row says nothing. Who undoes the creation of one
   * writes these instead of deleting it: to what a colleague wrote meanwhile that is another answer, not an end. Null: deleted.
   */
  readonly unset: Readonly<Record<string, JsonValue>> | null;
  /** Columns to index in the projection, each a list of field names. */
  readonly indexes: readonly (readonly string[])[];
  /** One line for people: what a row is. */
  readonly about: string;
}

export type RowOf<Shape extends RowShape> = z.infer<z.ZodObject<Shape>> & { readonly id: string };

/** The row type of a table definition. */
export type Row<T> = T extends TableDef<string, infer Shape> ? RowOf<Shape> : never;

// biome-ignore lint/suspicious/noExplicitAny: a registry holds tables of every shape; `Shape` is contravariant in shardOf
export type AnyTable = TableDef<string, any>;

const RESERVED = new Set(['id', 'deletedAt']);

export function defineTable<const Name extends string, Shape extends RowShape>(table: {
  readonly name: Name;
  readonly about: string;
  readonly version: number;
  readonly sync: SyncClass;
  readonly columns: Shape;
  readonly shardKind: ShardKind;
  readonly shardOf: (row: RowOf<Shape>) => ShardId;
  readonly shardFields: readonly (keyof Shape & string)[];
  readonly phi?: readonly (keyof Shape & string)[];
  readonly merge?: Readonly<Partial<Record<keyof Shape & string, FieldMerge>>>;
  readonly unset?: Partial<RowOf<Shape>> | null;
  readonly indexes?: readonly (readonly (keyof Shape & string)[])[];
}): TableDef<Name, Shape> {
  invariant(/^[a-z][a-z_]*$/.test(table.name), `table name must be snake_case: ${table.name}`);
  invariant(
    Number.isInteger(table.version) && table.version >= 1,
    `table ${table.name}: version is a whole number from 1`,
  );
  for (const field of Object.keys(table.columns)) {
    invariant(/^[a-z][A-Za-z0-9]*$/.test(field), `table ${table.name}: field must be camelCase: ${field}`);
    invariant(!RESERVED.has(field), `table ${table.name}: field ${field} belongs to the platform`);
  }
  return {
    name: table.name,
    about: table.about,
    version: table.version,
    sync: table.sync,
    row: z.looseObject({ id: z.uuid(), ...table.columns }) as unknown as TableDef<Name, Shape>['row'],
    fields: ['id', ...Object.keys(table.columns)],
    shardKind: table.shardKind,
    shardOf: table.shardOf,
    shardFields: table.shardFields,
    phi: table.phi ?? [],
    merge: (table.merge ?? {}) as Readonly<Record<string, FieldMerge>>,
    unset: table.unset ? jsonFields(table.unset) : null,
    indexes: table.indexes ?? [],
  };
}

/**
 * What a procedure returns instead of writing: set these fields of this row. Fields not named are untouched.
 * A row is created by setting all its fields, deleted by setting `deletedAt` and brought back by setting it to null.
 */
export interface RowChange {
  readonly table: string;
  readonly shard: ShardId;
  readonly id: string;
  readonly set: Readonly<Record<string, JsonValue>>;
}

/** `undefined` cannot be stored: it means "not set" and is left out. */
function jsonFields(fields: object): Record<string, JsonValue> {
  return Object.fromEntries(
    Object.entries(fields).filter(([key, value]) => key !== 'id' && value !== undefined),
  ) as Record<string, JsonValue>;
}

/** Creates (or re-creates, for deterministic ids) a whole row. */
export function createRow<Shape extends RowShape>(table: TableDef<string, Shape>, row: RowOf<Shape>): RowChange {
  return { table: table.name, shard: table.shardOf(row), id: row.id, set: jsonFields(row) };
}

/** Changes some fields of an existing row. */
export function updateRow<Shape extends RowShape>(
  table: TableDef<string, Shape>,
  row: RowOf<Shape>,
  set: Partial<RowOf<Shape>>,
): RowChange {
  for (const field of table.shardFields) {
    invariant(!(field in set), `${table.name}.${field} decides the shard and cannot change`);
  }
  return { table: table.name, shard: table.shardOf(row), id: row.id, set: jsonFields(set) };
}

/** Marks a row deleted. `at` is an ISO instant, for people; order comes from the row's own stamp. */
export function deleteRow<Shape extends RowShape>(
  table: TableDef<string, Shape>,
  row: RowOf<Shape>,
  at: string,
): RowChange {
  return { table: table.name, shard: table.shardOf(row), id: row.id, set: { deletedAt: at } };
}
