/** What signing, or ending, a plan does to the weeks ahead: shown first, then done. */
import type { DemandLine, EffectView } from '@fieldfare/domain';
import type { LocalDate, Problem } from '@fieldfare/kernel';
import { Button, Checkbox, Loader, Modal, TextInput } from '@mantine/core';
import { plural, weekLabel } from '../lib/format.ts';
import { problemsText } from '../lib/problems.ts';
import classes from './care-plan.module.css';

function Lines({ title, lines }: { readonly title: string; readonly lines: readonly DemandLine[] }) {
  if (lines.length === 0) return null;
  return (
    <section>
      <h4 className={classes.sideTitle}>{title}</h4>
      <ul className={classes.plainList}>
        {lines.map(({ requirementId, service, text }) => (
          <li key={requirementId}>
            <strong>{service}</strong> {text}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Ends(props: {
  readonly ends: readonly DemandLine[];
  readonly beside: readonly string[];
  readonly kept: ReadonlyMap<string, DemandLine>;
  readonly onBeside: ((ids: readonly string[]) => void) | null;
}) {
  const { ends, beside, kept, onBeside } = props;
  const keptLines = beside.flatMap((id) => kept.get(id) ?? []);
  if (ends.length + keptLines.length === 0) return null;
  return (
    <section>
      <h4 className={classes.sideTitle}>Ends the day before</h4>
      <ul className={classes.plainList}>
        {[...ends, ...keptLines].map(({ requirementId, service, text }) => (
          <li key={requirementId}>
            <span>
              <strong>{service}</strong> {text}
            </span>
            {onBeside && (
              <Checkbox
                size="xs"
                label="Keep beside the plan"
                checked={beside.includes(requirementId)}
                onChange={(event) =>
                  onBeside(
                    event.currentTarget.checked
                      ? [...beside, requirementId]
                      : beside.filter((id) => id !== requirementId),
                  )
                }
              />
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

export interface SignDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly dateLabel: string;
  readonly date: LocalDate;
  readonly onDate: (date: LocalDate) => void;
  readonly effect: EffectView | null;
  readonly problems: readonly Problem[];
  readonly beside: readonly string[];
  /** Lines by id that were kept beside; the effect no longer names them. */
  readonly kept: ReadonlyMap<string, DemandLine>;
  readonly onBeside: ((ids: readonly string[]) => void) | null;
  /** When given, a reason is asked for. */
  readonly reason: { readonly value: string; readonly onChange: (text: string) => void } | null;
  readonly action: string;
  readonly busy: boolean;
  readonly onAct: (token: string) => void;
}

export function SignDialog(props: SignDialogProps) {
  const { opened, onClose, title, dateLabel, date, onDate, effect, problems, beside, kept, onBeside, reason } = props;
  const ready = effect !== null && effect.from !== '' && problems.length === 0;
  return (
    <Modal opened={opened} onClose={onClose} title={title} size={560}>
      <div className={classes.dialog}>
        <TextInput
          size="xs"
          type="date"
          label={dateLabel}
          value={date}
          w={170}
          onChange={(event) => event.currentTarget.value && onDate(event.currentTarget.value)}
        />
        {problems.length > 0 && (
          <div className={classes.notice} data-tone="bad" role="alert">
            {problemsText(problems)}
          </div>
        )}
        {effect === null && problems.length === 0 && <Loader size="xs" />}
        {effect && (
          <>
            <Lines title="Begins" lines={effect.begins} />
            <Lines title="Goes on as it is" lines={effect.stays} />
            <Ends ends={effect.ends} beside={beside} kept={kept} onBeside={onBeside} />
            <section data-testid="effect-weeks">
              <h4 className={classes.sideTitle}>In the schedule</h4>
              {effect.weeks.length === 0 && <p className={classes.small}>No visit changes.</p>}
              <ul className={classes.plainList}>
                {effect.weeks.map(({ week, planned, cancelled, withCarer }) => (
                  <li key={week}>
                    <strong>{weekLabel(week)}</strong> {plural(planned, 'new visit')} in the tray
                    {cancelled > 0 && `, ${plural(cancelled, 'visit')} cancelled`}
                    {withCarer > 0 && ` (${withCarer} of them with a carer)`}
                  </li>
                ))}
              </ul>
            </section>
            {effect.arranged.length > 0 && (
              <p className={classes.small}>Arranged outside the schedule: {effect.arranged.join(', ')}.</p>
            )}
          </>
        )}
        {reason && (
          <TextInput
            size="xs"
            label="Why"
            value={reason.value}
            maxLength={1000}
            onChange={(event) => reason.onChange(event.currentTarget.value)}
          />
        )}
        <div className={classes.dialogActions}>
          <Button variant="default" onClick={onClose}>
            Not now
          </Button>
          <Button disabled={!ready} loading={props.busy} onClick={() => effect && props.onAct(effect.token)}>
            {props.action}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
