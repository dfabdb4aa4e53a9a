/**
 * Keeps the projection in step with the documents: gathers what the replica touched, folds those rows and hands
 * them to the store in batches, one at a time and in journal order.
 *
 *  WSP-SETTLED  after `settled()` every change the replica reported before the call is in the projection
 *  WSP-BATCH    touches that arrive while a batch is being written go into the next one together
 */
import type { ShardId } from '@fieldfare/kernel';
import type { Store } from '@fieldfare/store';
import type { FoldedRow, Replica, Touched } from '@fieldfare/sync';

export interface Projector {
  /** Resolves when nothing is waiting. Rejects when the projection failed: the working copy must be reopened. */
  settled(): Promise<void>;
  stop(): void;
}

/** Rows in one SQL transaction; larger batches would keep a click waiting for too long. */
const BATCH_ROWS = 4_000;

export function createProjector(replica: Replica, store: Store): Projector {
  const waiting = new Map<ShardId, Map<string, Set<string>>>();
  let seq = 0;
  let running: Promise<void> | null = null;

  const gather = ({ shard, rows, seq: touchedSeq }: Touched): void => {
    const tables = waiting.get(shard) ?? new Map<string, Set<string>>();
    waiting.set(shard, tables);
    for (const [table, ids] of rows) {
      const known = tables.get(table);
      if (known) for (const id of ids) known.add(id);
      else tables.set(table, new Set(ids));
    }
    seq = Math.max(seq, touchedSeq);
    running ??= drain();
    running.catch(() => {}); // reported to whoever waits on `settled`
  };

  const takeBatch = (): FoldedRow[] => {
    const batch: FoldedRow[] = [];
    for (const [shard, tables] of waiting) {
      for (const [table, ids] of tables) {
        for (const id of ids) {
          const row = replica.row(shard, table, id);
          if (row) batch.push(row);
          ids.delete(id);
          if (batch.length >= BATCH_ROWS) return batch;
        }
        tables.delete(table);
      }
      waiting.delete(shard);
    }
    return batch;
  };

  const drain = async (): Promise<void> => {
    await null; // let the touches of one commit arrive together
    while (waiting.size > 0) {
      const upTo = seq;
      await store.project(takeBatch(), upTo);
    }
    running = null;
  };

  const stop = replica.onTouched(gather);
  return {
    async settled() {
      while (running) await running;
    },
    stop,
  };
}
