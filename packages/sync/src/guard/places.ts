/**
 * Where new structs come to stand: in which table, and what it costs Yjs to find the place.
 *
 * Yjs puts an item behind its left neighbour. When something else stands there already, it walks to the right over
 * everything that was put at the same place concurrently (YATA), so a hostile update of n items can cost n² steps. The
 * bound used here: an item whose neighbours are still neighbours costs one step; the first item behind a new one too,
 * because nobody else can know the new one yet; every other may cost a walk over everything.
 */
import { ok, type Result } from '@fieldfare/kernel';
import { tableOfRoot } from '../rows/index.ts';
import type { ShardDoc } from '../rows/shard-doc.ts';
import type { Place, Struct } from './decode.ts';
import { refuse } from './refusal.ts';

export interface Places {
  /** The table of each struct, in their order. */
  readonly tables: readonly string[];
  /** Steps that finding all places may take at most. */
  readonly steps: number;
}

type Known = Pick<ShardDoc, 'clock' | 'tableAt' | 'touching' | 'size'>;

export function findPlaces(structs: readonly Struct[], known: Known): Result<Places> {
  const byClient = new Map<number, Struct[]>();
  for (const struct of structs) {
    const own = byClient.get(struct.client);
    if (own === undefined) byClient.set(struct.client, [struct]);
    else own.push(struct);
  }
  const includes = ({ client, clock }: Place): Struct | null => structAt(byClient.get(client), clock);
  const tables = new Map<Struct, string>();
  const taken = new Set<string>();
  const result: string[] = [];
  let steps = 0;

  for (const struct of structs) {
    const table = tableOf(struct, tables, includes, known);
    if (!table.ok) return table;
    result.push(table.value);
    steps += isCheap(struct, taken, includes, known) ? 1 : known.size() + structs.length;
  }
  // A neighbour in another table would make Yjs weave two arrays together. All included structs have a table by now.
  for (const [i, { origin, right }] of structs.entries()) {
    if (origin === null || right === null) continue;
    const beside = includes(right);
    const table = beside === null ? known.tableAt(right.client, right.clock) : tables.get(beside);
    if (table !== result[i]) return refuse('STRUCT', 'a row stands between two tables');
  }
  return ok({ tables: result, steps });
}

/** Finds the struct in a client's block that holds a clock, among what is new in it. */
function structAt(block: readonly Struct[] | undefined, clock: number): Struct | null {
  let low = 0;
  let high = (block?.length ?? 0) - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const struct = block?.[middle];
    if (struct === undefined || clock < struct.firstNew) high = middle - 1;
    else if (clock >= struct.clock + struct.length) low = middle + 1;
    else return struct;
  }
  return null;
}

/** What Yjs will put on its left: when the first part is known, that is the last known part of the same struct. */
const leftOf = ({ client, clock, firstNew, origin }: Struct): Place | null =>
  firstNew > clock ? { client, clock: firstNew - 1 } : origin;

/** Named by the struct itself, or that of what it was put beside. */
function tableOf(
  start: Struct,
  tables: Map<Struct, string>,
  includes: (place: Place) => Struct | null,
  known: Known,
): Result<string> {
  const chain = new Set<Struct>();
  let struct = start;
  for (;;) {
    let table = tables.get(struct) ?? null;
    if (table === null) {
      if (chain.has(struct)) return refuse('STRUCT', 'rows stand in a circle');
      chain.add(struct);
      for (const place of [struct.origin, struct.right]) {
        if (place !== null && place.clock >= known.clock(place.client) && includes(place) === null) {
          return refuse('GAP', 'a change refers to one that is missing');
        }
      }
      const beside = leftOf(struct) ?? struct.right;
      const next = beside === null ? null : includes(beside);
      if (next !== null) {
        struct = next;
        continue;
      }
      table = beside === null ? tableOfRoot(struct.root ?? '') : known.tableAt(beside.client, beside.clock);
      if (table === null) return refuse('STRUCT', 'not the root of a table');
      if (struct.root !== null && tableOfRoot(struct.root) !== table)
        return refuse('STRUCT', 'not the table it stands in');
    }
    for (const link of chain) tables.set(link, table);
    return ok(table);
  }
}

function isCheap(struct: Struct, taken: Set<string>, includes: (place: Place) => Struct | null, known: Known): boolean {
  const left = leftOf(struct);
  const slot = left === null ? `${struct.root ?? ''}` : `${left.client} ${left.clock}`;
  if (taken.has(slot)) return false;
  taken.add(slot);
  const before = left === null ? null : includes(left);
  if (before !== null && left !== null) return left.clock === before.clock + before.length - 1;
  return known.touching(left, struct.right, struct.root);
}
