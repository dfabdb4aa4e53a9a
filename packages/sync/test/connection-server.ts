/** A server and laptops of one organisation over sockets in memory, for tests of connections; all ends with the test. */
import { createHmac } from 'node:crypto';
import { fail, ok, type Principal, problem, type Result, seededRandom, unwrap } from '@fieldfare/kernel';
import { afterEach } from 'vitest';
import { createConnection } from '../src/connection/connection.ts';
import { HOLD_MS } from '../src/connection/outlet.ts';
import { decodeFrame, encodeControl, PROTOCOL_VERSION } from '../src/protocol/messages.ts';
import { type Peer, servePeer } from '../src/protocol/peer.ts';
import type { Authenticated, PeerEvent, PeerOptions } from '../src/protocol/peer-options.ts';
import type { Connection, ConnectionOptions, SocketLike } from '../src/types.ts';
import { type Desk, openDesk, REGION } from './fixtures.ts';
import { connectMemorySockets, type MemoryLink, until } from './memory-sockets.ts';

export const stops: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** Real timers, `pace` times as fast; cancelled when the test ends. */
export const timers =
  (pace = 1) =>
  (run: () => void, ms: number) => {
    const timer = setTimeout(run, ms / pace);
    const cancel = () => clearTimeout(timer);
    stops.push(cancel);
    return cancel;
  };

export const principal = (desk: Desk, over: Partial<Authenticated> = {}): Authenticated => ({
  tenantId: 'tenant',
  userId: desk.user,
  deviceId: `device of ${desk.user}`,
  name: desk.user,
  roles: [{ role: 'coordinator', regionIds: [REGION] }],
  ...over,
});

export interface Server {
  readonly desk: Desk;
  readonly links: MemoryLink[];
  readonly peers: Peer[];
  readonly events: PeerEvent[];
  /** Token → who it speaks for. */
  readonly tokens: Map<string, Authenticated>;
  up: boolean;
  open(url: string): SocketLike;
}

export async function openServer(
  options: Partial<PeerOptions> = {},
  deskOptions: Parameters<typeof openDesk>[1] = {},
): Promise<Server> {
  const desk = await openDesk(99, { ...deskOptions, authority: true });
  const server: Server = {
    desk,
    links: [],
    peers: [],
    events: [],
    tokens: new Map(),
    up: true,
    open() {
      const link = connectMemorySockets();
      if (!server.up) {
        setImmediate(link.cut);
        return link.client;
      }
      server.links.push(link);
      server.peers.push(serve(server, link.server, options));
      return link.client;
    },
  };
  return server;
}

export const serve = (server: Server, socket: SocketLike, options: Partial<PeerOptions> = {}): Peer =>
  servePeer({
    socket,
    authenticate: async (token): Promise<Result<Principal>> => {
      const who = server.tokens.get(token);
      return who === undefined ? fail(problem('unauthenticated', 'no such token')) : ok(who);
    },
    openTenant: async () => ok(server.desk.replica),
    clock: server.desk.clock,
    setTimer: timers(),
    onEvent: (event) => server.events.push(event),
    ...options,
  });

export function connect(server: Server, desk: Desk, options: Partial<ConnectionOptions> = {}): Connection {
  server.tokens.set(desk.user, server.tokens.get(desk.user) ?? principal(desk));
  const connection = createConnection({
    replica: desk.replica,
    url: 'memory',
    openSocket: server.open,
    accessToken: async () => ok(desk.user),
    clock: desk.clock,
    random: seededRandom(1),
    setTimer: timers(50),
    ...options,
  });
  stops.push(() => connection.stop());
  return connection;
}

/** A socket that has been welcomed, and everything that it hears. */
export async function sayHello(
  server: Server,
  accessToken: string,
): Promise<{ readonly socket: SocketLike; readonly heard: unknown[] }> {
  const socket = server.open('');
  const heard: unknown[] = [];
  socket.onmessage = ({ data }) => heard.push(unwrap(decodeFrame(data)));
  socket.send(encodeControl({ type: 'hello', protocolVersion: PROTOCOL_VERSION, accessToken, deviceId: '' }));
  await until(() => heard.length === 1, 'welcome');
  return { socket, heard };
}

/** What waits for an ack leaves with it, however long that takes. */
export const patient: Partial<ConnectionOptions> = {
  setTimer: (run, ms) => (ms === HOLD_MS ? () => undefined : timers(50)(run, ms)),
};

export const seal = (shard: string, update: Uint8Array): Uint8Array =>
  createHmac('sha256', 'key').update(shard).update(update).digest().subarray(0, 16);
export const receipts = () => ({
  seal,
  holds: (shard: string, update: Uint8Array, given: Uint8Array) => Buffer.compare(seal(shard, update), given) === 0,
});

export const isDone = (connection: Connection): boolean =>
  connection.status().state === 'live' && connection.status().pending === 0;
