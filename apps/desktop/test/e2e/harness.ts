/** Real servers, real Chromium: what the end-to-end journeys, the soak and the benches share. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RunningServer, type ServerOptions, startServer } from '@fieldfare/sync-server';
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';
import { CHROMIUM_ARGS } from './chromium-args.ts';

const webDir = fileURLToPath(new URL('../../dist/web', import.meta.url));

const executablePath =
  process.env.CHROMIUM_PATH ??
  ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path)) ??
  chromium.executablePath();

export const passwordOf = (login: string): string => `${login}-demo-password`;

const folders: string[] = [];

export function temporaryFolder(label: string): string {
  const folder = mkdtempSync(join(tmpdir(), `fieldfare-${label}-`));
  folders.push(folder);
  return folder;
}

export function removeTemporaryFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

export interface DemoServer {
  readonly url: string;
  readonly dataDir: string;
  /** Everybody is offline until `start`. */
  stop(): Promise<void>;
  /** The same data at the same address. */
  start(): Promise<void>;
}

/** A server with the demo agency that can go away and come back. */
export async function startDemo(options: Partial<ServerOptions> = {}): Promise<DemoServer> {
  const dataDir = temporaryFolder('server');
  let port = 0;
  let running: RunningServer | null = null;
  const start = async (): Promise<void> => {
    running ??= await startServer({ dataDir, webDir, demo: 'small', ...options, port });
    port = running.port;
  };
  await start();
  return {
    url: `http://127.0.0.1:${port}`,
    dataDir,
    start,
    async stop() {
      const stopping = running;
      running = null;
      await stopping?.close();
    },
  };
}

/** A laptop: its own profile directory, in which a browser is opened, closed or killed. */
export async function openLaptop(
  profile: string = temporaryFolder('laptop'),
  viewport = { width: 1440, height: 900 },
  colorScheme: 'light' | 'dark' = 'light',
): Promise<{ readonly context: BrowserContext; readonly page: Page; readonly profile: string }> {
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    viewport,
    colorScheme,
    args: [...CHROMIUM_ARGS],
  });
  const page = context.pages()[0] ?? (await context.newPage());
  return { context, page, profile };
}

export interface Killable {
  readonly browser: Browser;
  readonly page: Page;
  /** SIGKILL to the whole process group. */
  readonly kill: () => Promise<void>;
}

/** A browser that can be killed like a laptop whose battery is pulled. */
export async function openKillable(profile: string): Promise<Killable> {
  const portFile = join(profile, 'DevToolsActivePort');
  rmSync(portFile, { force: true });
  for (const lock of ['SingletonLock', 'SingletonCookie', 'SingletonSocket'])
    rmSync(join(profile, lock), { force: true });
  const child: ChildProcess = spawn(
    executablePath,
    [
      ...CHROMIUM_ARGS,
      '--headless=new',
      // Its address bar is a web application of its own: a second of processor time that the product has nothing to do with.
      '--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup',
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
      '--window-size=1440,900',
      'about:blank',
    ],
    { stdio: 'ignore', detached: true },
  );
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  for (let waited = 0; !existsSync(portFile) && waited < 400; waited += 1) await pause(50);
  await pause(100);
  const [port] = readFileSync(portFile, 'utf8').split('\n');
  const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
  const [context] = browser.contexts();
  if (!context) throw new Error('the browser opened without a context');
  const page = context.pages()[0] ?? (await context.waitForEvent('page'));
  return {
    browser,
    page,
    async kill() {
      if (child.pid) process.kill(-child.pid, 'SIGKILL');
      await ended;
    },
  };
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** What a person types and presses between the address and the board. */
async function enter(page: Page, url: string, login: string, action: 'Sign in' | 'Unlock'): Promise<void> {
  await page.goto(url);
  if (action === 'Sign in') await page.getByLabel('User name').fill(login);
  await page.getByRole('textbox', { name: 'Password' }).fill(passwordOf(login));
  await page.getByRole('button', { name: action, exact: true }).click();
}

export async function signIn(page: Page, url: string, login: string): Promise<void> {
  await enter(page, url, login, 'Sign in');
  await boardShown(page);
}

export async function unlock(page: Page, url: string, login: string): Promise<void> {
  await enter(page, url, login, 'Unlock');
  await boardShown(page);
}

/** From the address to amelie's board, to the frame, ms. */
export async function opening(page: Page, url: string, action: 'Sign in' | 'Unlock'): Promise<number> {
  const since = performance.now();
  await enter(page, url, 'amelie', action);
  await cardDrawn(page);
  return performance.now() - since;
}

/** Until the first visit is on the screen: waiting for a locator asks twice a second only. */
const cardDrawn = (page: Page): Promise<void> =>
  page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const look = (): void => {
          if (document.querySelector('[data-cell] [data-visit-id]')) requestAnimationFrame(() => resolve());
          else requestAnimationFrame(look);
        };
        look();
      }),
  );

