/**
 * Keeps the projection in step with the documents: gathers what the replica touched, folds those rows and hands
 * them to the store in batches, one at a time.
 *
 *  WSP-SETTLED  after `settled(shards)` every change of those shards that the replica reported before the call is
 *               in the projection
 *  WSP-BATCH    touches that arrive while a batch is being written go into the next one together
 *  WSP-FIRST    shards that somebody waits for are written before shards that fill in behind
 *  WSP-STANDS   a shard that is loaded and whose rows stand already, up to its newest record, is not written again
 */
import type { ShardId } from '@fieldfare/kernel';
import type { Store } from '@fieldfare/store';
import type { FoldedRow, Replica, Touched } from '@fieldfare/sync';

export interface Projector {
  /** Rejects when the projection failed: the working copy must be reopened. Without shards: all of them. */
  settled(shards?: readonly ShardId[]): Promise<void>;
  stop(): void;
}

/**
 * Rows in one SQL transaction that nobody waits for: what somebody does wait for queues behind `FLIGHTS`
 * of these at most.
 */
const BATCH_ROWS = 1_500;
/** Rows in one SQL transaction that somebody waits for: a whole board, in one go. */
const URGENT_BATCH_ROWS = 6_000;
/** Batches at a time: one is written while the next is prepared. */
const FLIGHTS = 2;

export function createProjector(replica: Replica, store: Store): Projector {
  const waiting = new Map<ShardId, Map<string, Set<string>>>();
  /** Batches handed to the store, oldest first. */
  const flights: { readonly shards: ReadonlySet<ShardId>; readonly done: Promise<void> }[] = [];
  /** Up to which record the touches of a shard go. */
  const reached = new Map<ShardId, number>();
  /** Shards that left memory before all of their rows were read: they do not stand whole until they are loaded again. */
  const torn = new Set<ShardId>();
  let urgent: ShardId[] = [];
  let seq = 0;
  let draining: Promise<void> | null = null;
  /** What the drain is waiting for: the end of the turn, then of each transaction. */
  let batch: Promise<void> = Promise.resolve();

  const gather = ({ origin, shard, rows, seq: touchedSeq, epoch }: Touched): void => {
    if (origin === 'load' && epoch === undefined) {
      const stands = touchedSeq > 0 && store.projectedShards().get(shard) === touchedSeq;
      if (stands && !waiting.has(shard)) return;
      torn.delete(shard);
    }
    reached.set(shard, Math.max(touchedSeq, reached.get(shard) ?? 0));
    const tables = waiting.get(shard) ?? new Map<string, Set<string>>();
    waiting.set(shard, tables);
    for (const [table, ids] of rows) {
      const known = tables.get(table);
      if (known) for (const id of ids) known.add(id);
      else tables.set(table, new Set(ids));
    }
    seq = Math.max(seq, touchedSeq);
    draining ??= drain();
    draining.catch(() => {}); // reported to whoever waits on `settled`
  };

  /** Folds rows of one shard until `rows` holds `room`; true when the shard has no more. */
  const takeShard = (shard: ShardId, rows: FoldedRow[], room: number): boolean => {
    const tables = waiting.get(shard) ?? new Map<string, Set<string>>();
    for (const [table, ids] of tables) {
      for (const id of ids) {
        if (rows.length >= room) return false;
        const row = replica.row(shard, table, id);
        if (row) rows.push(row);
        else torn.add(shard);
        ids.delete(id);
      }
      tables.delete(table);
    }
    waiting.delete(shard);
    return true;
  };

  const takeBatch = () => {
    const rows: FoldedRow[] = [];
    const shards = new Set<ShardId>();
    const whole = new Map<ShardId, number>();
    urgent = urgent.filter((shard) => waiting.has(shard));
    // A batch holds what is urgent, or what is not, so that the first kind is done sooner.
    const [next, room] = urgent.length > 0 ? [urgent, URGENT_BATCH_ROWS] : [[...waiting.keys()], BATCH_ROWS];
    for (const shard of next) {
      shards.add(shard);
      if (!takeShard(shard, rows, room)) break;
      const upTo = torn.has(shard) ? 0 : (reached.get(shard) ?? 0);
      if (upTo > 0) whole.set(shard, upTo);
    }
    return { rows, shards, whole };
  };

  const launch = (): void => {
    const upTo = seq;
    const { rows, shards, whole } = takeBatch();
    const done = store.project(rows, upTo, whole);
    done.catch(() => {}); // seen when it is the oldest
    flights.push({ shards, done });
  };

  const drain = async (): Promise<void> => {
    // The touches of one commit arrive together, and whoever made it has the answer before SQL begins.
    batch = new Promise((resolve) => setTimeout(resolve));
    await batch;
    while (waiting.size > 0 || flights.length > 0) {
      if (waiting.size > 0) launch();
      if (waiting.size > 0 && flights.length < FLIGHTS) continue;
      batch = flights[0]?.done ?? Promise.resolve();
      await batch;
      flights.shift();
    }
    draining = null;
  };

  const unsettled = (shards: readonly ShardId[] | undefined): boolean =>
    shards
      ? shards.some((shard) => waiting.has(shard) || flights.some(({ shards: flying }) => flying.has(shard)))
      : draining !== null;

  const stop = replica.onTouched(gather);
  // Whatever was loaded before there was a projection (the server syncs before it is first asked) is projected too.
  for (const shard of replica.loaded()) {
    const rows = new Map<string, Set<string>>();
    for (const table of replica.tables(shard))
      rows.set(table, new Set([...replica.rows(shard, table)].map(({ id }) => id)));
    gather({ origin: 'load', shard, rows, seq: replica.reached(shard) });
    urgent.push(shard);
  }
  return {
    async settled(shards) {
      while (draining && unsettled(shards)) {
        if (shards) urgent.push(...shards.filter((shard) => !urgent.includes(shard)));
        await Promise.race([draining, batch]); // a failed batch rejects both
        await null;
      }
    },
    stop,
  };
}
