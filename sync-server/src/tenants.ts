/**
 * One replica a tenant, opened when it is first asked for and kept: its journal under `<data>/tenants/<id>`, and over
 * it the workspace that answers procedures (opened at the first of them; sync alone needs no SQL).
 *
 *  SRV-TENANT  a tenant is opened once however many ask at once; a failed opening may be tried again
 *  SRV-DAMAGE  damage in a journal is logged and the rest is served
 *  SRV-USERS   the tenant's `users` rows say what the accounts say
 */
import { tables } from '@fieldfare/domain';
import { type Clock, fail, ok, problem, type Random, type Result } from '@fieldfare/kernel';
import {
  createReplica,
  createRooms,
  keepCompact,
  openJournal,
  type Receipts,
  type Replica,
  type Rooms,
} from '@fieldfare/sync';
import { openNodeFiles } from '@fieldfare/sync/node';
import type { ServerWorkspace } from '@fieldfare/workspace';
import type { Directory } from './accounts/directory.ts';
import { type DataDir, deriveKey } from './data-dir.ts';
import type { Log } from './log.ts';
import { createReceipts } from './receipts.ts';
import { createResidency } from './residency.ts';
import { reconcileUsers } from './user-rows.ts';

export interface Tenant {
  readonly id: string;
  readonly replica: Replica;
  readonly rooms: Rooms;
  readonly receipts: Receipts;
  workspace(): Promise<ServerWorkspace>;
}

export interface Tenants {
  open(tenantId: string): Promise<Result<Tenant>>;
  /** Those open now. */
  opened(): readonly Tenant[];
  /** Brings the tenant's `users` rows in line with the accounts. */
  syncUsers(tenantId: string): Promise<Result<void>>;
  close(): Promise<void>;
}

const setTimer = (run: () => void, ms: number): (() => void) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};

interface OpenTenant extends Tenant {
  close(): Promise<void>;
}

export function createTenants(options: {
  readonly dir: DataDir;
  readonly rootKey: Uint8Array;
  readonly directory: Directory;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** The projection's template, null to make the schema from nothing. */
  readonly template: () => Promise<Blob | null>;
  /** A shard that nobody uses leaves memory after this long. */
  readonly shardIdleMs: number;
}): Tenants {
  const { dir, rootKey, directory, clock, random, log, template } = options;
  const opening = new Map<string, Promise<Result<OpenTenant>>>();
  const tenants = new Map<string, OpenTenant>();
  let closed = false;

  async function openWorkspace(replica: Replica): Promise<ServerWorkspace> {
    const { openServerWorkspace } = await import('@fieldfare/workspace'); // account commands never need SQL
    return openServerWorkspace({ replica: replica, clock, random, template: await template() });
  }

  async function openTenant(tenantId: string): Promise<Result<OpenTenant>> {
    const files = await openNodeFiles(dir.tenant(tenantId));
    if (!files.ok) return files;
    const key = deriveKey(rootKey, `tenant/${tenantId}`);
    const journal = await openJournal({ files: files.value, tenantId, key, random });
    if (!journal.ok) {
      await files.value.close();
      return journal;
    }
    for (const { kind, file, offset, bytes, shard } of journal.value.damage()) {
      log.warn('damage in a journal; the rest is served', {
        tenantId,
        kind,
        file,
        offset,
        bytes,
        ...(shard === null ? {} : { shard }),
      });
    }
    const opened = await createReplica({
      tenantId,
      journal: journal.value,
      tables,
      clock,
      random,
      authority: true,
      isDeviceGone: (id) => !directory.isDevice(id),
    });
    if (!opened.ok) {
      await journal.value.close();
      return opened;
    }
    const rooms = createRooms({ clock, setTimer });
    const residency = createResidency({ replica: opened.value, rooms, clock, idleMs: options.shardIdleMs });
    const { replica } = residency;
    const stopCompacting = keepCompact({
      replica,
      setTimer,
      onDone(result) {
        if (result.ok) {
          const { shards, bytesAfter } = result.value;
          log.info('a journal was compacted', { tenantId, count: shards, bytes: bytesAfter });
        } else log.error('a journal could not be compacted', { tenantId, code: result.problems[0].code });
      },
    });
    let workspace: Promise<ServerWorkspace> | null = null;
    const tenant: OpenTenant = {
      id: tenantId,
      replica,
      rooms,
      receipts: createReceipts(deriveKey(rootKey, `receipts/${tenantId}`)),
      workspace() {
        workspace ??= openWorkspace(replica);
        workspace.catch(() => {
          workspace = null; // the next call tries again
        });
        return workspace;
      },
      async close() {
        residency.stop();
        stopCompacting();
        await workspace?.then((open) => open.close()).catch(() => undefined);
        await replica.close();
      },
    };
    const users = await reconcileUsers(replica, directory.users(tenantId));
    if (!users.ok)
      log.warn('the user rows could not be brought up to date', { tenantId, code: users.problems[0].code });
    tenants.set(tenantId, tenant);
    return ok(tenant);
  }

  function open(tenantId: string): Promise<Result<OpenTenant>> {
    if (closed) return Promise.resolve(fail(problem('busy', 'the server is stopping', { rule: 'SRV-STOP' })));
    if (!directory.tenant(tenantId)) {
      return Promise.resolve(fail(problem('not-found', 'there is no such tenant', { rule: 'SRV-TENANT' })));
    }
    const known = opening.get(tenantId);
    if (known) return known;
    const started = openTenant(tenantId).then(
      (result) => {
        if (!result.ok) {
          opening.delete(tenantId);
          log.error('a tenant could not be opened', { tenantId, code: result.problems[0].code });
        }
        return result;
      },
      (error: unknown) => {
        opening.delete(tenantId);
        throw error;
      },
    );
    opening.set(tenantId, started);
    return started;
  }

  return {
    open,
    opened: () => [...tenants.values()],
    async syncUsers(tenantId) {
      const tenant = await open(tenantId);
      return tenant.ok ? reconcileUsers(tenant.value.replica, directory.users(tenantId)) : tenant;
    },
    async close() {
      closed = true;
      for (const started of opening.values()) {
        const tenant = await started.catch(() => null);
        if (tenant?.ok) await tenant.value.close();
      }
      opening.clear();
      tenants.clear();
    },
  };
}
