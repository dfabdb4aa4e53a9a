import { describe, expect, it } from 'vitest';
import { runGuardCampaign } from './guard-campaign.ts';

describe('mutated updates', () => {
  it('SYN-REP-REFUSE SYN-GUARD-DECODE SYN-GUARD-CARRY: no mutation throws, changes what it was refused for, or forges', async () => {
    const campaign = await runGuardCampaign({ seed: 1, rounds: 25 });
    expect(campaign.broken).toEqual([]);
    expect(campaign.taken).toBeGreaterThan(20); // the mutations are near enough to honest updates to be worth judging
    expect(campaign.refused.size).toBeGreaterThan(10);
  });
});
