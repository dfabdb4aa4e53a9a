/** The projection in a real PostgreSQL. One server for the file, and one database for all but the engine's own suite. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type AnyTable, defineTable, unwrap } from '@fieldfare/kernel';
import { startPostgres } from '@fieldfare/testkit/postgres';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { counts, inOneShard, row, type TestDatabase, tablesWith, testTables } from '../../test/fixtures.ts';
import { TEMPLATE_CACHE } from '../../test/template-cache.ts';
import { batchOf } from '../../test/writer.ts';
import { describeEngine } from '../engine-suite.ts';
import { rebuildAndCompare } from '../rebuild.ts';
import { storeSchema } from '../schema.ts';
import { openStore, storeOver } from '../store.ts';
import { ensureTemplate, loadTemplateFromDisk } from '../template/node.ts';
import type { ProjectableRow, Store } from '../types.ts';
import { engineOverPool } from './engine.ts';
import { openProjections, type Projections } from './index.ts';
import type { TenantOptions } from './projections.ts';
import { TYPES } from './session.ts';

const ROLE = 'fieldfare_app';
const WRITER = fileURLToPath(new URL('../../test/writer.ts', import.meta.url));
const schema = storeSchema(testTables, [counts]);
const common = { tables: testTables, derivations: [counts] };

const server = await startPostgres();
if (server.url === null) process.stderr.write(`\nSKIPPED: PostgreSQL cannot run here: ${server.reason}\n`);

const poolOf = (connectionString: string): pg.Pool => {
  const pool = new pg.Pool({ connectionString, types: TYPES });
  pool.on('error', () => undefined); // `end` does not wait for the goodbyes, and the server stops meanwhile
  return pool;
};

describe.skipIf(server.url === null)('PostgreSQL', () => {
  const pools: pg.Pool[] = [];
  const opened: Projections[] = [];
  let url = '';
  /** The database's superuser: what an administrator sees. */
  let root: pg.Pool;
  let projections: Projections;
  let template: Blob;

  const makeDatabase = async (): Promise<string> => (server.url === null ? '' : server.createDatabase());
  async function openIn(at: string, release = 'test', tables = testTables): Promise<Projections> {
    const made = unwrap(await openProjections({ url: at, role: ROLE, ...common, tables, release }));
    opened.push(made);
    return made;
  }
  const engineFor = async (tenantId: string, more: Omit<TenantOptions, 'tenantId'> = {}, from = projections) =>
    unwrap(await from.open({ tenantId, ...more }));
  const storeFor = async (tenantId: string, more?: Omit<TenantOptions, 'tenantId'>): Promise<Store<TestDatabase>> =>
    storeOver<TestDatabase>(await engineFor(tenantId, more), schema);

  beforeAll(async () => {
    url = await makeDatabase();
    root = poolOf(url);
    pools.push(root);
    await root.query(`create role ${ROLE} nologin`);
    projections = await openIn(url);
    await ensureTemplate(testTables, [counts], TEMPLATE_CACHE);
    template = unwrap(await loadTemplateFromDisk(schema.hash, TEMPLATE_CACHE));
  });
  afterAll(async () => {
    for (const each of opened) await each.close();
    for (const pool of pools) await pool.end();
    if (server.url !== null) await server.stop();
  });

  describeEngine('on a server', async () => {
    const pool = poolOf(await makeDatabase());
    pools.push(pool);
    return engineOverPool(pool);
  });

  const ids = fc.integer({ min: 0, max: 150 }).map((n) => `id-${n}`);
  const history = fc.array(
    fc.record({
      id: ids,
      shard: fc.constantFrom('org', 'org', 'region/a/roster'),
      table: fc.constantFrom('things', 'things', 'long_notes'),
      fields: fc.record({
        groupName: fc.constantFrom('g', 'h', 'Ä', 7),
        size: fc.constantFrom(3, 1.5, 'three', null),
        tags: fc.constantFrom(['é🦆', '\\N\t\n'], { a: '\0' }),
        text: fc.constantFrom('"quoted"', '\\.', ''),
      }),
      deleted: fc.boolean(),
    }),
    { minLength: 50, maxLength: 600, size: 'max' },
  );

  it('STO-INCREMENTAL any batches of any history equal a rebuild in PGlite, beside another tenant’s rows', async () => {
    const neighbour = await storeFor(randomUUID());
    await neighbour.project(batchOf(1), 1);
    const before = await neighbour.digest();
    await fc.assert(
      fc.asyncProperty(history, fc.integer({ min: 1, max: 300 }), async (states, size) => {
        const store = await storeFor(randomUUID());
        const rows = states.map(({ id, fields, ...more }, n) =>
          row(id, fields, { ...more, stamp: `${String(n).padStart(6, '0')}-a` }),
        );
        const last = new Map<string, ProjectableRow>();
        for (let at = 0; at < rows.length; at += size) await store.project(rows.slice(at, at + size), at + 1);
        for (const each of rows) {
          const key = `${each.table} ${each.id}`;
          const known = last.get(key);
          if (known === undefined || each.shard <= known.shard) last.set(key, each);
        }
        expect(await rebuildAndCompare(store, [...last.values()], { ...common, template })).toEqual([]);
        await store.close();
      }),
      { numRuns: 3, seed: 11 },
    );
    expect(await neighbour.digest()).toEqual(before);
    await neighbour.forget(['org']);
    expect(await neighbour.db.selectFrom('things').select('id').execute()).toEqual([]);
    await neighbour.close();
  });

  it('STO-RESUME STO-LIVE the next one goes on where the last one stopped, and live queries see what it writes', async () => {
    const tenantId = randomUUID();
    const first = await storeFor(tenantId);
    await first.project([row('a', { groupName: 'g' })], 3);
    await first.project([row('b', { groupName: 'g' }, { shard: 'region/a/roster' })], 5, new Map([['org', 3]]));
    await first.close();
    const second = await storeFor(tenantId);
    expect(second.projectedSeq()).toBe(5);
    expect(Object.fromEntries(second.projectedShards())).toEqual({ org: 3, 'region/a/roster': 0 });
    const ending = new AbortController();
    const seen: number[] = [];
    const read = () => second.db.selectFrom('groupCounts').select('things').execute();
    for await (const [group] of second.live(['group_counts'], read, ending.signal)) {
      seen.push(group?.things ?? 0);
      if (seen.length === 1) void second.project([row('c', { groupName: 'g' })], 6, new Map([['org', 6]]));
      else ending.abort();
    }
    expect(seen).toEqual([2, 3]);
    await second.forget(['org']);
    await second.close();
    const third = await storeFor(tenantId);
    expect([third.projectedSeq(), [...third.projectedShards()]]).toEqual([6, [['region/a/roster', 0]]]);
    expect(await third.db.selectFrom('things').select('id').execute()).toEqual([{ id: 'b' }]);
    await third.close();
  });

  it('STO-WRITER of two that have a tenant open, the later one writes and the earlier one is told', async () => {
    const tenantId = randomUUID();
    let lost = 0;
    const onLost = (): void => {
      lost += 1;
    };
    const first = await storeFor(tenantId, { onLost });
    await first.project([row('a', { size: 1 })], 1);
    const turnedDown = await projections.open({ tenantId, mayWrite: async () => false });
    expect(turnedDown).toMatchObject({ ok: false, problems: [{ code: 'busy', rule: 'STO-WRITER' }] });
    await first.project([row('a', { size: 2 })], 2);

    const second = await storeFor(tenantId, {
      mayWrite: async (session) => (await session.query('select')).rows.length === 1,
    });
    await Promise.allSettled([
      second.project([row('a', { size: 3 })], 3),
      expect(first.project([row('a', { size: 4 })], 4)).rejects.toThrow('another server'),
      expect(first.project([row('a', { size: 5 })], 5)).rejects.toThrow('rebuilt'),
    ]).then((all) => expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']));
    expect(lost).toBe(1);
    expect(await second.db.selectFrom('things').select('size').execute()).toEqual([{ size: 3 }]);
    await second.close();
  });

  it('STO-WRITER rows that a crash of the server emptied are not taken for none', async () => {
    const tenantId = randomUUID();
    let lost = 0;
    const store = await storeFor(tenantId, {
      onLost() {
        lost += 1;
      },
    });
    await store.project([row('a', {})], 1);
    const { rows: kinds } = await root.query(
      'select distinct relpersistence as kind from pg_class where relnamespace = $1::regnamespace and relkind in ($2, $3)',
      [projections.name, 'r', 'i'],
    );
    expect(kinds).toEqual([{ kind: 'u' }]); // a crash empties all of them, or none
    const { rows: tables } = await root.query<{ name: string }>(
      `select oid::regclass::text as name from pg_class where relnamespace = $1::regnamespace and relkind = 'r'`,
      [projections.name],
    );
    for (const { name } of tables) await root.query(`delete from ${name} where _tenant = $1`, [tenantId]);
    await root.query(
      `select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'fieldfare rows'`,
    );
    await expect
      .poll(() =>
        store.db
          .selectFrom('things')
          .select('id')
          .execute()
          .catch((error: unknown) => String(error)),
      )
      .toContain('another server');
    expect(lost).toBe(1);
    const again = await storeFor(tenantId);
    expect([again.projectedSeq(), again.projectedShards().size]).toEqual([0, 0]);
  });

  it('STO-TENANT no statement crosses to another tenant: not a read, a write or a copy; without a tenant there is nothing', async () => {
    const [mine, theirs] = [randomUUID(), randomUUID()];
    for (const tenantId of [mine, theirs]) {
      await (await storeFor(tenantId)).project([row('same', { groupName: tenantId })], 1, new Map([['org', 1]]));
    }
    const tables = [...schema.tables.keys(), ...schema.derived, 'fieldfare_meta', 'fieldfare_shards'];
    const { query, exec } = await engineFor(mine);
    for (const table of tables) {
      expect((await query(`select 1 from ${table} where _tenant = $1`, [theirs])).rows).toEqual([]);
      expect((await query(`delete from ${table} where _tenant = $1`, [theirs])).affectedRows).toBe(0);
      expect((await query(`update ${table} set _tenant = _tenant where _tenant = $1`, [theirs])).affectedRows).toBe(0);
    }
    expect((await query('select group_name from things')).rows).toEqual([{ group_name: mine }]);
    await expect(query(`insert into things (_tenant, id) values ($1, 'x')`, [theirs])).rejects.toThrow('row-level');
    await expect(query('update things set _tenant = $1', [theirs])).rejects.toThrow('row-level');
    const copyFrom = new TextEncoder().encode(`${theirs}\tx\n`);
    const copying = query(`copy things (_tenant, id) from '/dev/blob'`, [], { copyFrom });
    await expect(copying).rejects.toThrow('row-level');
    for (const sql of ['alter table things disable row level security', 'drop policy tenant on things']) {
      await expect(exec(sql)).rejects.toThrow('must be owner');
    }
    await expect(exec('truncate things')).rejects.toThrow('permission denied');

    // the same role in a session that names no tenant
    const client = await root.connect();
    await client.query(`set role ${ROLE}`);
    await client.query(`set search_path = ${projections.name}`);
    for (const table of tables) expect((await client.query(`select from ${table}`)).rowCount).toBe(0);
    await expect(client.query(`insert into things (id) values ('x')`)).rejects.toThrow('row-level');
    await client.query(`set fieldfare.tenant = ''`);
    expect((await client.query('select from things')).rowCount).toBe(0);
    client.release(true);
    const { rows } = await root.query(
      `select bool_and(relrowsecurity and relforcerowsecurity and relowner <> $2::regrole) as forced
       from pg_class where relnamespace = $1::regnamespace and relkind = 'r'`,
      [projections.name, ROLE],
    );
    expect(rows).toEqual([{ forced: true }]);
    expect(await projections.open({ tenantId: `${mine}' or true` })).toMatchObject({ ok: false });
  });

  it('STO-ATOMIC killed in the middle of a batch, a process leaves the rows at a batch’s end', async () => {
    const tenantId = randomUUID();
    for (let round = 0; round < 2; round += 1) {
      const child: ChildProcess = spawn(process.execPath, [WRITER, url, ROLE, tenantId], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let written = 0;
      await new Promise<void>((enough, failed) => {
        child.stdout?.on('data', (text) => {
          written += String(text).split('\n').length - 1;
          if (written >= 3) enough();
        });
        child.on('exit', () => failed(new Error('the writer ended')));
      });
      await new Promise((resolve) => setTimeout(resolve, 17 * (round + 1))); // somewhere within a batch
      child.removeAllListeners('exit');
      child.kill('SIGKILL');
      await once(child, 'exit');
      const store = await storeFor(tenantId);
      const seq = store.projectedSeq();
      expect(seq).toBeGreaterThanOrEqual(written);
      expect(store.projectedShards().get('org')).toBe(seq);
      expect(await rebuildAndCompare(store, batchOf(seq), { ...common, template })).toEqual([]);
      await store.close();
    }
  });

  it('STO-SHAPE STO-ADD STO-RETYPED another shape is filled anew beside the old one, which goes when nobody uses it', async () => {
    const at = await makeDatabase();
    const look = poolOf(at);
    pools.push(look);
    const paper = (columns: Parameters<typeof defineTable>[0]['columns']): ReadonlyMap<string, AnyTable> =>
      tablesWith(
        defineTable({
          ...inOneShard,
          name: 'papers',
          columns,
        }),
      );
    const tenantId = randomUUID();
    const shapes = [
      paper({ size: z.string() }),
      paper({ size: z.int32(), shade: z.string().default('grey') }),
    ] as const;
    const rows = [row('a', { size: 'A4' }, { table: 'papers' }), row('b', { size: 4 }, { table: 'papers' })];
    const open = async (tables: ReadonlyMap<string, AnyTable>, release: string) => {
      const options = { url: at, role: ROLE, tables, derivations: [], release };
      const made = unwrap(await openProjections(options));
      return { made, store: await storeOver(unwrap(await made.open({ tenantId })), storeSchema(tables)) };
    };
    const schemas = async () =>
      (
        await look.query<{ n: string }>(`select nspname as n from pg_namespace where nspname like 'fieldfare%'`)
      ).rows.map(({ n }) => n);
    const old = await open(shapes[0], '1');
    await old.store.project(rows, 1);
    const next = await open(shapes[1], '2');
    expect(next.store.projectedSeq()).toBe(0);
    await next.store.project(rows, 2);
    await old.store.project(rows, 2); // still at work
    for (const [{ store }, tables] of [
      [old, shapes[0]],
      [next, shapes[1]],
    ] as const) {
      expect(await rebuildAndCompare(store, rows, { tables, template })).toEqual([]);
    }
    expect((await schemas()).toSorted()).toEqual([old.made.name, next.made.name].toSorted());
    await old.made.close();
    await next.made.close();
    const last = await open(shapes[1], '3'); // the same tables, computed by another release
    expect(await schemas()).toEqual([last.made.name]);
    expect(last.store.projectedSeq()).toBe(0);
    await last.made.close();
  });

  it('STO-SHAPE text compares byte by byte, whatever language the database has', async () => {
    const name = `icu_${randomUUID().slice(0, 8)}`;
    await root.query(`create database ${name} template template0 locale_provider icu icu_locale 'en' encoding 'UTF8'`);
    const at = new URL(url);
    at.pathname = `/${name}`;
    const store = await storeOver<TestDatabase>(await engineFor(randomUUID(), {}, await openIn(at.href)), schema);
    const memory = await openStore<TestDatabase>({ ...common, template });
    const rows = ['a', 'B', 'ä', '_', 'Z', '-a'].map((id) => row(id, { groupName: id }));
    for (const each of [store, memory]) await each.project(rows, 1);
    const sorted = (from: Store<TestDatabase>) => from.db.selectFrom('things').select(['id']).orderBy('id').execute();
    expect(await sorted(store)).toEqual(await sorted(memory));
    expect(await store.digest()).toEqual(await memory.digest());
    await memory.close();
  });

  it('STO-SERVER a login that may not make the tables, and a server that is not there, are problems', async () => {
    await root.query(`create role visitor login password 'visitor' in role ${ROLE}`);
    const visitor = new URL(url);
    [visitor.username, visitor.password] = ['visitor', 'visitor'];
    const options = { role: ROLE, ...common };
    expect(await openProjections({ ...options, url: visitor.href, release: 'other' })).toMatchObject({
      problems: [
        { code: 'storage-failed', rule: 'STO-SERVER', params: { reason: expect.stringContaining('permission') } },
      ],
    });
    const guest = unwrap(await openProjections({ ...options, url: visitor.href, release: 'test' }));
    opened.push(guest); // where the tables are, membership of the role will do
    const store = await storeOver(await engineFor(randomUUID(), {}, guest), schema);
    await store.project(batchOf(1), 1);
    const nowhere = await openProjections({ ...options, url: 'postgres://postgres@127.0.0.1:1/none', release: 'test' });
    expect(nowhere).toMatchObject({ problems: [{ code: 'storage-failed', rule: 'STO-SERVER' }] });
  });
});
