/** `pnpm bench bundles`: how long scenarios take for one patient, and for ten thousand in slices. */
import {
  type BundleConfig,
  compileConfig,
  DEFAULT_PARTS,
  evaluateAll,
  type PatientQuestion,
  proposeBundles,
  SERVICE_IDS,
} from '@fieldfare/engine-bundles';
import { generateProfile } from '@fieldfare/engine-bundles/generate';
import { unwrap } from '@fieldfare/kernel';
import { type Metric, metric, quantile } from '../lib/metrics.ts';

const PATIENTS = 10_000;
/** Code that has not run yet is slow, and runs once. */
const WARM_UP = 500;
/** A patient to whom every axis applies gets five scenarios. */
const ALL_AXES = 5;

function questions(config: BundleConfig): PatientQuestion[] {
  const [stream] = config.book.streams;
  if (!stream) throw new Error('a checked rate book has a stream');
  const market = { own: new Set(SERVICE_IDS), partner: new Set(SERVICE_IDS) };
  return Array.from({ length: PATIENTS }, (_, seed) => ({
    id: String(seed),
    profile: generateProfile(seed),
    stream,
    market,
  }));
}

export async function benchBundles(): Promise<readonly Metric[]> {
  const config = unwrap(compileConfig(DEFAULT_PARTS));
  const patients = questions(config);
  for (const patient of patients.slice(0, WARM_UP)) proposeBundles(config, patient);
  const single: number[] = [];
  for (const patient of patients) {
    const from = performance.now();
    const { scenarios } = proposeBundles(config, patient);
    if (scenarios.length === ALL_AXES) single.push(performance.now() - from);
  }

  const run = evaluateAll(config, patients);
  const slices: number[] = [];
  const startedAt = performance.now();
  for (let last = startedAt, step = run.next(); !step.done; step = run.next()) {
    slices.push(performance.now() - last);
    last = performance.now();
  }
  const all = (performance.now() - startedAt) / 1000;

  const stopped = evaluateAll(config, patients);
  stopped.next();
  const askedAt = performance.now();
  stopped.next('stop');
  const cancel = performance.now() - askedAt;

  return [
    metric('five scenarios of one patient, median', quantile(single, 0.5), 'ms', '<5'),
    metric('five scenarios of one patient, p99', quantile(single, 0.99), 'ms', '<5'),
    metric(`${PATIENTS} patients evaluated again`, all, 's', '<20'),
    metric('longest slice between two yields', Math.max(...slices), 'ms'),
    metric('cancelled after', cancel, 'ms'),
  ];
}
