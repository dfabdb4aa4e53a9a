/** Everything this build computes from one assessment. Pure: equal answers give equal results. */
import type { CapId, CapLevel } from '@fieldfare/engine-bundles';
import { CAPS } from './caps/index.ts';
import type { Form } from './items/form.ts';
import { rugRule } from './rug/grouper.ts';
import type { RugGroup, RugPack } from './rug/pack.ts';
import { FLAGS } from './scales/flags.ts';
import { SCALES } from './scales/index.ts';
import { type Answers, evaluate, type RuleResult } from './scales/rule.ts';

export interface AssessmentResults {
  readonly scales: readonly RuleResult[];
  /** Empty unless the instrument is Home Care. */
  readonly caps: Partial<{ readonly [Id in CapId]: RuleResult<CapLevel<Id>> }>;
  /** Empty unless the instrument is the mental health screener. */
  readonly flags: readonly RuleResult[];
  readonly rug: RuleResult<RugGroup> | null;
}

export function assess(form: Form, answers: Answers, rugPack?: RugPack): AssessmentResults {
  const scales = SCALES[form.instrument].map((rule) => evaluate(rule, form, answers));
  const home = form.instrument === 'interrai-hc';
  return {
    scales,
    caps: home
      ? (Object.fromEntries(
          Object.entries(CAPS).map(([id, rule]) => [id, evaluate<string>(rule, form, answers)]),
        ) as AssessmentResults['caps'])
      : {},
    flags: form.instrument === 'interrai-bmhs' ? FLAGS.map((rule) => evaluate(rule, form, answers)) : [],
    rug: home ? evaluate(rugRule(rugPack), form, answers) : null,
  };
}
