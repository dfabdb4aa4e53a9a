/**
 * `pnpm bench scheduling`: the demo weeks, and how soon a run in the browser ends when it is told to (`--only cancel`); with
 * `--instances DIR` instead a folder of published home health care routing instances, solved by the product's own search through
 * a mapping; with `--minutes N [--seeds COUNT]` the large week against its own result after so long.
 */
import { parseArgs } from 'node:util';
import type { Metric } from '../lib/metrics.ts';
import { benchCancel } from './scheduling/cancel.ts';
import { benchInstances } from './scheduling/instances.ts';
import { benchLonger } from './scheduling/longer.ts';
import { benchWeeks } from './scheduling/weeks.ts';

export async function benchScheduling(args: readonly string[]): Promise<readonly Metric[]> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      instances: { type: 'string' },
      references: { type: 'string' },
      seconds: { type: 'string', default: '10' },
      seed: { type: 'string', default: '1' },
      only: { type: 'string' },
      minutes: { type: 'string' },
      seeds: { type: 'string', default: '1' },
      solutions: { type: 'string' },
      'processor-time': { type: 'boolean', default: false },
    },
  });
  const { instances, references, solutions } = values;
  const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
  if (!(seconds > 0) || !Number.isInteger(seed)) throw new RangeError('--seconds above 0, --seed a whole number');
  const only = values.only === undefined ? undefined : new RegExp(values.only);
  if (values.minutes !== undefined) {
    return await benchLonger({ seed, seeds: Number(values.seeds), minutes: Number(values.minutes), only });
  }
  if (instances === undefined) {
    const metrics = await benchWeeks({ seed, only });
    return only?.test('cancel') === false ? metrics : [...metrics, ...(await benchCancel(seed))];
  }
  return await benchInstances({
    instances,
    references,
    seconds,
    seed,
    only,
    solutions,
    processorTime: values['processor-time'],
  });
}
