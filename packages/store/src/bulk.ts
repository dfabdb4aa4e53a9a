/**
 * Writes encoded rows in bulk, by the fastest way that was measured for each (README, "How fast"): new ones by COPY, a few
 * that stand already as one JSON argument, many of those by COPY into a staging table of the session.
 */

import { createEncoder, hasUsableKey, type SqlText, storable } from './encode.ts';
import type { SqlSession } from './engine.ts';
import { quote, type TableSchema } from './schema.ts';
import type { ProjectableRow } from './types.ts';

/** From so many changed rows on, the staging table's extra statements pay for themselves. */
const STAGE_FROM = 100;
/** Rows a statement: more gains nothing and holds more text in WASM memory. */
const CHUNK = 5_000;

/**
 * The last word on every id of a batch. An id that two shards claim (only a faulty peer makes one) is held by the
 * shard that sorts first, so the order of arrival does not matter.
 */
export function lastOfEach(rows: readonly ProjectableRow[]): ProjectableRow[] {
  const last = new Map<string, ProjectableRow>();
  for (const row of rows) {
    const known = last.get(row.id);
    if (known === undefined || row.shard <= known.shard) last.set(row.id, row);
  }
  return [...last.values()];
}

interface Statements {
  encode(row: ProjectableRow): readonly SqlText[];
  readonly fromJson: string;
  /** COPY of some columns, by number, into the table. */
  copyNew(columns: readonly number[]): string;
  readonly createStage: string;
  copyToStage(columns: readonly number[]): string;
  readonly fromStage: string;
  readonly emptyStage: string;
}

const prepared = new WeakMap<TableSchema, Statements>();

function statementsFor(table: TableSchema): Statements {
  const known = prepared.get(table);
  if (known !== undefined) return known;
  const columns = table.columns.map(({ column, kind }) => `${quote(column)} ${kind}`).join(', ');
  const names = table.columns.map(({ column }) => quote(column));
  const target = quote(table.name);
  const stage = `pg_temp.${quote(`stage_${table.name}`)}`;
  const upsertFrom = (source: string) =>
    `insert into ${target} (${names.join(', ')})
select ${names.join(', ')} from ${source}
on conflict on constraint ${quote(`${table.name}_pkey`)} do update set ${names
      .slice(1)
      .map((name) => `${name} = excluded.${name}`)
      .join(', ')}
where excluded._shard <= ${target}._shard`;
  const copyInto = (into: string) => (columns: readonly number[]) =>
    `copy ${into} (${columns.map((index) => names[index]).join(', ')}) from '/dev/blob'`;
  const statements: Statements = {
    encode: createEncoder(table),
    fromJson: upsertFrom(`jsonb_to_recordset($1::jsonb) as r(${columns})`),
    copyNew: copyInto(target),
    createStage: `create temp table if not exists ${quote(`stage_${table.name}`)} (${columns}) on commit delete rows`,
    copyToStage: copyInto(stage),
    fromStage: upsertFrom(stage),
    emptyStage: `truncate ${stage}`,
  };
  prepared.set(table, statements);
  return statements;
}

/** The rows as a JSON array of objects keyed by column. */
function recordset(table: TableSchema, rows: readonly (readonly SqlText[])[]): string {
  const keys = table.columns.map(({ column, kind }) => ({ key: `${JSON.stringify(column)}:`, raw: kind !== 'text' }));
  const objects = rows.map((values) => {
    const members: string[] = [];
    for (const [index, { key, raw }] of keys.entries()) {
      const value = values[index] ?? null;
      if (value !== null) members.push(key + (raw ? value : JSON.stringify(storable(value))));
    }
    return `{${members.join(',')}}`;
  });
  return `[${objects.join(',')}]`;
}

