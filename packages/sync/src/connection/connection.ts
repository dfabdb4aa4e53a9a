/**
 * Drives sockets and timers for the machine, and carries the data: what each side lacks, then every change as it
 * becomes durable. The outbox is nothing but the journal: what the server's state vector does not cover is sent.
 *
 *  SYN-CON-OUT    a local commit is sent once it is durable here; after a lost link everything not covered by the
 *                 server's durable state vector is sent again, and the server takes it once
 *  SYN-CON-ACK    only the server's durable ack or durable state vector takes a commit off the pending ones
 *  SYN-CON-KEEP   edits the server refuses stay in the journal and count as pending
 *  SYN-CON-RETURN a server that lost what it had acknowledged gets it back: own edits from their writers, others' edits
 *                 from whoever has them with the server's receipts, also from those who may only read
 *  SYN-CON-MOVED  goes where the server says that the organisation is served, never to a less protected address, and back
 *                 to the address it was given when it is not served there
 *  SYN-CON-PIECES edits that together are more than the server takes at once, or cost it too much, go commit by commit
 */
import { type Problem, problem, type ShardId } from '@fieldfare/kernel';
import * as Y from 'yjs';
import {
  CLOSE,
  type ControlMessage,
  decodeFrame,
  encodeControl,
  encodeShard,
  PROTOCOL_VERSION,
  type ShardMessage,
} from '../protocol/messages.ts';
import type {
  Connection,
  ConnectionOptions,
  Outgoing,
  Refusal,
  SocketLike,
  SyncReport,
  SyncStatus,
  Touched,
} from '../types.ts';
import { initialLink, type LinkEffect, type LinkEvent, statusOf, step, type TimerName } from './machine.ts';
import { createPresenceBook } from './presence-book.ts';
import { reportOf } from './report.ts';

/** `lastSyncedAt` moving alone is told to listeners at most this often. */
const SYNCED_NEWS_MS = 10_000;
/** Refusals kept for whoever looks for a fault. */
const MAX_REFUSALS = 50;

const TOO_THICK: ReadonlySet<string> = new Set(['SYN-GUARD-SIZE', 'SYN-GUARD-COST']);

interface Channel {
  readonly shard: ShardId;
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
}

interface Link {
  readonly socket: SocketLike;
  readonly channels: Map<number, Channel>;
  /** The largest update that the server takes. */
  maxUpdateBytes: number;
  /** Where the server said that the organisation is. */
  movedTo: string | null;
}

