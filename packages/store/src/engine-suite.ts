/** What every engine promises its store (engine.ts), asked of each in turn. */
import { afterEach, describe, expect, it } from 'vitest';
import { counts, row, type TestDatabase, testTables } from '../test/fixtures.ts';
import type { SqlEngine } from './engine.ts';
import { storeSchema } from './schema.ts';
import { storeOver } from './store.ts';

/** `open`: over a database of its own, empty but for the tables of the tests' schema, if any. */
export function describeEngine(name: string, open: () => Promise<SqlEngine>): void {
  describe(`database ${name}`, () => {
    let engine: SqlEngine | undefined;
    afterEach(() => engine?.close());
    const opened = async (): Promise<SqlEngine> => {
      engine = await open();
      return engine;
    };
    const numbers = async (from: Pick<SqlEngine, 'query'>): Promise<number[]> =>
      (await from.query<{ n: number }>('select n from numbers order by n')).rows.map(({ n }) => n);

    it('STO-ENGINE-ORDER, STO-ENGINE-COPY: runs statements in order and copies bytes in', async () => {
      const { exec, query } = await opened();
      const asked = [
        exec('create table numbers (n integer, word text)'),
        query(`copy numbers from '/dev/blob'`, [], { copyFrom: new TextEncoder().encode('1\té🦆\n2\t\\N\n') }),
        query('insert into numbers values ($1, $2)', [3, null]),
      ];
      const { rows } = await query('select n, word from numbers order by n');
      expect(rows).toEqual([
        { n: 1, word: 'é🦆' },
        { n: 2, word: null },
        { n: 3, word: null },
      ]);
      await Promise.all(asked);
      expect((await query('update numbers set n = n + 1')).affectedRows).toBe(3);
    });

    it('STO-ENGINE-TX: others wait for a transaction, which stands whole or not at all', async () => {
      const { exec, query, transaction } = await opened();
      await exec('create table numbers (n integer primary key)');
      const add = (n: number) => async (trx: Pick<SqlEngine, 'query'>) => {
        await trx.query('insert into numbers values ($1)', [n]);
        return numbers(trx);
      };
      const failing = transaction(async (trx) => {
        await add(1)(trx);
        throw new Error('thought better of it');
      });
      const between = numbers({ query });
      const second = transaction(add(2));
      const after = numbers({ query });
      await expect(failing).rejects.toThrow('thought better of it');
      expect([await between, await second, await after]).toEqual([[], [2], [2]]);
    });

    it('STO-ENGINE-ERROR: a refused statement says why, and the next ones work', async () => {
      const { exec, query, transaction } = await opened();
      await exec('create table numbers (n integer primary key)');
      await expect(query('select * from nowhere')).rejects.toThrow('relation "nowhere" does not exist');
      await expect(
        transaction(async (trx) => {
          await trx.query('insert into numbers values (1)');
          await trx.query('insert into numbers values (1)');
        }),
      ).rejects.toThrow('numbers_pkey');
      expect(await numbers({ query })).toEqual([]);
    });

    it('carries a whole store: new rows, changed rows, live queries', async () => {
      const store = await storeOver<TestDatabase>(await opened(), storeSchema(testTables, [counts]));
      const rows = Array.from({ length: 300 }, (_, n) => row(`row-${n}`, { groupName: `g${n % 3}`, size: n }));
      await store.project(rows.slice(0, 200), 1);
      await store.project(rows, 2); // half of them stand already
      const groups = await store.db.selectFrom('groupCounts').selectAll().orderBy('groupName').execute();
      expect(groups).toEqual(['g0', 'g1', 'g2'].map((groupName) => ({ groupName, things: 100 })));
      await store.close();
      await store.close(); // twice is as good
    });
  });
}
