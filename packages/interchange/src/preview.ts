/** A first look at a file: what it holds and how its columns would be read. */
import { ok, type Result } from '@fieldfare/kernel';
import { type CsvFile, type Delimiter, parseCsv } from './csv/parse.ts';
import type { Encoding } from './csv/text.ts';
import type { ImportKind } from './kinds/kinds.ts';
import { type ColumnMapping, type FieldInfo, importFields, suggestMapping } from './mapping.ts';

export interface CsvPreview {
  readonly kind: ImportKind;
  readonly columns: readonly string[];
  /** The first five records, cell by column. */
  readonly sampleRows: readonly (readonly string[])[];
  readonly rowCount: number;
  readonly delimiter: Delimiter;
  readonly encoding: Encoding;
  readonly mapping: ColumnMapping;
  /** Required fields for which no column was recognised. */
  readonly missing: readonly string[];
  readonly fields: readonly FieldInfo[];
}

const SAMPLE = 5;

export function previewCsv(kind: ImportKind, input: string | Uint8Array): Result<CsvPreview> {
  const file = parseCsv(input);
  return file.ok ? ok(previewOf(kind, file.value)) : file;
}

function previewOf(kind: ImportKind, file: CsvFile): CsvPreview {
  const mapping = suggestMapping(kind, file.columns);
  const fields = importFields(kind);
  return {
    kind,
    columns: file.columns,
    sampleRows: file.records.slice(0, SAMPLE).map(({ cells }) => cells),
    rowCount: file.records.length,
    delimiter: file.delimiter,
    encoding: file.encoding,
    mapping,
    missing: fields.filter(({ key, required }) => required && !(key in mapping)).map(({ key }) => key),
    fields,
  };
}
