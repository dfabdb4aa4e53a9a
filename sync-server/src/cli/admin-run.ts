/**
 * Runs an account command: through the control socket of the server that holds the data directory, else over the
 * directory itself, or over the database: there as one more process that serves nobody, unless it is the only one. When the holder has no control socket (another command, or Windows) the `busy` sentence names the lock.
 */
import { join } from 'node:path';
import { type Result, systemClock, systemRandom } from '@fieldfare/kernel';
import type { AdminCommand, AdminRow } from '../admin.ts';
import { createClusterAdmin } from '../cluster/admin.ts';
import { createErrands } from '../cluster/errands.ts';
import { sendControl } from '../control.ts';
import { createLog } from '../log.ts';

export async function runAdmin(
  dataDir: string,
  command: AdminCommand,
  database?: string,
): Promise<Result<readonly AdminRow[]>> {
  const answer = await sendControl(join(dataDir, 'control.sock'), command);
  if (answer) return answer;
  const { openCore } = await import('../core.ts'); // heavy, and not needed beside a running server
  const [clock, random] = [systemClock, systemRandom];
  const core = await openCore({
    dataDir,
    database,
    clock,
    random,
    log: createLog({ level: 'warn' }),
    dataKey: process.env.FIELDFARE_DATA_KEY,
    template: async () => null,
  });
  if (!core.ok) return core;
  try {
    const { admin, accounts, tenants, cluster, keyOf } = core.value;
    if (cluster === null) return await admin(command);
    if (cluster.membership.members().length === 0) await cluster.membership.join('');
    const { directory } = accounts;
    const errands = createErrands(keyOf('cluster'), clock);
    return await createClusterAdmin({ admin, directory, tenants, errands, clock, random })(command);
  } finally {
    await core.value.close();
  }
}
