import { defineModule } from '@fieldfare/kernel';
import { packKeys, rulePacks } from './packs/tables.ts';
import { assessmentsRouter } from './router.ts';
import { assessmentDrafts, assessments, patientContexts, reassessments } from './tables.ts';

export {
  type AssessedPatient,
  assessedPatients,
  type RecordsProgress,
  readEach,
} from './assessed-patients.ts';
export type { PackChange, PackEffect, PackEffectEvent } from './packs/effect.ts';
export type { PackKeyView, PackRowView, PackSummary, PacksView } from './packs/view.ts';
export * from './pure.ts';
export {
  type AssessmentSummary,
  type AssessmentView,
  type Caseload,
  type CaseloadLine,
  type PatientRecord,
  type ProfileView,
  patientProfile,
} from './record.ts';

export const assessmentsModule = defineModule({
  name: 'assessments',
  about: 'completed assessments, what follows from them, and when the next is due',
  tables: [assessments, assessmentDrafts, reassessments, patientContexts, rulePacks, packKeys],
  router: assessmentsRouter,
});
