import { isIsoWeek } from '@fieldfare/kernel';
import { z } from 'zod';
import { bundleChoices } from '../bundles/index.ts';
import { regionProcedure, router, tenantProcedure } from '../procedure.ts';
import { weightSets } from '../scheduling/index.ts';
import { applyPriorities, priorities, priorityEvents } from './priorities.ts';
import { outcomeEvents, outcomesOfWeeks } from './queries.ts';

/** More weeks than the working set holds are asked for in parts. */
const MOST_WEEKS = 9;

const isoWeek = z.string().refine(isIsoWeek, 'YYYY-Www');

const read = regionProcedure('schedule.read').input(z.object({ weeks: z.array(isoWeek).min(1).max(MOST_WEEKS) }));

export const insightsRouter = router({
  /** Measures of each week asked for, in the order given. */
  weeks: read.query(({ ctx, input }) => outcomesOfWeeks(ctx, input)),
  /** The same, now and after every change. */
  weekEvents: read.subscription(async function* ({ ctx, input, signal }) {
    yield* outcomeEvents(ctx, input, signal);
  }),
  /** What the choices of these weeks say about the scheduler's priorities. */
  priorities: read.query(({ ctx, input }) => priorities(ctx, input)),
  /** The same, now and after every change. */
  priorityEvents: read.subscription(async function* ({ ctx, input, signal }) {
    yield* priorityEvents(ctx, input, signal);
  }),
  /** Puts priorities in force for the whole organisation, from the next plan on. */
  applyPriorities: tenantProcedure('orgs.write')
    .input(
      z.object({
        inForce: z.uuid().nullable(),
        ...weightSets.row.pick({ choices: true, against: true }).shape,
        weights: weightSets.row.shape.weights.required(),
      }),
    )
    .mutation(({ ctx, input }) => applyPriorities(ctx, input)),
  /** Which bundles were chosen and what followed, by axis and need. Reads every assessed patient's record; can be cancelled. */
  bundleChoices: regionProcedure('clinical.read').subscription(async function* ({ ctx, input, signal }) {
    yield* bundleChoices(ctx, input, signal);
  }),
});
