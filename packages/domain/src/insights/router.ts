import { isIsoWeek } from '@fieldfare/kernel';
import { z } from 'zod';
import { regionProcedure, router } from '../procedure.ts';
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
});
