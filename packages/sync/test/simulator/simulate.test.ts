import { describe, expect, it } from 'vitest';
import { describeFailure, runCampaign } from './campaign.ts';
import { rowsModel } from './rows-model.ts';
import { simulate } from './simulate.ts';

describe('simulated organisations', () => {
  it('SYN-SIM SYN-FOLD-SAME SYN-FOLD-SEEN SYN-FOLD-UNKNOWN SYN-REP-DURABLE SYN-WIRE-ACK: 500 seeds keep every law', async () => {
    const { failures, seeds, commits, crashes, together, replicas } = await runCampaign({
      model: rowsModel,
      from: 1,
      seeds: 500,
    });
    expect(failures.map((failure) => describeFailure(failure, 'rows'))).toEqual([]);
    // the laws say little unless something happened
    expect(seeds).toBe(500);
    expect(commits).toBeGreaterThan(3_500);
    expect(crashes).toBeGreaterThan(200);
    expect(together).toBeGreaterThan(300);
    expect(replicas).toBe(9);
  }, 400_000);

  it.each([24_695, 26_052, 33_182, 38_321, 55_555, 81_515, 85_036])(
    'SYN-SIM seed %i, which a campaign found broken, keeps every law',
    async (seed) => {
      const report = await simulate(seed, { model: rowsModel });
      expect(report.broken).toEqual([]);
      expect(report.stored).toBeGreaterThan(3);
    },
  );

  it('SYN-SIM-SEED one seed is one run, to the last event', async () => {
    const [once, again] = [
      await simulate(77, { model: rowsModel, traced: true }),
      await simulate(77, { model: rowsModel, traced: true }),
    ];
    expect(again).toEqual(once);
    expect(once.trace.length).toBeGreaterThan(10);
    expect((await simulate(78, { model: rowsModel })).digest).not.toBe(once.digest);
  });
});
