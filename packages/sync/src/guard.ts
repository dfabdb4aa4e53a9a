/**
 * What a received update must be before it may touch the journal or a document. Both sides use it:
 *
 *   bytes → **inspectUpdate** → journal append and flush → apply → fold, project, broadcast, acknowledge
 *
 * It reads and judges, and changes nothing; a refused update leaves no trace. A stock Yjs peer can be made to lose its
 * own offline edits by a 22-byte frame of deletes; SYN-GUARD-DELETE is the answer to that. There is no trial run on a
 * scratch document: what is taken is so narrow, and its cost so bounded beforehand, that Yjs cannot be surprised (ADR 7).
 *
 *  SYN-GUARD-SIZE      within the limits of guard/limits.ts
 *  SYN-GUARD-DECODE    the bytes are one whole Yjs update (format 1), each client in one block
 *  SYN-GUARD-OWNER     what is new of a client id comes from the device it belongs to: the one that wrote with it first.
 *                      When that device is registered no more, another one of its user may go on. The ids of our own
 *                      session belong to us
 *  SYN-GUARD-GAP       no Skip, no struct beyond the next known clock, no reference to and no delete of a struct that
 *                      is neither known nor included: nothing can be left pending, and nothing unwritten be deleted
 *  SYN-GUARD-STRUCT    only entries and their tombstones, directly in a table's root array: no GC structs, nested
 *                      types, map keys, text or subdocuments
 *  SYN-GUARD-COST      finding the places of its items takes Yjs a bounded number of steps (guard/places.ts)
 *  SYN-GUARD-CROWD     a writer leaves one live entry a row, and a row has a bounded number of them (guard/deletes.ts)
 *  SYN-GUARD-DELETE    whatever is deleted stays covered: its key keeps live entries that have seen all that the deleted
 *                      one had seen and have all its fields. What an entry has seen, it carries or replaces
 *  SYN-GUARD-CONTEXT   an entry claims to have seen only writes that we know of or that come with it: otherwise it would
 *                      silence edits that its writer cannot have seen
 *  SYN-GUARD-CARRY     what it carries under others' stamps is what they wrote, with its author (guard/carried.ts)
 *  SYN-GUARD-ENTRY     entries have the shape of `RowEntry`; names cannot collide with inherited ones (rows/entry.ts)
 *  SYN-GUARD-SCHEMA    fields this writer set pass their column's schema, when this build knows table, field and version.
 *                      Carried fields are not judged again: they may stem from another version
 *  SYN-GUARD-SHARD     a row of a known table lies in the shard that its fields put it in: who may write one region cannot
 *                      write rows of another there
 *  SYN-GUARD-AUTHOR    every live new entry is written `by` the subject; a trusted peer (null) relays many authors
 *  SYN-GUARD-DRIFT     no stamp lies further ahead of our clock than the bound: `maxDriftMs`, and for the trusted peer,
 *                      which has already judged it by its own better clock, `maxTrustedDriftMs`
 *
 * An update is trusted (subject null) when the server sends it, or when it is proven that the server once sent it
 * (receipts.ts). Of those, DECODE, GAP, STRUCT, DELETE, ENTRY and DRIFT are asked.
 */
import { type AnyTable, type Clock, nodeOf, ok, type Result, type ShardId } from '@fieldfare/kernel';
import { checkCarried } from './guard/carried.ts';
import { type Decoded, decodeUpdate, within } from './guard/decode.ts';
import { byRow, checkCrowds, checkDeletes, deletedEntries, rowOf } from './guard/deletes.ts';
import { decodeLimits, GUARD_LIMITS, type GuardLimits } from './guard/limits.ts';
import { findPlaces } from './guard/places.ts';
import { refuse } from './guard/refusal.ts';
import { parseEntry } from './rows/entry.ts';
import { DELETED_AT, nodeOfClient } from './rows/fold.ts';
import type { IndexedEntry } from './rows/index.ts';
import type { ShardDoc } from './rows/shard-doc.ts';
import type { RowEntry } from './types.ts';

/** What the guard asks of the document. */
export type Known = Pick<ShardDoc, 'clock' | 'tableAt' | 'touching' | 'size' | 'roots' | 'index'>;

/** Whose a client id is, seen from the sender. `heir`: a device of its user that is registered no more. */
export type Owner = 'sender' | 'nobody' | 'heir' | 'other';

export interface UpdateFacts {
  /** Nothing in it is new. */
  readonly noop: boolean;
  /** Client → next clock after this update, for the clients it has structs of. */
  readonly clocks: ReadonlyMap<number, number>;
  readonly entries: readonly IndexedEntry[];
  /** The rows whose live entries it changes. */
  readonly rows: readonly string[];
  /** Client ids that nobody owned and that are the sender's from now on. */
  readonly claims: readonly number[];
  readonly read: Decoded['read'];
  /** Highest `time-counter` in it with its node, as a stamp to learn; null when it has no entries. */
  readonly latest: string | null;
}

export interface InspectContext {
  readonly shard: ShardId;
  readonly known: Known;
  readonly tables: ReadonlyMap<string, AnyTable>;
  /** The user every new entry must be written by; null: the trusted server. */
  readonly subject: string | null;
  /** `end`: the clock behind what the update brings of this client. */
  readonly ownerOf: (client: number, end: number) => Owner;
  readonly clock: Clock;
  readonly limits?: GuardLimits;
}

