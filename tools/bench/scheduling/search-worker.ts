/**
 * A thread that searches the large demo week once. Each search has a thread of its own, as the first after the application opens:
 * a later one in the same thread takes some 8 % longer for the same moves (docs/benchmarks.md).
 */
import { parentPort, workerData } from 'node:worker_threads';
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
import { largestRegion, openCopy } from './weeks.ts';

export interface SearchOrder {
  /** Whether all that may move is taken off before. */
  readonly emptied: boolean;
  readonly options: AutoAssignOptions;
}

export interface Searched {
  readonly moves: number;
  /** Of this thread on a processor. */
  readonly seconds: number;
  /** Of these before the first move: the model, the first places. */
  readonly secondsBeforeMoves: number;
  readonly cost: number;
  readonly unplaced: number;
}

function processorSeconds(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e6;
}

function emptiedPlan(compiled: CompiledWeek): Plan {
  const plan = createPlan(compiled);
  for (let visit = 0; visit < compiled.visitCount; visit += 1) {
    if (compiled.visitFixed[visit] === 0 && plan.placementOf(visit) !== null) plan.remove(visit);
  }
  return plan;
}

function search(plan: Plan, options: AutoAssignOptions): Searched {
  const from = processorSeconds();
  const steps = autoAssign(plan, options);
  let moves = 0;
  let secondsBeforeMoves = 0;
  let step = steps.next();
  while (!step.done) {
    if (moves === 0) secondsBeforeMoves = processorSeconds() - from;
    moves = Math.max(moves, step.value.moves);
    step = steps.next();
  }
  const { after, unplaced } = step.value;
  const seconds = processorSeconds() - from;
  return { moves, seconds, secondsBeforeMoves, cost: costOf(after), unplaced: unplaced.length };
}

async function compiledWeek(): Promise<CompiledWeek> {
  const demo = buildDemoAgency({ size: 'large', today: '2026-11-18', historyWeeks: 0 });
  const week = demo.weeks.at(-1) ?? demo.week;
  const workspace = await openCopy(demo);
  const { compiled } = await sharedWorkbench(workspace.context, { regionId: largestRegion(demo, week), week });
  await workspace.close();
  return compiled;
}

const { emptied, options } = workerData as SearchOrder;
const compiled = await compiledWeek();
parentPort?.postMessage(search(emptied ? emptiedPlan(compiled) : createPlan(compiled), options));
