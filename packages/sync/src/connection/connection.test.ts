/** Clients and a server in one process: the whole road from a commit to its durable ack. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fail, ok, rosterShard, seededRandom, unwrap } from '@fieldfare/kernel';
import { describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import {
  connect,
  isDone,
  openServer,
  patient,
  principal,
  sayHello,
  serve,
  stops,
  timers,
} from '../../test/connection-server.ts';
import { change, create, OTHER_SHARD, openDesk, REGION, SHARD } from '../../test/fixtures.ts';
import { connectMemorySockets, until } from '../../test/memory-sockets.ts';
import { GUARD_LIMITS } from '../guard/limits.ts';
import { spanOf } from '../join.ts';
import { decodeFrame, encodeControl, encodeShard, PROTOCOL_VERSION } from '../protocol/messages.ts';
import { movedTo, type Peer, servePeer } from '../protocol/peer.ts';
import type { SocketLike } from '../types.ts';
import { KEPT_FOR_LATER } from './clock-words.ts';
import { createConnection } from './connection.ts';

describe('an organisation that moves', () => {
  const HOME = 'wss://home/sync';
  const AWAY = 'wss://away/sync';

  /** Two processes, of which `serving` has the organisation; the other says so. */
  async function openPair(where: Record<string, string>, serving: { at: string }) {
    const dialled: string[] = [];
    const desk = await openDesk(98, { authority: true });
    const peers: Peer[] = [];
    const openSocket = (url: string): SocketLike => {
      dialled.push(url);
      const link = connectMemorySockets();
      const openTenant = async () => (serving.at === url ? ok(desk.replica) : fail(movedTo(where[url] ?? '')));
      peers.push(
        servePeer({
          socket: link.server,
          authenticate: async () => ok(principal(desk)),
          openTenant,
          clock: desk.clock,
          setTimer: timers(),
        }),
      );
      return link.client;
    };
    const client = await openDesk(1);
    const connection = createConnection({
      replica: client.replica,
      url: HOME,
      openSocket,
      accessToken: async () => ok('token'),
      clock: client.clock,
      random: seededRandom(1),
      setTimer: timers(50),
    });
    stops.push(() => connection.stop());
    connection.follow([SHARD]);
    return { connection, dialled, peers };
  }

  it('SYN-PEER-MOVED SYN-CON-MOVED: a client is sent to the process that serves it, and after it when it moves', async () => {
    const where = { [HOME]: AWAY, [AWAY]: HOME };
    const serving = { at: AWAY };
    const { connection, dialled, peers } = await openPair(where, serving);
    connection.start();
    await until(() => connection.status().state === 'live', 'live where it was sent');
    expect(dialled).toEqual([HOME, AWAY]);
    serving.at = HOME;
    peers.at(-1)?.move(HOME);
    await until(() => dialled.length === 3 && connection.status().state === 'live', 'live after the first move');
    expect(dialled.at(-1)).toBe(HOME);
    serving.at = AWAY;
    peers.at(-1)?.move(''); // where it went is not known yet: home says
    await until(() => dialled.length === 5 && connection.status().state === 'live', 'live after the second move');
    expect(dialled.slice(3)).toEqual([HOME, AWAY]);
  });

  it.each(['ws://away/sync', 'https://away/sync', 'nowhere'])(
    'SYN-CON-MOVED: is not sent to %s from a protected address',
    async (target) => {
      const { connection, dialled } = await openPair({ [HOME]: target }, { at: target });
      connection.start();
      await until(() => dialled.length === 3, 'three attempts');
      expect(dialled).toEqual([HOME, HOME, HOME]);
    },
  );
});

