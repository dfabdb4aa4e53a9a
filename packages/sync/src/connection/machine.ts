/**
 * The client's link to the server as a pure machine: (state, event) → state and effects. Nothing here touches a
 * socket, a clock or a timer; events carry `now` (epoch ms) and `luck` (uniform in [0, 1)) where they matter.
 *
 *  SYN-CON-BACKOFF   after a lost link it waits luck × min(30 s, 0.5 s × 2ⁿ); n starts over once it has been live
 *  SYN-CON-AUTH      a close with 4401 asks for a fresh token once; a second one before being live refuses until the
 *                    person signs in again. A missing network while asking backs off
 *  SYN-CON-REFUSED   another version or another organisation's server is not dialled again by itself
 *  SYN-CON-LIVE      live: every followed shard has exchanged state both ways, or was refused. What is pending is told apart
 *  SYN-CON-WINDOW    at most 12 shards are being opened at a time, so that a large first sync stays interruptible
 *  SYN-CON-BEAT      a link that says nothing for 25 s is given up
 *  SYN-CON-SHARD     a refused shard is listed with its reason and stops no other; it is tried again on the next link
 *                    or when the person asks
 */
import type { Problem, ShardId } from '@fieldfare/kernel';
import { CLOSE } from '../protocol/messages.ts';
import type { SyncState, SyncStatus } from '../types.ts';

export const BACKOFF_BASE_MS = 500;
export const BACKOFF_CAP_MS = 30_000;
/** From dialling to `welcome`. */
export const ANSWER_MS = 15_000;
export const BEAT_MS = 15_000;
/** From a ping to whatever is heard next. */
export const DEADLINE_MS = 10_000;
export const WINDOW = 12;

export type TimerName = 'retry' | 'answer' | 'beat' | 'deadline';

export interface ShardLink {
  readonly phase: 'wanted' | 'opening' | 'syncing' | 'synced' | 'refused';
  /** 0: none. */
  readonly channel: number;
  /** Why the server does not take it, or not all of it. */
  readonly reason: string | null;
}

export interface LinkState {
  readonly phase: 'off' | 'waiting' | 'token' | 'dialling' | 'greeting' | 'up' | 'refused';
  /** Links lost since the last live one. */
  readonly attempt: number;
  readonly retryAt: number | null;
  readonly reason: string | null;
  /** A fresh token was asked for because the server did not take the last one. */
  readonly reauthenticated: boolean;
  readonly shards: ReadonlyMap<ShardId, ShardLink>;
  readonly nextChannel: number;
}

export type LinkEvent =
  | { readonly type: 'start' }
  | { readonly type: 'stop' }
  | { readonly type: 'retryNow' }
  | { readonly type: 'follow'; readonly shards: readonly ShardId[] }
  | { readonly type: 'token'; readonly token: string }
  | { readonly type: 'noToken'; readonly problem: Problem; readonly now: number; readonly luck: number }
  | { readonly type: 'connected' }
  /** `warning`: what a person should know though all is well with the link. */
  | { readonly type: 'welcomed'; readonly warning?: string | null }
  | { readonly type: 'opened'; readonly channel: number }
  /** From the server; channel 0: the whole link. */
  | { readonly type: 'refused'; readonly channel: number; readonly problem: Problem }
  /** The shard must be opened anew: what was refused of it is sent otherwise, or may be taken by now. */
  | { readonly type: 'again'; readonly shard: ShardId }
  /** State was exchanged both ways. */
  | { readonly type: 'synced'; readonly shard: ShardId }
  /** The shard cannot be followed on this link (`lasting`), or its local edits cannot be sent. */
  | { readonly type: 'failed'; readonly shard: ShardId; readonly reason: string; readonly lasting: boolean }
  | { readonly type: 'heard' }
  | {
      readonly type: 'closed';
      readonly code: number;
      readonly reason: string;
      readonly now: number;
      readonly luck: number;
    }
  | { readonly type: 'timer'; readonly name: TimerName; readonly now: number; readonly luck: number };

export type LinkEffect =
  | { readonly do: 'askToken' }
  | { readonly do: 'dial' }
  | { readonly do: 'greet' }
  /** Closes the socket; nothing of it is heard any more. */
  | { readonly do: 'hangUp'; readonly code: number }
  | { readonly do: 'open'; readonly channel: number; readonly shard: ShardId }
  | { readonly do: 'exchange'; readonly channel: number; readonly shard: ShardId }
  | { readonly do: 'ping' }
  | { readonly do: 'setTimer'; readonly name: TimerName; readonly ms: number }
  | { readonly do: 'clearTimers' }
  | { readonly do: 'clearTimer'; readonly name: TimerName };

export interface Step {
  readonly state: LinkState;
  readonly effects: readonly LinkEffect[];
}

export const initialLink: LinkState = {
  phase: 'off',
  attempt: 0,
  retryAt: null,
  reason: null,
  reauthenticated: false,
  shards: new Map(),
  nextChannel: 1,
};

