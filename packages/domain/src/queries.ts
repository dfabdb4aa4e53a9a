/** Small helpers that the modules' queries share. */
import type { AnyTable, Row } from '@fieldfare/kernel';
import { type RawBuilder, sql } from 'kysely';

/** The declared columns of a table, for `select`: leaves the platform's own columns out. */
export function columnsOf<T extends AnyTable>(table: T): (keyof Row<T> & string)[] {
  return [...table.fields] as (keyof Row<T> & string)[];
}

/** A list of ids as one parameter, whatever its length: `where('id', 'in', idList(ids))`. */
export function idList(ids: Iterable<string>): RawBuilder<string> {
  return sql<string>`(select jsonb_array_elements_text(${JSON.stringify([...ids])}::text::jsonb))`;
}
