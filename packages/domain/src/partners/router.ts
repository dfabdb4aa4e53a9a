import { orgShard, unwrap } from '@fieldfare/kernel';
import { router, tenantProcedure } from '../procedure.ts';
import { columnsOf } from '../queries.ts';
import { partners } from './tables.ts';

export const partnersRouter = router({
  list: tenantProcedure('partners.read').query(async ({ ctx }) => {
    unwrap(await ctx.ready([orgShard]));
    return await ctx.store.db
      .selectFrom('partners')
      .select(columnsOf(partners))
      .where('deletedAt', 'is', null)
      .orderBy('name')
      .execute();
  }),
});
