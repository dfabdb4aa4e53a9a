/** The device platform of a Web Worker, in a browser or in Electron's renderer: OPFS, WebSocket, fetch. */

import { derivations, tables } from '@fieldfare/domain';
import { systemClock, systemRandom } from '@fieldfare/kernel';
import { schemaHash, type TemplateManifest, verifyTemplate } from '@fieldfare/store';
import type { SocketLike } from '@fieldfare/sync';
import { openOpfsFiles } from '@fieldfare/sync/opfs';
import { createWorkspaceHost } from './host.ts';
import type { DevicePlatform } from './session.ts';
import type { WorkspaceHost } from './worker-api.ts';

/** Fetches and checks the prebuilt database. Null when there is none that fits: the store then builds its own. */
async function fetchTemplate(base: string): Promise<Blob | null> {
  try {
    const manifestResponse = await fetch(new URL('template/template.json', base));
    if (!manifestResponse.ok) return null;
    const manifest = (await manifestResponse.json()) as TemplateManifest;
    const response = await fetch(new URL(`template/${manifest.file}`, base));
    if (!response.ok) return null;
    const bytes = new Uint8Array(await response.arrayBuffer());
    const verified = await verifyTemplate(bytes, manifest, await schemaHash(tables, derivations));
    return verified.ok ? verified.value : null;
  } catch {
    return null; // offline before the page was cached: slower, never wrong
  }
}

/** `base`: address of the page's root, where `template/` is served. */
export function createBrowserHost(base: string): WorkspaceHost {
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
    storeOptions: async () => ({ template: await fetchTemplate(base) }),
  };
  return createWorkspaceHost(platform);
}
