/** The replica over the real journal: what the tests with an in-test journal take for granted. */
import { type FileStore, seededRandom, systemRandom, unwrap } from '@fieldfare/kernel';
import { describe, expect, it } from 'vitest';
import { change, create, createClock, idOf, OTHER_SHARD, SHARD, TABLES } from '../test/fixtures.ts';
import { createMemoryFiles } from './journal/drivers/memory-files.ts';
import { openJournal } from './journal/journal.ts';
import { createReplica } from './replica.ts';
import type { Replica } from './types.ts';

const KEY = seededRandom(3).bytes(32);

async function open(files: FileStore, seed: number): Promise<Replica> {
  const journal = unwrap(await openJournal({ files, tenantId: 'tenant', key: KEY, random: systemRandom }));
  const clock = createClock();
  const random = seededRandom(seed);
  const replica = unwrap(await createReplica({ tenantId: 'tenant', journal, tables: TABLES, clock, random }));
  unwrap(await replica.load([SHARD, OTHER_SHARD]));
  return replica;
}

describe('over the real journal', () => {
  it('SYN-REP-DURABLE SYN-REP-ATOMIC: a power cut after the answer loses nothing, across shards', async () => {
    const files = createMemoryFiles();
    const before = await open(files, 1);
    unwrap(await before.commit([create(0), create(1, {}, OTHER_SHARD)], 'anna'));
    unwrap(await before.commit([change(0, { title: 'b' })], 'anna'));
    const expected = [before.row(SHARD, 'visits', idOf(0)), before.row(OTHER_SHARD, 'visits', idOf(1))];
    files.crash({ keep: 'durable' });
    const after = await open(unwrap(await files.mount()), 2);
    expect([after.row(SHARD, 'visits', idOf(0)), after.row(OTHER_SHARD, 'visits', idOf(1))]).toEqual(expected);
    expect(after.pending()).toEqual({ count: 2, shards: [SHARD, OTHER_SHARD] });
    await after.close();
  });

  it.each([0, 1, 2, 3, 4])(
    'SYN-REP-DISK: a failing disk at write or flush %i: memory, answers and disk agree',
    async (nth) => {
      for (const op of ['append', 'flush'] as const) {
        const files = createMemoryFiles();
        const before = await open(files, 1);
        files.plan({ op, nth: nth + 1, code: 'io' });
        const taken: number[] = [];
        for (let n = 0; n < 6; n++) {
          if ((await before.commit([create(n), create(n, {}, OTHER_SHARD)], 'anna')).ok) taken.push(n);
        }
        const ids = (replica: Replica, shard: string) => [...replica.rows(shard, 'visits')].map(({ id }) => id).sort();
        const expected = taken.map(idOf).sort();
        expect(taken.length).toBeGreaterThanOrEqual(4);
        expect([ids(before, SHARD), ids(before, OTHER_SHARD)]).toEqual([expected, expected]);
        files.crash({ keep: 'durable' });
        const after = await open(unwrap(await files.mount()), 2);
        expect([ids(after, SHARD), ids(after, OTHER_SHARD)]).toEqual([expected, expected]);
        expect(after.pending().count).toBe(taken.length);
        await after.close();
      }
    },
  );
});
