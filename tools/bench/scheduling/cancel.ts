/** The large week in a real browser: how long a run goes on after a coordinator has said that what it has found will do. */

import { openLaptop, removeTemporaryFolders, startDemo } from '@fieldfare/desktop/test/harness';
import { dropProposal, finishAutoAssign, openNextWeek } from '@fieldfare/desktop/test/large-week';
import { seededRandom } from '@fieldfare/kernel';
import { type Metric, metric, quantile } from '../../lib/metrics.ts';
import { buildWeb } from '../../lib/web.ts';

const ROUNDS = 20;
/** ms; the plan is built within the first second or two. */
const LATEST = 6_000;

export async function benchCancel(seed: number): Promise<Metric[]> {
  await buildWeb();
  const server = await startDemo({ demo: 'large' });
  const { context, page } = await openLaptop();
  await openNextWeek(page, server.url);
  const random = seededRandom(seed);
  const took: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const { ms, offered, improving } = await finishAutoAssign(page, random.float() * LATEST * (round % 2 ? 1 : 0.25));
    console.log(`${improving ? 'improving' : 'building'}: ${ms.toFixed(0)} ms, ${offered} visits offered`);
    took.push(ms);
    await dropProposal(page);
  }
  await context.close();
  await server.stop();
  removeTemporaryFolders();
  return [
    metric('large week: from "use what it has found" to the proposal, median', quantile(took, 0.5), 'ms', '<100'),
    metric('large week: the same, slowest', Math.max(...took), 'ms'),
  ];
}