/** What COPY's text format escapes, in text that is about to become UTF-8, which has U+FFFD for half surrogates. */
const COPY_SPECIAL = /[\0\\\n\r\t]/;
const EVERY_COPY_SPECIAL = new RegExp(COPY_SPECIAL, 'g');
const COPY_ESCAPES: Readonly<Record<string, string>> = {
  '\0': '\uFFFD',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

const LINE_FEED = '\n'.charCodeAt(0);

/** Bytes that a row seldom exceeds. */
const ROW_BYTES = 512;

const utf8 = new TextEncoder();

/** Rows for COPY: of the columns that any of them fills. The others are null without being said. */
interface CopyRows {
  /** By number, as in `TableSchema.columns`. */
  readonly columns: readonly number[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

function filledColumns(rows: readonly (readonly SqlText[])[]): readonly number[] {
  const empty = new Set(rows[0]?.keys());
  for (const values of rows) for (const index of empty) if (values[index] !== null) empty.delete(index);
  return [...(rows[0]?.keys() ?? [])].filter((index) => !empty.has(index));
}

/** The rows in COPY's text format. */
function copyRows(rows: readonly (readonly SqlText[])[]): CopyRows {
  const columns = filledColumns(rows);
  let bytes = new Uint8Array(rows.length * ROW_BYTES);
  let length = 0;
  for (const values of rows) {
    let text = '';
    for (const index of columns) {
      const value = values[index] ?? null;
      if (value === null) text += '\\N\t';
      else if (COPY_SPECIAL.test(value))
        text += `${value.replace(EVERY_COPY_SPECIAL, (each) => COPY_ESCAPES[each] ?? each)}\t`;
      else text += `${value}\t`;
    }
    const most = 3 * text.length;
    if (bytes.length - length < most) {
      const more = new Uint8Array(2 * bytes.length + most);
      more.set(bytes.subarray(0, length));
      bytes = more;
    }
    length += utf8.encodeInto(text, bytes.subarray(length)).written;
    bytes[length - 1] = LINE_FEED; // instead of the last tab
  }
  return { columns, bytes: bytes.subarray(0, length) };
}

function* chunks<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < items.length; from += CHUNK) yield items.slice(from, from + CHUNK);
}

/** Rows ready to be written; only SQL is left to do. */
export interface PreparedRows {
  /** Rows that will stand, and how many of them replace one. */
  readonly rows: number;
  readonly changed: number;
  write(trx: SqlSession): Promise<void>;
}

/** Ids of rows that stand already. */
export type KnownIds = Pick<ReadonlySet<string>, 'has' | 'size'> & {
  add(id: string): unknown;
  delete(id: string): unknown;
};

/**
 * Prepares the upsert of rows of one table; of several with one id the last counts. `present` holds the ids that will
 * stand in the table when the rows are written, and from now on those of `rows` too. An id too many there costs time,
 * an id too few is an error of the caller's. Where every id is said to stand, nothing is copied straight into the table.
 */
export function prepareRows(
  table: TableSchema,
  rows: readonly ProjectableRow[],
  present: KnownIds,
): PreparedRows | null {
  const usable = lastOfEach(rows).filter(hasUsableKey);
  if (usable.length === 0) return null;
  const statements = statementsFor(table);
  const encode = (some: readonly ProjectableRow[]) => some.map(statements.encode);
  const added = usable.filter(({ id }) => !present.has(id));
  const changed = added.length === usable.length ? [] : usable.filter(({ id }) => present.has(id));
  const stand = (): void => {
    for (const { id } of usable) present.add(id);
  };
  stand();
  const counts = { rows: usable.length, changed: changed.length };
  const copiesOf = (some: readonly ProjectableRow[]) => [...chunks(some)].map((chunk) => copyRows(encode(chunk)));
  const few = changed.length < STAGE_FROM;
  const json = few && changed.length > 0 ? recordset(table, encode(changed)) : null;
  const [addedCopies, changedCopies] = [copiesOf(added), few ? [] : copiesOf(changed)];
  return {
    ...counts,
    async write(trx) {
      const written: Promise<unknown>[] = addedCopies.map(({ columns, bytes }) =>
        trx.query(statements.copyNew(columns), [], { copyFrom: bytes }),
      );
      if (json !== null) written.push(trx.query(statements.fromJson, [json]));
      if (changedCopies.length > 0) written.push(trx.exec(statements.createStage));
      for (const { columns, bytes } of changedCopies) {
        written.push(
          trx.query(statements.copyToStage(columns), [], { copyFrom: bytes }),
          trx.query(statements.fromStage),
          trx.exec(statements.emptyStage),
        );
      }
      await Promise.all(written);
      stand(); // a shard may have been forgotten in between
    },
  };
}
