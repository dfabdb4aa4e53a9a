/**
 * What the store asks of PostgreSQL, whether it runs in this thread (`engineOver`) or in one of its own (`thread/`).
 *
 *  STO-ENGINE-ORDER  statements run in the order they were given
 *  STO-ENGINE-TX     while a transaction is open, statements outside it wait; it commits whole or not at all
 *  STO-ENGINE-COPY   `copyFrom` are the bytes that a `copy … from '/dev/blob'` reads
 *  STO-ENGINE-ERROR  a refused statement rejects with PostgreSQL's message, and later statements work
 */
import type { PGliteInterface, Transaction } from '@electric-sql/pglite';

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
  transaction<T>(run: (trx: SqlSession) => Promise<T>): Promise<T>;
  /** Ends the database. May be called twice. */
  close(): Promise<void>;
}

/** PGlite reads a Blob through `arrayBuffer()` alone; a browser's own Blobs are kept in another process. */
const blobOf = (bytes: Uint8Array<ArrayBuffer>): Blob =>
  Object.assign(new Blob(), {
    arrayBuffer: async () => bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength),
  });

const sessionOver = (source: Pick<Transaction, 'query' | 'exec'>): SqlSession => ({
  query: (sql, parameters, options) =>
    source.query(sql, parameters, options?.copyFrom ? { blob: blobOf(options.copyFrom) } : undefined),
  async exec(sql) {
    await source.exec(sql);
  },
});

/** An engine in this thread. */
export const engineOver = (pglite: PGliteInterface): SqlEngine => ({
  ...sessionOver(pglite),
  transaction: (run) => pglite.transaction((trx) => run(sessionOver(trx))),
  async close() {
    if (!pglite.closed) await pglite.close();
  },
});
