/** The page's end of the worker: session calls over comlink, data over a typed tRPC client. */
import type { WorkspaceHost } from '@fieldfare/workspace';
import { createWorkerClient, type WorkspaceClient } from '@fieldfare/workspace/client';
import { type Remote, transfer, wrap } from 'comlink';

export interface Workspace {
  readonly host: Remote<WorkspaceHost>;
  readonly client: WorkspaceClient;
}

let started: { readonly workspace: Workspace; readonly worker: Worker } | null = null;

/**
 * The page's one worker, started at the first call: a second one would find the device held by the first.
 * `onCrash`: it could not be loaded, or died.
 */
export function startWorkspace(onCrash: () => void): Workspace {
  started ??= start();
  started.worker.addEventListener('error', onCrash);
  return started.workspace;
}

function start(): { readonly workspace: Workspace; readonly worker: Worker } {
  const worker = new Worker(new URL('../worker.ts', import.meta.url), { type: 'module', name: 'workspace' });
  const host = wrap<WorkspaceHost>(worker);
  // In the desktop shell, companion tools' requests arrive on a port that main posts to this window.
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    const [port] = event.ports;
    if (event.source !== window || event.data !== 'fieldfare:loopback' || !port) return;
    void host.serveLoopback(transfer(port, [port]));
  });
  window.fieldfareHost?.connectLoopback();
  return { worker, workspace: { host, client: createWorkerClient(host, (port) => transfer(port, [port])) } };
}
