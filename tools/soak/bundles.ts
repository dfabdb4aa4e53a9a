/** `pnpm soak bundles`: random profiles through the engine; every law of a proposal must hold for each. */
import { parseArgs } from 'node:util';
import { compileConfig, DEFAULT_PARTS, SERVICE_IDS } from '@fieldfare/engine-bundles';
import { generateProfile } from '@fieldfare/engine-bundles/generate';
import { brokenLaws } from '@fieldfare/engine-bundles/laws';
import { unwrap } from '@fieldfare/kernel';

export async function soakBundles(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: { rounds: { type: 'string', default: '10000' }, seed: { type: 'string', default: '1' } },
  });
  const rounds = Number(values.rounds);
  const first = Number(values.seed);
  const config = unwrap(compileConfig(DEFAULT_PARTS));
  const streams = config.book.streams;
  const market = { own: new Set(SERVICE_IDS), partner: new Set(SERVICE_IDS) };
  let broken = 0;
  for (let seed = first; seed < first + rounds; seed += 1) {
    const stream = streams[seed % streams.length];
    if (!stream) throw new Error('a checked rate book has a stream');
    const profile = generateProfile(seed, (seed % 7) / 10);
    for (const law of brokenLaws(config, { profile, stream, market }, seed)) {
      broken += 1;
      console.log(`seed ${seed}: ${law}`);
    }
  }
  console.log(`${rounds} profiles from seed ${first}: ${broken} laws broken`);
  return broken === 0;
}
