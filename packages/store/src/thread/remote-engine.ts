/**
 * An engine in a thread of its own, so that neither its start (over a second of compiling and replaying) nor a long
 * statement holds up whoever asks. A transaction is this side's lock and the other side's BEGIN and COMMIT.
 */
import { type Endpoint, type Remote, transfer, wrap } from 'comlink';
import type { SqlEngine, SqlSession } from '../engine.ts';
import type { DatabaseThread } from './serve.ts';

function sessionOver(thread: Remote<DatabaseThread>): SqlSession {
  return {
    async query<R>(sql: string, parameters: unknown[] = [], { copyFrom }: { copyFrom?: Uint8Array<ArrayBuffer> } = {}) {
      const options = copyFrom ? transfer({ copyFrom }, [copyFrom.buffer]) : {};
      const { rows, affectedRows } = await thread.query(sql, parameters, options);
      return { rows: rows as R[], affectedRows };
    },
    exec: (sql) => thread.exec(sql),
  };
}

export interface RemoteEngineOptions {
  /** The other side runs `serveDatabase`. */
  readonly endpoint: Endpoint;
  /** Of the schema that the store will ask for: decides whether the other side's template fits. */
  readonly schemaHash: string;
  /** Ends the thread. */
  readonly terminate: () => void;
}

/** Resolves once the database is open. `copyFrom` bytes are given away, not copied. */
export async function openRemoteEngine({ endpoint, schemaHash, terminate }: RemoteEngineOptions): Promise<SqlEngine> {
  const thread = wrap<DatabaseThread>(endpoint);
  const inside = sessionOver(thread);
  let closed = false;
  /** Ends with the latest transaction: statements wait for it, and so does the next transaction. */
  let turn: Promise<unknown> = Promise.resolve();
  await thread.open(schemaHash);
  return {
    empty: true, // each opening has a database of its own
    async query(sql, parameters, options) {
      await turn;
      return inside.query(sql, parameters, options);
    },
    async exec(sql) {
      await turn;
      return inside.exec(sql);
    },
    transaction(run) {
      const done = turn.then(async () => {
        // Statements run in order, so the first ones follow without waiting for the word that it has begun.
        const begun = inside.exec('begin');
        try {
          const [value] = await Promise.all([run(inside), begun]);
          await inside.exec('commit');
          return value;
        } catch (error) {
          await inside.exec('rollback');
          throw error;
        }
      });
      turn = done.catch(() => {});
      return done;
    },
    async close() {
      if (closed) return;
      closed = true;
      await turn;
      await thread.close();
      terminate();
    },
  };
}
