/** One suite for every way to reach the database: in this thread, and over a port to another. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { unwrap } from '@fieldfare/kernel';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { counts, row, type TestDatabase, testTables } from '../test/fixtures.ts';
import { TEMPLATE_CACHE } from '../test/template-cache.ts';
import { engineOver, type SqlEngine } from './engine.ts';
import { openPGlite } from './pglite.ts';
import { schemaHash, storeSchema } from './schema.ts';
import { storeOver } from './store.ts';
import { fetchTemplate } from './template/fetch.ts';
import { ensureTemplate, loadTemplateFromDisk } from './template/node.ts';
import { openRemoteEngine } from './thread/remote-engine.ts';
import { serveDatabase } from './thread/serve.ts';

const hash = schemaHash(testTables, [counts]);

async function inThisThread(): Promise<SqlEngine> {
  return engineOver(
    await openPGlite({ template: unwrap(await loadTemplateFromDisk(hash, TEMPLATE_CACHE)).arrayBuffer() }),
  );
}

/** Both ends of a port, and the template over HTTP as in a browser. */
async function overAPort(schemaHash = hash): Promise<SqlEngine> {
  const server = createServer((request, response) => {
    readFile(join(TEMPLATE_CACHE, request.url ?? '')).then(
      (bytes) => response.end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port1, port2 } = new MessageChannel();
  const folder = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  serveDatabase({ template: fetchTemplate(folder) }, port1);
  return openRemoteEngine({
    endpoint: port2,
    schemaHash,
    terminate() {
      port1.close();
      port2.close();
      server.close();
      server.closeAllConnections();
    },
  });
}

beforeAll(() => ensureTemplate(testTables, [counts], TEMPLATE_CACHE), 60_000);

describe.each([
  ['in this thread', inThisThread],
  ['over a port', () => overAPort()],
])('database %s', (_, open) => {
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

it('STO-TEMPLATE-SCHEMA: a thread whose template is for another schema opens an empty database', async () => {
  const engine = await overAPort('another');
  const { rows } = await engine.query("select 1 from information_schema.tables where table_schema = 'public'");
  expect(rows).toEqual([]);
  await engine.close();
}, 30_000);
