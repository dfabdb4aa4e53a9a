/**
 * The server's side of one socket. A peer knows one replica, its tenant's: whatever a client writes, it cannot name
 * another tenant's data. What is said about a shard that the client has open is served-shard.ts's.
 *
 *  SYN-PEER-FIRST     `welcome` within `preAuthMs` of the connection, whatever trickles in meanwhile, or the socket closes;
 *                     before it nothing is loaded
 *  SYN-PEER-ACCESS    access is judged before a shard is loaded
 *  SYN-PEER-SLOW      a client that lets more than `maxBufferedBytes` pile up is cut (4408) and catches up later
 *  SYN-PEER-EXPIRY    the socket closes (4401) when its token expires
 *  SYN-PEER-TENANT    a principal meets only its own tenant's replica
 *  SYN-PEER-MOVED     an organisation that another process serves is not loaded here: its clients are told where it is and
 *                     sent there (4421), also when it moves while they are connected
 */
import {
  fail,
  type IsoWeek,
  isSealed,
  ok,
  type Principal,
  type Problem,
  parseShard,
  problem,
  type Result,
  SEAL_GRACE_WEEKS,
  type ShardAccess,
  type ShardId,
  type ShardRef,
  shardAccess,
} from '@fieldfare/kernel';
import {
  bytesOf,
  CLOSE,
  type ControlMessage,
  decodeFrame,
  encodeControl,
  PROTOCOL_VERSION,
  type ShardMessage,
} from './messages.ts';
import { PEER_LIMITS, type PeerEvent, type PeerLimits, type PeerOptions } from './peer-options.ts';
import { type Host, type Served, ServedShard } from './served-shard.ts';

export interface Peer {
  /** Sends the client to another process; an empty address: back to the one it knows. */
  move(url: string): void;
  close(code: number, reason: string): void;
}

/** What `authenticate` and `openTenant` say of an organisation that another process serves, at this `/sync` address. */
export const movedTo = (url: string): Problem =>
  problem('offline', 'another server looks after this organisation', { rule: 'SYN-PEER-MOVED', params: { url } });

const isMoved = ({ rule }: Problem): boolean => rule === 'SYN-PEER-MOVED';

/** Standard close codes. */
const TOO_LARGE = 1009;
const INTERNAL = 1011;

const ignored = (): void => undefined;

/** One object for all peers with the same limits. */
const limitsKnown = new WeakMap<object, PeerLimits>();

function limitsOf(given: Partial<PeerLimits> | undefined): PeerLimits {
  if (given === undefined) return PEER_LIMITS;
  const limits = limitsKnown.get(given) ?? { ...PEER_LIMITS, ...given };
  limitsKnown.set(given, limits);
  return limits;
}

/**
 * A class, for a server has thousands of them that are idle: what all peers do alike is on the prototype, and what an idle
 * one does not need is made when it does.
 */
class ServedPeer implements Peer, Host {
  readonly options: PeerOptions;
  readonly limits: PeerLimits;
  inFlight = 0;
  #channels: Map<number, ServedShard> | null = null;
  #stage: 'new' | 'authenticating' | 'up' | 'closed' = 'new';
  /** Null: it has not been welcomed. */
  #served: Served | null = null;
  /** Bytes of state answers that may be buffered on top of the cap: one large shard must not look like a slow client. */
  #allowance = 0;
  #heardAt: number;
  #expiresAt = Number.POSITIVE_INFINITY;
  #answers: Promise<void> | null = null;
  /** Ends what it waits for: first the hello, then the next look at silence and expiry. */
  #cancelTimer: () => void;

