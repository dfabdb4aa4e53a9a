/** `pnpm bench board`: 200 lanes × 5,000 visits, scrolled and dragged in a real Chromium; the time of every frame. */
import { join } from 'node:path';
import { openLaptop, removeTemporaryFolders, temporaryFolder } from '@fieldfare/desktop/test/harness';
import { startServer } from '@fieldfare/sync-server';
import type { Page } from 'playwright-core';
import { type Metric, metric, quantile } from '../lib/metrics.ts';
import { binary, root, run } from '../lib/run.ts';

const SECONDS = 5;

/** Starts collecting the time between animation frames; the result ends it. */
async function frames(page: Page, act: () => Promise<void>): Promise<number[]> {
  await page.evaluate(() => {
    const times: number[] = [];
    const collect = { times, on: true };
    Object.assign(window, { frameTimes: collect });
    let last = performance.now();
    const tick = (now: number): void => {
      times.push(now - last);
      last = now;
      if (collect.on) requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
  await act();
  const times = await page.evaluate(() => {
    const collect = (window as unknown as { frameTimes: { times: number[]; on: boolean } }).frameTimes;
    collect.on = false;
    return collect.times;
  });
  return times.slice(2);
}

export async function benchBoard(): Promise<readonly Metric[]> {
  const out = join(temporaryFolder('bench-web'), 'web');
  const built = await run(binary('vite'), ['build', '--logLevel', 'warn'], {
    cwd: join(root, 'apps', 'desktop'),
    env: { FIELDFARE_BENCH: '1', FIELDFARE_WEB_OUT: out },
    quiet: true,
  });
  if (built.code !== 0) throw new Error(built.output);
  const server = await startServer({ port: 0, dataDir: temporaryFolder('bench-server'), webDir: out });
  const { context, page } = await openLaptop();
  await page.goto(`${server.url}/bench/bench.html`);
  await page.locator('[data-cell] [data-visit-id]').first().waitFor();
  await page.waitForTimeout(1_000);
  const grid = await page.locator('[role="grid"]').boundingBox();
  if (!grid) throw new Error('the board is not shown');
  const middle = { x: grid.x + grid.width / 2, y: grid.y + grid.height / 2 };

  await page.mouse.move(middle.x, middle.y);
  const scrolling = await frames(page, async () => {
    const end = performance.now() + SECONDS * 1000;
    for (let step = 0; performance.now() < end; step += 1) {
      await page.mouse.wheel(0, step % 120 < 60 ? 140 : -120);
      await page.waitForTimeout(16);
    }
  });

  const card = page.locator('[data-cell] [data-visit-id]').nth(6);
  await card.hover();
  await page.mouse.down();
  const dragging = await frames(page, async () => {
    const end = performance.now() + SECONDS * 1000;
    for (let step = 0; performance.now() < end; step += 1) {
      await page.mouse.move(
        middle.x + Math.sin(step / 17) * grid.width * 0.35,
        middle.y + Math.cos(step / 23) * grid.height * 0.3,
      );
      await page.waitForTimeout(10);
    }
  });
  await page.mouse.up();
  await context.close();
  await server.close();
  removeTemporaryFolders();
  return [
    metric('scroll, median frame', quantile(scrolling, 0.5), 'ms', '<17'),
    metric('scroll, p95 frame', quantile(scrolling, 0.95), 'ms', '<33'),
    metric('drag, median frame', quantile(dragging, 0.5), 'ms', '<17'),
    metric('drag, p95 frame', quantile(dragging, 0.95), 'ms', '<33'),
    metric('frames measured', scrolling.length + dragging.length, 'frames'),
  ];
}
