/**
 * Tenants' projections, kept beside their logs: who takes a tenant over goes on with the rows that are there (`STO-RESUME`).
 *
 *  SRV-ROWS  a tenant's rows are written by the process that holds its log, and by no other
 */
import { readFileSync } from 'node:fs';
import { derivations, tables } from '@fieldfare/domain';
import { FileError, fail, ok, problem, type Result, type ShardId } from '@fieldfare/kernel';
import { openProjections } from '@fieldfare/store/postgres';
import { placeOfStream } from '@fieldfare/sync';
import { APP_ROLE, type Database } from '@fieldfare/sync/postgres';
import type { KeptRows } from '@fieldfare/workspace';
import type { Log } from '../log.ts';
import type { Membership } from './membership.ts';

export interface TenantRows {
  /** Problems: `busy` STO-WRITER when this process does not hold the log. `onLost`: what is read from them is out of date. */
  open(tenantId: string, onLost: () => void): Promise<Result<KeptRows>>;
  close(): Promise<void>;
}

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};

const HOLD = 'select from fieldfare.logs where tenant_id = $1 and holder = $2 for share';
const HEADS = 'select shard, max(seq) as seq from fieldfare.frames where tenant_id = $1 group by shard';

/** Of each shard the newest record of its present epoch; `streams`: of each stream (`placeOfStream`). */
function headsIn(streams: readonly (readonly [ShardId, number])[]): ReadonlyMap<ShardId, number> {
  const heads = new Map<ShardId, { readonly epoch: number; readonly seq: number }>();
  for (const [stream, seq] of streams) {
    const { shard, epoch } = placeOfStream(stream);
    if (epoch >= (heads.get(shard)?.epoch ?? epoch)) heads.set(shard, { epoch, seq });
  }
  return new Map([...heads].map(([shard, { seq }]) => [shard, seq]));
}

/** Null: the database is too old for them, and projections stay in memory. */
export async function openRows(options: {
  readonly url: string;
  readonly database: Database;
  readonly membership: Pick<Membership, 'id'>;
  readonly log: Log;
}): Promise<Result<TenantRows | null>> {
  const { url, database, membership, log } = options;
  const opened = await openProjections({ url, role: APP_ROLE, tables, derivations, release: version });
  if (!opened.ok && opened.problems[0].code === 'unsupported') {
    log.warn('projections stay in memory: this PostgreSQL is too old to hold them', { rule: 'SRV-ROWS' });
    return ok(null);
  }
  if (!opened.ok) return opened;
  const projections = opened.value;

  async function headsOf(tenantId: string): Promise<Result<KeptRows['heads']>> {
    try {
      const { rows } = await database.asTenant(tenantId, ({ query }) => query(HEADS, [tenantId]));
      return ok(headsIn(rows.map(({ shard, seq }) => [String(shard) as ShardId, Number(seq)])));
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      return fail(problem('storage-failed', 'the database could not be read', { rule: 'SRV-ROWS' }));
    }
  }

  return ok({
    async open(tenantId, onLost) {
      const engine = await projections.open({
        tenantId,
        onLost,
        mayWrite: async ({ query }) => (await query(HOLD, [tenantId, membership.id()])).rows.length === 1,
      });
      if (!engine.ok) return engine;
      const heads = await headsOf(tenantId);
      return heads.ok ? ok({ engine: engine.value, heads: heads.value }) : heads;
    },
    close: projections.close,
  });
}
