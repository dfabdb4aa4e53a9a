/** Scales of what is entered so far: a value, or how much it still lacks. */
import { type Answers, assess, type Form, type PackInForce, ruleBookOf } from '@fieldfare/domain/assessments';
import { useMemo } from 'react';
import { plural } from '../../lib/format.ts';
import { ScrollBox } from '../../shell/scroll-box.tsx';
import classes from './entry.module.css';

export function LiveScores(props: {
  readonly form: Form;
  readonly answers: Answers;
  readonly packs: readonly PackInForce[];
}) {
  const { form, answers, packs } = props;
  const book = useMemo(() => ruleBookOf(packs), [packs]);
  const { scales, flags } = useMemo(() => assess(form, answers, book), [form, answers, book]);
  return (
    <ScrollBox aside label="Scores so far" className={classes.scores}>
      <h2>So far</h2>
      <dl>
        {[...scales, ...flags].map(({ id, label, value, missing }) => (
          <div
            key={id}
            data-known={value !== null || undefined}
            data-alert={flags.length > 0 && value === 3 ? '' : undefined}
          >
            <dt>{label}</dt>
            <dd title={value === null ? missing.join(', ') : undefined}>
              {value ?? <span>lacks {missing.length > 4 ? plural(missing.length, 'item') : missing.join(' ')}</span>}
            </dd>
          </div>
        ))}
      </dl>
    </ScrollBox>
  );
}
