/** `pnpm soak weeks`: generated weeks of every kind, planned, planned again and mended; none may break a rule or not end. */
import { parseArgs } from 'node:util';
import { tryWeek } from '@fieldfare/engine-scheduling/test/campaign';

export async function soakWeeks(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: { seeds: { type: 'string', default: '5000' }, from: { type: 'string', default: '1' } },
  });
  const [from, seeds] = [Number(values.from), Number(values.seeds)];
  let broken = 0;
  for (let seed = from; seed < from + seeds; seed += 1) {
    const wrong = wrongWith(seed);
    if (wrong !== null) {
      broken += 1;
      console.log(`week ${seed}: ${wrong} (again: pnpm soak weeks --from ${seed} --seeds 1)`);
    }
    if ((seed - from + 1) % 500 === 0) console.log(`${seed - from + 1} weeks, ${broken} broken`);
  }
  console.log(`${seeds} weeks from ${from}, ${broken} broken`);
  return broken === 0;
}

function wrongWith(seed: number): string | null {
  try {
    return tryWeek(seed);
  } catch (error) {
    return String(error);
  }
}
