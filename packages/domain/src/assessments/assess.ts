/** Everything this build computes from one assessment. Pure: equal answers give equal results. */
import type { CapId, CapLevel } from '@fieldfare/engine-bundles';
import { CAPS } from './caps/index.ts';
import type { Form } from './items/form.ts';
import { NO_PACKS, type RuleBook } from './packs/pack.ts';
import { rugRule } from './rug/grouper.ts';
import type { RugGroup } from './rug/pack.ts';
import { FLAGS } from './scales/flags.ts';
import { SCALES } from './scales/index.ts';
import { type Answers, evaluate, type Rule, type RuleResult } from './scales/rule.ts';

export interface AssessmentResults {
  readonly scales: readonly RuleResult[];
  /** Empty unless the instrument is Home Care. */
  readonly caps: Partial<{ readonly [Id in CapId]: RuleResult<CapLevel<Id>> }>;
  /** Empty unless the instrument is the mental health screener. */
  readonly flags: readonly RuleResult[];
  readonly rug: RuleResult<RugGroup> | null;
}

/** `book`: rules that take the place of stand-ins. */
export function assess(form: Form, answers: Answers, book: RuleBook = NO_PACKS): AssessmentResults {
  /** A pack's rule gives values of the same range as the rule whose place it takes (`PCK-RANGE`). */
  const result = <Value extends number | string>(rule: Rule<Value>): RuleResult<Value> =>
    evaluate((book.get(rule.id) as Rule<Value> | undefined) ?? rule, form, answers);
  const scales = SCALES[form.instrument].map(result);
  const home = form.instrument === 'interrai-hc';
  return {
    scales,
    caps: home
      ? (Object.fromEntries(
          Object.entries(CAPS).map(([id, rule]) => [id, result<string>(rule)]),
        ) as AssessmentResults['caps'])
      : {},
    flags: form.instrument === 'interrai-bmhs' ? FLAGS.map(result) : [],
    rug: home ? result(rugRule()) : null,
  };
}
