/**
 * What a received update must be before it may touch the journal or a document. Both sides use it:
 *
 *   bytes → **inspectUpdate** → journal append and flush → apply → fold, project, broadcast, acknowledge
 *
 * It reads and judges, and changes nothing; a refused update leaves no trace. A stock Yjs peer can be made to lose its
 * own offline edits by a 22-byte frame of deletes; SYN-GUARD-DELETE is the answer to that.
 *
 *  SYN-GUARD-SIZE      at most `maxUpdateBytes` bytes and `maxStructs` structs, deletes and entries
 *  SYN-GUARD-DECODE    the bytes are one whole Yjs update (format 1), each client in one block
 *  SYN-GUARD-GAP       no Skip, no struct beyond the next known clock, no reference to and no delete of a struct that
 *                      is neither known nor included: nothing can be left pending, and nothing unwritten be deleted
 *  SYN-GUARD-STRUCT    only entries and their tombstones, directly in a table's root array: no GC structs, nested
 *                      types, map keys, text or subdocuments
 *  SYN-GUARD-DELETE    whatever is deleted stays covered: its key keeps live entries that have seen all that the deleted
 *                      one had seen and have all its fields
 *  SYN-GUARD-CONTEXT   an entry claims to have seen only writes that we know of or that come with it: otherwise it would
 *                      silence edits that its writer cannot have seen
 *  SYN-GUARD-ENTRY     entries have the shape of `RowEntry`; names cannot collide with inherited ones (rows/entry.ts)
 *  SYN-GUARD-SCHEMA    fields this writer set pass their column's schema, when this build knows table, field and version.
 *                      Carried fields are not judged again: they may stem from another version
 *  SYN-GUARD-AUTHOR    every live new entry is written `by` the subject; a trusted peer (null) relays many authors
 *  SYN-GUARD-DRIFT     no stamp lies further ahead of our clock than the bound: `maxDriftMs`, and for the trusted peer,
 *                      which has already judged it by its own better clock, `maxTrustedDriftMs`
 *
 * Not here yet: that a client id belongs to the sending device, and time budgets off the main loop.
 */
import {
  type AnyTable,
  type Clock,
  fail,
  MAX_DRIFT_MS,
  nodeOf,
  ok,
  type Problem,
  problem,
  type Result,
  type ShardId,
} from '@fieldfare/kernel';
import * as decoding from 'lib0/decoding';
import * as Y from 'yjs';
import { parseEntry } from './rows/entry.ts';
import { DELETED_AT, type LiveEntry, nodeOfClient } from './rows/fold.ts';
import { type IndexedEntry, tableOfRoot } from './rows/index.ts';
import type { ShardDoc } from './rows/shard-doc.ts';
import type { RowEntry } from './types.ts';

export interface GuardLimits {
  readonly maxUpdateBytes: number;
  /** Structs, delete ranges and entries, each. */
  readonly maxStructs: number;
  readonly maxDriftMs: number;
  readonly maxTrustedDriftMs: number;
}

export const GUARD_LIMITS: GuardLimits = {
  maxUpdateBytes: 8 * 1024 * 1024,
  maxStructs: 100_000,
  maxDriftMs: MAX_DRIFT_MS,
  maxTrustedDriftMs: 7 * 86_400_000,
};

/** What the guard asks of the document. */
export type Known = Pick<ShardDoc, 'clock' | 'tableAt' | 'index'>;

export interface UpdateFacts {
  /** Nothing in it is new. */
  readonly noop: boolean;
  /** Client → next clock after this update, for the clients it has structs of. */
  readonly clocks: ReadonlyMap<number, number>;
  readonly entries: readonly IndexedEntry[];
  /** Highest `time-counter` in it with its node, as a stamp to learn; null when it has no entries. */
  readonly latest: string | null;
}

export interface InspectContext {
  readonly shard: ShardId;
  readonly known: Known;
  readonly tables: ReadonlyMap<string, AnyTable>;
  /** The user every new entry must be written by; null: the trusted server. */
  readonly subject: string | null;
  readonly clock: Clock;
  readonly limits?: GuardLimits;
}

interface Range {
  readonly clock: number;
  readonly end: number;
}

