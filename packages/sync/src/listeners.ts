/** Who wants to hear of changes: of all shards, of one, of what is pending. */
import type { ShardId } from '@fieldfare/kernel';
import type { Replica, Touched } from './types.ts';

export interface Listeners extends Pick<Replica, 'onTouched' | 'onPending' | 'reached'> {
  /** Nothing is said of a change that touched nothing. */
  touch(touched: Touched): void;
  pendingChanged(): void;
}

/** A listener that throws must not make a durable change look failed: its error surfaces as an uncaught one. */
function tell<T extends readonly unknown[]>(listeners: Iterable<(...args: T) => void>, ...args: T): void {
  for (const listener of [...listeners]) {
    try {
      listener(...args);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}

export function createListeners(): Listeners {
  const ofAll = new Set<(touched: Touched) => void>();
  /** A server has many peers, and each hears of its own shards only. */
  const ofShard = new Map<ShardId, Set<(touched: Touched) => void>>();
  const ofPending = new Set<() => void>();
  const reached = new Map<ShardId, number>();
  return {
    touch(touched) {
      const { shard, rows, seq } = touched;
      if (rows.size === 0 && touched.update === undefined && touched.epoch === undefined) return;
      reached.set(shard, Math.max(seq, reached.get(shard) ?? 0));
      tell(ofAll, touched);
      tell(ofShard.get(shard) ?? [], touched);
    },
    reached: (shard) => reached.get(shard) ?? 0,
    pendingChanged: () => tell(ofPending),
    onTouched(listener, shard) {
      const listeners = shard === undefined ? ofAll : (ofShard.get(shard) ?? new Set());
      if (shard !== undefined) ofShard.set(shard, listeners);
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (shard !== undefined && listeners.size === 0 && ofShard.get(shard) === listeners) ofShard.delete(shard);
      };
    },
    onPending(listener) {
      ofPending.add(listener);
      return () => ofPending.delete(listener);
    },
  };
}
