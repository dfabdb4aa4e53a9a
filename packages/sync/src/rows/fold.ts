/**
 * Rows over Yjs: what the live entries of one key mean.
 *
 * A table of a shard is one `Y.Array` of immutable `RowEntry` values. Whoever writes row `k` deletes every live entry
 * of `k` and pushes one merged entry (merge.ts). Writers that did not see each other leave several live entries; the
 * fold makes one row of them. It is a pure function of the SET of entries: not of their order, the wall clock or who
 * asks. The scheme is that of dotted version vectors (Almeida et al. 2014): a stamp is the dot of a value, `c` is the
 * causal context of an entry.
 *
 *  SYN-FOLD-SEEN      a candidate (value, stamp) of a field falls when some other live entry's context covers its stamp
 *                     and that entry does not carry it: its writer saw the value and replaced it. So edits made one
 *                     after another never conflict, whoever makes them and whatever the clocks say
 *  SYN-FOLD-FIELD     fields are judged one by one: concurrent edits of different fields both stand
 *  SYN-FOLD-WINNER    the shown value is the surviving candidate with the highest stamp; in an `earliest` field the one
 *                     with the lowest stamp, a set value before null
 *  SYN-FOLD-SIBLING   every other survivor with a different value is a sibling until somebody who has seen it writes
 *                     that field; an edit of another field carries it on
 *  SYN-FOLD-CARRY     survivors of equal value are shown once but carried each: whoever replaces one of them has not
 *                     thereby seen the others. So what is carried does not depend on policies, and an older build
 *                     drops nothing a newer one would show
 *  SYN-FOLD-DELETE    a row is deleted when its `deletedAt` was written by somebody who had seen every surviving edit.
 *                     Against an edit it had not seen it is contested: the row stays visible with `siblings.deletedAt`
 *                     until somebody writes `deletedAt` (null keeps the row, a value deletes it)
 *  SYN-FOLD-UNKNOWN   fields, tables and versions that this build does not know are kept and carried like any other
 *  SYN-FOLD-SAME      replicas that hold the same entries have the same rows, siblings and authors
 */
import { type FieldMerge, type Hlc, type JsonValue, nodeOf, type ShardId } from '@fieldfare/kernel';
import type { FoldedRow, RowEntry, Sibling } from '../types.ts';
import { sameValue, stableText } from './json.ts';

/** The field that deletes. It belongs to the platform and merges by its own rule (SYN-FOLD-DELETE). */
export const DELETED_AT = 'deletedAt';

/** An entry that nobody has deleted, with its place in Yjs. */
export interface LiveEntry {
  readonly client: number;
  readonly clock: number;
  readonly entry: RowEntry;
}

/** How a field merges; `latest` when this build does not know the field. */
export type MergeOf = (field: string) => FieldMerge;

/** One value that somebody gave to a field and nobody has replaced. */
export interface Candidate {
  readonly value: JsonValue;
  readonly stamp: Hlc;
  readonly by: string;
}

/** What survived of one field. `shown` is null only for a contested `deletedAt` over a row that never had one. */
export interface FieldState {
  readonly shown: Candidate | null;
  /** All other survivors, to be carried on by the next write; some may equal the shown value (SYN-FOLD-CARRY). */
  readonly others: readonly Candidate[];
}

export type RowState = ReadonlyMap<string, FieldState>;

/** The one asked for last: an entry's fields are judged one after another. */
let lastNode = { client: 0, node: '0' };

/** The HLC node of a Yjs client. */
export function nodeOfClient(client: number): string {
  if (lastNode.client !== client) lastNode = { client, node: client.toString(36) };
  return lastNode.node;
}

/** `time-counter` of a stamp: what contexts hold per node. */
export const momentOf = (stamp: Hlc): string => stamp.slice(0, 17);

const own = <V>(object: Readonly<Record<string, V>> | undefined, key: string): V | undefined =>
  object !== undefined && Object.hasOwn(object, key) ? object[key] : undefined;