interface Decoded {
  readonly structs: readonly Y.AbstractStruct[];
  readonly clocks: Map<number, number>;
  /** Client → sorted, merged ranges. */
  readonly deletes: ReadonlyMap<number, readonly Range[]>;
}

const refuse = (
  rule: string,
  message: string,
  more: Pick<Problem, 'params' | 'path'> = {},
  code: Problem['code'] = 'invalid',
) => fail(problem(code, message, { rule: `SYN-GUARD-${rule}`, ...more }));

export function inspectUpdate(update: Uint8Array, context: InspectContext): Result<UpdateFacts> {
  const limits = context.limits ?? GUARD_LIMITS;
  const decoded = decode(update, limits);
  if (!decoded.ok) return decoded;
  const { structs, clocks, deletes } = decoded.value;
  const reach = (client: number): number => Math.max(context.known.clock(client), clocks.get(client) ?? 0);
  for (const [client, ranges] of deletes) {
    const last = ranges.at(-1);
    if (last !== undefined && last.end > reach(client)) return refuse('GAP', 'deletes what is not known here');
  }
  const found = readEntries(structs, deletes, context, limits);
  if (!found.ok) return found;
  const entries = found.value;
  const gone = deletedEntries(deletes, context.known);
  const kept = checkDeletes(gone, entries, deletes, context.known);
  if (!kept.ok) return kept;
  if (context.subject !== null) {
    const seen = checkContexts(entries, clocks, context.known);
    if (!seen.ok) return seen;
  }
  const latest = checkStamps(entries, context, limits);
  if (!latest.ok) return latest;
  const grows = [...clocks].some(([client, clock]) => clock > context.known.clock(client));
  return ok({ noop: !grows && gone.length === 0, clocks, entries, latest: latest.value });
}

function decode(update: Uint8Array, limits: GuardLimits): Result<Decoded> {
  if (update.length > limits.maxUpdateBytes) return refuse('SIZE', 'the update is too large', {}, 'too-large');
  let blocks: number;
  let read: ReturnType<typeof Y.decodeUpdate>;
  try {
    blocks = decoding.readVarUint(decoding.createDecoder(update));
    read = Y.decodeUpdate(update);
  } catch {
    return refuse('DECODE', 'the bytes are not an update'); // truncated, bad type, nested too deep: Yjs throws for all
  }
  if (read.structs.length > limits.maxStructs) return refuse('SIZE', 'the update has too many parts', {}, 'too-large');

  const clocks = new Map<number, number>();
  let current = -1;
  for (const struct of read.structs) {
    const { client, clock } = struct.id;
    if (struct instanceof Y.Skip) return refuse('GAP', 'the update has gaps');
    if (client !== current && clocks.has(client)) return refuse('DECODE', 'a client has several blocks');
    if (client === current && clocks.get(client) !== clock)
      return refuse('DECODE', 'clocks of a block are not in order');
    // ids beyond 32 bits lose precision in some Yjs ports; 0 is our documents' own placeholder
    if (client === 0 || client > 0xffffffff || struct.length < 1) return refuse('DECODE', 'not a struct');
    clocks.set(client, clock + struct.length);
    current = client;
  }
  if (clocks.size !== blocks) return refuse('DECODE', 'a client has several blocks');

  const deletes = new Map<number, readonly Range[]>();
  let count = 0;
  for (const [client, items] of read.ds.clients) {
    count += items.length;
    if (count > limits.maxStructs) return refuse('SIZE', 'the update has too many parts', {}, 'too-large');
    const ranges: { clock: number; end: number }[] = [];
    for (const { clock, len } of items.toSorted((a, b) => a.clock - b.clock)) {
      const last = ranges.at(-1);
      if (last !== undefined && clock <= last.end) last.end = Math.max(last.end, clock + len);
      else ranges.push({ clock, end: clock + len });
    }
    deletes.set(client, ranges);
  }
  return ok({ structs: read.structs, clocks, deletes });
}

const within = (ranges: readonly Range[] | undefined, clock: number): boolean => {
  let low = 0;
  let high = (ranges?.length ?? 0) - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const range = ranges?.[middle];
    if (range === undefined || clock < range.clock) high = middle - 1;
    else if (clock >= range.end) low = middle + 1;
    else return true;
  }
  return false;
};

