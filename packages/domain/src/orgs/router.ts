import { router, tenantProcedure } from '../procedure.ts';
import { currentOrganisation } from './queries.ts';

export const orgsRouter = router({
  /** The organisation, the regions the caller may see, service types and partners. */
  current: tenantProcedure('orgs.read').query(({ ctx }) => currentOrganisation(ctx)),
});
