import { visits } from '@fieldfare/domain';
import { SEAL_GRACE_WEEKS, SEALED_AFTER_WEEKS, updateRow } from '@fieldfare/kernel';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import {
  type Agency,
  addPatient,
  addVisit,
  openClient,
  patient,
  peopleShard,
  post,
  type SyncClient,
  seedAgency,
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

const dir = temporaryDir();
let running: TestServer;
let agency: Agency;
const clients: SyncClient[] = [];

beforeAll(async () => {
  running = await startTestServer(dir.path);
  agency = await seedAgency(running.admin);
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
});
afterAll(async () => {
  await running.close();
  dir.remove();
});

async function open(login: string, shards = [weekShard(agency.north)]): Promise<SyncClient> {
  const client = await openClient(() => running.server.url, login, shards);
  clients.push(client);
  return client;
}

const note = (client: SyncClient, id: string): unknown =>
  client.replica.row(weekShard(agency.north), visits.name, id)?.fields.note;

describe('two laptops and a real server', () => {
  it('SYN-CONVERGE: edits made offline on both sides are on both sides', async () => {
    const [ada, ben] = await Promise.all([open('ada'), open('ben')]);
    await Promise.all([untilState(ada, 'live'), untilState(ben, 'live')]);
    const row = visit(agency.north, { note: 'first' });
    value(await ada.replica.commit([addVisit(row)], ada.principal.userId));
    await until(() => note(ben, row.id) === 'first', 'ben sees the visit');
    ada.connection.stop();
    ben.connection.stop();
    value(await ada.replica.commit([updateRow(visits, row, { note: 'by ada' })], ada.principal.userId));
    value(await ben.replica.commit([updateRow(visits, row, { minutes: 60 })], ben.principal.userId));
    ada.connection.start();
    ben.connection.start();
    await Promise.all([untilAcknowledged(ada), untilAcknowledged(ben)]);
    const both = (client: SyncClient): boolean => {
      const fields = client.replica.row(weekShard(agency.north), visits.name, row.id)?.fields;
      return fields?.note === 'by ada' && fields.minutes === 60;
    };
    await until(() => both(ada) && both(ben), 'both edits on both laptops');
  });

  it('SYN-READONLY: a viewer reads and cannot write', async () => {
    const [ada, vera] = await Promise.all([open('ada'), open('vera')]);
    await Promise.all([untilState(ada, 'live'), untilState(vera, 'live')]);
    const row = visit(agency.north, { note: 'for vera' });
    value(await ada.replica.commit([addVisit(row)], ada.principal.userId));
    await until(() => note(vera, row.id) === 'for vera', 'vera sees it');
    value(await vera.replica.commit([updateRow(visits, row, { note: 'by vera' })], vera.principal.userId));
    await until(() => vera.connection.status().refusedShards.length > 0, 'vera is refused');
    const witness = await open('ben');
    await untilState(witness, 'live');
    expect(note(witness, row.id)).toBe('for vera');
    expect(vera.replica.pending().count).toBeGreaterThan(0);
  });

  it('PERM-SEALED: a week long past can be read and takes no edits, after a while of grace', async () => {
    const last = SEALED_AFTER_WEEKS + SEAL_GRACE_WEEKS;
    const [late, tooLate] = [weekShard(agency.north, last), weekShard(agency.north, last + 1)];
    const ada = await open('ada', [late, tooLate]);
    await untilState(ada, 'live');
    const weekOf = (shard: string): string => shard.slice(-8);
    for (const shard of [late, tooLate]) {
      const row = visit(agency.north, { week: weekOf(shard), note: 'written offline' });
      value(await ada.replica.commit([addVisit(row)], ada.principal.userId));
    }
    await until(() => ada.connection.status().refusedShards.length > 0, 'one is refused');
    const [refused] = ada.connection.status().refusedShards;
    expect(refused).toMatchObject({ shard: tooLate });
    await until(() => ada.replica.pending().count === 1, 'the other is taken');
  });

  it('SYN-AUTHZ: shards of another region and of another organisation are refused', async () => {
    const ada = await open('ada', [weekShard(agency.north), weekShard(agency.south)]);
    await untilState(ada, 'live');
    const secret = visit(agency.south, { note: 'south only' });
    value(await ada.replica.commit([addVisit(secret)], ada.principal.userId));
    await untilAcknowledged(ada);

    const norman = await open('norman', [weekShard(agency.north), weekShard(agency.south)]);
    await until(
      () => norman.connection.status().refusedShards.some(({ shard }) => shard === weekShard(agency.south)),
      'refused',
    );
    expect([...norman.replica.rows(weekShard(agency.south), visits.name)]).toEqual([]);

    // otto asks for the first agency's shard by name: his own tenant has none of it
    const otto = await open('otto', [weekShard(agency.south)]);
    await until(
      () => otto.connection.status().state === 'live' || otto.connection.status().refusedShards.length > 0,
      'answered',
    );
    expect([...otto.replica.rows(weekShard(agency.south), visits.name)]).toEqual([]);
    await otto.replica.commit([addVisit(visit(agency.south, { note: 'from otto' }))], otto.principal.userId);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([...ada.replica.rows(weekShard(agency.south), visits.name)].map((row) => row.fields.note)).toEqual([
      'south only',
    ]);
  });

  it('AUTH-REVOKE: disabling an account closes its sockets and keeps it out', async () => {
    await running.admin({
      command: 'user.add',
      tenant: agency.tenantId,
      login: 'leaver',
      name: 'Leaver',
      role: 'coordinator',
      password: 'correct horse battery',
    });
    const leaver = await open('leaver');
    await untilState(leaver, 'live');
    const started = performance.now();
    await running.admin({ command: 'user.disable', login: 'leaver' });
    await until(() => leaver.connection.status().state !== 'live', 'the socket closes', 5000);
    expect(performance.now() - started).toBeLessThan(5000);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(leaver.connection.status().state).not.toBe('live');
    await expect(signIn(running.server.url, 'leaver')).rejects.toThrow('401');
  });

  it('SYN-GUARD-OWNER: what a laptop wrote before its device was revoked arrives after the next sign-in there', async () => {
    const before = await openClient(() => running.server.url, 'ben', [weekShard(agency.north)]);
    const row = visit(agency.north, { note: 'sent' });
    value(await before.replica.commit([addVisit(row)], before.principal.userId));
    await untilAcknowledged(before);
    await running.admin({ command: 'device.revoke', id: before.principal.deviceId });
    await until(() => before.connection.status().state !== 'live', 'signed out');
    before.connection.stop();
    value(await before.replica.commit([updateRow(visits, row, { note: 'unsent' })], before.principal.userId));
    const again = await openClient(() => running.server.url, 'ben', [weekShard(agency.north)], before);
    clients.push(again);
    expect(again.principal.deviceId).not.toBe(before.principal.deviceId);
    await untilAcknowledged(again);
    const ada = await open('ada');
    await until(() => note(ada, row.id) === 'unsent', 'ada sees it');
  });

  it('an edit made over HTTP reaches laptops', async () => {
    const ada = await open('ada');
    await untilState(ada, 'live');
    const row = visit(agency.north, { note: 'before' });
    value(await ada.replica.commit([addVisit(row)], ada.principal.userId));
    await untilAcknowledged(ada);
    const { accessToken } = await signIn(running.server.url, 'ben');
    const answer = await post(
      `${running.server.url}/trpc/scheduling.updateVisit`,
      { regionId: agency.north, week: row.week, visitId: row.id, set: { note: 'after' } },
      { authorization: `Bearer ${accessToken}` },
    );
    expect(answer.status).toBe(200);
    await until(() => note(ada, row.id) === 'after', 'the laptop sees it');
  });
});

describe('the socket', () => {
  const dial = (options: { path?: string; origin?: string } = {}): Promise<string> =>
    new Promise((resolve) => {
      const { path = '/sync', origin } = options;
      const socket = new WebSocket(
        running.server.url.replace('http', 'ws') + path,
        origin === undefined ? {} : { origin },
      );
      socket.on('unexpected-response', (_request, response) => resolve(`http ${response.statusCode}`));
      socket.on('open', () => {
        resolve('open');
        socket.close();
      });
      socket.on('error', () => resolve('error'));
    });

  it.each([
    ['no origin', undefined, 'open'],
    ['the desktop shell', 'app://fieldfare', 'open'],
    ['another site', 'https://evil.example', 'http 403'],
    ['a file', 'null', 'http 403'],
  ])('SRV-ORIGIN: %s', async (_what, origin, outcome) => {
    expect(await dial(origin === undefined ? {} : { origin })).toBe(outcome);
  });

  it('lets our own page connect', async () => {
    expect(await dial({ origin: running.server.url })).toBe('open');
  });

  it('upgrades nowhere else', async () => {
    expect(await dial({ path: '/trpc' })).toBe('http 404');
  });

  it('cuts a connection that does not say who it is, and one that sends too much', async () => {
    const socket = new WebSocket(`${running.server.url.replace('http', 'ws')}/sync`);
    const closed = new Promise<number>((resolve) => socket.on('close', resolve));
    socket.on('open', () => socket.send(new Uint8Array(64 * 1024 * 1024)));
    socket.on('error', () => undefined);
    expect(await closed).toBeGreaterThanOrEqual(1000);
    expect((await fetch(`${running.server.url}/healthz`)).status).toBe(200);
  });
});

describe('SRV-LOG-1: the log carries no health data', () => {
  it('whatever passes through procedures, sockets, addresses and errors', async () => {
    const canary = 'Zyxwvut-Canary';
    const ada = await open('ada', [weekShard(agency.north), peopleShard(agency.north)]);
    await untilState(ada, 'live');
    const person = patient(agency.north, { familyName: canary, notes: `${canary} notes` });
    const row = visit(agency.north, { patientId: person.id, note: `${canary} visit` });
    value(await ada.replica.commit([addPatient(person), addVisit(row)], ada.principal.userId));
    await untilAcknowledged(ada);
    const { accessToken } = await signIn(running.server.url, 'ada');
    const headers = { authorization: `Bearer ${accessToken}` };
    const { url } = running.server;
    const list = await fetch(
      `${url}/trpc/patients.list?input=${encodeURIComponent(JSON.stringify({ regionId: agency.north }))}`,
      { headers },
    );
    expect(await list.text()).toContain(canary);
    await post(
      `${url}/trpc/scheduling.updateVisit`,
      { regionId: agency.north, week: row.week, visitId: row.id, set: { note: `${canary} edit` } },
      headers,
    );
    await post(
      `${url}/trpc/scheduling.updateVisit`,
      { regionId: canary, week: canary, visitId: canary, set: canary },
      headers,
    );
    await post(`${url}/trpc/${canary}`, { canary }, headers);
    await fetch(`${url}/patients/${canary}?name=${canary}`, { headers: { 'user-agent': canary, referer: canary } });
    await post(`${url}/auth/login`, {
      login: canary.toLowerCase(),
      password: canary,
      deviceId: null,
      deviceName: canary,
    });
    await fetch(`${url}/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"${canary}`,
    });
    const log = running.logs.join('');
    expect(log).toContain('scheduling.updateVisit');
    for (const secret of [canary, canary.toLowerCase(), 'Name of ada', 'correct horse'])
      expect(log).not.toContain(secret);
  });
});
