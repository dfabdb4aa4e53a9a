/**
 * A working copy on a laptop: journal, documents, projection, connection. The board of the current week is ready
 * first; the rest of the working set follows in the background.
 */

import { type Context, type Database, derivations, tables } from '@fieldfare/domain';
import { type Clock, ok, orgShard, type Principal, type Random, type Result, type ShardId } from '@fieldfare/kernel';
import { openStore, type StoreOptions } from '@fieldfare/store';
import {
  type Connection,
  type ConnectionOptions,
  createConnection,
  createReplica,
  type Journal,
} from '@fieldfare/sync';
import { type Core, createCore } from './core.ts';
import { timed } from './timeline.ts';
import { ownRegions, workingSet } from './working-set.ts';

export interface LocalWorkspace {
  readonly core: Core;
  readonly context: Context;
  readonly connection: Connection | null;
  /** Resolves when the whole working set is loaded and projected. */
  readonly complete: Promise<void>;
  close(): Promise<void>;
}

export interface LocalWorkspaceOptions {
  readonly principal: Principal;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly random: Random;
  /** Started early by the caller, so that it overlaps with asking for a password and reading the journal. */
  readonly store?: Promise<Awaited<ReturnType<typeof openStore<Database>>>>;
  readonly storeOptions?: Omit<StoreOptions, 'tables' | 'derivations'>;
  /** Absent: a working copy that never syncs (tests, benches). */
  readonly connect?: Pick<ConnectionOptions, 'url' | 'openSocket' | 'accessToken' | 'setTimer'>;
}

/** A turn of the event loop, long enough for messages to come in. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 4));

export const openProjection = (
  options: Omit<StoreOptions, 'tables' | 'derivations'> = {},
): ReturnType<typeof openStore<Database>> => openStore<Database>({ ...options, tables, derivations });

export async function openLocalWorkspace(options: LocalWorkspaceOptions): Promise<Result<LocalWorkspace>> {
  const { principal, journal, clock, random, connect } = options;
  const opening = options.store ?? openProjection(options.storeOptions);
  const opened = await timed(
    'open replica',
    createReplica({ tenantId: principal.tenantId, journal, tables, clock, random }),
  );
  if (!opened.ok) {
    opening.then((store) => store.close()).catch(() => {});
    return opened;
  }
  const replica = opened.value;
  const store = await opening;
  let connection: Connection | null = null;
  const core = createCore({ replica, store, clock, random, onNeed: (shards) => connection?.follow(shards) });
  if (connect) connection = createConnection({ replica, clock, random, ...connect });
  const context = core.contextFor(principal, connection);

  let closed = false;
  const inWorkingSet = (): readonly ShardId[] => {
    const regions = [...replica.rows(orgShard, 'regions')]
      .filter((row) => !row.deleted)
      .map((row) => ({ id: row.id, zone: String(row.fields.zone) }));
    return workingSet(ownRegions(principal, regions), clock);
  };

  const first = await timed('open organisation', core.ready([orgShard]));
  if (!first.ok) return first;

  const fill = async (): Promise<void> => {
    const shards = inWorkingSet();
    connection?.follow(shards);
    for (const shard of shards) {
      if (closed) return;
      await turn(); // the page's first questions come in between, and go first
      await core.readyBehind([shard]);
    }
  };
  let complete = timed('open working set', fill());
  // Regions that arrive later (a first sign-in, a new office) widen the working set.
  const stopWatching = replica.onTouched((touched) => {
    if (touched.shard === orgShard && touched.rows.has('regions')) complete = complete.then(fill);
  });
  connection?.start();

  return ok({
    core,
    context,
    connection,
    get complete() {
      return complete;
    },
    async close() {
      closed = true;
      stopWatching();
      connection?.stop();
      await complete.catch(() => {});
      await core.close();
      await replica.close();
    },
  });
}
