/**
 * Text of a CSV file. With a byte-order mark and CRLF, because that is what makes Excel read accents and lines.
 *
 *  CSV-FORMULA  a cell that a spreadsheet would run as a formula (it begins with = + - @, a tab or a carriage return)
 *               gets a leading apostrophe; reading takes it off again
 *  CSV-BREAK    a cell with a line break of any kind is quoted
 */
import { stringify } from 'csv-stringify/browser/esm/sync';

/** Numbers are written as they are: a leading minus is no formula. */
export type CsvCell = string | number;

export interface WriteOptions {
  readonly delimiter?: ',' | ';' | '\t';
  /** Leave the byte-order mark out, for programs. */
  readonly bare?: boolean;
}

export function writeCsv(
  columns: readonly string[],
  rows: readonly (readonly CsvCell[])[],
  { delimiter = ',', bare = false }: WriteOptions = {},
): string {
  return stringify([[...columns], ...rows.map((row) => row.map(shield))], {
    bom: !bare,
    delimiter,
    escape_formulas: true,
    record_delimiter: 'windows',
    quoted_match: /[\r\n]/,
  });
}

const ESCAPED = /^'(?='*[=+\-@\t\r＝＋－＠])/;

/** A cell that already looks shielded gets one more apostrophe, so that reading gives it back as it was. */
const shield = (cell: CsvCell): CsvCell => (typeof cell === 'string' && ESCAPED.test(cell) ? `'${cell}` : cell);

/** Takes off the apostrophe that `writeCsv` put before what looks like a formula. */
export const unescapeFormula = (cell: string): string => cell.replace(ESCAPED, '');
