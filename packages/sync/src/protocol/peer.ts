/**
 * The server's side of one socket. A peer knows one replica, its tenant's: whatever a client writes, it cannot name
 * another tenant's data.
 *
 *  SYN-PEER-FIRST     `welcome` within `preAuthMs` of the connection, whatever trickles in meanwhile, or the socket closes;
 *                     before it nothing is loaded
 *  SYN-PEER-ACCESS    access is judged before a shard is loaded, and writes on a read-only shard change nothing
 *  SYN-PEER-ACK       guard → append → flush → ack to the sender → update to the others
 *  SYN-PEER-SLOW      a client that lets more than `maxBufferedBytes` pile up is cut (4408) and catches up later
 *  SYN-PEER-EXPIRY    the socket closes (4401) when its token expires
 *  SYN-PEER-RECEIPT   every update sent carries a receipt; an update that comes back with its receipt is taken whoever wrote
 *                     it and whoever brings it, one with a false receipt changes nothing
 *  SYN-PEER-STATE     a state vector beyond `maxStateBytes`, or that claims more than it holds, ends the socket (4400)
 *  SYN-PEER-TENANT    a principal meets only its own tenant's replica
 *  SYN-PEER-MOVED     an organisation that another process serves is not loaded here: its clients are told where it is and
 *                     sent there (4421), also when it moves while they are connected
 *  SYN-PEER-ANSWER    a channel has one state answer waiting at most: asking again replaces the question
 */
