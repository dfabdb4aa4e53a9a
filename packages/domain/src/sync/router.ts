import { fail, ok, problem, type Result, unwrap } from '@fieldfare/kernel';
import { observe } from '../observe.ts';
import { type Context, router, type SyncPort, sessionProcedure } from '../procedure.ts';

/** The server is the other side of sync: it has no connection to report on. */
const syncOf = (ctx: Context): Result<SyncPort> =>
  ctx.sync ? ok(ctx.sync) : fail(problem('unsupported', 'this side of sync has no connection', { rule: 'SYNC-SIDE' }));

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
  /** Tries to connect now instead of waiting for the back-off. */
  retryNow: sessionProcedure.mutation(({ ctx }) => {
    unwrap(syncOf(ctx)).retryNow();
  }),
});
