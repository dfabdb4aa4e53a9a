/**
 * What the product's search leaves on the table: the large week, half of it placed as it stands and with nothing placed, as the
 * product searches it, for a minute (about what it does when asked to search longer), and for many minutes. Two seeds differ by half a
 * per cent, so means of several say more. Each in a thread of its own (search-worker.ts) and in processor time, so that other work on the machine counts for little; a
 * search is cooled by the move, so each is given as many moves as the one before it made in that time.
 */
import { Worker } from 'node:worker_threads';
import { type Metric, metric } from '../../lib/metrics.ts';
import type { Searched, SearchOrder } from './search-worker.ts';

function search(order: SearchOrder): Promise<Searched> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('search-worker.ts', import.meta.url), { workerData: order });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

/** As fast as another search was, once it was moving. */
const movesIn = (seconds: number, { moves, seconds: took, secondsBeforeMoves: before }: Searched): number =>
  Math.round((moves / (took - before)) * (seconds - before));

export interface LongerOptions {
  /** The first of `seeds`. */
  readonly seed: number;
  readonly seeds: number;
  readonly minutes: number;
  /** Names of the weeks to measure. */
  readonly only?: RegExp | undefined;
}

export async function benchLonger({ seed, seeds, minutes, only = /./ }: LongerOptions): Promise<Metric[]> {
  const metrics: Metric[] = [];
  for (const [name, emptied] of [
    ['large week as it stands', false],
    ['large week with nothing placed', true],
  ] as const) {
    if (!only.test(name)) continue;
    const runs: Record<'usual' | 'minute' | 'longest', Searched[]> = { usual: [], minute: [], longest: [] };
    for (let each = seed; each < seed + seeds; each += 1) {
      const run = async (how: keyof typeof runs, moves?: number): Promise<Searched> => {
        const one = await search({ emptied, options: { seed: each, ...(moves === undefined ? {} : { moves }) } });
        const { seconds, cost, unplaced } = one;
        console.log(
          `${name}, seed ${each}: ${seconds.toFixed(0)} s, ${one.moves} moves, cost ${cost}, ${unplaced} not placed`,
        );
        runs[how].push(one);
        return one;
      };
      const usual = await run('usual');
      const minute = await run('minute', movesIn(60, usual));
      await run('longest', movesIn(minutes * 60, minute));
    }
    const mean = (list: readonly Searched[], of: keyof Searched): number =>
      list.reduce((sum, one) => sum + one[of], 0) / list.length;
    const { usual, minute, longest } = runs;
    const above = (list: readonly Searched[]): number => 100 * (mean(list, 'cost') / mean(longest, 'cost') - 1);
    const left = (list: readonly Searched[]): number => mean(list, 'unplaced') - mean(longest, 'unplaced');
    metrics.push(
      metric(`${name}: the product's search`, mean(usual, 'seconds'), 's of processor'),
      metric(`${name}: cost above that after ${minutes} min`, above(usual), '%'),
      metric(`${name}: not placed, more than after ${minutes} min`, left(usual), 'visits'),
      metric(`${name}, searched for a minute`, mean(minute, 'seconds'), 's of processor'),
      metric(`${name}, searched for a minute: cost above that after ${minutes} min`, above(minute), '%', '<1'),
      metric(`${name}, searched for a minute: not placed, more than after ${minutes} min`, left(minute), 'visits'),
    );
  }
  return metrics;
}
