import { router, sessionProcedure } from '../procedure.ts';

export const identityRouter = router({
  /** Who the caller is, as the session knows it. */
  me: sessionProcedure.query(({ ctx }) => ({ principal: ctx.principal, name: ctx.principal.name })),
});
