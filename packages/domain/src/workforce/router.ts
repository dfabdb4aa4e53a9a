import { regionProcedure, router } from '../procedure.ts';
import { listStaff } from './queries.ts';

export const workforceRouter = router({
  list: regionProcedure('workforce.read').query(({ ctx, input }) => listStaff(ctx, input.regionId)),
});
