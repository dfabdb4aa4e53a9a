import { describe, expect, it } from 'vitest';
import { createBell, liveQuery } from './live.ts';

/** Lets everything that can run now run. */
const settle = () => new Promise<void>((resolve) => setTimeout(resolve, 5));

function collect<T>(iterable: AsyncIterable<T>): { readonly values: T[]; readonly done: Promise<void> } {
  const values: T[] = [];
  const done = (async () => {
    for await (const value of iterable) values.push(value);
  })();
  return { values, done };
}

describe('live queries', () => {
  it('STO-LIVE-TABLES run again when one of their tables changed, and only then', async () => {
    const bell = createBell();
    const stop = new AbortController();
    let runs = 0;
    const query = async () => {
      runs += 1;
      return runs;
    };
    const { values, done } = collect(liveQuery({ bell, tables: ['a', 'b'], query, signal: stop.signal }));
    await settle();
    bell.ring(['c']);
    await settle();
    expect(values).toEqual([1]);
    bell.ring(['b', 'c']);
    await settle();
    expect(values).toEqual([1, 2]);
    stop.abort();
    await done;
    expect(bell.listeners()).toBe(0);
  });

  it('STO-LIVE-COALESCE many changes during a run cause one more run', async () => {
    const bell = createBell();
    const stop = new AbortController();
    let runs = 0;
    const query = async () => {
      runs += 1;
      if (runs < 3) for (let n = 0; n < 10; n += 1) bell.ring(['a']);
      await settle();
      return runs;
    };
    const { values, done } = collect(liveQuery({ bell, tables: ['a'], query, signal: stop.signal }));
    for (let n = 0; n < 8; n += 1) await settle();
    expect(runs).toBe(3);
    expect(values).toEqual([1, 2, 3]);
    stop.abort();
    await done;
  });

  it('STO-LIVE-SAME results equal to the last are not yielded', async () => {
    const bell = createBell();
    const stop = new AbortController();
    let value = { rows: [1], big: 1n };
    const query = async () => value;
    const { values, done } = collect(liveQuery({ bell, tables: ['a'], query, signal: stop.signal }));
    await settle();
    value = { rows: [1], big: 1n };
    bell.ring(['a']);
    await settle();
    expect(values).toHaveLength(1);
    value = { rows: [1], big: 2n };
    bell.ring(['a']);
    await settle();
    expect(values).toHaveLength(2);
    stop.abort();
    await done;
  });

  it('STO-LIVE-SAME the caller may say what is the same', async () => {
    const bell = createBell();
    const stop = new AbortController();
    let value = 1;
    const same = (a: number, b: number) => Math.abs(a - b) < 5;
    const { values, done } = collect(
      liveQuery({ bell, tables: ['a'], query: async () => value, signal: stop.signal, same }),
    );
    await settle();
    for (const next of [3, 9]) {
      value = next;
      bell.ring(['a']);
      await settle();
    }
    expect(values).toEqual([1, 9]);
    stop.abort();
    await done;
  });

  it('STO-LIVE-END an abort ends a consumer that never asks again, and return() a pending next()', async () => {
    const bell = createBell();
    const stop = new AbortController();
    const query = async () => 1;
    const abandoned = liveQuery({ bell, tables: ['a'], query, signal: stop.signal })[Symbol.asyncIterator]();
    await abandoned.next();
    const waiting = liveQuery({ bell, tables: ['a'], query, signal: stop.signal })[Symbol.asyncIterator]();
    await waiting.next();
    const pending = waiting.next();
    expect(bell.listeners()).toBe(2);
    await waiting.return?.();
    expect(await pending).toEqual({ done: true, value: undefined });
    expect(bell.listeners()).toBe(1);
    stop.abort();
    expect(bell.listeners()).toBe(0);
    expect(await abandoned.next()).toEqual({ done: true, value: undefined });
  });

  it('STO-LIVE-END a signal that is already aborted yields nothing and holds nothing', async () => {
    const bell = createBell();
    const { values, done } = collect(
      liveQuery({ bell, tables: ['a'], query: async () => 1, signal: AbortSignal.abort() }),
    );
    await done;
    expect([values, bell.listeners()]).toEqual([[], 0]);
  });

  it('STO-LIVE-END closing ends all; a failing query throws to its consumer', async () => {
    const bell = createBell();
    const signal = new AbortController().signal;
    const open = collect(liveQuery({ bell, tables: ['a'], query: async () => 1, signal }));
    const failing = collect(liveQuery({ bell, tables: ['a'], query: () => Promise.reject(new Error('no')), signal }));
    await expect(failing.done).rejects.toThrow('no');
    expect(bell.listeners()).toBe(1);
    bell.close();
    await open.done;
    expect(bell.listeners()).toBe(0);
  });
});
