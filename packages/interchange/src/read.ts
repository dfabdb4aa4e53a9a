/**
 * A file's records as typed rows, or as errors that name line and column. An error says what is wrong and what is
 * allowed; it never repeats the cell, which may hold health data.
 *
 *  IMP-COLUMN     see mapping.ts
 *  IMP-REQUIRED   a required cell is not blank
 *  IMP-VALUE      a cell follows its field's format, and what it refers to exists
 *  IMP-DUPLICATE  no two records speak of the same row
 *  IMP-SCHEMA     the row passes its table's schema
 *  IMP-PLACE, IMP-DATES, IMP-ROLE, IMP-WINDOW, IMP-PATIENT  what single kinds ask for across cells
 */
import { ok, type Result } from '@fieldfare/kernel';
import { type CsvRecord, parseCsv } from './csv/parse.ts';
import { unescapeFormula } from './csv/write.ts';
import type { Fault, ImportContext, Kind, Lookup, Values } from './kinds/kind.ts';
import { type AnyRow, type ImportKind, kindOf } from './kinds/kinds.ts';
import { createLookup } from './kinds/lookup.ts';
import { type BoundField, bindMapping, type ColumnMapping, suggestMapping } from './mapping.ts';

export interface RowError {
  /** Line of the file, from 1. */
  readonly line: number;
  /** Name of the column, null when the whole record is meant. */
  readonly column: string | null;
  readonly field: string | null;
  readonly rule: string;
  /** A sentence without the cell's value. */
  readonly message: string;
}

export interface ImportedRow {
  readonly line: number;
  /** The whole row as it would be created. */
  readonly row: AnyRow;
  /** Row fields that the file gave. On an update the others keep their value; blank cells give nothing. */
  readonly given: readonly string[];
}

export interface ReadOutcome {
  readonly kind: ImportKind;
  readonly rowCount: number;
  readonly rows: readonly ImportedRow[];
  /** Ordered by line; at most `MAX_ERRORS`, `errorCount` counts all. */
  readonly errors: readonly RowError[];
  readonly errorCount: number;
  /** Weeks that the rows lie in (visits), to load before planning. */
  readonly weeks: readonly string[];
}

export const MAX_ERRORS = 500;

/** Reads `input` by `mapping`, or by what its headers suggest. Fails when the file as a whole cannot be read. */
export function readCsv(
  kind: ImportKind,
  input: string | Uint8Array,
  mapping: ColumnMapping | null,
  context: ImportContext,
): Result<ReadOutcome> {
  const file = parseCsv(input);
  if (!file.ok) return file;
  const bound = bindMapping(kind, file.value.columns, mapping ?? suggestMapping(kind, file.value.columns));
  if (!bound.ok) return bound;
  const reader = createReader(kindOf(kind), bound.value, createLookup(context));
  for (const record of file.value.records) reader.read(record);
  const { rows, errors, errorCount } = reader.outcome();
  const weeks = new Set(rows.flatMap(({ row }) => ('week' in row && typeof row.week === 'string' ? [row.week] : [])));
  return ok({ kind, rowCount: file.value.records.length, rows, errors, errorCount, weeks: [...weeks].sort() });
}

function createReader(kind: Kind<AnyRow>, bound: readonly BoundField[], lookup: Lookup) {
  const rows: ImportedRow[] = [];
  const errors: RowError[] = [];
  let errorCount = 0;
  /** Lines by identity, for duplicates and for telling repeated lines apart. */
  const seen = new Map<string, number[]>();
  const columnOf = new Map(bound.map(({ field, column }) => [field.key, column]));

  const report = (line: number, field: string | null, rule: string, message: string): void => {
    errorCount += 1;
    const column = field === null ? null : (columnOf.get(field) ?? null);
    if (errors.length < MAX_ERRORS) errors.push({ line, column, field, rule, message });
  };

  function valuesOf({ line, cells }: CsvRecord): Values | null {
    const values = new Map<string, unknown>();
    let sound = true;
    for (const { field, index } of bound) {
      const cell = unescapeFormula(cells[index] ?? '');
      if (cell === '') {
        if (!field.required) continue;
        report(line, field.key, 'IMP-REQUIRED', `"${field.label}" is blank: ${field.format}`);
        sound = false;
        continue;
      }
      const read = field.read(cell, lookup);
      if (read.ok) values.set(field.key, read.value);
      else {
        report(line, field.key, 'IMP-VALUE', `"${field.label}" must be ${read.allowed}`);
        sound = false;
      }
    }
    return sound ? values : null;
  }

  /** How many records before this one speak of the same thing, or null when that is a mistake. */
  function ordinalOf(line: number, values: Values): number | null {
    const identity = kind.identity(values);
    const lines = seen.get(identity);
    if (!lines) {
      seen.set(identity, [line]);
      return 0;
    }
    if (kind.repeated(values) === 'duplicate') {
      const field = bound.some((item) => item.field.key === 'reference') ? 'reference' : null;
      report(line, field, 'IMP-DUPLICATE', `the same number stands on line ${lines[0]}`);
      return null;
    }
    return lines.push(line) - 1;
  }

  return {
    read(record: CsvRecord): void {
      const values = valuesOf(record);
      const nth = values && ordinalOf(record.line, values);
      if (values === null || nth === null) return;
      const built = kind.build(values, lookup, nth);
      if (isFaults(built)) {
        for (const { field, rule, message } of built) {
          const label = kind.fields.find(({ key }) => key === field)?.label;
          report(record.line, field, rule, label ? `"${label}" ${message}` : message);
        }
        return;
      }
      const broken = kind.check(built.row);
      for (const { field, message } of broken) {
        report(record.line, kind.fieldOf[field] ?? field, 'IMP-SCHEMA', message);
      }
      if (broken.length === 0) rows.push({ line: record.line, ...built });
    },
    outcome: () => ({ rows, errors, errorCount }),
  };
}

function isFaults(built: ReturnType<Kind<AnyRow>['build']>): built is readonly Fault[] {
  return Array.isArray(built);
}
