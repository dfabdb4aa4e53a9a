/** A page that is built for a bench, served under the application's policy, and opened in headless Chromium. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { CHROMIUM_ARGS } from '../test/e2e/chromium-args.ts';

export interface Metric {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly goal?: string;
  readonly ok?: boolean;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** As the served app's: what the bench draws must be allowed there too. */
const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'";

interface Served {
  readonly url: string;
  close(): Promise<void>;
}

async function serveBuild(build: (folder: string) => Promise<unknown>): Promise<Served> {
  const dir = await mkdtemp(join(tmpdir(), 'fieldfare-bench-'));
  await build(dir);
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://bench').pathname);
    readFile(join(dir, path)).then(
      (bytes) => {
        response.setHeader('content-type', TYPES[extname(path)] ?? 'application/octet-stream');
        response.setHeader('content-security-policy', POLICY);
        response.end(bytes);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Value at quantile `q` by nearest rank. */
export function quantile(samples: readonly number[], q: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];
  if (value === undefined) throw new RangeError('there are no samples');
  return value;
}

export const judged = (name: string, value: number, bound: number, unit = 'ms'): Metric => ({
  name,
  value,
  unit,
  goal: `<${bound}`,
  ok: value < bound,
});

/** `build` fills a folder; `path`: the page in it. */
export async function onBenchPage<T>(
  { build, path }: { readonly build: (folder: string) => Promise<unknown>; readonly path: string },
  run: (page: Page) => Promise<T>,
): Promise<T> {
  const served = await serveBuild(build);
  const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath, args: [...CHROMIUM_ARGS] });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(`${served.url}/${path}`);
    return await run(page);
  } finally {
    await browser.close();
    await served.close();
  }
}