export function createConnection(options: ConnectionOptions): Connection {
  const { replica, url, openSocket, accessToken, clock, random, setTimer } = options;
  let state = initialLink;
  let link: Link | null = null;
  /** The next dial goes here instead of `url`. */
  let detour: string | null = null;
  let token = '';
  /** Grows with each question for a token: a late answer to an earlier one is dropped. */
  let asked = 0;
  let nonce = 0;
  let lastSyncedAt: number | null = options.lastSyncedAt ?? null;
  let told: SyncStatus | null = null;
  const timers = new Map<TimerName, () => void>();
  const listeners = new Set<(status: SyncStatus) => void>();
  const events: LinkEvent[] = [];
  const presence = createPresenceBook(replica.clientId);
  let refusals: readonly Refusal[] = [];
  let running = false;
  /** Shards of which the server refused an update for its size or cost. */
  const tooThick = new Set<ShardId>();
  /** When the server last took pending edits of a shard off our hands, on this link or an earlier one. */
  const lastAckAt = new Map<ShardId, number>();

  const moment = () => ({ now: clock.now(), luck: random.float() });

  // ---- machine ----------------------------------------------------------------------------------------------------

  /** Effects may cause events at once; they wait their turn. */
  function dispatch(event: LinkEvent): void {
    events.push(event);
    if (running) return;
    running = true;
    try {
      for (let next = events.shift(); next !== undefined; next = events.shift()) {
        const result = step(state, next);
        state = result.state;
        for (const effect of result.effects) run(effect);
      }
    } finally {
      running = false;
    }
    report();
  }

  function run(effect: LinkEffect): void {
    switch (effect.do) {
      case 'askToken':
        void askToken();
        return;
      case 'dial':
        dial();
        return;
      case 'greet':
        control({
          type: 'hello',
          protocolVersion: PROTOCOL_VERSION,
          accessToken: token,
          deviceId: options.deviceId ?? '',
        });
        return;
      case 'hangUp':
        hangUp(effect.code);
        return;
      case 'open':
        void open(effect.channel, effect.shard);
        return;
      case 'exchange':
        void exchange(effect.channel, effect.shard);
        return;
      case 'ping':
        nonce += 1;
        control({ type: 'ping', nonce });
        return;
      case 'setTimer':
        timers.get(effect.name)?.();
        timers.set(
          effect.name,
          setTimer(() => dispatch({ type: 'timer', name: effect.name, ...moment() }), effect.ms),
        );
        return;
      case 'clearTimer':
        timers.get(effect.name)?.();
        timers.delete(effect.name);
        return;
      case 'clearTimers':
        for (const cancel of timers.values()) cancel();
        timers.clear();
    }
  }

  function current(): SyncStatus {
    const pending = replica.pending().count;
    const status = statusOf(state, pending, lastSyncedAt);
    if (status.state !== 'live' || pending > 0) return status;
    lastSyncedAt = clock.now();
    return { ...status, lastSyncedAt };
  }

  function report(): void {
    const status = current();
    if (told !== null && sameStatus(told, status)) return;
    told = status;
    for (const listener of [...listeners]) listener(status);
  }

  // ---- socket -----------------------------------------------------------------------------------------------------

  async function askToken(): Promise<void> {
    asked += 1;
    const question = asked;
    const answer = await accessToken();
    if (question !== asked) return;
    if (answer.ok) {
      token = answer.value;
      dispatch({ type: 'token', token });
    } else {
      dispatch({ type: 'noToken', problem: answer.problems[0], ...moment() });
    }
  }

  function dial(): void {
    let socket: SocketLike;
    try {
      socket = openSocket(detour ?? url);
    } catch {
      dispatch({ type: 'closed', code: 1006, reason: '', ...moment() });
      return;
    }
    socket.binaryType = 'arraybuffer';
    const own: Link = { socket, channels: new Map(), maxUpdateBytes: Number.POSITIVE_INFINITY, movedTo: null };
    link = own;
    socket.onopen = () => {
      if (link === own) dispatch({ type: 'connected' });
    };
    socket.onmessage = ({ data }) => {
      if (link === own) hear(own, data);
    };
    socket.onerror = () => undefined; // a close always follows
    socket.onclose = ({ code, reason }) => {
      if (link !== own) return;
      link = null;
      detour = code === CLOSE.moved ? own.movedTo : null;
      presence.forget();
      dispatch({ type: 'closed', code, reason, ...moment() });
    };
  }

  function hangUp(code: number): void {
    asked += 1;
    const old = link;
    if (old !== null) detour = null;
    link = null;
    presence.forget();
    old?.socket.close(code);
  }

  const control = (message: ControlMessage): void => link?.socket.send(encodeControl(message));
  const shardMessage = (channel: number, message: ShardMessage): void =>
    link?.socket.send(encodeShard(channel, message));

  function hear(own: Link, data: unknown): void {
    const frame = decodeFrame(data);
    if (!frame.ok) {
      hangUp(1002);
      dispatch({ type: 'closed', code: 1002, reason: 'unreadable', ...moment() });
      return;
    }
    dispatch({ type: 'heard' });
    if ('control' in frame.value) hearControl(own, frame.value.control);
    else void hearShard(own, frame.value.channel, frame.value.shard);
  }

  function hearControl(own: Link, message: ControlMessage): void {
    switch (message.type) {
      case 'welcome':
        own.maxUpdateBytes = message.maxUpdateBytes;
        dispatch({ type: 'welcomed' });
        return;
      case 'opened': {
        const channel = own.channels.get(message.channel);
        if (channel === undefined) return;
        channel.writable = message.access === 'write';
        const update = presence.own(channel.shard);
        if (update !== null) shardMessage(message.channel, { type: 'presence', update });
        dispatch({ type: 'opened', channel: message.channel });
        return;
      }
      case 'refused': {
        const channel = own.channels.get(message.channel);
        if (channel !== undefined && !channel.piecewise && TOO_THICK.has(message.problem.rule ?? '')) {
          own.channels.delete(message.channel);
          control({ type: 'close', channel: message.channel });
          tooThick.add(channel.shard);
          dispatch({ type: 'again', shard: channel.shard });
          return;
        }
        if (channel !== undefined) {
          channel.blocked = true;
          note(channel.shard, message.problem);
        }
        dispatch({ type: 'refused', channel: message.channel, problem: message.problem });
        return;
      }
      case 'moved':
        own.movedTo = mayMove(url, message.url) ? message.url : null;
        return;
      case 'ping':
        control({ type: 'pong', nonce: message.nonce });
        return;
      default:
        return;
    }
  }

  // ---- shards -----------------------------------------------------------------------------------------------------

  async function open(channel: number, shard: ShardId): Promise<void> {
    const own = link;
    // A turn of the event loop between shards: a first sync of many must not hold up the work at hand.
    await new Promise<void>((resume) => setTimer(resume, 0));
    const loaded = await replica.load([shard]);
    if (own === null || link !== own) return;
    if (!loaded.ok) {
      dispatch({ type: 'failed', shard, reason: loaded.problems[0].message, lasting: true });
      return;
    }
    for (const [old, { shard: other }] of own.channels) {
      if (other !== shard) continue;
      own.channels.delete(old); // opened again after a refusal
      control({ type: 'close', channel: old });
    }
    own.channels.set(channel, {
      shard,
      writable: false,
      sent: false,
      received: false,
      blocked: false,
      resyncing: false,
      piecewise: tooThick.delete(shard),
    });
    control({ type: 'open', channel, shard });
  }

  /** Says what stands here; the server answers with the rest. The shard may have been unloaded meanwhile. */
  async function exchange(number: number, shard: ShardId): Promise<void> {
    const own = link;
    const loaded = await replica.load([shard]);
    if (own === null || link !== own) return;
    if (loaded.ok) shardMessage(number, { type: 'step1', stateVector: replica.stateVector(shard) });
    else dispatch({ type: 'failed', shard, reason: loaded.problems[0].message, lasting: true });
  }

  async function hearShard(own: Link, number: number, message: ShardMessage): Promise<void> {
    const channel = own.channels.get(number);
    if (channel === undefined) return; // closed meanwhile
    const { shard } = channel;
    switch (message.type) {
      case 'ack':
        acknowledged(shard, message.clocks);
        return;
      case 'presence':
        presence.hear(shard, message.update);
        return;
      case 'step1':
        await answer(own, number, channel, message.stateVector);
        if (link !== own || own.channels.get(number) !== channel) return;
        break;
      case 'step2':
      case 'update': {
        const taken = await replica.receive(shard, message.update, {
          subject: null,
          sender: own,
          ...(message.seal === undefined ? {} : { seal: message.seal }),
        });
        if (link !== own || own.channels.get(number) !== channel) return;
        if (!taken.ok) {
          misfit(number, channel, message.type, taken.problems[0]);
          return;
        }
        if (message.type === 'step2') {
          channel.received = true;
          channel.resyncing = false;
        }
      }
    }
    if (channel.received && channel.sent) dispatch({ type: 'synced', shard });
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
      dispatch({ type: 'failed', shard, reason: 'the server sent an unreadable state', lasting: true });
      return;
    }
    acknowledged(shard, held);
    const send = (outgoing: readonly Outgoing[]): void => {
      if (link !== own || own.channels.get(number) !== channel) return;
      channel.sent = true;
      for (const each of outgoing) {
        if (channel.writable || each.seal !== undefined) shardMessage(number, { type: 'update', ...each });
        else if (!channel.blocked) readOnly(channel);
      }
    };
    const maxBytes = channel.piecewise ? 0 : own.maxUpdateBytes;
    const read = await replica.offer(shard, held, maxBytes, send);
    if (!read.ok) dispatch({ type: 'failed', shard, reason: read.problems[0].message, lasting: true });
  }

  /** What cannot be sent stays here, pending, and is said. */
  function readOnly(channel: Channel): void {
    const what = problem('forbidden', 'you may read this, but your changes to it are not accepted', {
      rule: 'SYN-PEER-ACCESS',
    });
    channel.blocked = true;
    note(channel.shard, what);
    dispatch({ type: 'failed', shard: channel.shard, reason: what.message, lasting: false });
  }

  function note(shard: ShardId, { rule, code, message }: Problem): void {
    refusals = [{ at: clock.now(), shard, rule: rule ?? code, message }, ...refusals].slice(0, MAX_REFUSALS);
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
        void exchange(number, shard);
      }
      return;
    }
    channel.resyncing = false;
    note(shard, what);
    dispatch({ type: 'failed', shard, reason: what.message, lasting: true });
  }

  function sendLocal({ origin, shard, update }: Touched): void {
    if (origin !== 'local' || update === undefined || link === null) return;
    for (const [number, channel] of link.channels) {
      if (channel.shard !== shard || !channel.sent || channel.blocked) continue;
      if (channel.writable) shardMessage(number, { type: 'update', update });
      else readOnly(channel);
    }
  }

  /** Shards with unsent edits are followed whether anybody looks at them or not. */
  function notePending(): void {
    const fresh = replica.pending().shards.filter((shard) => !state.shards.has(shard));
    if (fresh.length > 0) dispatch({ type: 'follow', shards: fresh });
    else report();
  }

  function channelOf(shard: ShardId): readonly [number, Channel] | null {
    for (const entry of link?.channels ?? []) if (entry[1].shard === shard) return entry;
    return null;
  }

  const fullReport = (): SyncReport =>
    reportOf({
      replica,
      status: current(),
      refusals,
      standings: state.shards,
      writable: (shard) => channelOf(shard)?.[1].writable ?? null,
      lastAckAt,
      present: presence.present,
    });

  replica.onTouched(sendLocal);
  replica.onPending(notePending);
  notePending();

  return {
    status: current,
    onStatus(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    report: fullReport,
    announce(shard, what) {
      const update = presence.announce(shard, what);
      const open = channelOf(shard);
      if (open !== null && (state.shards.get(shard)?.phase ?? 'opening') !== 'opening') {
        shardMessage(open[0], { type: 'presence', update });
      }
    },
    present: presence.present,
    onPresent: presence.onPresent,
    follow: (shards) => dispatch({ type: 'follow', shards }),
    start: () => dispatch({ type: 'start' }),
    retryNow: () => dispatch({ type: 'retryNow' }),
    stop: () => dispatch({ type: 'stop' }),
  };
}

function decodeClocks(stateVector: Uint8Array): Map<number, number> | null {
  try {
    return Y.decodeStateVector(stateVector);
  } catch {
    return null;
  }
}

function sameStatus(a: SyncStatus, b: SyncStatus): boolean {
  return (
    a.state === b.state &&
    a.pending === b.pending &&
    a.retryAt === b.retryAt &&
    a.reason === b.reason &&
    Math.abs((a.lastSyncedAt ?? 0) - (b.lastSyncedAt ?? 0)) < SYNCED_NEWS_MS &&
    a.refusedShards.length === b.refusedShards.length &&
    a.refusedShards.every(
      ({ shard, reason }, i) => b.refusedShards[i]?.shard === shard && b.refusedShards[i]?.reason === reason,
    )
  );
}

/** Whether a server at `from` may send us to `to`: a socket's address, and encrypted when the first one was. */
function mayMove(from: string, to: string): boolean {
  const [before, after] = [URL.parse(from)?.protocol, URL.parse(to)?.protocol];
  return after === 'wss:' || (after === 'ws:' && before === 'ws:');
}