  constructor(options: PeerOptions) {
    this.options = options;
    this.limits = limitsOf(options.limits);
    this.#heardAt = options.clock.now();
    // Not 4401: a device or a server that was busy for seconds has not been turned down.
    this.#cancelTimer = options.setTimer(() => this.close(CLOSE.silent, 'too late'), this.limits.preAuthMs);
    const { socket } = options;
    socket.binaryType = 'arraybuffer';
    socket.onmessage = ({ data }) => {
      if (this.#stage !== 'closed') this.#hear(data);
    };
    socket.onerror = ignored; // a close follows
    socket.onclose = ({ code }) => this.#end(code);
  }

  move(url: string): void {
    this.#move(movedTo(url));
  }

  close(code: number, reason: string): void {
    if (this.#stage === 'closed') return;
    this.#end(code);
    this.options.socket.close(code, reason);
  }

  tell(event: PeerEvent): void {
    const who = this.#served?.principal ?? null;
    this.options.onEvent?.(
      who === null ? event : { tenantId: who.tenantId, userId: who.userId, deviceId: who.deviceId, ...event },
    );
  }

  #end(code: number): void {
    if (this.#stage === 'closed') return;
    this.#stage = 'closed';
    this.#cancelTimer();
    for (const open of this.#channels?.values() ?? []) open.leave();
    this.#channels = null;
    this.tell({ type: 'closed', code });
  }

  #move({ params }: Problem): void {
    this.control({ type: 'moved', url: String(params?.url ?? '') });
    this.close(CLOSE.moved, 'moved');
  }

  // ---- sending ----------------------------------------------------------------------------------------------------

  send(bytes: Uint8Array): void {
    if (this.#stage === 'closed') return;
    const { socket } = this.options;
    const buffered = socket.bufferedAmount;
    if (buffered < this.limits.resumeBufferedBytes) this.#allowance = 0;
    if (buffered > this.limits.maxBufferedBytes + this.#allowance) {
      this.close(CLOSE.tooSlow, 'reads too slowly');
      return;
    }
    socket.send(bytes);
  }

  control(message: ControlMessage): void {
    this.send(encodeControl(message));
  }

  refuse(channel: number, what: Problem, shard?: ShardId): void {
    this.tell({ type: 'refused', ...(shard === undefined ? {} : { shard }), rule: what.rule ?? what.code });
    this.control({ type: 'refused', channel, problem: what });
  }

  // ---- control ----------------------------------------------------------------------------------------------------

  async #greet(message: ControlMessage & { readonly type: 'hello' }): Promise<void> {
    const options = this.options;
    this.#stage = 'authenticating';
    if (message.protocolVersion !== PROTOCOL_VERSION) {
      this.refuse(
        0,
        problem('unsupported', 'this version cannot synchronise with the server', { rule: 'SYN-WIRE-VERSION' }),
      );
      this.close(CLOSE.version, 'version');
      return;
    }
    const who = await options.authenticate(message.accessToken);
    if (this.isClosed()) return;
    if (!who.ok) {
      const [first] = who.problems;
      const { code } = first;
      if (isMoved(first)) {
        this.#move(first);
        return;
      }
      const why =
        code === 'unauthenticated' ? CLOSE.unauthenticated : code === 'forbidden' ? CLOSE.forbidden : INTERNAL;
      this.close(why, code);
      return;
    }
    const { expiresAt, deviceId, tenantId } = who.value;
    if (message.deviceId !== '' && message.deviceId !== deviceId) {
      this.close(CLOSE.unauthenticated, 'another device');
      return;
    }
    const opened = await options.openTenant(tenantId);
    if (this.isClosed()) return;
    if (!opened.ok) {
      const [first] = opened.problems;
      if (isMoved(first)) this.#move(first);
      else this.close(CLOSE.storage, 'not available');
      return;
    }
    if (opened.value.tenantId !== tenantId) {
      this.close(CLOSE.forbidden, 'another organisation');
      return;
    }
    this.#served = { principal: who.value, replica: opened.value, receipts: options.receipts?.() ?? null };
    this.#stage = 'up';
    this.#expiresAt = expiresAt ?? Number.POSITIVE_INFINITY;
    this.#watch();
    this.control({
      type: 'welcome',
      serverTime: options.clock.now(),
      maxFrameBytes: this.limits.maxFrameBytes,
      maxUpdateBytes: this.limits.maxUpdateBytes,
      maxChannels: this.limits.maxChannels,
    });
    this.tell({ type: 'welcomed' });
  }

  isClosed(): boolean {
    return this.#stage === 'closed';
  }

  /** Looks again when the client may have been silent for too long or its token has expired, whichever is sooner. */
  #watch(): void {
    this.#cancelTimer();
    const options = this.options;
    const { silentMs } = this.limits;
    const now = options.clock.now();
    const toExpiry = Math.max(0, this.#expiresAt - now);
    const toSilence = Math.min(silentMs, Math.max(0, this.#heardAt + silentMs - now));
    this.#cancelTimer = options.setTimer(
      () => {
        if (toExpiry <= toSilence) this.close(CLOSE.unauthenticated, 'token expired');
        else if (options.clock.now() - this.#heardAt >= silentMs) this.close(CLOSE.silent, 'silent');
        else this.#watch();
      },
      Math.min(toExpiry, toSilence),
    );
  }

  #judge(who: Principal, shard: ShardId): Result<'read' | 'write'> {
    const ref = parseShard(shard);
    if (!ref.ok) return ref;
    const granted = this.#access(who, ref.value);
    return granted === 'none'
      ? fail(problem('forbidden', 'you have no access to this', { rule: 'SYN-PEER-ACCESS' }))
      : ok(granted);
  }

  #access(who: Principal, shard: ShardRef): ShardAccess {
    const options = this.options;
    const sealed = (week: IsoWeek): boolean => isSealed(week, options.clock.now(), SEAL_GRACE_WEEKS);
    return options.access?.(who, shard) ?? shardAccess(who, who.tenantId, shard, sealed);
  }

  leave(channel: number): void {
    this.#channels?.get(channel)?.leave();
    this.#channels?.delete(channel);
  }

  async #open(channel: number, shard: ShardId, known: number): Promise<void> {
    this.#channels ??= new Map();
    const channels = this.#channels;
    if (channel === 0 || channels.has(channel)) {
      this.close(CLOSE.badMessage, 'channel in use');
      return;
    }
    const served = this.#served;
    if (served === null) return;
    const granted = this.#judge(served.principal, shard);
    if (!granted.ok) {
      this.refuse(channel, granted.problems[0]);
      return;
    }
    if (channels.size >= this.limits.maxChannels) {
      const what = problem('too-large', 'too many parts are open at once', { rule: 'SYN-PEER-CHANNELS' });
      this.refuse(channel, what, shard);
      return;
    }
    const opening = new ServedShard(this, served, channel, shard, granted.value, known);
    channels.set(channel, opening);
    await opening.open();
  }

  inTurn(answer: () => Promise<void>): void {
    this.#answers = (this.#answers ?? Promise.resolve()).then(answer);
  }

  allow(bytes: number): void {
    this.#allowance += bytes;
  }

  // ---- hearing ----------------------------------------------------------------------------------------------------

  #hear(data: unknown): void {
    this.#heardAt = this.options.clock.now();
    if ((bytesOf(data)?.length ?? 0) > this.limits.maxFrameBytes) {
      this.close(TOO_LARGE, 'too large');
      return;
    }
    const frame = decodeFrame(data);
    if (!frame.ok) {
      this.close(CLOSE.badMessage, 'unreadable');
      return;
    }
    if ('control' in frame.value) this.#hearControl(frame.value.control);
    else this.#hearShard(frame.value.channel, frame.value.shard);
  }

  #hearControl(message: ControlMessage): void {
    if (message.type === 'hello' && this.#stage === 'new') {
      void this.#greet(message);
      return;
    }
    if (this.#stage !== 'up') {
      this.close(CLOSE.badMessage, 'hello first');
      return;
    }
    switch (message.type) {
      case 'open':
        void this.#open(message.channel, message.shard, message.epoch);
        return;
      case 'close':
        this.leave(message.channel);
        return;
      case 'ping':
        this.control({ type: 'pong', nonce: message.nonce });
        return;
      case 'pong':
        return;
      default:
        this.close(CLOSE.badMessage, 'not for the server');
    }
  }

  #hearShard(channel: number, message: ShardMessage): void {
    if (this.#stage !== 'up') {
      this.close(CLOSE.badMessage, 'hello first');
      return;
    }
    this.#channels?.get(channel)?.hear(message); // or it was closed while the message was under way
  }
}

export const servePeer = (options: PeerOptions): Peer => new ServedPeer(options);
