/**
 * `/sync`, and for y-websocket clients `/y/<shard>?ticket=…`: from an HTTP upgrade to a served peer. What is said on the socket is the sync package's business; here stand
 * who may connect, how many, how fast, and when sockets end.
 *
 *  SRV-ORIGIN  pages of other sites cannot connect
 *  SRV-REVOKE  when a session ends (sign-out, new password, account disabled, device revoked), its sockets close with
 *              4401 at once; nothing that arrives after that is taken, whether or not the client says goodbye
 *  SRV-GONE    a socket that was closed is gone within `GOODBYE_MS`, with all that is buffered for it
 *  SRV-SIZE    frames beyond the limit, and messages in more fragments than anybody needs, end the socket
 *  SRV-MOVE    clients of a tenant that another process serves are told where, before anything of theirs is judged here;
 *              y-websocket clients, which have no word for that, are carried there
 *  SRV-STOP    stopping closes every socket with 1001 and waits for it
 */
import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  type Clock,
  fail,
  ok,
  type Problem,
  problem,
  type Result,
  type ShardId,
  toProblemDetails,
} from '@fieldfare/kernel';
import {
  type Authenticated,
  CLOSE,
  type Peer,
  type PeerEvent,
  type Receipts,
  type Rooms,
  servePeer,
  yWebsocketPeer,
} from '@fieldfare/sync';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import type { Accounts } from './accounts/index.ts';
import { CARRIED, carryUpgrade } from './cluster/carry.ts';
import { socketMove } from './cluster/placement.ts';
import { PROBLEM_TYPE } from './http/problems.ts';
import type { OriginCheck } from './http/security.ts';
import type { LiveSessions } from './live-sessions.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { createMeters, type Meter, type SocketLimits } from './socket-limits.ts';
import type { Tenants } from './tenants.ts';
import { WireSocket } from './wire-socket.ts';

const PATH = '/sync';
/** y-websocket clients: the shard follows, a single-use ticket stands in the query. */
const Y_WEBSOCKET_PATH = '/y/';
/** How long a socket may take to say goodbye. */
const GOODBYE_MS = 1_000;
/** Pieces of one message, and network chunks that wait to be one. Our own clients send every message whole. */
const MAX_FRAGMENTS = 1_024;
const MAX_CHUNKS = 16_384;
/**
 * A socket is served this long for one token; then the client comes back with a fresh one. Longer than the token itself
 * lives, because ending a session closes its sockets at once anyway.
 */
const SERVED_MS = 3_600_000;

export interface Sockets {
  close(): Promise<void>;
}

interface Served {
  readonly peer: Peer;
  /** Null: has not said yet. */
  userId: string | null;
}

