/** A tenant's projection in a real PostgreSQL, handed from one server's hands to another's. */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { buildDemoAgency } from '@fieldfare/demo';
import { callerFactory, derivations, tables } from '@fieldfare/domain';
import { type Principal, seededRandom, systemRandom } from '@fieldfare/kernel';
import { rebuildAndCompare } from '@fieldfare/store';
import { createReplica, type FoldedRow, type Replica } from '@fieldfare/sync';
import { type Database, openDatabase, openPostgresJournal } from '@fieldfare/sync/postgres';
import { createFakeClock } from '@fieldfare/testkit';
import { startPostgres } from '@fieldfare/testkit/postgres';
import { openServerWorkspace, workspaceRouter } from '@fieldfare/workspace';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRows, type TenantRows } from '../src/cluster/rows.ts';
import { createLog } from '../src/log.ts';
import { findTemplate } from '../src/template.ts';
import { value } from './support.ts';

const postgres = await startPostgres();
if (postgres.url === null) process.stderr.write(`\nSKIPPED: PostgreSQL cannot run here: ${postgres.reason}\n`);

const demo = buildDemoAgency({ size: 'small', today: '2026-11-18' });
const { tenantId } = demo;
const [west] = demo.rows.regions;
const where = { regionId: west?.id ?? '', week: demo.week };
const clock = createFakeClock(Date.UTC(2026, 10, 18, 14));
const TEMPLATES = fileURLToPath(new URL('../../packages/store/template', import.meta.url));

function principalOf(login: string): Principal {
  const account = demo.accounts.find((one) => one.login === login);
  if (!account) throw new RangeError(`no demo account ${login}`);
  const { userId, name, roles } = account;
  return { tenantId, userId, deviceId: `device-of-${login}`, name, roles };
}