export const boardShown = (page: Page): Promise<void> =>
  page.locator('[data-cell] [data-visit-id]').first().waitFor({ timeout: 60_000 });

/** Waits for the sync pill's word, and for nothing to wait when it is Live. */
export async function syncState(page: Page, state: 'live' | 'offline'): Promise<void> {
  const pending = state === 'live' ? '[data-pending="0"]' : '';
  await page.locator(`[data-testid="sync-pill"][data-sync-state="${state}"]${pending}`).waitFor({ timeout: 60_000 });
}

/** Tries to connect now instead of waiting for the back-off. */
export async function retryNow(page: Page): Promise<void> {
  const pill = page.getByTestId('sync-pill');
  if ((await pill.getAttribute('data-sync-state')) === 'live') return;
  await pill.click();
  const button = page.getByRole('button', { name: 'Retry now' });
  // The button goes when the link comes back by itself.
  if (await button.isVisible().catch(() => false)) await button.click({ timeout: 3_000 }).catch(() => {});
  await page.keyboard.press('Escape');
}

/** Visits on the board's first lanes, as both coordinators see them. */
export const cardIds = (page: Page): Promise<string[]> =>
  page
    .locator('[data-cell] [data-visit-id]')
    .evaluateAll((cards) => cards.map((card) => card.getAttribute('data-visit-id') ?? ''));

/**
 * What the board shows of each visit of the week, by visit id: reads while scrolling from the first lane to the last,
 * for the board draws only the lanes in view. Stops early once it has drawn `until`, and otherwise scrolls back up.
 */
export const shownCards = (page: Page, until?: string): Promise<Record<string, string>> =>
  page.getByTestId('board').evaluate(async (board, until) => {
    const drawn = (): Promise<void> =>
      new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())));
    const cards: Record<string, string> = {};
    for (let top = 0; ; top += board.clientHeight / 2) {
      board.scrollTop = top;
      await drawn();
      for (const card of board.querySelectorAll('[data-cell] [data-visit-id]'))
        cards[card.getAttribute('data-visit-id') ?? ''] = card.getAttribute('aria-label') ?? '';
      if (until !== undefined && cards[until] !== undefined) return cards;
      if (top >= board.scrollHeight - board.clientHeight) break;
    }
    board.scrollTop = 0;
    await drawn();
    return cards;
  }, until);

export async function openVisit(page: Page, visitId: string): Promise<void> {
  const card = page.locator(`[data-cell] [data-visit-id="${visitId}"]`).first();
  if ((await card.count()) === 0) await shownCards(page, visitId);
  await card.click();
  await page.locator(`[data-visit-panel="${visitId}"]`).waitFor();
}

/** Sets a field of the open visit and waits until it is acknowledged. */
export async function setField(page: Page, label: 'Start' | 'Minutes' | 'Note', value: string): Promise<void> {
  const field = page.getByTestId('visit-panel').getByLabel(label, { exact: true });
  await field.fill(value);
  await field.blur();
  const outcome = { Start: 'Start saved.', Minutes: 'Length saved.', Note: 'Note saved.' }[label];
  await page.getByTestId('announcer').filter({ hasText: outcome }).waitFor({ state: 'attached' });
}

/** Drags as a hand does: over several points, so that the page sees the way. */
export async function drag(page: Page, from: Locator, to: Locator): Promise<void> {
  await from.scrollIntoViewIfNeeded();
  const start = await from.boundingBox();
  const end = await to.boundingBox();
  if (!start || !end) throw new Error('nothing to drag, or nowhere to');
  const target = { x: end.x + end.width / 2, y: end.y + Math.min(end.height / 2, 200) };
  await page.mouse.move(start.x + start.width / 2, start.y + start.height / 2);
  await page.mouse.down();
  await page.mouse.move(start.x + start.width / 2 + 8, start.y + start.height / 2 + 6, { steps: 3 });
  await page.mouse.move(target.x, target.y, { steps: 12 });
  await pause(250);
  await page.mouse.move(target.x + 2, target.y + 2, { steps: 2 });
  await page.mouse.up();
}

/** Every file below a folder. */
export function* filesUnder(folder: string): Generator<string> {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isDirectory()) yield* filesUnder(path);
    else if (found?.isFile()) yield path;
  }
}

/** Files that hold one of `texts` in clear, as UTF-8 or UTF-16. */
export function filesHolding(folder: string, texts: readonly string[]): string[] {
  const needles = texts.flatMap((text) => [Buffer.from(text, 'utf8'), Buffer.from(text, 'utf16le')]);
  return [...filesUnder(folder)].filter((path) => {
    const bytes = readFileSync(path);
    return needles.some((needle) => bytes.includes(needle));
  });
}
