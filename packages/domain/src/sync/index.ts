import { defineModule } from '@fieldfare/kernel';
import { syncRouter } from './router.ts';

export type { TitledReport, TitledShard } from './report.ts';

export const sync = defineModule({
  name: 'sync',
  about: 'where this working copy stands towards the server',
  tables: [],
  router: syncRouter,
});
