import { type ShardId, scheduleShard } from '@fieldfare/kernel';
import type { ShardReport } from '@fieldfare/sync';
import { describe, expect, it } from 'vitest';
import { shardTitle, titledReport } from './report.ts';

const REGION = '11111111-1111-4111-8111-111111111111';
const OTHER = '22222222-2222-4222-8222-222222222222';
const nameOf = (id: string): string | null => (id === REGION ? 'West' : null);
const shard = (name: ShardId, over: Partial<ShardReport> = {}): ShardReport => ({
  shard: name,
  phase: 'synced',
  access: 'write',
  pending: 0,
  lastAckAt: null,
  reason: null,
  bytes: 0,
  frames: 0,
  begunAt: null,
  loaded: true,
  peers: [],
  ...over,
});

describe('the sync report', () => {
  it.each([
    ['org', 'Organisation'],
    [`region/${REGION}/roster`, 'Staff · West'],
    [`region/${REGION}/patients`, 'Patients · West'],
    [`schedule/${REGION}/2026-W47`, 'Week 2026-W47 · West'],
    [`schedule/${OTHER}/2026-W47`, 'Week 2026-W47 · region 22222222'],
    [`patient/${REGION}/${OTHER}`, 'Record 22222222 · West'],
    ['something newer', 'something newer'],
  ])('%s is shown as %s', (name, title) => {
    expect(shardTitle(name, nameOf)).toBe(title);
  });

  it('shows what wants attention first', () => {
    const report = titledReport(
      {
        status: { state: 'live', pending: 1, lastSyncedAt: null, retryAt: null, reason: null, refusedShards: [] },
        journal: { bytes: 0, frames: 0, segments: 0 },
        refusals: [],
        shards: [
          shard('org'),
          shard(scheduleShard(REGION, '2026-W48')),
          shard(scheduleShard(REGION, '2026-W47'), { pending: 3 }),
          shard(`region/${REGION}/roster`, { reason: 'no' }),
        ],
      },
      nameOf,
    );
    expect(report.shards.map(({ title }) => title)).toEqual([
      'Staff · West',
      'Week 2026-W47 · West',
      'Organisation',
      'Week 2026-W48 · West',
    ]);
  });
});
