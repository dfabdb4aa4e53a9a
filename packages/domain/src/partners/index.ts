import { defineModule } from '@fieldfare/kernel';
import { partnersRouter } from './router.ts';
import { partners } from './tables.ts';

export type { PartnerFields } from './commands.ts';
export type { PartnersView } from './queries.ts';
export * from './tables.ts';

export const partnersModule = defineModule({
  name: 'partners',
  about: 'organisations that deliver visits for us with their own staff',
  tables: [partners],
  router: partnersRouter,
});
