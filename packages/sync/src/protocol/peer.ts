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
  ok,
  type Principal,
  type Problem,
  parseShard,
  problem,
  type Result,
  SEAL_GRACE_WEEKS,
  type ShardId,
  shardAccess,
} from '@fieldfare/kernel';
import * as Y from 'yjs';
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

/** How often a waiting state answer looks whether the socket has drained. */
const DRAIN_POLL_MS = 25;
const MAX_TIMER_MS = 0x7fffffff;

export function servePeer(options: PeerOptions): Peer {
  const { socket, authenticate, openTenant, clock, setTimer } = options;
  const limits: PeerLimits = { ...PEER_LIMITS, ...options.limits };
  const sealed = (week: IsoWeek): boolean => isSealed(week, clock.now(), SEAL_GRACE_WEEKS);
  const access = options.access ?? ((who, shard) => shardAccess(who, who.tenantId, shard, sealed));
  const rooms = new Map<number, Room>();
  const cleanups: (() => void)[] = [];
  let stage: 'new' | 'authenticating' | 'up' | 'closed' = 'new';
  let principal: Principal | null = null;
  let replica: Replica | null = null;
  let receipts: Receipts | null = null;
  let inFlight = 0;
  /** Bytes of state answers that may be buffered on top of the cap: one large shard must not look like a slow client. */
  let allowance = 0;
  let heardAt = clock.now();
  let answers: Promise<void> = Promise.resolve();
  const self = {};
  /** Updates of ours that were acknowledged when they were applied. */
  const acked = new WeakSet<Uint8Array>();

  const tell = (event: PeerEvent): void =>
    options.onEvent?.({
      ...(principal === null
        ? {}
        : { tenantId: principal.tenantId, userId: principal.userId, deviceId: principal.deviceId }),
      ...event,
    });

  function end(code: number): void {
    if (stage === 'closed') return;
    stage = 'closed';
    for (const cleanup of cleanups.splice(0)) cleanup();
    for (const { seat, stopListening } of rooms.values()) {
      seat?.leave();
      stopListening();
    }
    rooms.clear();
    tell({ type: 'closed', code });
  }

  function close(code: number, reason: string): void {
    if (stage === 'closed') return;
    end(code);
    socket.close(code, reason);
  }

  function move({ params }: Problem): void {
    control({ type: 'moved', url: String(params?.url ?? '') });
    close(CLOSE.moved, 'moved');
  }

  function after(ms: number, run: () => void): void {
    let left = ms;
    const wait = (): void => {
      const now = Math.min(left, MAX_TIMER_MS);
      left -= now;
      const cancel = setTimer(() => (left > 0 ? wait() : run()), now);
      cleanups.push(cancel);
    };
    wait();
  }

  // ---- sending ----------------------------------------------------------------------------------------------------

  function send(bytes: Uint8Array): void {
    if (stage === 'closed') return;
    const buffered = socket.bufferedAmount;
    if (buffered < limits.resumeBufferedBytes) allowance = 0;
    if (buffered > limits.maxBufferedBytes + allowance) {
      close(CLOSE.tooSlow, 'reads too slowly');
      return;
    }
    socket.send(bytes);
  }
  const control = (message: ControlMessage): void => send(encodeControl(message));
  const shardMessage = (channel: number, message: ShardMessage): void => send(encodeShard(channel, message));

  function refuse(channel: number, what: Problem, shard?: ShardId): void {
    tell({ type: 'refused', ...(shard === undefined ? {} : { shard }), rule: what.rule ?? what.code });
    control({ type: 'refused', channel, problem: what });
  }

  const sealOf = (shard: ShardId, update: Uint8Array): { readonly seal?: Uint8Array } =>
    receipts === null ? {} : { seal: receipts.seal(shard, update) };

  const acknowledge = (channel: number, clocks: ReadonlyMap<number, number>): void =>
    shardMessage(channel, { type: 'ack', clocks });

  /** The frame that passes an update on. Peers of a shard mostly have it open on the same channel. */
  function passOn(channel: number, shard: ShardId, update: Uint8Array): void {
    let made = passedOn.get(update);
    if (made?.channel !== channel || made.sealed !== (receipts !== null)) {
      const frame = encodeShard(channel, { type: 'update', update, ...sealOf(shard, update) });
      made = { channel, sealed: receipts !== null, frame };
      passedOn.set(update, made);
    }
    send(made.frame);
  }

  /** The sender's ack leaves now, everybody else's copy after all listeners have run: SYN-PEER-ACK. */
  function onTouched(channel: number, { origin, shard, update, clocks, sender }: Touched): void {
    if (origin === 'load' || update === undefined) return;
    if (sender === self) {
      if (acked.has(update)) return;
      acked.add(update);
      acknowledge(channel, clocks ?? clocksOf(update));
    } else if (rooms.get(channel)?.subscribed === true) {
      queueMicrotask(() => passOn(channel, shard, update));
    }
  }

  // ---- control ----------------------------------------------------------------------------------------------------

  async function greet(message: ControlMessage & { readonly type: 'hello' }): Promise<void> {
    stage = 'authenticating';
    if (message.protocolVersion !== PROTOCOL_VERSION) {
      refuse(
        0,
        problem('unsupported', 'this version cannot synchronise with the server', { rule: 'SYN-WIRE-VERSION' }),
      );
      close(CLOSE.version, 'version');
      return;
    }
    const who = await authenticate(message.accessToken);
    if (isClosed()) return;
    if (!who.ok) {
      const [first] = who.problems;
      const { code } = first;
      if (isMoved(first)) {
        move(first);
        return;
      }
      close(code === 'unauthenticated' ? CLOSE.unauthenticated : code === 'forbidden' ? CLOSE.forbidden : 1011, code);
      return;
    }
    const { expiresAt, deviceId, tenantId } = who.value;
    if (message.deviceId !== '' && message.deviceId !== deviceId) {
      close(CLOSE.unauthenticated, 'another device');
      return;
    }
    const opened = await openTenant(tenantId);
    if (isClosed()) return;
    if (!opened.ok) {
      const [first] = opened.problems;
      if (isMoved(first)) move(first);
      else close(CLOSE.storage, 'not available');
      return;
    }
    if (opened.value.tenantId !== tenantId) {
      close(CLOSE.forbidden, 'another organisation');
      return;
    }
    principal = who.value;
    replica = opened.value;
    receipts = options.receipts?.() ?? null;
    stage = 'up';
    cancelPreAuth();
    if (expiresAt !== undefined) {
      after(Math.max(0, expiresAt - clock.now()), () => close(CLOSE.unauthenticated, 'token expired'));
    }
    watchSilence();
    control({
      type: 'welcome',
      serverTime: clock.now(),
      maxFrameBytes: limits.maxFrameBytes,
      maxUpdateBytes: limits.maxUpdateBytes,
      maxChannels: limits.maxChannels,
    });
    tell({ type: 'welcomed' });
  }

  const isClosed = (): boolean => stage === 'closed';

  function watchSilence(): void {
    after(limits.silentMs, () => {
      if (clock.now() - heardAt >= limits.silentMs) close(CLOSE.silent, 'silent');
      else watchSilence();
    });
  }

  function judge(shard: ShardId): Result<'read' | 'write'> {
    const ref = parseShard(shard);
    if (!ref.ok) return ref;
    const granted = principal === null ? 'none' : access(principal, ref.value);
    return granted === 'none'
      ? fail(problem('forbidden', 'you have no access to this', { rule: 'SYN-PEER-ACCESS' }))
      : ok(granted);
  }

  /** Presence is a courtesy: who reads slowly goes without. */
  function takeSeat(channel: number, shard: ShardId): Seat | null {
    const meeting = options.rooms?.() ?? null;
    if (principal === null || meeting === null) return null;
    return meeting.enter(shard, principal, (update) => {
      const wanted = rooms.get(channel)?.subscribed === true && socket.bufferedAmount < limits.resumeBufferedBytes;
      if (wanted) shardMessage(channel, { type: 'presence', update });
    });
  }

  function leave(channel: number): void {
    const room = rooms.get(channel);
    room?.seat?.leave();
    room?.stopListening();
    rooms.delete(channel);
  }

  async function open(channel: number, shard: ShardId): Promise<void> {
    if (channel === 0 || rooms.has(channel)) {
      close(CLOSE.badMessage, 'channel in use');
      return;
    }
    const granted = judge(shard);
    if (!granted.ok) {
      refuse(channel, granted.problems[0]);
      return;
    }
    if (rooms.size >= limits.maxChannels) {
      refuse(channel, problem('too-large', 'too many parts are open at once', { rule: 'SYN-PEER-CHANNELS' }), shard);
      return;
    }
    const room: Room = {
      shard,
      access: granted.value,
      subscribed: false,
      asked: null,
      seat: takeSeat(channel, shard),
      stopListening: replica?.onTouched((touched) => onTouched(channel, touched), shard) ?? (() => {}),
    };
    rooms.set(channel, room);
    const loaded = await replica?.load([shard]);
    if (isClosed() || rooms.get(channel) !== room || replica === null) return;
    if (loaded?.ok !== true) {
      close(CLOSE.storage, 'not available');
      return;
    }
    control({ type: 'opened', channel, access: room.access });
    shardMessage(channel, { type: 'step1', stateVector: replica.stateVector(shard) });
    tell({ type: 'opened', shard });
  }

  // ---- data -------------------------------------------------------------------------------------------------------

  /** Answers one after another, each when the socket has drained: memory stays bounded however many shards are opened. */
  function answer(channel: number, room: Room, stateVector: Uint8Array): void {
    const waits = room.asked !== null;
    room.asked = stateVector;
    if (waits) return;
    answers = answers.then(async () => {
      while (!isClosed() && socket.bufferedAmount > limits.resumeBufferedBytes) {
        await new Promise<void>((resume) => setTimer(resume, DRAIN_POLL_MS));
      }
      if (isClosed() || rooms.get(channel) !== room || replica === null) return;
      const loaded = await replica.load([room.shard]);
      if (isClosed() || rooms.get(channel) !== room) return;
      if (!loaded.ok) {
        close(CLOSE.storage, 'not available');
        return;
      }
      const asked = room.asked ?? stateVector;
      room.asked = null;
      let update: Uint8Array;
      try {
        update = replica.diff(room.shard, asked);
      } catch {
        close(CLOSE.badMessage, 'unreadable state vector');
        return;
      }
      room.subscribed = true;
      shardMessage(channel, { type: 'step2', update, ...sealOf(room.shard, update) });
      allowance += update.length;
      const others = room.seat?.others() ?? null;
      if (others !== null) shardMessage(channel, { type: 'presence', update: others });
    });
  }

  /** SYN-PEER-RECEIPT: whose word an update is taken on. Null: nobody's. */
  function sourceOf(who: Principal, shard: ShardId, update: Uint8Array, seal: Uint8Array | undefined): Source | null {
    if (seal === undefined) return { subject: who.userId, device: who.deviceId, sender: self };
    return receipts?.holds(shard, update, seal) === true ? { subject: null, sender: self } : null;
  }

  async function take(channel: number, room: Room, { update, seal }: Received): Promise<void> {
    const { shard } = room;
    if (room.access !== 'write' && seal === undefined) {
      refuse(channel, problem('forbidden', 'you may only read this', { rule: 'SYN-PEER-ACCESS' }), shard);
      return;
    }
    if (replica === null || principal === null) return;
    inFlight += update.length;
    if (inFlight > limits.maxInFlightBytes) {
      close(CLOSE.tooSlow, 'sends faster than can be stored');
      return;
    }
    const arrivedAt = clock.now();
    const source = sourceOf(principal, shard, update, seal);
    const taken = source === null ? falseReceipt() : await replica.receive(shard, update, source);
    inFlight -= update.length;
    if (isClosed()) return;
    if (taken.ok) {
      tell({ type: 'stored', shard, bytes: update.length, ms: clock.now() - arrivedAt });
      if (!acked.has(update) && rooms.get(channel) === room) acknowledge(channel, clocksOf(update)); // it held nothing new
      return;
    }
    const [first] = taken.problems;
    const { code } = first;
    if (code === 'storage-failed' || code === 'storage-full' || code === 'corrupt' || code === 'cancelled') {
      tell({ type: 'refused', shard, rule: first.rule ?? code });
      close(CLOSE.storage, 'cannot store'); // not the client's fault: it keeps its edits and comes back
    } else {
      refuse(channel, first, shard);
    }
  }

  function hear(data: unknown): void {
    heardAt = clock.now();
    if ((bytesOf(data)?.length ?? 0) > limits.maxFrameBytes) {
      close(1009, 'too large');
      return;
    }
    const frame = decodeFrame(data);
    if (!frame.ok) {
      close(CLOSE.badMessage, 'unreadable');
      return;
    }
    if ('control' in frame.value) hearControl(frame.value.control);
    else hearShard(frame.value.channel, frame.value.shard);
  }

  function hearControl(message: ControlMessage): void {
    if (message.type === 'hello' && stage === 'new') {
      void greet(message);
      return;
    }
    if (stage !== 'up') {
      close(CLOSE.badMessage, 'hello first');
      return;
    }
    switch (message.type) {
      case 'open':
        void open(message.channel, message.shard);
        return;
      case 'close':
        leave(message.channel);
        return;
      case 'ping':
        control({ type: 'pong', nonce: message.nonce });
        return;
      case 'pong':
        return;
      default:
        close(CLOSE.badMessage, 'not for the server');
    }
  }

  function hearShard(channel: number, message: ShardMessage): void {
    if (stage !== 'up') {
      close(CLOSE.badMessage, 'hello first');
      return;
    }
    const room = rooms.get(channel);
    if (room === undefined) return; // closed while the message was under way
    if (message.type === 'step1') {
      if (message.stateVector.length <= limits.maxStateBytes) answer(channel, room, message.stateVector);
      else close(CLOSE.badMessage, 'unreadable state vector');
    } else if (message.type === 'ack') close(CLOSE.badMessage, 'not for the server');
    else if (message.type === 'presence') {
      if (room.seat?.announce(message.update) === false) close(CLOSE.badMessage, 'unreadable');
    } else void take(channel, room, message);
  }

  // Not 4401: a device or a server that was busy for seconds has not been turned down.
  const cancelPreAuth = setTimer(() => close(CLOSE.silent, 'too late'), limits.preAuthMs);
  cleanups.push(cancelPreAuth);
  socket.binaryType = 'arraybuffer';
  socket.onmessage = ({ data }) => {
    if (stage !== 'closed') hear(data);
  };
  socket.onerror = () => undefined; // a close follows
  socket.onclose = ({ code }) => end(code);
  return { close, move: (url) => move(movedTo(url)) };
}
