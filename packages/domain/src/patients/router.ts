import { z } from 'zod';
import { regionProcedure, router } from '../procedure.ts';
import { admitPatient, changePatient } from './commands.ts';
import { listPatients } from './queries.ts';
import { recordStay, removeStay } from './stays.ts';
import { hospitalStays, patients } from './tables.ts';

const ofPatient = regionProcedure('clinical.write').input(z.object({ patientId: z.uuid() }));

const write = regionProcedure('patients.write');

/** As a form leaves them: names without spaces around them. */
const fields = z.object(patients.row.omit({ id: true, regionId: true }).shape).extend({
  reference: z.string().trim().min(1).max(40),
  givenName: z.string().trim().min(1).max(80),
  familyName: z.string().trim().min(1).max(80),
  phone: z.string().trim().max(40),
  address: z.string().trim().max(200),
  municipality: z.string().trim().max(80),
});

export const patientsRouter = router({
  list: regionProcedure('patients.read').query(({ ctx, input }) => listPatients(ctx, input.regionId)),
  admit: write.input(z.object({ set: fields })).mutation(({ ctx, input }) => admitPatient(ctx, input)),
  /** Sets what is given, the rest stays. */
  change: write
    .input(z.object({ patientId: z.uuid(), set: fields.partial() }))
    .mutation(({ ctx, input }) => changePatient(ctx, input)),
  /** A stay in hospital, or the discharge of one that was entered with its admission. */
  recordStay: ofPatient
    .input(hospitalStays.row.pick({ admittedOn: true, dischargedOn: true }))
    .mutation(({ ctx, input }) => recordStay(ctx, input)),
  removeStay: ofPatient.input(z.object({ stayId: z.uuid() })).mutation(({ ctx, input }) => removeStay(ctx, input)),
});
