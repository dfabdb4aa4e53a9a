/** Finds a Chromium for browser tests, or installs one where that is allowed. */
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';
import { run } from './run.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MAC = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

function installed(): string | null {
  const fromEnvironment = process.env.CHROMIUM_PATH;
  if (fromEnvironment) return fromEnvironment;
  const candidates = (process.env.PATH ?? '').split(delimiter).flatMap((dir) => NAMES.map((name) => join(dir, name)));
  for (const path of [...candidates, ...MAC, chromium.executablePath()]) {
    try {
      if (path === '' || !existsSync(path)) continue;
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // not this one
    }
  }
  return null;
}

/** Path of a Chromium: `CHROMIUM_PATH`, an installed one, apt when root on Debian, Playwright's download. */
export async function ensureChromium(): Promise<string> {
  const found = installed();
  if (found) return found;
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.log('No Chromium found: installing Debian’s.');
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['update', '-q'], { quiet: true, env });
    await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'], {
      quiet: true,
      env,
    });
  }
  const afterApt = installed();
  if (afterApt) return afterApt;
  console.log('No Chromium found: asking Playwright to download one.');
  await run('playwright', ['install', 'chromium']);
  const downloaded = installed();
  if (downloaded) return downloaded;
  throw new Error('No Chromium found. Install Chromium or Google Chrome, or set CHROMIUM_PATH to one.');
}
