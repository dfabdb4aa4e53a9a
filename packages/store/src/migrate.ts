/**
 * Brings an existing database to a schema, additively:
 *  STO-ADD      a new field becomes a new column; rows stay
 *  STO-REMOVED  a column nobody declares any more stays as it is and is no longer written
 *  STO-RETYPED  a column whose type changed is refused: projections are rebuilt, never converted
 */
import { fail, ok, problem, type Result } from '@fieldfare/kernel';
import type { SqlEngine, SqlSession } from './engine.ts';
import { META_TABLE, quote, type SqlColumn, type StoreSchema, type TableSchema } from './schema.ts';

export interface Migration {
  readonly added: readonly { readonly table: string; readonly column: string }[];
  /** Projected sequence the rows stand at. 0 after any change: replay fills the new columns from `_extra` and the journal. */
  readonly projectedSeq: number;
}

type Existing = ReadonlyMap<string, ReadonlyMap<string, string>>;

async function existingColumns(engine: SqlSession): Promise<Existing> {
  const { rows } = await engine.query<{ table: string; column: string; type: string }>(
    `select table_name as "table", column_name as "column", data_type as "type"
     from information_schema.columns where table_schema = current_schema()`,
  );
  const existing = new Map<string, Map<string, string>>();
  for (const { table, column, type } of rows) {
    existing.set(table, (existing.get(table) ?? new Map()).set(column, type));
  }
  return existing;
}

async function readMeta(engine: SqlSession): Promise<ReadonlyMap<string, string>> {
  const { rows } = await engine.query<{ key: string; value: string }>(`select key, value from ${META_TABLE}`);
  return new Map(rows.map(({ key, value }) => [key, value]));
}

const SET_META = `insert into ${META_TABLE} (key, value) values ($1, $2) on conflict on constraint ${META_TABLE}_pkey do update set value = excluded.value`;

export async function writeMeta(target: Pick<SqlSession, 'query'>, key: string, value: string): Promise<void> {
  await target.query(SET_META, [key, value]);
}

/**
 * A table with new fields: `_stamps` and `_authors` speak of them too, and the rows that stand say that they have
 * none (unless they carried the field already, as an unknown one).
 */
function respell(table: TableSchema): string {
  const none = `'${JSON.stringify(Object.fromEntries(table.fields.map(({ field }) => [field, null])))}'::jsonb`;
  const known = (virtual: string) => `(${none} - array(select jsonb_object_keys(${virtual})))`;
  const target = quote(table.name);
  return [
    `update ${target} set _stamp_diff = ${known('_stamps')} || coalesce(_stamp_diff, '{}'),
       _author_diff = ${known('_authors')} || coalesce(_author_diff, '{}')`,
    ...table.virtual.map(
      ({ column, expression }) =>
        `alter table ${target} alter column ${quote(column)} set expression as (${expression})`,
    ),
  ].join(';\n');
}

/** Creates what is missing and checks what is there. Changes nothing when it refuses. */
export async function migrate(engine: SqlEngine, schema: StoreSchema): Promise<Result<Migration>> {
  const [made] = (await engine.query<{ made: boolean }>(`select to_regclass('${META_TABLE}') is not null as made`))
    .rows;
  if (made?.made) {
    const meta = await readMeta(engine);
    if (meta.get('schema_hash') === schema.hash) {
      return ok({ added: [], projectedSeq: Number(meta.get('projected_seq') ?? 0) });
    }
  }
  const existing = await existingColumns(engine);
  const missing: { readonly table: string; readonly column: SqlColumn }[] = [];
  for (const table of schema.tables.values()) {
    const columns = existing.get(table.name);
    if (columns === undefined) continue;
    for (const column of table.columns) {
      const type = columns.get(column.column);
      if (type === undefined) missing.push({ table: table.name, column });
      else if (type !== column.kind) {
        return fail(
          problem('unsupported', `column ${table.name}.${column.column} is ${type} and would become ${column.kind}`, {
            rule: 'STO-RETYPED',
            params: { table: table.name, column: column.column, from: type, to: column.kind },
          }),
        );
      }
    }
  }
  const changed = [...schema.tables.values()].filter((table) => missing.some((each) => each.table === table.name));
  await engine.transaction(async (trx) => {
    // Derived tables are computed: a new definition starts from nothing.
    for (const name of schema.derived) await trx.exec(`drop table if exists ${quote(name)}`);
    for (const { table, column } of missing) {
      await trx.exec(`alter table ${quote(table)} add column ${quote(column.column)} ${column.kind}`);
    }
    for (const table of changed) await trx.exec(respell(table));
    await trx.exec(schema.ddl.join(';\n'));
    await writeMeta(trx, 'schema_hash', schema.hash);
    await writeMeta(trx, 'projected_seq', '0');
  });
  return ok({
    added: missing.map(({ table, column }) => ({ table, column: column.column })),
    projectedSeq: 0,
  });
}
