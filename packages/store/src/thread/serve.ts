/** The database thread's side: one PGlite, opened and asked over comlink. Run by a worker of its own. */
import { type Endpoint, expose } from 'comlink';
import { engineOver, type QueryOptions, type SqlEngine, type SqlResult } from '../engine.ts';
import { openPGlite } from '../pglite.ts';
import { type FetchedTemplate, verifyFetched } from '../template/fetch.ts';

/** What a thread answers to; `open` comes first, then statements in order. */
export interface DatabaseThread {
  /** The template when it is for this schema, else an empty database, made from nothing. */
  open(schemaHash: string): Promise<void>;
  query(sql: string, parameters: unknown[], options: QueryOptions): Promise<SqlResult<unknown>>;
  exec(sql: string): Promise<void>;
  close(): Promise<void>;
}

/** What takes long to fetch and compile: begun before anybody asks for the database. */
export interface DatabaseParts {
  /** See `fetchTemplate`. */
  readonly template: Promise<FetchedTemplate | null>;
  /** Compiled `pglite.wasm`; without it PGlite finds its own. */
  readonly wasm?: Promise<WebAssembly.Module>;
}

async function openFrom({ template, wasm }: DatabaseParts, schemaHash: Promise<string>): Promise<SqlEngine> {
  const fitting = template.then(async (fetched) => fetched && verifyFetched(fetched, await schemaHash));
  return engineOver(await openPGlite({ template: fitting, ...(wasm ? { wasm: await wasm } : {}) }));
}

export function serveDatabase(parts: DatabaseParts, endpoint?: Endpoint): void {
  let tell: (schemaHash: string) => void = () => {};
  const schemaHash = new Promise<string>((resolve) => {
    tell = resolve;
  });
  const engine = openFrom(parts, schemaHash);
  engine.catch(() => {}); // whoever asks sees it
  const thread: DatabaseThread = {
    async open(expected) {
      tell(expected);
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
