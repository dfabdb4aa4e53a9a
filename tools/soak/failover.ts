/**
 * `pnpm soak failover`: several servers over one PostgreSQL; again and again the one that serves an agency is killed under
 * writes. No acknowledged edit may be missing for whoever comes to the others, and they serve the agency within 5 s.
 */
import { parseArgs } from 'node:util';
import { killLoop } from '@fieldfare/sync-server/testing';
import { openClusterWithDatabase } from '@fieldfare/sync-server/testing-cluster';

const MOST_MS = 5_000;

export async function soakFailover(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '20' },
      seed: { type: 'string', default: '1' },
      processes: { type: 'string', default: '3' },
    },
  });
  const place = await openClusterWithDatabase(Number(values.processes));
  if (typeof place === 'string') {
    console.log(`PostgreSQL cannot run here: ${place}`);
    return false;
  }
  const report = (line: string): void => console.log(line);
  const result = await killLoop({ rounds: Number(values.rounds), seed: Number(values.seed), place, report });
  const slowest = Math.max(...result.returnsMs);
  for (const line of result.lost) console.log(`LOST ${line}`);
  console.log(
    `${result.rounds} kills: ${result.acknowledged} edits, ${result.lost.length} lost, ` +
      `served again within ${Math.round(slowest)} ms, converged: ${result.converged}`,
  );
  return result.lost.length === 0 && result.converged && slowest < MOST_MS;
}
