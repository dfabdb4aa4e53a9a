/**
 * The link to PostgreSQL: a pool that works as `fieldfare_app`, transactions that see one tenant, and notifications.
 * Every statement either works or rejects with `FileError`, as a disk would.
 */
import { FileError, fail, ok, problem, type Result } from '@fieldfare/kernel';
import pg from 'pg';
import { APP_ROLE, SCHEMA, SCHEMA_VERSION } from './schema.ts';

type Value = string | number | boolean | Uint8Array | null | readonly (string | number)[];
type Row = Readonly<Record<string, unknown>>;

export interface Statements {
  query(sql: string, values?: readonly Value[]): Promise<{ readonly rows: readonly Row[]; readonly count: number }>;
}

export interface Database extends Statements {
  /** One transaction that sees this tenant's rows and no others: SRV-RLS. It stands when this resolves. */
  asTenant<T>(tenantId: string, work: (statements: Statements) => Promise<T>): Promise<T>;
  transaction<T>(work: (statements: Statements) => Promise<T>): Promise<T>;
  /** A hint that something happened, which may get lost: `heard` is called as well when the link was lost and is back. */
  listen(channel: string, heard: () => void): () => void;
  close(): Promise<void>;
}

/** A process that stops in the middle of a transaction must not hold its locks for longer than its lease. */
const IDLE_IN_TRANSACTION_MS = 2_000;
const STATEMENT_MS = 30_000;
const CONNECT_MS = 5_000;
const LISTEN_AGAIN_MS = 500;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Makes schemas one after another, whoever starts first. */
const SCHEMA_LOCK = 4_205_600;

/** Problems: `storage-failed` SRV-DATABASE when it cannot be reached or prepared, `unsupported` for a later schema. */
export async function openDatabase(
  url: string,
  options: { readonly connections?: number } = {},
): Promise<Result<Database>> {
  try {
    const prepared = await prepare(url);
    if (!prepared.ok) return prepared;
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown';
    return fail(
      problem('storage-failed', `the database cannot be used: ${reason}`, { rule: 'SRV-DATABASE', params: { reason } }),
    );
  }
  const settings = [
    `-c role=${APP_ROLE}`,
    `-c idle_in_transaction_session_timeout=${IDLE_IN_TRANSACTION_MS}`,
    `-c statement_timeout=${STATEMENT_MS}`,
  ].join(' ');
  const config: pg.PoolConfig = {
    connectionString: url,
    options: settings,
    application_name: 'fieldfare',
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
  };
  const pool = new pg.Pool({ ...config, max: options.connections ?? 8 });
  // An idle link broke: the next statement gets another. One in use: its statement fails.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const ears = new Map<string, Set<() => void>>();
  let listener: pg.Client | null = null;
  let again: NodeJS.Timeout | undefined;
  let closed = false;

  async function connectListener(): Promise<void> {
    const client = new pg.Client(config);
    listener = client;
    const lost = (): void => {
      if (listener !== client || closed) return;
      listener = null;
      again = setTimeout(() => void connectListener(), LISTEN_AGAIN_MS);
    };
    client.on('error', lost);
    client.on('end', lost);
    client.on('notification', ({ channel }) => {
      for (const heard of ears.get(channel) ?? []) heard();
    });
    try {
      await client.connect();
      for (const channel of ears.keys()) await client.query(`listen ${pg.escapeIdentifier(channel)}`);
      for (const all of ears.values()) for (const heard of all) heard();
    } catch {
      await client.end().catch(() => undefined);
      lost();
    }
  }

  async function within<T>(begin: string, work: (statements: Statements) => Promise<T>): Promise<T> {
    const client = await pool.connect().catch(reject);
    let broken = true;
    try {
      await client.query(begin).catch(reject);
      const result = await work(statementsOf(client));
      const { command } = await client.query('commit').catch(reject);
      broken = false;
      if (command !== 'COMMIT') throw new FileError('io', 'the database rolled the transaction back');
      return result;
    } catch (error) {
      if (broken)
        broken = await client.query('rollback').then(
          () => false,
          () => true,
        );
      throw error;
    } finally {
      client.release(broken);
    }
  }

  return ok({
    ...statementsOf(pool),
    asTenant(tenantId, work) {
      if (!UUID.test(tenantId)) return Promise.reject(new FileError('io', 'not the id of a tenant'));
      return within(`begin; set local fieldfare.tenant = '${tenantId}'`, work);
    },
    transaction: (work) => within('begin', work),
    listen(channel, heard) {
      const all = ears.get(channel) ?? new Set();
      ears.set(channel, all.add(heard));
      if (listener === null && again === undefined) void connectListener();
      else if (all.size === 1) void listener?.query(`listen ${pg.escapeIdentifier(channel)}`).catch(() => undefined);
      return () => void all.delete(heard);
    },
    async close() {
      closed = true;
      clearTimeout(again);
      await listener?.end().catch(() => undefined);
      await pool.end();
    },
  });
}

function statementsOf(client: pg.Pool | pg.PoolClient): Statements {
  return {
    async query(sql, values = []) {
      const bound = values.map((value) =>
        value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.length) : value,
      );
      const { rows, rowCount } = await client.query<Row>(sql, bound).catch(reject);
      return { rows, count: rowCount ?? 0 };
    },
  };
}

/** Makes the schema where there is none. What follows works as a role that owns nothing. */
async function prepare(url: string): Promise<Result<void>> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_MS });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('begin');
    await client.query('select pg_advisory_xact_lock($1)', [SCHEMA_LOCK]);
    const { rows: there } = await client.query(`select to_regclass('fieldfare.cluster') is not null as made`);
    if (there[0]?.made !== true) await client.query(SCHEMA);
    await client.query('commit');
    const { rows } = await client.query<{ version: number; durable: boolean }>(
      `select version, current_setting('synchronous_commit') <> 'off' and current_setting('fsync') = 'on' as durable
       from fieldfare.cluster`,
    );
    const [found] = rows;
    if (found?.version !== SCHEMA_VERSION) {
      return fail(problem('unsupported', 'the database was made by another version', { rule: 'SRV-DATABASE' }));
    }
    if (!found.durable) {
      const message = 'the database does not store durably: set fsync and synchronous_commit on';
      return fail(problem('storage-failed', message, { rule: 'SRV-DATABASE' }));
    }
    return ok(undefined);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** 53100 disk full; 53000 and 53200 are other lacks of room. */
function reject(error: unknown): never {
  const code = (error as { code?: unknown }).code;
  const message = error instanceof Error ? error.message : 'unknown';
  throw new FileError(code === '53100' || code === '53000' ? 'full' : 'io', message, { cause: error });
}
