/** A patient's stays in hospital: outcomes are judged by them. An admission is entered at once, its discharge when it is known. */
import type { HospitalStay } from '@fieldfare/domain/tables';
import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { fullDate } from '../../lib/format.ts';
import { attempt, problemsText } from '../../lib/problems.ts';
import { notify } from '../../shell/notify.tsx';
import { Tag } from '../../shell/tag.tsx';
import type { TabProps } from '../tab-props.ts';
import classes from './hospital.module.css';

function discharge({ dischargedOn }: HospitalStay, today: string) {
  if (dischargedOn === null) return <Tag tone="info">in hospital</Tag>;
  return dischargedOn > today ? (
    <Tag tone="info">expected home on {fullDate(dischargedOn)}</Tag>
  ) : (
    fullDate(dischargedOn)
  );
}

export function HospitalTab({ client, regionId, patientId, record }: TabProps) {
  const { stays, today, writable } = record;
  const [admittedOn, setAdmitted] = useState(today);
  const [dischargedOn, setDischarged] = useState('');
  const [problem, setProblem] = useState('');
  const save = async (admitted: string, home: string | null): Promise<boolean> => {
    const result = await attempt(() =>
      client.patients.recordStay.mutate({ regionId, patientId, admittedOn: admitted, dischargedOn: home }),
    );
    setProblem(result.ok ? '' : problemsText(result.problems));
    return result.ok;
  };
  const add = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (await save(admittedOn, dischargedOn === '' ? null : dischargedOn)) setDischarged('');
  };
  const remove = async (stayId: string): Promise<void> => {
    const result = await attempt(() => client.patients.removeStay.mutate({ regionId, patientId, stayId }));
    if (!result.ok) notify({ tone: 'bad', title: 'Not removed', message: problemsText(result.problems) });
  };
  return (
    <div className={classes.tab} data-testid="hospital-stays">
      {stays.length === 0 ? (
        <p className={classes.lead}>No stay in hospital is known.</p>
      ) : (
        <div className={classes.box}>
          <table className={classes.table} aria-label="Stays in hospital">
            <thead>
              <tr>
                <th scope="col">Admitted</th>
                <th scope="col">Home again</th>
                <th scope="col">Entered</th>
                {writable && <th scope="col">Change</th>}
              </tr>
            </thead>
            <tbody>
              {stays.map((stay) => (
                <tr key={stay.id} data-stay={stay.admittedOn}>
                  <th scope="row">{fullDate(stay.admittedOn)}</th>
                  <td>{discharge(stay, today)}</td>
                  <td className={classes.dim}>{stay.source === 'replan' ? 'with a replanned week' : 'here'}</td>
                  {writable && (
                    <td>
                      <span className={classes.actions}>
                        {(stay.dischargedOn === null || stay.dischargedOn > today) && (
                          <Button variant="default" onClick={() => void save(stay.admittedOn, today)}>
                            Home today
                          </Button>
                        )}
                        <Button variant="subtle" color="gray" onClick={() => void remove(stay.id)}>
                          Remove
                        </Button>
                      </span>
                    </td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {writable && (
        <form className={classes.form} onSubmit={(event) => void add(event)}>
          <TextInput
            size="xs"
            type="date"
            label="Admitted on"
            max={today}
            value={admittedOn}
            onChange={(event) => setAdmitted(event.currentTarget.value)}
          />
          <TextInput
            size="xs"
            type="date"
            label="Home again on (if known)"
            min={admittedOn}
            value={dischargedOn}
            onChange={(event) => setDischarged(event.currentTarget.value)}
          />
          <Button type="submit" variant="default" disabled={admittedOn === ''}>
            Record stay
          </Button>
        </form>
      )}
      {problem !== '' && (
        <p className={classes.problem} role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
