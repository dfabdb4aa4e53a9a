/** Auto-assign on a large week can be ended whenever a coordinator likes, and what it has found is offered. */
import { seededRandom } from '@fieldfare/kernel';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoServer, openLaptop, removeTemporaryFolders, startDemo } from './harness.ts';
import { dropProposal, finishAutoAssign, openNextWeek } from './large-week.ts';

const unscheduled = async (page: Page): Promise<number> =>
  Number((await page.getByTestId('summary').innerText()).match(/(\d+)\s+unscheduled/)?.[1] ?? Number.NaN);

describe('auto-assign on a large week', () => {
  let server: DemoServer;
  let page: Page;
  let close: () => Promise<unknown>;

  beforeAll(async () => {
    server = await startDemo({ demo: 'large' });
    const laptop = await openLaptop();
    page = laptop.page;
    close = () => laptop.context.close();
    await openNextWeek(page, server.url);
  });
  afterAll(async () => {
    await close?.();
    await server?.stop();
    removeTemporaryFolders();
  });

  it('ended at any moment it offers all that it had placed by then', async () => {
    const random = seededRandom(5);
    const waits = [0, 100, ...Array.from({ length: 4 }, () => 3_000 * random.float())];
    const found: Awaited<ReturnType<typeof finishAutoAssign>>[] = [];
    for (const wait of waits) {
      const finished = await finishAutoAssign(page, wait);
      expect(finished.offered).toBeGreaterThan(0);
      if (!finished.improving) expect(finished.offered).toBeGreaterThanOrEqual(finished.told);
      found.push(finished);
      await dropProposal(page);
    }
    // While it improves a whole plan stands: more than any that was still being built.
    const most = Math.max(0, ...found.filter(({ improving }) => !improving).map(({ told }) => told));
    for (const { improving, offered } of found) if (improving) expect(offered).toBeGreaterThanOrEqual(most);
  });

  it('what is offered can be accepted as it is', async () => {
    const before = await unscheduled(page);
    const { offered } = await finishAutoAssign(page, 0);
    await page.getByRole('button', { name: /^Accept all/ }).click();
    await expect.poll(() => unscheduled(page)).toBe(before - offered);
  });
});
