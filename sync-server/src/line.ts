/**
 * One served socket: whom it is authenticated as, how fast it may send, and its peer. A class without closures or timers of its
 * own, for thousands of them are idle at a time.
 */
import type { Duplex } from 'node:stream';
import { type Clock, fail, ok, problem, type Result, type ShardId } from '@fieldfare/kernel';
import {
  type Authenticated,
  CLOSE,
  type Peer,
  type PeerEvent,
  type PeerLimits,
  type PeerOptions,
  type Receipts,
  type Replica,
  type Rooms,
  type SocketLike,
  servePeer,
  yWebsocketPeer,
} from '@fieldfare/sync';
import type { WebSocket } from 'ws';
import type { Accounts } from './accounts/index.ts';
import { socketMove } from './cluster/placement.ts';
import type { LiveSessions } from './live-sessions.ts';
import type { Metrics } from './metrics.ts';
import type { Meter, Meters, SocketLimits } from './socket-limits.ts';
import type { Tenant, Tenants } from './tenants.ts';
import { WireSocket } from './wire-socket.ts';

/**
 * A socket is served this long for one token; then the client comes back with a fresh one. Longer than the token itself
 * lives, because ending a session closes its sockets at once anyway.
 */
const SERVED_MS = 3_600_000;

/** What a y-websocket client named in its address; null for our own protocol. */
export type Wanted = { readonly shard: ShardId; readonly accessToken: string } | null;

/** What all lines have in common. */
export interface House {
  readonly accounts: Pick<Accounts, 'sessions' | 'tickets'>;
  readonly tenants: Tenants;
  readonly live: LiveSessions;
  readonly limits: SocketLimits;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'paused'>;
  readonly meters: Meters;
  readonly note: (event: PeerEvent) => void;
  /** Counts it as this user's; false: that would be too many. */
  readonly admit: (line: Line, userId: string) => boolean;
  readonly hangUp: (socket: WebSocket, code: number, reason: string) => void;
}

const nothing = (): void => undefined;

export class Line implements PeerOptions {
  readonly web: WebSocket;
  /** As the peer sees it. */
  readonly socket: SocketLike;
  /** Null: has not said yet. */
  userId: string | null = null;
  readonly #house: House;
  readonly #wire: WireSocket;
  readonly #own: Meter;
  readonly #peer: Peer;
  #account: Meter | null = null;
  #tenant: Tenant | null = null;
  #paused: NodeJS.Timeout | null = null;
  #gone = false;
  #forgetSession = nothing;
  #forgetTenant = nothing;

  constructor(house: House, web: WebSocket, wire: Duplex, wanted: Wanted) {
    this.#house = house;
    this.web = web;
    this.#wire = new WireSocket(web, wire);
    this.#own = house.meters.connection();
    this.socket = wanted === null ? this.#wire : yWebsocketPeer(this.#wire, wanted);
    this.#peer = servePeer(this);
  }

  // ---- what the network says ----------------------------------------------------------------------------------------

  heard(data: Buffer, isBinary: boolean): void {
    this.#count(data.byteLength);
    this.#wire.heard(data, isBinary);
  }

  /** Every ping makes us buffer a pong. */
  pinged(): void {
    this.#count(0);
    if (this.web.bufferedAmount > this.limits.maxBufferedBytes) this.web.terminate();
  }

  ended(code: number, reason: Buffer): void {
    this.#gone = true;
    clearTimeout(this.#paused ?? undefined);
    this.#forgetSession();
    this.#forgetTenant();
    this.#wire.onclose?.({ code, reason: reason.toString() });
  }

  close(code: number, reason: string): void {
    this.#peer.close(code, reason);
  }

  // ---- SRV-RATE: a sender in debt is not read until it is paid ------------------------------------------------------

  #take(frames: number, bytes: number): number {
    return Math.max(this.#own.take(frames, bytes), this.#account?.take(frames, bytes) ?? 0);
  }

  #count(bytes: number): void {
    const wait = this.#take(1, bytes);
    if (wait === 0 || this.#paused !== null) return;
    this.#house.metrics.paused();
    this.#pause(wait);
  }

  /** What the network had delivered already is still heard, and adds to the debt. */
  #pause(wait: number): void {
    this.web.pause();
    this.#paused = setTimeout(() => {
      this.#paused = null;
      const left = this.#take(0, 0);
      if (left > 0) this.#pause(left);
      else this.web.resume();
    }, wait);
  }

  // ---- what the peer asks ---------------------------------------------------------------------------------------------

  get clock(): Clock {
    return this.#house.clock;
  }

  get limits(): PeerLimits {
    return this.#house.limits.peer;
  }

  async authenticate(token: string): Promise<Result<Authenticated>> {
    const { accounts, tenants, live, meters, clock, admit, hangUp } = this.#house;
    const { sessions, tickets } = accounts;
    const ofTicket = tickets.tenantOf(token);
    const place = ofTicket === null ? null : tenants.find(ofTicket);
    if (place !== null && place.at !== 'here') return fail(socketMove(place));
    const caller = tickets.isTicket(token) ? tickets.redeem(token) : await sessions.authenticate(token);
    if (!caller.ok) return caller;
    const { principal, sessionId } = caller.value;
    this.#forgetSession = live.add(sessionId, () => hangUp(this.web, CLOSE.unauthenticated, 'signed out'));
    if (this.#gone) this.#forgetSession();
    const still = sessions.current(sessionId); // it may have ended while the token was verified
    if (!still.ok) return still;
    if (!admit(this, principal.userId)) {
      return fail(problem('busy', 'too many connections of one person', { rule: 'SRV-SOCKETS' }));
    }
    this.#account = meters.account(principal.userId, principal.tenantId);
    return ok({ ...principal, expiresAt: clock.now() + SERVED_MS });
  }

  async openTenant(tenantId: string): Promise<Result<Replica>> {
    const opened = await this.#house.tenants.open(tenantId);
    if (!opened.ok) return opened;
    this.#tenant = opened.value;
    this.#forgetTenant();
    this.#forgetTenant = opened.value.onLeave(({ params }) => {
      this.#peer.move(String(params?.url ?? ''));
      this.web.resume();
    });
    if (this.#gone) this.#forgetTenant();
    return ok(opened.value.replica);
  }

  rooms(): Rooms | null {
    return this.#tenant?.rooms ?? null;
  }

  receipts(): Receipts | null {
    return this.#tenant?.receipts ?? null;
  }

  setTimer(run: () => void, ms: number): () => void {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  }

  onEvent(event: PeerEvent): void {
    this.#house.note(event);
  }
}
