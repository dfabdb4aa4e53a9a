import { unwrap } from '@fieldfare/kernel';
import { observe } from '../observe.ts';
import { router, sessionProcedure } from '../procedure.ts';

export const historyRouter = router({
  /** What undo and redo would do now, and after every change of it. */
  state: sessionProcedure.subscription(async function* ({ ctx, signal }) {
    yield* observe(
      () => ctx.history.state(),
      (listener) => ctx.history.onChange(listener),
      signal,
    );
  }),
  undo: sessionProcedure.mutation(async ({ ctx }) => unwrap(await ctx.history.undo())),
  redo: sessionProcedure.mutation(async ({ ctx }) => unwrap(await ctx.history.redo())),
});
