/** Stands for the server's keyed hash: nobody in a simulation forges one. */
import type { ShardId } from '@fieldfare/kernel';
import { SEAL_BYTES } from '../../src/protocol/codec.ts';
import type { Receipts } from '../../src/protocol/peer-options.ts';

export const RECEIPTS: Receipts = {
  seal: (shard, update) => sealOf(shard, update),
  holds: (shard, update, seal) => sealOf(shard, update).every((byte, i) => byte === seal[i]),
};

function sealOf(shard: ShardId, update: Uint8Array): Uint8Array {
  const seal = new Uint8Array(SEAL_BYTES);
  for (let i = 0; i < shard.length; i++) mix(seal, i, shard.charCodeAt(i));
  for (const [i, byte] of update.entries()) mix(seal, i, byte);
  return seal;
}

function mix(seal: Uint8Array, i: number, byte: number): void {
  const at = i % SEAL_BYTES;
  seal[at] = ((seal[at] ?? 0) * 31 + byte + i) & 0xff;
}
