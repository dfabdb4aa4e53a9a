/**
 * What is said about shards on a link: what each side lacks, then every change as it becomes durable.
 *
 *  SYN-CON-OUT      a local commit is sent once it is durable here; after a lost link everything not covered by the
 *                   server's durable state vector is sent again, and the server takes it once
 *  SYN-CON-ACK      only the server's durable ack or durable state vector takes a commit off the pending ones
 *  SYN-CON-KEEP     edits the server refuses stay in the journal and count as pending
 *  SYN-CON-RETURN   a server that lost what it had acknowledged gets it back: own edits from their writers, others' edits
 *                   from whoever has them with the server's receipts, also from those who may only read
 *  SYN-CON-PIECES   edits that were refused together go commit by commit (refusals.ts)
 *  SYN-CON-DRIFT    edits that the server refuses because they are stamped too far ahead are kept, said in words, and sent
 *                   again every `DRIFT_RETRY_MS` until it takes them. They hold up no edit of another shard (sessions.ts),
 *                   and none that was made before them
 *  SYN-EPOCH-ENTER  when the server has begun the shard's document anew, its state, acks and updates say nothing of the one
 *                   here: the whole new one is asked for and entered, and only then what it lacks is sent
 *  SYN-EPOCH-RETURN and before that, what the server lost with the epoch before it, when this laptop still holds it
 *  SYN-CON-SNAPSHOT most of a large shard is fetched as a snapshot over HTTP where there is a way; the socket brings the
 *                   rest, and all of it when the snapshot does not come
 */
import { type Clock, type Problem, problem, type ShardId } from '@fieldfare/kernel';
import * as Y from 'yjs';
import { FIRST_EPOCH, streamOf } from '../epochs.ts';
import type { ControlMessage, ShardMessage } from '../protocol/messages.ts';
import type { Download, GiveBack, Outgoing, Refusal, Replica, SocketLike, Touched } from '../types.ts';
import { KEPT_FOR_LATER } from './clock-words.ts';
import type { LinkEvent } from './machine.ts';
import { createOutlet, type Outlet } from './outlet.ts';
import type { PresenceBook } from './presence-book.ts';
import { createRefusals, partsMayPass } from './refusals.ts';

/** Structs lacking from which on a snapshot is fetched: fewer come sooner over the socket. */
export const SNAPSHOT_STRUCTS = 100;

/** The state vector of an empty document. */
const NOTHING = Uint8Array.of(0);

export interface Channel {
  readonly shard: ShardId;
  /** The epoch that the server has the shard in; null: not said yet. */
  epoch: number | null;
  writable: boolean;
  /** Our diff was sent: from now on every local commit goes out by itself. */
  sent: boolean;
  /** The server's diff is in our journal. */
  received: boolean;
  /** The server refused an update: later ones would leave a gap there. */
  blocked: boolean;
  /** State is being exchanged again because an update did not fit. */
  resyncing: boolean;
  /** Every edit is sent on its own. */
  readonly piecewise: boolean;
  readonly outlet: Outlet;
  /** What the server said that it holds; null: not said yet. */
  held: ReadonlyMap<number, number> | null;
  /** Our own state waits to be said until we know that. */
  waits: boolean;
  /** What the server holds of an epoch that we have not entered yet. */
  unanswered: Uint8Array | null;
}

export interface Link {
  readonly socket: SocketLike;
  readonly channels: Map<number, Channel>;
  /** The largest update that the server takes. */
  maxUpdateBytes: number;
  /** Where the server said that the organisation is. */
  movedTo: string | null;
}

export interface Exchange {
  open(channel: number, shard: ShardId): Promise<void>;
  /** Says what stands here; the server answers with the rest. */
  begin(channel: number, shard: ShardId): Promise<void>;
  hear(own: Link, channel: number, message: ShardMessage): Promise<void>;
  /** The server has begun the shard's document anew: the channel speaks of the old one. */
  movedOn(own: Link, channel: number): void;
  /** The server turned down an update or a shard. */
  refused(own: Link, channel: number, what: Problem): void;
  sendLocal(touched: Touched): void;
  /** There is no link any more. */
  unlinked(): void;
  /** The latest, newest first. */
  refusals(): readonly Refusal[];
  /** When the server last took pending edits of a shard off our hands, on this link or an earlier one. */
  readonly lastAckAt: ReadonlyMap<ShardId, number>;
}

