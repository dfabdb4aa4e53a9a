/** How far the rows follow the journal, where they outlast the process that wrote them. */
import type { SqlSession } from './engine.ts';
import { META_TABLE, quote } from './schema.ts';

const SHARDS_TABLE = 'fieldfare_shards';

/** `seq`: of the shard's last record that its rows hold, once all of them stand, else 0. */
export const PROGRESS_DDL = `create table ${SHARDS_TABLE} (shard text primary key, seq bigint not null)`;

export interface Progress {
  readonly projectedSeq: number;
  readonly shards: ReadonlyMap<string, number>;
}

export async function readProgress(session: SqlSession): Promise<Progress> {
  const [meta, shards] = await Promise.all([
    session.query<{ seq: string }>(`select value as seq from ${META_TABLE} where key = 'projected_seq'`),
    session.query<{ shard: string; seq: number }>(`select shard, seq from ${SHARDS_TABLE}`),
  ]);
  return {
    projectedSeq: Number(meta.rows[0]?.seq ?? 0),
    shards: new Map(shards.rows.map(({ shard, seq }) => [shard, Number(seq)])),
  };
}

export async function writeShards(trx: Pick<SqlSession, 'query'>, shards: ReadonlyMap<string, number>): Promise<void> {
  if (shards.size === 0) return;
  await trx.query(
    `insert into ${SHARDS_TABLE} (shard, seq) select * from unnest($1::text[], $2::bigint[])
     on conflict on constraint ${quote(`${SHARDS_TABLE}_pkey`)} do update set seq = excluded.seq`,
    [[...shards.keys()], [...shards.values()]],
  );
}

export async function forgetShards(trx: Pick<SqlSession, 'query'>, shards: readonly string[]): Promise<void> {
  await trx.query(`delete from ${SHARDS_TABLE} where shard = any($1::text[])`, [[...shards]]);
}
