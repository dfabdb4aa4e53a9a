/**
 * `pnpm soak simulate`: organisations of two to eight laptops through partitions, crashes, broken disks and wrong clocks,
 * all in virtual time. A seed that breaks a law is told with its trace and how to run it again.
 */
import { parseArgs } from 'node:util';
import { describeFailure, type Model, rowsModel, runCampaign } from '@fieldfare/sync/simulator';

const MODELS: Readonly<Record<string, () => Promise<Model>>> = {
  rows: async () => rowsModel,
  planning: async () => (await import('@fieldfare/domain/simulator')).planningModel,
};

export async function soakSimulate(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seeds: { type: 'string', default: '10000' },
      from: { type: 'string', default: '1' },
      model: { type: 'string' },
    },
  });
  const names = values.model === undefined ? Object.keys(MODELS) : [values.model];
  let clean = true;
  for (const name of names) {
    const load = MODELS[name];
    if (load === undefined) {
      console.error(`no such model: ${name} (there are ${Object.keys(MODELS).join(', ')})`);
      return false;
    }
    const started = performance.now();
    const seconds = (): string => ((performance.now() - started) / 1000).toFixed(0);
    const campaign = await runCampaign({
      model: await load(),
      from: Number(values.from),
      seeds: Number(values.seeds),
      most: 5,
      onFailure: (failure) => console.log(describeFailure(failure, name)),
      onSeed: (done, failures) => {
        if (done % 500 === 0) console.log(`${name}: ${done} seeds, ${failures} broken, ${seconds()} s`);
      },
    });
    console.log(
      `${name}: ${campaign.seeds} seeds from ${values.from}, ${campaign.commits} commits, ${campaign.crashes} crashes, ` +
        `up to ${campaign.replicas} replicas, ${campaign.failures.length} seeds broken, ${seconds()} s`,
    );
    clean &&= campaign.failures.length === 0;
  }
  return clean;
}
