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
import { type Clock, type Problem, problem, toProblemDetails } from '@fieldfare/kernel';
import type { PeerEvent } from '@fieldfare/sync';
import { type RawData, type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import type { Accounts } from './accounts/index.ts';
import { CARRIED, carryUpgrade } from './cluster/carry.ts';
import { PROBLEM_TYPE } from './http/problems.ts';
import type { OriginCheck } from './http/security.ts';
import { type House, Line, type Wanted } from './line.ts';
import type { LiveSessions } from './live-sessions.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { createMeters, type SocketLimits } from './socket-limits.ts';
import type { Tenants } from './tenants.ts';

const PATH = '/sync';
/** y-websocket clients: the shard follows, a single-use ticket stands in the query. */
const Y_WEBSOCKET_PATH = '/y/';
/** How long a socket may take to say goodbye. */
const GOODBYE_MS = 1_000;
/** Pieces of one message, and network chunks that wait to be one. Our own clients send every message whole. */
const MAX_FRAGMENTS = 1_024;
const MAX_CHUNKS = 16_384;
export interface Sockets {
  close(): Promise<void>;
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
  const { tickets } = accounts;
  const wsOptions: ServerOptions & { readonly closeTimeout: number } = {
    noServer: true,
    clientTracking: false, // `served` does
    maxPayload: limits.peer.maxFrameBytes,
    maxFragments: MAX_FRAGMENTS,
    maxBufferedChunks: MAX_CHUNKS,
    closeTimeout: GOODBYE_MS, // not in the type definitions yet
    perMessageDeflate: false,
  };
  const wss = new WebSocketServer(wsOptions);
  const meters = createMeters(limits, clock);
  const served = new Map<WebSocket, Line>();
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

  function admit(line: Line, userId: string): boolean {
    const before = socketsOf.get(userId) ?? 0;
    if (!served.has(line.web) || before >= limits.maxSocketsOfUser) return false;
    socketsOf.set(userId, before + 1);
    strangers -= 1;
    line.userId = userId;
    return true;
  }

  function dismiss(line: Line): void {
    served.delete(line.web);
    const { userId } = line;
    if (userId === null) {
      strangers -= 1;
      return;
    }
    const left = (socketsOf.get(userId) ?? 1) - 1;
    if (left === 0) socketsOf.delete(userId);
    else socketsOf.set(userId, left);
  }

  const house: House = { accounts, tenants, live, limits, clock, metrics, meters, note, admit, hangUp };

  // Listeners are shared by all sockets: idle ones are many.
  const listeners = {
    message(this: WebSocket, data: RawData, isBinary: boolean): void {
      served.get(this)?.heard(data as Buffer, isBinary);
    },
    ping(this: WebSocket): void {
      served.get(this)?.pinged();
    },
    error: (): void => undefined, // a close follows
    close(this: WebSocket, code: number, reason: Buffer): void {
      const line = served.get(this);
      if (!line) return;
      dismiss(line);
      line.ended(code, reason);
    },
  };

  /** `wanted`: what a y-websocket client named in its address. */
  function serve(socket: WebSocket, wire: Duplex, wanted: Wanted): void {
    strangers += 1;
    served.set(socket, new Line(house, socket, wire, wanted));
    socket.on('message', listeners.message);
    socket.on('ping', listeners.ping);
    socket.on('error', listeners.error);
    socket.on('close', listeners.close);
  }

  /** Closes in good order; `closeTimeout` cuts the socket when the other side does not answer. */
  function hangUp(socket: WebSocket, code: number, reason: string): void {
    served.get(socket)?.close(code, reason);
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
    socket.on('error', destroyed);
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

function destroyed(this: Duplex): void {
  this.destroy();
}

/** The shard a y-websocket client asks for and its ticket; null for our own protocol, undefined for other addresses. */
function askedOf(url: string): Wanted | undefined {
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
