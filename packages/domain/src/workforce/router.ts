import { z } from 'zod';
import { regionProcedure, router } from '../procedure.ts';
import { addCarer, changeCarer, recordAbsence, removeAbsence } from './commands.ts';
import { listStaff, rosterEvents } from './queries.ts';
import { absences, staff } from './tables.ts';

const write = regionProcedure('workforce.write');

const fields = z.object(staff.row.omit({ id: true, regionId: true }).shape);
/** As a form leaves them: names without spaces around them. */
const trimmed = fields.extend({
  reference: z.string().trim().min(1).max(40),
  givenName: z.string().trim().min(1).max(80),
  familyName: z.string().trim().min(1).max(80),
  team: z.string().trim().min(1).max(60),
  phone: z.string().trim().max(40),
});

export const workforceRouter = router({
  list: regionProcedure('workforce.read').query(({ ctx, input }) => listStaff(ctx, input.regionId)),
  /** Everybody, now and after every change, and whether the reader may change them. */
  rosterEvents: regionProcedure('workforce.read').subscription(async function* ({ ctx, input, signal }) {
    yield* rosterEvents(ctx, input, signal);
  }),
  add: write.input(z.object({ set: trimmed })).mutation(({ ctx, input }) => addCarer(ctx, input)),
  /** Sets what is given, the rest stays. */
  change: write
    .input(z.object({ staffId: z.uuid(), set: trimmed.partial() }))
    .mutation(({ ctx, input }) => changeCarer(ctx, input)),
  recordAbsence: write
    .input(z.object(absences.row.pick({ staffId: true, fromDate: true, toDate: true, reason: true }).shape))
    .mutation(({ ctx, input }) => recordAbsence(ctx, input)),
  removeAbsence: write.input(z.object({ absenceId: z.uuid() })).mutation(({ ctx, input }) => removeAbsence(ctx, input)),
});
