/** `pnpm soak kill`: page and server are killed at random points under writes; no acknowledged edit may be missing. */
import { parseArgs } from 'node:util';
import { removeTemporaryFolders, startDemo } from '@fieldfare/desktop/test/harness';
import { killPage } from '@fieldfare/desktop/test/kill-page';
import { killLoop } from '@fieldfare/sync-server/testing';
import { buildWeb } from '../lib/web.ts';

export async function soakKill(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: { rounds: { type: 'string', default: '50' }, seed: { type: 'string', default: '1' } },
  });
  const rounds = Number(values.rounds);
  const seed = Number(values.seed);
  const log = (line: string): void => console.log(line);
  await buildWeb();

  console.log(`killing the browser, ${rounds} rounds`);
  const server = await startDemo();
  const page = await killPage({ server, rounds, seed, log });
  await server.stop();
  removeTemporaryFolders();
  for (const line of page.lost) console.log(`LOST ${line}`);
  console.log(
    `page: ${page.acknowledged} acknowledged, ${page.lost.length} lost, slowest reopening ${Math.round(page.slowestReopenMs)} ms`,
  );

  console.log(`killing the server, ${rounds} rounds`);
  const killed = await killLoop({ rounds, seed });
  console.log(`server: ${JSON.stringify(killed)}`);
  return page.lost.length === 0 && killed.lost.length === 0;
}
