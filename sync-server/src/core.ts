/**
 * An opened data directory: lock, keys, accounts, tenants, and the commands over them. The server and the offline
 * account commands both stand on it, never at the same time: the lock sees to that (`SRV-LOCK`).
 */
import { type Clock, fail, ok, type Random, type Result } from '@fieldfare/kernel';
import { openNodeFiles } from '@fieldfare/sync/node';
import { type Accounts, openAccounts } from './accounts/index.ts';
import { type Admin, createAdmin } from './admin.ts';
import { type DataDir, dataDirAt, deriveKey, rootKey, signingKey } from './data-dir.ts';
import type { Log } from './log.ts';
import { SHARD_IDLE_MS } from './residency.ts';
import { createTenants, type Tenants } from './tenants.ts';

export interface Core {
  readonly dir: DataDir;
  readonly accounts: Accounts;
  readonly tenants: Tenants;
  readonly admin: Admin;
  close(): Promise<void>;
}

export async function openCore(options: {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Root key in base64 (FIELDFARE_DATA_KEY); without it server.key. */
  readonly dataKey?: string | undefined;
  readonly template: () => Promise<Blob | null>;
  readonly shardIdleMs?: number;
}): Promise<Result<Core>> {
  const { clock, random, log, template } = options;
  const dir = dataDirAt(options.dataDir);
  const files = await openNodeFiles(dir.accounts);
  if (!files.ok) {
    const [first, ...rest] = files.problems;
    if (first.code !== 'busy') return files;
    return fail(
      { ...first, message: `another server or account command is using this data directory (lock: ${dir.accounts})` },
      ...rest,
    );
  }
  const root = await rootKey(dir, random, options.dataKey);
  if (!root.ok) {
    await files.value.close();
    return root;
  }
  const accounts = await openAccounts({
    files: files.value,
    storeKey: deriveKey(root.value, 'accounts'),
    refreshKey: deriveKey(root.value, 'refresh-tokens'),
    signingKey: await signingKey(dir),
    clock,
    random,
  });
  if (!accounts.ok) {
    await files.value.close();
    return accounts;
  }
  if (accounts.value.damagedLines() > 0) {
    log.warn('damage in the account store; the rest is served', { count: accounts.value.damagedLines() });
  }
  const tenants = createTenants({
    dir,
    rootKey: root.value,
    directory: accounts.value.directory,
    clock,
    random,
    log,
    template,
    shardIdleMs: options.shardIdleMs ?? SHARD_IDLE_MS,
  });
  return ok({
    dir,
    accounts: accounts.value,
    tenants,
    admin: createAdmin({ directory: accounts.value.directory, tenants, clock, random }),
    async close() {
      await tenants.close();
      await accounts.value.close();
    },
  });
}
