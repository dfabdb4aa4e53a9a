/**
 * `pnpm bench <name>`: prints a table and, last, one line of JSON. Figures are for comparing within one run:
 * these are measurements of whole journeys on whatever machine this is.
 */
import { cpus } from 'node:os';
import { ensureChromium } from './lib/chromium.ts';
import { type Metric, printMetrics } from './lib/metrics.ts';
import { watchStolen } from './lib/stolen.ts';

type Bench = (args: readonly string[]) => Promise<readonly Metric[]>;

const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  scheduling: async () => (await import('./bench/scheduling.ts')).benchScheduling,
  start: async () => (await import('./bench/start.ts')).benchStart,
  bundles: async () => (await import('./bench/bundles.ts')).benchBundles,
  sync: async () => (await import('./bench/sync.ts')).benchSync,
  board: async () => (await import('@fieldfare/desktop/bench/board')).runBoardBench,
};

const [name = '', ...args] = process.argv.slice(2);
const load = BENCHES[name];
if (!load) {
  console.error(`usage: pnpm bench <${Object.keys(BENCHES).join('|')}>`);
  process.exit(2);
}
process.env.CHROMIUM_PATH = await ensureChromium();
const [cpu] = cpus();
console.log(`bench ${name} on ${cpus().length} × ${cpu?.model ?? 'unknown processor'}, Node ${process.version}\n`);
const bench = await load();
const stolen = watchStolen();
const metrics = await bench(args);
const share = stolen();
if (share !== null) console.log(`the machine's host took ${share.toFixed(0)} % of its busy processor time meanwhile`);
printMetrics(name, metrics);
