/** One need of a patient, entered, changed from a day on, or ended. What it does to planned weeks is shown before it is done. */
import type { Requirement, RequirementEffect, RequirementFields, RequirementsView } from '@fieldfare/domain';
import { type Problem, problem } from '@fieldfare/kernel';
import type { WorkspaceClient } from '@fieldfare/workspace/client';
import { Button, Modal, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { fieldErrors } from '../../lib/field-errors.ts';
import { plural, weekLabel } from '../../lib/format.ts';
import { attempt, problemsText } from '../../lib/problems.ts';
import form from '../../shell/form-dialog.module.css';
import { notify } from '../../shell/notify.tsx';
import { NeedFields } from './need-fields.tsx';
import classes from './requirements.module.css';

const NEW: RequirementFields = {
  serviceCode: '',
  visitsPerWeek: 1,
  minutes: 45,
  windows: [{ weekdays: [], from: '08:00', to: '12:00' }],
  providerPreference: 'any',
  priority: 'routine',
  preferredStaffId: null,
  endsOn: null,
  skills: null,
  pairing: null,
  continuity: null,
};

function fieldsOf({ id: _id, regionId: _region, patientId: _patient, startsOn: _from, ...fields }: Requirement) {
  return fields;
}

/** What the form itself can say. */
function missing({ serviceCode, windows }: RequirementFields, from: string): readonly Problem[] {
  return [
    ...(serviceCode === '' ? [problem('invalid', 'choose a service', { path: ['serviceCode'] })] : []),
    ...(from === '' ? [problem('invalid', 'is needed', { path: ['from'] })] : []),
    ...windows.flatMap((window, index) =>
      window.from === '' || window.to === ''
        ? [problem('invalid', 'needs both times', { path: ['windows', index] })]
        : [],
    ),
  ];
}

function Effect({ weeks }: Pick<RequirementEffect, 'weeks'>) {
  return (
    <section className={classes.effect} data-testid="need-effect" role="status">
      <strong>This changes weeks that are planned:</strong>
      <ul>
        {weeks.map(({ week, planned, cancelled, withCarer }) => (
          <li key={week}>
            {weekLabel(week)}: {plural(planned, 'new visit')} in the tray
            {cancelled > 0 && `, ${plural(cancelled, 'visit')} cancelled`}
            {withCarer > 0 && ` (${withCarer} with a carer)`}
          </li>
        ))}
      </ul>
    </section>
  );
}

interface Props {
  readonly client: WorkspaceClient;
  readonly regionId: string;
  readonly patientId: string;
  readonly view: RequirementsView;
  /** Null: another need. */
  readonly row: Requirement | null;
  readonly onClose: () => void;
}

export function NeedDialog(props: Props) {
  const { client, regionId, patientId, view, row, onClose } = props;
  const [value, setValue] = useState<RequirementFields>(row ? fieldsOf(row) : NEW);
  const [from, setFrom] = useState(row && row.startsOn > view.today ? row.startsOn : view.today);
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const [busy, setBusy] = useState(false);
  /** Shown, and waiting for a yes; with the need as it was asked about. */
  const [asked, setAsked] = useState<{ readonly effect: RequirementEffect; readonly end: boolean } | null>(null);
  const errors = fieldErrors(problems);

  const input = (end: boolean) => ({
    ...{ regionId, patientId, from, requirementId: row?.id ?? null },
    set: end ? null : value,
  });
  const save = async ({ id, token }: RequirementEffect, end: boolean): Promise<void> => {
    const result = await attempt(() => client.scheduling.saveRequirement.mutate({ ...input(end), id, token }));
    setBusy(false);
    setAsked(null);
    if (!result.ok) return setProblems(result.problems);
    notify({ tone: 'good', title: end ? 'The need ends' : row ? 'Need changed' : 'Need added' });
    onClose();
  };
  /** Asks what it would do; what takes a visit from a carer waits for a yes. */
  const ask = async (end: boolean): Promise<void> => {
    const wrong = end ? [] : missing(value, from);
    setProblems(wrong);
    if (wrong.length > 0) return;
    setBusy(true);
    const result = await attempt(() => client.scheduling.requirementEffect.query(input(end)));
    if (!result.ok) {
      setBusy(false);
      return setProblems(result.problems);
    }
    const effect = result.value;
    if (effect.weeks.every(({ cancelled }) => cancelled === 0)) return await save(effect, end);
    setBusy(false);
    setAsked({ effect, end });
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!asked) return void ask(false);
    setBusy(true);
    void save(asked.effect, asked.end);
  };
  const change = (fields: Partial<RequirementFields>): void => {
    setValue((before) => ({ ...before, ...fields }));
    setAsked(null);
  };
  return (
    <Modal opened onClose={onClose} title={row ? 'Change need' : 'Add need'} size={640}>
      <form className={form.form} onSubmit={submit} data-testid="need-form">
        <NeedFields view={view} value={value} errors={errors} onChange={change} />
        <div className={form.two}>
          <TextInput
            size="xs"
            type="date"
            label={row ? 'Holds as given from' : 'First day'}
            min={view.today}
            error={errors.at('from')}
            value={from}
            onChange={(event) => {
              setFrom(event.currentTarget.value);
              setAsked(null);
            }}
          />
          <TextInput
            size="xs"
            type="date"
            label="Last day (if known)"
            min={from}
            error={errors.at('endsOn')}
            value={value.endsOn ?? ''}
            onChange={(event) => change({ endsOn: event.currentTarget.value || null })}
          />
        </div>
        {row && (
          <p className={classes.hint}>
            Preferred carer, skills and continuity hold at once; anything else from that day on, what stands until then
            ends the day before.
          </p>
        )}
        {errors.rest.length > 0 && (
          <p className={classes.problem} role="alert">
            {problemsText(errors.rest)}
          </p>
        )}
        <footer className={classes.bottom}>
          {asked && <Effect weeks={asked.effect.weeks} />}
          <div className={classes.foot}>
            {row && !asked && (
              <Button variant="subtle" color="red" onClick={() => void ask(true)}>
                End it from {from === view.today ? 'today' : 'that day'}
              </Button>
            )}
            <span className={classes.grow} />
            <Button variant="default" onClick={asked ? () => setAsked(null) : onClose}>
              {asked ? 'Back' : 'Cancel'}
            </Button>
            <Button type="submit" loading={busy}>
              {asked ? (asked.end ? 'End it' : 'Change them') : row ? 'Save' : 'Add need'}
            </Button>
          </div>
        </footer>
      </form>
    </Modal>
  );
}
