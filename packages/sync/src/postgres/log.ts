/**
 * A tenant's log in PostgreSQL.
 *
 *  JRN-LOCK   a log is taken when nobody else holds it, or its holder's lease ran out; by one
 *  JRN-FENCE  every transaction compares the holder's epoch, under the lock of the tenant's row: who was replaced can
 *             neither write nor read, and a replacement waits for a write that was there first
 */
import { type FileError, fail, ok, problem, type Result } from '@fieldfare/kernel';
import { LostError } from '../journal/appender.ts';
import type { LogState, LogStore } from '../journal/log-journal.ts';
import type { Database, Statements } from './database.ts';

/** Problems: `busy` JRN-LOCK when another living process holds the log, `storage-failed` JRN-IO. */
export async function openPostgresLog(options: {
  readonly database: Database;
  readonly tenantId: string;
  /** This process, as `members` knows it. */
  readonly holder: string;
}): Promise<Result<LogStore>> {
  const { database, tenantId, holder } = options;

  async function take(): Promise<{ readonly epoch: string; readonly state: LogState } | null> {
    return database.asTenant(tenantId, async (statements) => {
      const { rows: taken } = await statements.query(TAKE, [tenantId, holder]);
      const [log] = taken;
      if (log === undefined) return null;
      const { rows: shards } = await statements.query(SHARDS, [tenantId]);
      const state: LogState = {
        keyId: log.key_id === null ? null : (log.key_id as Uint8Array),
        formatVersion: Number(log.format_version),
        lastSeq: Number(log.last_seq),
        shards: shards.map(({ shard, frames, bytes }) => ({
          shard: String(shard),
          frames: Number(frames),
          bytes: Number(bytes),
        })),
      };
      return { epoch: String(log.epoch), state };
    });
  }

  let taken: Awaited<ReturnType<typeof take>>;
  try {
    taken = await take();
  } catch (error) {
    return fail(
      problem('storage-failed', 'the database could not be read', {
        rule: 'JRN-IO',
        params: { reason: (error as FileError).message },
      }),
    );
  }
  if (taken === null) {
    return fail(problem('busy', 'another server holds this data', { rule: 'JRN-LOCK' }));
  }
  let { epoch } = taken;
  const held = <T>(work: (statements: Statements) => Promise<T>): Promise<T> => database.asTenant(tenantId, work);

  return ok({
    state: taken.state,
    append: (bytes, frames, keyId) =>
      held(async (statements) => {
        const lastSeq = frames.at(-1)?.seq ?? 0;
        const { count } = await statements.query(APPEND, [
          tenantId,
          holder,
          epoch,
          lastSeq,
          keyId,
          bytes,
          frames.map(({ seq }) => seq),
          frames.map(({ shard }) => shard),
          frames.map(({ offset }) => offset + 1),
          frames.map(({ length }) => length),
        ]);
        if (count !== frames.length) throw new LostError();
      }),
    async takeBack(lastSeq) {
      // A new epoch: what the old link may still deliver is another's.
      epoch = await held(async (statements) => {
        const { rows } = await statements.query(TAKE_BACK, [tenantId, holder, epoch, lastSeq]);
        if (rows[0] === undefined) throw new LostError();
        await statements.query('delete from fieldfare.frames where tenant_id = $1 and seq > $2', [tenantId, lastSeq]);
        return String(rows[0].epoch);
      });
    },
    read: (shard, lastSeq) =>
      held(async (statements) => {
        const { rows } = await statements.query(READ, [tenantId, holder, epoch, shard, lastSeq]);
        if (rows.length === 0) throw new LostError();
        return rows.flatMap(({ seq, frame }) =>
          seq === null ? [] : [{ seq: Number(seq), frame: frame as Uint8Array }],
        );
      }),
    remove: (shard, below) =>
      held(async (statements) => {
        const { count } = await statements.query(HOLD, [tenantId, holder, epoch]);
        if (count === 0) throw new LostError();
        const { rows } = await statements.query(REMOVE, [tenantId, shard, below]);
        return { frames: Number(rows[0]?.frames), bytes: Number(rows[0]?.bytes) };
      }),
    async close() {
      // Where this fails, the lease runs out by itself.
      await held((statements) => statements.query(RELEASE, [tenantId, holder, epoch])).catch(() => undefined);
    },
  });
}

const TAKE = `
insert into fieldfare.logs as log (tenant_id, holder, epoch) values ($1, $2, 1)
on conflict (tenant_id) do update set holder = $2, epoch = log.epoch + 1
where log.holder is null or log.holder = $2 or not exists (
  select from fieldfare.members where id = log.holder and expires_at > clock_timestamp()
)
returning epoch, key_id, format_version, last_seq`;

const SHARDS = `
select shard, count(*) as frames, sum(octet_length(frame)) as bytes
from fieldfare.frames where tenant_id = $1 group by shard order by min(seq)`;

const APPEND = `
with held as (
  update fieldfare.logs set last_seq = $4, key_id = coalesce(key_id, $5)
  where tenant_id = $1 and holder = $2 and epoch = $3
  returning tenant_id
)
insert into fieldfare.frames (tenant_id, seq, shard, frame)
select held.tenant_id, f.seq, f.shard, substring($6::bytea from f.at for f.length)
from held, unnest($7::bigint[], $8::text[], $9::int[], $10::int[]) as f (seq, shard, at, length)`;

const TAKE_BACK = `
update fieldfare.logs set epoch = epoch + 1, last_seq = $4
where tenant_id = $1 and holder = $2 and epoch = $3
returning epoch`;

const READ = `
select f.seq, f.frame from fieldfare.logs l
left join fieldfare.frames f on f.tenant_id = l.tenant_id and f.shard = $4 and f.seq <= $5
where l.tenant_id = $1 and l.holder = $2 and l.epoch = $3
order by f.seq`;

const HOLD = 'select from fieldfare.logs where tenant_id = $1 and holder = $2 and epoch = $3 for update';

const REMOVE = `
with gone as (
  delete from fieldfare.frames where tenant_id = $1 and shard = $2 and seq < $3 returning octet_length(frame) as bytes
)
select count(*) as frames, coalesce(sum(bytes), 0) as bytes from gone`;

const RELEASE = 'update fieldfare.logs set holder = null where tenant_id = $1 and holder = $2 and epoch = $3';
