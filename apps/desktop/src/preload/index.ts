/**
 * The bridge between the page and Electron: three facts and one message port. The page gets no other reach.
 * Types: `Host` in src/renderer/host.ts.
 */
import { contextBridge, ipcRenderer } from 'electron';

interface Info {
  readonly serverUrl: string;
  readonly deviceName: string;
}

const info = ipcRenderer.sendSync('fieldfare:info') as Info | null;

contextBridge.exposeInMainWorld('fieldfareHost', {
  kind: 'electron',
  serverUrl: info?.serverUrl ?? '',
  deviceName: info?.deviceName ?? 'desktop',
  /** Asks for the port over which companion tools' requests arrive. It comes as a window message (`fieldfare:loopback`). */
  connectLoopback: () => ipcRenderer.send('fieldfare', { type: 'connect-loopback' }),
});

// A port cannot cross the context bridge as a value; it can be posted to our own window.
ipcRenderer.on('fieldfare:loopback', (event) => {
  window.postMessage('fieldfare:loopback', window.location.origin, [...event.ports]);
});
