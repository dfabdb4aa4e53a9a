/**
 * One shard's document. It changes in one way only: by applying update bytes that are already durable. A local write
 * is first encoded as an update (`encodeWrites`) WITHOUT touching the document, then journalled, then applied like a
 * received one. So memory is never ahead of the disk, and a failed append needs no undoing.
 *
 * Placing of new entries: a client's entries of a table form one chain, each inserted right behind the client's
 * previous one. Order in the array means nothing to the fold, but neighbours that are deleted then merge into one
 * Yjs item: 100,000 alternating writes by two clients leave two runs, not 100,000 tombstones.
 */
import type { ShardId } from '@fieldfare/kernel';
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import type { FoldedRow, RowEntry } from '../types.ts';
import { fold, hasSeen, type LiveEntry, type MergeOf } from './fold.ts';
import { createRowIndex, type RowIndex, rootOf, type TouchedKeys } from './index.ts';
import { ValueDecoder } from './texts.ts';
import { type ReadValue, readValue } from './values.ts';

export interface EntryWrite {
  readonly table: string;
  readonly entry: RowEntry;
}

/** A client's struct by its clock. */
export interface Spot {
  readonly client: number;
  readonly clock: number;
}

export interface ShardDoc {
  readonly shard: ShardId;
  readonly index: RowIndex;
  /** Next clock of a client: how many of its structs are here. */
  clock(client: number): number;
  /** Client → next clock, for every client. */
  clocks(): Map<number, number>;
  /** The table whose array holds the struct at this place; null when there is none. */
  tableAt(client: number, clock: number): string | null;
  /** Nothing stands between these neighbours: an item put there has its place at once. `root`: named when both are null. */
  touching(left: Spot | null, right: Spot | null, root: string | null): boolean;
  /** Items of all tables, deleted runs included. */
  size(): number;
  /** Tables that something was ever written to. */
  roots(): number;
  row(table: string, id: string): FoldedRow | null;
  rows(table: string): Iterable<FoldedRow>;
  /**
   * The updates by which `client` replaces the live entries of the written keys that the new ones have seen, one when it
   * fits into `maxBytes`. Larger is only an update of a single entry. Changes nothing.
   */
  encodeWrites(client: number, writes: readonly EntryWrite[], maxBytes?: number): readonly Uint8Array[];
  /** Applies checked updates in one transaction. `read`: what was read of the only one when it was checked. */
  apply(updates: readonly Uint8Array[], read?: ReadonlyMap<number, ReadValue>): TouchedKeys;
  /** Structs or deletes are here whose predecessors are not: a part of the journal is damaged. */
  incomplete(): boolean;
  stateVector(): Uint8Array;
  /** State vector and deletions, to tell two documents apart. */
  snapshot(): Y.Snapshot;
  diff(stateVector?: Uint8Array): Uint8Array;
  destroy(): void;
}

