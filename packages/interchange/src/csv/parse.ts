/**
 * CSV (RFC 4180 and what spreadsheets make of it) as a header and numbered records. 10 MB of anything are read, or refused,
 * in some tenths of a second: a server reads them between its other work.
 *
 *  CSV-EMPTY      there is a header and at least one record
 *  CSV-ROWS       at most 50,000 records, and four times as many lines, blank ones included: reading ends there
 *  CSV-SIZE       at most 100,000 characters a record
 *  CSV-QUOTE      every quote that opens a cell closes it
 *  CSV-COLUMNS    every record has as many cells as the header; empty ones at the end don't count
 *  CSV-HEADER     no two columns have one name
 *  CSV-DELIMITER  comma, semicolon, tab or bar, found by trying; `sep=;` as the first line decides
 */
import { fail, ok, type Problem, problem, type Result } from '@fieldfare/kernel';
import { readRecords } from './records.ts';
import { decodeText, type Encoding } from './text.ts';

export const MAX_ROWS = 50_000;
const MAX_LINES = 4 * MAX_ROWS;
const MAX_PROBLEMS = 20;
const SAMPLE_RECORDS = 20;

export const DELIMITERS = [',', ';', '\t', '|'] as const;
export type Delimiter = (typeof DELIMITERS)[number];

export interface CsvRecord {
  /** Line of the file on which the record starts, from 1. */
  readonly line: number;
  /** One cell a column, trimmed. */
  readonly cells: readonly string[];
}

export interface CsvFile {
  readonly delimiter: Delimiter;
  readonly encoding: Encoding;
  /** Column names. A column without one is called `Column 3`. */
  readonly columns: readonly string[];
  readonly records: readonly CsvRecord[];
}

const blank = (cells: readonly string[]): boolean => cells.every((cell) => cell.trim() === '');

/** How well a delimiter divides the beginning of the file: columns of the header, when the other records agree. */
function score(sample: string, delimiter: Delimiter): number {
  const rows: (readonly string[])[] = [];
  let read = 0;
  const { ended } = readRecords(sample, delimiter, (cells) => {
    read += 1;
    if (!blank(cells)) rows.push(cells);
    return read < SAMPLE_RECORDS;
  });
  const width = rows[0]?.length ?? 0;
  if (width < 2 || (ended !== 'all' && ended !== 'stopped')) return 0;
  const agreeing = rows.filter((cells) => cells.length === width).length;
  return width * (agreeing / rows.length) ** 4;
}

function detectDelimiter(text: string): Delimiter {
  // Whole lines only: a cut inside quotes would look like a broken file.
  const end = text.length > 65_536 ? text.lastIndexOf('\n', 65_536) : text.length;
  const sample = text.slice(0, end < 0 ? text.length : end);
  let best: Delimiter = ',';
  let bestScore = 0;
  for (const delimiter of DELIMITERS) {
    const found = score(sample, delimiter);
    if (found > bestScore) {
      best = delimiter;
      bestScore = found;
    }
  }
  return best;
}

const HINT = /^sep=([,;\t|])\r?\n/i;

export function parseCsv(input: string | Uint8Array): Result<CsvFile> {
  const decoded = decodeText(input);
  if (!decoded.ok) return decoded;
  const { encoding } = decoded.value;
  const hint = HINT.exec(decoded.value.text);
  const text = hint ? decoded.value.text.slice(hint[0].length) : decoded.value.text;
  const skipped = hint ? 1 : 0;
  const delimiter = (hint?.[1] as Delimiter | undefined) ?? detectDelimiter(text);

  const rows: CsvRecord[] = [];
  const reading = readRecords(text, delimiter, (cells, line) => {
    if (!blank(cells)) rows.push({ line: line + skipped, cells: cells.map((cell) => cell.trim()) });
    return rows.length <= MAX_ROWS + 1 && line <= MAX_LINES;
  });
  if (reading.ended === 'stopped') return fail(tooManyRows());
  if (reading.ended !== 'all') return fail(unreadable(reading.ended, reading.line + skipped));

  const [header, ...records] = rows;
  if (!header || records.length === 0) {
    return fail(problem('invalid', 'the file holds no rows below its header', { rule: 'CSV-EMPTY' }));
  }
  const columns = columnsOf(header);
  if (!columns.ok) return columns;
  const even = evenRecords(records, columns.value.length);
  if (!even.ok) return even;
  return ok({ delimiter, encoding, columns: columns.value, records: even.value });
}

const tooManyRows = (): Problem =>
  problem('too-large', 'the file has more than 50,000 rows: split it', {
    rule: 'CSV-ROWS',
    params: { maxRows: MAX_ROWS },
  });

/** Never quotes the cell. */
function unreadable(ended: 'open-quote' | 'wrong-quote' | 'too-long', line: number): Problem {
  if (ended === 'too-long') {
    return problem('too-large', `the row that begins on line ${line} is far too long`, {
      rule: 'CSV-SIZE',
      params: { line },
    });
  }
  const message =
    ended === 'open-quote'
      ? `a quote that opens on line ${line} or later is never closed`
      : `a quote stands in the wrong place on line ${line} or later: double it inside a quoted cell`;
  return problem('invalid', message, { rule: 'CSV-QUOTE', params: { line } });
}

function columnsOf(header: CsvRecord): Result<readonly string[]> {
  const cells = [...header.cells];
  while (cells.length > 1 && cells.at(-1) === '') cells.pop();
  const names = cells.map((cell, index) => (cell === '' ? `Column ${index + 1}` : cell));
  const seen = new Set<string>();
  for (const name of names) {
    const key = name.toLowerCase();
    if (seen.has(key)) {
      return fail(
        problem('invalid', 'two columns have one name: rename one of them', {
          rule: 'CSV-HEADER',
          params: { line: header.line, column: name },
        }),
      );
    }
    seen.add(key);
  }
  return ok(names);
}

function evenRecords(records: readonly CsvRecord[], width: number): Result<readonly CsvRecord[]> {
  const problems: Problem[] = [];
  const even = records.map(({ line, cells }) => {
    if (cells.length < width || !blank(cells.slice(width))) {
      if (problems.length < MAX_PROBLEMS) {
        problems.push(
          problem('invalid', `line ${line} has ${cells.length} cells where the header has ${width}`, {
            rule: 'CSV-COLUMNS',
            params: { line, expected: width, found: cells.length },
          }),
        );
      }
    }
    return { line, cells: cells.slice(0, width) };
  });
  const [first, ...rest] = problems;
  return first ? fail(first, ...rest) : ok(even);
}
