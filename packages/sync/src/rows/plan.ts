/**
 * Turns row changes into entries, or says what is wrong with them.
 *
 *  SYN-COMMIT-TABLE    the table is declared and its rows live in shards
 *  SYN-COMMIT-FIELD    field names and values can be stored
 *  SYN-COMMIT-SCHEMA   a created row passes its schema whole; of a changed row the fields that change must pass
 *                      (another field may be of a version or a merge that this build would not have written)
 *  SYN-COMMIT-SHARD    the row lies in the shard its table puts it in
 *  SYN-COMMIT-MISSING  a row that is not there cannot be deleted
 *  SYN-COMMIT-SIZE     no peer would take a row with more fields, sessions or unsettled values than the limits say
 */
import {
  type AnyTable,
  fail,
  type Hlc,
  type JsonValue,
  ok,
  type Problem,
  problem,
  type Result,
  type RowChange,
  type ShardId,
} from '@fieldfare/kernel';
import type { FoldedRow } from '../types.ts';
import { isFieldName, isRowKey, isWithinBounds } from './entry.ts';
import { DELETED_AT, type MergeOf } from './fold.ts';
import { isPlainJson } from './json.ts';
import { mergeEntry } from './merge.ts';
import type { EntryWrite, ShardDoc } from './shard-doc.ts';

/** How each field of a table merges. */
export function mergeOfTables(tables: ReadonlyMap<string, AnyTable>): (table: string) => MergeOf {
  const latest: MergeOf = () => 'latest';
  const policies = new Map<string, MergeOf>();
  for (const [name, { merge }] of tables) {
    policies.set(name, (field) => (Object.hasOwn(merge, field) ? (merge[field] ?? 'latest') : 'latest'));
  }
  return (table) => policies.get(table) ?? latest;
}

export interface Plan {
  readonly writes: ReadonlyMap<ShardId, readonly EntryWrite[]>;
  /** By change, in the order given. */
  readonly before: readonly (FoldedRow | null)[];
}

interface Target {
  readonly table: AnyTable;
  readonly shard: ShardId;
  readonly id: string;
  readonly before: FoldedRow | null;
  readonly set: Record<string, JsonValue>;
  /** Index of the last change of this row, for problem paths. */
  index: number;
}

/** Plans all changes or none. Several changes of one row become one write; the later one wins. */
export function planWrites(
  changes: readonly RowChange[],
  { stamp, by }: { readonly stamp: Hlc; readonly by: string },
  tables: ReadonlyMap<string, AnyTable>,
  mergeOf: (table: string) => MergeOf,
  docOf: (shard: ShardId) => ShardDoc,
): Result<Plan> {
  const problems: Problem[] = [];
  const targets = new Map<string, Target>();
  const before: (FoldedRow | null)[] = [];
  for (const [index, change] of changes.entries()) {
    const table = tables.get(change.table);
    const flaw = flawOf(change, table);
    if (flaw !== null || table === undefined) {
      if (flaw !== null) problems.push({ ...flaw, path: [index, ...(flaw.path ?? [])] });
      continue;
    }
    const { shard, id } = change;
    const key = `${shard}\n${change.table}\n${id}`;
    let target = targets.get(key);
    if (target === undefined) {
      target = { table, shard, id, before: docOf(shard).row(change.table, id), set: {}, index };
      targets.set(key, target);
    }
    target.index = index;
    for (const field of Object.keys(change.set)) {
      if (field !== 'id') target.set[field] = change.set[field] as JsonValue;
    }
    before.push(target.before);
  }
  for (const target of targets.values()) problems.push(...judge(target));
  const [first, ...rest] = problems;
  if (first !== undefined) return fail(first, ...rest);

  const writes = new Map<ShardId, EntryWrite[]>();
  for (const { table, shard, id, set, index } of targets.values()) {
    const live = docOf(shard).index.live(table.name, id);
    const entry = mergeEntry(live, { key: id, set, stamp, by, version: table.version }, mergeOf(table.name));
    if (!isWithinBounds(entry)) {
      return fail(problem('too-large', 'a row has grown too large', { rule: 'SYN-COMMIT-SIZE', path: [index] }));
    }
    const list = writes.get(shard);
    if (list === undefined) writes.set(shard, [{ table: table.name, entry }]);
    else list.push({ table: table.name, entry });
  }
  return ok({ writes, before });
}

/** What is wrong with a change whatever the row looks like. */
function flawOf(change: RowChange, table: AnyTable | undefined): Problem | null {
  const flaw = (rule: string, message: string, ...path: string[]): Problem =>
    problem('invalid', message, { rule: `SYN-COMMIT-${rule}`, path });
  if (table === undefined) return flaw('TABLE', 'this version does not know the table', 'table');
  if (table.sync !== 'replicated' && table.sync !== 'server') return flaw('TABLE', 'the table is not stored', 'table');
  if (!isRowKey(change.id)) return flaw('FIELD', 'not a row key', 'id');
  for (const [field, value] of Object.entries(change.set)) {
    if (field === 'id' && value === change.id) continue;
    if (field === 'id' || !isFieldName(field)) return flaw('FIELD', 'not a field name', 'set', field);
    if (!isPlainJson(value)) return flaw('FIELD', 'the value cannot be stored', 'set', field);
    if (field === DELETED_AT && value !== null && typeof value !== 'string') {
      return flaw('FIELD', 'the time of deletion is text or null', 'set', field);
    }
  }
  return null;
}

/** What is wrong with the row that would result. */
function judge({ table, shard, id, before, set, index }: Target): Problem[] {
  const deletes = Object.hasOwn(set, DELETED_AT) && set[DELETED_AT] !== null;
  if (before === null && deletes && Object.keys(set).length === 1) {
    const rule = 'SYN-COMMIT-MISSING';
    return [problem('not-found', 'the row to delete is not there', { rule, path: [index, 'id'] })];
  }
  const row = { ...before?.fields, ...set, id };
  const parsed = table.row.safeParse(row);
  const issues = parsed.success
    ? []
    : parsed.error.issues.filter(
        ({ path }) => before === null || path.length === 0 || Object.hasOwn(set, String(path[0])),
      );
  if (issues.length > 0) {
    return issues.map(({ path, message }) =>
      problem('invalid', message, {
        rule: 'SYN-COMMIT-SCHEMA',
        path: [index, 'set', ...path.map((part) => (typeof part === 'symbol' ? String(part) : part))],
      }),
    );
  }
  const placed = before === null || table.shardFields.some((field) => Object.hasOwn(set, field));
  if (placed && table.shardOf(row as never) !== shard) {
    const rule = 'SYN-COMMIT-SHARD';
    return [problem('invalid', 'the row belongs to another shard', { rule, path: [index, 'shard'] })];
  }
  return [];
}
