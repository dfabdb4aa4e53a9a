/** Starts database workers; the first one as soon as this module is read. */
const start = (): Worker =>
  new Worker(new URL('./database-worker.ts', import.meta.url), { type: 'module', name: 'database' });

let waiting: Worker | null = start();

/** A database worker of its own for whoever asks. */
export function startDatabase(): Worker {
  const worker = waiting ?? start();
  waiting = null;
  return worker;
}
