/**
 * Runs tasks one after another per shard. A task over several shards waits for all of them; because it joins all its
 * lines in one synchronous step, tasks stand in the same order everywhere and cannot wait for each other in a circle.
 */
import type { ShardId } from '@fieldfare/kernel';

export interface ShardQueue {
  run<T>(shards: readonly ShardId[], task: () => Promise<T>): Promise<T>;
  /** Nothing is under way or waiting for this shard. */
  idle(shard: ShardId): boolean;
  /** Resolves when nothing is under way or waiting. */
  drained(): Promise<void>;
}

export function createShardQueue(): ShardQueue {
  const tails = new Map<ShardId, Promise<unknown>>();
  return {
    run(shards, task) {
      const [first = ''] = shards;
      const before = shards.length === 1 ? tails.get(first) : Promise.all(shards.map((shard) => tails.get(shard)));
      const result = (before ?? Promise.resolve()).then(task);
      const leave = (): void => {
        for (const shard of shards) if (tails.get(shard) === tail) tails.delete(shard);
      };
      const tail = result.then(leave, leave);
      for (const shard of shards) tails.set(shard, tail);
      return result;
    },
    idle: (shard) => !tails.has(shard),
    async drained() {
      while (tails.size > 0) await Promise.all(tails.values());
    },
  };
}
