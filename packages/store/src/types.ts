/** Shapes that cross the seams of this package. */
import type { AnyTable } from '@fieldfare/kernel';
import type { Kysely } from 'kysely';
import type { SqlEngine } from './engine.ts';

/** A row to project: the fold of one row key (a `FoldedRow` of the sync package fits). */
export interface ProjectableRow {
  readonly shard: string;
  readonly table: string;
  readonly id: string;
  readonly version: number;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly stamps: Readonly<Record<string, string>>;
  readonly authors: Readonly<Record<string, string>>;
  readonly siblings: Readonly<Record<string, readonly unknown[]>>;
  readonly deleted: boolean;
  readonly stamp: string;
}

/** Table → row ids touched by a batch. */
export type TouchedRows = ReadonlyMap<string, ReadonlySet<string>>;

/** A table that exists in SQL only, computed from rows (conflicts). Written by a `Derivation`. */
export interface DerivedTable {
  readonly name: string;
  /** `create table if not exists …` and its indexes. */
  readonly ddl: readonly string[];
}

/**
 * Runs inside the projection's transaction after the rows stand, with what was touched, and rewrites its derived
 * tables so that they equal what a rebuild would compute. Returns the names of derived tables it changed.
 */
export interface Derivation {
  readonly tables: readonly DerivedTable[];
  // biome-ignore lint/suspicious/noExplicitAny: the database type belongs to the caller
  run(trx: Kysely<any>, touched: TouchedRows): Promise<ReadonlySet<string>>;
}

export interface StoreOptions {
  readonly tables: ReadonlyMap<string, AnyTable>;
  readonly derivations?: readonly Derivation[];
  /** Data directory made by `buildTemplate` for the same schema hash; without it the schema is created from nothing. */
  readonly template?: Blob | null;
  /** A new database, in a thread of its own for example, or its opening. Closed with the store; `template` is not used. */
  readonly engine?: SqlEngine | Promise<SqlEngine>;
}

/**
 * SQL shape of every replicated table `visits`: one column a field in snake_case (JSON for objects and arrays, text
 * for dates and times, `double precision`/`integer`/`boolean`), plus
 *   id text primary key, deleted_at text,
 *   _shard text, _stamp text, _version integer, _stamps jsonb, _authors jsonb, _siblings jsonb (null when none), _extra jsonb (unknown fields).
 * Deleted rows stay with `deleted_at` set: queries leave them out themselves (`where deleted_at is null`).
 */
// biome-ignore lint/suspicious/noExplicitAny: the database type belongs to the caller
export interface Store<DB = any> {
  /** camelCase in TypeScript, snake_case in SQL (CamelCasePlugin). For reads; writes go through `project`. */
  readonly db: Kysely<DB>;
  /**
   * Upserts a batch, runs the derivations and records `seq`, in one transaction; and of the shards that stand whole with
   * it, up to which of their records (`projectedShards`). Then wakes live queries. Rows are
   * prepared at the call and written in the order of calls: a caller that hands over the next batch before the last
   * one is written keeps both busy.
   */
  project(rows: readonly ProjectableRow[], seq: number, whole?: ReadonlyMap<string, number>): Promise<void>;
  /** Forgets all rows of a shard that left the working set. */
  forget(shards: readonly string[]): Promise<void>;
  projectedSeq(): number;
  /**
   * How far the rows of each shard go: the seq of its last record that they hold, once all of them stand, else 0. Where the
   * tables outlast the process, those before it are in it too.
   */
  projectedShards(): ReadonlyMap<string, number>;
  /**
   * Runs `query` now and again whenever one of `tables` (or, by `topicOf(table, shard)`, one shard of it) changed, and yields results that differ from the last.
   * Ends with the signal. Several changes while a run is under way cause one more run.
   * `same` compares results; by default they are the same when their JSON is.
   */
  live<T>(
    tables: readonly string[],
    query: () => Promise<T>,
    signal: AbortSignal,
    same?: (previous: T, next: T) => boolean,
  ): AsyncIterable<T>;
  /**
   * Rises whenever one of `tables` (or a topic of `topicOf`) changed: what was read after asking for a number stays right
   * for as long as the number stays the same.
   */
  versionOf(tables: readonly string[]): number;
  /** One hash a table (replicated and derived) over its whole content in id order: rebuild-and-compare uses it. */
  digest(): Promise<Readonly<Record<string, string>>>;
  close(): Promise<void>;
}

/** A store that may be asked already while its database opens. */
export interface OpeningStore<DB> extends Store<DB> {
  /** Rejects when the database cannot be opened or brought to the schema; everything asked of the store then rejects too. */
  readonly opened: Promise<void>;
}
