/**
 * An engine over a PostgreSQL server. A link of the pool is taken for a statement, or for a transaction, and given back:
 * many engines share a few.
 */
import type pg from 'pg';
import type { SqlEngine, SqlSession } from '../engine.ts';
import { sessionOver } from './session.ts';

/** What an engine says before its statements. */
export interface Manners {
  /** Before a statement or a transaction, on a link that another engine may have used. */
  greet?(client: pg.PoolClient): Promise<void>;
  /** At the beginning of a transaction, within it. */
  begin?(client: pg.PoolClient): Promise<void>;
}

/** `kept`: see `SqlEngine`. `close` leaves the pool to whoever made it. */
export function engineOverPool(pool: pg.Pool, manners: Manners = {}, kept = false): SqlEngine {
  let tail: Promise<unknown> = Promise.resolve();
  let closed = false;

  /** One after another, as one link would have it. `spoil`: the link is not to be used again. */
  function inTurn<T>(run: (client: pg.PoolClient, spoil: () => void) => Promise<T>): Promise<T> {
    const done = tail.then(async () => {
      if (closed) throw new Error('the database is closed');
      const client = await pool.connect();
      let spoiled = false;
      const spoil = (): void => {
        spoiled = true;
      };
      try {
        await manners.greet?.(client);
        return await run(client, spoil);
      } finally {
        client.release(spoiled);
      }
    });
    tail = done.catch(() => undefined);
    return done;
  }

  async function inside<T>(client: pg.PoolClient, spoil: () => void, run: (trx: SqlSession) => Promise<T>): Promise<T> {
    try {
      await client.query('begin');
      await manners.begin?.(client);
      const session = sessionOver(client);
      const value = await run(session);
      await session.settled();
      const { command } = await client.query('commit');
      if (command !== 'COMMIT') throw new Error('the database rolled the transaction back');
      return value;
    } catch (error) {
      await client.query('rollback').catch(spoil);
      throw error;
    }
  }

  return {
    empty: false,
    kept,
    query: (sql, parameters, options) => inTurn((client) => sessionOver(client).query(sql, parameters, options)),
    exec: (sql) => inTurn((client) => sessionOver(client).exec(sql)),
    transaction: (run) => inTurn((client, spoil) => inside(client, spoil, run)),
    async close() {
      closed = true;
      await tail;
    },
  };
}