/** New entries that the update itself does not delete again, with their tables. */
function readEntries(
  structs: readonly Y.AbstractStruct[],
  deletes: Decoded['deletes'],
  context: InspectContext,
  limits: GuardLimits,
): Result<IndexedEntry[]> {
  const { known } = context;
  const included = createPlaces(structs);
  const entries: IndexedEntry[] = [];
  let expected = -1;
  let current = -1;
  for (const struct of structs) {
    const { client, clock } = struct.id;
    if (client !== current) {
      current = client;
      expected = known.clock(client);
      if (clock > expected)
        return refuse('GAP', 'earlier changes are missing', { params: { client, clock, expected } });
    }
    if (!(struct instanceof Y.Item)) return refuse('STRUCT', 'only rows may be written');
    const table = included.tableOf(struct, known);
    if (!table.ok) return table;
    if (clock + struct.length <= expected) continue; // known already
    if (struct.content instanceof Y.ContentDeleted) continue;
    if (!(struct.content instanceof Y.ContentAny)) return refuse('STRUCT', 'only rows may be written');
    const { arr } = struct.content;
    for (let i = 0; i < arr.length; i++) {
      const at = clock + i;
      if (at < expected) continue;
      const parsed = parseEntry(arr[i]);
      if (!parsed.ok) return parsed;
      if (within(deletes.get(client), at)) continue;
      const entry = parsed.value;
      const fit = checkEntry(client, table.value, entry, context);
      if (!fit.ok) return fit;
      entries.push({ client, clock: at, table: table.value, entry });
      if (entries.length > limits.maxStructs) return refuse('SIZE', 'the update has too many rows', {}, 'too-large');
    }
  }
  // A neighbour in another table would make Yjs weave two arrays together. All included items are resolved by now.
  for (const struct of structs) {
    if (!(struct instanceof Y.Item) || struct.origin === null || struct.rightOrigin === null) continue;
    const { client, clock } = struct.rightOrigin;
    const beside = included.find(struct.rightOrigin);
    const right = known.tableAt(client, clock) ?? (beside instanceof Y.Item ? included.tableOf(beside, known) : null);
    const table = typeof right === 'string' || right === null ? right : right.ok ? right.value : null;
    const own = included.tableOf(struct, known);
    if (!own.ok || own.value !== table) return refuse('STRUCT', 'a row stands between two tables');
  }
  return ok(entries);
}

/** Finds the table of each included item: named by itself, or that of the item it was put beside. */
function createPlaces(structs: readonly Y.AbstractStruct[]) {
  const byClient = new Map<number, Y.AbstractStruct[]>();
  for (const struct of structs) {
    const own = byClient.get(struct.id.client);
    if (own === undefined) byClient.set(struct.id.client, [struct]);
    else own.push(struct);
  }
  const resolved = new Map<Y.AbstractStruct, string>();

  function find(id: Y.ID): Y.AbstractStruct | null {
    const own = byClient.get(id.client) ?? [];
    let low = 0;
    let high = own.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const struct = own[middle];
      if (struct === undefined || id.clock < struct.id.clock) high = middle - 1;
      else if (id.clock >= struct.id.clock + struct.length) low = middle + 1;
      else return struct;
    }
    return null;
  }

  function tableOf(start: Y.Item, known: Known): Result<string> {
    const chain: Y.AbstractStruct[] = [];
    const onChain = new Set<Y.AbstractStruct>();
    let item: Y.AbstractStruct = start;
    for (;;) {
      const settled = resolved.get(item);
      let table: string | null = settled ?? null;
      if (settled === undefined) {
        if (!(item instanceof Y.Item) || item.parentSub !== null || onChain.has(item)) {
          return refuse('STRUCT', 'only rows may be written');
        }
        chain.push(item);
        onChain.add(item);
        const beside: Y.ID | null = item.origin ?? item.rightOrigin;
        if (beside === null) {
          const root = item.parent as unknown;
          table = typeof root === 'string' ? tableOfRoot(root) : null;
          if (table === null) return refuse('STRUCT', 'not the root of a table');
        } else {
          for (const id of [item.origin, item.rightOrigin]) {
            if (id !== null && id.clock >= known.clock(id.client) && find(id) === null) {
              return refuse('GAP', 'a change refers to one that is missing');
            }
          }
          table = known.tableAt(beside.client, beside.clock);
          if (table === null) {
            const next = find(beside);
            if (next === null) return refuse('GAP', 'a change refers to one that is missing');
            item = next;
            continue;
          }
        }
      }
      for (const link of chain) resolved.set(link, table as string);
      return ok(table as string);
    }
  }
  return { find, tableOf };
}

