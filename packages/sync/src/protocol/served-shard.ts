/**
 * One open shard of one client: from `open` until the channel is closed. What it asks of the client as a whole it asks of its
 * host, the peer (peer.ts).
 *
 *  SYN-PEER-ACCESS    writes on a read-only shard change nothing
 *  SYN-PEER-ACK       guard → append → flush → ack to the sender → update to the others
 *  SYN-PEER-RECEIPT   every update sent carries a receipt; an update that comes back with its receipt is taken whoever wrote
 *                     it and whoever brings it, one with a false receipt changes nothing
 *  SYN-PEER-STATE     a state vector beyond `maxStateBytes`, or that claims more than it holds, ends the socket (4400)
 *  SYN-PEER-ANSWER    a channel has one state answer waiting at most: asking again replaces the question
 */
import {
  fail,
  MAX_DRIFT_MS,
  type Principal,
  type Problem,
  problem,
  type Result,
  type ShardId,
} from '@fieldfare/kernel';
import * as Y from 'yjs';
import { epochTime, streamOf } from '../epochs.ts';
import type { Replica, Source, Touched } from '../types.ts';
import { CLOSE, type ControlMessage, encodeShard, type ShardMessage } from './messages.ts';
import type { PeerEvent, PeerLimits, PeerOptions, Receipts } from './peer-options.ts';
import type { Seat } from './rooms.ts';

/** Who is served, and of what. */
export interface Served {
  readonly principal: Principal;
  readonly replica: Replica;
  readonly receipts: Receipts | null;
}

/** The peer, as its open shards see it. */
export interface Host {
  readonly options: PeerOptions;
  readonly limits: PeerLimits;
  /** Bytes that were received and are not durable yet, over all shards. */
  inFlight: number;
  send(bytes: Uint8Array): void;
  control(message: ControlMessage): void;
  refuse(channel: number, what: Problem, shard: ShardId): void;
  tell(event: PeerEvent): void;
  close(code: number, reason: string): void;
  isClosed(): boolean;
  /** Closes a channel of this client's. */
  leave(channel: number): void;
  /** State answers are given one after another. */
  inTurn(answer: () => Promise<void>): void;
  /** So much more may be buffered for this client. */
  allow(bytes: number): void;
}

type Received = ShardMessage & { readonly type: 'step2' | 'update' };

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

export class ServedShard {
  readonly #host: Host;
  readonly #served: Served;
  readonly #channel: number;
  readonly #shard: ShardId;
  readonly #access: 'read' | 'write';
  /** Which document the channel speaks of; until it is open, the one that the client says it has. */
  #epoch: number;
  #isOpen = false;
  /** The client was given the state; from now on it gets every update. */
  #subscribed = false;
  /** State vector of an answer that waits. */
  #asked: Uint8Array | null = null;
  #left = false;
  readonly #seat: Seat | null;
  readonly #stopListening: () => void;

  constructor(host: Host, served: Served, channel: number, shard: ShardId, access: 'read' | 'write', known: number) {
    this.#host = host;
    this.#served = served;
    this.#channel = channel;
    this.#shard = shard;
    this.#access = access;
    this.#epoch = known;
    this.#seat = this.#takeSeat();
    this.#stopListening = served.replica.onTouched((touched) => this.#onTouched(touched), shard);
  }

  /** The channel is closed. */
  leave(): void {
    this.#left = true;
    this.#seat?.leave();
    this.#stopListening();
  }

