import { defineModule } from '@fieldfare/kernel';
import { orgsRouter } from './router.ts';
import { organisations, regions, serviceTypes } from './tables.ts';

export type { CurrentOrganisation } from './queries.ts';
export * from './tables.ts';

export const orgs = defineModule({
  name: 'orgs',
  about: 'the organisation, its regions and the services it delivers',
  tables: [organisations, regions, serviceTypes],
  router: orgsRouter,
});
