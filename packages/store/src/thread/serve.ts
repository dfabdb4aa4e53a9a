/** The database thread's side: one PGlite, opened and asked over comlink. Run by a worker of its own. */
import { type Endpoint, expose } from 'comlink';
import { engineOver, type QueryOptions, type SqlEngine, type SqlResult } from '../engine.ts';
import { openPGlite } from '../pglite.ts';
import { fetchTemplate, type TemplateAddress } from '../template/fetch.ts';

/** What a thread answers to; `open` comes first, then statements in order. */
export interface DatabaseThread {
  /** Without an address, or when nothing fits there: an empty database, made from nothing. */
  open(template: TemplateAddress | null): Promise<void>;
  query(sql: string, parameters: unknown[], options: QueryOptions): Promise<SqlResult<unknown>>;
  exec(sql: string): Promise<void>;
  close(): Promise<void>;
}

export function serveDatabase(endpoint?: Endpoint): void {
  let engine: Promise<SqlEngine> = Promise.reject(new Error('the database is not open'));
  engine.catch(() => {}); // whoever asks sees it
  const thread: DatabaseThread = {
    async open(address) {
      engine = (async () => engineOver(await openPGlite({ template: address && (await fetchTemplate(address)) })))();
      await engine;
    },
    query: async (sql, parameters, options) => {
      const { rows, affectedRows } = await (await engine).query(sql, parameters, options);
      return { rows, affectedRows };
    },
    exec: async (sql) => (await engine).exec(sql),
    close: async () => (await engine).close(),
  };
  expose(thread, endpoint);
}
