/**
 * Which of a tenant's shards are in memory.
 *
 *  SRV-SHARD-ONCE  a shard is read from the journal once, however many ask at once
 *  SRV-SHARD-IDLE  a shard that nobody has open and nobody has asked for or written to for `idleMs` leaves memory, after
 *                  whatever is being written to it; the journal keeps everything
 */
import type { Clock, ShardId } from '@fieldfare/kernel';
import type { Replica, Rooms } from '@fieldfare/sync';

export const SHARD_IDLE_MS = 10 * 60_000;
const SWEEPS_PER_IDLE = 4;

export interface Residency {
  /** The replica, as everybody but this file is to use it: asking for a shard keeps it a while. */
  readonly replica: Replica;
  stop(): void;
}

export function createResidency(options: {
  readonly replica: Replica;
  readonly rooms: Pick<Rooms, 'occupied'>;
  readonly clock: Clock;
  readonly idleMs: number;
}): Residency {
  const { replica, rooms, clock, idleMs } = options;
  const usedAt = new Map<ShardId, number>();
  const use = (shards: readonly ShardId[]): void => {
    for (const shard of shards) usedAt.set(shard, clock.now());
  };
  const stopWatching = replica.onTouched(({ shard }) => use([shard]));

  function sweep(): void {
    const since = clock.now() - idleMs;
    const idle = replica.loaded().filter((shard) => !rooms.occupied(shard) && (usedAt.get(shard) ?? 0) <= since);
    for (const shard of idle) usedAt.delete(shard);
    if (idle.length > 0) replica.unload(idle);
  }
  const timer = setInterval(sweep, idleMs / SWEEPS_PER_IDLE);
  timer.unref();

  return {
    replica: {
      ...replica,
      load(shards) {
        use(shards);
        return replica.load(shards);
      },
    },
    stop() {
      clearInterval(timer);
      stopWatching();
    },
  };
}
