/** A device in this process, with a memory disk: how benches put work into a server the way a laptop does. */

import { derivations, tables } from '@fieldfare/domain';
import { systemClock, systemRandom, unwrap } from '@fieldfare/kernel';
import { schemaHash } from '@fieldfare/store';
import { loadTemplateFromDisk } from '@fieldfare/store/template-node';
import type { SocketLike } from '@fieldfare/sync';
import { createMemoryFiles } from '@fieldfare/sync/memory';
import { createDeviceSession, type DevicePlatform, type DeviceSession } from '@fieldfare/workspace';

export async function openNodeDevice(): Promise<DeviceSession> {
  const platform: DevicePlatform = {
    openFiles: async () => ({ ok: true, value: createMemoryFiles() }),
    fetch: globalThis.fetch,
    openSocket: (url) => new WebSocket(url) as unknown as SocketLike,
    setTimer(run, ms) {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
    clock: systemClock,
    random: systemRandom,
    storeOptions: async () => ({ template: unwrap(await loadTemplateFromDisk(schemaHash(tables, derivations))) }),
  };
  return unwrap(await createDeviceSession(platform));
}
