/** Solves a folder of published instances with the product's search, one worker thread, one run each. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { gunzipSync } from 'node:zlib';
import { type Metric, metric } from '../../lib/metrics.ts';
import { type Instance, type Solution, scoreSolution } from './hhcrsp.ts';
import type { Solved, SolveOrder } from './solve-worker.ts';

export interface InstanceOptions {
  /** Files `NAME.json` or `NAME.json.gz`. */
  readonly instances: string;
  /** CSV with columns `instance` and `total_cost`. */
  readonly references?: string | undefined;
  readonly seconds: number;
  readonly seed: number;
  readonly processorTime: boolean;
  readonly only?: RegExp | undefined;
  /** Where solutions are written in the published format. */
  readonly solutions?: string | undefined;
}

interface Row {
  readonly patients: number;
  /** Per cent above the reference; null without one. */
  readonly gap: number | null;
  readonly movesPerSecond: number;
}

/** Sizes by number of patients, with the mean gap they are to stay within, in per cent, by budget. */
const SIZES = [
  { name: 'up to 100 patients', least: 0, most: 100, goal: 0.3 },
  { name: '101 to 300 patients', least: 101, most: 300, goal: 2 },
] as const;
/** From this budget on every mean is to reach the references. */
const LONG_SECONDS = 60;

function readReferences(path: string | undefined): ReadonlyMap<string, number> {
  if (path === undefined) return new Map();
  const [head = '', ...lines] = readFileSync(path, 'utf8').trim().split(/\r?\n/);
  const columns = head.split(',').map((column) => column.trim());
  const [name, cost] = [columns.indexOf('instance'), columns.indexOf('total_cost')];
  if (name < 0 || cost < 0) throw new Error(`${path} needs the columns instance and total_cost`);
  return new Map(lines.map((line) => line.split(',')).map((cells) => [cells[name] ?? '', Number(cells[cost])]));
}

function readInstance(path: string): Instance {
  const bytes = readFileSync(path);
  return JSON.parse((path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()) as Instance;
}

function solve(worker: Worker, order: SolveOrder): Promise<Solved> {
  return new Promise((resolve, reject) => {
    worker.once('message', (solved: Solved) => {
      worker.off('error', reject);
      resolve(solved);
    });
    worker.once('error', reject);
    worker.postMessage(order);
  });
}

const byNumbers = new Intl.Collator('en', { numeric: true });

export async function benchInstances(options: InstanceOptions): Promise<Metric[]> {
  const { seconds, seed, processorTime } = options;
  const references = readReferences(options.references);
  const files = readdirSync(options.instances)
    .flatMap((file) => {
      const match = /^(.+?)\.json(\.gz)?$/.exec(file);
      return match?.[1] && (options.only?.test(match[1]) ?? true) ? [{ file, name: match[1] }] : [];
    })
    .sort((a, b) => byNumbers.compare(a.name, b.name));
  if (options.solutions !== undefined) mkdirSync(options.solutions, { recursive: true });
  const worker = new Worker(new URL('solve-worker.ts', import.meta.url));
  const rows: Row[] = [];
  console.log(
    'instance'.padEnd(24),
    'reference'.padStart(10),
    'ours'.padStart(10),
    'gap'.padStart(9),
    'time'.padStart(8),
  );
  for (const { file, name } of files) {
    const instance = readInstance(join(options.instances, file));
    const solved = await solve(worker, { instance, seconds, seed, processorTime });
    // Scored by the published rules from the written solution, not by the engine's word.
    const solution: Solution = solved.solution;
    const { cost } = scoreSolution(instance, solution);
    if (options.solutions !== undefined) {
      writeFileSync(join(options.solutions, `${name}.json`), `${JSON.stringify(solution)}\n`);
    }
    const reference = references.get(name);
    const gap = reference === undefined ? null : 100 * (cost / reference - 1);
    rows.push({ patients: instance.patients.length, gap, movesPerSecond: solved.moves / solved.seconds });
    console.log(
      name.padEnd(24),
      (reference?.toFixed(2) ?? '').padStart(10),
      cost.toFixed(2).padStart(10),
      (gap === null ? '' : `${gap.toFixed(2)} %`).padStart(9),
      `${solved.seconds.toFixed(1)} s`.padStart(8),
    );
  }
  await worker.terminate();
  console.log();
  return [...gapMetrics(rows, options.seconds), ...rateMetrics(rows)];
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function gapMetrics(rows: readonly Row[], seconds: number): Metric[] {
  const gapsOf = (chosen: readonly Row[]): number[] => chosen.flatMap(({ gap }) => gap ?? []);
  const bySize = [...new Set(rows.map(({ patients }) => patients))].flatMap((patients) => {
    const gaps = gapsOf(rows.filter((row) => row.patients === patients));
    return gaps.length === 0 ? [] : [metric(`mean gap, ${patients} patients, ${seconds} s`, mean(gaps), '%')];
  });
  const byGoal = SIZES.flatMap(({ name, least, most, goal }) => {
    const gaps = gapsOf(rows.filter(({ patients }) => patients >= least && patients <= most));
    const bound = seconds >= LONG_SECONDS ? 0 : goal;
    return gaps.length === 0 ? [] : [metric(`mean gap, ${name}, ${seconds} s`, mean(gaps), '%', `<=${bound}`)];
  });
  return [...bySize, ...byGoal];
}

function rateMetrics(rows: readonly Row[]): Metric[] {
  return [...new Set(rows.map(({ patients }) => patients))].map((patients) =>
    metric(
      `moves, ${patients} patients`,
      mean(rows.filter((row) => row.patients === patients).map(({ movesPerSecond }) => movesPerSecond)) / 1000,
      'k/s',
    ),
  );
}
