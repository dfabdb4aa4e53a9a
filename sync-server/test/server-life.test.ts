/** Who is let in, for how long, how fast, and what is left when they are gone: over real sockets. */
import { visits } from '@fieldfare/domain';
import { encodePresence, encodeShard, PEER_LIMITS } from '@fieldfare/sync';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SOCKET_LIMITS } from '../src/socket-limits.ts';
import { dialRaw, type RawSocket } from './raw-socket.ts';
import {
  type Agency,
  addVisit,
  openClient,
  PASSWORD,
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

const SOCKETS_OF_USER = 12;

const dir = temporaryDir();
let running: TestServer;
let agency: Agency;
const clients: SyncClient[] = [];
const sockets: RawSocket[] = [];

beforeAll(async () => {
  running = await startTestServer(dir.path, {
    limits: {
      peer: { ...PEER_LIMITS, preAuthMs: 1_000, maxBufferedBytes: 256 * 1024, resumeBufferedBytes: 64 * 1024 },
      maxSocketsOfUser: SOCKETS_OF_USER,
      connection: { ...SOCKET_LIMITS.connection, frames: { perSecond: 200, burst: 100 } },
    },
  });
  agency = await seedAgency(running.admin);
});
afterEach(async () => {
  for (const { ws } of sockets.splice(0)) ws.terminate();
  for (const client of clients.splice(0)) await client.close();
});
afterAll(async () => {
  await running.close();
  dir.remove();
});

async function dial(): Promise<RawSocket> {
  const socket = await dialRaw(running.server.url);
  sockets.push(socket);
  return socket;
}

/** Signs in first: the door does not stay open while a password is checked. */
async function enter(login: string): Promise<RawSocket> {
  const { accessToken } = await signIn(running.server.url, login);
  const socket = await dial();
  await socket.hello(accessToken);
  expect(socket.closed()).toBeNull();
  return socket;
}

async function open(login: string): Promise<SyncClient> {
  const client = await openClient(() => running.server.url, login, [weekShard(agency.north)]);
  clients.push(client);
  await untilState(client, 'live');
  return client;
}

async function ticketOf(accessToken: string): Promise<string> {
  const answer = await post(`${running.server.url}/auth/ticket`, {}, { authorization: `Bearer ${accessToken}` });
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { ticket: string }).ticket;
}

const addUser = (login: string) =>
  running.admin({
    command: 'user.add',
    tenant: agency.tenantId,
    login,
    name: `Name of ${login}`,
    role: 'coordinator',
    password: PASSWORD,
  });

describe('SRV-REVOKE: whoever is sent away is gone at once, and writes nothing more', () => {
  it.each([
    ['signs out', (grant: { refreshToken: string }) => post(`${running.server.url}/auth/logout`, grant)],
    [
      'got another password',
      (_: unknown, login: string) =>
        running.admin({ command: 'user.password', login, password: 'another horse battery' }),
    ],
    ['is disabled', (_: unknown, login: string) => running.admin({ command: 'user.disable', login })],
    [
      'lost the device',
      (grant: { deviceId: string }) => running.admin({ command: 'device.revoke', id: grant.deviceId }),
    ],
  ] as const)('%s', async (what, leave) => {
    const login = `leaver-${what.replaceAll(' ', '-')}`;
    await addUser(login);
    const grant = await signIn(running.server.url, login);
    const witness = await open('ada');
    const writer = await openClient(() => running.server.url, login, [weekShard(agency.north)]);
    clients.push(writer);
    await untilState(writer, 'live');
    writer.connection.stop();
    const row = visit(agency.north, { note: what });
    value(await writer.replica.commit([addVisit(row)], writer.principal.userId));

    const [polite, deaf] = [await dial(), await dial()];
    for (const socket of [polite, deaf]) {
      await socket.hello(grant.accessToken);
      await socket.open(1, weekShard(agency.north));
    }
    deaf.ws.pause(); // never hears that it is to go
    const left = performance.now();
    await leave(grant, login);
    for (const socket of [polite, deaf]) {
      const update = writer.replica.diff(weekShard(agency.north));
      if (socket.ws.readyState === socket.ws.OPEN) socket.ws.send(encodeShard(1, { type: 'update', update }));
    }
    await until(() => polite.closed() !== null, 'closed', 5_000);
    expect(polite.closed()).toBe(4401);
    deaf.ws.resume();
    await until(() => deaf.closed() !== null, 'cut', 5_000);
    expect(performance.now() - left).toBeLessThan(5_000);
    expect(witness.replica.row(weekShard(agency.north), visits.name, row.id)).toBeNull();
    const again = await dial();
    await again.hello(grant.accessToken);
    expect(again.closed()).toBe(4401);
  });
});