const stay = (state: LinkState): Step => ({ state, effects: [] });

export function step(state: LinkState, event: LinkEvent): Step {
  switch (event.type) {
    case 'start':
      return state.phase === 'off' || state.phase === 'refused' ? ask(state) : stay(state);
    case 'stop':
      return {
        state: { ...state, ...unlinked(state), phase: 'off', attempt: 0, retryAt: null, reason: null },
        effects: [{ do: 'clearTimers' }, { do: 'hangUp', code: 1000 }],
      };
    case 'retryNow':
      if (state.phase === 'waiting' || state.phase === 'refused') return ask(state);
      return state.phase === 'up' ? openMore({ ...state, shards: retried(state.shards) }) : stay(state);
    case 'follow': {
      const fresh = event.shards.filter((shard) => !state.shards.has(shard));
      if (fresh.length === 0) return stay(state);
      const shards = new Map(state.shards);
      for (const shard of fresh) shards.set(shard, { phase: 'wanted', channel: 0, reason: null });
      return openMore({ ...state, shards });
    }
    case 'token':
      if (state.phase !== 'token') return stay(state);
      return {
        state: { ...state, phase: 'dialling' },
        effects: [{ do: 'setTimer', name: 'answer', ms: ANSWER_MS }, { do: 'dial' }],
      };
    case 'noToken':
      if (state.phase !== 'token') return stay(state);
      return event.problem.code === 'unauthenticated'
        ? refuse(state, event.problem.message)
        : wait(state, event.problem.message, event);
    case 'connected':
      return state.phase === 'dialling'
        ? { state: { ...state, phase: 'greeting' }, effects: [{ do: 'greet' }] }
        : stay(state);
    case 'welcomed': {
      if (state.phase !== 'greeting') return stay(state);
      const reason = event.warning ?? null;
      const opened = openMore(settle({ ...state, phase: 'up', reason, shards: retried(state.shards) }));
      return {
        state: opened.state,
        effects: [
          { do: 'clearTimer', name: 'answer' },
          { do: 'setTimer', name: 'beat', ms: BEAT_MS },
          ...opened.effects,
        ],
      };
    }
    case 'opened': {
      const shard = shardOf(state, event.channel);
      if (shard === null || state.shards.get(shard)?.phase !== 'opening') return stay(state);
      return {
        state: withLink(state, shard, { phase: 'syncing' }),
        effects: [{ do: 'exchange', channel: event.channel, shard }],
      };
    }
    case 'refused': {
      if (event.channel === 0) return refuse(state, event.problem.message);
      const shard = shardOf(state, event.channel);
      if (shard === null) return stay(state);
      const reason = event.problem.message;
      if (state.shards.get(shard)?.phase !== 'opening') return stay(withLink(state, shard, { reason }));
      return openMore(settle(withLink(state, shard, { phase: 'refused', channel: 0, reason })));
    }
    case 'again':
      if (state.phase !== 'up' || !state.shards.has(event.shard)) return stay(state);
      return openMore(withLink(state, event.shard, { phase: 'wanted', channel: 0, reason: null }));
    case 'synced':
      if (state.phase !== 'up' || state.shards.get(event.shard)?.phase !== 'syncing') return stay(state);
      return openMore(settle(withLink(state, event.shard, { phase: 'synced' })));
    case 'failed': {
      if (!state.shards.has(event.shard)) return stay(state);
      const link: Partial<ShardLink> = event.lasting
        ? { phase: 'refused', reason: event.reason }
        : { reason: event.reason };
      return openMore(settle(withLink(state, event.shard, link)));
    }
    case 'heard':
      return state.phase === 'up' ? { state, effects: [{ do: 'clearTimer', name: 'deadline' }] } : stay(state);
    case 'closed':
      return closed(state, event);
    case 'timer':
      return timer(state, event);
  }
}

/** Whether it is live, and what a person is told. */
export function syncStateOf(state: LinkState): SyncState {
  switch (state.phase) {
    case 'off':
    case 'waiting':
      return 'offline';
    case 'token':
    case 'dialling':
    case 'greeting':
      return 'connecting';
    case 'up':
      return isLive(state) ? 'live' : 'catching-up';
    case 'refused':
      return 'refused';
  }
}

export function statusOf(state: LinkState, pending: number, lastSyncedAt: number | null): SyncStatus {
  const refusedShards = [...state.shards].flatMap(([shard, { reason }]) =>
    reason === null ? [] : [{ shard, reason }],
  );
  return {
    state: syncStateOf(state),
    pending,
    lastSyncedAt,
    retryAt: state.phase === 'waiting' ? state.retryAt : null,
    reason: state.reason,
    refusedShards,
  };
}

const isLive = ({ shards }: LinkState): boolean =>
  [...shards.values()].every(({ phase }) => phase === 'synced' || phase === 'refused');

/** Being live ends the count of failures. */
const settle = (state: LinkState): LinkState =>
  state.phase === 'up' && isLive(state) ? { ...state, attempt: 0, reauthenticated: false } : state;