export function createExchange(options: {
  readonly replica: Replica;
  readonly clock: Clock;
  readonly setTimer: (run: () => void, ms: number) => () => void;
  readonly download: Download | undefined;
  readonly giveBack: GiveBack | undefined;
  readonly presence: PresenceBook;
  readonly link: () => Link | null;
  readonly dispatch: (event: LinkEvent) => void;
  readonly control: (message: ControlMessage) => void;
  readonly say: (channel: number, message: ShardMessage) => void;
}): Exchange {
  const { replica, clock, setTimer, download, giveBack, presence, link, dispatch, control, say } = options;
  const refusals = createRefusals({ clock, setTimer, again: (shard) => dispatch({ type: 'again', shard }) });
  /** Shards of which the server refused an update that parts may pass of. */
  const inParts = new Set<ShardId>();
  const lastAckAt = new Map<ShardId, number>();
  /** Streams whose server was given what it had lost before them, if anything. */
  const givenBack = new Set<ShardId>();

  const failed = (shard: ShardId, { message }: Problem, lasting = true): void =>
    dispatch({ type: 'failed', shard, reason: message, lasting });

  async function open(number: number, shard: ShardId): Promise<void> {
    const own = link();
    // A turn of the event loop between shards: a first sync of many must not hold up the work at hand.
    await new Promise<void>((resume) => setTimer(resume, 0));
    const loaded = await replica.load([shard]);
    if (own === null || link() !== own) return;
    if (!loaded.ok) {
      failed(shard, loaded.problems[0]);
      return;
    }
    for (const [old, { shard: other }] of own.channels) {
      if (other !== shard) continue;
      own.channels.delete(old); // opened again after a refusal
      control({ type: 'close', channel: old });
    }
    const channel: Channel = {
      shard,
      epoch: null,
      writable: false,
      sent: false,
      received: false,
      blocked: false,
      resyncing: false,
      piecewise: inParts.delete(shard),
      outlet: createOutlet({
        say(update) {
          const gone = link() !== own || own.channels.get(number) !== channel;
          if (!gone && !channel.blocked) say(number, { type: 'update', update });
        },
        setTimer,
      }),
      held: null,
      waits: false,
      unanswered: null,
    };
    own.channels.set(number, channel);
    control({ type: 'open', channel: number, shard, epoch: replica.epochOf(shard) });
  }

  /** The shard may have been unloaded meanwhile. */
  async function begin(number: number, shard: ShardId): Promise<void> {
    const own = link();
    const channel = own?.channels.get(number);
    if (own !== null && channel !== undefined && isOver(channel)) {
      await beginNew(own, number, channel);
      return;
    }
    if (download !== undefined && channel?.held === null) {
      channel.waits = true; // the server says it right behind `opened`
      return;
    }
    const loaded = await replica.load([shard]);
    if (own === null || link() !== own) return;
    if (!loaded.ok) {
      failed(shard, loaded.problems[0]);
      return;
    }
    if (lacksMost(shard, channel?.held ?? null)) await fetchSnapshot(own, shard);
    if (link() === own) say(number, { type: 'step1', stateVector: replica.stateVector(shard) });
  }

  /** The whole document of an epoch that is not here yet is asked for, or fetched when it is large. */
  async function beginNew(own: Link, number: number, channel: Channel): Promise<void> {
    const { shard, epoch, unanswered } = channel;
    if (epoch === null || epoch < replica.epochOf(shard)) {
      failed(shard, problem('conflict', 'the server has an earlier state of this', { rule: 'SYN-EPOCH-BEHIND' }));
      return;
    }
    if (download !== undefined && unanswered === null) {
      channel.waits = true; // the server says it right behind `opened`
      return;
    }
    const size = [...(decodeClocks(unanswered ?? NOTHING) ?? [])].reduce((sum, [, end]) => sum + end, 0);
    if (size >= SNAPSHOT_STRUCTS) {
      const fetched = await download?.(streamOf(shard, epoch));
      if (fetched?.ok === true) await replica.enterEpoch(shard, epoch, fetched.value);
    }
    if (link() !== own || own.channels.get(number) !== channel) return;
    if (isOver(channel)) say(number, { type: 'step1', stateVector: NOTHING });
    else {
      await giveBackLost(shard);
      await answerLate(own, number, channel);
      if (link() === own) say(number, { type: 'step1', stateVector: replica.stateVector(shard) });
    }
  }

  function lacksMost(shard: ShardId, held: ReadonlyMap<number, number> | null): boolean {
    if (held === null) return false;
    const here = Y.decodeStateVector(replica.stateVector(shard));
    let all = 0;
    let lacking = 0;
    for (const [client, end] of held) {
      all += end;
      lacking += Math.max(0, end - (here.get(client) ?? 0));
    }
    return lacking >= SNAPSHOT_STRUCTS && lacking > all / 2;
  }

  /** SYN-CON-SNAPSHOT. Whatever goes wrong with it: the socket brings what is lacking then. */
  async function fetchSnapshot(own: Link, shard: ShardId): Promise<void> {
    const epoch = replica.epochOf(shard);
    const fetched = await download?.(streamOf(shard, epoch));
    if (fetched?.ok === true)
      await replica.receive(shard, fetched.value.update, { ...sealOf(fetched.value), ...by(own), epoch });
    await replica.load([shard]);
  }

  const by = (own: Link) => ({ subject: null, sender: own });
  const sealOf = ({ seal }: { readonly seal?: Uint8Array }) => (seal === undefined ? {} : { seal });

  async function hear(own: Link, number: number, message: ShardMessage): Promise<void> {
    const channel = own.channels.get(number);
    if (channel === undefined) return; // closed meanwhile
    const { shard } = channel;
    const gone = (): boolean => link() !== own || own.channels.get(number) !== channel;
    switch (message.type) {
      case 'ack':
        if (isOver(channel)) return;
        acknowledged(shard, message.clocks);
        channel.outlet.acknowledged(message.clocks);
        return;
      case 'presence':
        presence.hear(shard, message.update);
        return;
      case 'step1':
        if (isOver(channel)) {
          channel.unanswered = message.stateVector; // of a document that is not here yet
          if (!channel.waits) return;
          channel.waits = false;
          await beginNew(own, number, channel);
          return;
        }
        await answer(own, number, channel, message.stateVector);
        if (gone()) return;
        break;
      case 'step2':
      case 'update': {
        const taken = await take(own, channel, message);
        if (gone()) return;
        if (!taken.ok) {
          misfit(number, channel, message.type, taken.problems[0]);
          return;
        }
        if (message.type === 'step2') {
          channel.received = true;
          channel.resyncing = false;
          await giveBackLost(shard);
          if (gone()) return;
          await answerLate(own, number, channel);
          if (gone()) return;
        }
      }
    }
    if (channel.received && channel.sent) dispatch({ type: 'synced', shard });
  }

  /** What the server has is the document of another epoch: SYN-EPOCH-ENTER. */
  const isOver = ({ shard, epoch }: Channel): boolean => epoch !== replica.epochOf(shard);

  async function take(own: Link, channel: Channel, message: ShardMessage & { readonly type: 'step2' | 'update' }) {
    const { shard, epoch } = channel;
    const { type, update } = message;
    if (type === 'step2' && epoch !== null && isOver(channel)) {
      const entered = await replica.enterEpoch(shard, epoch, { update, ...sealOf(message) });
      if (!entered.ok || entered.value) return entered;
      // a step that an earlier link had begun came first, with less in it
    }
    return replica.receive(shard, update, { ...sealOf(message), ...by(own), ...(epoch === null ? {} : { epoch }) });
  }

  /** The server's durable state covers edits up to these clocks. */
  function acknowledged(shard: ShardId, clocks: ReadonlyMap<number, number>): void {
    const { count } = replica.pending();
    replica.acknowledged(shard, clocks);
    if (replica.pending().count < count) lastAckAt.set(shard, clock.now());
  }

  /** The server says what it holds durably; it gets the rest: at once, or piece by piece when that is more than it takes. */
  async function answer(own: Link, number: number, channel: Channel, stateVector: Uint8Array): Promise<void> {
    const { shard } = channel;
    const held = decodeClocks(stateVector);
    if (held === null) {
      failed(shard, problem('corrupt', 'the server sent an unreadable state'));
      return;
    }
    acknowledged(shard, held);
    channel.held = held;
    if (channel.waits) {
      channel.waits = false;
      void begin(number, shard);
    }
    const send = (outgoing: readonly Outgoing[]): void => {
      if (link() !== own || own.channels.get(number) !== channel) return;
      channel.sent = true;
      const [whole] = outgoing;
      const atOnce = !channel.piecewise && outgoing.length === 1 && whole?.seal === undefined;
      if (atOnce && whole !== undefined) channel.outlet.sent(clocksOf(whole.update));
      for (const each of outgoing) {
        if (channel.writable || each.seal !== undefined) say(number, { type: 'update', ...each });
        else if (!channel.blocked) readOnly(channel);
      }
    };
    const maxBytes = channel.piecewise ? 0 : own.maxUpdateBytes;
    const read = await replica.offer(shard, held, maxBytes, send);
    if (!read.ok) failed(shard, read.problems[0]);
  }

  /** SYN-EPOCH-RETURN. Whatever goes wrong with it is tried again with the next whole state. */
  async function giveBackLost(shard: ShardId): Promise<void> {
    const epoch = replica.epochOf(shard);
    const stream = streamOf(shard, epoch);
    if (giveBack === undefined || epoch === FIRST_EPOCH || givenBack.has(stream)) return;
    const lost = await replica.lostEpoch(shard);
    if (!lost.ok) return;
    const given = lost.value === null ? null : await giveBack(streamOf(shard, lost.value.epoch), lost.value.updates);
    if (given === null || given.ok) givenBack.add(stream);
  }

  /** What the server said that it holds of a document that has come since. */
  async function answerLate(own: Link, number: number, channel: Channel): Promise<void> {
    const { unanswered } = channel;
    channel.unanswered = null;
    if (unanswered !== null) await answer(own, number, channel, unanswered);
  }

  /** What cannot be sent stays here, pending, and is said. */
  function readOnly(channel: Channel): void {
    const what = problem('forbidden', 'you may read this, but your changes to it are not accepted', {
      rule: 'SYN-PEER-ACCESS',
    });
    channel.blocked = true;
    refusals.note(channel.shard, what);
    failed(channel.shard, what, false);
  }

  /**
   * What the server sent was not taken. A gap is healed by exchanging state once more; anything else, and a whole state
   * that still leaves a gap, is final.
   */
  function misfit(number: number, channel: Channel, sent: 'step2' | 'update', what: Problem): void {
    const { shard } = channel;
    if (what.rule === 'SYN-GUARD-GAP' && !(sent === 'step2' && channel.resyncing)) {
      if (!channel.resyncing) {
        channel.resyncing = true;
        void begin(number, shard);
      }
      return;
    }
    channel.resyncing = false;
    refusals.note(shard, what);
    failed(shard, what);
  }

  return {
    open,
    begin,
    movedOn(own, number) {
      const channel = own.channels.get(number);
      if (channel === undefined) return;
      own.channels.delete(number);
      dispatch({ type: 'again', shard: channel.shard });
    },
    hear,
    refused(own, number, what) {
      const channel = own.channels.get(number);
      if (channel !== undefined && !channel.piecewise && partsMayPass(what, channel.outlet.hasJoined())) {
        own.channels.delete(number);
        control({ type: 'close', channel: number });
        inParts.add(channel.shard);
        dispatch({ type: 'again', shard: channel.shard });
        return;
      }
      if (channel?.blocked === true && what.rule === 'SYN-GUARD-GAP') return; // it lacks what was refused before it
      if (channel !== undefined) {
        channel.blocked = true;
        refusals.note(channel.shard, what);
      }
      const tooEarly = channel !== undefined && what.rule === 'SYN-GUARD-DRIFT';
      if (tooEarly) refusals.tryLater(channel.shard);
      dispatch({ type: 'refused', channel: number, problem: tooEarly ? { ...what, message: KEPT_FOR_LATER } : what });
    },
    unlinked: refusals.unlinked,
    sendLocal({ origin, shard, update, clocks }) {
      if (origin !== 'local' || update === undefined) return;
      for (const [number, channel] of link()?.channels ?? []) {
        if (channel.shard !== shard || !channel.sent || channel.blocked) continue;
        if (!channel.writable) readOnly(channel);
        else if (channel.piecewise) say(number, { type: 'update', update });
        else channel.outlet.send(update, clocks ?? clocksOf(update));
      }
    },
    refusals: refusals.latest,
    lastAckAt,
  };
}

const clocksOf = (update: Uint8Array): ReadonlyMap<number, number> => Y.parseUpdateMeta(update).to;

function decodeClocks(stateVector: Uint8Array): Map<number, number> | null {
  try {
    return Y.decodeStateVector(stateVector);
  } catch {
    return null;
  }
}
