/** The organisation and region as the engine needs them. */
import type { Market } from '@fieldfare/engine-bundles';
import { orgShard, rosterShard, unwrap } from '@fieldfare/kernel';
import type { Context } from '../procedure.ts';
import { marketOf } from './market.ts';

export interface RegionOffer {
  readonly market: Market;
  /** Codes of the organisation's service types. */
  readonly codes: ReadonlySet<string>;
  readonly serviceNames: ReadonlyMap<string, string>;
}

export async function readOffer(ctx: Context, regionId: string): Promise<RegionOffer> {
  unwrap(await ctx.ready([orgShard, rosterShard(regionId)]));
  const { db } = ctx.store;
  const [services, staff, partners] = await Promise.all([
    db.selectFrom('serviceTypes').select(['code', 'name', 'roles']).where('deletedAt', 'is', null).execute(),
    db
      .selectFrom('staff')
      .select(['role', 'partnerId', 'active'])
      .where('regionId', '=', regionId)
      .where('deletedAt', 'is', null)
      .execute(),
    db
      .selectFrom('partners')
      .select(['id', 'regionIds', 'serviceCodes', 'active'])
      .where('deletedAt', 'is', null)
      .execute(),
  ]);
  return {
    market: marketOf({ services, staff, partners }, regionId),
    codes: new Set(services.map(({ code }) => code)),
    serviceNames: new Map(services.map(({ code, name }) => [code, name])),
  };
}
