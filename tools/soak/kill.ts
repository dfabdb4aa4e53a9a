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

/** The loop says how it stands after so many rounds. */
const REPORT_EVERY = 50;

const log = (line: string): void => console.log(line);

function spread(ms: readonly number[]): string {
  const at = (share: number): number => Math.round(quantile(ms, share));
  return `${at(0.5)} ms (median), ${at(0.99)} ms (99 of 100), ${at(1)} ms (slowest)`;
}

async function pages({ rounds, seed }: Campaign): Promise<boolean> {
  await buildWeb();
  log(`killing the browser, ${rounds} rounds`);
  const server = await startDemo();
  const page = await killPage({ server, rounds, seed, log });
  await server.stop();
  removeTemporaryFolders();
  for (const line of page.lost) log(`LOST ${line}`);
  log(
    `page: ${page.rounds} rounds, ${page.acknowledged} acknowledged, ${page.lost.length} lost; ` +
      `reopened in ${spread(page.reopenings)}`,
  );
  return page.lost.length === 0;
}

async function servers({ rounds, seed }: Campaign): Promise<boolean> {
  log(`killing the server, ${rounds} rounds`);
  let round = 0;
  const report = (line: string): void => {
    round += 1;
    if (round % REPORT_EVERY === 0) log(line);
  };
  const killed = await killLoop({ rounds, seed, report });
  for (const line of killed.lost) log(`LOST ${line}`);
  log(
    `server: ${killed.rounds} rounds, ${killed.acknowledged} acknowledged, ${killed.lost.length} lost, ` +
      `${killed.converged ? '' : 'not '}equal everywhere; up again in ${spread(killed.restartsMs)}; ` +
      `first shard served in ${spread(killed.servedMs)}; ` +
      `a newcomer had everything after ${spread(killed.returnsMs)}`,
  );
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
