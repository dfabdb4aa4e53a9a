/** One hash a table, whatever the order its rows came in. */
import type { SqlSession } from './engine.ts';
import { quote, type StoreSchema, TENANT_COLUMN } from './schema.ts';

/** Columns of a derived table in name order. */
async function derivedColumns(engine: SqlSession, table: string): Promise<readonly string[]> {
  const { rows } = await engine.query<{ name: string }>(
    `select column_name as name from information_schema.columns
     where table_schema = current_schema() and table_name = $1 and column_name <> '${TENANT_COLUMN}' order by column_name collate "C"`,
    [table],
  );
  return rows.map(({ name }) => name);
}

/** SHA-256 over the sorted SHA-256s of a table's rows: equal for equal sets of rows, in whatever order they came. */
async function hashOf(engine: SqlSession, table: string, columns: readonly string[]): Promise<string> {
  const { rows } = await engine.query<{ hash: string }>(
    `select encode(sha256(coalesce(string_agg(hash, ''::bytea order by hash), ''::bytea)), 'hex') as hash
     from (select sha256(convert_to(row(${columns.map(quote).join(', ')})::text, 'UTF8')) as hash
           from ${quote(table)}) as hashes`,
  );
  return rows[0]?.hash ?? '';
}

export async function digestOf(engine: SqlSession, schema: StoreSchema): Promise<Readonly<Record<string, string>>> {
  const digest: [string, string][] = [];
  for (const table of schema.tables.values())
    digest.push([table.name, await hashOf(engine, table.name, table.content)]);
  for (const name of schema.derived) {
    digest.push([name, await hashOf(engine, name, await derivedColumns(engine, name))]);
  }
  return Object.fromEntries(digest.sort(([a], [b]) => (a < b ? -1 : 1)));
}
