/** Patients evaluated in a real worker: progress in between, and a word ends it. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type BundlesWorker, startBundlesWorker } from './run.ts';

let worker: BundlesWorker;
beforeEach(async () => {
  worker = await startBundlesWorker();
});
afterEach(() => worker.end());

it('tells how far it is, and ends whole', async () => {
  expect(await worker.all(200)).toMatchObject({ done: 200, stopped: false, progress: 7, cancelledAfter: null });
});

it('ends early when it is cancelled, and can be asked again', async () => {
  const run = await worker.all(5000, 50);
  expect(run.stopped).toBe(true);
  expect(run.done).toBeGreaterThanOrEqual(50);
  expect(run.done).toBeLessThan(5000);
  expect(await worker.all(50)).toMatchObject({ done: 50, stopped: false });
});
