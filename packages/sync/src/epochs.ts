/**
 * Epochs of shards: a document that grew is begun anew under the same name (ADR 14). What people and the wire call a shard is
 * one name for ever; in the journal each epoch has a stream of its own, so that no record, acknowledgement or receipt of
 * one can be taken for another's, whatever comes back from a disk.
 *
 *  SYN-EPOCH-ONE  a shard is in one epoch at a time: the latest one that its journal has a stream of
 */
import type { Random, ShardId } from '@fieldfare/kernel';

/** Epochs are numbered by the moment they begin (epoch ms × PARTS, and luck): no two servers make the same one. */
const PARTS = 1024;
const MARK = '@';

/** The first epoch, that every shard begins in. */
export const FIRST_EPOCH = 0;

/** When an epoch began, epoch ms. */
export const epochTime = (epoch: number): number => Math.floor(epoch / PARTS);

/** One that begins now and is later than `after`. */
export function newEpoch(now: number, random: Random, after: number): number {
  const [a = 0, b = 0] = random.bytes(2);
  return Math.max(now * PARTS + ((a * 256 + b) % PARTS), after + 1);
}

/** Where a shard's records of an epoch stand in the journal, and what its receipts and snapshots are bound to. */
export const streamOf = (shard: ShardId, epoch: number): ShardId =>
  epoch === FIRST_EPOCH ? shard : `${shard}${MARK}${epoch.toString(36)}`;

export function placeOfStream(stream: ShardId): { readonly shard: ShardId; readonly epoch: number } {
  const at = stream.lastIndexOf(MARK);
  const epoch = at < 0 ? FIRST_EPOCH : Number.parseInt(stream.slice(at + 1), 36);
  return Number.isSafeInteger(epoch) && streamOf(stream.slice(0, at), epoch) === stream
    ? { shard: stream.slice(0, at), epoch }
    : { shard: stream, epoch: FIRST_EPOCH };
}

export interface Epochs {
  of(shard: ShardId): number;
  /** The stream of the present epoch. */
  stream(shard: ShardId): ShardId;
  isPresent(stream: ShardId): boolean;
  /** The shard's streams that are known, earliest first. */
  streams(shard: ShardId): readonly ShardId[];
  /** When the epoch after this stream's began, epoch ms; null: there is none. */
  endedAt(stream: ShardId): number | null;
  begin(shard: ShardId, epoch: number): void;
}

/** `streams`: those of the journal. */
export function createEpochs(streams: readonly ShardId[]): Epochs {
  const known = new Map<ShardId, number[]>();
  const ofShard = (shard: ShardId): readonly number[] => known.get(shard) ?? [FIRST_EPOCH];

  function begin(shard: ShardId, epoch: number): void {
    const all = new Set([...ofShard(shard), epoch]);
    known.set(
      shard,
      [...all].sort((a, b) => a - b),
    );
  }
  for (const stream of streams) {
    const { shard, epoch } = placeOfStream(stream);
    begin(shard, epoch);
  }
  const of = (shard: ShardId): number => ofShard(shard).at(-1) ?? FIRST_EPOCH;
  return {
    of,
    stream: (shard) => streamOf(shard, of(shard)),
    isPresent(stream) {
      const { shard, epoch } = placeOfStream(stream);
      return epoch === of(shard);
    },
    streams: (shard) => ofShard(shard).map((epoch) => streamOf(shard, epoch)),
    endedAt(stream) {
      const { shard, epoch } = placeOfStream(stream);
      const next = ofShard(shard).find((other) => other > epoch);
      return next === undefined ? null : epochTime(next);
    },
    begin,
  };
}
