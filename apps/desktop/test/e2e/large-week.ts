/** Auto-assign on the large demo agency's next week, half of which has no carer yet, ended with the best so far. */
import type { Page } from 'playwright-core';
import { boardShown, pause, signIn } from './harness.ts';

export async function openNextWeek(page: Page, url: string): Promise<void> {
  await signIn(page, url, 'amelie');
  await page.getByRole('button', { name: 'Next week' }).click();
  await boardShown(page);
}

export interface Finished {
  /** From the click to the proposal on the screen. */
  readonly ms: number;
  /** Visits that the run had placed by the last word before the click, and that the proposal places. */
  readonly told: number;
  readonly offered: number;
  /** Whether a whole plan stood and was being improved. */
  readonly improving: boolean;
}

/** Starts a run and takes what it has found `after` ms, or as soon as it has found anything. */
export async function finishAutoAssign(page: Page, after: number): Promise<Finished> {
  await page.getByRole('button', { name: 'Auto-assign', exact: true }).first().click();
  await page.getByRole('progressbar', { name: 'Auto-assign progress' }).waitFor();
  await pause(after);
  const panel = page.getByTestId('proposal-panel');
  await panel.getByRole('button', { name: 'Use what it has found' }).waitFor();
  const finished = await panel.evaluate(
    (element: HTMLElement) =>
      new Promise<Finished>((resolve) => {
        const button = [...element.querySelectorAll('button')].find((one) => one.innerText === 'Use what it has found');
        const told = Number.parseInt(element.innerText.match(/(\d+) of/)?.[1] ?? '', 10);
        const improving = element.innerText.includes('A whole plan stands');
        const since = performance.now();
        const look = (): void => {
          const offered = element.innerText.match(/of (\d+) selected/)?.[1];
          if (offered === undefined) requestAnimationFrame(look);
          else resolve({ ms: performance.now() - since, told, offered: Number(offered), improving });
        };
        button?.click();
        requestAnimationFrame(look);
      }),
  );
  return finished;
}

export const dropProposal = (page: Page): Promise<void> => page.getByRole('button', { name: 'Drop proposal' }).click();