describe.skipIf(postgres.url === null)('rows in PostgreSQL', () => {
  let url = '';
  let database: Database;
  let root: pg.Pool;
  const undo: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    url = postgres.url === null ? '' : await postgres.createDatabase();
    database = value(await openDatabase(url));
    root = new pg.Pool({ connectionString: url });
    root.on('error', () => undefined); // `end` does not wait for the goodbyes, and the server stops meanwhile
  });
  afterAll(async () => {
    for (const step of undo.reverse()) await step();
    await database?.close();
    await root?.end();
    if (postgres.url !== null) await postgres.stop();
  });

  interface Process {
    readonly id: string;
    readonly replica: Replica;
    readonly rows: TenantRows;
    readonly lost: () => number;
    open(): ReturnType<typeof openServerWorkspace>;
    /** As if it were killed: nothing is given back, and its lease runs out. */
    die(): Promise<void>;
  }

  let opened = 0;
  async function start(): Promise<Process> {
    opened += 1;
    const id = randomUUID();
    await root.query(`insert into fieldfare.members values ($1, 'ws://member', now() + interval '1 hour')`, [id]);
    const key = new Uint8Array(32).fill(7);
    const journal = value(await openPostgresJournal({ database, tenantId, holder: id, key, random: systemRandom }));
    const random = seededRandom(opened);
    const replica = value(await createReplica({ tenantId, journal, tables, clock, random, authority: true }));
    const log = createLog({ level: 'silent' });
    const rows = value(await openRows({ url, database, membership: { id: () => id }, log }));
    if (rows === null) throw new Error('this PostgreSQL holds no rows');
    undo.push(() => rows.close());
    let lost = 0;
    return {
      id,
      replica,
      rows,
      lost: () => lost,
      async open() {
        const kept = value(
          await rows.open(tenantId, () => {
            lost += 1;
          }),
        );
        return openServerWorkspace({ replica, clock, random, rows: kept });
      },
      async die() {
        await root.query('update fieldfare.members set expires_at = now() where id = $1', [id]);
      },
    };
  }

  const callerOf = (workspace: Awaited<ReturnType<Process['open']>>, login: string) =>
    callerFactory(workspaceRouter)(workspace.contextFor(principalOf(login)));
  function* rowsOf(replica: Replica): Generator<FoldedRow> {
    for (const shard of replica.loaded()) for (const table of replica.tables(shard)) yield* replica.rows(shard, table);
  }
  /** Who wrote each visit last, as PostgreSQL's transactions have it. */
  async function writers(): Promise<ReadonlyMap<string, string>> {
    const { rows } = await root.query<{ name: string }>(
      `select nspname as name from pg_namespace where starts_with(nspname, 'fieldfare_rows_')`,
    );
    const found = await root.query<{ id: string; by: string }>(
      `select id, xmin::text as by from ${rows[0]?.name}.visits where _tenant = $1`,
      [tenantId],
    );
    return new Map(found.rows.map(({ id, by }) => [id, by]));
  }

  it('SRV-ROWS WSP-RESUME WSP-STANDS: who takes a tenant over projects what is missing, and nothing else', async () => {
    const first = await start();
    value(await first.replica.commit(demo.changes, principalOf('admin').userId));
    const workspace = await first.open();
    const caller = callerOf(workspace, 'amelie');
    const board = await caller.scheduling.week(where);
    expect(board.visits.length).toBeGreaterThan(200);
    const context = workspace.contextFor(principalOf('amelie'));
    value(await context.ready(first.replica.loaded()));

    // a live query wakes at what somebody else writes
    const [changing, other] = board.visits;
    const ending = new AbortController();
    const notes: (string | null)[] = [];
    const shard = `schedule/${where.regionId}/${where.week}`;
    const set = (note: string, replica: Replica) =>
      replica.commit([{ table: 'visits', shard, id: changing?.id ?? '', set: { note } }], principalOf('ben').userId);
    const read = () =>
      context.store.db
        .selectFrom('visits')
        .select('note')
        .where('id', '=', changing?.id ?? '')
        .executeTakeFirstOrThrow();
    for await (const { note } of context.store.live(['visits'], read, ending.signal)) {
      notes.push(note);
      if (notes.length === 1) value(await set('seen live', first.replica));
      else ending.abort();
    }
    expect(notes.at(-1)).toBe('seen live');

    // the process stops writing rows, goes on acknowledging edits, and dies
    const before = await writers();
    await workspace.close();
    value(await set('only in the log', first.replica));
    await first.die();
    const second = await start();
    const resumed = await second.open();
    const shown = await callerOf(resumed, 'amelie').scheduling.week(where);
    expect(shown.visits.find(({ id }) => id === changing?.id)?.note).toBe('only in the log');
    expect(shown.visits.length).toBe(board.visits.length);
    const after = await writers();
    const written = new Set([...after].filter(([id, by]) => before.get(id) !== by).map(([id]) => id));
    expect(written.has(other?.id ?? '')).toBe(true); // of its shard, which had fallen behind
    const others = demo.rows.visits.filter(({ regionId, week }) => regionId !== where.regionId || week !== where.week);
    expect(others.length).toBeGreaterThan(0);
    expect(others.filter(({ id }) => written.has(id))).toEqual([]);
    const { store, ready } = resumed.contextFor(principalOf('amelie'));
    value(await ready(first.replica.loaded()));
    expect([...(await writers())].filter(([id, by]) => after.get(id) !== by)).toEqual([]);
    const options = { tables, derivations, template: await findTemplate([TEMPLATES]) };
    expect(await rebuildAndCompare(store, [...rowsOf(second.replica)], options)).toEqual([]);

    // a document that is begun anew is the same rows: the next one loads it, and finds it again by its new records
    value(await second.replica.beginEpoch(shard, 0));
    value(await set('in the next epoch', second.replica));
    value(await ready([shard]));
    await resumed.close();
    const once = await writers();
    const again = await second.open();
    const found = await callerOf(again, 'amelie').scheduling.week(where);
    expect(found.visits.find(({ id }) => id === changing?.id)?.note).toBe('in the next epoch');
    expect([...(await writers())].filter(([id, by]) => once.get(id) !== by)).toEqual([]);

    // the dead one wakes up: it may neither write nor begin anew
    expect(await first.rows.open(tenantId, () => undefined)).toMatchObject({
      problems: [{ code: 'busy', rule: 'STO-WRITER' }],
    });
    value(await set('still held', second.replica));
    expect(second.lost()).toBe(0);
    await again.close();
  });
});
