/**
 * Runs an account command: through the control socket of the server that holds the data directory, else over the
 * directory itself. When the holder has no control socket (another command, or Windows) the `busy` sentence names the lock.
 */
import { join } from 'node:path';
import { type Result, systemClock, systemRandom } from '@fieldfare/kernel';
import type { AdminCommand, AdminRow } from '../admin.ts';
import { sendControl } from '../control.ts';
import { createLog } from '../log.ts';

export async function runAdmin(dataDir: string, command: AdminCommand): Promise<Result<readonly AdminRow[]>> {
  const answer = await sendControl(join(dataDir, 'control.sock'), command);
  if (answer) return answer;
  const { openCore } = await import('../core.ts'); // heavy, and not needed beside a running server
  const core = await openCore({
    dataDir,
    clock: systemClock,
    random: systemRandom,
    log: createLog({ level: 'warn' }),
    dataKey: process.env.FIELDFARE_DATA_KEY,
    template: async () => null,
  });
  if (!core.ok) return core;
  try {
    return await core.value.admin(command);
  } finally {
    await core.value.close();
  }
}
