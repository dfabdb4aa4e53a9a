/** `pnpm soak guard`: random mutations of honest updates and of attacks; then what judging each attack costs. */
import { parseArgs } from 'node:util';
import { measureGuard, runGuardCampaign } from '@fieldfare/sync/guard-campaign';

export async function soakGuard(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: { rounds: { type: 'string', default: '2000' }, seed: { type: 'string', default: '1' } },
  });
  const campaign = await runGuardCampaign({
    seed: Number(values.seed),
    rounds: Number(values.rounds),
    onRound: (done) => done % 250 === 0 && console.log(`${done} rounds`),
  });
  for (const law of campaign.broken) console.log(`BROKEN ${law}`);
  console.log(
    `${campaign.mutations} mutations from seed ${values.seed}: ${campaign.taken} taken, ${campaign.broken.length} laws broken`,
  );
  for (const [rule, count] of [...campaign.refused].sort((a, b) => b[1] - a[1])) console.log(`  ${rule}: ${count}`);

  console.log('CPU of one judgement, warm, ms:');
  const costs = (await measureGuard(20)).toSorted((a, b) => b.ms - a.ms);
  for (const { what, bytes, ms } of [
    ...costs.slice(0, 6),
    ...costs.filter(({ what }) => what === 'an ordinary edit'),
  ]) {
    console.log(`  ${ms.toFixed(3).padStart(8)}  ${String(bytes).padStart(7)} bytes  ${what}`);
  }
  return campaign.broken.length === 0;
}