  async open(): Promise<void> {
    const { replica } = this.#served;
    const [channel, shard] = [this.#channel, this.#shard];
    const loaded = await replica.load([shard]);
    if (this.#left) return;
    if (!loaded.ok) {
      this.#host.close(CLOSE.storage, 'not available');
      return;
    }
    if (this.#epoch > replica.epochOf(shard) && !(await this.#catchUp())) return;
    this.#epoch = replica.epochOf(shard);
    this.#isOpen = true;
    this.#host.control({ type: 'opened', channel, access: this.#access, epoch: this.#epoch });
    this.#say({ type: 'step1', stateVector: replica.stateVector(shard) });
    this.#host.tell({ type: 'opened', shard });
  }

  /**
   * SYN-EPOCH-BEHIND: the client knows an epoch that this server has lost. A later one than both must begin, for other
   * devices may hold what was written here in the one that the server fell back to.
   */
  async #catchUp(): Promise<boolean> {
    const { replica } = this.#served;
    const { options } = this.#host;
    const shard = this.#shard;
    const now = options.clock.now();
    const lately = now - epochTime(replica.epochOf(shard)) < EPOCH_PAUSE_MS;
    const begun =
      lately || epochTime(this.#epoch) > now + MAX_DRIFT_MS
        ? fail(problem('conflict', 'the server does not know this state of the document', { rule: 'SYN-EPOCH-BEHIND' }))
        : await replica.beginEpoch(shard, this.#epoch);
    if (this.#left) return false;
    if (begun.ok) return true;
    this.#host.leave(this.#channel);
    this.#host.refuse(this.#channel, begun.problems[0], shard);
    return false;
  }

  /** Presence is a courtesy: who reads slowly goes without. */
  #takeSeat(): Seat | null {
    const { options, limits } = this.#host;
    const meeting = options.rooms?.() ?? null;
    if (meeting === null) return null;
    return meeting.enter(this.#shard, this.#served.principal, (update) => {
      const hears = this.#subscribed && !this.#left;
      if (hears && options.socket.bufferedAmount < limits.resumeBufferedBytes) this.#say({ type: 'presence', update });
    });
  }

  #say(message: ShardMessage): void {
    this.#host.send(encodeShard(this.#channel, message));
  }

  hear(message: ShardMessage): void {
    const { limits } = this.#host;
    switch (message.type) {
      case 'step1':
        if (message.stateVector.length <= limits.maxStateBytes) this.#answer(message.stateVector);
        else this.#host.close(CLOSE.badMessage, 'unreadable state vector');
        return;
      case 'ack':
        this.#host.close(CLOSE.badMessage, 'not for the server');
        return;
      case 'presence':
        if (this.#seat?.announce(message.update) === false) this.#host.close(CLOSE.badMessage, 'unreadable');
        return;
      default:
        void this.#take(message);
    }
  }

  // ---- what the client lacks ----------------------------------------------------------------------------------------

  /** When the socket has drained: memory stays bounded however many shards are opened. */
  #answer(stateVector: Uint8Array): void {
    const waits = this.#asked !== null;
    this.#asked = stateVector;
    if (!waits) this.#host.inTurn(() => this.#answerNow(stateVector));
  }

  async #answerNow(stateVector: Uint8Array): Promise<void> {
    const { replica } = this.#served;
    const { options, limits } = this.#host;
    while (!this.#host.isClosed() && options.socket.bufferedAmount > limits.resumeBufferedBytes) {
      await new Promise<void>((resume) => options.setTimer(resume, DRAIN_POLL_MS));
    }
    if (this.#left) return;
    const loaded = await replica.load([this.#shard]);
    if (this.#left) return;
    if (!loaded.ok) {
      this.#host.close(CLOSE.storage, 'not available');
      return;
    }
    const asked = this.#asked ?? stateVector;
    this.#asked = null;
    let update: Uint8Array;
    try {
      update = replica.diff(this.#shard, asked);
    } catch {
      this.#host.close(CLOSE.badMessage, 'unreadable state vector');
      return;
    }
    this.#subscribed = true;
    this.#say({ type: 'step2', update, ...this.#sealOf(update) });
    this.#host.allow(update.length);
    const others = this.#seat?.others() ?? null;
    if (others !== null) this.#say({ type: 'presence', update: others });
  }

  // ---- what it writes -----------------------------------------------------------------------------------------------

  /** SYN-PEER-RECEIPT: whose word an update is taken on. Null: nobody's. */
  #sourceOf(update: Uint8Array, seal: Uint8Array | undefined): Source | null {
    const { principal, receipts } = this.#served;
    const told = { epoch: this.#epoch, sender: this.#host };
    if (seal === undefined) return { subject: principal.userId, device: principal.deviceId, ...told };
    const holds = receipts?.holds(streamOf(this.#shard, this.#epoch), update, seal) === true;
    return holds ? { subject: null, ...told } : null;
  }

  async #take({ update, seal }: Received): Promise<void> {
    const host = this.#host;
    const [channel, shard] = [this.#channel, this.#shard];
    if (this.#access !== 'write' && seal === undefined) {
      host.refuse(channel, problem('forbidden', 'you may only read this', { rule: 'SYN-PEER-ACCESS' }), shard);
      return;
    }
    const { clock } = host.options;
    host.inFlight += update.length;
    if (host.inFlight > host.limits.maxInFlightBytes) {
      host.close(CLOSE.tooSlow, 'sends faster than can be stored');
      return;
    }
    const arrivedAt = clock.now();
    const source = this.#sourceOf(update, seal);
    const taken = source === null ? falseReceipt() : await this.#served.replica.receive(shard, update, source);
    host.inFlight -= update.length;
    if (host.isClosed()) return;
    if (taken.ok) {
      host.tell({ type: 'stored', shard, bytes: update.length, ms: clock.now() - arrivedAt });
      if (!taken.value && !this.#left) this.#acknowledge(clocksOf(update)); // nothing in it was new, so nobody was told
      return;
    }
    const [first] = taken.problems;
    const { code } = first;
    if (code === 'storage-failed' || code === 'storage-full' || code === 'corrupt' || code === 'cancelled') {
      host.tell({ type: 'refused', shard, rule: first.rule ?? code });
      host.close(CLOSE.storage, 'cannot store'); // not the client's fault: it keeps its edits and comes back
    } else if (first.rule !== 'SYN-EPOCH-OVER' || !this.#left) {
      host.refuse(channel, first, shard); // else it was told where to
    }
  }

  #acknowledge(clocks: ReadonlyMap<number, number>): void {
    this.#say({ type: 'ack', clocks });
  }

  // ---- what anybody wrote -------------------------------------------------------------------------------------------

  /** The sender's ack leaves now, everybody else's copy after all listeners have run: SYN-PEER-ACK. */
  #onTouched({ origin, update, clocks, sender, epoch }: Touched): void {
    if (epoch !== undefined) this.#moveOn(epoch);
    if (origin === 'load' || update === undefined) return;
    if (sender === this.#host) this.#acknowledge(clocks ?? clocksOf(update));
    else if (this.#subscribed) queueMicrotask(() => this.#passOn(update));
  }

  /** SYN-EPOCH-MOVED. A channel that is being opened will hear of the new epoch by itself. */
  #moveOn(epoch: number): void {
    if (!this.#isOpen) return;
    this.#host.leave(this.#channel);
    this.#host.control({ type: 'moved-on', channel: this.#channel, epoch });
    this.#host.tell({ type: 'moved-on', shard: this.#shard });
  }

  #sealOf(update: Uint8Array): { readonly seal?: Uint8Array } {
    const { receipts } = this.#served;
    return receipts === null ? {} : { seal: receipts.seal(streamOf(this.#shard, this.#epoch), update) };
  }

  /** Sends the frame that passes an update on. Peers of a shard mostly have it open on the same channel. */
  #passOn(update: Uint8Array): void {
    const channel = this.#channel;
    const sealed = this.#served.receipts !== null;
    let made = passedOn.get(update);
    if (made?.channel !== channel || made.sealed !== sealed) {
      made = { channel, sealed, frame: encodeShard(channel, { type: 'update', update, ...this.#sealOf(update) }) };
      passedOn.set(update, made);
    }
    this.#host.send(made.frame);
  }
}
