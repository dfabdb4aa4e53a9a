import { describeFailure, runCampaign } from '@fieldfare/sync/simulator';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { planningModel } from './planning-model.ts';
import { createStorePool } from './store-watch.ts';

const fault = vi.hoisted(() => ({ on: false }));

vi.mock('../../src/scheduling/conflicts/clashes.ts', async (load) => {
  const real = await load<typeof import('../../src/scheduling/conflicts/clashes.ts')>();
  return {
    ...real,
    deriveClashes: (...given: Parameters<typeof real.deriveClashes>) =>
      real.deriveClashes(...given).filter(({ kind }) => !fault.on || kind !== 'double-booked-patient'),
  };
});

afterEach(() => {
  fault.on = false;
});

describe('simulated planning', () => {
  it('CNF-SAME CNF-REBUILD CNF-STAFF CNF-PATIENT: whatever happens, all derive the same conflicts, and no double booking is unflagged', async () => {
    const { failures, commits } = await runCampaign({ model: planningModel, from: 1, seeds: 30 });
    expect(failures.map((failure) => describeFailure(failure, 'planning'))).toEqual([]);
    expect(commits).toBeGreaterThan(200);
  }, 300_000);

  it('CNF-PATIENT finds: a derivation that overlooks a kind of double booking', async () => {
    fault.on = true;
    const { failures } = await runCampaign({ model: planningModel, from: 1, seeds: 40 });
    expect(failures[0]?.broken).toContainEqual(expect.stringMatching(/nobody is told: double-booked-patient/));
  }, 300_000);

  it('CNF-REBUILD STO-INCREMENTAL: the database kept up to date is the database rebuilt, on every laptop', async () => {
    const pool = createStorePool();
    const { failures } = await runCampaign({
      model: { ...planningModel, watch: (replica) => pool.watch(replica) },
      from: 1,
      seeds: 2,
      plan: { clients: 2, mixed: false, seconds: 20, pauseMs: 2000 },
    });
    await pool.close();
    expect(failures.map((failure) => describeFailure(failure, 'planning'))).toEqual([]);
  }, 300_000);
});
