/**
 * A document as it would be if what stands in it had just been written: the standing entries, and nothing of what they
 * replaced. A tombstone says nothing that the context of the entry that replaced it does not say, so it may go.
 */
import type { JsonValue } from '@fieldfare/kernel';
import { nodeOf } from '@fieldfare/kernel';
import type { RowEntry } from '../types.ts';
import { authorOf, type LiveEntry, type MergeOf, nodeOfClient } from './fold.ts';
import { stableText } from './json.ts';
import { createShardDoc, type EntryWrite, type ShardDoc } from './shard-doc.ts';

/** Stamps of everything that an entry holds. */
const stampsOf = ({ s, x }: RowEntry): string[] => [
  ...Object.values(s),
  ...Object.values(x ?? {}).flatMap((candidates) => candidates.map(([, stamp]) => stamp)),
];

/** The same entry for another session to hold: its writer, until now named by the place, is named among the others. */
export function rehomed({ client, entry }: LiveEntry): RowEntry {
  const node = nodeOfClient(client);
  const isOwn = stampsOf(entry).some((stamp) => nodeOf(stamp) === node);
  return isOwn ? { ...entry, u: { ...entry.u, [node]: entry.by } } : entry;
}

/** Tables with their folded rows, as text that is equal for equal folds. */
export const foldText = (doc: ShardDoc): string =>
  doc.index
    .tables()
    .toSorted()
    .flatMap((table) => [...doc.rows(table)].map((row) => `${table} ${stableText(row as unknown as JsonValue)}`).sort())
    .join('\n');

/** What stands: each entry with the authors of all it holds, but not where it stands. */
function standingText(doc: ShardDoc): string {
  const texts: string[] = [];
  for (const table of doc.index.tables()) {
    for (const key of doc.index.keys(table)) {
      for (const live of doc.index.live(table, key)) {
        const { u: _u, ...entry } = live.entry;
        const authors = Object.fromEntries(stampsOf(entry).map((stamp) => [stamp, authorOf(live, stamp)]));
        texts.push(`${table} ${stableText({ ...entry, authors } as unknown as JsonValue)}`);
      }
    }
  }
  return texts.sort().join('\n');
}

export interface Fresh {
  /** The document as one update, all of it written by one session. */
  readonly update: Uint8Array;
  readonly doc: ShardDoc;
}

/** By `client`, who never wrote before. Null: it would not be the same, row by row and entry by entry. */
export function freshForm(doc: ShardDoc, client: number, mergeOf: (table: string) => MergeOf): Fresh | null {
  const fresh = createShardDoc(doc.shard, mergeOf);
  const writes: EntryWrite[] = [];
  for (const table of doc.index.tables().toSorted()) {
    for (const key of doc.index.keys(table)) {
      for (const live of doc.index.live(table, key)) writes.push({ table, entry: rehomed(live) });
    }
  }
  const [update = EMPTY_UPDATE] = writes.length === 0 ? [] : fresh.encodeWrites(client, writes);
  fresh.apply([update]);
  if (!fresh.incomplete() && standingText(fresh) === standingText(doc) && foldText(fresh) === foldText(doc)) {
    return { update, doc: fresh };
  }
  fresh.destroy();
  return null;
}

/** No structs, no deletions. */
const EMPTY_UPDATE = Uint8Array.of(0, 0);
