/** Rows as a CSV file that `readCsv` reads back into the same rows, and an empty one to fill in. */
import { type CsvCell, type WriteOptions, writeCsv } from './csv/write.ts';
import type { ImportContext } from './kinds/kind.ts';
import { type AnyRow, type ImportKind, kindOf } from './kinds/kinds.ts';
import { createLookup } from './kinds/lookup.ts';

export type Language = 'en' | 'fr';

export interface ExportOptions extends WriteOptions {
  /** Language of the column names. */
  readonly language?: Language;
}

const header = (kind: ImportKind, language: Language = 'en'): readonly string[] =>
  kindOf(kind).fields.map(({ label, labelFr }) => (language === 'fr' ? labelFr : label));

export function exportCsv(
  kind: ImportKind,
  rows: readonly AnyRow[],
  context: ImportContext,
  options: ExportOptions = {},
): string {
  const { fields, write } = kindOf(kind);
  const lookup = createLookup(context);
  const cells = rows.map((row) => {
    const written = write(row, lookup);
    const plain = row as unknown as Readonly<Record<string, unknown>>;
    return fields.map(({ key }): CsvCell => {
      const value = written[key] ?? plain[key];
      return typeof value === 'string' || typeof value === 'number' ? value : '';
    });
  });
  return writeCsv(header(kind, options.language), cells, options);
}

/** A header with one line that shows the formats. */
export function templateCsv(kind: ImportKind, options: ExportOptions = {}): string {
  return writeCsv(header(kind, options.language), [kindOf(kind).fields.map(({ example }) => example)], options);
}
