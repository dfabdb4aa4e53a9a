/** When a carer cannot be booked: what is to come, and one more. Each is saved at once. */
import type { Absence, StaffMember } from '@fieldfare/domain';
import { ABSENCE_REASONS } from '@fieldfare/domain/tables';
import type { WorkspaceClient } from '@fieldfare/workspace/client';
import { ActionIcon, Button, Select, TextInput } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { dateRange, fullDate, plural } from '../lib/format.ts';
import { optionsOf } from '../lib/options.ts';
import { attempt, problemsText } from '../lib/problems.ts';
import { notify } from '../shell/notify.tsx';
import classes from './staff.module.css';
import { REASON_NAMES } from './words.ts';

const daysOf = ({ fromDate, toDate }: Absence): string =>
  fromDate === toDate ? fullDate(fromDate) : dateRange(fromDate, toDate);

export function Absences(props: {
  readonly client: WorkspaceClient;
  readonly regionId: string;
  readonly person: StaffMember;
  readonly today: string;
  readonly writable: boolean;
}) {
  const { client, regionId, person, today, writable } = props;
  const [fromDate, setFrom] = useState(today);
  const [toDate, setTo] = useState(today);
  const [reason, setReason] = useState<Absence['reason']>(ABSENCE_REASONS[0]);
  const [problem, setProblem] = useState('');
  const ahead = person.absences.filter((absence) => absence.toDate >= today);
  const past = person.absences.length - ahead.length;

  const add = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const absence = { regionId, staffId: person.id, fromDate, toDate, reason };
    const result = await attempt(() => client.workforce.recordAbsence.mutate(absence));
    setProblem(result.ok ? '' : problemsText(result.problems));
  };
  const remove = async (absenceId: string): Promise<void> => {
    const result = await attempt(() => client.workforce.removeAbsence.mutate({ regionId, absenceId }));
    if (!result.ok) notify({ tone: 'bad', title: 'Not removed', message: problemsText(result.problems) });
  };
  return (
    <div data-testid="absences">
      {ahead.length === 0 ? (
        <p className={classes.hint}>Nothing to come{past > 0 && `; ${plural(past, 'absence')} before today`}.</p>
      ) : (
        <ul className={classes.lines} aria-label="Absences">
          {ahead.map((absence) => (
            <li key={absence.id} className={classes.line}>
              <span>{daysOf(absence)}</span>
              <span className={classes.dim}>{REASON_NAMES[absence.reason]}</span>
              {writable && (
                <ActionIcon
                  size={24}
                  aria-label={`Remove the absence ${daysOf(absence)}`}
                  onClick={() => void remove(absence.id)}
                >
                  <IconX size={14} />
                </ActionIcon>
              )}
            </li>
          ))}
        </ul>
      )}
      {writable && (
        <form className={classes.inline} onSubmit={(event) => void add(event)}>
          <TextInput
            size="xs"
            type="date"
            label="First day"
            value={fromDate}
            onChange={({ currentTarget: { value } }) => {
              setFrom(value);
              if (toDate < value) setTo(value);
            }}
          />
          <TextInput
            size="xs"
            type="date"
            label="Last day"
            min={fromDate}
            value={toDate}
            onChange={(event) => setTo(event.currentTarget.value)}
          />
          <Select
            size="xs"
            w={110}
            label="Reason"
            data={optionsOf(REASON_NAMES)}
            allowDeselect={false}
            value={reason}
            onChange={(value) => value && setReason(value as Absence['reason'])}
          />
          <Button type="submit" variant="default" disabled={fromDate === '' || toDate === ''}>
            Add absence
          </Button>
        </form>
      )}
      {problem !== '' && (
        <p className={classes.problem} role="alert">
          {problem}
        </p>
      )}
      {writable && (
        <p className={classes.hint}>
          Visits that are planned stay where they are and show as clashes; “Something happened” on the week board finds
          other carers for them.
        </p>
      )}
    </div>
  );
}
