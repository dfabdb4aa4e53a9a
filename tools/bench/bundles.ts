/**
 * `pnpm bench bundles`: scenarios in a worker of a real Chromium: of one patient, of ten thousand in slices with progress, and
 * how soon a cancelled run ends.
 */
import { fileURLToPath } from 'node:url';
import { judged, type Metric, onBenchPage, quantile } from '@fieldfare/desktop/bench/serve';
import type { BundlesWorker } from '@fieldfare/engine-bundles/many';
import { build } from 'vite';

const PATIENTS = 10_000;
/** Code that has not run yet is slow, and runs once. */
const WARM_UP = 500;
const CANCEL_AT = 1000;

type BenchWindow = typeof globalThis & { readonly bundlesWorker: Promise<BundlesWorker> };

const buildPage = (outDir: string): Promise<unknown> =>
  build({
    configFile: false,
    root: fileURLToPath(new URL('./bundles', import.meta.url)),
    build: { outDir, emptyOutDir: true, target: 'chrome114' },
    worker: { format: 'es' },
    logLevel: 'error',
  });

export const benchBundles = (): Promise<readonly Metric[]> =>
  onBenchPage({ build: buildPage, path: 'index.html' }, async (page) => {
    const single = (patients: number): Promise<readonly number[]> =>
      page.evaluate(async (count) => (await (window as unknown as BenchWindow).bundlesWorker).single(count), patients);
    const all = (cancelAt?: number) =>
      page.evaluate(
        async ({ patients, at }) => (await (window as unknown as BenchWindow).bundlesWorker).all(patients, at),
        { patients: PATIENTS, at: cancelAt },
      );
    await single(WARM_UP);
    const times = await single(PATIENTS);
    const whole = await all();
    const cancelled = await all(CANCEL_AT);
    if (whole.done !== PATIENTS || !cancelled.stopped) throw new Error('the runs did not end as they were asked to');
    return [
      judged('five scenarios of one patient, median', quantile(times, 0.5), 5),
      judged('five scenarios of one patient, p99', quantile(times, 0.99), 5),
      judged(`${PATIENTS} patients evaluated again`, whole.elapsed / 1000, 20, 's'),
      { name: 'times it told how far it is', value: whole.progress, unit: 'times' },
      { name: 'longest slice between two words', value: whole.longestSlice, unit: 'ms' },
      { name: 'cancelled after', value: cancelled.cancelledAfter ?? 0, unit: 'ms' },
      { name: 'patients done when cancelled at 1000', value: cancelled.done, unit: 'patients' },
    ];
  });
