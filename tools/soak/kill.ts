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

/**
 * So often a server begins with an empty agency: one that is killed every second never comes to compact its journal, which it
 * first looks at after a minute, and after hundreds of lives the loop would measure little but how long that is read.
 */
const ROUNDS_A_SERVER = 100;

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
  let acknowledged = 0;
  let restart = 0;
  let back = 0;
  for (let done = 0; done < rounds; done += ROUNDS_A_SERVER) {
    const part = Math.min(ROUNDS_A_SERVER, rounds - done);
    const killed = await killLoop({ rounds: part, seed: seed + done });
    acknowledged += killed.acknowledged;
    restart = Math.max(restart, killed.slowestRestartMs);
    back = Math.max(back, killed.slowestReturnMs);
    for (const line of killed.lost) log(`LOST ${line}`);
    log(
      `server: ${done + part} rounds, ${acknowledged} acknowledged, ${killed.lost.length} lost, ` +
        `${killed.converged ? '' : 'not '}equal everywhere; slowest restart ${Math.round(restart)} ms, ` +
        `slowest until a newcomer had everything ${Math.round(back)} ms`,
    );
    if (killed.lost.length > 0 || !killed.converged) return false;
  }
  return true;
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
