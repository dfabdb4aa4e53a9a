/**
 * A replica whose listeners are first told what is loaded already. Sync loads shards before the first procedure opens
 * the projection, and a projection that missed their loading would show them empty.
 */
import type { Replica } from '@fieldfare/sync';

export function tellingWhatIsLoaded(replica: Replica): Replica {
  return {
    ...replica,
    onTouched(listener) {
      const stop = replica.onTouched(listener);
      for (const shard of replica.loaded()) {
        const rows = new Map(
          replica.tables(shard).map((table) => [table, new Set([...replica.rows(shard, table)].map(({ id }) => id))]),
        );
        listener({ origin: 'load', shard, rows, seq: 0 });
      }
      return stop;
    },
  };
}
