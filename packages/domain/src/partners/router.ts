import { z } from 'zod';
import { router, tenantProcedure } from '../procedure.ts';
import { savePartner } from './commands.ts';
import { listPartners, partnersEvents } from './queries.ts';
import { partners } from './tables.ts';

const fields = z.object(partners.row.omit({ id: true }).shape).extend({
  name: z.string().trim().min(1).max(120),
  phone: z.string().trim().max(40),
});

export const partnersRouter = router({
  list: tenantProcedure('partners.read').query(({ ctx }) => listPartners(ctx)),
  /** All of them, now and after every change, and whether the reader may change them. */
  events: tenantProcedure('partners.read').subscription(async function* ({ ctx, signal }) {
    yield* partnersEvents(ctx, signal);
  }),
  save: tenantProcedure('partners.write')
    .input(z.object({ partnerId: z.uuid().nullable(), set: fields }))
    .mutation(({ ctx, input }) => savePartner(ctx, input)),
});
