import { orgShard, unwrap } from '@fieldfare/kernel';
import { observe } from '../observe.ts';
import { router, sessionProcedure, syncOf } from '../procedure.ts';
import { titledReport } from './report.ts';

export const syncRouter = router({
  /** Where sync stands now, and after every change of it. */
  status: sessionProcedure.subscription(async function* ({ ctx, signal }) {
    const sync = unwrap(syncOf(ctx));
    yield* observe(
      () => sync.status(),
      (listener) => sync.onStatus(listener),
      signal,
    );
  }),
  /** Everything about the link and its shards at this moment, for whoever looks for a fault. */
  report: sessionProcedure.query(({ ctx }) => {
    const name = (regionId: string): string | null => {
      const found = ctx.row(orgShard, 'regions', regionId)?.fields.name;
      return typeof found === 'string' ? found : null;
    };
    return titledReport(unwrap(syncOf(ctx)).report(), name);
  }),
  /** Tries to connect now instead of waiting for the back-off. */
  retryNow: sessionProcedure.mutation(({ ctx }) => {
    unwrap(syncOf(ctx)).retryNow();
  }),
});
