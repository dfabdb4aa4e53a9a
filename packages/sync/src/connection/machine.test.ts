import { problem } from '@fieldfare/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  initialLink,
  type LinkEffect,
  type LinkEvent,
  type LinkState,
  statusOf,
  step,
  syncStateOf,
  WINDOW,
} from './machine.ts';

const at = { now: 1000, luck: 0.5 };
const run = (
  events: readonly LinkEvent[],
  from: LinkState = initialLink,
): { state: LinkState; effects: LinkEffect[] } => {
  let state = from;
  const effects: LinkEffect[] = [];
  for (const event of events) {
    const next = step(state, event);
    state = next.state;
    effects.push(...next.effects);
  }
  return { state, effects };
};
const greeted: readonly LinkEvent[] = [
  { type: 'start' },
  { type: 'token', token: 't' },
  { type: 'connected' },
  { type: 'welcomed' },
];
const lost = (code = 1006): LinkEvent => ({ type: 'closed', code, reason: '', ...at });
const denied = problem('forbidden', 'not yours');

describe('the link machine', () => {
  it('SYN-CON-LIVE: goes through token, dial and welcome, and is live when every shard has exchanged state', () => {
    const states: string[] = [];
    let state = initialLink;
    for (const event of [
      { type: 'follow', shards: ['org', 'x'] },
      ...greeted,
      { type: 'opened', channel: 1 },
      { type: 'opened', channel: 2 },
      { type: 'synced', shard: 'org' },
      { type: 'synced', shard: 'x' },
    ] as const satisfies readonly LinkEvent[]) {
      state = step(state, event).state;
      states.push(syncStateOf(state));
    }
    expect(states).toEqual([
      'offline',
      'connecting',
      'connecting',
      'connecting',
      ...Array(4).fill('catching-up'),
      'live',
    ]);
  });

  it('SYN-CON-BACKOFF: waits luck × 0.5 s × 2ⁿ up to 30 s, and starts over after being live', () => {
    let state = run([{ type: 'follow', shards: ['org'] }]).state;
    const waits: number[] = [];
    for (let i = 0; i < 9; i++) {
      const { state: next, effects } = run(
        [
          ...(i === 0
            ? greeted.slice(0, 2)
            : [{ type: 'timer', name: 'retry', ...at } as const, greeted[1] as LinkEvent]),
          lost(),
        ],
        state,
      );
      state = next;
      for (const effect of effects) if (effect.do === 'setTimer' && effect.name === 'retry') waits.push(effect.ms);
      expect(statusOf(state, 0, null)).toMatchObject({ state: 'offline', retryAt: 1000 + (waits.at(-1) ?? 0) });
    }
    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
    const live = run(
      [{ type: 'retryNow' }, ...greeted.slice(1), { type: 'opened', channel: 1 }, { type: 'synced', shard: 'org' }],
      state,
    ).state;
    expect(syncStateOf(live)).toBe('live');
    expect(run([lost()], live).state.retryAt).toBe(1250);
  });

  it('SYN-CON-AUTH: one fresh token, then refused until the person asks', () => {
    const first = run([...greeted.slice(0, 3), lost(4401)]);
    expect(first.effects.at(-1)).toEqual({ do: 'askToken' });
    const second = run([...greeted.slice(1, 3), lost(4401)], first.state);
    expect(syncStateOf(second.state)).toBe('refused');
    expect(second.effects.some((effect) => effect.do === 'setTimer' && effect.name === 'retry')).toBe(false);
    expect(syncStateOf(run([{ type: 'retryNow' }], second.state).state)).toBe('connecting');
  });

  it('SYN-CON-AUTH: a token that expires on a live link is replaced each time', () => {
    let state = run(greeted).state;
    for (let i = 0; i < 3; i++) {
      state = run([lost(4401), ...greeted.slice(1)], state).state;
      expect(syncStateOf(state)).toBe('live');
    }
  });

  it('SYN-CON-AUTH: no network while asking for a token backs off, no session refuses', () => {
    const ask = (code: 'offline' | 'unauthenticated') =>
      run([{ type: 'start' }, { type: 'noToken', problem: problem(code, 'no'), ...at }]).state;
    expect(syncStateOf(ask('offline'))).toBe('offline');
    expect(ask('offline').retryAt).toBe(1250);
    expect(syncStateOf(ask('unauthenticated'))).toBe('refused');
  });

  it('SYN-CON-MOVED: asks for a token and dials again at once, and backs off when it is sent on and on', () => {
    const first = run([...greeted.slice(0, 3), lost(4421)]);
    expect(first.effects.at(-1)).toEqual({ do: 'askToken' });
    expect(syncStateOf(first.state)).toBe('connecting');
    const second = run([...greeted.slice(1, 3), lost(4421)], first.state);
    expect(second.state.retryAt).toBe(1500);
    const live = run([{ type: 'retryNow' }, ...greeted.slice(1)], second.state);
    expect(syncStateOf(run([lost(4421)], live.state).state)).toBe('connecting');
  });

  it.each([4403, 4406])('SYN-CON-REFUSED: close %i is not dialled again by itself', (code) => {
    const { state, effects } = run([...greeted.slice(0, 3), lost(code)]);
    expect(syncStateOf(state)).toBe('refused');
    expect(state.reason).not.toBeNull();
    expect(effects.filter((effect) => effect.do === 'setTimer' && effect.name === 'retry')).toEqual([]);
  });

  it('SYN-CON-WINDOW: opens a few shards at a time and all in the end', () => {
    const shards = Array.from({ length: 11 }, (_, i) => `s${i}`);
    let { state, effects } = run([{ type: 'follow', shards }, ...greeted]);
    const opened = new Set<string>();
    for (let turn = 0; turn < 20; turn++) {
      const opening = effects.filter((effect) => effect.do === 'open');
      expect(
        [...state.shards.values()].filter(({ phase }) => phase === 'opening' || phase === 'syncing').length,
      ).toBeLessThanOrEqual(WINDOW);
      effects = [];
      for (const { channel, shard } of opening) {
        expect(opened.has(shard)).toBe(false);
        opened.add(shard);
        const next = run(
          [
            { type: 'opened', channel },
            { type: 'synced', shard },
          ],
          state,
        );
        state = next.state;
        effects.push(...next.effects);
      }
    }
    expect(opened.size).toBe(11);
    expect(syncStateOf(state)).toBe('live');
  });

  it('SYN-CON-BEAT: pings, is calmed by anything heard, and gives a silent link up', () => {
    const up = run(greeted).state;
    const beat = run([{ type: 'timer', name: 'beat', ...at }], up);
    expect(beat.effects.map((effect) => effect.do)).toEqual(['ping', 'setTimer', 'setTimer']);
    expect(run([{ type: 'heard' }], beat.state).effects).toEqual([{ do: 'clearTimer', name: 'deadline' }]);
    const dead = run([{ type: 'timer', name: 'deadline', ...at }], beat.state);
    expect(syncStateOf(dead.state)).toBe('offline');
    expect(dead.effects).toContainEqual({ do: 'hangUp', code: 1000 });
  });

  it('SYN-CON-SHARD: a refused shard is listed, stops no other, and gets another chance', () => {
    const { state } = run([
      { type: 'follow', shards: ['a', 'b'] },
      ...greeted,
      { type: 'refused', channel: 1, problem: denied },
      { type: 'opened', channel: 2 },
      { type: 'synced', shard: 'b' },
    ]);
    expect(statusOf(state, 1, null)).toMatchObject({
      state: 'live',
      refusedShards: [{ shard: 'a', reason: 'not yours' }],
    });
    const again = run([{ type: 'retryNow' }], state);
    expect(again.effects).toEqual([{ do: 'open', channel: 3, shard: 'a' }]);
    expect(statusOf(again.state, 1, null)).toMatchObject({ state: 'catching-up', refusedShards: [] });
  });

  it('SYN-CON-SHARD: one refused update leaves the shard in step', () => {
    const { state } = run([
      { type: 'follow', shards: ['a'] },
      ...greeted,
      { type: 'opened', channel: 1 },
      { type: 'synced', shard: 'a' },
      { type: 'refused', channel: 1, problem: denied },
    ]);
    expect(statusOf(state, 1, null)).toMatchObject({
      state: 'live',
      refusedShards: [{ shard: 'a', reason: 'not yours' }],
    });
  });

  it('SYN-CON-LIVE: no sequence of events breaks it; stop always ends offline without timers', () => {
    const event: fc.Arbitrary<LinkEvent> = fc.oneof(
      fc.constantFrom<LinkEvent[]>(
        { type: 'start' },
        { type: 'retryNow' },
        { type: 'follow', shards: ['a', 'b', 'c', 'd', 'e', 'f'] },
        ...greeted,
        { type: 'noToken', problem: denied, ...at },
        { type: 'heard' },
        { type: 'stop' },
      ),
      fc.record({ type: fc.constant('opened' as const), channel: fc.nat(8) }),
      fc.record({ type: fc.constant('refused' as const), channel: fc.nat(8), problem: fc.constant(denied) }),
      fc.record({ type: fc.constant('synced' as const), shard: fc.constantFrom('a', 'b', 'f', 'z') }),
      fc.record({
        type: fc.constant('failed' as const),
        shard: fc.constantFrom('a', 'b', 'z'),
        reason: fc.constant('r'),
        lasting: fc.boolean(),
      }),
      fc.constantFrom(1000, 1006, 4401, 4403, 4406, 4408, 4421, 4507).map(lost),
      fc
        .constantFrom('retry', 'answer', 'beat', 'deadline')
        .map((name) => ({ type: 'timer' as const, name, ...at }) as LinkEvent),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const { state } = run(events);
        const channels = [...state.shards.values()]
          .filter(({ phase }) => phase === 'opening' || phase === 'syncing')
          .map(({ channel }) => channel);
        expect(new Set(channels).size).toBe(channels.length);
        expect(channels.includes(0)).toBe(false);
        if (state.phase !== 'up') expect(channels).toEqual([]);
        const end = run([{ type: 'stop' }], state);
        expect(syncStateOf(end.state)).toBe('offline');
        expect(end.effects.map((effect) => effect.do)).toEqual(['clearTimers', 'hangUp']);
      }),
      { numRuns: 500 },
    );
  });
});
