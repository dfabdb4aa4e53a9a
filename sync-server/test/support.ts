/** A real server on a free port over a folder of its own, with two organisations and people who can sign in. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Patient, patients, tables, type Visit, visits } from '@fieldfare/domain';
import {
  addWeeks,
  createRow,
  type Id,
  newId,
  type Principal,
  patientsShard,
  type Result,
  type RowChange,
  type ShardId,
  scheduleShard,
  systemClock,
  systemRandom,
  weekAt,
} from '@fieldfare/kernel';
import {
  type Connection,
  type ConnectionOptions,
  createConnection,
  createReplica,
  openJournal,
  type Replica,
  type SocketLike,
  type SyncStatus,
} from '@fieldfare/sync';
import { createMemoryFiles } from '@fieldfare/sync/memory';
import { WebSocket } from 'ws';
import type { AdminCommand, AdminRow } from '../src/admin.ts';
import { sendControl } from '../src/control.ts';
import { openCore } from '../src/core.ts';
import { createLog } from '../src/log.ts';
import { type RunningServer, type ServerOptions, startServer } from '../src/server.ts';

export const PASSWORD = 'correct horse battery';
/** Weeks long past are closed. */
const WEEK = weekAt(systemClock.now(), 'UTC');

export function value<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new Error(`${result.problems[0].rule}: ${result.problems[0].message}`);
}

export function temporaryDir(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'ff-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export interface TestServer {
  readonly server: RunningServer;
  readonly dataDir: string;
  /** Lines of the log so far. */
  readonly logs: readonly string[];
  admin(command: AdminCommand): Promise<readonly AdminRow[]>;
  close(): Promise<void>;
}

export async function startTestServer(dataDir: string, options: Partial<ServerOptions> = {}): Promise<TestServer> {
  const logs: string[] = [];
  const log = createLog({ level: 'info', to: { write: (line: string) => logs.push(line) } });
  const server = await startServer({ port: 0, dataDir, webDir: null, log, ...options });
  return {
    server,
    dataDir,
    logs,
    async admin(command) {
      const answer = await sendControl(join(dataDir, 'control.sock'), command);
      if (!answer) throw new Error('no server listens on the control socket');
      return value(answer);
    },
    close: () => server.close(),
  };
}

export interface Agency {
  readonly tenantId: Id;
  readonly north: Id;
  readonly south: Id;
  readonly otherTenantId: Id;
  readonly otherRegion: Id;
}

/** Logins: ada and ben coordinate, norman coordinates the north only, vera looks, otto belongs to another tenant. */
export async function seedAgency(admin: TestServer['admin']): Promise<Agency> {
  const idOf = (rows: readonly AdminRow[]): Id => String(rows[0]?.id);
  const place = { zone: 'America/Toronto', lat: 45.4, lng: -75.7 };
  const tenant = idOf(await admin({ command: 'tenant.add', name: 'First Agency' }));
  const other = idOf(await admin({ command: 'tenant.add', name: 'Second Agency' }));
  const north = idOf(await admin({ command: 'region.add', tenant, name: 'North', ...place }));
  const south = idOf(await admin({ command: 'region.add', tenant, name: 'South', ...place }));
  const otherRegion = idOf(await admin({ command: 'region.add', tenant: other, name: 'Elsewhere', ...place }));
  const user = (login: string, role: 'coordinator' | 'viewer', tenantId = tenant, regions: string[] = []) =>
    admin({
      command: 'user.add',
      tenant: tenantId,
      login,
      name: `Name of ${login}`,
      role,
      regions,
      password: PASSWORD,
    });
  await user('ada', 'coordinator');
  await user('ben', 'coordinator');
  await user('norman', 'coordinator', tenant, ['North']);
  await user('vera', 'viewer');
  await user('otto', 'coordinator', other);
  return { tenantId: tenant, north, south, otherTenantId: other, otherRegion };
}

/** Seeds a data directory that no server runs on, or a database that none uses. */
export async function seedOffline(dataDir: string, database?: string): Promise<Agency> {
  const core = value(
    await openCore({
      dataDir,
      database,
      clock: systemClock,
      random: systemRandom,
      log: createLog({ level: 'error' }),
      template: async () => null,
    }),
  );
  try {
    await core.cluster?.membership.join('');
    return await seedAgency(async (command) => value(await core.admin(command)));
  } finally {
    await core.close();
  }
}

export interface SignedInClient {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly deviceId: string;
  readonly principal: Principal;
}

export function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

