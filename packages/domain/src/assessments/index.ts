export { type AssessmentResults, assess } from './assess.ts';
export { allowedText, allows, type CodeSet } from './items/code-sets.ts';
export { type Form, type FormItem, INSTRUMENTS, type Instrument } from './items/form.ts';
export { FORMS, formOf } from './items/forms.ts';
export type { RugGroup, RugPack } from './rug/pack.ts';
export type { Answers, Input, RuleResult, RuleStatus } from './scales/rule.ts';
