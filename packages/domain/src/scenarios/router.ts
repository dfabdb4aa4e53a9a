import { isIsoWeek } from '@fieldfare/kernel';
import { z } from 'zod';
import { regionProcedure, router } from '../procedure.ts';
import { finishRun } from '../scheduling/index.ts';
import { scenarios } from './run.ts';

const write = regionProcedure('schedule.write').input(z.object({ week: z.string().refine(isIsoWeek, 'YYYY-Www') }));

export const scenariosRouter = router({
  /** Plans of one week with different aims: progress, then all that are found so far. Ending the subscription cancels. */
  run: write
    .input(
      z.object({
        seed: z.int().min(0).max(0xffffffff).optional(),
        runId: z.uuid().optional(),
        mayMove: z.boolean().optional(),
        moves: z.int().min(0).max(12_000_000).optional(),
      }),
    )
    .subscription(async function* ({ ctx, input, signal }) {
      yield* scenarios(ctx, input, signal);
    }),
  /** Ends a run of one's own with the plans so far, the one in hand included. */
  finish: write
    .input(z.object({ runId: z.uuid() }))
    .mutation(({ ctx, input }) => ({ running: finishRun(ctx, input.runId) })),
});
