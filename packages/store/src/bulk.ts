/** Upserts encoded rows in bulk. */
import type { Transaction } from '@electric-sql/pglite';
import { encodeRow, hasUsableKey, type SqlText } from './encode.ts';
import { quote, type TableSchema } from './schema.ts';
import type { ProjectableRow } from './types.ts';

/** Rows a statement: more gains nothing and holds more text in WASM memory. */
const CHUNK = 2_000;

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

const statements = new WeakMap<TableSchema, string>();

function upsertSql(table: TableSchema): string {
  const known = statements.get(table);
  if (known !== undefined) return known;
  const names = table.columns.map(({ column }) => quote(column));
  const record = table.columns.map(({ column, kind }) => `${quote(column)} ${kind}`).join(', ');
  const updates = names.slice(1).map((name) => `${name} = excluded.${name}`);
  const target = quote(table.name);
  const sql = `insert into ${target} (${names.join(', ')})
select ${names.join(', ')} from jsonb_to_recordset($1::jsonb) as r(${record})
on conflict (id) do update set ${updates.join(', ')}
where excluded._shard <= ${target}._shard`;
  statements.set(table, sql);
  return sql;
}

/** The rows as a JSON array of objects keyed by column. */
function recordset(table: TableSchema, rows: readonly (readonly SqlText[])[]): string {
  const keys = table.columns.map(({ column, kind }) => ({ key: `${JSON.stringify(column)}:`, raw: kind !== 'text' }));
  const objects = rows.map((values) => {
    const members: string[] = [];
    for (const [index, { key, raw }] of keys.entries()) {
      const value = values[index] ?? null;
      if (value !== null) members.push(key + (raw ? value : JSON.stringify(value)));
    }
    return `{${members.join(',')}}`;
  });
  return `[${objects.join(',')}]`;
}

/** Upserts rows of one table, each id once. */
export async function upsertRows(
  trx: Pick<Transaction, 'query'>,
  table: TableSchema,
  rows: readonly ProjectableRow[],
): Promise<void> {
  const encoded = lastOfEach(rows)
    .filter(hasUsableKey)
    .map((row) => encodeRow(table, row));
  for (let from = 0; from < encoded.length; from += CHUNK) {
    await trx.query(upsertSql(table), [recordset(table, encoded.slice(from, from + CHUNK))]);
  }
}
