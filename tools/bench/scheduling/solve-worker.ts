/** A thread that solves one instance after another within a budget of time, as the product's worker does with weeks. */
import { parentPort } from 'node:worker_threads';
import { anneal } from '@fieldfare/engine-scheduling';
import { type Instance, type Solution, toModel, toSolution } from './hhcrsp.ts';

export interface SolveOrder {
  readonly instance: Instance;
  readonly seconds: number;
  readonly seed: number;
  /** Seconds of this thread on a processor instead of on the clock: for machines that others use too. */
  readonly processorTime: boolean;
}

export interface Solved {
  readonly solution: Solution;
  readonly seconds: number;
  readonly moves: number;
}

/** Task-rounds that a second pays for: a cooling worth its time takes a small instance less of it. */
const TASK_ROUNDS_PER_SECOND = 6;

/** Milliseconds. */
function timer(processorTime: boolean): () => number {
  if (!processorTime) return () => performance.now();
  return () => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  };
}

function solve({ instance, seconds, seed, processorTime }: SolveOrder): Solved {
  const now = timer(processorTime);
  const from = now();
  const { model, tasks } = toModel(instance);
  const elapsed = (): number => (now() - from) / 1000;
  const rounds = Math.max(1, Math.floor((seconds * TASK_ROUNDS_PER_SECOND) / model.taskCount));
  const share = (): number => Math.min(1, elapsed() / seconds);
  const search = anneal(model, { seed, iterations: Number.POSITIVE_INFINITY, share, rounds });
  let step = search.next();
  while (!step.done) step = search.next(elapsed() >= seconds ? 'stop' : undefined);
  return { solution: toSolution(instance, tasks, step.value.tours), seconds: elapsed(), moves: step.value.iteration };
}

parentPort?.on('message', (order: SolveOrder) => parentPort?.postMessage(solve(order)));
