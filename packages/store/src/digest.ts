/** One hash a table, whatever the order its rows came in. */
import type { PGlite } from '@electric-sql/pglite';
import { quote, type StoreSchema } from './schema.ts';

/**
 * SHA-256 over the sorted SHA-256s of a table's rows. Columns are read in name order, so a migrated table and one
 * made from nothing compare equal.
 */
async function hashOf(pglite: PGlite, table: string): Promise<string> {
  const { rows: columns } = await pglite.query<{ name: string }>(
    `select column_name as name from information_schema.columns
     where table_schema = 'public' and table_name = $1 order by column_name collate "C"`,
    [table],
  );
  const row = `row(${columns.map(({ name }) => quote(name)).join(', ')})::text`;
  const { rows } = await pglite.query<{ hash: string }>(
    `select encode(sha256(coalesce(string_agg(hash, '' order by hash), '')), 'hex') as hash
     from (select sha256(convert_to(${row}, 'UTF8')) as hash from ${quote(table)}) as hashes`,
  );
  return rows[0]?.hash ?? '';
}

export async function digestOf(pglite: PGlite, schema: StoreSchema): Promise<Readonly<Record<string, string>>> {
  const names = [...schema.tables.keys(), ...schema.derived].sort();
  const digest: Record<string, string> = {};
  for (const name of names) digest[name] = await hashOf(pglite, name);
  return digest;
}
