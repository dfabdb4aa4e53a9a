/** A value that says, on demand, where it comes from: its rule, the items it read, what it lacked. */
import { formOf, type Instrument, type RuleStatus } from '@fieldfare/domain/assessments';
import { Popover } from '@mantine/core';
import type { ReactNode } from 'react';
import { fullDate } from '../lib/format.ts';
import { meaning } from './assessments/entry-model.ts';
import classes from './why.module.css';
import { instrumentName, STATUS_WORDS } from './wording.ts';

export interface WhyInput {
  readonly code: string;
  readonly value: number | string | boolean | null;
  readonly assessmentId?: string;
}

/** An assessment that inputs may come from. */
export interface UsedAssessment {
  readonly id: string;
  readonly instrument: Instrument;
  readonly formVersion: string;
  readonly assessedOn: string;
}

function itemWords(used: UsedAssessment | undefined, { code, value }: WhyInput): { label: string; words: string } {
  const item = used && formOf(used.instrument, used.formVersion)?.byCode.get(code);
  if (!item || typeof value !== 'number') return { label: '', words: String(value) };
  return { label: item.label, words: `${value} ${meaning(item, value)}` };
}

export function Why(props: {
  readonly label: string;
  /** Null: not known. */
  readonly value: string | null;
  readonly status: RuleStatus | 'recorded';
  readonly rule: string;
  readonly inputs: readonly WhyInput[];
  readonly missing: readonly string[];
  readonly used: readonly UsedAssessment[];
  /** Beside the value: a scale, a change. */
  readonly aside?: ReactNode;
  /** Explains what the value stands for. */
  readonly note?: string;
}) {
  const { label, value, status, inputs, missing, used } = props;
  const sources = used.filter(({ id }) => inputs.some(({ assessmentId }) => assessmentId === id));
  return (
    <Popover width={340} position="bottom-start" shadow="md" radius="lg" withinPortal>
      <Popover.Target>
        <button type="button" className={classes.row} data-known={value !== null || undefined}>
          <span className={classes.label}>{label}</span>
          {props.aside}
          {status === 'provisional' && <span className={classes.mark}>prov.</span>}
          <span className={classes.value}>{value ?? 'not known'}</span>
        </button>
      </Popover.Target>
      <Popover.Dropdown className={classes.why ?? ''} data-testid="why">
        <p className={classes.rule}>
          <strong>{STATUS_WORDS[status].word}</strong> {STATUS_WORDS[status].about}
        </p>
        {props.note && <p>{props.note}</p>}
        {props.rule !== '' && <p className={classes.quiet}>{props.rule}</p>}
        {sources.map((source) => (
          <section key={source.id}>
            <h4>
              {instrumentName(source.instrument)} {source.formVersion}, {fullDate(source.assessedOn)}
            </h4>
            <dl>
              {inputs
                .filter(({ assessmentId }) => assessmentId === source.id)
                .map((input) => {
                  const { label: asked, words } = itemWords(source, input);
                  return (
                    <div key={input.code}>
                      <dt>
                        <span>{input.code}</span> {asked}
                      </dt>
                      <dd>{words}</dd>
                    </div>
                  );
                })}
            </dl>
          </section>
        ))}
        {missing.length > 0 && (
          <p className={classes.missing}>
            Not known without {missing.slice(0, 12).join(', ')}
            {missing.length > 12 ? ` and ${missing.length - 12} more` : ''}.
          </p>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
