/** What leaves as a file in somebody else's format. */
import { regionProcedure, router, viewPlan } from '@fieldfare/domain';
import { carePlanBundle } from '@fieldfare/interchange';
import { z } from 'zod';

export const exportsRouter = router({
  exports: router({
    /** A care plan as a FHIR R4 bundle, JSON text. */
    carePlan: regionProcedure('clinical.read')
      .input(z.object({ patientId: z.uuid(), planId: z.uuid() }))
      .query(async ({ ctx, input }) =>
        JSON.stringify(carePlanBundle(await viewPlan(ctx, input), new Date(ctx.clock.now()).toISOString()), null, 2),
      ),
  }),
});
