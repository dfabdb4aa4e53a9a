import { defineModule } from '@fieldfare/kernel';
import { workforceRouter } from './router.ts';
import { absences, staff } from './tables.ts';

export { absenceIdOf, type StaffFields } from './commands.ts';
export type { Roster, StaffMember } from './queries.ts';
export { absentOn, staffName } from './rules.ts';
export * from './tables.ts';

export const workforce = defineModule({
  name: 'workforce',
  about: 'the people who deliver visits, when they can be booked and how much',
  tables: [staff, absences],
  router: workforceRouter,
});
