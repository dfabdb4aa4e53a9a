/** What the app asks of where it runs. The same renderer runs in a browser and in Electron. */

export interface Host {
  readonly kind: 'browser' | 'electron';
  /** Address the sign-in form starts with. */
  serverUrl(): string;
  /** Name under which the server lists this device. */
  deviceName(): string;
  /** True when what is stored here survives storage pressure. */
  persistStorage(): Promise<boolean>;
}

/** Provided by Electron's preload. */
interface FieldfareHost {
  readonly kind: 'electron';
  readonly serverUrl: string;
  readonly deviceName: string;
  connectLoopback(): void;
}

declare global {
  interface Window {
    readonly fieldfareHost?: FieldfareHost;
  }
}

function browserName(): string {
  const agent = navigator.userAgent;
  const browser = /Edg\//.test(agent)
    ? 'Edge'
    : /Chrome\//.test(agent)
      ? 'Chrome'
      : /Firefox\//.test(agent)
        ? 'Firefox'
        : /Safari\//.test(agent)
          ? 'Safari'
          : 'Browser';
  const system = /Windows/.test(agent)
    ? 'Windows'
    : /Mac OS/.test(agent)
      ? 'macOS'
      : /Android/.test(agent)
        ? 'Android'
        : 'Linux';
  return `${browser} on ${system}`;
}

const browserHost: Host = {
  kind: 'browser',
  serverUrl: () => location.origin,
  deviceName: browserName,
  async persistStorage() {
    if (!navigator.storage?.persist) return false;
    return (await navigator.storage.persisted()) || (await navigator.storage.persist());
  },
};

export function findHost(): Host {
  const provided = window.fieldfareHost;
  if (provided?.kind !== 'electron') return browserHost;
  return {
    kind: 'electron',
    serverUrl: () => provided.serverUrl,
    deviceName: () => provided.deviceName,
    // Electron's profile directory is never evicted.
    persistStorage: async () => true,
  };
}
