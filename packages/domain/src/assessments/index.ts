import { defineModule } from '@fieldfare/kernel';
import { assessmentsRouter } from './router.ts';
import { assessmentDrafts, assessments, patientContexts, reassessments } from './tables.ts';

export * from './pure.ts';
export {
  type AssessmentSummary,
  type AssessmentView,
  type Caseload,
  type CaseloadLine,
  type PatientRecord,
  type PatientTarget,
  type ProfileView,
  patientProfile,
} from './record.ts';

export const assessmentsModule = defineModule({
  name: 'assessments',
  about: 'completed assessments, what follows from them, and when the next is due',
  tables: [assessments, assessmentDrafts, reassessments, patientContexts],
  router: assessmentsRouter,
});
