/**
 * A document from the journal's updates, and those among them that do not fit.
 *
 *  SYN-REP-WHOLE  an update is in the document whole or not at all. Behind a damaged frame later ones may refer to what
 *                 is missing; Yjs would take their deletes and hold back their rows, so that rows vanish from the screen
 *                 and the next write of one has not seen what stood there. Such updates wait outside, and join when what
 *                 they miss has come back from the peer
 *
 * Frames are checksummed and sealed, so one that Yjs cannot read is a fault of an earlier build: it is left out, like a
 * damaged frame, and the others stand.
 */
import type { Result, ShardId } from '@fieldfare/kernel';
import type { UpdateFacts } from './guard.ts';
import type { MergeOf } from './rows/fold.ts';
import { createShardDoc, type ShardDoc } from './rows/shard-doc.ts';
import type { StoredRecord } from './types.ts';

/** The guard's eye, for a trusted update: `SYN-GUARD-GAP` says that something is missing. */
export type Inspect = (update: Uint8Array, known: ShardDoc) => Result<UpdateFacts>;

export interface Rebuilt {
  readonly doc: ShardDoc;
  /** In journal order. */
  readonly waiting: readonly StoredRecord[];
}

export interface Joined {
  readonly record: StoredRecord;
  readonly rows: ReadonlyMap<string, ReadonlySet<string>>;
  /** Highest stamp in it. */
  readonly latest: string | null;
}

export function rebuildDoc(
  shard: ShardId,
  mergeOf: (table: string) => MergeOf,
  records: readonly StoredRecord[],
  inspect: Inspect,
): Rebuilt {
  const whole = createShardDoc(shard, mergeOf);
  try {
    whole.apply(records.map(({ bytes }) => bytes));
    if (!whole.incomplete()) return { doc: whole, waiting: [] };
  } catch {
    // one of them cannot be read
  }
  whole.destroy();
  const doc = createShardDoc(shard, mergeOf);
  const { waiting } = joinWaiting(doc, records, inspect);
  return { doc, waiting };
}

/** Applies those records that fit by now. */
export function joinWaiting(
  doc: ShardDoc,
  records: readonly StoredRecord[],
  inspect: Inspect,
): { readonly joined: readonly Joined[]; readonly waiting: readonly StoredRecord[] } {
  const joined: Joined[] = [];
  let waiting = records;
  for (;;) {
    const left: StoredRecord[] = [];
    for (const record of waiting) {
      const facts = inspect(record.bytes, doc);
      if (!facts.ok) {
        const { rule } = facts.problems[0];
        if (rule === 'SYN-GUARD-GAP') left.push(record);
        if (rule === 'SYN-GUARD-GAP' || rule === 'SYN-GUARD-DECODE') continue;
      }
      const rows = doc.apply([record.bytes]);
      joined.push({ record, rows, latest: facts.ok ? facts.value.latest : null });
    }
    if (left.length === waiting.length || left.length === 0) return { joined, waiting: left };
    waiting = left;
  }
}
