import { orgShard, unwrap } from '@fieldfare/kernel';
import { regionProcedure, router } from '../procedure.ts';
import { columnsOf } from '../queries.ts';
import { travelCalibrations } from './tables.ts';

export const travelRouter = router({
  /** What drives of a region were calibrated to, the latest first; empty: the figures are as they were entered. */
  calibrations: regionProcedure('orgs.read').query(async ({ ctx, input }) => {
    unwrap(await ctx.ready([orgShard]));
    return await ctx.store.db
      .selectFrom('travelCalibrations')
      .select(columnsOf(travelCalibrations))
      .where('regionId', '=', input.regionId)
      .where('deletedAt', 'is', null)
      .orderBy('calibratedAt', 'desc')
      .orderBy('id')
      .execute();
  }),
});
