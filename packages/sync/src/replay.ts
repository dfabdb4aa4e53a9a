/**
 * What a server lacks, taken from this laptop's journal in the order in which it came here: own edits as they were
 * written, edits of others with the receipt that the server once gave for them. Needed when a server was restored from
 * a backup (ADR 8), and when an update that holds everything at once asks too much of the guard.
 *
 * A receipt (`seal`) says that the server once held these very bytes in this shard, durably. Who has not the server's
 * key cannot make one, so others' edits can be given back without anybody being able to forge them.
 */
import { type ShardId, timeOf } from '@fieldfare/kernel';
import * as Y from 'yjs';
import { SEAL_BYTES } from './protocol/codec.ts';
import type { JournalRecord, Outgoing, RowEntry, StoredRecord } from './types.ts';

/** Longer updates came with a first sync; a frame could not carry them back. */
const MAX_RETURNED_BYTES = 8 * 1024 * 1024;

/** The content of a `sealed` record: the receipt, then the update. */
export function sealedBytes(seal: Uint8Array, update: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(SEAL_BYTES + update.length);
  bytes.set(seal);
  bytes.set(update, SEAL_BYTES);
  return bytes;
}

/** How an update from elsewhere is kept in a stream. */
export const receivedRecord = (stream: ShardId, { update, seal }: Outgoing): JournalRecord =>
  seal === undefined
    ? { shard: stream, kind: 'remote', bytes: update }
    : { shard: stream, kind: 'sealed', bytes: sealedBytes(seal, update) };

/** The Yjs update of a record, null for the kinds that hold none. */
export function updateOf({ kind, bytes }: JournalRecord): Uint8Array | null {
  if (kind === 'sealed') return bytes.subarray(SEAL_BYTES);
  return kind === 'local' || kind === 'remote' ? bytes : null;
}

/** Epoch ms of the newest stamp in a journalled update, 0 when it has none. */
export function stampedAt(record: JournalRecord): number {
  let newest = '';
  try {
    for (const { content } of Y.decodeUpdate(updateOf(record) ?? new Uint8Array()).structs as readonly Y.Item[]) {
      if (!(content instanceof Y.ContentAny)) continue;
      for (const { c } of content.arr as readonly RowEntry[]) {
        for (const moment of Object.values(c)) if (moment > newest) newest = moment;
      }
    }
  } catch {
    return 0; // not of this build: its content stands in the document
  }
  return newest === '' ? 0 : timeOf(newest);
}

/** Everything in these records that the holder of `held` lacks and can be shown to be what it is. */
export function lackingIn(records: readonly StoredRecord[], held: ReadonlyMap<number, number>): readonly Outgoing[] {
  const lacking: Outgoing[] = [];
  for (const record of records) {
    const { kind, bytes } = record;
    if (kind !== 'local' && kind !== 'sealed') continue;
    const update = updateOf(record);
    if (update === null || update.length > MAX_RETURNED_BYTES || isCovered(update, held)) continue;
    lacking.push(kind === 'local' ? { update } : { update, seal: bytes.slice(0, SEAL_BYTES) });
  }
  return lacking;
}

function isCovered(update: Uint8Array, held: ReadonlyMap<number, number>): boolean {
  try {
    return [...Y.parseUpdateMeta(update).to].every(([client, end]) => end <= (held.get(client) ?? 0));
  } catch {
    return true; // nothing that a server would take
  }
}
