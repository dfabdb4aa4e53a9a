import { regionProcedure, router } from '../procedure.ts';
import { listPatients } from './queries.ts';

export const patientsRouter = router({
  list: regionProcedure('patients.read').query(({ ctx, input }) => listPatients(ctx, input.regionId)),
});
