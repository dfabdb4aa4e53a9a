/**
 * What an entry says about what others wrote. It names its writer once, in `by`, but holds values of many.
 *
 * SYN-GUARD-CARRY: what it carries on under another session's stamp is what that session wrote, with its author. Else a
 * writer could put any value under somebody else's stamp and delete the entry that says otherwise. A carried candidate
 * (field, stamp) is judged by the row's entries as they stood before the update:
 *  - one of them holds it: then value and author must be the same
 *  - none does: somebody who had seen it has replaced it since. An honest writer had not seen that replacement, so the
 *    update leaves standing an entry that covers the stamp without carrying it and holds a value this writer has not
 *    seen; the candidate falls in every fold
 *
 * SYN-GUARD-DELETE, third part: a value falls when another entry has seen its stamp and does not carry it. So an entry
 * that has seen a value that stands carries it, or has set the field anew: a bare context must not do what a delete may
 * not, and nobody settles a conflict without putting his name to it.
 */
import { nodeOf, ok, type Result } from '@fieldfare/kernel';
import { authorOf, covers, type LiveEntry, nodeOfClient, stateOf } from '../rows/fold.ts';
import type { IndexedEntry, RowIndex } from '../rows/index.ts';
import { sameValue } from '../rows/json.ts';
import type { RowEntry } from '../types.ts';
import { type Decoded, within } from './decode.ts';
import { refuse } from './refusal.ts';

interface Candidate {
  readonly field: string;
  readonly value: unknown;
  readonly stamp: string;
}

function* candidatesOf({ f, s, x }: RowEntry): Generator<Candidate> {
  for (const field of Object.keys(f)) yield { field, value: f[field], stamp: s[field] ?? '' };
  if (x === undefined) return;
  for (const field of Object.keys(x)) for (const [value, stamp] of x[field] ?? []) yield { field, value, stamp };
}

/** The values that an entry holds of one field, with their stamps. */
function* holding({ f, s, x }: RowEntry, field: string): Generator<readonly [value: unknown, stamp: string]> {
  if (Object.hasOwn(f, field)) yield [f[field], s[field] ?? ''];
  if (x !== undefined && Object.hasOwn(x, field)) yield* x[field] ?? [];
}

export function checkCarried(
  entries: readonly IndexedEntry[],
  clocks: Decoded['clocks'],
  deletes: Decoded['deletes'],
  index: RowIndex,
): Result<void> {
  for (const each of entries) {
    const { client, table, entry } = each;
    const node = nodeOfClient(client);
    const before = index.live(table, entry.k);
    const set = new Set<string>();
    const carried = new Set<string>();
    for (const candidate of candidatesOf(entry)) {
      const { field, stamp } = candidate;
      const writer = nodeOf(stamp);
      // by this session, or by another of the same device that comes with it
      const own = writer === node ? authorOf(each, stamp) === entry.by : clocks.has(Number.parseInt(writer, 36));
      if (own) set.add(field);
      else if (isTrue(each, candidate, before, deletes)) carried.add(`${field} ${stamp}`);
      else return refuse('CARRY', 'carries what its writer did not write', { path: [table, field] }, 'forbidden');
    }
    if (before.length === 0) continue;
    for (const [field, { shown, others }] of stateOf(before, () => 'latest')) {
      for (const standing of shown === null ? others : [shown, ...others]) {
        const silenced = covers(entry, standing.stamp) && !carried.has(`${field} ${standing.stamp}`);
        if (silenced && !set.has(field)) return refuse('DELETE', 'silences a value without replacing it');
      }
    }
  }
  return ok(undefined);
}

/** An entry says the same, or it was replaced since by somebody this writer has not seen. */
function isTrue(
  each: LiveEntry,
  { field, value, stamp }: Candidate,
  before: readonly LiveEntry[],
  deletes: Decoded['deletes'],
): boolean {
  let known = false;
  let fallen = false;
  for (const other of before) {
    let carries = false;
    let unseen = false;
    for (const [held, at] of holding(other.entry, field)) {
      if (!covers(each.entry, at)) unseen = true;
      if (at !== stamp) continue;
      carries = true;
      known = true;
      if (sameValue(held as never, value as never) && authorOf(other, stamp) === authorOf(each, stamp)) return true;
    }
    const left = !within(deletes.get(other.client), other.clock);
    if (!carries && unseen && left && covers(other.entry, stamp)) fallen = true;
  }
  return !known && fallen;
}
