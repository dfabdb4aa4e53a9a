/**
 * Runs an account command: over the data directory itself when nobody holds it, else through the running server's
 * control socket. When the holder has none (another command, or Windows) the `busy` sentence names the lock.
 */
import { join } from 'node:path';
import { type Result, systemClock, systemRandom } from '@fieldfare/kernel';
import type { AdminCommand, AdminRow } from '../admin.ts';
import { sendControl } from '../control.ts';
import { openCore } from '../core.ts';
import { createLog } from '../log.ts';

export async function runAdmin(dataDir: string, command: AdminCommand): Promise<Result<readonly AdminRow[]>> {
  const core = await openCore({
    dataDir,
    clock: systemClock,
    random: systemRandom,
    log: createLog({ level: 'warn' }),
    dataKey: process.env.FIELDFARE_DATA_KEY,
    template: async () => null,
  });
  if (!core.ok) {
    if (core.problems[0].code !== 'busy') return core;
    return (await sendControl(join(dataDir, 'control.sock'), command)) ?? core;
  }
  try {
    return await core.value.admin(command);
  } finally {
    await core.value.close();
  }
}
