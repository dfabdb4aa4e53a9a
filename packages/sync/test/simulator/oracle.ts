/**
 * What causality alone says about rows: of the writes of one field those stand that no later write of it had seen. Knows
 * nothing of entries, contexts or the fold, and no clock decides anything but which of the survivors is shown.
 */
import type { AnyTable, JsonValue, ShardId } from '@fieldfare/kernel';
import { stableText } from '../../src/rows/json.ts';
import type { FoldedRow } from '../../src/types.ts';
import { sawWrite, type Write } from './history.ts';

interface FieldWrite {
  readonly write: Write;
  readonly value: JsonValue;
}

export const rowPlace = (shard: ShardId, key: string): string => `${shard}\n${key}`;

const DELETED_AT = 'deletedAt';

/** Whether the writer of `later` had seen what `earlier` made of a row, be it in the entry of whoever wrote on in between. */
export type Saw = (later: Write, earlier: Write) => boolean;

/** What was seen of each row. `writes`: in the order in which they were made. */
export function causalityOf(writes: readonly Write[]): (shard: ShardId, key: string) => Saw {
  const rows = new Map<string, Map<Write, ReadonlySet<Write>>>();
  for (const write of writes) {
    for (const { key } of write.rows) {
      const at = rowPlace(write.shard, key);
      const row = rows.get(at) ?? new Map<Write, ReadonlySet<Write>>();
      rows.set(at, row);
      const seen = new Set<Write>();
      for (const [earlier, before] of row) {
        if (!sawWrite(write, earlier)) continue;
        seen.add(earlier);
        for (const each of before) seen.add(each);
      }
      row.set(write, seen);
    }
  }
  return (shard, key) => (later, earlier) => rows.get(rowPlace(shard, key))?.get(later)?.has(earlier) ?? false;
}

const survivorsOf = (field: readonly FieldWrite[], saw: Saw): FieldWrite[] =>
  field.filter(({ write }) => !field.some((later) => saw(later.write, write)));

function shownOf(survivors: readonly FieldWrite[], earliest: boolean): FieldWrite | undefined {
  return survivors.toSorted((a, b) => {
    if (!earliest) return a.write.stamp > b.write.stamp ? -1 : 1;
    if ((a.value === null) !== (b.value === null)) return a.value === null ? 1 : -1;
    return a.write.stamp < b.write.stamp ? -1 : 1;
  })[0];
}

const textsOf = (values: readonly JsonValue[]): string => [...new Set(values.map(stableText))].sort().join(' | ');

export interface Expected {
  readonly shard: ShardId;
  readonly key: string;
  readonly fields: ReadonlyMap<string, readonly FieldWrite[]>;
  readonly saw: Saw;
}

/** Survivors of every field of every row, from the writes that stand, each with those of its rows that do. */
export function expectedRows(
  standing: readonly { readonly write: Write; readonly rows: Write['rows'] }[],
  causality: ReturnType<typeof causalityOf>,
): Expected[] {
  const rows = new Map<string, { shard: ShardId; key: string; fields: Map<string, FieldWrite[]> }>();
  for (const { write, rows: changed } of standing) {
    for (const { key, set } of changed) {
      const at = rowPlace(write.shard, key);
      let row = rows.get(at);
      if (row === undefined) {
        row = { shard: write.shard, key, fields: new Map() };
        rows.set(at, row);
      }
      for (const [field, value] of Object.entries(set)) {
        const known = row.fields.get(field);
        if (known === undefined) row.fields.set(field, [{ write, value }]);
        else known.push({ write, value });
      }
    }
  }
  return [...rows.values()].map((row) => {
    const saw = causality(row.shard, row.key);
    return { ...row, saw, fields: new Map([...row.fields].map(([field, all]) => [field, survivorsOf(all, saw)])) };
  });
}

/** What is wrong with a row as a build with these tables shows it. */
export function judgeRow(row: FoldedRow | null, expected: Expected, tables: ReadonlyMap<string, AnyTable>): string[] {
  const { key, fields, saw } = expected;
  if (row === null) return [`SYN-FOLD-UNKNOWN ${key} is not there`];
  const name = `${row.table} ${key}`;
  const wrong: string[] = [];
  for (const [field, survivors] of fields) {
    if (field === DELETED_AT) continue;
    const values = survivors.map(({ value }) => value);
    const shown = row.fields[field];
    const beside = (row.siblings[field] ?? []).map(({ value }) => value);
    const found = textsOf([...(shown === undefined ? [] : [shown]), ...beside]);
    if (found !== textsOf(values)) {
      wrong.push(`SYN-FOLD-SEEN ${name}.${field}: has ${found}, causality says ${textsOf(values)}`);
      continue;
    }
    const winner = shownOf(survivors, tables.get(row.table)?.merge[field] === 'earliest');
    if (winner !== undefined && (row.stamps[field] !== winner.write.stamp || row.authors[field] !== winner.write.by)) {
      wrong.push(
        `SYN-FOLD-WINNER ${name}.${field}: shows ${row.stamps[field]} by ${row.authors[field]}, not ${winner.write.stamp} by ${winner.write.by}`,
      );
    }
  }
  for (const field of Object.keys(row.fields)) {
    if (!fields.has(field)) wrong.push(`SYN-FOLD-UNKNOWN ${name}.${field}: nobody wrote it`);
  }
  return [...wrong, ...judgeDeletion(row, fields, saw, name)];
}

function judgeDeletion(row: FoldedRow, fields: Expected['fields'], saw: Saw, name: string): string[] {
  const deletions = (fields.get(DELETED_AT) ?? []).filter(({ value }) => value !== null);
  const edits = [...fields].flatMap(([field, survivors]) =>
    survivors.filter(({ value }) => field !== DELETED_AT || value === null),
  );
  const blind = (deletion: FieldWrite): boolean =>
    edits.some(({ write }) => write !== deletion.write && !saw(deletion.write, write) && !saw(write, deletion.write));
  if (row.deleted) {
    return deletions.some((deletion) => !blind(deletion))
      ? []
      : [`SYN-FOLD-DELETE ${name}: deleted by nobody who saw it`];
  }
  const offered = (row.siblings.deletedAt ?? []).map(({ value }) => value);
  return textsOf(offered) === textsOf(deletions.map(({ value }) => value))
    ? []
    : [
        `SYN-FOLD-DELETE ${name}: offers ${textsOf(offered)}, causality says ${textsOf(deletions.map(({ value }) => value))}`,
      ];
}
