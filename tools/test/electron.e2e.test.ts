/**
 * The desktop shell in a real Electron, where one is installed: the window opens, the board shows, an edit survives a
 * restart, and the loopback door answers. Elsewhere these are skipped, and the run says so.
 */
import { execFile, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import {
  boardShown,
  cardIds,
  type DemoServer,
  openVisit,
  passwordOf,
  removeTemporaryFolders,
  setField,
  startDemo,
  temporaryFolder,
} from '@fieldfare/desktop/test/harness';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildElectron } from '../lib/electron.ts';
import { root } from '../lib/run.ts';

const appDir = join(root, 'apps', 'desktop');

/** Electron's executable: `ELECTRON_OVERRIDE_DIST_PATH`, or what its package downloaded. */
function electronPath(): string | null {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  const folder =
    override ?? join(dirname(createRequire(join(appDir, 'package.json')).resolve('electron/package.json')), 'dist');
  const path = join(folder, 'electron');
  return existsSync(path) ? path : null;
}

const electron = electronPath();
const display = Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
const xvfb = spawnSync('which', ['Xvfb']).status === 0;
const reason = !electron
  ? 'Electron’s binary is not installed'
  : !display && !xvfb
    ? 'there is no display and no Xvfb'
    : null;
if (reason) process.stderr.write(`\nSKIPPED: the desktop shell is not tested in Electron here: ${reason}.\n\n`);

/** A display of our own where the machine has none. */
async function virtualDisplay(): Promise<{ readonly name: string; close(): void }> {
  const child = spawn('Xvfb', ['-displayfd', '1', '-screen', '0', '1440x900x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const number = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()));
  });
  return { name: `:${number}`, close: () => child.kill() };
}

describe.skipIf(reason !== null)('the desktop shell in Electron', () => {
  let server: DemoServer;
  let screen: { readonly name: string; close(): void } | null = null;
  const profile = temporaryFolder('electron');

  beforeAll(async () => {
    await buildElectron();
    server = await startDemo();
    if (!display) screen = await virtualDisplay();
  });
  afterAll(async () => {
    await server?.stop();
    screen?.close();
    removeTemporaryFolders();
  });

  async function open(): Promise<{ readonly page: Page; readonly app: ElectronApplication; kill(): Promise<void> }> {
    const app = await _electron.launch({
      executablePath: electron ?? '',
      args: ['--no-sandbox', '--disable-gpu', `--user-data-dir=${profile}`, appDir],
      env: { ...process.env, ...(screen ? { DISPLAY: screen.name } : {}), FIELDFARE_SERVER: server.url } as Record<
        string,
        string
      >,
    });
    const page = await app.firstWindow();
    const child = app.process();
    return {
      app,
      page,
      async kill() {
        const ended = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGKILL');
        await ended;
      },
    };
  }

  /** What the command line prints when it asks this machine's desktop application. */
  async function companion(...args: readonly string[]): Promise<string> {
    const main = join(root, 'apps', 'companion', 'src', 'main.ts');
    const door = join(profile, 'loopback.json');
    const { stdout } = await promisify(execFile)(process.execPath, [main, '--desktop', door, ...args], {
      env: { ...process.env, XDG_CONFIG_HOME: profile, NO_COLOR: '1' },
    });
    return stdout;
  }

  it('opens, shows the board, keeps an edit over a restart, and serves companions', async () => {
    const first = await open();
    await first.page.getByLabel('User name').fill('amelie');
    await first.page.getByRole('textbox', { name: 'Password' }).fill(passwordOf('amelie'));
    await first.page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await boardShown(first.page);
    const [visit = ''] = await cardIds(first.page);
    await openVisit(first.page, visit);
    await setField(first.page, 'Note', 'kept by Electron');
    expect(await first.page.evaluate(() => location.origin)).toBe('app://fieldfare');
    expect(await first.page.evaluate(() => typeof (globalThis as { require?: unknown }).require)).toBe('undefined');

    const door = JSON.parse(readFileSync(join(profile, 'loopback.json'), 'utf8')) as { url: string; token: string };
    const authorised = { headers: { authorization: `Bearer ${door.token}` } };
    const answer = await fetch(`${door.url}/trpc/orgs.current`, authorised);
    expect(answer.status).toBe(200);
    expect(JSON.stringify(await answer.json())).toContain('synthetic');
    expect((await fetch(`${door.url}/trpc/orgs.current`)).status).toBe(401);
    expect(
      (
        await fetch(`${door.url}/trpc/orgs.current`, {
          headers: { ...authorised.headers, origin: 'https://evil.example' },
        })
      ).status,
    ).toBe(401);
    const week = JSON.parse(await companion('--json', 'week', 'show', '--region', 'east')) as {
      readonly visits: readonly { readonly id: string; readonly staffId: string | null; readonly note: string }[];
    };
    expect(week.visits.find(({ id }) => id === visit)?.note).toBe('kept by Electron');
    const waiting = week.visits.find(({ staffId }) => staffId === null);
    expect(await companion('suggest', waiting?.id ?? '', '--region', 'east')).toMatch(/\d{2}:\d{2}/);
    await first.kill();

    const second = await open();
    await second.page.getByRole('textbox', { name: 'Password' }).fill(passwordOf('amelie'));
    await second.page.getByRole('button', { name: 'Unlock' }).click();
    await boardShown(second.page);
    await openVisit(second.page, visit);
    expect(await second.page.getByTestId('visit-panel').getByLabel('Note').inputValue()).toBe('kept by Electron');
    await second.kill();
  });
});