export async function signIn(
  url: string,
  login: string,
  password = PASSWORD,
  deviceId: string | null = null,
): Promise<SignedInClient> {
  const answer = await post(`${url}/auth/login`, { login, password, deviceId, deviceName: 'Test laptop' });
  if (!answer.ok) throw new Error(`sign-in of ${login}: ${answer.status}`);
  return (await answer.json()) as SignedInClient;
}

export interface SyncClient {
  readonly replica: Replica;
  readonly connection: Connection;
  readonly principal: Principal;
  /** How long signing in took. */
  readonly signedInMs: number;
  close(): Promise<void>;
}

async function openReplica(principal: Principal): Promise<Replica> {
  const journal = value(
    await openJournal({
      files: createMemoryFiles(),
      tenantId: principal.tenantId,
      key: systemRandom.bytes(32),
      random: systemRandom,
    }),
  );
  return value(
    await createReplica({ tenantId: principal.tenantId, journal, tables, clock: systemClock, random: systemRandom }),
  );
}

/**
 * A laptop with a journal in memory, or `before` once more after a new sign-in. `url` may change between attempts: a
 * restarted server has another port.
 */
export async function openClient(
  url: () => string,
  login: string,
  shards: readonly ShardId[],
  before?: SyncClient,
  ways: Pick<ConnectionOptions, 'download' | 'giveBack'> = {},
): Promise<SyncClient> {
  const begun = performance.now();
  let grant = await signIn(url(), login, PASSWORD, before?.principal.deviceId);
  const signedInMs = performance.now() - begun;
  const { principal } = grant;
  const replica = before?.replica ?? (await openReplica(principal));
  value(await replica.load(shards));
  let usedAt = url();
  const home = `${usedAt.replace('http', 'ws')}/sync`;
  const connection = createConnection({
    replica,
    url: home,
    openSocket: (asked) =>
      new WebSocket(asked === home ? `${url().replace('http', 'ws')}/sync` : asked) as unknown as SocketLike,
    async accessToken() {
      if (usedAt !== url()) {
        const answer = await post(`${url()}/auth/refresh`, { refreshToken: grant.refreshToken }).catch(() => null);
        if (!answer?.ok) return { ok: false, problems: [{ code: 'offline', message: 'no server' }] };
        grant = (await answer.json()) as SignedInClient;
        usedAt = url();
      }
      return { ok: true, value: grant.accessToken };
    },
    ...ways,
    clock: systemClock,
    random: systemRandom,
    setTimer(run, ms) {
      const timer = setTimeout(run, Math.min(ms, 300)); // tests do not wait for a full back-off
      return () => clearTimeout(timer);
    },
  });
  connection.follow(shards);
  connection.start();
  return {
    replica,
    connection,
    principal,
    signedInMs,
    async close() {
      connection.stop();
      await replica.close();
    },
  };
}

export async function until(condition: () => boolean | Promise<boolean>, what: string, ms = 25_000): Promise<void> {
  const end = performance.now() + ms;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`waited ${ms} ms for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export const untilState = (client: SyncClient, state: SyncStatus['state']): Promise<void> =>
  until(() => client.connection.status().state === state, `connection ${state}`);

/** Everything this client wrote is on the server's disk. */
export const untilAcknowledged = (client: SyncClient): Promise<void> =>
  until(() => client.connection.status().state === 'live' && client.replica.pending().count === 0, 'all acknowledged');

export function visit(regionId: Id, more: Partial<Visit> = {}): Visit {
  return {
    id: newId(systemClock, systemRandom),
    regionId,
    week: WEEK,
    patientId: newId(systemClock, systemRandom),
    requirementId: null,
    serviceCode: 'psw',
    date: null,
    start: null,
    minutes: 45,
    windowFrom: '08:00',
    windowTo: '12:00',
    providerPreference: 'any',
    priority: 'routine',
    note: '',
    cancelledAt: null,
    ...more,
  };
}

export function patient(regionId: Id, more: Partial<Patient> = {}): Patient {
  return {
    id: newId(systemClock, systemRandom),
    regionId,
    reference: 'P-1',
    givenName: 'Given',
    familyName: 'Family',
    birthDate: null,
    phone: '',
    address: '',
    municipality: '',
    lat: 45,
    lng: -75,
    risk: 'low',
    status: 'active',
    notes: '',
    ...more,
  };
}

export const addVisit = (row: Visit): RowChange => createRow(visits, row);
export const addPatient = (row: Patient): RowChange => createRow(patients, row);
export const weekShard = (regionId: Id, weeksAgo = 0): ShardId => scheduleShard(regionId, addWeeks(WEEK, -weeksAgo));
export const peopleShard = (regionId: Id): ShardId => patientsShard(regionId);