describe('AUTH-TICKET', () => {
  it('a ticket opens one socket, once', async () => {
    const { accessToken } = await signIn(running.server.url, 'ada');
    const ticket = await ticketOf(accessToken);
    const [first, second] = [await dial(), await dial()];
    await first.hello(ticket);
    expect(first.control('welcome')).toHaveLength(1);
    await second.hello(ticket);
    expect([second.control('welcome'), second.closed()]).toEqual([[], 4401]);
  });

  it('opens nothing when its session has ended, and is sold to nobody without a token', async () => {
    const grant = await signIn(running.server.url, 'ada');
    const ticket = await ticketOf(grant.accessToken);
    await post(`${running.server.url}/auth/logout`, grant);
    const socket = await dial();
    await socket.hello(ticket);
    expect(socket.closed()).toBe(4401);
    expect((await post(`${running.server.url}/auth/ticket`, {})).status).toBe(401);
  });
});

describe('before anybody has said who they are', () => {
  it('SYN-PEER-FIRST: the deadline is absolute, whatever trickles in', async () => {
    const socket = await dial();
    const trickle = setInterval(() => socket.ws.ping(), 50);
    await until(() => socket.closed() !== null, 'closed');
    clearInterval(trickle);
    expect(socket.closed()).toBe(4000);
  });

  it('SYN-PEER-FIRST: a message begun in pieces and never ended does not hold the door', async () => {
    const socket = await dial();
    const trickle = setInterval(() => socket.ws.send(new Uint8Array(10), { fin: false }), 50);
    await until(() => socket.closed() !== null, 'closed');
    clearInterval(trickle);
  });

  it('SRV-SIZE: a frame beyond the limit ends the socket', async () => {
    const socket = await enter('ada'); // who has not signed in runs into another limit
    socket.ws.send(new Uint8Array(PEER_LIMITS.maxFrameBytes + 1));
    await until(() => socket.closed() !== null, 'closed');
    expect([1006, 1009]).toContain(socket.closed());
  });

  it('SRV-SIZE: a message in thousands of pieces ends the socket', async () => {
    const socket = await enter('ada');
    for (let i = 0; i < 1_100; i += 1) socket.ws.send(Uint8Array.of(0), { fin: false });
    await until(() => socket.closed() !== null, 'closed');
    expect([1006, 1008, 1009]).toContain(socket.closed());
  });
});

