/**
 * What this device wrote in earlier epochs of a shard and the new document does not hold, put into it entry by entry.
 *
 *  SYN-EPOCH-CARRY  an entry goes as it is: the same session, stamps, author and context. What the fold makes of a row
 *                   depends on its entries alone, not on their places, so it judges them field by field as it would have
 *                   in the old document; and because the stamps are the same, what the server had taken already is not
 *                   there twice
 *
 * An entry that a standing one has seen is passed over: whoever wrote that one had it and all that was in it.
 */
import type { ShardId } from '@fieldfare/kernel';
import * as Y from 'yjs';
import { readLocalUpdate } from './outbox.ts';
import { hasSeen, type LiveEntry } from './rows/fold.ts';
import type { IndexedEntry } from './rows/index.ts';
import type { ShardDoc } from './rows/shard-doc.ts';
import type { RowEntry, StoredRecord } from './types.ts';

/** One epoch that has ended, as the journal has it. */
export interface Ended {
  readonly stream: ShardId;
  readonly doc: ShardDoc;
  readonly records: readonly StoredRecord[];
}

export interface Carried {
  /** In the order in which they must be applied; each of one session, as a local update is. */
  readonly updates: readonly Uint8Array[];
  /** Of each stream, up to which clock nothing of a session was left behind; `all`: nothing at all. */
  readonly left: readonly {
    readonly stream: ShardId;
    readonly ends: ReadonlyMap<number, number>;
    readonly all: boolean;
  }[];
}

/** The entries of one update, or of what is left of some; null: a table cannot be told, for a part of the disk is damaged. */
function entriesOf(update: Uint8Array, doc: ShardDoc): { client: number; end: number; entries: IndexedEntry[] | null } {
  let [client, end] = [0, 0];
  let entries: IndexedEntry[] | null = [];
  for (const struct of Y.decodeUpdate(update).structs) {
    client = struct.id.client;
    end = struct.id.clock + struct.length;
    if (!(struct instanceof Y.Item) || !(struct.content instanceof Y.ContentAny)) continue;
    for (const [i, entry] of (struct.content.arr as RowEntry[]).entries()) {
      const clock = struct.id.clock + i;
      const table = doc.tableAt(client, clock);
      if (table === null) entries = null;
      else entries?.push({ client, clock, table, entry });
    }
  }
  return { client, end, entries };
}

/**
 * As they were written, which stamps tell: of a journal that was compacted a damaged disk may give back a later edit before
 * the one that it builds on, and carried over without that nobody would take it.
 */
const inOrder = (locals: readonly StoredRecord[]): readonly StoredRecord[] =>
  locals
    .map((record) => ({ record, stamp: readLocalUpdate(record.bytes)?.stamp ?? '' }))
    .sort((a, b) => (a.stamp < b.stamp ? -1 : a.stamp > b.stamp ? 1 : 0))
    .map(({ record }) => record);

/** A standing entry has all that this one had. */
export const isCovered = (live: readonly LiveEntry[], entry: RowEntry): boolean =>
  live.some(({ entry: standing }) => hasSeen(standing, entry));

/** Puts them into `onto`, which changes. `own`: sessions of this device. */
export function carryOver(
  ended: readonly Ended[],
  onto: ShardDoc,
  own: ReadonlySet<number>,
  maxBytes: number,
): Carried {
  const updates: Uint8Array[] = [];
  const left: Carried['left'][number][] = [];

  function put(client: number, entries: readonly IndexedEntry[]): void {
    const lacking = entries.filter(({ table, entry }) => !isCovered(onto.index.live(table, entry.k), entry));
    if (lacking.length === 0) return;
    for (const update of onto.encodeWrites(client, lacking, maxBytes)) {
      onto.apply([update]);
      updates.push(update);
    }
  }

  for (const { stream, doc, records } of ended) {
    const reached = new Map<number, number>();
    const stuck = new Set<number>();
    const passed = new Set<string>();
    const locals = inOrder(records.filter(({ kind }) => kind === 'local')).map(({ bytes }) => entriesOf(bytes, doc));
    for (const { entries } of locals) for (const { client, clock } of entries ?? []) passed.add(`${client} ${clock}`);
    // what a compaction merged is older than what it kept as it came
    for (const client of own) {
      const merged = [...doc.index.ofClient(client).values()].filter(({ clock }) => !passed.has(`${client} ${clock}`));
      put(client, merged);
    }
    for (const { client, end, entries } of locals) {
      if (entries === null) stuck.add(client);
      else put(client, entries);
      if (!stuck.has(client)) reached.set(client, Math.max(reached.get(client) ?? 0, end));
    }
    left.push({ stream, ends: reached, all: stuck.size === 0 });
  }
  return { updates, left };
}
