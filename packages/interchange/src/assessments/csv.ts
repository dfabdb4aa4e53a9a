/**
 * Assessments as CSV. Wide: one line an assessment, a column for each item code (`C1`, or `iC1`). Long: one line an
 * answer, with the columns Item and Value. Both begin with Patient number, Instrument, Version, Assessed on.
 *
 *  ASC-COLUMN   the file has the columns that say whose assessment it is, of which form and day
 */
import type { Instrument } from '@fieldfare/domain/assessments';
import { fail, ok, problem, type Result } from '@fieldfare/kernel';
import { type CsvFile, type CsvRecord, parseCsv } from '../csv/parse.ts';
import { unescapeFormula } from '../csv/write.ts';
import { fold } from '../kinds/cells.ts';
import type { StatedAnswer, StatedAssessment } from './response.ts';

const NAMES = {
  reference: ['patient number', 'reference', 'patient', 'client number', 'numero du patient'],
  instrument: ['instrument', 'form', 'outil'],
  version: ['version', 'form version'],
  assessedOn: ['assessed on', 'date', 'reference date', 'date d evaluation'],
  item: ['item', 'code', 'item code'],
  value: ['value', 'answer', 'valeur'],
} as const;
type ColumnName = keyof typeof NAMES;

const INSTRUMENT_NAMES: Readonly<Record<string, Instrument>> = {
  'interrai hc': 'interrai-hc',
  hc: 'interrai-hc',
  'rai hc': 'interrai-hc',
  'interrai ca': 'interrai-ca',
  ca: 'interrai-ca',
  interraica: 'interrai-ca',
  'interrai bmhs': 'interrai-bmhs',
  bmhs: 'interrai-bmhs',
};

/** `iC1`, as exchange files name items, is `C1`. */
const codeOf = (column: string): string => column.trim().replace(/^i(?=[A-Z]\d)/, '');

const numberOf = (cell: string): number | null => (/^\d{1,4}$/.test(cell) ? Number(cell) : null);

export function readAssessmentCsv(input: string): Result<readonly StatedAssessment[]> {
  const file = parseCsv(input);
  if (!file.ok) return file;
  const columns = columnsOf(file.value);
  const lacking = (['reference', 'instrument', 'version', 'assessedOn'] as const).filter((name) => !columns.has(name));
  if (lacking.length > 0) {
    const [first, ...rest] = lacking.map((name) =>
      problem('invalid', `no column holds "${NAMES[name][0]}"`, { rule: 'ASC-COLUMN', path: [name] }),
    );
    if (first) return fail(first, ...rest);
  }
  return ok(columns.has('item') && columns.has('value') ? long(file.value, columns) : wide(file.value, columns));
}

function columnsOf({ columns }: CsvFile): ReadonlyMap<ColumnName, number> {
  const folded = columns.map(fold);
  return new Map(
    (Object.entries(NAMES) as [ColumnName, readonly string[]][]).flatMap(([name, names]) => {
      const index = folded.findIndex((column) => names.includes(column));
      return index < 0 ? [] : [[name, index] as const];
    }),
  );
}

const cellOf = ({ cells }: CsvRecord, index: number | undefined): string =>
  unescapeFormula(index === undefined ? '' : (cells[index] ?? '')).trim();

function head(
  record: CsvRecord,
  columns: ReadonlyMap<ColumnName, number>,
): Pick<StatedAssessment, 'instrument' | 'version' | 'reference' | 'assessedOn'> {
  const cell = (name: ColumnName): string => cellOf(record, columns.get(name));
  return {
    instrument: INSTRUMENT_NAMES[fold(cell('instrument'))] ?? null,
    version: cell('version'),
    reference: cell('reference') || null,
    assessedOn: cell('assessedOn') || null,
  };
}

function wide(file: CsvFile, columns: ReadonlyMap<ColumnName, number>): readonly StatedAssessment[] {
  const taken = new Set(columns.values());
  const items = file.columns.flatMap((column, index) => (taken.has(index) ? [] : [{ code: codeOf(column), index }]));
  return file.records.map((record, position) => ({
    nth: position + 1,
    line: record.line,
    ...head(record, columns),
    amended: false,
    answers: items.flatMap(({ code, index }): StatedAnswer[] => {
      const cell = cellOf(record, index);
      return cell === '' ? [] : [{ code, value: numberOf(cell), line: record.line }];
    }),
    faults: [],
  }));
}

function long(file: CsvFile, columns: ReadonlyMap<ColumnName, number>): readonly StatedAssessment[] {
  const groups = new Map<string, { readonly first: CsvRecord; readonly answers: StatedAnswer[] }>();
  for (const record of file.records) {
    const { instrument, version, reference, assessedOn } = head(record, columns);
    const key = JSON.stringify([reference?.toLowerCase(), instrument, version, assessedOn]);
    const group = groups.get(key) ?? { first: record, answers: [] };
    groups.set(key, group);
    const value = cellOf(record, columns.get('value'));
    const code = codeOf(cellOf(record, columns.get('item')));
    if (value !== '') group.answers.push({ code, value: numberOf(value), line: record.line });
  }
  return [...groups.values()].map(({ first, answers }, position) => ({
    nth: position + 1,
    line: first.line,
    ...head(first, columns),
    amended: false,
    answers,
    faults: [],
  }));
}
