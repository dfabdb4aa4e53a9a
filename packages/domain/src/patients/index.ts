import { defineModule } from '@fieldfare/kernel';
import { patientsRouter } from './router.ts';
import { patients } from './tables.ts';

export { patientName, receivesCare } from './rules.ts';
export * from './tables.ts';

export const patientsModule = defineModule({
  name: 'patients',
  about: 'the people who receive care at home',
  tables: [patients],
  router: patientsRouter,
});
