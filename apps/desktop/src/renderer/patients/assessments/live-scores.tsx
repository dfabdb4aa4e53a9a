/** Scales of what is entered so far: a value, or how much it still lacks. */
import { type Answers, assess, type Form } from '@fieldfare/domain/assessments';
import { useMemo } from 'react';
import { plural } from '../../lib/format.ts';
import classes from './entry.module.css';

export function LiveScores({ form, answers }: { readonly form: Form; readonly answers: Answers }) {
  const { scales, flags } = useMemo(() => assess(form, answers), [form, answers]);
  return (
    <aside className={classes.scores} aria-label="Scores so far">
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
    </aside>
  );
}