describe('how much one may have', () => {
  it('SRV-SOCKETS: one person holds so many sockets, others hold theirs', async () => {
    const { accessToken } = await signIn(running.server.url, 'norman');
    const own = await Promise.all(Array.from({ length: SOCKETS_OF_USER + 1 }, dial));
    for (const socket of own) await socket.hello(accessToken);
    expect(own.map((socket) => socket.closed())).toEqual([...Array(SOCKETS_OF_USER).fill(null), 1011]);
    const ben = await open('ben');
    expect(ben.connection.status().state).toBe('live');
    own[0]?.ws.close();
    await until(() => own[0]?.closed() !== null, 'one left');
    const next = await dial();
    await next.hello(accessToken);
    expect(next.closed()).toBeNull();
  });

  it('SRV-RATE: a flood is read slowly, answered in full, and holds up nobody else', async () => {
    const [ada, ben] = [await enter('ada'), await enter('ben')];
    const began = performance.now();
    for (let nonce = 0; nonce < 300; nonce += 1) ada.ping(nonce);
    await until(() => ada.control('pong').length === 300, 'what the network delivered in one piece is answered');
    ada.ping(300);
    ben.ping(1);
    await until(() => ben.control('pong').length === 1, 'ben is answered');
    expect(ada.control('pong')).toHaveLength(300);
    await until(() => ada.control('pong').length === 301, 'ada is answered');
    // 302 frames at 200 a second, 100 of them free: never sooner, however quick the machine
    expect(performance.now() - began).toBeGreaterThan(900);
    expect(ada.closed()).toBeNull();
  });

  it('SYN-PEER-SLOW: who does not read is cut at the limit, gone with its buffer, and catches up', async () => {
    const slow = await enter('ben');
    await slow.open(1, weekShard(agency.north));
    slow.ws.pause();
    const ada = await open('ada');
    const cut = (): boolean => running.logs.some((line) => line.includes('"code":4408'));
    const written: string[] = [];
    for (let round = 0; round < 200 && !cut(); round += 1) {
      const rows = Array.from({ length: 100 }, () => visit(agency.north, { note: 'x'.repeat(1_000) }));
      written.push(...rows.map(({ id }) => id));
      value(await ada.replica.commit(rows.map(addVisit), ada.principal.userId));
      await untilAcknowledged(ada);
    }
    expect(cut()).toBe(true);
    slow.ws.resume();
    await until(() => slow.closed() !== null, 'gone');
    const ben = await open('ben');
    expect(written.every((id) => ben.replica.row(weekShard(agency.north), visits.name, id) !== null)).toBe(true);
  });
});

describe('SRV-METRICS', () => {
  const metrics = (headers: Record<string, string> = {}) => fetch(`${running.server.url}/metrics`, { headers });
  const read = (text: string, name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);

  it('counts what happens, and says nothing of whom', async () => {
    const before = await (await metrics()).text();
    const ada = await open('ada');
    const row = visit(agency.north, { note: 'Metrics-Canary' });
    value(await ada.replica.commit([addVisit(row)], ada.principal.userId));
    await untilAcknowledged(ada);
    const after = await (await metrics()).text();
    const grew = (name: string): number => read(after, name) - read(before, name);
    expect([grew('fieldfare_sync_updates_total'), grew('fieldfare_sync_welcomed_total')]).toEqual([1, 1]);
    expect(read(after, 'fieldfare_sockets_open')).toBeGreaterThan(0);
    expect(read(after, 'fieldfare_shards_loaded')).toBeGreaterThan(0);
    for (const secret of ['Canary', 'ada', agency.tenantId, agency.north, row.id, ada.principal.userId]) {
      expect(after).not.toContain(secret);
    }
  });

  it('is for this machine alone, not for what a proxy on it passes on', async () => {
    expect((await metrics({ 'x-forwarded-for': '203.0.113.7' })).status).toBe(403);
  });
});

