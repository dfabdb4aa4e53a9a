/**
 * The module without its router and queries: for screens and adapters, which work on plain answers.
 * (`@fieldfare/domain/assessments`)
 */
export {
  type CapId,
  type Finding,
  NEED_GROUPS,
  NEEDS,
  type NeedGroup,
  type NeedId,
  SAFETY_FLAGS,
} from '@fieldfare/engine-bundles';
export { type AssessmentResults, assess } from './assess.ts';
export { CAPS } from './caps/index.ts';
export { allowedText, allows, type CodeSet } from './items/code-sets.ts';
export type { Concept } from './items/concepts.ts';
export { type Form, type FormItem, INSTRUMENTS, type Instrument } from './items/form.ts';
export { FORMS, formNamed, formOf } from './items/forms.ts';
export { type PackInForce, ruleBookOf } from './packs/pack.ts';
export type { ProfileChange } from './profile/compare.ts';
export { needsProfile, type ProfileInput } from './profile/profile.ts';
export {
  type AssessmentContent,
  assessmentIdOf,
  checkAnswer,
  record,
  standingOf,
} from './rules.ts';
export type { Answers, Input, RuleResult, RuleStatus } from './scales/rule.ts';
export * from './tables.ts';
