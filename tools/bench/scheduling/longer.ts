/**
 * What the product's search leaves on the table: the large week, half of it placed as it stands and with nothing placed, as the
 * product searches it, for a minute (about what it does when asked to search longer), and for many minutes. Two seeds differ by half a
 * per cent, so means of several say more. In processor time, so that other work on the machine counts for nothing; a search is cooled
 * by the move, so each is given as many moves as the one before it made in that time.
 */
import { buildDemoAgency } from '@fieldfare/demo';
import { sharedWorkbench } from '@fieldfare/domain';
import {
  type AutoAssignOptions,
  autoAssign,
  type CompiledWeek,
  costOf,
  createPlan,
  type Plan,
} from '@fieldfare/engine-scheduling';
import { type Metric, metric } from '../../lib/metrics.ts';
import { largestRegion, openCopy } from './weeks.ts';

interface Searched {
  readonly moves: number;
  readonly seconds: number;
  readonly cost: number;
  readonly unplaced: number;
}

function processorSeconds(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e6;
}

function search(plan: Plan, options: AutoAssignOptions): Searched {
  const from = processorSeconds();
  const steps = autoAssign(plan, options);
  let made = 0;
  let step = steps.next();
  while (!step.done) {
    made = Math.max(made, step.value.moves);
    step = steps.next();
  }
  const { after, unplaced } = step.value;
  return { moves: made, seconds: processorSeconds() - from, cost: costOf(after), unplaced: unplaced.length };
}

/** As fast as another search was. */
const movesIn = (seconds: number, { moves, seconds: took }: Searched): number => Math.round((moves / took) * seconds);

function emptied(compiled: CompiledWeek): Plan {
  const plan = createPlan(compiled);
  for (let visit = 0; visit < compiled.visitCount; visit += 1) {
    if (compiled.visitFixed[visit] === 0 && plan.placementOf(visit) !== null) plan.remove(visit);
  }
  return plan;
}

export interface LongerOptions {
  /** The first of `seeds`. */
  readonly seed: number;
  readonly seeds: number;
  readonly minutes: number;
  /** Names of the weeks to measure. */
  readonly only?: RegExp | undefined;
}

export async function benchLonger({ seed, seeds, minutes, only = /./ }: LongerOptions): Promise<Metric[]> {
  const demo = buildDemoAgency({ size: 'large', today: '2026-11-18', historyWeeks: 0 });
  const week = demo.weeks.at(-1) ?? demo.week;
  const workspace = await openCopy(demo);
  const { compiled } = await sharedWorkbench(workspace.context, { regionId: largestRegion(demo, week), week });
  await workspace.close();
  const metrics: Metric[] = [];
  for (const [name, planOf] of [
    ['large week as it stands', createPlan],
    ['large week with nothing placed', emptied],
  ] as const) {
    if (!only.test(name)) continue;
    const runs: Record<'usual' | 'minute' | 'longest', Searched[]> = { usual: [], minute: [], longest: [] };
    for (let each = seed; each < seed + seeds; each += 1) {
      const run = (how: keyof typeof runs, options: Partial<AutoAssignOptions>): Searched => {
        const one = search(planOf(compiled), { seed: each, ...options });
        const { seconds, moves, cost, unplaced } = one;
        console.log(
          `${name}, seed ${each}: ${seconds.toFixed(0)} s, ${moves} moves, cost ${cost}, ${unplaced} not placed`,
        );
        runs[how].push(one);
        return one;
      };
      const usual = run('usual', {});
      const minute = run('minute', { moves: movesIn(60, usual) });
      run('longest', { moves: movesIn(minutes * 60, minute) });
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
