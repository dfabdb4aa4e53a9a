/** Many seeds, one after another, and what to do about the first that breaks a law. */

export type { Build, Desk, Model, Watch } from './model.ts';
export { rowsModel } from './rows-model.ts';

import { type Report, type SimulateOptions, simulate } from './simulate.ts';

export interface Campaign {
  readonly seeds: number;
  readonly commits: number;
  readonly crashes: number;
  readonly together: number;
  /** Most replicas of a run. */
  readonly replicas: number;
  readonly failures: readonly Report[];
}

export interface CampaignOptions extends Omit<SimulateOptions, 'traced'> {
  readonly from: number;
  readonly seeds: number;
  /** Stops after so many broken seeds. Default 1. */
  readonly most?: number;
  readonly onSeed?: (done: number, failures: number) => void;
  /** A broken seed, with its trace. */
  readonly onFailure?: (report: Report) => void;
}

export async function runCampaign(options: CampaignOptions): Promise<Campaign> {
  const { from, seeds, most = 1, onSeed, onFailure, ...run } = options;
  const failures: Report[] = [];
  let [commits, crashes, together, replicas, done] = [0, 0, 0, 0, 0];
  for (let seed = from; seed < from + seeds && failures.length < most; seed++) {
    const report = await simulate(seed, run);
    done += 1;
    commits += report.stored;
    crashes += report.crashes;
    together += report.together;
    replicas = Math.max(replicas, report.replicas);
    // once more for the trace: the same seed does the same
    if (report.broken.length > 0) {
      const failure = await simulate(seed, { ...run, traced: true });
      failures.push(failure);
      onFailure?.(failure);
    }
    onSeed?.(done, failures.length);
  }
  return { seeds: done, commits, crashes, together, replicas, failures };
}

/** For people: what broke, how to see it again, and what led to it. */
export function describeFailure({ seed, broken, trace }: Report, model: string): string {
  return [
    `seed ${seed} breaks ${broken.length} laws; again: pnpm soak simulate --model ${model} --from ${seed} --seeds 1`,
    ...broken.map((law) => `  ${law}`),
    ...trace,
  ].join('\n');
}
