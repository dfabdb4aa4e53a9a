/**
 * A working copy on a laptop: journal, documents, projection, connection. The board of the current week is ready
 * first; the rest of the working set follows in the background.
 */

import { type Context, type Database, derivations, reassessments, shardsOfWeek, tables } from '@fieldfare/domain';
import {
  type Clock,
  ok,
  orgShard,
  type Principal,
  patientShard,
  type Random,
  type Result,
  type ShardId,
  weekAt,
} from '@fieldfare/kernel';
import { type OpeningStore, openingStore, type StoreOptions } from '@fieldfare/store';
import {
  type Connection,
  type ConnectionOptions,
  createConnection,
  createReplica,
  type Journal,
  keepCompact,
  type Replica,
  type Touched,
} from '@fieldfare/sync';
import { type Core, createCore } from './core.ts';
import { timed } from './timeline.ts';
import { ownRegions, type RegionZone, workingSet } from './working-set.ts';

export interface LocalWorkspace {
  readonly core: Core;
  readonly context: Context;
  readonly connection: Connection | null;
  /** Whether the documents of the board that is shown first are here, and in step when there is a connection. */
  firstBoardHere(): boolean;
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
  readonly store?: OpeningStore<Database>;
  readonly storeOptions?: Omit<StoreOptions, 'tables' | 'derivations'>;
  /** Absent: a working copy that never syncs (tests, benches). */
  readonly connect?: Pick<
    ConnectionOptions,
    'url' | 'openSocket' | 'accessToken' | 'download' | 'giveBack' | 'setTimer'
  >;
}

/** The rest of the working set waits this long for the first board to be read and drawn. */
const FIRST_BOARD_MS = 1_000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
/** A turn of the event loop, long enough for messages to come in. */
const turn = (): Promise<void> => pause(4);

export const openProjection = (options: Omit<StoreOptions, 'tables' | 'derivations'> = {}): OpeningStore<Database> =>
  openingStore<Database>({ ...options, tables, derivations });

/** The principal's regions, in the order in which they are shown. */
const regionsIn = (replica: Replica, principal: Principal): readonly RegionZone[] =>
  ownRegions(
    principal,
    [...replica.rows(orgShard, 'regions')]
      .filter((row) => !row.deleted)
      .sort((a, b) => (String(a.fields.name) < String(b.fields.name) ? -1 : 1))
      .map((row) => ({ id: row.id, zone: String(row.fields.zone) })),
  );

/** The records of the patients whose assessments this change tells of. */
function recordShardsOf(replica: Replica, { shard, rows }: Touched): readonly ShardId[] {
  const ids = rows.get(reassessments.name) ?? new Set();
  return [...ids].flatMap((id) => {
    const { regionId, patientId } = replica.row(shard, reassessments.name, id)?.fields ?? {};
    return regionId && patientId ? [patientShard(String(regionId), String(patientId))] : [];
  });
}

/** The shards that the screen will ask for first. */
const boardShards = ({ id, zone }: RegionZone, clock: Clock): readonly ShardId[] =>
  shardsOfWeek(id, weekAt(clock.now(), zone));

async function loadFirst(replica: Replica, principal: Principal, clock: Clock): Promise<Result<void>> {
  const organisation = await replica.load([orgShard]);
  const [first] = regionsIn(replica, principal);
  return organisation.ok && first ? replica.load(boardShards(first, clock)) : organisation;
}

export async function openLocalWorkspace(options: LocalWorkspaceOptions): Promise<Result<LocalWorkspace>> {
  const { principal, journal, clock, random, connect } = options;
  const store = options.store ?? openProjection(options.storeOptions);
  const opened = await timed(
    'open replica',
    createReplica({ tenantId: principal.tenantId, journal, tables, clock, random }),
  );
  if (!opened.ok) {
    store.close().catch(() => {});
    return opened;
  }
  const replica = opened.value;
  // Documents are read, folded and made ready for the database while it still opens.
  const loaded = await timed('read documents', loadFirst(replica, principal, clock));
  if (!loaded.ok) {
    store.close().catch(() => {});
    return loaded;
  }
  let connection: Connection | null = null;
  const core = createCore({ replica, store, clock, random, onNeed: (shards) => connection?.follow(shards) });
  if (connect) connection = createConnection({ replica, clock, random, ...connect });
  const context = core.contextFor(principal, connection);

  let closed = false;
  let stop = (): void => {};
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const fill = async (): Promise<void> => {
    const regions = regionsIn(replica, principal);
    const [first] = regions;
    if (first) {
      const board = boardShards(first, clock);
      connection?.follow(board);
      await timed('open first board', core.readyBehind(board));
      await Promise.race([pause(FIRST_BOARD_MS), stopped]);
      if (closed) return;
    }
    const shards = workingSet(regions, clock);
    connection?.follow(shards);
    for (const shard of shards) {
      if (closed) return;
      await turn(); // the page's first questions come in between, and go first
      await core.readyBehind([shard]);
    }
  };
  let complete = timed('open working set', fill());
  // Regions that arrive later (a first sign-in, a new office) widen the working set. So do clinical records: they are
  // kept on this disk, in step with the server, before anybody opens one; an offline copy has them in its journal.
  const stopWatching = replica.onTouched((touched) => {
    if (touched.shard === orgShard && touched.rows.has('regions')) complete = complete.then(fill);
    const records = recordShardsOf(replica, touched);
    if (records.length > 0 && connection) complete = complete.then(() => connection?.follow(closed ? [] : records));
  });
  connection?.start();
  const stopCompacting = connect ? keepCompact({ replica, setTimer: connect.setTimer }) : undefined;

  const close = async (): Promise<void> => {
    closed = true;
    stop();
    stopWatching();
    stopCompacting?.();
    connection?.stop();
    await complete.catch(() => {});
    try {
      await core.close();
    } finally {
      await replica.close();
    }
  };

  try {
    await store.opened;
  } catch (error) {
    await close().catch(() => {}); // the reason it did not open says more
    throw error;
  }
  return ok({
    core,
    context,
    connection,
    firstBoardHere() {
      const [first] = regionsIn(replica, principal);
      const loaded = new Set(replica.loaded());
      const here = first !== undefined && boardShards(first, clock).every((shard) => loaded.has(shard));
      return here && (connection === null || connection.status().state === 'live');
    },
    get complete() {
      return complete;
    },
    close,
  });
}
