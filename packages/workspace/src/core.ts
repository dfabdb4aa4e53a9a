/**
 * What every opened working copy is made of, on a laptop and on the server: a replica, its projection, and the
 * context in which the router's procedures run for one principal.
 */

import { type CommandInfo, type Context, type Database, type SyncPort, tables } from '@fieldfare/domain';
import {
  type Clock,
  fail,
  isSealed,
  ok,
  type Principal,
  parseShard,
  problem,
  type Random,
  type Result,
  type RowChange,
  SEALED_AFTER_WEEKS,
  type ShardId,
  shardAccess,
} from '@fieldfare/kernel';
import type { Store } from '@fieldfare/store';
import type { CommitReceipt, Replica } from '@fieldfare/sync';
import { createHistory } from './history.ts';
import { createProjector, type Projector } from './projector.ts';

export interface Core {
  readonly replica: Replica;
  readonly store: Store<Database>;
  readonly projector: Projector;
  /** Loads shards and waits until they and every durable change are projected. */
  ready(shards: readonly ShardId[]): Promise<Result<void>>;
  /** The same, but only while no `ready` is under way: for filling in what nobody waits for. */
  readyBehind(shards: readonly ShardId[]): Promise<Result<void>>;
  contextFor(principal: Principal, sync: SyncPort | null): Context;
  close(): Promise<void>;
}

export function createCore(options: {
  readonly replica: Replica;
  readonly store: Store<Database>;
  readonly clock: Clock;
  readonly random: Random;
  /** Called with shards a procedure needs, so that a laptop can start following them. */
  readonly onNeed?: (shards: readonly ShardId[]) => void;
}): Core {
  const { replica, store, clock, random, onNeed } = options;
  const projector = createProjector(replica, store);

  let asked = 0;
  let quiet: (() => void)[] = [];

  const load = async (shards: readonly ShardId[]): Promise<Result<void>> => {
    const loaded = await replica.load(shards);
    if (!loaded.ok) return loaded;
    await projector.settled(shards);
    return ok(undefined);
  };

  const ready = async (shards: readonly ShardId[]): Promise<Result<void>> => {
    asked += 1;
    try {
      onNeed?.(shards);
      return await load(shards);
    } finally {
      asked -= 1;
      if (asked === 0) {
        for (const resume of quiet) resume();
        quiet = [];
      }
    }
  };

  const readyBehind = async (shards: readonly ShardId[]): Promise<Result<void>> => {
    if (asked > 0) await new Promise<void>((resolve) => quiet.push(resolve));
    return load(shards);
  };

  /** The second lock behind the procedures' own permission: no change leaves for a shard the principal may not write. */
  const mayWrite = (principal: Principal, changes: readonly RowChange[]): Result<void> => {
    for (const shard of new Set(changes.map((change) => change.shard))) {
      const ref = parseShard(shard);
      if (!ref.ok) return ref;
      if (ref.value.kind === 'schedule' && isSealed(ref.value.week, clock.now())) {
        const { week } = ref.value;
        return fail(
          problem('forbidden', `week ${week} is closed: weeks can be changed for ${SEALED_AFTER_WEEKS} weeks`, {
            rule: 'PERM-SEALED',
            params: { shard },
          }),
        );
      }
      if (shardAccess(principal, replica.tenantId, ref.value) !== 'write') {
        return fail(
          problem('forbidden', 'your role does not allow this change', { rule: 'PERM-SHARD', params: { shard } }),
        );
      }
    }
    return ok(undefined);
  };

  return {
    replica,
    store,
    projector,
    ready,
    readyBehind,
    contextFor(principal, sync) {
      const commit = async (changes: readonly RowChange[]): Promise<Result<CommitReceipt>> => {
        const allowed = mayWrite(principal, changes);
        return allowed.ok ? replica.commit(changes, principal.userId) : allowed;
      };
      const history = createHistory({
        clock,
        row: replica.row,
        commit,
        unset: (table) => tables.get(table)?.unset ?? null,
      });
      return {
        principal,
        clock,
        random,
        store,
        ready,
        async loaded(shards) {
          onNeed?.(shards);
          return replica.load(shards);
        },
        row: replica.row,
        async write(changes: readonly RowChange[], command?: CommandInfo) {
          const receipt = await commit(changes);
          if (receipt.ok && command) history.record(command, changes, receipt.value);
          return receipt;
        },
        history,
        sync,
      };
    },
    async close() {
      projector.stop();
      try {
        await projector.settled();
      } finally {
        await store.close();
      }
    },
  };
}
