import { orgShard, type Principal, regionsOf, unwrap } from '@fieldfare/kernel';
import { type Partner, partners } from '../partners/index.ts';
import type { Context } from '../procedure.ts';
import { columnsOf } from '../queries.ts';
import { type Organisation, organisations, type Region, regions, type ServiceType, serviceTypes } from './tables.ts';

export interface CurrentOrganisation {
  /** Null until the organisation's shard has arrived for the first time. */
  readonly organisation: Organisation | null;
  /** Regions this principal may see, by name. */
  readonly regions: readonly Region[];
  readonly serviceTypes: readonly ServiceType[];
  readonly partners: readonly Partner[];
}

const visibleTo = (principal: Principal, all: readonly Region[]): readonly Region[] => {
  const own = regionsOf(principal);
  return own === null ? all : all.filter(({ id }) => own.includes(id));
};

export async function currentOrganisation(ctx: Context): Promise<CurrentOrganisation> {
  unwrap(await ctx.ready([orgShard]));
  const { db } = ctx.store;
  const [own, allRegions, services, partnerRows] = await Promise.all([
    db
      .selectFrom('organisations')
      .select(columnsOf(organisations))
      .where('id', '=', ctx.principal.tenantId)
      .where('deletedAt', 'is', null)
      .executeTakeFirst(),
    db.selectFrom('regions').select(columnsOf(regions)).where('deletedAt', 'is', null).orderBy('name').execute(),
    db
      .selectFrom('serviceTypes')
      .select(columnsOf(serviceTypes))
      .where('deletedAt', 'is', null)
      .orderBy('name')
      .execute(),
    db.selectFrom('partners').select(columnsOf(partners)).where('deletedAt', 'is', null).orderBy('name').execute(),
  ]);
  return {
    organisation: own ?? null,
    regions: visibleTo(ctx.principal, allRegions),
    serviceTypes: services,
    partners: partnerRows,
  };
}