export function inspectUpdate(update: Uint8Array, context: InspectContext): Result<UpdateFacts> {
  const { known, subject, limits = GUARD_LIMITS } = context;
  const trusted = subject === null;
  const decoded = decodeUpdate(update, known, decodeLimits(limits, trusted));
  if (!decoded.ok) return decoded;
  const { clocks, deletes, read } = decoded.value;
  const reach = (client: number): number => Math.max(known.clock(client), clocks.get(client) ?? 0);
  for (const [client, ranges] of deletes) {
    const last = ranges.at(-1);
    if (last !== undefined && last.end > reach(client)) return refuse('GAP', 'deletes what is not known here');
  }
  const claims = checkOwners(clocks, context, limits);
  if (!claims.ok) return claims;
  const found = readEntries(decoded.value, context, limits);
  if (!found.ok) return found;
  const entries = found.value;
  const gone = deletedEntries(deletes, known.index);
  const added = byRow(entries);
  if (!trusted) {
    const crowds = checkCrowds(added, deletes, known.index, limits.maxLive);
    if (!crowds.ok) return crowds;
  }
  const kept = checkDeletes(gone, added, deletes, known.index);
  if (!kept.ok) return kept;
  if (!trusted) {
    const seen = checkContexts(entries, clocks, known);
    if (!seen.ok) return seen;
    const carried = checkCarried(entries, clocks, deletes, known.index);
    if (!carried.ok) return carried;
    const fit = checkRows(entries, context);
    if (!fit.ok) return fit;
  }
  const latest = checkStamps(entries, context, limits);
  if (!latest.ok) return latest;
  const noop = decoded.value.structs.length === 0 && gone.length === 0;
  const rows = [...added.keys(), ...gone.map(({ table, entry }) => rowOf(table, entry.k))];
  return ok({ noop, clocks, entries, rows, read, claims: claims.value, latest: latest.value });
}

/** SYN-GUARD-OWNER. Gives the ids that nobody has yet. */
function checkOwners(
  clocks: Decoded['clocks'],
  { known, ownerOf, subject }: InspectContext,
  limits: GuardLimits,
): Result<readonly number[]> {
  const claims: number[] = [];
  for (const [client, clock] of clocks) {
    if (clock <= known.clock(client)) continue;
    const owner = ownerOf(client, clock);
    if (owner === 'sender') continue;
    const others =
      owner === 'other' || (owner === 'nobody' && subject !== null && isWrittenByOthers(client, subject, known));
    if (others) return refuse('OWNER', 'continues what another device has begun', {}, 'forbidden');
    claims.push(client);
  }
  if (subject !== null && claims.length > limits.maxNewClients) {
    return refuse('SIZE', 'the update comes from too many sessions', {}, 'too-large');
  }
  return ok(claims);
}

/** An id that is known but has no owner came back to a server that had lost it: it is its author's (ADR 8). */
function isWrittenByOthers(client: number, subject: string, { clock, index }: Known): boolean {
  if (clock(client) === 0) return false;
  for (const { entry } of index.ofClient(client).values()) if (entry.by !== subject) return true;
  return false;
}

/** New entries that the update itself does not delete again, with their tables. */
function readEntries(
  { structs, deletes }: Decoded,
  context: InspectContext,
  limits: GuardLimits,
): Result<IndexedEntry[]> {
  const { known, subject } = context;
  const places = findPlaces(structs, known);
  if (!places.ok) return places;
  const { tables, steps } = places.value;
  if (subject !== null) {
    if (steps > limits.maxSteps) return refuse('COST', 'the changes lie too far apart', {}, 'too-large');
    const fresh = new Set(tables).size;
    if (fresh > 1 && known.roots() + fresh > limits.maxTables)
      return refuse('SIZE', 'too many tables', {}, 'too-large');
  }
  const entries: IndexedEntry[] = [];
  for (const [i, { client, clock, length, values, firstNew }] of structs.entries()) {
    if (values === null) continue;
    const table = tables[i] ?? '';
    for (let at = firstNew; at < clock + length; at++) {
      const parsed = parseEntry(values[at - firstNew]);
      if (!parsed.ok) return parsed;
      if (within(deletes.get(client), at)) continue;
      const entry = parsed.value;
      if (subject !== null && entry.by !== subject) {
        return refuse('AUTHOR', 'written in the name of somebody else', {}, 'forbidden');
      }
      entries.push({ client, clock: at, table, entry });
    }
  }
  return ok(entries);
}

/** SYN-GUARD-SCHEMA and SYN-GUARD-SHARD. The dearest question, so the last. */
function checkRows(entries: readonly IndexedEntry[], { shard, tables }: InspectContext): Result<void> {
  for (const { client, table: name, entry } of entries) {
    const table = tables.get(name);
    if (table === undefined) continue;
    const shape = table.row.shape as Readonly<Record<string, { safeParse(value: unknown): { success: boolean } }>>;
    if (shape.id?.safeParse(entry.k).success === false) return refuse('SCHEMA', 'not a row key of this table');
    if (entry.v > table.version) continue;
    if (!belongsTo(shard, table, entry)) return refuse('SHARD', 'the row belongs to another shard');
    const node = nodeOfClient(client);
    for (const field of Object.keys(entry.f)) {
      if (nodeOf(entry.s[field] ?? '') !== node) continue;
      const value = entry.f[field];
      const fits =
        field === DELETED_AT
          ? value === null || typeof value === 'string'
          : !Object.hasOwn(shape, field) || shape[field]?.safeParse(value).success !== false;
      if (!fits) return refuse('SCHEMA', 'a value does not fit its column', { path: [name, field] });
    }
  }
  return ok(undefined);
}

function belongsTo(shard: ShardId, table: AnyTable, { k, f }: RowEntry): boolean {
  try {
    return table.shardOf({ ...f, id: k } as never) === shard;
  } catch {
    return false; // a field that it reads is not what it should be
  }
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
