import { can, orgShard, unwrap } from '@fieldfare/kernel';
import { topicOf } from '@fieldfare/store';
import type { Context } from '../procedure.ts';
import { columnsOf } from '../queries.ts';
import { type Partner, partners } from './tables.ts';

/** By name, those that are not active too. */
export async function listPartners(ctx: Context): Promise<readonly Partner[]> {
  unwrap(await ctx.ready([orgShard]));
  return await ctx.store.db
    .selectFrom('partners')
    .select(columnsOf(partners))
    .where('deletedAt', 'is', null)
    .orderBy('name')
    .orderBy('id')
    .execute();
}

export interface PartnersView {
  readonly partners: readonly Partner[];
  readonly services: readonly { readonly code: string; readonly name: string }[];
  /** Whether this reader may change them. */
  readonly writable: boolean;
}

async function partnersView(ctx: Context): Promise<PartnersView> {
  const { tenantId } = ctx.principal;
  return {
    partners: await listPartners(ctx),
    services: await ctx.store.db
      .selectFrom('serviceTypes')
      .select(['code', 'name'])
      .where('deletedAt', 'is', null)
      .orderBy('name')
      .execute(),
    writable: can(ctx.principal, 'partners.write', { tenantId, regionId: null }).ok,
  };
}

/** Now and after every change. */
export async function* partnersEvents(
  ctx: Context,
  signal: AbortSignal | undefined,
): AsyncGenerator<PartnersView, void, void> {
  unwrap(await ctx.ready([orgShard]));
  yield* ctx.store.live(
    [partners.name, 'service_types'].map((table) => topicOf(table, orgShard)),
    () => partnersView(ctx),
    signal ?? new AbortController().signal,
  );
}
