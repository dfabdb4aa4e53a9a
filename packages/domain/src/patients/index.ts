import { defineModule } from '@fieldfare/kernel';
import { patientsRouter } from './router.ts';
import { hospitalStays, patients } from './tables.ts';

export type { PatientFields } from './commands.ts';
export { knownPatient, type PatientTarget, todayIn } from './queries.ts';
export { patientName, receivesCare } from './rules.ts';
export { hospitalDays, stayChange, stayShards, staysOf } from './stays.ts';
export * from './tables.ts';

export const patientsModule = defineModule({
  name: 'patients',
  about: 'the people who receive care at home',
  tables: [patients, hospitalStays],
  router: patientsRouter,
});
