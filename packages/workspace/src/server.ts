/**
 * A tenant's working copy on the server: the same core over the server's replica. Shards are loaded and projected
 * when a procedure first needs them.
 *
 *  WSP-RESUME  over rows that were kept from before, whatever the journal has beyond them is projected before anything is
 *              answered from them
 */

import { type Context, type Database, derivations, tables } from '@fieldfare/domain';
import { type Clock, type Principal, type Random, type ShardId, unwrap } from '@fieldfare/kernel';
import { openStore, type SqlEngine } from '@fieldfare/store';
import type { Replica } from '@fieldfare/sync';
import { type Core, createCore } from './core.ts';

export interface ServerWorkspace {
  /** The context of one request. History is the request's own: there is nothing to undo from outside. */
  contextFor(principal: Principal): Context;
  /** Closes the projection. The replica stays with whoever opened it. */
  close(): Promise<void>;
}

/** Rows that outlast the process. */
export interface KeptRows {
  readonly engine: SqlEngine;
  /** Seq of the newest record of every shard in the journal. */
  readonly heads: ReadonlyMap<ShardId, number>;
}

async function catchUp({ store, ready }: Core, heads: KeptRows['heads']): Promise<void> {
  const headOf = (shard: ShardId): number => heads.get(shard) ?? 0;
  const shards = [...store.projectedShards()];
  // Beyond the journal: it was restored from an earlier day.
  const beyond = shards.filter(([shard, seq]) => headOf(shard) < seq || headOf(shard) === 0);
  if (beyond.length > 0) await store.forget(beyond.map(([shard]) => shard));
  const behind = shards.filter(([shard, seq]) => headOf(shard) > seq);
  unwrap(await ready(behind.map(([shard]) => shard)));
}

export async function openServerWorkspace(options: {
  readonly replica: Replica;
  readonly clock: Clock;
  readonly random: Random;
  /** PGlite data directory of the current schema; without it the schema is made from nothing (seconds). */
  readonly template?: Blob | null;
  /** In place of a database in memory. */
  readonly rows?: KeptRows | null;
}): Promise<ServerWorkspace> {
  const { replica, clock, random, template = null, rows = null } = options;
  const source = rows ? { engine: rows.engine } : { template };
  const store = await openStore<Database>({ tables, derivations, ...source });
  const core = createCore({ replica, store, clock, random });
  try {
    if (rows) await catchUp(core, rows.heads);
  } catch (error) {
    await core.close().catch(() => undefined);
    throw error;
  }
  return {
    contextFor: (principal) => core.contextFor(principal, null),
    close: () => core.close(),
  };
}
