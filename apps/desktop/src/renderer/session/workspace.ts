/** The page's end of the worker: session calls over comlink, data over a typed tRPC client. */
import type { WorkspaceHost } from '@fieldfare/workspace';
import { createWorkerClient, type WorkspaceClient } from '@fieldfare/workspace/client';
import { type Remote, transfer, wrap } from 'comlink';
import { whenWorkerCrashes, workspaceWorker } from './start-worker.ts';

export interface Workspace {
  readonly host: Remote<WorkspaceHost>;
  readonly client: WorkspaceClient;
}

let started: Workspace | null = null;

/** The page's workspace, reached at the first call. `onCrash`: its worker could not be loaded, or died. */
export function startWorkspace(onCrash: () => void): Workspace {
  started ??= start();
  whenWorkerCrashes(onCrash);
  return started;
}

function start(): Workspace {
  const host = wrap<WorkspaceHost>(workspaceWorker);
  // In the desktop shell, companion tools' requests arrive on a port that main posts to this window.
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    const [port] = event.ports;
    if (event.source !== window || event.data !== 'fieldfare:loopback' || !port) return;
    void host.serveLoopback(transfer(port, [port]));
  });
  window.fieldfareHost?.connectLoopback();
  return { host, client: createWorkerClient(host, (port) => transfer(port, [port])) };
}
