/**
 * `pnpm bench board`: builds the bench page, scrolls and drags it in headless Chromium with real input events, and
 * takes the time between animation frames. 200 lanes × 5,000 visits; goals: median under 17 ms, 95th under 33 ms.
 */
import { fileURLToPath } from 'node:url';
import type { CDPSession, Page } from 'playwright-core';
import { build } from 'vite';
import { judged, type Metric, onBenchPage, quantile } from './serve.ts';

/** Milliseconds between animation frames while `run` goes on. */
async function framesDuring(page: Page, run: () => Promise<void>): Promise<readonly number[]> {
  await page.evaluate(() => {
    const state = window as unknown as { benchFrames: number[] | null };
    const frames: number[] = [];
    state.benchFrames = frames;
    const tick = (at: number): void => {
      if (state.benchFrames !== frames) return;
      frames.push(at);
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
  await run();
  const stamps = await page.evaluate(() => {
    const state = window as unknown as { benchFrames: number[] | null };
    const frames = state.benchFrames ?? [];
    state.benchFrames = null;
    return frames;
  });
  return stamps.slice(1).map((at, index) => at - (stamps[index] ?? at));
}

/** Each figure is the median of the rounds': another program that woke up for a second should not decide. */
function frameMetrics(what: string, rounds: readonly (readonly number[])[]): readonly Metric[] {
  const over = (figure: (frames: readonly number[]) => number): number => quantile(rounds.map(figure), 0.5);
  return [
    judged(
      `${what}: median frame`,
      over((frames) => quantile(frames, 0.5)),
      17,
    ),
    judged(
      `${what}: 95th percentile frame`,
      over((frames) => quantile(frames, 0.95)),
      33,
    ),
    { name: `${what}: slowest frame`, value: over((frames) => quantile(frames, 1)), unit: 'ms' },
    { name: `${what}: frames a round`, value: over((frames) => frames.length), unit: 'frames' },
  ];
}

const ROUNDS = 3;

/** Pixels a second: three to four screens, the pace of a steady wheel. */
const SCROLL_SPEED = 3000;

/** Wheel scrolling through some forty screens of lanes, down and up. */
async function scroll(cdp: CDPSession): Promise<void> {
  for (const distance of [-9000, -9000, 9000, -6000]) {
    await cdp.send('Input.synthesizeScrollGesture', {
      x: 640,
      y: 500,
      yDistance: distance,
      speed: SCROLL_SPEED,
      gestureSourceType: 'mouse',
    });
  }
}

/** Carries a tray card over cells for several seconds, at last to the edge where the board scrolls by itself. */
async function drag(page: Page): Promise<void> {
  const card = page.locator('[data-tray] [data-visit-id]').nth(2);
  await card.hover();
  await page.mouse.down();
  await page.mouse.move(700, 400, { steps: 3 });
  await page.locator('[data-cell][data-fit]').first().waitFor();
  for (let lap = 0; lap < 4; lap++) {
    for (const [x, y] of [
      [320, 200],
      [1000, 320],
      [340, 480],
      [1000, 640],
    ] as const) {
      await page.mouse.move(x, y, { steps: 18 });
    }
  }
  for (let step = 0; step < 60; step++) {
    await page.mouse.move(600 + step, 880);
    await page.waitForTimeout(16);
  }
}

function buildApp(folder: string): Promise<unknown> {
  process.env.FIELDFARE_BENCH = '1';
  process.env.FIELDFARE_WEB_OUT = folder;
  return build({ configFile: fileURLToPath(new URL('../vite.config.ts', import.meta.url)), logLevel: 'error' });
}

export const runBoardBench = (): Promise<readonly Metric[]> =>
  onBenchPage({ build: buildApp, path: 'bench/bench.html' }, async (page) => {
    const opened = performance.now();
    await page.reload();
    await page.locator('[role="grid"] [data-visit-id]').first().waitFor();
    const drawn = performance.now() - opened;
    // A bench of an empty board would be quick and worthless.
    const carers = await page.getByRole('columnheader').first().innerText();
    const placed = await page.getByTestId('summary').innerText();
    const visits = [...placed.matchAll(/\d+/g)].reduce((sum, [digits]) => sum + Number(digits), 0);
    if (!carers.startsWith('200') || visits !== 5000) throw new Error(`not the bench board: ${carers}, ${placed}`);

    const cdp = await page.context().newCDPSession(page);
    await scroll(cdp); // code and fonts warm, as after the first minute of work
    const scrolled: (readonly number[])[] = [];
    const dragged: (readonly number[])[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      scrolled.push(await framesDuring(page, () => scroll(cdp)));
      dragged.push(await framesDuring(page, () => drag(page)));
      await page.mouse.move(560, 300);
      await page.keyboard.press('Escape');
      await page.mouse.up();
    }
    const cards = await page.locator('[role="grid"] [data-visit-id]').count();
    return [
      { name: 'page to board', value: drawn, unit: 'ms' },
      ...frameMetrics('scroll', scrolled),
      ...frameMetrics('drag', dragged),
      { name: 'cards in the document', value: cards, unit: 'of 5000' },
    ];
  });
