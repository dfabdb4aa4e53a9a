import { tables, visits } from '@fieldfare/domain';
import { createRow, newId, type ShardId, scheduleShard, seededRandom, systemClock, unwrap } from '@fieldfare/kernel';
import { createReplica, openJournal, type Replica } from '@fieldfare/sync';
import { createMemoryFiles } from '@fieldfare/sync/memory';
import { createFakeClock, type FakeClock } from '@fieldfare/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { visit } from '../test/support.ts';
import { createResidency, type Residency } from './residency.ts';

const IDLE = 60_000;
const random = seededRandom(7);
const region = newId(systemClock, random);
const shard = (week: number): ShardId => scheduleShard(region, `2026-W${week}`);
let clock: FakeClock;
let inner: Replica;
let residency: Residency;
const occupied = new Set<ShardId>();

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  clock = createFakeClock();
  const options = { tenantId: newId(systemClock, random), random };
  const journal = unwrap(await openJournal({ ...options, files: createMemoryFiles(), key: random.bytes(32) }));
  inner = unwrap(await createReplica({ ...options, journal, tables, clock, authority: true }));
  residency = createResidency({ replica: inner, rooms: { occupied: (one) => occupied.has(one) }, clock, idleMs: IDLE });
});
afterEach(async () => {
  residency.stop();
  occupied.clear();
  await inner.close();
  vi.useRealTimers();
});

function pass(ms: number): void {
  for (let gone = 0; gone < ms; gone += IDLE / 4) {
    clock.advance(IDLE / 4);
    vi.advanceTimersByTime(IDLE / 4);
  }
}

describe('SRV-SHARD-IDLE', () => {
  it('a shard nobody has open leaves memory when it was not asked for or written to for a while; asking brings it back', async () => {
    const { replica } = residency;
    const row = visit(region, { week: '2026-W41', note: 'kept' });
    unwrap(await replica.load([shard(40), shard(41), shard(42)]));
    occupied.add(shard(40));
    pass(IDLE / 2);
    unwrap(await replica.commit([createRow(visits, row)], 'somebody'));
    pass(IDLE / 2);
    expect(replica.loaded()).toEqual([shard(40), shard(41)]);
    pass(IDLE);
    expect(replica.loaded()).toEqual([shard(40)]);
    unwrap(await replica.load([shard(41)]));
    expect(replica.row(shard(41), visits.name, row.id)?.fields.note).toBe('kept');
  });

  it('a shard with a write under way stays until the write is durable, and nothing of it is lost', async () => {
    const { replica } = residency;
    unwrap(await replica.load([shard(41)]));
    const rows = Array.from({ length: 50 }, (_, n) => visit(region, { week: '2026-W41', note: String(n) }));
    const writes = rows.map((row) => replica.commit([createRow(visits, row)], 'somebody'));
    pass(2 * IDLE); // in the middle of all of them
    for (const written of await Promise.all(writes)) unwrap(written);
    unwrap(await replica.load([shard(41)]));
    expect([...replica.rows(shard(41), visits.name)]).toHaveLength(50);
  });

  it('SRV-SHARD-ONCE: a shard is read once however many ask at once', async () => {
    let loads = 0;
    inner.onTouched(({ origin }) => {
      if (origin === 'load') loads += 1;
    });
    unwrap(await residency.replica.commit([createRow(visits, visit(region, { week: '2026-W41' }))], 'somebody'));
    inner.unload([shard(41)]);
    await Promise.all(Array.from({ length: 20 }, () => residency.replica.load([shard(41)])));
    expect(loads).toBe(1);
  });
});
