/**
 * What the store asks of PostgreSQL, whether it runs in this thread (`engineOver`), in one of its own (`thread/`) or is a
 * server (`postgres/`).
 *
 *  STO-ENGINE-ORDER  statements run in the order they were given
 *  STO-ENGINE-TX     while a transaction is open, statements outside it wait; it commits whole or not at all
 *  STO-ENGINE-COPY   `copyFrom` are the bytes that a `copy … from '/dev/blob'` reads
 *  STO-ENGINE-ERROR  a refused statement rejects with PostgreSQL's message, and later statements work
 */
import type { PGlite, Transaction } from '@electric-sql/pglite';

export interface SqlResult<R> {
  readonly rows: R[];
  readonly affectedRows?: number | undefined;
}

export interface QueryOptions {
  readonly copyFrom?: Uint8Array<ArrayBuffer>;
}

export interface SqlSession {
  query<R>(sql: string, parameters?: unknown[], options?: QueryOptions): Promise<SqlResult<R>>;
  /** One or several statements without parameters or results. */
  exec(sql: string): Promise<void>;
}

export interface SqlEngine extends SqlSession {
  /** Whether every table stood empty when it was opened. */
  readonly empty: boolean;
  /**
   * The tables outlast this process: somebody else made them and looks after them, and how far they follow the journal
   * is kept with them, by shard (progress.ts).
   */
  readonly kept?: boolean;
  transaction<T>(run: (trx: SqlSession) => Promise<T>): Promise<T>;
  /** Ends the database. May be called twice. */
  close(): Promise<void>;
}

type Files = PGlite['Module']['FS'];

const COPY_SOURCE = '/dev/blob';
const NOTHING = new ArrayBuffer();

/**
 * PGlite asks a Blob for its bytes when it comes to the statement. They are put where COPY reads them then, as a file, which
 * is read by the block: PGlite's own device, which the file stands in place of, hands over byte by byte.
 */
const blobFor = (files: Files, bytes: Uint8Array): Blob =>
  Object.assign(new Blob(), {
    async arrayBuffer() {
      files.writeFile(COPY_SOURCE, bytes, { canOwn: true });
      return NOTHING;
    },
  });

const sessionOver = (source: Pick<Transaction, 'query' | 'exec'>, files: Files): SqlSession => ({
  query: (sql, parameters, { copyFrom } = {}) =>
    source.query(sql, parameters, copyFrom ? { blob: blobFor(files, copyFrom) } : undefined),
  async exec(sql) {
    await source.exec(sql);
  },
});

/** An engine whose new, empty database is still being opened: what it is asked waits, and fails when the opening does. */
export const engineLater = (opening: Promise<SqlEngine>): SqlEngine => ({
  empty: true,
  query: async (sql, parameters, options) => (await opening).query(sql, parameters, options),
  exec: async (sql) => (await opening).exec(sql),
  transaction: async (run) => (await opening).transaction(run),
  async close() {
    const engine = await opening.catch(() => null); // what failed to open needs no closing
    await engine?.close();
  },
});

/** An engine in this thread. `empty`: see `SqlEngine`; when in doubt it is not. */
export function engineOver(pglite: PGlite, empty = false): SqlEngine {
  const { FS: files } = pglite.Module;
  files.unlink(COPY_SOURCE);
  return {
    empty,
    ...sessionOver(pglite, files),
    transaction: (run) => pglite.transaction((trx) => run(sessionOver(trx, files))),
    async close() {
      if (!pglite.closed) await pglite.close();
    },
  };
}
