/**
 * What an import would do, and the changes that do it.
 *
 *  IMP-ALL    all or nothing: one error in the file, and there are no changes
 *  IMP-TWICE  the same file again changes nothing: ids follow from what the rows are for
 *  IMP-KEEP   an update touches only fields that the file gives and that differ
 */
import { invariant, type JsonValue, type RowChange } from '@fieldfare/kernel';
import { type AnyRow, kindOf } from './kinds/kinds.ts';
import type { ImportedRow, ReadOutcome, RowError } from './read.ts';

export interface PlannedRow {
  readonly line: number;
  readonly id: string;
  readonly action: 'create' | 'update' | 'unchanged';
  /** Row fields that change, for an update. */
  readonly fields: readonly string[];
}

export interface ImportPlan {
  readonly kind: ReadOutcome['kind'];
  readonly rowCount: number;
  readonly creates: number;
  readonly updates: number;
  readonly unchanged: number;
  readonly errorCount: number;
  readonly errors: readonly RowError[];
  readonly rows: readonly PlannedRow[];
  /** Empty when there are errors. */
  readonly changes: readonly RowChange[];
}

/** Rows of the kind's table that are there now: of the region, or of `outcome.weeks`. Deleted ones are brought back. */
export type ExistingRow = AnyRow & { readonly deletedAt?: string | null | undefined };

export function planImport(outcome: ReadOutcome, existing: readonly ExistingRow[]): ImportPlan {
  const kind = kindOf(outcome.kind);
  const before = new Map(existing.map((row) => [row.id, row]));
  const rows: PlannedRow[] = [];
  const changes: RowChange[] = [];
  for (const imported of outcome.rows) {
    const { line, row } = imported;
    const old = before.get(row.id);
    if (!old || old.deletedAt) {
      const created = kind.create(row);
      changes.push(old?.deletedAt ? { ...created, set: { ...created.set, deletedAt: null } } : created);
      rows.push({ line, id: row.id, action: 'create', fields: [] });
      continue;
    }
    const set = difference(imported, old);
    const fields = Object.keys(set);
    if (fields.length > 0) changes.push(kind.update(old, set as Partial<AnyRow>));
    rows.push({ line, id: row.id, action: fields.length > 0 ? 'update' : 'unchanged', fields });
  }
  const count = (action: PlannedRow['action']): number => rows.filter((row) => row.action === action).length;
  return {
    kind: outcome.kind,
    rowCount: outcome.rowCount,
    creates: count('create'),
    updates: count('update'),
    unchanged: count('unchanged'),
    errorCount: outcome.errorCount,
    errors: outcome.errors,
    rows,
    changes: outcome.errorCount > 0 ? [] : changes,
  };
}

function difference({ row, given }: ImportedRow, old: AnyRow): Record<string, JsonValue> {
  const wanted = row as unknown as Readonly<Record<string, JsonValue | undefined>>;
  const held = old as unknown as Readonly<Record<string, JsonValue | undefined>>;
  const set: Record<string, JsonValue> = {};
  for (const field of given) {
    const value = wanted[field];
    invariant(value !== undefined, `an import gives ${field} without a value`);
    if (!equal(value, held[field])) set[field] = value;
  }
  return set;
}

/** Deep equality of JSON values; order of keys does not count. */
function equal(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const left = Object.entries(a);
  return (
    Array.isArray(a) === Array.isArray(b) &&
    left.length === Object.keys(b).length &&
    left.every(([key, value]) => equal(value, (b as Readonly<Record<string, JsonValue>>)[key]))
  );
}
