/**
 * Drives sockets and timers for the machine; what is said about shards is exchange.ts's. The outbox is nothing but the
 * journal: what the server's state vector does not cover is sent.
 *
 *  SYN-CON-MOVED  goes where the server says that the organisation is served, never to a less protected address, and back
 *                 to the address it was given when it is not served there
 */
import type { ShardId } from '@fieldfare/kernel';
import {
  CLOSE,
  type ControlMessage,
  decodeFrame,
  encodeControl,
  encodeShard,
  PROTOCOL_VERSION,
  type ShardMessage,
} from '../protocol/messages.ts';
import type { Connection, ConnectionOptions, SocketLike, SyncReport, SyncStatus } from '../types.ts';
import { clockWarning } from './clock-words.ts';
import { type Channel, createExchange, type Link } from './exchange.ts';
import { initialLink, type LinkEffect, type LinkEvent, statusOf, step, type TimerName } from './machine.ts';
import { createPresenceBook } from './presence-book.ts';
import { reportOf } from './report.ts';

/** `lastSyncedAt` moving alone is told to listeners at most this often. */
const SYNCED_NEWS_MS = 10_000;
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
  let running = false;

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
        void exchange.open(effect.channel, effect.shard);
        return;
      case 'exchange':
        void exchange.begin(effect.channel, effect.shard);
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
      exchange.unlinked();
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
    exchange.unlinked();
    presence.forget();
    old?.socket.close(code);
  }

  const control = (message: ControlMessage): void => link?.socket.send(encodeControl(message));
  const shardMessage = (channel: number, message: ShardMessage): void =>
    link?.socket.send(encodeShard(channel, message));
  const exchange = createExchange({
    replica,
    clock,
    setTimer,
    download: options.download,
    giveBack: options.giveBack,
    presence,
    link: () => link,
    dispatch,
    control,
    say: shardMessage,
  });

  function hear(own: Link, data: unknown): void {
    const frame = decodeFrame(data);
    if (!frame.ok) {
      hangUp(1002);
      dispatch({ type: 'closed', code: 1002, reason: 'unreadable', ...moment() });
      return;
    }
    dispatch({ type: 'heard' });
    if ('control' in frame.value) hearControl(own, frame.value.control);
    else void exchange.hear(own, frame.value.channel, frame.value.shard);
  }

  function hearControl(own: Link, message: ControlMessage): void {
    switch (message.type) {
      case 'welcome':
        own.maxUpdateBytes = message.maxUpdateBytes;
        replica.correctClock(clock.now() - message.serverTime);
        dispatch({ type: 'welcomed', warning: clockWarning(clock.now(), message.serverTime) });
        return;
      case 'opened': {
        const channel = own.channels.get(message.channel);
        if (channel === undefined) return;
        channel.writable = message.access === 'write';
        channel.epoch = message.epoch;
        const update = presence.own(channel.shard);
        if (update !== null) shardMessage(message.channel, { type: 'presence', update });
        dispatch({ type: 'opened', channel: message.channel });
        return;
      }
      case 'refused':
        exchange.refused(own, message.channel, message.problem);
        return;
      case 'moved-on':
        exchange.movedOn(own, message.channel);
        return;
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
      refusals: exchange.refusals(),
      standings: state.shards,
      writable: (shard) => channelOf(shard)?.[1].writable ?? null,
      lastAckAt: exchange.lastAckAt,
      present: presence.present,
    });

  replica.onTouched(exchange.sendLocal);
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
