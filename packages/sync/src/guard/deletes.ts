/** SYN-GUARD-DELETE: nobody can make a row or a value vanish, only replace what they have seen. */
import { ok, type Result } from '@fieldfare/kernel';
import type { LiveEntry } from '../rows/fold.ts';
import type { IndexedEntry, RowIndex } from '../rows/index.ts';
import { type Decoded, within } from './decode.ts';
import { refuse } from './refusal.ts';

/** The live entries that the update deletes. Costs as much as there are entries or deleted clocks, whichever is less. */
export function deletedEntries(deletes: Decoded['deletes'], index: RowIndex): IndexedEntry[] {
  const gone: IndexedEntry[] = [];
  for (const [client, ranges] of deletes) {
    const places = index.ofClient(client);
    const clocks = ranges.reduce((sum, { clock, end }) => sum + end - clock, 0);
    if (clocks > places.size) {
      for (const [clock, entry] of places) if (within(ranges, clock)) gone.push(entry);
      continue;
    }
    for (const range of ranges) {
      for (let { clock } = range; clock < range.end; clock++) {
        const entry = places.get(clock);
        if (entry !== undefined) gone.push(entry);
      }
    }
  }
  return gone;
}

export const rowOf = (table: string, key: string): string => `${table}\n${key}`;

/** New entries by row. */
export function byRow(entries: readonly IndexedEntry[]): ReadonlyMap<string, readonly IndexedEntry[]> {
  const rows = new Map<string, IndexedEntry[]>();
  for (const entry of entries) {
    const row = rowOf(entry.table, entry.entry.k);
    const others = rows.get(row);
    if (others === undefined) rows.set(row, [entry]);
    else others.push(entry);
  }
  return rows;
}

/** Whatever is deleted stays covered: its row keeps live entries that have seen all it had seen and have all its fields. */
export function checkDeletes(
  gone: readonly IndexedEntry[],
  added: ReadonlyMap<string, readonly LiveEntry[]>,
  deletes: Decoded['deletes'],
  index: RowIndex,
): Result<void> {
  for (const { table, entry } of gone) {
    const rest = index
      .live(table, entry.k)
      .filter(({ client, clock }) => !within(deletes.get(client), clock))
      .concat(added.get(rowOf(table, entry.k)) ?? []);
    for (const [node, moment] of Object.entries(entry.c)) {
      const covered = rest.some(({ entry: left }) => Object.hasOwn(left.c, node) && (left.c[node] ?? '') >= moment);
      if (!covered) return refuse('DELETE', 'deletes a row without replacing it');
    }
    for (const field of [...Object.keys(entry.f), ...Object.keys(entry.x ?? {})]) {
      const there = rest.some(({ entry: left }) => Object.hasOwn(left.f, field) || Object.hasOwn(left.x ?? {}, field));
      if (!there) return refuse('DELETE', 'deletes a field without replacing it');
    }
  }
  return ok(undefined);
}

/**
 * An honest writer deletes every entry of the row that it has seen, its own before all. So one client leaves at most
 * one live entry a row; a thousand of them would make each fold of that row cost a million comparisons.
 */
export function checkCrowds(
  added: ReadonlyMap<string, readonly IndexedEntry[]>,
  deletes: Decoded['deletes'],
  index: RowIndex,
  maxLive: number,
): Result<void> {
  for (const entries of added.values()) {
    const [first] = entries;
    if (first === undefined) continue;
    const old = index
      .live(first.table, first.entry.k)
      .filter(({ client, clock }) => !within(deletes.get(client), clock));
    const writers = new Set(entries.map(({ client }) => client));
    if (writers.size < entries.length || old.some(({ client }) => writers.has(client))) {
      return refuse('CROWD', 'a writer left several entries of one row');
    }
    if (old.length + entries.length > maxLive) return refuse('CROWD', 'too many unmerged changes of one row');
  }
  return ok(undefined);
}
