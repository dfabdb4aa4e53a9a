/**
 * The projection's tables on a server, where tenants share them: the same tables as in PGlite, with the tenant in every
 * key and index, and policies that show a session the rows of the tenant it names.
 *
 *  STO-SHAPE    tables of another shape (a field more, a column of another type, another release) stand in another schema,
 *               filled anew: processes of two versions work side by side. One that no process uses is dropped
 *  STO-TENANT   a session sees, writes and copies rows of the tenant that `fieldfare.tenant` names, and none without it
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type pg from 'pg';
import { PROGRESS_DDL } from '../progress.ts';
import { quote, type StoreSchema, TENANT_COLUMN } from '../schema.ts';

/** Raised when this file makes other tables of the same declarations. */
const FORMAT = 1;
const PREFIX = 'fieldfare_rows_';
/** Virtual generated columns and the collation `pg_c_utf8`. */
export const LEAST_VERSION = 180_000;

/** Held by every process that uses a schema, so that no other drops it; and by the one that makes or drops one. */
const LOCKS = { used: 4_205_601, making: 4_205_602 } as const;

/** Text compares as it does in PGlite, byte by byte, whatever the database's own language is. */
const collated = (ddl: string): string => ddl.replace(/ text\b(?=[ ,\n)])/g, ' text collate pg_c_utf8');

/** `release`: of the program. What it computes may differ where its tables do not. */
export function shapeName(schema: StoreSchema, release: string): string {
  return PREFIX + bytesToHex(sha256(utf8ToBytes(`${FORMAT} ${release} ${schema.hash}`))).slice(0, 12);
}

/** Says that this session uses the schema, for as long as it lives. */
export async function claim(client: pg.ClientBase, name: string): Promise<void> {
  await client.query('select pg_advisory_lock_shared($1, hashtext($2))', [LOCKS.used, name]);
}

const exists = async (client: pg.ClientBase, name: string): Promise<boolean> =>
  (await client.query('select from pg_namespace where nspname = $1', [name])).rowCount === 1;

/** Makes the schema where there is none. The client is of a role that may; `role` gets what the store needs. */
export async function makeShape(client: pg.ClientBase, name: string, schema: StoreSchema, role: string): Promise<void> {
  if (await exists(client, name)) return;
  await client.query('begin');
  try {
    await client.query('select pg_advisory_xact_lock($1)', [LOCKS.making]);
    if (!(await exists(client, name))) {
      await client.query(`create schema ${quote(name)}`);
      await client.query(`set local search_path = ${quote(name)}`);
      for (const ddl of [...schema.ddl, PROGRESS_DDL]) await client.query(collated(ddl));
      await shareAmongTenants(client, name, role);
    }
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

interface Index {
  readonly table: string;
  readonly name: string;
  readonly primary: boolean;
  /** `CREATE INDEX … USING btree (a, b)` */
  readonly definition: string;
}

async function shareAmongTenants(client: pg.ClientBase, name: string, role: string): Promise<void> {
  const { rows: tables } = await client.query<{ table: string }>(
    `select relname as "table" from pg_class where relnamespace = $1::regnamespace and relkind = 'r'`,
    [quote(name)],
  );
  const { rows: indexes } = await client.query<Index>(
    `select t.relname as "table", i.relname as name, x.indisprimary as primary, pg_get_indexdef(i.oid) as definition
     from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
     where t.relnamespace = $1::regnamespace and t.relkind = 'r'`,
    [quote(name)],
  );
  const named = `nullif(current_setting('fieldfare.tenant', true), '')::uuid`;
  const app = quote(role);
  const statements = tables.flatMap(({ table }) => {
    const target = quote(table);
    return [
      // A crash of the server empties unlogged tables, all of them: also those that say how far the rows go.
      `alter table ${target} set unlogged`,
      `alter table ${target} add column ${TENANT_COLUMN} uuid not null default ${named}`,
      `alter table ${target} enable row level security`,
      `alter table ${target} force row level security`,
      `create policy tenant on ${target} using (${TENANT_COLUMN} = (select ${named}))`, // asked once a statement
      `grant select, insert, update, delete on ${target} to ${app}`,
    ];
  });
  for (const index of indexes) {
    const [target, key] = [quote(index.table), quote(index.name)];
    const columns = index.definition.slice(index.definition.indexOf('(') + 1);
    if (index.primary) {
      statements.push(
        `alter table ${target} drop constraint ${key}`,
        `alter table ${target} add constraint ${key} primary key (${TENANT_COLUMN}, ${columns}`,
      );
    } else {
      statements.push(`drop index ${key}`, `create index ${key} on ${target} (${TENANT_COLUMN}, ${columns}`);
    }
  }
  for (const { table } of tables) {
    // Until it is first analysed a table passes for one tenant's: else a tenant passes for a handful of rows, joined in loops.
    statements.push(
      `select pg_restore_attribute_stats('schemaname', '${name}', 'relname', '${table}', 'attname', '${TENANT_COLUMN}',
         'inherited', false, 'null_frac', 0::real, 'avg_width', 16, 'n_distinct', 1::real)`,
    );
  }
  statements.push(`grant usage on schema ${quote(name)} to ${app}`);
  for (const statement of statements) await client.query(statement);
}

/** Drops the schemas of other shapes that no process uses, as far as the client's role owns them. */
export async function dropUnused(client: pg.ClientBase, name: string): Promise<void> {
  const { rows } = await client.query<{ other: string }>(
    `select nspname as other from pg_namespace
     where starts_with(nspname, $1) and nspname <> $2 and pg_has_role(nspowner, 'usage')`,
    [PREFIX, name],
  );
  for (const { other } of rows) {
    await client.query('begin');
    const { rows: free } = await client.query<{ free: boolean }>(
      'select pg_try_advisory_xact_lock($1, hashtext($2)) as free',
      [LOCKS.used, other],
    );
    if (free[0]?.free === true) await client.query(`drop schema if exists ${quote(other)} cascade`);
    await client.query('commit');
  }
}