describe('client and server', () => {
  it('SYN-CON-OUT SYN-CON-ACK: edits made offline on both sides meet; pending ends at zero; all see one result', async () => {
    const server = await openServer();
    const [a, b] = [await openDesk(1), await openDesk(2)];
    await server.desk.commit(create(0));
    await a.commit(create(1));
    await b.commit(create(1), create(2));
    const links = [connect(server, a), connect(server, b)] as const;
    for (const link of links) {
      link.follow([SHARD]);
      link.start();
    }
    await until(() => links.every(isDone), 'first sync');

    // live: everybody sees a change, its author does not get it back
    const sentBefore = server.links[0]?.server.sent.length ?? 0;
    await a.commit(change(0, { title: 'live' }));
    await until(() => b.row(0)?.fields.title === 'live' && isDone(links[0]), 'live update');
    expect(server.links[0]?.server.sent.slice(sentBefore).map((bytes) => unwrap(decodeFrame(bytes)))).toMatchObject([
      { shard: { type: 'ack' } },
    ]);

    // offline: both edit, then come back
    server.up = false;
    for (const link of server.links) link.cut();
    await a.commit(change(0, { title: 'A' }), change(1, { minutes: 45 }));
    await a.commit(change(2, { start: '09:00' }));
    b.clock.time += 1;
    await b.commit(change(0, { title: 'B' }));
    await server.desk.commit(change(1, { title: 'server' }));
    expect([links[0].status(), links[1].status()]).toMatchObject([
      { state: 'offline', pending: 2 },
      { state: 'offline', pending: 1 },
    ]);
    server.up = true;
    for (const link of links) link.retryNow();
    await until(() => links.every(isDone), 'second sync');
    await until(() => a.row(0)?.fields.title === 'B' && b.row(2)?.fields.start === '09:00', 'fan-out');
    for (const n of [0, 1, 2]) {
      expect(a.row(n)).toEqual(server.desk.row(n));
      expect(b.row(n)).toEqual(server.desk.row(n));
    }
    expect(a.row(0)?.siblings.title).toMatchObject([{ value: 'A', by: 'user-1' }]);
    expect(a.row(1)?.fields).toMatchObject({ title: 'server', minutes: 45 });
    expect(links[0].status().lastSyncedAt).toBe(a.clock.time);
  });

  it('SYN-PEER-ACK SYN-WIRE-ACK: nothing is acknowledged or passed on before the server has flushed, and the ack goes first', async () => {
    const server = await openServer();
    const [a, b] = [await openDesk(1), await openDesk(2)];
    const links = [connect(server, a), connect(server, b)] as const;
    for (const link of links) {
      link.follow([SHARD]);
      link.start();
      await until(() => isDone(link), 'live');
    }
    server.desk.journal.hold();
    await b.commit(create(0)); // the sender connected last: its ack goes first all the same
    await until(() => server.desk.journal.appends === 1, 'append begun');
    await new Promise((resume) => setTimeout(resume, 20));
    expect([links[1].status().pending, a.row(0), server.desk.row(0)]).toEqual([1, null, null]);
    const order: string[] = [];
    links[1].onStatus(({ pending }) => void (pending === 0 && order.push('acknowledged')));
    a.replica.onTouched(() => order.push('passed on'));
    server.desk.journal.release();
    await until(() => order.length >= 2, 'ack and fan-out');
    expect(order.slice(0, 2)).toEqual(['acknowledged', 'passed on']);
  });

  it('SYN-CON-KEEP: a server that fails to store never acknowledges; the client comes back and nothing is lost', async () => {
    const server = await openServer();
    const a = await openDesk(1);
    const link = connect(server, a);
    link.follow([SHARD]);
    link.start();
    await until(() => isDone(link), 'live');
    server.desk.journal.failNext();
    const states: string[] = [];
    link.onStatus(({ state }) => states.push(state));
    await a.commit(create(0));
    await until(() => states.includes('offline'), 'cut');
    expect(link.status().pending).toBe(1);
    await until(() => isDone(link), 'again');
    expect(server.desk.row(0)).toEqual(a.row(0));
  });

  it('SYN-CON-SHARD SYN-CON-KEEP SYN-WIRE-REFUSE: a refused update is listed, kept and pending; other shards go on', async () => {
    const server = await openServer();
    const a = await openDesk(1);
    const link = connect(server, a);
    link.follow([SHARD, OTHER_SHARD]);
    link.start();
    await until(() => isDone(link), 'live');
    a.clock.time += 2 * 3_600_000; // our clock runs two hours fast: the server refuses the stamps
    await a.commit(create(0));
    await until(() => link.status().refusedShards.length === 1, 'refused');
    server.desk.clock.time += 2 * 3_600_000;
    await a.commit(create(1, {}, OTHER_SHARD));
    await until(() => link.status().pending === 1, 'the other shard');
    expect(link.status()).toMatchObject({
      state: 'live',
      pending: 1,
      refusedShards: [{ shard: SHARD, reason: KEPT_FOR_LATER }],
    });
    expect(a.row(0)).not.toBeNull();
    await server.desk.commit(create(5));
    await until(() => a.row(5) !== null, 'the refused shard still receives');
    link.retryNow();
    await until(() => isDone(link), 'taken in the end');
    expect([server.desk.row(0), link.status().refusedShards]).toEqual([a.row(0), []]);
  });

  it('SYN-PEER-ACCESS: no access is refused before anything is loaded; a reader receives and its edits are refused', async () => {
    const server = await openServer();
    const a = await openDesk(1);
    server.tokens.set(a.user, principal(a, { roles: [{ role: 'viewer', regionIds: [REGION] }] }));
    await server.desk.commit(create(0));
    const foreign = rosterShard('00000000-0000-4000-8000-000000000000');
    const link = connect(server, a);
    link.follow([SHARD, foreign]);
    link.start();
    await until(() => link.status().state === 'live', 'live');
    expect(a.row(0)).toEqual(server.desk.row(0));
    expect(link.status().refusedShards).toMatchObject([{ shard: foreign }]);
    expect(server.desk.replica.loaded()).toEqual([SHARD]);
    await a.commit(change(0, { title: 'mine' }));
    await until(() => link.status().refusedShards.length === 2, 'refused');
    expect([server.desk.row(0)?.fields.title, link.status().pending]).toEqual(['visit', 1]);
    await server.desk.commit(change(0, { minutes: 60 }));
    await until(() => a.row(0)?.fields.minutes === 60, 'still receives');
  });

  it('SYN-PEER-ACCESS: a reader that sends a write all the same changes nothing', async () => {
    const server = await openServer();
    const a = await openDesk(1);
    server.tokens.set('t', principal(a, { roles: [{ role: 'viewer', regionIds: [REGION] }] }));
    const { socket, heard } = await sayHello(server, 't');
    socket.send(encodeControl({ type: 'open', channel: 1, shard: SHARD, epoch: 0 }));
    await until(() => heard.length === 3, 'opened and step1');
    for (const type of ['step2', 'update'] as const)
      socket.send(encodeShard(1, { type, update: await a.commit(create(type.length)) }));
    await until(() => heard.length === 5, 'refused twice');
    expect(heard.slice(3)).toMatchObject(
      Array(2).fill({ control: { type: 'refused', channel: 1, problem: { rule: 'SYN-PEER-ACCESS' } } }),
    );
    expect(server.desk.journal.appends).toBe(0);
  });

  it.each([
    ['a state vector of half a megabyte and more', new Uint8Array(512 * 1024 + 1)],
    ['a state vector that claims 2⁴⁰ clients', Uint8Array.of(128, 128, 128, 128, 128, 32, 1, 1)],
  ])('SYN-PEER-STATE: %s ends the socket', async (_, stateVector) => {
    const server = await openServer();
    const a = await openDesk(1);
    server.tokens.set('t', principal(a));
    const socket = server.open('');
    let [heard, code] = [0, 0];
    socket.onmessage = () => {
      heard += 1;
    };
    socket.onclose = (event) => {
      code = event.code;
    };
    socket.send(encodeControl({ type: 'hello', protocolVersion: PROTOCOL_VERSION, accessToken: 't', deviceId: '' }));
    await until(() => heard === 1, 'welcome');
    socket.send(encodeControl({ type: 'open', channel: 1, shard: SHARD, epoch: 0 }));
    await until(() => heard === 3, 'opened and step1');
    socket.send(encodeShard(1, { type: 'step1', stateVector }));
    await until(() => code !== 0, 'closed');
    expect(code).toBe(4400);
  });

  it('SYN-PEER-CHANNELS: one channel too many is refused, and the others go on', async () => {
    const server = await openServer({ limits: { maxChannels: 1 } });
    const a = await openDesk(1);
    const link = connect(server, a);
    link.follow([SHARD, OTHER_SHARD]);
    link.start();
    await until(() => link.status().refusedShards.length === 1, 'refused');
    expect(link.status().refusedShards).toMatchObject([{ shard: OTHER_SHARD }]);
    await a.commit(create(0));
    await until(() => isDone(link), 'the other goes on');
    expect(server.desk.row(0)).toEqual(a.row(0));
  });

  it('SYN-PEER-ANSWER: a flood of questions is answered once it drains, not once each', async () => {
    const server = await openServer({ limits: { resumeBufferedBytes: 100 } });
    const a = await openDesk(1);
    server.tokens.set('t', principal(a));
    await server.desk.commit(create(0, { title: 'x'.repeat(150) }));
    const { socket, heard } = await sayHello(server, 't');
    socket.send(encodeControl({ type: 'open', channel: 1, shard: SHARD, epoch: 0 }));
    for (let n = 0; n < 500; n += 1) socket.send(encodeShard(1, { type: 'step1', stateVector: Uint8Array.of(0) }));
    socket.send(encodeControl({ type: 'ping', nonce: 1 }));
    const seen = (type: string) =>
      (heard as { control?: { type: string }; shard?: { type: string } }[]).filter(
        (frame) => (frame.control ?? frame.shard)?.type === type,
      ).length;
    await until(() => seen('pong') === 1 && seen('step2') > 0, 'answered');
    expect(seen('step2')).toBeLessThan(100);
  });

  it('SYN-CON-OUT: shards with unsent edits are followed by themselves', async () => {
    const server = await openServer();
    const a = await openDesk(1);
    await a.commit(create(1, {}, OTHER_SHARD));
    a.replica.unload([OTHER_SHARD]);
    const link = connect(server, a);
    link.start();
    await until(() => isDone(link), 'sent');
    unwrap(await server.desk.replica.load([OTHER_SHARD]));
    expect(server.desk.row(1, OTHER_SHARD)).not.toBeNull();
  });

  it('SYN-CON-AUTH SYN-PEER-EXPIRY: an expired token closes 4401 and is replaced once; a revoked one refuses', async () => {
    const server = await openServer();
    const a = await openDesk(1);
    server.tokens.set('old', principal(a, { expiresAt: server.desk.clock.time + 60 }));
    server.tokens.set('new', principal(a));
    const given: string[] = [];
    const link = connect(server, a, {
      accessToken: async () => {
        given.push(given.length === 0 ? 'old' : 'new');
        return ok(given.at(-1) ?? '');
      },
    });
    link.follow([SHARD]);
    link.start();
    await until(() => given.length === 2 && isDone(link), 'renewed');
    server.tokens.clear();
    server.peers.at(-1)?.close(4401, 'revoked');
    await until(() => link.status().state === 'refused', 'refused');
    expect(given).toEqual(['old', 'new', 'new']);
    expect(server.events.filter(({ type }) => type === 'closed').map(({ code }) => code)).toEqual([4401, 4401, 4401]);
  });

  it('SYN-CON-AUTH: a device too busy to say hello in time has not been turned down, and comes back', async () => {
    const server = await openServer({ limits: { preAuthMs: 40 } });
    const a = await openDesk(1);
    await a.commit(create(0));
    let dials = 0;
    const link = connect(server, a, {
      openSocket: (url) => {
        dials += 1;
        const socket = server.open(url);
        if (dials > 3) return socket;
        const send = socket.send.bind(socket);
        socket.send = (bytes) => void setTimeout(() => send(bytes), 80); // the event loop was held up
        return socket;
      },
    });
    link.follow([SHARD]);
    link.start();
    await until(() => isDone(link), 'sent');
    expect([dials, server.desk.row(0)]).toEqual([4, a.row(0)]);
  });

  it('SYN-CON-PIECES: a week of offline edits that is more than the server takes at once arrives commit by commit', async () => {
    const server = await openServer({ limits: { maxUpdateBytes: 2_000, maxFrameBytes: 2_100 } });
    const a = await openDesk(1);
    for (let n = 0; n < 40; n += 1) await a.commit(create(n), change(n % 7, { title: 'x'.repeat(n) }));
    expect(a.replica.diff(SHARD).length).toBeGreaterThan(4_000);
    const link = connect(server, a);
    link.follow([SHARD]);
    link.start();
    const during = a.commit(create(99)); // while the pieces are on their way
    await until(() => isDone(link), 'sent');
    await during;
    await until(() => isDone(link), 'all sent');
    expect(server.desk.replica.stateVector(SHARD)).toEqual(a.replica.stateVector(SHARD));
    expect(server.events.filter(({ type }) => type === 'refused' || type === 'closed')).toEqual([]);
  });

  it.each([999, 4])('SYN-WIRE-VERSION: version %i is refused with a clear reason', async (protocolVersion) => {
    const server = await openServer();
    const link = connectMemorySockets();
    serve(server, link.server);
    let code = 0;
    link.client.onclose = (event) => {
      code = event.code;
    };
    link.client.send(encodeControl({ type: 'hello', protocolVersion, accessToken: '', deviceId: '' }));
    await until(() => code !== 0, 'closed');
    expect(code).toBe(4406);
  });

  it.each([
    ['SYN-PEER-FIRST: says nothing in time', 4000, () => undefined],
    [
      'SYN-PEER-FIRST: writes before it greets',
      4400,
      () => encodeShard(1, { type: 'update', update: Uint8Array.of(0, 0) }),
    ],
    [
      'SYN-PEER-FIRST: opens before it greets',
      4400,
      () => encodeControl({ type: 'open', channel: 1, shard: SHARD, epoch: 0 }),
    ],
    ['SYN-WIRE-DECODE: sends noise', 4400, () => Uint8Array.of(0, 99, 1, 2)],
    [
      'SYN-PEER-FIRST: has no valid token',
      4401,
      () => encodeControl({ type: 'hello', protocolVersion: PROTOCOL_VERSION, accessToken: 'x', deviceId: '' }),
    ],
  ])('%s: closed with %i and nothing loaded', async (_, expected, message) => {
    const server = await openServer({ limits: { preAuthMs: 50 } });
    const link = connectMemorySockets();
    serve(server, link.server, {
      limits: { preAuthMs: 50 },
      openTenant: async () => expect.unreachable('opened a tenant'),
    });
    let code = 0;
    link.client.onclose = (event) => {
      code = event.code;
    };
    const bytes = message();
    if (bytes !== undefined) link.client.send(bytes);
    await until(() => code !== 0, 'closed');
    expect(code).toBe(expected);
  });

  it('SYN-PEER-TENANT: a replica of another tenant is never served', async () => {
    const server = await openServer();
    const a = await openDesk(1);
    server.tokens.set(a.user, principal(a, { tenantId: 'other' }));
    const link = connect(server, a);
    link.follow([SHARD]);
    link.start();
    await until(() => link.status().state === 'refused', 'refused');
  });

  it('SYN-CON-BEAT: a link that went dead without a word is noticed and replaced', async () => {
    const server = await openServer();
    const a = await openDesk(1);
    const link = connect(server, a, { setTimer: timers(200) }); // 25 s pass in 125 ms
    link.follow([SHARD]);
    link.start();
    await until(() => isDone(link), 'live');
    server.links[0]?.freeze();
    await a.commit(create(0));
    await until(() => server.links.length === 2 && isDone(link), 'replaced');
    expect(server.desk.row(0)).toEqual(a.row(0));
  });

  it('SYN-PEER-SLOW: a client that does not read is cut, and catches up from its state', async () => {
    const server = await openServer({ limits: { maxBufferedBytes: 5000, resumeBufferedBytes: 1000 } });
    const [a, b] = [await openDesk(1), await openDesk(2)];
    const [fast, slow] = [connect(server, a), connect(server, b)];
    for (const link of [fast, slow]) {
      link.follow([SHARD]);
      link.start();
      await until(() => isDone(link), 'live');
    }
    server.links[1]?.freeze();
    for (let n = 0; n < 30; n++) {
      await a.commit(create(n));
      await until(() => isDone(fast), 'stored');
    }
    await until(() => server.events.some(({ code }) => code === 4408), 'cut');
    expect(server.events.filter(({ type, code }) => type === 'closed' && code === 4408).length).toBe(1);
    slow.stop();
    slow.start();
    await until(() => isDone(slow) && b.row(29) !== null, 'caught up');
    expect(isDone(fast)).toBe(true);
  });

  it('SYN-GUARD-AUTHOR: a client cannot write in the name of another', async () => {
    const server = await openServer();
    const a = await openDesk(1);
    server.tokens.set(a.user, principal(a, { userId: 'somebody-else' }));
    await a.commit(create(0));
    const link = connect(server, a);
    link.start();
    await until(() => link.status().refusedShards.length === 1, 'refused');
    expect([server.desk.row(0), link.status().pending]).toEqual([null, 1]);
  });

  it('SYN-CON-PIECES: what is too large at once is sent again edit by edit', async () => {
    const server = await openServer({}, { limits: { ...GUARD_LIMITS, maxUpdateBytes: 3000 } });
    const a = await openDesk(1);
    for (let n = 0; n < 30; n++) await a.commit(create(n));
    const link = connect(server, a);
    link.start();
    await until(() => isDone(link), 'all sent');
    expect(server.events.filter(({ type }) => type === 'refused').map(({ rule }) => rule)).toEqual(['SYN-GUARD-SIZE']);
    expect([server.desk.row(29), link.status().refusedShards]).toEqual([a.row(29), []]);
    await a.commit(change(0, { title: 'and on' }));
    await until(() => isDone(link) && server.desk.row(0)?.fields.title === 'and on', 'goes on');
  });

  it('SYN-CON-TOGETHER SYN-CON-OUT: what is written until an ack comes leaves with it, and reaches the others as one', async () => {
    const server = await openServer();
    const [a, b] = [await openDesk(1), await openDesk(2)];
    const [link, other] = [connect(server, a, patient), connect(server, b)];
    for (const each of [link, other]) {
      each.follow([SHARD]);
      each.start();
      await until(() => isDone(each), 'live');
    }
    const updatesOf = (sent: readonly Uint8Array[] = []) =>
      sent.flatMap((bytes) => {
        const frame = decodeFrame(bytes);
        return frame.ok && 'shard' in frame.value && frame.value.shard.type === 'update' ? [frame.value.shard] : [];
      });
    server.desk.journal.hold();
    for (let n = 0; n < 20; n++) await a.commit(n === 0 ? create(0) : change(0, { title: `${n}` }));
    server.desk.journal.release();
    await until(() => isDone(link) && b.row(0)?.fields.title === '19', 'all there');
    const ends = (shards: ReturnType<typeof updatesOf>) => shards.map(({ update }) => spanOf(update)?.end);
    expect(ends(updatesOf(server.links[0]?.client.sent))).toEqual([1, 20]);
    expect(ends(updatesOf(server.links[1]?.server.sent))).toEqual([1, 20]);
    expect([server.desk.row(0), b.row(0)]).toEqual([a.row(0), a.row(0)]);
  });

  it('SYN-CON-TOGETHER SYN-CON-PIECES: one edit that is refused takes none with it that was made before', async () => {
    const server = await openServer();
    const a = await openDesk(1);
    const link = connect(server, a, patient);
    link.follow([SHARD]);
    link.start();
    await until(() => isDone(link), 'live');
    server.desk.journal.hold();
    for (let n = 0; n < 4; n++) await a.commit(create(n));
    a.clock.time += 2 * 3_600_000; // the server refuses the stamps
    await a.commit(create(4));
    server.desk.journal.release();
    await until(() => link.status().refusedShards.length === 1 && link.status().pending === 1, 'four of five taken');
    expect([server.desk.row(3), server.desk.row(4)]).toEqual([a.row(3), null]);
    expect(link.report().refusals.map(({ rule }) => rule)).toEqual(['SYN-GUARD-DRIFT']);
  });

  it('all of it over a real WebSocket', async () => {
    const server = await openServer();
    const http = createServer();
    const sockets = new WebSocketServer({ server: http, path: '/sync' });
    sockets.on('connection', (socket) => serve(server, socket as unknown as SocketLike));
    await new Promise<void>((resume) => http.listen(0, '127.0.0.1', resume));
    stops.push(async () => {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      await new Promise((resume) => http.close(resume));
    });
    const url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}/sync`;
    const [a, b] = [await openDesk(1), await openDesk(2)];
    const open = (address: string) => new WebSocket(address) as unknown as SocketLike;
    await a.commit(create(0), create(1));
    const links = [a, b].map((desk) => connect(server, desk, { url, openSocket: open }));
    for (const link of links) {
      link.follow([SHARD]);
      link.start();
    }
    await until(() => links.every(isDone) && b.row(1) !== null, 'first sync');
    await b.commit(change(1, { title: 'over the wire' }));
    await until(() => a.row(1)?.fields.title === 'over the wire', 'fan-out');
    expect(a.row(1)).toEqual(b.row(1));
    for (const socket of sockets.clients) socket.terminate();
    await b.commit(change(1, { minutes: 60 }));
    await until(() => links.every(isDone) && a.row(1)?.fields.minutes === 60, 'after a cut');
  });
});
