import { z } from 'zod';
import { regionProcedure, router } from '../procedure.ts';
import { listPatients } from './queries.ts';
import { recordStay, removeStay } from './stays.ts';
import { hospitalStays } from './tables.ts';

const ofPatient = regionProcedure('clinical.write').input(z.object({ patientId: z.uuid() }));

export const patientsRouter = router({
  list: regionProcedure('patients.read').query(({ ctx, input }) => listPatients(ctx, input.regionId)),
  /** A stay in hospital, or the discharge of one that was entered with its admission. */
  recordStay: ofPatient
    .input(hospitalStays.row.pick({ admittedOn: true, dischargedOn: true }))
    .mutation(({ ctx, input }) => recordStay(ctx, input)),
  removeStay: ofPatient.input(z.object({ stayId: z.uuid() })).mutation(({ ctx, input }) => removeStay(ctx, input)),
});
