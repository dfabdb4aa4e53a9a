/**
 * `/sync`: from an HTTP upgrade to a served peer. What is said on the socket is the sync package's business; here stand
 * who may connect, how many, and when sockets end.
 *
 *  SRV-ORIGIN  pages of other sites cannot connect
 *  AUTH-REVOKE when a session ends, its sockets close with 4401
 *  SRV-STOP    stopping closes every socket with 1001 and waits for it
 */
import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Clock, ok, type Problem, problem, toProblemDetails } from '@fieldfare/kernel';
import { CLOSE, PEER_LIMITS, type Peer, type PeerEvent, type SocketLike, servePeer } from '@fieldfare/sync';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Sessions } from './accounts/sessions.ts';
import { PROBLEM_TYPE } from './http/problems.ts';
import type { OriginCheck } from './http/security.ts';
import type { LiveSessions } from './live-sessions.ts';
import type { Log } from './log.ts';
import type { Tenants } from './tenants.ts';

const PATH = '/sync';
const MAX_SOCKETS = 10_000;
/** How long a socket may take to say goodbye. */
const GOODBYE_MS = 1_000;
/**
 * A socket is served this long for one token; then the client comes back with a fresh one. Longer than the token itself
 * lives, because ending a session closes its sockets at once anyway.
 */
const SERVED_MS = 3_600_000;

export interface Sockets {
  close(): Promise<void>;
}

export function openSockets(options: {
  readonly server: Server;
  readonly sessions: Sessions;
  readonly tenants: Tenants;
  readonly live: LiveSessions;
  readonly origin: OriginCheck;
  readonly clock: Clock;
  readonly log: Log;
}): Sockets {
  const { server, sessions, tenants, live, origin, clock, log } = options;
  const wss = new WebSocketServer({
    noServer: true,
    clientTracking: true,
    maxPayload: PEER_LIMITS.maxFrameBytes,
    perMessageDeflate: false,
  });
  const peers = new Map<WebSocket, Peer>();
  let stopping = false;

  function note({ type, ...fields }: PeerEvent): void {
    if (type === 'stored') return; // one line an edit says nothing that counters do not say better
    if (type === 'refused') log.warn('sync refused', fields);
    else log.info(`sync ${type}`, fields);
  }

  function serve(socket: WebSocket): void {
    let forget = (): void => undefined;
    socket.on('close', () => {
      forget();
      peers.delete(socket);
    });
    const peer = servePeer({
      socket: socket as unknown as SocketLike,
      async authenticate(token) {
        const caller = await sessions.authenticate(token);
        if (!caller.ok) return caller;
        forget = live.add(caller.value.sessionId, () => hangUp(socket, CLOSE.unauthenticated, 'signed out'));
        return ok({ ...caller.value.principal, expiresAt: clock.now() + SERVED_MS });
      },
      async openTenant(tenantId) {
        const tenant = await tenants.open(tenantId);
        return tenant.ok ? ok(tenant.value.replica) : tenant;
      },
      clock,
      setTimer(run, ms) {
        const timer = setTimeout(run, ms);
        return () => clearTimeout(timer);
      },
      onEvent: note,
    });
    peers.set(socket, peer);
  }

  /** Closes in good order, and cuts the socket when the other side does not answer. */
  function hangUp(socket: WebSocket, code: number, reason: string): void {
    peers.get(socket)?.close(code, reason);
    setTimeout(() => socket.terminate(), GOODBYE_MS).unref();
  }

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const [path] = (request.url ?? '').split('?');
    if (path !== PATH) refuse(socket, problem('not-found', 'there is nothing at this address', { rule: 'HTTP-PATH' }));
    else if (origin(request.headers) === 'refused') {
      refuse(socket, problem('forbidden', 'pages of other sites may not connect', { rule: 'SRV-ORIGIN' }));
    } else if (stopping || peers.size >= MAX_SOCKETS) {
      refuse(socket, problem('offline', 'the server takes no more connections', { rule: 'SRV-SOCKETS' }));
    } else wss.handleUpgrade(request, socket, head, serve);
  }
  server.on('upgrade', upgrade);

  return {
    async close() {
      stopping = true;
      const closing = [...peers.keys()].map(
        (socket) => new Promise<void>((resolve) => socket.once('close', () => resolve())),
      );
      for (const socket of peers.keys()) hangUp(socket, 1001, 'the server is stopping');
      await Promise.all(closing);
      wss.close();
    },
  };
}

/** An answer to an upgrade that was not granted, as problem details. */
function refuse(socket: Duplex, what: Problem): void {
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
