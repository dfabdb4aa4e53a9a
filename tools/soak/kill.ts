/**
 * `pnpm soak kill`: page and server are killed at random points under writes; no acknowledged edit may be missing.
 *
 *   pnpm soak kill [--rounds N] [--seed N] [--only page|server]
 */
import { parseArgs } from 'node:util';
import { removeTemporaryFolders, startDemo } from '@fieldfare/desktop/test/harness';
import { killPage } from '@fieldfare/desktop/test/kill-page';
import { killLoop } from '@fieldfare/sync-server/testing';
import { quantile } from '../lib/metrics.ts';
import { buildWeb } from '../lib/web.ts';

interface Campaign {
  readonly rounds: number;
  readonly seed: number;
}

/** Of the server's lines, one in so many is shown. */
const SHOWN = 50;

const log = (line: string): void => console.log(line);

async function pages({ rounds, seed }: Campaign): Promise<boolean> {
  await buildWeb();
  log(`killing the browser, ${rounds} rounds`);
  const server = await startDemo();
  const page = await killPage({ server, rounds, seed, log });
  await server.stop();
  removeTemporaryFolders();
  for (const line of page.lost) log(`LOST ${line}`);
  const took = (share: number): number => Math.round(quantile(page.reopenings, share));
  log(
    `page: ${page.rounds} rounds, ${page.acknowledged} acknowledged, ${page.lost.length} lost; reopened in ` +
      `${took(0.5)} ms (median), ${took(0.99)} ms (99 of 100), ${took(1)} ms (slowest)`,
  );
  return page.lost.length === 0;
}

async function servers({ rounds, seed }: Campaign): Promise<boolean> {
  log(`killing the server, ${rounds} rounds`);
  let reported = 0;
  const killed = await killLoop({
    rounds,
    seed,
    report(line) {
      reported += 1;
      if (reported % SHOWN === 0) log(line);
    },
  });
  log(`server: ${JSON.stringify(killed)}`);
  return killed.lost.length === 0 && killed.converged;
}

const LOOPS = { page: pages, server: servers };

export async function soakKill(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '50' },
      seed: { type: 'string', default: '1' },
      only: { type: 'string' },
    },
  });
  const campaign = { rounds: Number(values.rounds), seed: Number(values.seed) };
  const chosen = Object.entries(LOOPS).filter(([name]) => values.only === undefined || values.only === name);
  if (chosen.length === 0) {
    console.error(`no such loop: ${values.only} (there are ${Object.keys(LOOPS).join(', ')})`);
    return false;
  }
  let clean = true;
  for (const [, run] of chosen) clean = (await run(campaign)) && clean;
  return clean;
}
