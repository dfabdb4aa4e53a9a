import { defineModule } from '@fieldfare/kernel';
import { identityRouter } from './router.ts';
import { users } from './tables.ts';

export { userNames } from './queries.ts';
export * from './tables.ts';

export const identity = defineModule({
  name: 'identity',
  about: 'people and programs that sign in, as others see them',
  tables: [users],
  router: identityRouter,
});