/** Whether the entry's writer had seen this stamp. */
export function covers(entry: RowEntry, stamp: Hlc): boolean {
  const seen = own(entry.c, nodeOf(stamp));
  return seen !== undefined && seen >= momentOf(stamp);
}

/** Whether the entry's writer had seen all that the other's had, itself included: then it stands in the other's place. */
export const hasSeen = (entry: RowEntry, { c }: RowEntry): boolean =>
  Object.keys(c).every((node) => (own(entry.c, node) ?? '') >= (c[node] ?? ''));

/** Who wrote `stamp`: `u` by stamp (one node that served several users), the entry's writer, `u` by node. */
export function authorOf({ client, entry }: LiveEntry, stamp: Hlc): string {
  const node = nodeOf(stamp);
  return own(entry.u, stamp) ?? (node === nodeOfClient(client) ? entry.by : own(entry.u, node)) ?? '';
}

interface Claim extends Candidate {
  /** Entries that hold it as the field's value, and entries that hold it as a sibling. */
  readonly heldBy: RowEntry[];
  readonly besideIn: RowEntry[];
}

function gather(live: readonly LiveEntry[]): Map<string, Claim[]> {
  const fields = new Map<string, Claim[]>();
  const claimOf = (field: string, value: JsonValue, stamp: Hlc, from: LiveEntry): Claim => {
    let claims = fields.get(field);
    if (claims === undefined) {
      claims = [];
      fields.set(field, claims);
    }
    const known = claims.find((claim) => claim.stamp === stamp && sameValue(claim.value, value));
    if (known !== undefined) return known;
    const claim: Claim = { value, stamp, by: authorOf(from, stamp), heldBy: [], besideIn: [] };
    claims.push(claim);
    return claim;
  };
  for (const from of live) {
    const { f, s, x } = from.entry;
    for (const field of Object.keys(f)) {
      claimOf(field, f[field] as JsonValue, own(s, field) ?? '', from).heldBy.push(from.entry);
    }
    if (x === undefined) continue;
    for (const field of Object.keys(x)) {
      for (const [value, stamp] of x[field] ?? []) claimOf(field, value, stamp, from).besideIn.push(from.entry);
    }
  }
  return fields;
}

/** SYN-FOLD-SEEN. Carrying is judged by the stamp alone, so that two values forged under one stamp cannot fell each other. */
function survivorsOf(claims: readonly Claim[], live: readonly LiveEntry[]): Claim[] {
  const carries = (entry: RowEntry, stamp: Hlc): boolean =>
    claims.some((claim) => claim.stamp === stamp && (claim.heldBy.includes(entry) || claim.besideIn.includes(entry)));
  return claims.filter(({ stamp }) => live.every(({ entry }) => !covers(entry, stamp) || carries(entry, stamp)));
}

/** Newest first. Equal stamps cannot happen between honest writers; the value's text then decides, alike everywhere. */
function newestFirst(a: Candidate, b: Candidate): number {
  if (a.stamp !== b.stamp) return a.stamp > b.stamp ? -1 : 1;
  return stableText(a.value) < stableText(b.value) ? -1 : 1;
}

/** A set-once field: the oldest set value first, nulls last. */
function setOnceFirst(a: Candidate, b: Candidate): number {
  if ((a.value === null) !== (b.value === null)) return a.value === null ? 1 : -1;
  return -newestFirst(a, b);
}

/** Of equal values the first. For showing only: SYN-FOLD-CARRY. */
function distinct(sorted: readonly Candidate[]): Candidate[] {
  return sorted.filter(({ value }, i) => !sorted.slice(0, i).some((other) => sameValue(other.value, value)));
}

function settleField(survivors: readonly Candidate[], merge: FieldMerge): FieldState {
  const [shown = null, ...others] =
    survivors.length === 1 ? survivors : survivors.toSorted(merge === 'earliest' ? setOnceFirst : newestFirst);
  return { shown, others };
}

