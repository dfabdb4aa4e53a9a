/** Several servers over one PostgreSQL. Most stand in this process, on ports of their own; those that are killed do not. */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { visits } from '@fieldfare/domain';
import { ProblemError } from '@fieldfare/kernel';
import { type Database, openDatabase } from '@fieldfare/sync/postgres';
import { startPostgres } from '@fieldfare/testkit/postgres';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { openClusterPlace } from './cluster-place.ts';
import { killLoop } from './kill-loop.ts';
import {
  type Agency,
  addVisit,
  openClient,
  post,
  type SyncClient,
  seedOffline,
  signIn,
  startTestServer,
  type TestServer,
  temporaryDir,
  until,
  untilAcknowledged,
  untilState,
  value,
  visit,
  weekShard,
} from './support.ts';

const postgres = await startPostgres();
if (postgres.url === null) process.stderr.write(`\nSKIPPED: PostgreSQL cannot run here: ${postgres.reason}\n`);

describe.skipIf(postgres.url === null)('several servers', () => {
  let url = '';
  const dirs: ReturnType<typeof temporaryDir>[] = [];
  const servers: TestServer[] = [];
  let database: Database;
  let agency: Agency;

  /** A folder with the key that all of them have. */
  function folder(): string {
    const dir = temporaryDir();
    const [first] = dirs;
    if (first) copyFileSync(join(first.path, 'server.key'), join(dir.path, 'server.key'));
    dirs.push(dir);
    return dir.path;
  }
  async function start(): Promise<TestServer> {
    const server = await startTestServer(folder(), { database: url });
    servers.push(server);
    return server;
  }

  beforeAll(async () => {
    url = postgres.url === null ? '' : await postgres.createDatabase();
    agency = await seedOffline(folder(), url);
    database = value(await openDatabase(url, { connections: 2 }));
    await start();
    await start();
  });
  afterAll(async () => {
    for (const server of servers) await server.close();
    await database?.close();
    for (const dir of dirs) dir.remove();
    if (postgres.url !== null) await postgres.stop();
  });

  const everybody = (): readonly string[] => servers.map(({ server }) => server.url);
  /** Who serves it, once it is asked for. */
  async function holderOf(tenantId: string): Promise<string> {
    let url = '';
    await until(async () => {
      await servers[0]?.admin({ command: 'user.list', tenant: tenantId }).catch(() => undefined);
      const { rows } = await database.asTenant(tenantId, ({ query }) =>
        query(
          `select url from fieldfare.logs join fieldfare.members on members.id = logs.holder
           where tenant_id = $1 and expires_at > clock_timestamp()`,
          [tenantId],
        ),
      );
      url = String(rows[0]?.url ?? '');
      return url !== '';
    }, 'somebody to serve it');
    return url;
  }
  const otherThan = (holder: string): string => everybody().find((one) => one !== holder) ?? '';
  async function write(client: SyncClient, note: string): Promise<string> {
    const row = visit(agency.north, { note });
    value(await client.replica.commit([addVisit(row)], client.principal.userId));
    return row.id;
  }
  const has = (client: SyncClient, id: string): boolean =>
    client.replica.row(weekShard(agency.north), visits.name, id) !== null;

  it('SRV-MOVE SYN-CON-MOVED: whichever process two laptops come to, they meet where their organisation is', async () => {
    const [a, b] = everybody();
    const ada = await openClient(() => a ?? '', 'ada', [weekShard(agency.north)]);
    const ben = await openClient(() => b ?? '', 'ben', [weekShard(agency.north)]);
    await Promise.all([untilState(ada, 'live'), untilState(ben, 'live')]);
    const id = await write(ada, 'across');
    await until(() => has(ben, id), 'the edit to arrive');
    await untilAcknowledged(ada);
    await Promise.all([ada.close(), ben.close()]);
  });

  it('SRV-ERRAND: procedures, tickets, tokens and account commands work on every process', async () => {
    const holder = await holderOf(agency.tenantId);
    const other = otherThan(holder);
    const { accessToken, refreshToken } = await signIn(other, 'ada');
    const headers = { authorization: `Bearer ${accessToken}` };
    for (const at of [other, holder]) {
      // Opening a projection takes long enough on a loaded machine for a tenant to change places.
      await expect
        .poll(async () => (await fetch(`${at}/trpc/orgs.current`, { headers })).text())
        .toContain('First Agency');
    }
    const bought = await post(`${other}/auth/ticket`, {}, headers);
    const { ticket } = (await bought.json()) as { ticket: string };
    expect(ticket).toContain(agency.tenantId);

    const refreshed = await post(`${holder}/auth/refresh`, { refreshToken });
    expect(refreshed.status).toBe(200);
    const { accessToken: next } = (await refreshed.json()) as { accessToken: string };
    const renewed = { headers: { authorization: `Bearer ${next}` } };
    await expect.poll(async () => (await fetch(`${other}/trpc/identity.me`, renewed)).status).toBe(200);
    // that was used, so the token before it is a copy, wherever it is tried
    expect((await post(`${holder}/auth/refresh`, { refreshToken })).status).toBe(401);

    for (const { admin } of servers) {
      const rows = await admin({ command: 'user.list', tenant: agency.tenantId });
      expect(rows.map(({ login }) => login)).toContain('vera');
      await admin({ command: 'tenant.add', name: `Third of ${servers.findIndex((one) => one.admin === admin)}` });
    }
    const forged = await fetch(`${holder}/cluster/admin`, { method: 'POST', body: '{"at":0,"command":{}}' });
    expect(forged.status).toBe(403);
  });

  it('SRV-ROWS SRV-REOPEN: answers come from the rows in the database, and go on when their links broke or the rows are gone', async () => {
    const holder = await holderOf(agency.tenantId);
    const { accessToken } = await signIn(holder, 'ada');
    const ask = async () =>
      (await fetch(`${holder}/trpc/orgs.current`, { headers: { authorization: `Bearer ${accessToken}` } })).text();
    await expect.poll(ask).toContain('First Agency');
    const root = new pg.Pool({ connectionString: url, max: 1 });
    root.on('error', () => undefined); // `end` does not wait for the goodbyes, and the server stops meanwhile
    const { rows } = await root.query<{ name: string }>(
      `select nspname as name from pg_namespace where starts_with(nspname, 'fieldfare_rows_')`,
    );
    const table = `${rows[0]?.name}.organisations`;
    const stored = async () =>
      (await root.query(`select from ${table} where _tenant = $1`, [agency.tenantId])).rowCount;
    expect(await stored()).toBe(1);
    const cut = () =>
      root.query(
        `select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'fieldfare rows'`,
      );
    await cut();
    await expect.poll(ask).toContain('First Agency');
    await root.query(`drop schema ${rows[0]?.name} cascade`);
    await cut();
    await expect.poll(ask).toContain('First Agency');
    expect(await stored()).toBe(1);
    await root.end();
  });

  it('SRV-ERRAND SYN-YWS-WORDS: a stock y-websocket client is carried to where its organisation is', async () => {
    const other = otherThan(await holderOf(agency.tenantId));
    const { accessToken } = await signIn(other, 'ada');
    const bought = await post(`${other}/auth/ticket`, {}, { authorization: `Bearer ${accessToken}` });
    const { ticket } = (await bought.json()) as { ticket: string };
    const provider = new WebsocketProvider(`${other.replace('http', 'ws')}/y`, weekShard(agency.north), new Y.Doc(), {
      params: { ticket },
      WebSocketPolyfill: WebSocket as unknown as typeof globalThis.WebSocket,
      disableBc: true,
    });
    await until(() => provider.synced, 'the stock client to have everything', 10_000);
    provider.destroy();
  });

  it('ACC-SHARED: two processes that change accounts at once lose neither change, and a login is given once', async () => {
    const add = (at: number, login: string) =>
      servers[at]?.admin({
        command: 'user.add',
        tenant: agency.tenantId,
        login,
        name: login,
        role: 'viewer',
        regions: [],
        password: 'correct horse battery',
      });
    const done = await Promise.allSettled([add(0, 'twin'), add(1, 'twin'), add(0, 'one'), add(1, 'two')]);
    expect(done.map(({ status }) => status).sort()).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected']);
    for (const { admin } of servers) {
      const logins = (await admin({ command: 'user.list' })).map(({ login }) => login);
      expect(logins.filter((login) => ['twin', 'one', 'two'].includes(String(login))).sort()).toEqual([
        'one',
        'twin',
        'two',
      ]);
    }
  });

  it('SRV-REVOKE: an account disabled on one process loses its sockets on the other', async () => {
    const holder = await holderOf(agency.tenantId);
    const ben = await openClient(() => holder, 'ben', [weekShard(agency.north)]);
    await untilState(ben, 'live');
    const other = servers.find(({ server }) => server.url !== holder);
    await other?.admin({ command: 'user.disable', login: 'ben' });
    await until(() => ben.connection.status().state !== 'live', 'the socket to close', 5_000);
    await other?.admin({ command: 'user.enable', login: 'ben' });
    await ben.close();
  });

  it('SRV-LEASE SRV-MOVE: a process that lost its lease is replaced, and its clients go on elsewhere', async () => {
    const ada = await openClient(() => everybody()[0] ?? '', 'ada', [weekShard(agency.north)]);
    await untilState(ada, 'live');
    const before = await holderOf(agency.tenantId);
    await database.query(`update fieldfare.members set expires_at = clock_timestamp() where url = $1`, [before]);
    await database.query(`notify fieldfare_members`);
    await until(() => ada.connection.status().state !== 'live', 'the link to drop', 5_000).catch(() => undefined);
    await untilState(ada, 'live');
    const id = await write(ada, 'after the lease');
    await untilAcknowledged(ada);
    const vera = await openClient(() => otherThan(before), 'vera', [weekShard(agency.north)]);
    await untilState(vera, 'live');
    expect(has(vera, id)).toBe(true);
    await Promise.all([ada.close(), vera.close()]);
  });

  it('SRV-MOVE SYN-ACK: processes come and go under writes, and nothing acknowledged is lost', async () => {
    const ada = await openClient(() => everybody()[0] ?? '', 'ada', [weekShard(agency.north)]);
    await untilState(ada, 'live');
    const ids: string[] = [];
    let writing = true;
    const writer = (async () => {
      while (writing) {
        ids.push(await write(ada, `${ids.length}`));
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    })();
    for (let round = 0; round < 2; round += 1) {
      const joined = await start();
      await new Promise((resolve) => setTimeout(resolve, 300));
      await joined.close();
      servers.pop();
    }
    writing = false;
    await writer;
    await untilAcknowledged(ada);
    ada.connection.stop();
    const vera = await openClient(() => everybody()[1] ?? '', 'vera', [weekShard(agency.north)]);
    await untilState(vera, 'live');
    expect(ids.length).toBeGreaterThan(20);
    expect(ids.filter((id) => !has(vera, id))).toEqual([]);
    await Promise.all([ada.close(), vera.close()]);
  });

  it('SRV-DATA-KEY: a process with another root key is turned away', async () => {
    const stranger = temporaryDir();
    dirs.push(stranger);
    for (const options of [{}, { dataKey: Buffer.alloc(32, 7).toString('base64') }]) {
      const refused = startTestServer(stranger.path, { database: url, ...options });
      await expect(refused).rejects.toThrow(ProblemError);
    }
  });

  it('SYN-ACK SRV-TAKEOVER: killed with SIGKILL under writes, the process’s tenants move and nothing acknowledged is lost', async () => {
    const own = postgres.url === null ? '' : await postgres.createDatabase();
    const result = await killLoop({ rounds: 1, seed: 9, place: await openClusterPlace(own, 2) });
    expect(result.lost).toEqual([]);
    expect(result.converged).toBe(true);
    expect(result.acknowledged).toBeGreaterThan(10);
    const slowest = Math.max(...result.returnsMs);
    expect(slowest).toBeLessThan(15_000);
    process.stderr.write(`taken over within ${Math.round(slowest)} ms\n`);
  });
});
