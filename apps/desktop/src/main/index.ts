/**
 * Electron's main process, thin on purpose: one window, the `app://` protocol, the single-instance lock, the menu
 * and the loopback door. It never sees the working copy's key or its data in clear, except what a companion tool
 * asks for through the loopback.
 */
import { hostname } from 'node:os';
import { join } from 'node:path';
import { app, BrowserWindow, ipcMain, Menu, MessageChannelMain, protocol, session, shell } from 'electron';
import { z } from 'zod';
import { type Loopback, startLoopback } from './loopback.ts';
import { appMenu } from './menu.ts';
import { APP_ORIGIN, APP_SCHEME, handleAppProtocol } from './protocol.ts';
import { readSettings } from './settings.ts';

protocol.registerSchemesAsPrivileged([
  {
    scheme: APP_SCHEME,
    // A standard, secure origin: OPFS, Web Locks and module workers work as they do on https.
    privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true },
  },
]);

const webDir = join(app.getAppPath(), 'dist', 'web');
const preload = join(app.getAppPath(), 'dist', 'preload', 'index.cjs');
const headless = process.env.FIELDFARE_HIDE_WINDOW === '1';

let window: BrowserWindow | null = null;
let loopback: Loopback | null = null;

/** Pages may keep their data; everything else (camera, notifications, …) is refused until a feature needs it. */
const GRANTED_PERMISSIONS = new Set(['persistent-storage', 'clipboard-sanitized-write']);

function hardenSession(): void {
  session.defaultSession.setPermissionRequestHandler((_contents, permission, callback) =>
    callback(GRANTED_PERMISSIONS.has(permission)),
  );
  session.defaultSession.setPermissionCheckHandler((_contents, permission) => GRANTED_PERMISSIONS.has(permission));
}

function createWindow(): BrowserWindow {
  const created = new BrowserWindow({
    width: 1440,
    height: 900,
    minWidth: 960,
    minHeight: 640,
    show: false,
    backgroundColor: '#f7f8f9',
    title: 'Fieldfare',
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: true,
    },
  });
  const { webContents } = created;
  webContents.setWindowOpenHandler(({ url }) => {
    if (/^https:\/\//.test(url)) void shell.openExternal(url);
    return { action: 'deny' };
  });
  webContents.on('will-navigate', (event, url) => {
    if (!url.startsWith(`${APP_ORIGIN}/`)) event.preventDefault();
  });
  webContents.on('will-attach-webview', (event) => event.preventDefault());
  if (!headless) created.once('ready-to-show', () => created.show());
  created.on('closed', () => {
    window = null;
  });
  void created.loadURL(`${APP_ORIGIN}/`);
  return created;
}

/** Messages from pages: each is named here, checked, and taken from our own page only. */
const PageMessage = z.discriminatedUnion('type', [z.object({ type: z.literal('connect-loopback') }).strict()]);

ipcMain.on('fieldfare', (event, raw: unknown) => {
  const url = event.senderFrame?.url ?? '';
  if (!url.startsWith(`${APP_ORIGIN}/`) || event.sender !== window?.webContents) return;
  const message = PageMessage.safeParse(raw);
  if (!message.success) return;
  const { port1, port2 } = new MessageChannelMain();
  loopback?.attach(port1);
  event.sender.postMessage('fieldfare:loopback', null, [port2]);
});

const settings = readSettings(app.getPath('userData'), process.env);

ipcMain.on('fieldfare:info', (event) => {
  const url = event.senderFrame?.url ?? '';
  event.returnValue = url.startsWith(`${APP_ORIGIN}/`)
    ? { serverUrl: settings.serverUrl, deviceName: hostname() }
    : null;
});

if (!app.requestSingleInstanceLock()) {
  // The first instance comes to the front instead (second-instance below): two writers on one journal lose edits.
  app.quit();
} else {
  app.on('second-instance', () => {
    if (!window) return;
    if (window.isMinimized()) window.restore();
    window.focus();
  });
  app.on('window-all-closed', () => app.quit());
  app.on('will-quit', () => void loopback?.close());
  app.whenReady().then(
    async () => {
      hardenSession();
      handleAppProtocol(webDir);
      Menu.setApplicationMenu(appMenu());
      loopback = await startLoopback(app.getPath('userData'));
      window = createWindow();
      app.on('activate', () => {
        window ??= createWindow();
      });
    },
    () => app.exit(1),
  );
}
