/** Small helpers that the modules' queries share. */
import type { AnyTable, Row } from '@fieldfare/kernel';
import { type Kysely, type RawBuilder, sql } from 'kysely';

/** The declared columns of a table, for `select`: leaves the platform's own columns out. */
export function columnsOf<T extends AnyTable>(table: T): (keyof Row<T> & string)[] {
  return [...table.fields] as (keyof Row<T> & string)[];
}

/** Up to here ids are spelled out, so that the planner knows how few they are and uses the index. */
const SPELLED_OUT = 48;

/** A list of ids of any length, the empty one too: `where('id', 'in', idList(ids))`. */
export function idList(ids: Iterable<string>): RawBuilder<string> {
  const list = [...ids];
  if (list.length === 0) return sql<string>`(null)`;
  if (list.length <= SPELLED_OUT) return sql<string>`(${sql.join(list)})`;
  return sql<string>`(select jsonb_array_elements_text(${JSON.stringify(list)}::text::jsonb))`;
}

/**
 * Many rows in one cell. Reading thousands of rows costs PGlite and Kysely a step for every cell; packed as JSON they
 * come four times as fast. `columns`: SQL of each field; `tail`: everything from `from` on, without an order.
 */
export async function readPacked<T extends object>(
  // biome-ignore lint/suspicious/noExplicitAny: reads of any database, a derivation's untyped transaction too
  db: Kysely<any>,
  columns: { readonly [Field in keyof T]: RawBuilder<unknown> },
  tail: RawBuilder<unknown>,
): Promise<T[]> {
  const fields = Object.keys(columns) as (keyof T & string)[];
  const cells = sql.join(fields.map((field) => columns[field]));
  const { rows } = await sql<{ readonly packed: string | null }>`
    select json_agg(json_build_array(${cells}))::text as packed ${tail}`.execute(db);
  const packed = JSON.parse(rows[0]?.packed ?? '[]') as unknown[][];
  return packed.map((values) => {
    const row: Record<string, unknown> = {};
    for (let index = 0; index < fields.length; index += 1) row[fields[index] as string] = values[index];
    return row as T;
  });
}

/** `columns` for fields that are columns of one table, by their own names. */
export const columnRefs = <Field extends string>(
  fields: readonly Field[],
  alias?: string,
): { readonly [F in Field]: RawBuilder<unknown> } =>
  Object.fromEntries(fields.map((field) => [field, sql.ref(alias === undefined ? field : `${alias}.${field}`)])) as {
    readonly [F in Field]: RawBuilder<unknown>;
  };
