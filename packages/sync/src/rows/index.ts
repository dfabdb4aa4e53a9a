/**
 * The live entries of one document by table and key, kept up to date from Yjs transactions, so that reading or
 * writing one row costs the same in a shard of 2 rows and of 2,000. Places are (client, clock) pairs: Yjs merges and
 * splits its items as it likes, ids stay.
 */
import * as Y from 'yjs';
import type { RowEntry } from '../types.ts';
import type { LiveEntry } from './fold.ts';

/** Root types are named after their table. */
const ROOT_PREFIX = 't:';
const ROOT_NAME = /^t:[a-z][a-z0-9_]{0,62}$/;

export const rootOf = (table: string): string => ROOT_PREFIX + table;

/** The table of a root type's name, null when the name is not one of ours. */
export const tableOfRoot = (name: string): string | null => (ROOT_NAME.test(name) ? name.slice(2) : null);

export interface IndexedEntry extends LiveEntry {
  readonly table: string;
}

/** Table → keys that gained or lost a live entry. */
export type TouchedKeys = Map<string, Set<string>>;

export interface RowIndex {
  live(table: string, key: string): readonly LiveEntry[];
  keys(table: string): Iterable<string>;
  tables(): readonly string[];
  /** The entry at this place while it is live. */
  at(client: number, clock: number): IndexedEntry | undefined;
  /** Live entries of one client by clock. */
  ofClient(client: number): ReadonlyMap<number, IndexedEntry>;
  /** Last clock of a client's items in a table's array, live or not; undefined when it never wrote there. */
  tail(table: string, client: number): number | undefined;
  /** Takes in what a transaction added and deleted. Call before Yjs collects the garbage (`afterTransaction`). */
  take(transaction: Y.Transaction): TouchedKeys;
}

const NONE: ReadonlyMap<number, IndexedEntry> = new Map();

export function createRowIndex(doc: Y.Doc): RowIndex {
  const byTable = new Map<string, Map<string, LiveEntry[]>>();
  const byClient = new Map<number, Map<number, IndexedEntry>>();
  const tails = new Map<string, Map<number, number>>();

  function tableOf(parent: Y.Item['parent']): string | null {
    if (!(parent instanceof Y.AbstractType) || parent._item !== null) return null;
    return tableOfRoot(Y.findRootTypeKey(parent));
  }

  function add(found: IndexedEntry): void {
    let rows = byTable.get(found.table);
    if (rows === undefined) {
      rows = new Map();
      byTable.set(found.table, rows);
    }
    const live = rows.get(found.entry.k);
    if (live === undefined) rows.set(found.entry.k, [found]);
    else live.push(found);
    let places = byClient.get(found.client);
    if (places === undefined) {
      places = new Map();
      byClient.set(found.client, places);
    }
    places.set(found.clock, found);
  }

  function remove(gone: IndexedEntry): void {
    byClient.get(gone.client)?.delete(gone.clock);
    const rows = byTable.get(gone.table);
    const rest = rows?.get(gone.entry.k)?.filter((entry) => entry !== gone) ?? [];
    if (rest.length > 0) rows?.set(gone.entry.k, rest);
    else rows?.delete(gone.entry.k);
  }

  function takeItem(item: Y.Item, touch: (entry: IndexedEntry) => void): void {
    const table = tableOf(item.parent);
    if (table === null) return;
    const { client, clock } = item.id;
    let tail = tails.get(table);
    if (tail === undefined) {
      tail = new Map();
      tails.set(table, tail);
    }
    tail.set(client, clock + item.length - 1);
    if (item.deleted || !(item.content instanceof Y.ContentAny)) return;
    item.content.arr.forEach((entry, i) => {
      const found: IndexedEntry = { client, clock: clock + i, table, entry: entry as RowEntry };
      add(found);
      touch(found);
    });
  }

  return {
    live: (table, key) => byTable.get(table)?.get(key) ?? [],
    keys: (table) => byTable.get(table)?.keys() ?? [],
    tables: () => [...byTable.keys()],
    at: (client, clock) => byClient.get(client)?.get(clock),
    ofClient: (client) => byClient.get(client) ?? NONE,
    tail: (table, client) => tails.get(table)?.get(client),
    take(transaction) {
      const touched: TouchedKeys = new Map();
      const touch = ({ table, entry }: IndexedEntry): void => {
        const keys = touched.get(table);
        if (keys === undefined) touched.set(table, new Set([entry.k]));
        else keys.add(entry.k);
      };
      for (const [client, after] of transaction.afterState) {
        const before = transaction.beforeState.get(client) ?? 0;
        const structs = doc.store.clients.get(client);
        if (after <= before || structs === undefined) continue;
        for (let i = Y.findIndexSS(structs, before); i < structs.length; i++) {
          const struct = structs[i];
          if (struct instanceof Y.Item) takeItem(struct, touch);
        }
      }
      for (const [client, ranges] of transaction.deleteSet.clients) {
        const places = byClient.get(client);
        if (places === undefined) continue;
        const take = (gone: IndexedEntry | undefined): void => {
          if (gone === undefined) return;
          remove(gone);
          touch(gone);
        };
        for (const { clock, len } of ranges) {
          if (len <= places.size) {
            for (let at = clock; at < clock + len; at++) take(places.get(at));
            continue;
          }
          // a run of tombstones may claim any length
          for (const [at, gone] of [...places]) if (at >= clock && at < clock + len) take(gone);
        }
      }
      return touched;
    },
  };
}
