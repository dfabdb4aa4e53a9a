/**
 * One replica a tenant, opened when it is first asked for and kept as long as the tenant has its place here: its journal,
 * and over it the workspace that answers procedures (opened at the first of them; sync alone needs no SQL).
 *
 *  SRV-TENANT  a tenant is opened once however many ask at once; a failed opening may be tried again
 *  SRV-DAMAGE  damage in a journal is logged and the rest is served
 *  SRV-REOPEN  a projection that was lost (its database went away, or somebody else writes it) is opened anew for the next who asks
 *  SRV-USERS   the tenant's `users` rows say what the accounts say
 *  SRV-MOVE    a tenant that has its place elsewhere is not opened; one that lost its place here sends its callers on, writes
 *              what is under way, and gives its journal back
 */
import { tables } from '@fieldfare/domain';
import { type Clock, fail, ok, type Problem, problem, type Random, type Result, unwrap } from '@fieldfare/kernel';
import {
  createReplica,
  createRooms,
  type Journal,
  keepCompact,
  type Receipts,
  type Replica,
  type Rooms,
} from '@fieldfare/sync';
import type { ServerWorkspace } from '@fieldfare/workspace';
import type { Directory } from './accounts/directory.ts';
import { type Placement, socketMove } from './cluster/placement.ts';
import type { TenantRows } from './cluster/rows.ts';
import { deriveKey } from './data-dir.ts';
import type { Journals } from './journals.ts';
import type { Log } from './log.ts';
import { createReceipts } from './receipts.ts';
import { createResidency } from './residency.ts';
import { createTurns } from './turns.ts';
import { reconcileUsers } from './user-rows.ts';

export interface Tenant {
  readonly id: string;
  readonly replica: Replica;
  readonly rooms: Rooms;
  readonly receipts: Receipts;
  workspace(): Promise<ServerWorkspace>;
  /** What reads from the workspace, and is to begin anew when that is lost. Returns how to forget it again. */
  onLost(cut: () => void): () => void;
  /** What is served until the tenant leaves this process. Returns how to forget it again. */
  onLeave(send: (why: Problem) => void): () => void;
}

export interface Tenants {
  open(tenantId: string): Promise<Result<Tenant>>;
  /** Where it has its place. */
  find: Placement['find'];
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
  leave(why: Problem): void;
  close(): Promise<void>;
}

