/**
 * Kysely over PGlite, with a transaction that belongs to whoever began it.
 *
 * Kysely's own PGliteDialect shares one connection object: while a transaction is open, every other query of the
 * same Kysely runs inside it, sees its uncommitted rows and dies with it. Here a connection is an object of its
 * own, and queries outside a transaction wait for PGlite's lock.
 */
import { invariant } from '@fieldfare/kernel';
import {
  CamelCasePlugin,
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely';
import type { SqlEngine, SqlSession } from './engine.ts';

/** A database, or one transaction of it. */
export type Queryable = Pick<SqlSession, 'query'> & Partial<Pick<SqlEngine, 'transaction'>>;

interface Open {
  readonly tx: SqlSession;
  readonly settle: (commit: boolean) => void;
  readonly done: Promise<void>;
}

/** Thrown into PGlite's transaction to make it roll back; never leaves this file. */
const ROLLBACK = Symbol('rollback');

class Connection implements DatabaseConnection {
  readonly #source: Queryable;
  #open: Open | undefined;

  constructor(source: Queryable) {
    this.#source = source;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const { rows, affectedRows } = await (this.#open?.tx ?? this.#source).query<R>(query.sql, [...query.parameters]);
    return affectedRows === undefined ? { rows } : { rows, numAffectedRows: BigInt(affectedRows) };
  }

  // biome-ignore lint/correctness/useYield: the interface asks for a generator; PGlite has no cursors
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('PGlite does not stream');
  }

  async begin(): Promise<void> {
    const source = this.#source;
    invariant(source.transaction && this.#open === undefined, 'a transaction cannot hold another');
    const { transaction } = source;
    await new Promise<void>((begun, failed) => {
      let settle: (commit: boolean) => void = () => {};
      const settled = new Promise<boolean>((resolve) => {
        settle = resolve;
      });
      const done: Promise<void> = transaction(async (tx): Promise<void> => {
        this.#open = { tx, settle, done };
        begun();
        if (!(await settled)) throw ROLLBACK;
      }).catch((error: unknown) => {
        failed(error);
        if (error !== ROLLBACK) throw error;
      });
      done.catch(() => {}); // a failed begin has told its caller through `failed`
    });
  }

  async end(commit: boolean): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    open?.settle(commit);
    await open?.done;
  }
}

class PGliteConnections implements Driver {
  readonly #source: Queryable;
  constructor(source: Queryable) {
    this.#source = source;
  }
  async init(): Promise<void> {}
  async acquireConnection(): Promise<Connection> {
    return new Connection(this.#source);
  }
  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await (connection as Connection).begin();
  }
  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await (connection as Connection).end(true);
  }
  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await (connection as Connection).end(false);
  }
  async releaseConnection(): Promise<void> {}
  async destroy(): Promise<void> {}
}

/** Platform columns start with an underscore on both sides; Kysely's plugin would say `_Stamp`. */
class NamesPlugin extends CamelCasePlugin {
  protected override camelCase(name: string): string {
    return name.startsWith('_') ? `_${super.camelCase(name.slice(1))}` : super.camelCase(name);
  }
}

/** A Kysely over a whole database, or over one transaction of it. Closing it closes nothing underneath. */
export function kyselyOver<DB>(source: Queryable): Kysely<DB> {
  const dialect: Dialect = {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new PGliteConnections(source),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
  return new Kysely<DB>({ dialect, plugins: [new NamesPlugin({ maintainNestedObjectKeys: true })] });
}
