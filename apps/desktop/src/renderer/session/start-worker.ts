/** Starts the page's one worker as soon as this module is read: a second one would find the device held by the first. */
export const workspaceWorker = new Worker(new URL('../worker.ts', import.meta.url), {
  type: 'module',
  name: 'workspace',
});

let crashed = false;
workspaceWorker.addEventListener('error', () => {
  crashed = true;
});

/** Calls `onCrash` when the worker cannot be loaded, or dies. */
export function whenWorkerCrashes(onCrash: () => void): void {
  if (crashed) onCrash();
  workspaceWorker.addEventListener('error', onCrash);
}
