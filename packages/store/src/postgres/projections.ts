/**
 * The projections of many tenants in one PostgreSQL, shared by several processes.
 *
 *  STO-WRITER   one process at a time writes a tenant's rows: each opening names itself the writer, and every transaction
 *               begins by asking, under a lock, whether it still is; a link that is new asks before its first statement
 *  STO-RESUME   who opens a tenant's projection finds the rows, and how far they follow the journal, as the last
 *               transaction of whoever had it before left them
 */
import { randomUUID } from 'node:crypto';
import { type AnyTable, fail, isId, ok, problem, type Result } from '@fieldfare/kernel';
import pg from 'pg';
import type { SqlEngine, SqlSession } from '../engine.ts';
import { META_TABLE, storeSchema } from '../schema.ts';
import type { Derivation } from '../types.ts';
import { engineOverPool } from './engine.ts';
import { sessionOver, TYPES } from './session.ts';
import { claim, dropUnused, LEAST_VERSION, makeShape, shapeName } from './shape.ts';

/** Of a process: tenants take turns. */
const LINKS = 8;
const CONNECT_MS = 5_000;
const STATEMENT_MS = 60_000;
/** A process that stops in the middle of a transaction must not keep the next one waiting for longer than this. */
const IDLE_IN_TRANSACTION_MS = 5_000;

export interface ProjectionsOptions {
  /** Its login may make a schema, or the schema is there already; it is a member of `role`. */
  readonly url: string;
  /** Works on the rows, and owns nothing. */
  readonly role: string;
  readonly tables: ReadonlyMap<string, AnyTable>;
  readonly derivations: readonly Derivation[];
  /** Of the program: another one's rows are not taken over (STO-SHAPE). */
  readonly release: string;
}

export interface TenantOptions {
  readonly tenantId: string;
  /** Asked within the transaction that makes this process the writer: whether it may be. */
  readonly mayWrite?: (session: SqlSession) => Promise<boolean>;
  /** Somebody else writes now, or a transaction failed: what was read through this engine is out of date. Once. */
  readonly onLost?: () => void;
}

export interface Projections {
  /** The PostgreSQL schema that the tables are in. */
  readonly name: string;
  /** Problems: `busy` STO-WRITER when `mayWrite` says no, `storage-failed` STO-SERVER. */
  open(options: TenantOptions): Promise<Result<SqlEngine>>;
  close(): Promise<void>;
}

const refused = (error: unknown): Result<never> => {
  const reason = error instanceof Error ? error.message : 'unknown';
  return fail(
    problem('storage-failed', `the projection’s tables cannot be used: ${reason}`, {
      rule: 'STO-SERVER',
      params: { reason },
    }),
  );
};

/** Makes the tables where there are none. Problems: `unsupported` STO-SERVER for an older PostgreSQL, `storage-failed`. */
export async function openProjections(options: ProjectionsOptions): Promise<Result<Projections>> {
  const { url, role, tables, derivations, release } = options;
  const schema = storeSchema(tables, derivations);
  const name = shapeName(schema, release);

  async function asOwner<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_MS });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  try {
    const version = await asOwner(async (client) => {
      const { rows } = await client.query<{ version: number }>(
        `select current_setting('server_version_num')::int as version`,
      );
      const found = rows[0]?.version ?? 0;
      if (found < LEAST_VERSION) return found;
      await makeShape(client, name, schema, role);
      await dropUnused(client, name);
      return found;
    });
    if (version < LEAST_VERSION) {
      const message = `a projection needs PostgreSQL ${LEAST_VERSION / 10_000}`;
      return fail(problem('unsupported', message, { rule: 'STO-SERVER', params: { version } }));
    }
  } catch (error) {
    return refused(error);
  }

  const pool = new pg.Pool({
    connectionString: url,
    options: [
      `-c role=${role}`,
      `-c search_path=${name}`,
      `-c statement_timeout=${STATEMENT_MS}`,
      `-c idle_in_transaction_session_timeout=${IDLE_IN_TRANSACTION_MS}`,
    ].join(' '),
    application_name: 'fieldfare rows',
    keepAlive: true,
    max: LINKS,
    types: TYPES,
    onConnect: (client) => claim(client, name),
  });
  // An idle link broke: the next statement gets another. One in use: its statement fails.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  /** Which engine spoke last on a link. */
  const greeted = new WeakMap<pg.PoolClient, string>();

  /** Names the tenant of a session. What was said before is forgotten, also when this fails. */
  async function nameTenant(client: pg.PoolClient, tenantId: string): Promise<void> {
    greeted.delete(client);
    await client.query(`select set_config('fieldfare.tenant', $1, false)`, [tenantId]);
  }

  async function becomeWriter({ tenantId, mayWrite }: TenantOptions, writer: string): Promise<boolean> {
    const client = await pool.connect();
    try {
      await nameTenant(client, tenantId);
      await client.query('begin');
      const may = mayWrite === undefined || (await mayWrite(sessionOver(client)));
      if (may) {
        await client.query(
          `insert into ${META_TABLE} (key, value) values ('writer', $1)
           on conflict on constraint ${META_TABLE}_pkey do update set value = excluded.value`,
          [writer],
        );
      }
      await client.query('commit');
      client.release();
      return may;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  return ok({
    name,
    async open(tenant) {
      const { tenantId, onLost } = tenant;
      if (!isId(tenantId)) return refused(new Error('not the id of a tenant'));
      const writer = randomUUID();
      try {
        await asOwner((client) => makeShape(client, name, schema, role));
        if (!(await becomeWriter(tenant, writer))) {
          return fail(problem('busy', 'another server holds this data', { rule: 'STO-WRITER' }));
        }
      } catch (error) {
        return refused(error);
      }
      let lost = false;
      const lose = (): void => {
        if (!lost) onLost?.();
        lost = true;
      };
      /** Whatever keeps this from being answered with yes, the rows may not be what they were. */
      const ask = async (client: pg.PoolClient, lock: string): Promise<void> => {
        try {
          const sql = `select from ${META_TABLE} where key = 'writer' and value = $1 ${lock}`;
          const { rowCount } = await client.query(sql, [writer]);
          if (rowCount !== 1) throw new Error('another server writes this projection');
        } catch (error) {
          lose();
          throw error;
        }
      };
      const engine = engineOverPool(
        pool,
        {
          async greet(client) {
            if (greeted.get(client) === writer) return;
            await nameTenant(client, tenantId);
            await ask(client, '');
            greeted.set(client, writer);
          },
          begin: (client) => ask(client, 'for update'),
        },
        true,
      );
      return ok({
        ...engine,
        async transaction(run) {
          try {
            return await engine.transaction(run);
          } catch (error) {
            lose();
            throw error;
          }
        },
      });
    },
    close: () => pool.end(),
  });
}
