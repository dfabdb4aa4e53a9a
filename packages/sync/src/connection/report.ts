/** What a device can say of its synchronisation, shard by shard (`SYN-CON-REPORT`). */
import type { ShardId } from '@fieldfare/kernel';
import { epochTime, FIRST_EPOCH } from '../epochs.ts';
import type { Present } from '../protocol/presence.ts';
import type { Refusal, Replica, SyncReport, SyncStatus } from '../types.ts';
import type { LinkState } from './machine.ts';

export function reportOf(of: {
  readonly replica: Pick<Replica, 'stored' | 'loaded'>;
  readonly status: SyncStatus;
  readonly refusals: readonly Refusal[];
  /** How the link stands to each shard that is followed. */
  readonly standings: LinkState['shards'];
  /** Whether the server grants writing; null while the shard is not open. */
  readonly writable: (shard: ShardId) => boolean | null;
  readonly lastAckAt: ReadonlyMap<ShardId, number>;
  readonly present: (shard: ShardId) => readonly Present[];
}): SyncReport {
  const { journal, shards } = of.replica.stored();
  const loaded = new Set(of.replica.loaded());
  const stored = new Map(shards.map((one) => [one.shard, one]));
  return {
    status: of.status,
    refusals: of.refusals,
    journal,
    shards: [...new Set([...of.standings.keys(), ...stored.keys()])].map((shard) => {
      const { phase = 'wanted', reason = null } = of.standings.get(shard) ?? {};
      const { bytes = 0, frames = 0, pending = 0, epoch = FIRST_EPOCH } = stored.get(shard) ?? {};
      const opened = phase === 'syncing' || phase === 'synced';
      const writable = of.writable(shard);
      return {
        shard,
        phase,
        access: writable === null || !opened ? null : writable ? 'write' : 'read',
        pending,
        lastAckAt: of.lastAckAt.get(shard) ?? null,
        reason,
        bytes,
        frames,
        begunAt: epoch === FIRST_EPOCH ? null : epochTime(epoch),
        loaded: loaded.has(shard),
        peers: of.present(shard),
      };
    }),
  };
}