describe('SYN-CON-REPORT: what a device can say of itself', () => {
  it('SYN-CON-REPORT: sizes, pending, last ack, peers, and refused updates with the reason', async () => {
    const shard = weekShard(agency.north);
    const [ada, vera] = [await open('ada'), await open('vera')];
    ada.connection.announce(shard, { visit: 'v' });
    value(await ada.replica.commit([addVisit(visit(agency.north))], ada.principal.userId));
    value(await vera.replica.commit([addVisit(visit(agency.north))], vera.principal.userId));
    await untilAcknowledged(ada);
    await until(() => vera.connection.report().refusals.length > 0, 'vera is refused');
    await until(() => vera.connection.present(shard).length > 0, 'vera sees ada');
    const of = (client: SyncClient) => client.connection.report().shards.find((one) => one.shard === shard);
    expect(of(ada)).toMatchObject({ phase: 'synced', access: 'write', pending: 0, reason: null, loaded: true });
    expect(of(ada)?.lastAckAt).toBeGreaterThan(0);
    expect(of(ada)?.bytes).toBeGreaterThan(100);
    expect(of(vera)).toMatchObject({ access: 'read', pending: 1, peers: [{ name: 'Name of ada' }] });
    expect(of(vera)?.reason).toContain('read');
    expect(vera.connection.report().refusals[0]).toMatchObject({ shard, rule: 'SYN-PEER-ACCESS' });
  });
});

describe('presence', () => {
  it('SYN-PRES-STAMP SYN-PRES-OWN: others see who looks, by the name the server knows, until they leave', async () => {
    const [ada, ben] = [await open('ada'), await open('ben')];
    const shard = weekShard(agency.north);
    ada.connection.announce(shard, { visit: 'v1', user: { id: 'forged', name: 'Forged' } });
    await until(() => ben.connection.present(shard).length === 1, 'ben sees ada');
    expect(ben.connection.present(shard)).toEqual([
      { id: ada.replica.clientId, userId: ada.principal.userId, name: 'Name of ada', state: { visit: 'v1' } },
    ]);
    const carl = await open('vera');
    await until(() => carl.connection.present(shard).length === 1, 'who comes later sees ada too');

    // somebody who speaks for ada's id, and then for two
    const forger = await enter('norman');
    await forger.open(1, shard);
    const say = (id: number, visit: string) =>
      forger.presence(1, encodePresence([{ id, clock: 99, state: { visit } }]));
    say(ada.replica.clientId, 'forged');
    say(4711, 'own');
    say(4712, 'second');
    await until(() => ben.connection.present(shard).length === 2, 'ben sees norman');
    ada.connection.announce(shard, { visit: 'v2' });
    await until(() => ben.connection.present(shard).some(({ state }) => state.visit === 'v2'), 'ada moves on');
    expect(ben.connection.present(shard).map(({ id, name, state }) => [id, name, state.visit])).toEqual([
      [ada.replica.clientId, 'Name of ada', 'v2'],
      [4711, 'Name of norman', 'own'],
    ]);
    forger.ws.terminate();
    ada.connection.announce(shard, null);
    await until(() => ben.connection.present(shard).length === 0, 'both left');
  });

  it('SYN-PRES-SIZE SYN-PRES-RATE: what is too large is dropped, a storm is thinned to its newest', async () => {
    const shard = weekShard(agency.north);
    const [ada, ben] = [await open('ada'), await enter('ben')];
    await ben.open(1, shard);
    const heard = (): number => ben.heard.filter((f) => 'shard' in f && f.shard.type === 'presence').length;
    ada.connection.announce(shard, { visit: 'x'.repeat(3_000) });
    for (let n = 0; n < 50; n += 1) ada.connection.announce(shard, { visit: String(n) });
    const newest = (): boolean =>
      ben.heard.some((f) => 'shard' in f && f.shard.type === 'presence' && `${f.shard.update}`.includes(`${[52, 57]}`));
    await until(newest, 'the newest'); // "49" in character codes
    expect(heard()).toBeLessThan(10);
  });

  it('is never stored', async () => {
    const ada = await open('ada');
    const before = ada.replica.stored().journal.frames;
    ada.connection.announce(weekShard(agency.north), { visit: 'v' });
    const ben = await open('ben');
    await until(() => ben.connection.present(weekShard(agency.north)).length > 0, 'seen');
    expect(ada.replica.stored().journal.frames).toBe(before);
    ada.connection.stop();
    await until(() => ben.connection.present(weekShard(agency.north)).length === 0, 'gone with the link');
  });
});
