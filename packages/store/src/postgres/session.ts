/** One link to a PostgreSQL server, spoken to as the store speaks to PGlite: values come out alike from both. */
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { SqlSession } from '../engine.ts';

const INT8 = 20;

/** As PGlite gives them: a number, unless it is too large for one. */
function int8(text: string): number | bigint {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
}

/** For a client's or a pool's `types`. */
export const TYPES: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (format !== 'binary' && oid === INT8) return int8;
    return pg.types.getTypeParser(oid, format as 'text');
  },
} as pg.CustomTypesConfig;

/** Statements of which the count says nothing about changed rows. */
const READS = new Set(['SELECT', 'SHOW']);

async function copy(client: pg.ClientBase, sql: string, bytes: Uint8Array): Promise<number> {
  const stream = client.query(copyFrom(sql.replace("'/dev/blob'", 'stdin')));
  await new Promise<void>((copied, refused) => {
    stream.on('error', refused);
    stream.on('finish', copied);
    stream.end(bytes);
  });
  return stream.rowCount;
}

export interface LinkSession extends SqlSession {
  /** Resolves when everything asked so far has been answered. */
  settled(): Promise<unknown>;
}

/** Statements run in the order they were given, each when the one before has been answered. */
export function sessionOver(client: pg.ClientBase): LinkSession {
  let tail: Promise<unknown> = Promise.resolve();
  function inTurn<T>(run: () => Promise<T>): Promise<T> {
    const done = tail.then(run);
    tail = done.catch(() => undefined);
    return done;
  }
  return {
    query: (sql, parameters = [], { copyFrom: bytes } = {}) =>
      inTurn(async () => {
        if (bytes) return { rows: [], affectedRows: await copy(client, sql, bytes) };
        const { rows, rowCount, command } = await client.query(sql, parameters);
        return { rows, affectedRows: READS.has(command) ? 0 : (rowCount ?? 0) };
      }),
    exec: (sql) =>
      inTurn(async () => {
        await client.query(sql);
      }),
    settled: () => tail,
  };
}
