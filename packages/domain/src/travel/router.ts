import { regionProcedure, router } from '../procedure.ts';
import { drivingEvents } from './driving.ts';

export const travelRouter = router({
  /** How long drives are thought to take and what was learnt about it, now and after every change. */
  drivingEvents: regionProcedure('orgs.read').subscription(async function* ({ ctx, input, signal }) {
    yield* drivingEvents(ctx, input, signal);
  }),
});
