/** The device platform of a Web Worker, in a browser or in Electron's renderer: OPFS, WebSocket, fetch. */

import { derivations, tables } from '@fieldfare/domain';
import { systemClock, systemRandom } from '@fieldfare/kernel';
import { openRemoteEngine, schemaHash } from '@fieldfare/store';
import type { SocketLike } from '@fieldfare/sync';
import { openOpfsFiles } from '@fieldfare/sync/opfs';
import { createWorkspaceHost } from './host.ts';
import type { DevicePlatform } from './session.ts';
import type { WorkspaceHost } from './worker-api.ts';

/**
 * `startDatabase` starts the worker that runs `@fieldfare/store/database-thread`; each opening of a working copy gets
 * a new one and ends it.
 */
export function createBrowserHost(startDatabase: () => Worker): WorkspaceHost {
  const expected = schemaHash(tables, derivations);
  const platform: DevicePlatform = {
    openFiles: (directory) => openOpfsFiles(directory),
    fetch: globalThis.fetch.bind(globalThis),
    openSocket: (url) => new WebSocket(url) as unknown as SocketLike,
    setTimer(run, ms) {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
    onOnline: (back) => globalThis.addEventListener('online', back),
    clock: systemClock,
    random: systemRandom,
    async storeOptions() {
      const worker = startDatabase();
      const terminate = (): void => worker.terminate();
      return { engine: openRemoteEngine({ endpoint: worker, schemaHash: expected, terminate }) };
    },
  };
  return createWorkspaceHost(platform);
}