import {
  fail,
  type IsoWeek,
  isSealed,
  MAX_DRIFT_MS,
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
import * as Y from 'yjs';
import { epochTime, streamOf } from '../epochs.ts';
import type { Replica, Source, Touched } from '../types.ts';
import {
  bytesOf,
  CLOSE,
  type ControlMessage,
  decodeFrame,
  encodeControl,
  encodeShard,
  PROTOCOL_VERSION,
  type ShardMessage,
} from './messages.ts';
import { PEER_LIMITS, type PeerEvent, type PeerLimits, type PeerOptions, type Receipts } from './peer-options.ts';
import type { Seat } from './rooms.ts';

export interface Peer {
  /** Sends the client to another process; an empty address: back to the one it knows. */
  move(url: string): void;
  close(code: number, reason: string): void;
}

interface Room {
  readonly shard: ShardId;
  readonly access: 'read' | 'write';
  /** Which document the channel speaks of; until it is open, the one that the client says it has. */
  epoch: number;
  open: boolean;
  /** The client was given the state; from now on it gets every update. */
  subscribed: boolean;
  /** State vector of an answer that waits. */
  asked: Uint8Array | null;
  readonly seat: Seat | null;
  readonly stopListening: () => void;
}

type Received = ShardMessage & { readonly type: 'step2' | 'update' };

/** What `authenticate` and `openTenant` say of an organisation that another process serves, at this `/sync` address. */
export const movedTo = (url: string): Problem =>
  problem('offline', 'another server looks after this organisation', { rule: 'SYN-PEER-MOVED', params: { url } });

const isMoved = ({ rule }: Problem): boolean => rule === 'SYN-PEER-MOVED';

const falseReceipt = (): Result<never> =>
  fail(problem('forbidden', 'the server never sent this', { rule: 'SYN-PEER-RECEIPT' }));

const clocksOf = (update: Uint8Array): ReadonlyMap<number, number> => Y.parseUpdateMeta(update).to;

/** Of updates that go to many peers: the frame that was made last. */
const passedOn = new WeakMap<
  Uint8Array,
  { readonly channel: number; readonly sealed: boolean; readonly frame: Uint8Array }
>();

/** Between two epochs of a shard that clients ask for: one is enough for all that know more than a restored server. */
const EPOCH_PAUSE_MS = 10 * 60_000;
/** How often a waiting state answer looks whether the socket has drained. */
const DRAIN_POLL_MS = 25;
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
class ServedPeer implements Peer {
  readonly #options: PeerOptions;
  readonly #limits: PeerLimits;
  #rooms: Map<number, Room> | null = null;
  #stage: 'new' | 'authenticating' | 'up' | 'closed' = 'new';
  #principal: Principal | null = null;
  #replica: Replica | null = null;
  #receipts: Receipts | null = null;
  #inFlight = 0;
  /** Bytes of state answers that may be buffered on top of the cap: one large shard must not look like a slow client. */
  #allowance = 0;
  #heardAt: number;
  #expiresAt = Number.POSITIVE_INFINITY;
  #answers: Promise<void> | null = null;
  /** Ends what it waits for: first the hello, then the next look at silence and expiry. */
  #cancelTimer: () => void;

  constructor(options: PeerOptions) {
    this.#options = options;
    this.#limits = limitsOf(options.limits);
    this.#heardAt = options.clock.now();
    // Not 4401: a device or a server that was busy for seconds has not been turned down.
    this.#cancelTimer = options.setTimer(() => this.close(CLOSE.silent, 'too late'), this.#limits.preAuthMs);
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
    this.#options.socket.close(code, reason);
  }

  #tell(event: PeerEvent): void {
    const who = this.#principal;
    this.#options.onEvent?.(
      who === null ? event : { tenantId: who.tenantId, userId: who.userId, deviceId: who.deviceId, ...event },
    );
  }

  #end(code: number): void {
    if (this.#stage === 'closed') return;
    this.#stage = 'closed';
    this.#cancelTimer();
    for (const { seat, stopListening } of this.#rooms?.values() ?? []) {
      seat?.leave();
      stopListening();
    }
    this.#rooms = null;
    this.#tell({ type: 'closed', code });
  }

  #move({ params }: Problem): void {
    this.#control({ type: 'moved', url: String(params?.url ?? '') });
    this.close(CLOSE.moved, 'moved');
  }

  // ---- sending ----------------------------------------------------------------------------------------------------

  #send(bytes: Uint8Array): void {
    if (this.#stage === 'closed') return;
    const { socket } = this.#options;
    const buffered = socket.bufferedAmount;
    if (buffered < this.#limits.resumeBufferedBytes) this.#allowance = 0;
    if (buffered > this.#limits.maxBufferedBytes + this.#allowance) {
      this.close(CLOSE.tooSlow, 'reads too slowly');
      return;
    }
    socket.send(bytes);
  }

  #control(message: ControlMessage): void {
    this.#send(encodeControl(message));
  }

  #say(channel: number, message: ShardMessage): void {
    this.#send(encodeShard(channel, message));
  }

  #refuse(channel: number, what: Problem, shard?: ShardId): void {
    this.#tell({ type: 'refused', ...(shard === undefined ? {} : { shard }), rule: what.rule ?? what.code });
    this.#control({ type: 'refused', channel, problem: what });
  }

  #sealOf({ shard, epoch }: Room, update: Uint8Array): { readonly seal?: Uint8Array } {
    return this.#receipts === null ? {} : { seal: this.#receipts.seal(streamOf(shard, epoch), update) };
  }

  #acknowledge(channel: number, clocks: ReadonlyMap<number, number>): void {
    this.#say(channel, { type: 'ack', clocks });
  }

  /** Sends the frame that passes an update on. Peers of a shard mostly have it open on the same channel. */
  #passOn(channel: number, room: Room, update: Uint8Array): void {
    const sealed = this.#receipts !== null;
    let made = passedOn.get(update);
    if (made?.channel !== channel || made.sealed !== sealed) {
      const frame = encodeShard(channel, { type: 'update', update, ...this.#sealOf(room, update) });
      made = { channel, sealed, frame };
      passedOn.set(update, made);
    }
    this.#send(made.frame);
  }

  /** The sender's ack leaves now, everybody else's copy after all listeners have run: SYN-PEER-ACK. */
  #onTouched(channel: number, { origin, shard, update, clocks, sender, epoch }: Touched): void {
    if (epoch !== undefined) this.#moveOn(channel, shard, epoch);
    if (origin === 'load' || update === undefined) return;
    if (sender === this) this.#acknowledge(channel, clocks ?? clocksOf(update));
    else {
      const room = this.#rooms?.get(channel);
      if (room?.subscribed === true) queueMicrotask(() => this.#passOn(channel, room, update));
    }
  }

  /** SYN-EPOCH-MOVED. A channel that is being opened will hear of the new epoch by itself. */
  #moveOn(channel: number, shard: ShardId, epoch: number): void {
    if (this.#rooms?.get(channel)?.open !== true) return;
    this.#leave(channel);
    this.#control({ type: 'moved-on', channel, epoch });
    this.#tell({ type: 'moved-on', shard });
  }

  // ---- control ----------------------------------------------------------------------------------------------------

  async #greet(message: ControlMessage & { readonly type: 'hello' }): Promise<void> {
    const options = this.#options;
    this.#stage = 'authenticating';
    if (message.protocolVersion !== PROTOCOL_VERSION) {
      this.#refuse(
        0,
        problem('unsupported', 'this version cannot synchronise with the server', { rule: 'SYN-WIRE-VERSION' }),
      );
      this.close(CLOSE.version, 'version');
      return;
    }
    const who = await options.authenticate(message.accessToken);
    if (this.#isClosed()) return;
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
    if (this.#isClosed()) return;
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
    this.#principal = who.value;
    this.#replica = opened.value;
    this.#receipts = options.receipts?.() ?? null;
    this.#stage = 'up';
    this.#expiresAt = expiresAt ?? Number.POSITIVE_INFINITY;
    this.#watch();
    this.#control({
      type: 'welcome',
      serverTime: options.clock.now(),
      maxFrameBytes: this.#limits.maxFrameBytes,
      maxUpdateBytes: this.#limits.maxUpdateBytes,
      maxChannels: this.#limits.maxChannels,
    });
    this.#tell({ type: 'welcomed' });
  }

  #isClosed(): boolean {
    return this.#stage === 'closed';
  }

  /** Looks again when the client may have been silent for too long or its token has expired, whichever is sooner. */
  #watch(): void {
    this.#cancelTimer();
    const options = this.#options;
    const { silentMs } = this.#limits;
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

  #judge(shard: ShardId): Result<'read' | 'write'> {
    const ref = parseShard(shard);
    if (!ref.ok) return ref;
    const granted = this.#principal === null ? 'none' : this.#access(this.#principal, ref.value);
    return granted === 'none'
      ? fail(problem('forbidden', 'you have no access to this', { rule: 'SYN-PEER-ACCESS' }))
      : ok(granted);
  }

  #access(who: Principal, shard: ShardRef): ShardAccess {
    const options = this.#options;
    const sealed = (week: IsoWeek): boolean => isSealed(week, options.clock.now(), SEAL_GRACE_WEEKS);
    return options.access?.(who, shard) ?? shardAccess(who, who.tenantId, shard, sealed);
  }

  /** Presence is a courtesy: who reads slowly goes without. */
  #takeSeat(channel: number, shard: ShardId): Seat | null {
    const meeting = this.#options.rooms?.() ?? null;
    if (this.#principal === null || meeting === null) return null;
    const { socket } = this.#options;
    return meeting.enter(shard, this.#principal, (update) => {
      const hears = this.#rooms?.get(channel)?.subscribed === true;
      if (hears && socket.bufferedAmount < this.#limits.resumeBufferedBytes)
        this.#say(channel, { type: 'presence', update });
    });
  }

  #leave(channel: number): void {
    const room = this.#rooms?.get(channel);
    room?.seat?.leave();
    room?.stopListening();
    this.#rooms?.delete(channel);
  }

  async #open(channel: number, shard: ShardId, known: number): Promise<void> {
    this.#rooms ??= new Map();
    const rooms = this.#rooms;
    if (channel === 0 || rooms.has(channel)) {
      this.close(CLOSE.badMessage, 'channel in use');
      return;
    }
    const granted = this.#judge(shard);
    if (!granted.ok) {
      this.#refuse(channel, granted.problems[0]);
      return;
    }
    if (rooms.size >= this.#limits.maxChannels) {
      const what = problem('too-large', 'too many parts are open at once', { rule: 'SYN-PEER-CHANNELS' });
      this.#refuse(channel, what, shard);
      return;
    }
    const replica = this.#replica;
    const room: Room = {
      shard,
      access: granted.value,
      epoch: known,
      open: false,
      subscribed: false,
      asked: null,
      seat: this.#takeSeat(channel, shard),
      stopListening: replica?.onTouched((touched) => this.#onTouched(channel, touched), shard) ?? ignored,
    };
    rooms.set(channel, room);
    const loaded = await replica?.load([shard]);
    if (this.#isClosed() || rooms.get(channel) !== room || replica === null) return;
    if (loaded?.ok !== true) {
      this.close(CLOSE.storage, 'not available');
      return;
    }
    if (known > replica.epochOf(shard) && !(await this.#catchUp(channel, room, replica, known))) return;
    room.epoch = replica.epochOf(shard);
    room.open = true;
    this.#control({ type: 'opened', channel, access: room.access, epoch: room.epoch });
    this.#say(channel, { type: 'step1', stateVector: replica.stateVector(shard) });
    this.#tell({ type: 'opened', shard });
  }

  /**
   * SYN-EPOCH-BEHIND: the client knows an epoch that this server has lost. A later one than both must begin, for other
   * devices may hold what was written here in the one that the server fell back to.
   */
  async #catchUp(channel: number, room: Room, replica: Replica, known: number): Promise<boolean> {
    const { shard } = room;
    const now = this.#options.clock.now();
    const lately = now - epochTime(replica.epochOf(shard)) < EPOCH_PAUSE_MS;
    const begun =
      lately || epochTime(known) > now + MAX_DRIFT_MS
        ? fail(problem('conflict', 'the server does not know this state of the document', { rule: 'SYN-EPOCH-BEHIND' }))
        : await replica.beginEpoch(shard, known);
    if (this.#isClosed() || this.#rooms?.get(channel) !== room) return false;
    if (begun.ok) return true;
    this.#leave(channel);
    this.#refuse(channel, begun.problems[0], shard);
    return false;
  }

  // ---- data -------------------------------------------------------------------------------------------------------

  /** Answers one after another, each when the socket has drained: memory stays bounded however many shards are opened. */
  #answer(channel: number, room: Room, stateVector: Uint8Array): void {
    const waits = room.asked !== null;
    room.asked = stateVector;
    if (waits) return;
    this.#answers = (this.#answers ?? Promise.resolve()).then(() => this.#answerNow(channel, room, stateVector));
  }

  async #answerNow(channel: number, room: Room, stateVector: Uint8Array): Promise<void> {
    const options = this.#options;
    while (!this.#isClosed() && options.socket.bufferedAmount > this.#limits.resumeBufferedBytes) {
      await new Promise<void>((resume) => options.setTimer(resume, DRAIN_POLL_MS));
    }
    const replica = this.#replica;
    if (this.#rooms?.get(channel) !== room || replica === null) return;
    const loaded = await replica.load([room.shard]);
    if (this.#rooms?.get(channel) !== room) return;
    if (!loaded.ok) {
      this.close(CLOSE.storage, 'not available');
      return;
    }
    const asked = room.asked ?? stateVector;
    room.asked = null;
    let update: Uint8Array;
    try {
      update = replica.diff(room.shard, asked);
    } catch {
      this.close(CLOSE.badMessage, 'unreadable state vector');
      return;
    }
    room.subscribed = true;
    this.#say(channel, { type: 'step2', update, ...this.#sealOf(room, update) });
    this.#allowance += update.length;
    const others = room.seat?.others() ?? null;
    if (others !== null) this.#say(channel, { type: 'presence', update: others });
  }

  /** SYN-PEER-RECEIPT: whose word an update is taken on. Null: nobody's. */
  #sourceOf(who: Principal, { shard, epoch }: Room, update: Uint8Array, seal: Uint8Array | undefined): Source | null {
    if (seal === undefined) return { subject: who.userId, device: who.deviceId, epoch, sender: this };
    const holds = this.#receipts?.holds(streamOf(shard, epoch), update, seal) === true;
    return holds ? { subject: null, epoch, sender: this } : null;
  }

  async #take(channel: number, room: Room, { update, seal }: Received): Promise<void> {
    const { shard } = room;
    if (room.access !== 'write' && seal === undefined) {
      this.#refuse(channel, problem('forbidden', 'you may only read this', { rule: 'SYN-PEER-ACCESS' }), shard);
      return;
    }
    const { clock } = this.#options;
    const [replica, principal] = [this.#replica, this.#principal];
    if (replica === null || principal === null) return;
    this.#inFlight += update.length;
    if (this.#inFlight > this.#limits.maxInFlightBytes) {
      this.close(CLOSE.tooSlow, 'sends faster than can be stored');
      return;
    }
    const arrivedAt = clock.now();
    const source = this.#sourceOf(principal, room, update, seal);
    const taken = source === null ? falseReceipt() : await replica.receive(shard, update, source);
    this.#inFlight -= update.length;
    if (this.#isClosed()) return;
    if (taken.ok) {
      this.#tell({ type: 'stored', shard, bytes: update.length, ms: clock.now() - arrivedAt });
      const held = !taken.value && this.#rooms?.get(channel) === room;
      if (held) this.#acknowledge(channel, clocksOf(update)); // nothing in it was new, so nobody was told
      return;
    }
    const [first] = taken.problems;
    const { code } = first;
    if (code === 'storage-failed' || code === 'storage-full' || code === 'corrupt' || code === 'cancelled') {
      this.#tell({ type: 'refused', shard, rule: first.rule ?? code });
      this.close(CLOSE.storage, 'cannot store'); // not the client's fault: it keeps its edits and comes back
    } else if (first.rule !== 'SYN-EPOCH-OVER' || this.#rooms?.get(channel) === room) {
      this.#refuse(channel, first, shard); // else it was told where to
    }
  }

  #hear(data: unknown): void {
    this.#heardAt = this.#options.clock.now();
    if ((bytesOf(data)?.length ?? 0) > this.#limits.maxFrameBytes) {
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
        this.#leave(message.channel);
        return;
      case 'ping':
        this.#control({ type: 'pong', nonce: message.nonce });
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
    const room = this.#rooms?.get(channel);
    if (room === undefined) return; // closed while the message was under way
    if (message.type === 'step1') {
      if (message.stateVector.length <= this.#limits.maxStateBytes) this.#answer(channel, room, message.stateVector);
      else this.close(CLOSE.badMessage, 'unreadable state vector');
    } else if (message.type === 'ack') this.close(CLOSE.badMessage, 'not for the server');
    else if (message.type === 'presence') {
      if (room.seat?.announce(message.update) === false) this.close(CLOSE.badMessage, 'unreadable');
    } else void this.#take(channel, room, message);
  }
}

export const servePeer = (options: PeerOptions): Peer => new ServedPeer(options);
