/** The one entry that replaces all live entries of a row when somebody writes it. */
import type { Hlc, JsonValue } from '@fieldfare/kernel';
import { nodeOf } from '@fieldfare/kernel';
import type { RowEntry } from '../types.ts';
import { type Candidate, type LiveEntry, type MergeOf, momentOf, stateOf } from './fold.ts';

export interface RowWrite {
  readonly key: string;
  /** Fields this write sets; it settles their siblings. */
  readonly set: Readonly<Record<string, JsonValue>>;
  readonly stamp: Hlc;
  readonly by: string;
  /** Version of the writer's table; the row keeps a higher one. */
  readonly version: number;
}

/**
 * Merges `live` (may be empty) with `write`. Unsettled candidates of fields that the write does not set are carried
 * in `x`; the context joins all contexts seen and the write's own stamp.
 */
export function mergeEntry(live: readonly LiveEntry[], write: RowWrite, mergeOf: MergeOf): RowEntry {
  const f: Record<string, JsonValue> = {};
  const s: Record<string, Hlc> = {};
  const x: Record<string, (readonly [JsonValue, Hlc])[]> = {};
  const u: Record<string, string> = {};
  const node = nodeOf(write.stamp);

  const credit = ({ stamp, by }: Candidate): void => {
    const writer = nodeOf(stamp);
    if (by === '' || (writer === node && by === write.by)) return;
    if (writer !== node && (u[writer] === undefined || u[writer] === by)) u[writer] = by;
    else u[stamp] = by; // one node wrote for several users: name this stamp's on its own
  };
  for (const [field, { shown, others }] of stateOf(live, mergeOf)) {
    if (Object.hasOwn(write.set, field)) continue;
    if (shown !== null) {
      f[field] = shown.value;
      s[field] = shown.stamp;
      credit(shown);
    }
    if (others.length === 0) continue;
    x[field] = others.map(({ value, stamp }) => [value, stamp]);
    for (const other of others) credit(other);
  }
  for (const field of Object.keys(write.set)) {
    f[field] = write.set[field] as JsonValue;
    s[field] = write.stamp;
  }

  const c: Record<string, string> = {};
  for (const { entry } of live) {
    for (const [seen, moment] of Object.entries(entry.c)) {
      const known = c[seen];
      if (known === undefined || known < moment) c[seen] = moment;
    }
  }
  c[node] = momentOf(write.stamp);

  return {
    k: write.key,
    f,
    s,
    c,
    by: write.by,
    ...(Object.keys(u).length > 0 ? { u } : {}),
    v: live.reduce((highest, { entry }) => Math.max(highest, entry.v), write.version),
    ...(Object.keys(x).length > 0 ? { x } : {}),
  };
}
