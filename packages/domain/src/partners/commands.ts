/**
 * What an administrator changes about partners.
 *
 *  PTN-KNOWN    only a partner that is there is changed
 *  PTN-NAME     no two partners share a name (imports find them by it)
 *  PTN-REGION   regions are the organisation's
 *  PTN-SERVICE  services too
 */
import { createRow, fail, newId, orgShard, type Problem, problem, unwrap, updateRow } from '@fieldfare/kernel';
import { changedFields } from '../collections.ts';
import type { Context } from '../procedure.ts';
import { columnsOf } from '../queries.ts';
import { type Partner, partners } from './tables.ts';

export type PartnerFields = Omit<Partner, 'id'>;

async function problemsOf({ store: { db } }: Context, id: string | null, set: PartnerFields): Promise<Problem[]> {
  const [rows, regions, services] = await Promise.all([
    db.selectFrom('partners').select(['id', 'name']).where('deletedAt', 'is', null).execute(),
    db.selectFrom('regions').select('id').where('deletedAt', 'is', null).execute(),
    db.selectFrom('serviceTypes').select('code').where('deletedAt', 'is', null).execute(),
  ]);
  const found: Problem[] = [];
  const wrong = (rule: string, message: string, field: string): void => {
    found.push(problem('invalid', message, { rule, path: ['set', field] }));
  };
  if (rows.some((row) => row.id !== id && row.name.toLowerCase() === set.name.toLowerCase())) {
    wrong('PTN-NAME', 'another partner has this name', 'name');
  }
  if (!set.regionIds.every((each) => regions.some((region) => region.id === each))) {
    wrong('PTN-REGION', 'no such region', 'regionIds');
  }
  if (!set.serviceCodes.every((code) => services.some((service) => service.code === code))) {
    wrong('PTN-SERVICE', 'no such service', 'serviceCodes');
  }
  return found;
}

/** Null: another partner. Sets what differs; the rest stays as it is. */
export async function savePartner(
  ctx: Context,
  { partnerId, set }: { readonly partnerId: string | null; readonly set: PartnerFields },
): Promise<{ readonly partnerId: string }> {
  unwrap(await ctx.ready([orgShard]));
  const [first, ...rest] = await problemsOf(ctx, partnerId, set);
  if (first) unwrap(fail(first, ...rest));
  if (partnerId === null) {
    const row: Partner = { ...set, id: newId(ctx.clock, ctx.random) };
    unwrap(await ctx.write([createRow(partners, row)], { label: 'Add partner' }));
    return { partnerId: row.id };
  }
  const row = await ctx.store.db
    .selectFrom('partners')
    .select(columnsOf(partners))
    .where('id', '=', partnerId)
    .where('deletedAt', 'is', null)
    .executeTakeFirst();
  if (!row) return unwrap(fail(problem('not-found', 'no such partner', { rule: 'PTN-KNOWN' })));
  const changed = changedFields<Partner>(row, set);
  if (Object.keys(changed).length > 0) {
    unwrap(await ctx.write([updateRow(partners, row, changed)], { label: 'Change partner' }));
  }
  return { partnerId };
}
