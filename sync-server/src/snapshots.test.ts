import { ok } from '@fieldfare/kernel';
import { describe, expect, it } from 'vitest';
import { createSnapshots } from './snapshots.ts';

describe('snapshots that are kept', () => {
  function shelf(maxKeptBytes?: number) {
    const clock = { time: 1_000_000, now: () => clock.time };
    const made: string[] = [];
    const tenant = {
      id: 'tenant',
      replica: {
        load: async () => ok(undefined),
        epochOf: () => 0,
        diff(shard: string) {
          made.push(shard);
          return new TextEncoder().encode(`${shard} ${made.length}`);
        },
      },
      receipts: { seal: () => new Uint8Array(16) },
    } as unknown as Parameters<ReturnType<typeof createSnapshots>['fresh']>[0];
    const snapshots = createSnapshots({ clock, ...(maxKeptBytes === undefined ? {} : { maxKeptBytes }) });
    const etag = async (shard: string): Promise<string> => {
      const got = await snapshots.fresh(tenant, shard);
      return got.ok ? got.value.etag : '';
    };
    return { clock, made, snapshots, etag };
  }

  it('SRV-SNAP-ONCE: one is made for a crowd, and another when it is a minute old', async () => {
    const { clock, made, snapshots, etag } = shelf();
    const first = await Promise.all([etag('org'), etag('org'), etag('org')]);
    expect([new Set(first).size, made]).toEqual([1, ['org']]);
    clock.time += 60_001;
    expect(await etag('org')).not.toBe(first[0]);
    expect(snapshots.find('tenant', 'org', first[0] ?? '')).not.toBeNull(); // who began it finds the rest
    expect(snapshots.find('other', 'org', first[0] ?? '')).toBeNull();
  });

  it('SRV-SNAP-BOUND: what nobody used for longest goes first, and all that is old goes', async () => {
    const { clock, snapshots, etag } = shelf(60); // room for two
    const [a, b] = [await etag('a'), await etag('b')];
    snapshots.find('tenant', 'a', a);
    await etag('c');
    expect(snapshots.find('tenant', 'b', b)).toBeNull();
    expect(snapshots.find('tenant', 'a', a)).not.toBeNull();
    clock.time += 11 * 60_000;
    await etag('d');
    expect(snapshots.find('tenant', 'a', a)).toBeNull();
  });
});
