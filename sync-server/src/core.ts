/**
 * An opened data directory, or a database shared with other processes: keys, accounts, tenants, and the commands over
 * them. The server and the offline account commands both stand on it; on a directory never at the same time: the lock
 * sees to that (`SRV-LOCK`).
 */
import { type Clock, type FileStore, fail, ok, type Random, type Result } from '@fieldfare/kernel';
import { openNodeFiles } from '@fieldfare/sync/node';
import { openDatabaseRecords } from './accounts/database-records.ts';
import { type Accounts, openAccounts } from './accounts/index.ts';
import { openRecords } from './accounts/records.ts';
import { type Admin, createAdmin } from './admin.ts';
import { type Cluster, openCluster } from './cluster/index.ts';
import { ALONE } from './cluster/placement.ts';
import type { TenantRows } from './cluster/rows.ts';
import {
  type DataDir,
  dataDirAt,
  deriveKey,
  keyMark,
  readDataKey,
  rootKey,
  sharedSigningKey,
  signingKey,
} from './data-dir.ts';
import { journalsInDatabase, journalsInFiles } from './journals.ts';
import type { Log } from './log.ts';
import { SHARD_IDLE_MS } from './residency.ts';
import { createTenants, type Tenants } from './tenants.ts';
import { createTravelDesk } from './travel/desk.ts';
import { mapsAccess } from './travel/maps-access.ts';

export interface Core {
  readonly dir: DataDir;
  readonly accounts: Accounts;
  readonly tenants: Tenants;
  readonly admin: Admin;
  /** Null without a database. */
  readonly cluster: Cluster | null;
  /** Makes ready where projections are kept; without this it is done when the first one is asked for. */
  openRows(): Promise<Result<TenantRows | null>>;
  /** The key of a purpose, the same on all processes over one database. */
  keyOf(purpose: string): Uint8Array;
  close(): Promise<void>;
}

export type RowsIn = 'database' | 'memory';

export interface CoreOptions {
  readonly dataDir: string;
  /** Of PostgreSQL: accounts and journals are there, and the directory holds this process's own things. */
  readonly database?: string | undefined;
  /** Where projections are, over a database; there too when absent. */
  readonly rows?: RowsIn | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Root key in base64 (FIELDFARE_DATA_KEY); without it server.key. */
  readonly dataKey?: string | undefined;
  readonly template: () => Promise<Blob | null>;
  readonly shardIdleMs?: number;
}

export async function openCore(options: CoreOptions): Promise<Result<Core>> {
  const dir = dataDirAt(options.dataDir);
  const undo: (() => Promise<void>)[] = [];
  const opened = await openParts(dir, options, undo);
  if (!opened.ok) for (const step of undo.reverse()) await step();
  return opened;
}

/** What is to be closed again when a later part fails is left in `undo`. */
async function openParts(dir: DataDir, options: CoreOptions, undo: (() => Promise<void>)[]): Promise<Result<Core>> {
  const { clock, random, log } = options;
  const files = await openNodeFiles(dir.accounts);
  if (!files.ok) {
    const [first, ...rest] = files.problems;
    if (first.code !== 'busy') return files;
    return fail(
      { ...first, message: `another server or account command is using this data directory (lock: ${dir.accounts})` },
      ...rest,
    );
  }
  undo.push(() => files.value.close());
  const opened = options.database === undefined ? ok(null) : await openCluster(options.database, log);
  if (!opened.ok) return opened;
  const cluster = opened.value;
  if (cluster) undo.push(() => cluster.close());

  const root = await rootKeyOf(dir, options, cluster);
  if (!root.ok) return root;
  const keyOf = (purpose: string): Uint8Array => deriveKey(root.value, purpose);
  const store = await openStore(files.value, cluster, keyOf('accounts'), random);
  if (!store.ok) return store;
  const accounts = await openAccounts({
    store: store.value,
    refreshKey: keyOf('refresh-tokens'),
    signingKey: cluster ? sharedSigningKey(root.value) : await signingKey(dir),
    clock,
    random,
  });
  if (!accounts.ok) {
    await store.value.close();
    return accounts;
  }
  const { directory, damagedLines } = accounts.value;
  if (damagedLines() > 0) log.warn('damage in the account store; the rest is served', { count: damagedLines() });
  const common = { rootKey: root.value, random };
  let rows: Promise<Result<TenantRows | null>> | null = null;
  const openRows = (): Promise<Result<TenantRows | null>> => {
    rows ??= tenantRows(options, cluster);
    return rows;
  };
  const tenants = createTenants({
    journals: cluster ? journalsInDatabase({ ...cluster, ...common }) : journalsInFiles({ dir, ...common }),
    placement: cluster?.membership ?? ALONE,
    rootKey: root.value,
    directory,
    clock,
    random,
    log,
    template: options.template,
    rows: openRows,
    shardIdleMs: options.shardIdleMs ?? SHARD_IDLE_MS,
  });
  return ok({
    dir,
    accounts: accounts.value,
    tenants,
    admin: createAdmin({
      ...{ directory, tenants, clock, random },
      travel: createTravelDesk({
        access: mapsAccess,
        openFiles: () => openNodeFiles(dir.travel),
        key: keyOf('travel'),
        ...{ clock, random },
        sleep: (ms) => new Promise((wake) => setTimeout(wake, ms)),
      }),
    }),
    cluster,
    openRows,
    keyOf,
    async close() {
      await tenants.close();
      const kept = await rows;
      if (kept?.ok) await kept.value?.close();
      await accounts.value.close();
      await cluster?.close();
      await files.value.close();
    },
  });
}

async function tenantRows({ database: url, rows = 'database', log }: CoreOptions, cluster: Cluster | null) {
  if (cluster === null || url === undefined || rows === 'memory') return ok(null);
  const { openRows } = await import('./cluster/rows.ts'); // account commands never need SQL
  return openRows({ ...cluster, url, log });
}

/** Where others have written under a key already, none is made. */
async function rootKeyOf(
  dir: DataDir,
  { random, dataKey }: CoreOptions,
  cluster: Cluster | null,
): Promise<Result<Uint8Array>> {
  const root = cluster?.keyMark ? readDataKey(dir.root, dataKey) : await rootKey(dir, random, dataKey);
  if (!root.ok || cluster === null) return root;
  const used = await cluster.useKey(keyMark(root.value));
  return used.ok ? root : used;
}

function openStore(files: FileStore, cluster: Cluster | null, key: Uint8Array, random: Random) {
  return cluster
    ? openDatabaseRecords({ database: cluster.database, key, random })
    : openRecords({ files, key, random });
}