/** SYN-FOLD-DELETE. `edits`: every survivor of every other field. */
function settleDeletion(survivors: readonly Claim[], edits: readonly Candidate[]): FieldState {
  const keeps = survivors.filter((claim) => claim.value === null).sort(newestFirst);
  const deletes = survivors.filter((claim) => claim.value !== null).sort(newestFirst);
  const unseen = (deletion: Claim, edit: Candidate): boolean =>
    !deletion.heldBy.some((entry) => covers(entry, edit.stamp));
  const contested = (deletion: Claim): boolean =>
    deletion.besideIn.length > 0 || [...edits, ...keeps].some((edit) => unseen(deletion, edit));
  const agreed = deletes.find((deletion) => !contested(deletion));
  const shown = agreed ?? keeps[0] ?? null;
  return { shown, others: survivors.filter((claim) => claim !== shown).sort(newestFirst) };
}

/** The common case, without comparing anything. */
function stateOfOne(from: LiveEntry): RowState {
  const { f, s } = from.entry;
  const state = new Map<string, FieldState>();
  for (const field of Object.keys(f)) {
    const stamp = own(s, field) ?? '';
    state.set(field, { shown: { value: f[field] as JsonValue, stamp, by: authorOf(from, stamp) }, others: [] });
  }
  return state;
}

function stateOfMany(live: readonly LiveEntry[], mergeOf: MergeOf): RowState {
  const state = new Map<string, FieldState>();
  const edits: Candidate[] = [];
  let deletions: Claim[] = [];
  for (const [field, claims] of gather(live)) {
    const survivors = survivorsOf(claims, live);
    if (survivors.length === 0) continue;
    if (field === DELETED_AT) {
      deletions = survivors;
    } else {
      for (const survivor of survivors) edits.push(survivor);
      state.set(field, settleField(survivors, mergeOf(field)));
    }
  }
  if (deletions.length > 0) state.set(DELETED_AT, settleDeletion(deletions, edits));
  return state;
}

/** What survives of each field. The entries may come in any order. */
export function stateOf(live: readonly LiveEntry[], mergeOf: MergeOf): RowState {
  const [first] = live;
  if (live.length === 1 && first !== undefined && first.entry.x === undefined) return stateOfOne(first);
  return stateOfMany(
    live.toSorted((a, b) => a.client - b.client || a.clock - b.clock),
    mergeOf,
  );
}

/** The deletions a person has to decide on: none while the row is deleted, whoever else wanted that too. */
const contestedBy = (shown: Candidate | null, others: readonly Candidate[]): readonly Candidate[] =>
  shown !== null && shown.value !== null ? [] : others.filter(({ value }) => value !== null);

/** The row of some live entries (at least one). */
export function fold(
  at: { readonly shard: ShardId; readonly table: string; readonly id: string },
  live: readonly LiveEntry[],
  mergeOf: MergeOf,
): FoldedRow {
  const fields: Record<string, JsonValue> = {};
  const stamps: Record<string, Hlc> = {};
  const authors: Record<string, string> = {};
  const siblings: Record<string, readonly Sibling[]> = {};
  let stamp = '';
  const state = stateOf(live, mergeOf);
  for (const [field, { shown, others }] of state) {
    if (shown !== null) {
      fields[field] = shown.value;
      stamps[field] = shown.stamp;
      authors[field] = shown.by;
      if (shown.stamp > stamp) stamp = shown.stamp;
    }
    for (const other of others) if (other.stamp > stamp) stamp = other.stamp;
    const shownBeside = field === DELETED_AT ? contestedBy(shown, others) : others;
    const different = shownBeside.filter((other) => shown === null || !sameValue(other.value, shown.value));
    if (different.length > 0)
      siblings[field] = distinct(different).map(({ value, stamp, by }) => ({ value, stamp, by }));
  }
  const deletion = state.get(DELETED_AT)?.shown;
  return {
    shard: at.shard,
    table: at.table,
    id: at.id,
    version: live.reduce((highest, { entry }) => Math.max(highest, entry.v), 0),
    fields,
    stamps,
    authors,
    siblings,
    deleted: deletion !== undefined && deletion !== null && deletion.value !== null,
    stamp,
  };
}
