/**
 * What the product's search leaves on the table: the large week, half of it placed as it stands and with nothing placed, once
 * as the product searches it and once for many minutes. In processor time, so that other work on the machine counts for nothing.
 */
import { buildDemoAgency } from '@fieldfare/demo';
import { sharedWorkbench } from '@fieldfare/domain';
import { autoAssign, type CompiledWeek, costOf, createPlan, type Plan } from '@fieldfare/engine-scheduling';
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

function search(plan: Plan, seed: number, moves?: number): Searched {
  const from = processorSeconds();
  const steps = autoAssign(plan, { seed, ...(moves === undefined ? {} : { moves }) });
  let made = 0;
  let step = steps.next();
  while (!step.done) {
    made = Math.max(made, step.value.moves);
    step = steps.next();
  }
  const { after, unplaced } = step.value;
  return { moves: made, seconds: processorSeconds() - from, cost: costOf(after), unplaced: unplaced.length };
}

function emptied(compiled: CompiledWeek): Plan {
  const plan = createPlan(compiled);
  for (let visit = 0; visit < compiled.visitCount; visit += 1) {
    if (compiled.visitFixed[visit] === 0 && plan.placementOf(visit) !== null) plan.remove(visit);
  }
  return plan;
}

export interface LongerOptions {
  readonly seed: number;
  readonly minutes: number;
  /** Names of the weeks to measure. */
  readonly only?: RegExp | undefined;
}

export async function benchLonger({ seed, minutes, only = /./ }: LongerOptions): Promise<Metric[]> {
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
    const product = search(planOf(compiled), seed);
    const longer = search(planOf(compiled), seed, Math.round((product.moves / product.seconds) * minutes * 60));
    for (const one of [product, longer]) {
      const { seconds, moves, cost, unplaced } = one;
      console.log(`${name}: ${seconds.toFixed(0)} s, ${moves} moves, cost ${cost}, ${unplaced} not placed`);
    }
    metrics.push(
      metric(`${name}: the product's search`, product.seconds, 's of processor', '<60'),
      metric(
        `${name}: not placed, more than after ${minutes} min`,
        product.unplaced - longer.unplaced,
        'visits',
        '<=0',
      ),
      metric(`${name}: cost above that after ${minutes} min`, 100 * (product.cost / longer.cost - 1), '%', '<1'),
    );
  }
  return metrics;
}
