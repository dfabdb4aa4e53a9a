/** The log in a real PostgreSQL. One server for the file; every place is another tenant of one database. */
import { randomUUID } from 'node:crypto';
import { systemRandom, unwrap } from '@fieldfare/kernel';
import { startPostgres } from '@fieldfare/testkit/postgres';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contents, KEY, record } from '../journal/journal-fixture.ts';
import { describeJournal } from '../journal/journal-suite.ts';
import type { Journal } from '../types.ts';
import { type Database, openDatabase } from './database.ts';
import { openPostgresJournal } from './journal.ts';

const server = await startPostgres();
if (server.url === null) process.stderr.write(`\nSKIPPED: PostgreSQL cannot run here: ${server.reason}\n`);

describe.skipIf(server.url === null)('PostgreSQL', () => {
  let url = '';
  let database: Database;
  /** The database's superuser: what an administrator or a thief sees. */
  let root: pg.Pool;
  beforeAll(async () => {
    url = server.url === null ? '' : await server.createDatabase();
    database = unwrap(await openDatabase(url));
    root = new pg.Pool({ connectionString: url });
    root.on('error', () => undefined); // `end` does not wait for the goodbyes, and the server stops meanwhile
  });
  afterAll(async () => {
    await database?.close();
    await root?.end();
    if (server.url !== null) await server.stop();
  });

  async function member(alive = true): Promise<string> {
    const id = randomUUID();
    await root.query(`insert into fieldfare.members values ($1, 'ws://member', now() + $2 * interval '1 minute')`, [
      id,
      alive ? 1 : -1,
    ]);
    return id;
  }

  const open = (tenantId: string, holder: string, key = KEY) =>
    openPostgresJournal({ database, tenantId, holder, key, random: systemRandom });
  const opened = async (tenantId: string, holder: string): Promise<Journal> => unwrap(await open(tenantId, holder));

  describeJournal('PostgreSQL', async () => {
    const tenantId = randomUUID();
    const [here, elsewhere] = [await member(), await member()];
    const frames = async () => {
      const { rows } = await root.query<{ seq: string; frame: Buffer }>(
        'select seq, frame from fieldfare.frames where tenant_id = $1 order by seq',
        [tenantId],
      );
      return rows;
    };
    return {
      open: (key) => open(tenantId, here, key),
      openElsewhere: () => open(tenantId, elsewhere),
      stored: async () => (await frames()).map(({ frame }) => frame),
      async flip() {
        const all = await frames();
        const { seq, frame } = all[Math.floor(all.length / 2)] ?? { seq: 0, frame: Buffer.alloc(0) };
        frame[frame.length - 9] = (frame[frame.length - 9] ?? 0) ^ 4;
        await root.query('update fieldfare.frames set frame = $1 where tenant_id = $2 and seq = $3', [
          frame,
          tenantId,
          seq,
        ]);
      },
      cleanUp: async () => undefined,
    };
  });

  test('JRN-FENCE JRN-LOCK a log whose holder is dead is taken by one, and the dead one can do nothing more', async () => {
    const tenantId = randomUUID();
    const dying = await member();
    const old = await opened(tenantId, dying);
    unwrap(await old.append([record('org', 'a')]));
    const heirs = await Promise.all(Array.from({ length: 5 }, () => member()));
    expect((await open(tenantId, heirs[0] ?? '')).ok).toBe(false);
    await root.query(`update fieldfare.members set expires_at = now() where id = $1`, [dying]);
    const taken = await Promise.all(heirs.map((id) => open(tenantId, id)));
    expect(taken.filter(({ ok }) => ok)).toHaveLength(1);
    expect(taken.filter(({ ok }) => !ok)[0]).toMatchObject({ problems: [{ code: 'busy', rule: 'JRN-LOCK' }] });

    const lost = { ok: false, problems: [{ code: 'storage-failed', rule: 'JRN-FENCE' }] };
    expect(await old.append([record('org', 'late')])).toMatchObject(lost);
    expect(await old.read('org')).toMatchObject(lost);
    expect(await old.supersede?.('org', 2)).toMatchObject(lost);
    await old.close(); // gives back what is another's: nothing happens
    for (const journal of taken) {
      if (!journal.ok) continue;
      unwrap(await journal.value.append([record('org', 'b')]));
      expect(await contents(journal.value)).toEqual({ org: ['a', 'b'] });
    }
  });

  test('JRN-FENCE JRN-ACK of two that append through a take-over, each acknowledgement is in the log, once', async () => {
    const tenantId = randomUUID();
    const acknowledged: string[] = [];
    const writers: Promise<void>[] = [];
    let last: Journal | null = null;
    for (let round = 0; round < 4; round += 1) {
      const dead = await member(false);
      const journal = await opened(tenantId, dead);
      last = journal;
      writers.push(
        (async () => {
          for (let i = 0; ; i += 1) {
            const body = `${round}.${i}`;
            if (!(await journal.append([record('org', body)])).ok) return;
            acknowledged.push(body);
            if (round === 3 && i === 20) return;
          }
        })(),
      );
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await Promise.all(writers);
    const { org = [] } = last === null ? {} : await contents(await opened(tenantId, await member()));
    expect(new Set(org).size).toBe(org.length);
    expect(acknowledged.filter((body) => !org.includes(body))).toEqual([]);
  });

  test('JRN-ACK JRN-VOID links that break under appends lose nothing acknowledged, and nothing else comes back', async () => {
    const tenantId = randomUUID();
    const holder = await member();
    const journal = await opened(tenantId, holder);
    const acknowledged: string[] = [];
    let refused = 0;
    for (let i = 0; i < 30; i += 1) {
      const appending = journal.append([record('org', `${i}`), record('other', `${i}`)]);
      if (i % 3 === 0) {
        await root.query(
          `select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and application_name = 'fieldfare'`,
        );
      }
      const done = await appending;
      if (done.ok) acknowledged.push(`${i}`);
      else refused += 1;
    }
    expect(acknowledged.length).toBeGreaterThan(10);
    expect(await contents(journal)).toEqual({ org: acknowledged, other: acknowledged });
    unwrap(await journal.append([record('org', 'end')]));
    await journal.close();
    const again = await opened(tenantId, holder);
    expect(await contents(again)).toEqual({ org: [...acknowledged, 'end'], other: acknowledged });
    expect(refused + acknowledged.length).toBe(30);
  });

  test('SRV-RLS no query of the server crosses to another tenant, not even one that asks for all', async () => {
    const [mine, theirs] = [randomUUID(), randomUUID()];
    for (const tenantId of [mine, theirs]) {
      const journal = await opened(tenantId, await member());
      unwrap(await journal.append([record('org', tenantId)]));
    }
    const tenants = await database.asTenant(mine, async ({ query }) => {
      const { rows: frames } = await query('select distinct tenant_id from fieldfare.frames');
      const { rows: logs } = await query('select tenant_id from fieldfare.logs');
      const gone = await query('delete from fieldfare.frames where tenant_id = $1', [theirs]);
      const taken = await query('update fieldfare.logs set holder = null where tenant_id = $1', [theirs]);
      return [...frames, ...logs].map((row) => row.tenant_id).concat(gone.count, taken.count);
    });
    expect(tenants).toEqual([mine, mine, 0, 0]);
    // with no tenant named there is nothing at all, and what names another is refused
    expect((await database.query('select from fieldfare.frames')).count).toBe(0);
    const smuggle = `insert into fieldfare.frames values ($1, 2, 'org', '')`;
    await expect(database.asTenant(mine, ({ query }) => query(smuggle, [theirs]))).rejects.toThrow(
      'row-level security',
    );
    await expect(database.asTenant(`${mine}' or true --`, async () => 1)).rejects.toThrow();
    // the name is gone with its transaction, and rows are never changed in place
    expect((await database.query('select from fieldfare.logs')).count).toBe(0);
    const rewrite = `update fieldfare.frames set frame = ''`;
    await expect(database.asTenant(mine, ({ query }) => query(rewrite))).rejects.toThrow('permission denied');
    for (const sql of ['alter table fieldfare.frames disable row level security', 'drop table fieldfare.frames']) {
      await expect(database.query(sql)).rejects.toThrow('must be owner');
    }
    await expect(database.query('truncate fieldfare.frames')).rejects.toThrow('permission denied');
  });

  test('SRV-RLS the role the server works as neither owns the tables nor passes their policies by', async () => {
    const { rows } = await database.query(
      `select current_user as me, rolsuper or rolbypassrls as above,
         (select bool_and(relforcerowsecurity and relrowsecurity and relowner <> r.oid) from pg_class
          where relname in ('logs', 'frames') and relnamespace = 'fieldfare'::regnamespace) as forced
       from pg_roles r where rolname = current_user`,
    );
    expect(rows).toEqual([{ me: 'fieldfare_app', above: false, forced: true }]);
  });

  test('SRV-DATABASE a database that stores nothing durably, or of another version, is refused', async () => {
    const careless = server.url === null ? '' : await server.createDatabase();
    const name = new URL(careless).pathname.slice(1);
    await root.query(`alter database ${name} set synchronous_commit = off`);
    expect(await openDatabase(careless)).toMatchObject({ problems: [{ rule: 'SRV-DATABASE' }] });
    await root.query(`alter database ${name} reset synchronous_commit`);
    const [a, b] = await Promise.all([openDatabase(careless), openDatabase(careless)]);
    await Promise.all([unwrap(a).close(), unwrap(b).close()]);
    const other = new pg.Client({ connectionString: careless });
    await other.connect();
    await other.query('update fieldfare.cluster set version = 99');
    await other.end();
    expect(await openDatabase(careless)).toMatchObject({ problems: [{ code: 'unsupported', rule: 'SRV-DATABASE' }] });
    expect(await openDatabase('postgres://postgres@127.0.0.1:1/none')).toMatchObject({
      problems: [{ code: 'storage-failed', rule: 'SRV-DATABASE' }],
    });
  });
});