export function createShardDoc(shard: ShardId, mergeOf: (table: string) => MergeOf): ShardDoc {
  const doc = new Y.Doc({ guid: shard }); // without one Yjs draws a random one
  // Nothing is ever written through this document, so its own client id must not meet a real one: Yjs would then
  // change it and print to the console. Ids of ours are at least 1.
  doc.clientID = 0;
  const index = createRowIndex(doc);
  let touched: TouchedKeys = new Map();
  doc.on('afterTransaction', (transaction: Y.Transaction) => {
    // one call of `apply` may be several transactions: Yjs retries what was pending in one of its own
    for (const [table, keys] of index.take(transaction)) {
      const known = touched.get(table);
      if (known === undefined) touched.set(table, keys);
      else for (const key of keys) known.add(key);
    }
  });

  const foldOf = (table: string, id: string, live: readonly LiveEntry[]): FoldedRow | null =>
    live.length === 0 ? null : fold({ shard, table, id }, live, mergeOf(table));

  /** Where `client` puts its next entry of a table. */
  function placeOf(client: number, table: string): { left: Y.ID | null; right: Y.ID | null } {
    const tail = index.tail(table, client);
    if (tail !== undefined) {
      const item = Y.getItem(doc.store, Y.createID(client, tail)) as Y.AbstractStruct;
      return {
        left: Y.createID(client, tail),
        right: item instanceof Y.Item && item.right !== null ? item.right.id : null,
      };
    }
    let last = doc.getArray(rootOf(table))._start;
    while (last?.right) last = last.right;
    return { left: last === null ? null : last.lastId, right: null };
  }

  /** `tails`: where the client's last entry of a table stands by the part before; moved on. */
  function encodePart(
    client: number,
    writes: readonly EntryWrite[],
    start: number,
    tails: Map<string, { left: Y.ID | null; right: Y.ID | null }>,
  ): Uint8Array {
    const byTable = new Map<string, RowEntry[]>();
    const deleted = new Map<number, number[]>();
    for (const { table, entry } of writes) {
      const entries = byTable.get(table);
      if (entries === undefined) byTable.set(table, [entry]);
      else entries.push(entry);
      for (const gone of index.live(table, entry.k)) {
        if (!hasSeen(entry, gone.entry)) continue;
        const clocks = deleted.get(gone.client);
        if (clocks === undefined) deleted.set(gone.client, [gone.clock]);
        else clocks.push(gone.clock);
      }
    }
    const encoder = new Y.UpdateEncoderV1();
    const out = encoder.restEncoder;
    let clock = start;
    encoding.writeVarUint(out, 1); // one client
    encoding.writeVarUint(out, byTable.size); // one struct a table
    encoder.writeClient(client);
    encoding.writeVarUint(out, clock);
    for (const [table, entries] of byTable) {
      const { left, right } = tails.get(table) ?? placeOf(client, table);
      const content = new Y.ContentAny(entries);
      // Yjs writes a parent given by name (differential updates do so); its types know only the resolved forms
      const parent = rootOf(table) as unknown as Y.ID;
      const item = new Y.Item(Y.createID(client, clock), null, left, null, right, parent, null, content);
      item.write(encoder, 0);
      clock += entries.length;
      tails.set(table, { left: Y.createID(client, clock - 1), right });
    }
    writeDeletes(out, deleted);
    return encoding.toUint8Array(out);
  }

  function encodeParts(client: number, writes: readonly EntryWrite[], size: number): Uint8Array[] {
    const tails = new Map();
    const start = Y.getState(doc.store, client);
    const updates: Uint8Array[] = [];
    for (let at = 0; at < writes.length; at += size) {
      updates.push(encodePart(client, writes.slice(at, at + size), start + at, tails));
    }
    return updates;
  }

  return {
    shard,
    index,
    clock: (client) => Y.getState(doc.store, client),
    clocks: () => Y.decodeStateVector(Y.encodeStateVector(doc)),
    tableAt(client, clock) {
      if (clock >= Y.getState(doc.store, client)) return null;
      const item = Y.getItem(doc.store, Y.createID(client, clock)) as Y.AbstractStruct;
      if (!(item instanceof Y.Item) || !(item.parent instanceof Y.AbstractType)) return null;
      return Y.findRootTypeKey(item.parent).slice(2);
    },
    touching(left, right, root) {
      if (left === null && right === null) return (doc.share.get(root ?? '')?._start ?? null) === null;
      if (left === null) {
        const first = right === null ? null : (Y.getItem(doc.store, Y.createID(right.client, right.clock)) as unknown);
        return first instanceof Y.Item && first.left === null && first.id.clock === right?.clock;
      }
      const item = Y.getItem(doc.store, Y.createID(left.client, left.clock)) as Y.AbstractStruct;
      if (!(item instanceof Y.Item)) return false;
      const next =
        left.clock < item.id.clock + item.length - 1
          ? { client: left.client, clock: left.clock + 1 }
          : (item.right?.id ?? null);
      return next?.client === right?.client && next?.clock === right?.clock;
    },
    size: () => {
      let size = 0;
      for (const structs of doc.store.clients.values()) size += structs.length;
      return size;
    },
    roots: () => doc.share.size,
    row: (table, id) => foldOf(table, id, index.live(table, id)),
    *rows(table) {
      for (const id of index.keys(table)) {
        const row = foldOf(table, id, index.live(table, id));
        if (row !== null) yield row;
      }
    },
    encodeWrites(client, writes, maxBytes = Number.POSITIVE_INFINITY) {
      const whole = encodePart(client, writes, Y.getState(doc.store, client), new Map());
      if (whole.length <= maxBytes) return [whole];
      for (let parts = 2 * Math.ceil(whole.length / maxBytes); ; parts *= 2) {
        const size = Math.max(1, Math.ceil(writes.length / parts));
        const updates = encodeParts(client, writes, size);
        if (size === 1 || updates.every((update) => update.length <= maxBytes)) return updates;
      }
    },
    apply(updates, read) {
      touched = new Map();
      doc.transact(() => {
        for (const update of updates) {
          const decoder = new ValueDecoder(update as Uint8Array<ArrayBuffer>);
          Y.readUpdateV2(decoder, doc, undefined, new EntryDecoder(decoder, read));
        }
      });
      const result = touched;
      touched = new Map();
      return result;
    },
    incomplete: () => doc.store.pendingStructs !== null || doc.store.pendingDs !== null,
    stateVector: () => Y.encodeStateVector(doc),
    snapshot: () => Y.snapshot(doc),
    diff(stateVector) {
      // Yjs adds what is pending, which would reach the peer as a gap: it is held back until the peer's own diff fills it
      const { store } = doc;
      const { pendingStructs, pendingDs } = store;
      store.pendingStructs = null;
      store.pendingDs = null;
      try {
        return Y.encodeStateAsUpdate(doc, stateVector);
      } finally {
        store.pendingStructs = pendingStructs;
        store.pendingDs = pendingDs;
      }
    },
    destroy: () => doc.destroy(),
  };
}

/** Reads an update for Yjs, but entries as the guard does, and not again when it has. */
class EntryDecoder extends Y.UpdateDecoderV1 {
  readonly #decoder: ValueDecoder;
  readonly #read: ReadonlyMap<number, ReadValue> | undefined;

  constructor(decoder: ValueDecoder, read: ReadonlyMap<number, ReadValue> | undefined) {
    super(decoder);
    this.#decoder = decoder;
    this.#read = read;
  }

  override readAny(): unknown {
    const known = this.#read?.get(this.#decoder.pos);
    if (known === undefined) return readValue(this.#decoder);
    this.#decoder.pos = known.end;
    return known.value;
  }
}

/** Yjs's delete set: per client the ranges of deleted clocks. */
function writeDeletes(out: encoding.Encoder, deleted: ReadonlyMap<number, number[]>): void {
  encoding.writeVarUint(out, deleted.size);
  for (const [client, clocks] of deleted) {
    const ranges: [number, number][] = [];
    for (const clock of clocks.sort((a, b) => a - b)) {
      const last = ranges.at(-1);
      if (last !== undefined && last[0] + last[1] === clock) last[1] += 1;
      else ranges.push([clock, 1]);
    }
    encoding.writeVarUint(out, client);
    encoding.writeVarUint(out, ranges.length);
    for (const [clock, length] of ranges) {
      encoding.writeVarUint(out, clock);
      encoding.writeVarUint(out, length);
    }
  }
}
