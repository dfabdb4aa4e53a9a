/**
 * Carers who must not meet a patient.
 *
 *  BLK-REASON  a pair is blocked with a reason; only who may change patients reads it
 *  BLK-STAFF   only somebody of the region can be blocked
 *  BLK-GONE    a pair that is not blocked cannot be freed
 *
 * Placements that stand already stay, and say so (`SCH-BLOCKED`); nothing is taken off silently.
 */
import {
  can,
  createRow,
  deleteRow,
  deterministicId,
  fail,
  patientsShard,
  problem,
  rosterShard,
  unwrap,
} from '@fieldfare/kernel';
import { compareText } from '../collections.ts';
import { userNames } from '../identity/index.ts';
import type { Context } from '../procedure.ts';
import { columnsOf } from '../queries.ts';
import { staffName } from '../workforce/index.ts';
import { type BlockedPair, blockedPairs } from './tables.ts';

export interface BlockedCarer {
  readonly staffId: string;
  readonly name: string;
  /** Null: not for this reader. */
  readonly reason: string | null;
  readonly decidedBy: string | null;
  readonly decidedAt: string;
}

export interface BlockedCarers {
  readonly carers: readonly BlockedCarer[];
  readonly writable: boolean;
}

export interface PatientTarget {
  readonly regionId: string;
  readonly patientId: string;
}

const mayWrite = ({ principal }: Context, regionId: string): boolean =>
  can(principal, 'patients.write', { tenantId: principal.tenantId, regionId }).ok;

async function pairsOf(ctx: Context, { regionId, patientId }: PatientTarget): Promise<readonly BlockedPair[]> {
  unwrap(await ctx.ready([patientsShard(regionId), rosterShard(regionId)]));
  return await ctx.store.db
    .selectFrom('blockedPairs')
    .select(columnsOf(blockedPairs))
    .where('patientId', '=', patientId)
    .where('regionId', '=', regionId)
    .where('deletedAt', 'is', null)
    .execute();
}

/** By name. */
export async function blockedCarers(ctx: Context, input: PatientTarget): Promise<BlockedCarers> {
  const writable = mayWrite(ctx, input.regionId);
  const [pairs, staff, users] = await Promise.all([
    pairsOf(ctx, input),
    ctx.store.db.selectFrom('staff').select(['id', 'givenName', 'familyName']).execute(),
    userNames(ctx.store),
  ]);
  const names = new Map(staff.map((person) => [person.id, staffName(person)]));
  return {
    carers: pairs
      .map(({ staffId, reason, decidedBy, decidedAt }) => ({
        staffId,
        name: names.get(staffId) ?? 'a carer no longer here',
        reason: writable ? reason : null,
        decidedBy: users.get(decidedBy) ?? null,
        decidedAt,
      }))
      .sort((a, b) => compareText(a.name, b.name)),
    writable,
  };
}

export async function blockCarer(
  ctx: Context,
  input: PatientTarget & { readonly staffId: string; readonly reason: string },
): Promise<void> {
  const { regionId, patientId, staffId, reason } = input;
  unwrap(await ctx.ready([patientsShard(regionId), rosterShard(regionId)]));
  const known = await ctx.store.db
    .selectFrom('staff')
    .select('id')
    .where('id', '=', staffId)
    .where('regionId', '=', regionId)
    .where('deletedAt', 'is', null)
    .executeTakeFirst();
  if (!known)
    unwrap(fail(problem('not-found', 'no such carer in this region', { rule: 'BLK-STAFF', path: ['staffId'] })));
  const created = createRow(blockedPairs, {
    id: deterministicId('blocked-pair', patientId, staffId),
    regionId,
    patientId,
    staffId,
    reason,
    decidedBy: ctx.principal.userId,
    decidedAt: new Date(ctx.clock.now()).toISOString(),
  });
  // A pair that was freed before has the same row.
  unwrap(await ctx.write([{ ...created, set: { ...created.set, deletedAt: null } }], { label: 'Block carer' }));
}

export async function freeCarer(ctx: Context, input: PatientTarget & { readonly staffId: string }): Promise<void> {
  const pair = (await pairsOf(ctx, input)).find(({ staffId }) => staffId === input.staffId);
  if (!pair) return unwrap(fail(problem('conflict', 'this carer is not blocked', { rule: 'BLK-GONE' })));
  const at = new Date(ctx.clock.now()).toISOString();
  unwrap(await ctx.write([deleteRow(blockedPairs, pair, at)], { label: 'Free carer' }));
}
