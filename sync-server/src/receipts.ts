/**
 * Receipts for updates (`SYN-PEER-RECEIPT`): HMAC-SHA-256 over shard and bytes, cut to 16 bytes, under a key of the tenant's
 * own that is derived from the root key. So a server restored from a backup knows its receipts as long as it has its key.
 */
import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import type { ShardId } from '@fieldfare/kernel';
import { type Receipts, SEAL_BYTES } from '@fieldfare/sync';

export function createReceipts(keyBytes: Uint8Array): Receipts {
  const key = createSecretKey(keyBytes); // made once: from bytes, each MAC would take seven times as long
  const macOf = (shard: ShardId, update: Uint8Array): Uint8Array => {
    const mac = createHmac('sha256', key).update(`${shard}\0`).update(update).digest();
    return new Uint8Array(mac.buffer, mac.byteOffset, SEAL_BYTES);
  };
  // One update goes to many peers of its shard: the same bytes, so the same receipt.
  const made = new WeakMap<Uint8Array, { readonly shard: ShardId; readonly seal: Uint8Array }>();
  return {
    seal(shard, update) {
      const known = made.get(update);
      if (known?.shard === shard) return known.seal;
      const seal = macOf(shard, update);
      made.set(update, { shard, seal });
      return seal;
    },
    holds: (shard, update, seal) => seal.length === SEAL_BYTES && timingSafeEqual(macOf(shard, update), seal),
  };
}
