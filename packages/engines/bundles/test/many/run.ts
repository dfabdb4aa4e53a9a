/** The page's side of the worker that evaluates patients: asks, counts, cancels. */
import type { Order, Report } from './worker.ts';

export interface Run {
  readonly done: number;
  readonly stopped: boolean;
  readonly progress: number;
  readonly longestSlice: number;
  /** From asking to the end, ms. */
  readonly elapsed: number;
  /** From the word "cancel" to the end, ms; null without one. */
  readonly cancelledAfter: number | null;
}

export interface BundlesWorker {
  single(patients: number): Promise<readonly number[]>;
  /** `cancelAt`: the count of patients done at which it is cancelled. */
  all(patients: number, cancelAt?: number): Promise<Run>;
  end(): void;
}

export async function startBundlesWorker(): Promise<BundlesWorker> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  let listen: (report: Report) => void = () => {};
  let failed: (error: Error) => void = () => {};
  worker.addEventListener('message', ({ data }: MessageEvent<Report>) => listen(data));
  worker.addEventListener('error', ({ message }) => failed(new Error(message)));
  const until = <T>(read: (report: Report) => T | undefined): Promise<T> =>
    new Promise((resolve, reject) => {
      failed = reject;
      listen = (report) => {
        const found = read(report);
        if (found !== undefined) resolve(found);
      };
    });
  const tell = (order: Order): void => worker.postMessage(order);
  await until(({ type }) => (type === 'ready' ? true : undefined));
  return {
    single(patients) {
      const times = until((report) => (report.type === 'single' ? report.times : undefined));
      tell({ type: 'single', patients });
      return times;
    },
    all(patients, cancelAt = Number.POSITIVE_INFINITY) {
      const from = performance.now();
      let progress = 0;
      let cancelledAt: number | null = null;
      const run = until((report): Run | undefined => {
        if (report.type === 'progress') {
          progress += 1;
          if (report.done < cancelAt || cancelledAt !== null) return undefined;
          cancelledAt = performance.now();
          tell({ type: 'cancel' });
          return undefined;
        }
        if (report.type !== 'done') return undefined;
        const { done, stopped, longestSlice } = report;
        const at = performance.now();
        const cancelledAfter = cancelledAt === null ? null : at - cancelledAt;
        return { done, stopped, longestSlice, progress, elapsed: at - from, cancelledAfter };
      });
      tell({ type: 'all', patients });
      return run;
    },
    end: () => worker.terminate(),
  };
}
