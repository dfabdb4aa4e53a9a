import { defineModule } from '@fieldfare/kernel';
import { historyRouter } from './router.ts';

export const history = defineModule({
  name: 'history',
  about: 'undo and redo of this session’s own commands',
  tables: [],
  router: historyRouter,
});
