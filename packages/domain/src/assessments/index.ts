import { defineModule } from '@fieldfare/kernel';
import { assessmentsRouter } from './router.ts';
import { assessmentDrafts, assessments, patientContexts, reassessments } from './tables.ts';

export { type AssessmentResults, assess } from './assess.ts';
export type { Form, FormItem, Instrument } from './items/form.ts';
export { FORMS, formOf } from './items/forms.ts';
export type { ProfileChange } from './profile/compare.ts';
export { needsProfile, type ProfileInput } from './profile/profile.ts';
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
export { type AssessmentContent, answerProblems, checkContent, record, standingOf } from './rules.ts';
export type { Answers, Input, RuleResult, RuleStatus } from './scales/rule.ts';
export * from './tables.ts';

export const assessmentsModule = defineModule({
  name: 'assessments',
  about: 'completed assessments, what follows from them, and when the next is due',
  tables: [assessments, assessmentDrafts, reassessments, patientContexts],
  router: assessmentsRouter,
});