const ask = (state: LinkState): Step => ({
  state: { ...state, ...unlinked(state), phase: 'token', retryAt: null, reason: null, reauthenticated: false },
  effects: [{ do: 'clearTimers' }, { do: 'askToken' }],
});

/** All shards without channels: a new link starts from nothing. */
const unlinked = (state: LinkState): Pick<LinkState, 'shards' | 'nextChannel'> => ({
  shards: new Map([...state.shards].map(([shard, link]) => [shard, { ...link, phase: 'wanted', channel: 0 }])),
  nextChannel: 1,
});

/** Refused shards and refused edits get another chance. */
const retried = (shards: LinkState['shards']): LinkState['shards'] =>
  new Map(
    [...shards].map(([shard, link]) => [
      shard,
      link.reason === null ? link : { phase: 'wanted', channel: 0, reason: null },
    ]),
  );

function withLink(state: LinkState, shard: ShardId, change: Partial<ShardLink>): LinkState {
  const link = state.shards.get(shard);
  return link === undefined ? state : { ...state, shards: new Map(state.shards).set(shard, { ...link, ...change }) };
}

function shardOf(state: LinkState, channel: number): ShardId | null {
  for (const [shard, link] of state.shards) if (link.channel === channel && channel !== 0) return shard;
  return null;
}

function openMore(state: LinkState): Step {
  if (state.phase !== 'up') return stay(state);
  const effects: LinkEffect[] = [];
  const shards = new Map(state.shards);
  let { nextChannel } = state;
  let busy = [...shards.values()].filter(({ phase }) => phase === 'opening' || phase === 'syncing').length;
  for (const [shard, link] of shards) {
    if (busy >= WINDOW) break;
    if (link.phase !== 'wanted') continue;
    shards.set(shard, { ...link, phase: 'opening', channel: nextChannel });
    effects.push({ do: 'open', channel: nextChannel, shard });
    nextChannel += 1;
    busy += 1;
  }
  return { state: settle({ ...state, shards, nextChannel }), effects };
}

const refuse = (state: LinkState, reason: string): Step => ({
  state: { ...state, ...unlinked(state), phase: 'refused', reason, retryAt: null },
  effects: [{ do: 'clearTimers' }, { do: 'hangUp', code: 1000 }],
});

function wait(state: LinkState, reason: string, { now, luck }: { readonly now: number; readonly luck: number }): Step {
  const ms = Math.round(luck * Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** Math.min(state.attempt, 16)));
  return {
    state: { ...state, ...unlinked(state), phase: 'waiting', attempt: state.attempt + 1, retryAt: now + ms, reason },
    effects: [{ do: 'clearTimers' }, { do: 'hangUp', code: 1000 }, { do: 'setTimer', name: 'retry', ms }],
  };
}

function closed(state: LinkState, event: LinkEvent & { readonly type: 'closed' }): Step {
  if (state.phase !== 'dialling' && state.phase !== 'greeting' && state.phase !== 'up') return stay(state);
  switch (event.code) {
    case CLOSE.unauthenticated:
      if (state.reauthenticated) return refuse(state, 'sign in again to synchronise');
      return { state: { ...ask(state).state, reauthenticated: true }, effects: ask(state).effects };
    case CLOSE.version:
      return refuse(state, 'this version cannot synchronise with the server; update the application');
    case CLOSE.forbidden:
      return refuse(state, 'the server does not accept this account');
    case CLOSE.moved: {
      const asked = ask(state);
      const { attempt, reauthenticated } = state;
      if (attempt === 0) return { state: { ...asked.state, attempt: 1, reauthenticated }, effects: asked.effects };
      return wait(state, 'another server is taking over', event);
    }
    case CLOSE.tooSlow:
      return wait(state, 'the connection is slow; catching up again', event);
    case CLOSE.storage:
      return wait(state, 'the server cannot store changes at the moment', event);
    default:
      return wait(
        state,
        state.phase === 'dialling' ? 'the server cannot be reached' : 'the connection was lost',
        event,
      );
  }
}

function timer(state: LinkState, event: LinkEvent & { readonly type: 'timer' }): Step {
  switch (event.name) {
    case 'retry':
      return state.phase === 'waiting'
        ? { state: { ...ask(state).state, reauthenticated: state.reauthenticated }, effects: ask(state).effects }
        : stay(state);
    case 'answer':
      return state.phase === 'dialling' || state.phase === 'greeting'
        ? wait(state, 'the server does not answer', event)
        : stay(state);
    case 'beat':
      if (state.phase !== 'up') return stay(state);
      return {
        state,
        effects: [
          { do: 'ping' },
          { do: 'setTimer', name: 'deadline', ms: DEADLINE_MS },
          { do: 'setTimer', name: 'beat', ms: BEAT_MS },
        ],
      };
    case 'deadline':
      return state.phase === 'up' ? wait(state, 'the connection was lost', event) : stay(state);
  }
}