export function openSockets(options: {
  readonly server: Server;
  readonly accounts: Pick<Accounts, 'sessions' | 'tickets'>;
  readonly tenants: Tenants;
  readonly live: LiveSessions;
  readonly origin: OriginCheck;
  readonly limits: SocketLimits;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}): Sockets {
  const { server, accounts, tenants, live, origin, limits, clock, log, metrics } = options;
  const { sessions, tickets } = accounts;
  const wsOptions: ServerOptions & { readonly closeTimeout: number } = {
    noServer: true,
    clientTracking: true,
    maxPayload: limits.peer.maxFrameBytes,
    maxFragments: MAX_FRAGMENTS,
    maxBufferedChunks: MAX_CHUNKS,
    closeTimeout: GOODBYE_MS, // not in the type definitions yet
    perMessageDeflate: false,
  };
  const wss = new WebSocketServer(wsOptions);
  const meters = createMeters(limits, clock);
  const served = new Map<WebSocket, Served>();
  const socketsOf = new Map<string, number>();
  let strangers = 0;
  const carried = new Set<Duplex>();
  let stopping = false;

  metrics.watchSockets(() => ({ known: served.size - strangers, strangers }));

  function note(event: PeerEvent): void {
    metrics.peerEvent(event);
    if (event.type === 'stored') return; // one line an edit says nothing that counters do not say better
    const { type, ...fields } = event;
    if (type === 'refused') log.warn('sync refused', fields);
    else log.info(`sync ${type}`, fields);
  }

  /** SRV-RATE: a sender in debt is not read until it is paid. */
  function meter(socket: WebSocket, account: () => Meter | null): void {
    const own = meters.connection();
    let paused: NodeJS.Timeout | undefined;
    const take = (frames: number, bytes: number): number =>
      Math.max(own(frames, bytes), account()?.(frames, bytes) ?? 0);
    /** What the network had delivered already is still heard, and adds to the debt. */
    const pause = (wait: number): void => {
      socket.pause();
      paused = setTimeout(() => {
        const left = take(0, 0);
        if (left > 0) return pause(left);
        paused = undefined;
        socket.resume();
      }, wait);
    };
    const count = (bytes: number): void => {
      const wait = take(1, bytes);
      if (wait === 0 || paused !== undefined) return;
      metrics.paused();
      pause(wait);
    };
    socket.on('message', (data) => count((data as ArrayBuffer | Buffer).byteLength));
    // Every ping makes us buffer a pong.
    socket.on('ping', () => {
      count(0);
      if (socket.bufferedAmount > limits.peer.maxBufferedBytes) socket.terminate();
    });
    socket.on('close', () => clearTimeout(paused));
  }

  function admit(socket: WebSocket, userId: string): boolean {
    const entry = served.get(socket);
    const before = socketsOf.get(userId) ?? 0;
    if (!entry || before >= limits.maxSocketsOfUser) return false;
    socketsOf.set(userId, before + 1);
    strangers -= 1;
    entry.userId = userId;
    return true;
  }

  function dismiss({ userId }: Served): void {
    if (userId === null) {
      strangers -= 1;
      return;
    }
    const left = (socketsOf.get(userId) ?? 1) - 1;
    if (left === 0) socketsOf.delete(userId);
    else socketsOf.set(userId, left);
  }

  /** `wanted`: what a y-websocket client named in its address. */
  function serve(socket: WebSocket, wire: Duplex, wanted: Parameters<typeof yWebsocketPeer>[1] | null): void {
    let forget = (): void => undefined;
    let stay = (): void => undefined;
    let account: Meter | null = null;
    let rooms: Rooms | null = null;
    let receipts: Receipts | null = null;
    socket.on('close', () => {
      forget();
      stay();
      const entry = served.get(socket);
      if (entry) dismiss(entry);
      served.delete(socket);
    });

    async function authenticate(token: string): Promise<Result<Authenticated>> {
      const ofTicket = tickets.tenantOf(token);
      const place = ofTicket === null ? null : tenants.find(ofTicket);
      if (place !== null && place.at !== 'here') return fail(socketMove(place));
      const caller = tickets.isTicket(token) ? tickets.redeem(token) : await sessions.authenticate(token);
      if (!caller.ok) return caller;
      const { principal, sessionId } = caller.value;
      forget = live.add(sessionId, () => hangUp(socket, CLOSE.unauthenticated, 'signed out'));
      const still = sessions.current(sessionId); // it may have ended while the token was verified
      if (!still.ok) return still;
      if (!admit(socket, principal.userId)) {
        return fail(problem('busy', 'too many connections of one person', { rule: 'SRV-SOCKETS' }));
      }
      account = meters.account(principal.userId, principal.tenantId);
      return ok({ ...principal, expiresAt: clock.now() + SERVED_MS });
    }

    meter(socket, () => account);
    const link = new WireSocket(socket, wire);
    const peer = servePeer({
      socket: wanted ? yWebsocketPeer(link, wanted) : link,
      authenticate,
      async openTenant(tenantId) {
        const tenant = await tenants.open(tenantId);
        if (!tenant.ok) return tenant;
        ({ rooms, receipts } = tenant.value);
        stay();
        stay = tenant.value.onLeave(({ params }) => {
          peer.move(String(params?.url ?? ''));
          socket.resume();
        });
        return ok(tenant.value.replica);
      },
      rooms: () => rooms,
      receipts: () => receipts,
      limits: limits.peer,
      clock,
      setTimer(run, ms) {
        const timer = setTimeout(run, ms);
        return () => clearTimeout(timer);
      },
      onEvent: note,
    });
    strangers += 1;
    served.set(socket, { peer, userId: null });
  }

  /** Closes in good order; `closeTimeout` cuts the socket when the other side does not answer. */
  function hangUp(socket: WebSocket, code: number, reason: string): void {
    served.get(socket)?.peer.close(code, reason);
    socket.resume(); // a paused sender would not be heard saying goodbye
  }

  const tooMany = (): boolean =>
    stopping || served.size + carried.size >= limits.maxSockets || strangers >= limits.maxStrangers;

  /** Whether another process serves the tenant of this ticket. */
  function carryOn(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    ticket: string,
    refuse: (what: Problem) => void,
  ): boolean {
    const tenantId = tickets.tenantOf(ticket);
    const place = tenantId === null ? null : tenants.find(tenantId);
    if (place === null || place.at === 'here') return false;
    const failed = (): void =>
      refuse(problem('offline', 'this organisation is changing servers; try again', { rule: 'SRV-ERRAND' }));
    if (place.at === 'nowhere' || request.headers[CARRIED] !== undefined) failed();
    else {
      carried.add(socket);
      socket.once('close', () => carried.delete(socket));
      carryUpgrade(request, socket, head, place.url, failed);
    }
    return true;
  }

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const wanted = askedOf(request.url ?? '');
    const refuse = (what: Problem): void => {
      metrics.turnedAway(what.rule ?? what.code);
      answer(socket, what);
    };
    if (wanted === undefined) refuse(problem('not-found', 'there is nothing at this address', { rule: 'HTTP-PATH' }));
    else if (origin(request.headers) === 'refused') {
      refuse(problem('forbidden', 'pages of other sites may not connect', { rule: 'SRV-ORIGIN' }));
    } else if (tooMany()) {
      refuse(problem('offline', 'the server takes no more connections', { rule: 'SRV-SOCKETS' }));
    } else if (wanted === null || !carryOn(request, socket, head, wanted.accessToken, refuse)) {
      wss.handleUpgrade(request, socket, head, (upgraded) => serve(upgraded, socket, wanted));
    }
  }
  server.on('upgrade', upgrade);

  return {
    async close() {
      stopping = true;
      const closing = [...served.keys()].map(
        (socket) => new Promise<void>((resolve) => socket.once('close', () => resolve())),
      );
      for (const socket of carried) socket.destroy();
      for (const socket of served.keys()) hangUp(socket, 1001, 'the server is stopping');
      await Promise.all(closing);
      wss.close();
    },
  };
}

/** The shard a y-websocket client asks for and its ticket; null for our own protocol, undefined for other addresses. */
function askedOf(url: string): { readonly shard: ShardId; readonly accessToken: string } | null | undefined {
  const [path = '', query] = url.split('?', 2);
  if (path === PATH) return null;
  if (!path.startsWith(Y_WEBSOCKET_PATH)) return undefined;
  return {
    shard: path.slice(Y_WEBSOCKET_PATH.length),
    accessToken: new URLSearchParams(query).get('ticket') ?? '',
  };
}

/** An answer to an upgrade that was not granted, as problem details. */
function answer(socket: Duplex, what: Problem): void {
  const details = toProblemDetails([what]);
  const body = JSON.stringify(details);
  const head = [
    `HTTP/1.1 ${details.status} ${STATUS_CODES[details.status] ?? ''}`,
    `content-type: ${PROBLEM_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