function checkEntry(client: number, tableName: string, entry: RowEntry, context: InspectContext): Result<void> {
  const { subject, tables } = context;
  if (subject === null) return ok(undefined); // the server has judged author and values when it took the entry in
  if (entry.by !== subject) return refuse('AUTHOR', 'written in the name of somebody else', {}, 'forbidden');
  const table = tables.get(tableName);
  if (table === undefined) return ok(undefined);
  const shape = table.row.shape as Readonly<Record<string, { safeParse(value: unknown): { success: boolean } }>>;
  if (shape.id?.safeParse(entry.k).success === false) return refuse('SCHEMA', 'not a row key of this table');
  if (entry.v > table.version) return ok(undefined);
  const node = nodeOfClient(client);
  for (const field of Object.keys(entry.f)) {
    if (nodeOf(entry.s[field] ?? '') !== node) continue;
    const value = entry.f[field];
    const fits =
      field === DELETED_AT
        ? value === null || typeof value === 'string'
        : !Object.hasOwn(shape, field) || shape[field]?.safeParse(value).success !== false;
    if (!fits) return refuse('SCHEMA', 'a value does not fit its column', { path: [tableName, field] });
  }
  return ok(undefined);
}

function deletedEntries(deletes: Decoded['deletes'], { index }: Known): IndexedEntry[] {
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

/** SYN-GUARD-DELETE, second half: nobody can make a row or a value vanish, only replace what they have seen. */
function checkDeletes(
  gone: readonly IndexedEntry[],
  entries: readonly IndexedEntry[],
  deletes: Decoded['deletes'],
  known: Known,
): Result<void> {
  if (gone.length === 0) return ok(undefined);
  const place = (table: string, key: string): string => `${table}\n${key}`;
  const added = new Map<string, LiveEntry[]>();
  for (const entry of entries) {
    const at = place(entry.table, entry.entry.k);
    const others = added.get(at);
    if (others === undefined) added.set(at, [entry]);
    else others.push(entry);
  }
  for (const { table, entry } of gone) {
    const rest = known.index
      .live(table, entry.k)
      .filter(({ client, clock }) => !within(deletes.get(client), clock))
      .concat(added.get(place(table, entry.k)) ?? []);
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

function checkContexts(
  entries: readonly IndexedEntry[],
  clocks: ReadonlyMap<number, number>,
  { index }: Known,
): Result<void> {
  for (const { client, table, entry } of entries) {
    for (const [node, moment] of Object.entries(entry.c)) {
      const writer = Number.parseInt(node, 36);
      if (writer === client || clocks.has(writer)) continue;
      const known = index
        .live(table, entry.k)
        .some(({ entry: other }) => Object.hasOwn(other.c, node) && (other.c[node] ?? '') >= moment);
      if (!known) return refuse('CONTEXT', 'claims to have seen what nobody has written');
    }
  }
  return ok(undefined);
}

function checkStamps(
  entries: readonly IndexedEntry[],
  { clock, subject }: InspectContext,
  limits: GuardLimits,
): Result<string | null> {
  let latest: string | null = null;
  for (const { entry } of entries) {
    for (const [node, moment] of Object.entries(entry.c)) {
      if (latest === null || moment > latest.slice(0, moment.length)) latest = `${moment}-${node}`;
    }
  }
  if (latest === null) return ok(null);
  const aheadMs = Number.parseInt(latest.slice(0, 12), 16) - clock.now();
  const maxDriftMs = subject === null ? limits.maxTrustedDriftMs : limits.maxDriftMs;
  if (aheadMs > maxDriftMs) {
    return refuse('DRIFT', 'a change is stamped too far in the future', { params: { aheadMs, maxDriftMs } });
  }
  return ok(latest);
}