export function createTenants(options: {
  readonly journals: Journals;
  readonly placement: Placement;
  readonly rootKey: Uint8Array;
  readonly directory: Directory;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** The projection's template, null to make the schema from nothing. */
  readonly template: () => Promise<Blob | null>;
  /** Where projections are kept beyond this process; null: they are in memory. */
  readonly rows: () => Promise<Result<TenantRows | null>>;
  /** A shard that nobody uses leaves memory after this long. */
  readonly shardIdleMs: number;
}): Tenants {
  const { journals, placement, rootKey, directory, clock, random, log, template } = options;
  const opening = new Map<string, Promise<Result<OpenTenant>>>();
  const tenants = new Map<string, OpenTenant>();
  let closed = false;

  async function openWorkspace(replica: Replica, onLost: () => void): Promise<ServerWorkspace> {
    const { openServerWorkspace } = await import('@fieldfare/workspace'); // account commands never need SQL
    const common = { replica, clock, random };
    const kept = unwrap(await options.rows());
    if (kept === null) return openServerWorkspace({ ...common, template: await template() });
    const rows = await kept.open(replica.tenantId, onLost);
    if (!rows.ok && rows.problems[0].code === 'busy') void release(replica.tenantId); // its log is another's by now
    return openServerWorkspace({ ...common, rows: unwrap(rows) });
  }

  async function openTenant(tenantId: string): Promise<Result<OpenTenant>> {
    const journal = await journals.open(tenantId);
    if (!journal.ok) return journal;
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
      journal: watched(journal.value, () => void release(tenantId)),
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
      firstLookMs: 0,
      onDone(result) {
        if (result.ok) {
          const { shards, epochs, bytesAfter } = result.value;
          log.info('a journal was compacted', { tenantId, count: shards, epochs, bytes: bytesAfter });
        } else log.error('a journal could not be compacted', { tenantId, code: result.problems[0].code });
      },
    });
    let workspace: Promise<ServerWorkspace> | null = null;
    const reading = new Set<() => void>();

    function workspaceNow(): Promise<ServerWorkspace> {
      const lose = (): void => {
        if (workspace !== mine) return;
        workspace = null; // the next call tries again
        for (const cut of reading) cut();
        mine.then((open) => open.close()).catch(() => undefined);
      };
      const mine: Promise<ServerWorkspace> = openWorkspace(replica, () => {
        log.warn('a projection was lost and is opened anew', { tenantId });
        lose();
      });
      mine.catch(lose);
      return mine;
    }

    const leaving = new Set<(why: Problem) => void>();
    const tenant: OpenTenant = {
      id: tenantId,
      replica,
      rooms,
      receipts: createReceipts(deriveKey(rootKey, `receipts/${tenantId}`)),
      workspace() {
        workspace ??= workspaceNow();
        return workspace;
      },
      onLost(cut) {
        reading.add(cut);
        return () => reading.delete(cut);
      },
      onLeave(send) {
        leaving.add(send);
        return () => leaving.delete(send);
      },
      leave(why) {
        for (const send of leaving) send(why);
      },
      async close() {
        residency.stop();
        stopCompacting();
        await workspace?.then((open) => open.close()).catch(() => undefined);
        await replica.close();
      },
    };
    await reconcile(tenant);
    tenants.set(tenantId, tenant);
    return ok(tenant);
  }

  const reconciling = createTurns();
  const reconciled = (tenant: Tenant): Promise<Result<void>> =>
    reconciling.run(() => reconcileUsers(tenant.replica, directory.users(tenant.id)));

  async function reconcile(tenant: Tenant): Promise<void> {
    const users = await reconciled(tenant);
    if (users.ok) return;
    log.warn('the user rows could not be brought up to date', { tenantId: tenant.id, code: users.problems[0].code });
  }

  /** SRV-MOVE. Whoever asks meanwhile waits until the journal is given back. */
  async function release(tenantId: string): Promise<void> {
    const tenant = tenants.get(tenantId);
    if (!tenant || closed) return;
    tenants.delete(tenantId);
    const closing = (async () => {
      tenant.leave(socketMove(placement.find(tenantId)));
      await tenant.close();
      log.info('a tenant left this process', { tenantId });
    })();
    opening.set(
      tenantId,
      closing.then(() => {
        opening.delete(tenantId);
        return open(tenantId);
      }),
    );
    await closing;
  }

  const stopFollowing = placement.onChanged((lost) => {
    for (const id of [...tenants.keys()]) if (lost || placement.find(id).at !== 'here') void release(id);
  });
  const stopReconciling = directory.onChanged((changed) => {
    for (const tenantId of changed) {
      const tenant = tenants.get(tenantId);
      if (tenant) void reconcile(tenant);
    }
  });

  function open(tenantId: string): Promise<Result<OpenTenant>> {
    if (closed) return Promise.resolve(fail(problem('busy', 'the server is stopping', { rule: 'SRV-STOP' })));
    if (!directory.tenant(tenantId)) {
      return Promise.resolve(fail(problem('not-found', 'there is no such tenant', { rule: 'SRV-TENANT' })));
    }
    const known = opening.get(tenantId);
    if (known) return known;
    const place = placement.find(tenantId);
    if (place.at !== 'here') return Promise.resolve(fail(socketMove(place)));
    const started = openTenant(tenantId).then(
      (result) => {
        if (!result.ok) {
          opening.delete(tenantId);
          log.error('a tenant could not be opened', { tenantId, code: result.problems[0].code });
        } else if (placement.find(tenantId).at !== 'here') void release(tenantId); // it moved while it was opened
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
    find: placement.find,
    opened: () => [...tenants.values()],
    async syncUsers(tenantId) {
      const tenant = await open(tenantId);
      return tenant.ok ? reconciled(tenant.value) : tenant;
    },
    async close() {
      closed = true;
      stopFollowing();
      stopReconciling();
      for (const started of opening.values()) {
        const tenant = await started.catch(() => null);
        if (tenant?.ok) await tenant.value.close();
      }
      opening.clear();
      tenants.clear();
    },
  };
}

/** The journal, and a word when another process has taken it over: whatever is in memory here is out of date then. */
function watched(journal: Journal, onFenced: () => void): Journal {
  return {
    ...journal,
    async append(records) {
      const done = await journal.append(records);
      if (!done.ok && done.problems[0].rule === 'JRN-FENCE') onFenced();
      return done;
    },
  };
}
