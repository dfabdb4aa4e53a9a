/**
 * `pnpm start`: opens the product with the demo agency. Starts the server with a data directory of its own, then
 * Electron where its binary is there, and else says where the application is served.
 *
 *   pnpm start [--port N] [--data DIR] [--size small|large] [--browser]
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { startServer } from '@fieldfare/sync-server';
import { buildElectron } from './lib/electron.ts';
import { root } from './lib/run.ts';
import { buildWeb, webDir } from './lib/web.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4300' },
    data: { type: 'string', default: join(root, '.data', 'demo') },
    size: { type: 'string', default: 'small' },
    browser: { type: 'boolean', default: false },
  },
});

/** Electron's own binary, null where it was never downloaded. `ELECTRON_OVERRIDE_DIST_PATH` names another. */
function electronBinary(): string | null {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (override) {
    const path = join(override, 'electron');
    return existsSync(path) ? path : null;
  }
  const package_ = dirname(
    createRequire(join(root, 'apps', 'desktop', 'package.json')).resolve('electron/package.json'),
  );
  const pathFile = join(package_, 'path.txt');
  if (!existsSync(pathFile)) return null;
  const path = join(package_, 'dist', readFileSync(pathFile, 'utf8'));
  return existsSync(path) ? path : null;
}

await buildWeb();
const server = await startServer({
  port: Number(values.port),
  dataDir: values.data,
  webDir,
  demo: values.size === 'large' ? 'large' : 'small',
});

const lines = [
  '',
  '  Fieldfare is running with its demo agency (synthetic people, no real data).',
  '',
  `    ${server.url}`,
  '',
  '  Sign in as',
  ...server.demoAccounts.map(
    ({ login, password, roles }) =>
      `    ${login.padEnd(8)} ${password.padEnd(24)} ${roles.map(({ role }) => role).join(', ')}`,
  ),
  '',
];
console.log(lines.join('\n'));

const electron = values.browser ? null : electronBinary();
const display = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
let window: ReturnType<typeof spawn> | null = null;
if (electron && display) {
  await buildElectron();
  window = spawn(electron, [join(root, 'apps', 'desktop')], {
    stdio: 'inherit',
    env: { ...process.env, FIELDFARE_SERVER: server.url },
  });
  window.on('close', () => void stop());
} else {
  console.log('  Electron is not installed on this machine: open the address in Chromium, Chrome or Edge.');
  console.log('  Ctrl+C stops the server; what was done stays in the data directory.\n');
}

let stopping = false;
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  window?.kill();
  await server.close();
  process.exit(0);
}
process.on('SIGINT', () => void stop());
process.on('SIGTERM', () => void stop());
