/** The patients of one carer: who wishes for this carer, and whom the carer must not meet. */
import { can, patientsShard, rosterShard, unwrap } from '@fieldfare/kernel';
import { topicOf } from '@fieldfare/store';
import { patientName } from '../patients/index.ts';
import type { Context } from '../procedure.ts';
import { blockedPairs, requirements } from './tables.ts';

export interface CarerPatients {
  /** By name; one line a patient and service. */
  readonly preferredBy: readonly { readonly patientId: string; readonly name: string; readonly service: string }[];
  /** `reason` null: not for this reader. */
  readonly blocked: readonly { readonly patientId: string; readonly name: string; readonly reason: string | null }[];
  readonly writable: boolean;
}

interface Target {
  readonly regionId: string;
  readonly staffId: string;
}

async function carerPatients(ctx: Context, { regionId, staffId }: Target): Promise<CarerPatients> {
  const { db } = ctx.store;
  const { principal } = ctx;
  const writable = can(principal, 'patients.write', { tenantId: principal.tenantId, regionId }).ok;
  const [wishes, blocked] = await Promise.all([
    db
      .selectFrom('requirements as r')
      .innerJoin('patients as p', 'p.id', 'r.patientId')
      .leftJoin('serviceTypes as s', 's.code', 'r.serviceCode')
      .select(['r.patientId', 'p.givenName', 'p.familyName', 'r.serviceCode', 's.name as serviceName'])
      .where('r.preferredStaffId', '=', staffId)
      .where('r.regionId', '=', regionId)
      .where('r.deletedAt', 'is', null)
      .where('p.deletedAt', 'is', null)
      .orderBy('p.familyName')
      .orderBy('p.givenName')
      .orderBy('r.id')
      .execute(),
    db
      .selectFrom('blockedPairs as b')
      .innerJoin('patients as p', 'p.id', 'b.patientId')
      .select(['b.patientId', 'p.givenName', 'p.familyName', 'b.reason'])
      .where('b.staffId', '=', staffId)
      .where('b.regionId', '=', regionId)
      .where('b.deletedAt', 'is', null)
      .orderBy('p.familyName')
      .orderBy('p.givenName')
      .orderBy('b.id')
      .execute(),
  ]);
  return {
    preferredBy: wishes.map((row) => ({
      patientId: row.patientId,
      name: patientName(row),
      service: row.serviceName ?? row.serviceCode,
    })),
    blocked: blocked.map((row) => ({
      patientId: row.patientId,
      name: patientName(row),
      reason: writable ? row.reason : null,
    })),
    writable,
  };
}

/** Now and after every change. */
export async function* carerPatientsEvents(
  ctx: Context,
  input: Target,
  signal: AbortSignal | undefined,
): AsyncGenerator<CarerPatients, void, void> {
  const shard = patientsShard(input.regionId);
  unwrap(await ctx.ready([shard, rosterShard(input.regionId)]));
  yield* ctx.store.live(
    [requirements.name, blockedPairs.name, 'patients'].map((table) => topicOf(table, shard)),
    () => carerPatients(ctx, input),
    signal ?? new AbortController().signal,
  );
}
