/** What the clients will send: rows made and edited by replicas that store nothing, as updates ready to go. */
import { tables, type Visit, visits } from '@fieldfare/domain';
import {
  addWeeks,
  createRow,
  deterministicId,
  ok,
  type ShardId,
  scheduleShard,
  systemClock,
  systemRandom,
  unwrap,
  updateRow,
} from '@fieldfare/kernel';
import { createReplica, type Journal, type Replica } from '@fieldfare/sync';
import * as Y from 'yjs';
import { keysOf, type Prepared } from './clients.ts';

/** Remembers nothing: for measuring everything but the disk. */
function forgetfulJournal(): Journal {
  let seq = 0;
  return {
    async append(records) {
      const firstSeq = seq + 1;
      seq += records.length;
      return ok({ firstSeq, lastSeq: seq });
    },
    read: async () => ok([]),
    shards: () => [],
    lastSeq: () => seq,
    damage: () => [],
    stats: () => ({ bytes: 0, frames: 0, segments: 0 }),
    close: async () => undefined,
  };
}

export async function openForgetful(tenantId: string): Promise<Replica> {
  return unwrap(
    await createReplica({ tenantId, journal: forgetfulJournal(), tables, clock: systemClock, random: systemRandom }),
  );
}

export const weekOf = (n: number): string => addWeeks('2030-W01', n);

export function visitRow(regionId: string, week: string, n: number | string): Visit {
  return {
    id: deterministicId('bench-visit', regionId, week, n),
    regionId,
    week,
    patientId: deterministicId('bench-patient', n),
    requirementId: null,
    serviceCode: 'psw',
    date: null,
    start: null,
    minutes: 45,
    windowFrom: '08:00',
    windowTo: '12:00',
    providerPreference: 'any',
    priority: 'routine',
    note: '',
    cancelledAt: null,
  };
}

const ROWS_EACH = 5;

/** `count` updates of one writer in one shard: its own rows made, then edited in turn, as a coordinator does. */
export async function prepare(
  who: { readonly tenantId: string; readonly userId: string; readonly regionId: string },
  shardNumber: number,
  writer: number,
  count: number,
): Promise<readonly Prepared[]> {
  const replica = await openForgetful(who.tenantId);
  const week = weekOf(shardNumber);
  const rows = Array.from({ length: ROWS_EACH }, (_, n) => visitRow(who.regionId, week, `${writer}-${n}`));
  const prepared: Prepared[] = [];
  replica.onTouched(({ origin, update }) => {
    if (origin !== 'local' || update === undefined) return;
    const end = Y.parseUpdateMeta(update).to.get(replica.clientId) ?? 0;
    const [key = ''] = keysOf(update);
    prepared.push({ update, key, client: replica.clientId, end });
  });
  for (let n = 0; n < count; n += 1) {
    const row = rows[n % ROWS_EACH] as Visit;
    const change = n < ROWS_EACH ? createRow(visits, row) : updateRow(visits, row, { minutes: 20 + (n % 60) });
    unwrap(await replica.commit([change], who.userId));
  }
  await replica.close();
  return prepared;
}

export const shardOf = (regionId: string, shardNumber: number): ShardId => scheduleShard(regionId, weekOf(shardNumber));
