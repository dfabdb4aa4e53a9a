import { fail, ok, problem } from '@fieldfare/kernel';
import { describe, expect, it } from 'vitest';
import { isWorthCompacting, keepCompact } from './compaction.ts';
import type { Replica } from './types.ts';

describe('when a journal is compacted', () => {
  const big = (bytes: number) => ({ journal: { bytes, frames: 2_000, segments: 9 }, shards: [] });
  const report = { shards: 0, kept: [], epochs: 0, bytesBefore: 1, bytesAfter: 1 };
  const watch = (compact: Replica['compact'], firstLookMs?: number) => {
    const timers: { readonly run: () => void; readonly ms: number }[] = [];
    const it = { bytes: 50_000_000, passes: 0, reports: 0 };
    const stop = keepCompact({
      replica: {
        stored: () => big(it.bytes),
        compact(turn) {
          it.passes += 1;
          return compact(turn);
        },
      },
      setTimer(run, ms) {
        timers.push({ run, ms });
        return () => timers.pop();
      },
      ...(firstLookMs === undefined ? {} : { firstLookMs }),
      onDone() {
        it.reports += 1;
      },
    });
    const look = async (): Promise<void> => {
      timers.pop()?.run();
      await new Promise((resolve) => setTimeout(resolve));
    };
    return { it, look, stop, waits: () => timers.map(({ ms }) => ms) };
  };

  it('JRN-COMPACT-SOON: looked at a minute after opening and then every minute, at a server at once, until it is ended', async () => {
    const compact = async () => ok(report);
    const laptop = watch(compact);
    expect(laptop.waits()).toEqual([60_000]);
    await laptop.look();
    expect([laptop.it.passes, laptop.it.reports, laptop.waits()]).toEqual([1, 1, [60_000]]);
    laptop.stop();
    expect(laptop.waits()).toEqual([]);
    const server = watch(compact, 0);
    expect(server.waits()).toEqual([0]);
    await server.look();
    expect([server.it.passes, server.waits()]).toEqual([1, [60_000]]);
  });

  it('done again only when the journal has doubled, after a failure too', async () => {
    for (const result of [ok(report), fail(problem('storage-failed', 'full'))]) {
      const { it: seen, look } = watch(async () => result);
      await look();
      seen.bytes = 90_000_000;
      await look();
      expect(seen.passes).toBe(1);
      seen.bytes = 101_000_000;
      await look();
      expect(seen.passes).toBe(2);
    }
  });

  it('worth it by records a shard and bytes', () => {
    const stored = (bytes: number, frames: number, shards: number) => ({
      journal: { bytes, frames, segments: 1 },
      shards: Array.from({ length: shards }, (_, i) => ({ shard: `s${i}`, bytes: 0, frames: 0, pending: 0, epoch: 0 })),
    });
    expect(isWorthCompacting(stored(50_000_000, 2_000, 20))).toBe(true);
    expect(isWorthCompacting(stored(50_000_000, 40, 20))).toBe(false);
    expect(isWorthCompacting(stored(100_000, 2_000, 20))).toBe(false);
  });
});
