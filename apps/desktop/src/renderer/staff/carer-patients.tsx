/** Who wishes for this carer, and whom the carer must not meet. Each change is saved at once. */
import type { CarerPatients as Known } from '@fieldfare/domain';
import type { WorkspaceClient } from '@fieldfare/workspace/client';
import { ActionIcon, Button, Select, TextInput } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { type FormEvent, useCallback, useEffect, useState } from 'react';
import { attempt, problemsText } from '../lib/problems.ts';
import { useFeed } from '../lib/use-feed.ts';
import { useApp } from '../shell/app-context.tsx';
import { notify } from '../shell/notify.tsx';
import { Pending } from '../shell/place-bar.tsx';
import classes from './staff.module.css';

type Patients = readonly { readonly id: string; readonly name: string }[];

function BlockForm(props: {
  readonly patients: Patients;
  readonly onBlock: (patientId: string, reason: string) => Promise<boolean>;
}) {
  const [patientId, setPatient] = useState<string | null>(null);
  const [reason, setReason] = useState('');
  const block = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (patientId === null || !(await props.onBlock(patientId, reason.trim()))) return;
    setPatient(null);
    setReason('');
  };
  return (
    <form className={classes.inline} onSubmit={(event) => void block(event)}>
      <Select
        size="xs"
        w={190}
        label="Patient"
        searchable
        placeholder="Find a patient"
        data={props.patients.map(({ id, name }) => ({ value: id, label: name }))}
        value={patientId}
        onChange={setPatient}
      />
      <TextInput
        size="xs"
        className={classes.grow ?? ''}
        label="Reason"
        maxLength={500}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <Button type="submit" variant="default" disabled={patientId === null || reason.trim() === ''}>
        Block
      </Button>
    </form>
  );
}

export function CarerPatients(props: {
  readonly client: WorkspaceClient;
  readonly regionId: string;
  readonly staffId: string;
  readonly onPatient: (patientId: string) => void;
}) {
  const { client, regionId, staffId, onPatient } = props;
  const { source } = useApp();
  const { value: known, problems } = useFeed<Known>(
    useCallback(
      (callbacks) => client.scheduling.carerPatients.subscribe({ regionId, staffId }, callbacks),
      [client, regionId, staffId],
    ),
  );
  const [patients, setPatients] = useState<Patients>([]);
  useEffect(() => {
    void source.patients(regionId).then((found) => found.ok && setPatients(found.value));
  }, [source, regionId]);
  if (!known) return <Pending problems={problems} />;
  const { preferredBy, blocked, writable } = known;
  const taken = new Set(blocked.map(({ patientId }) => patientId));

  const block = async (patientId: string, reason: string): Promise<boolean> => {
    const result = await attempt(() => client.scheduling.blockCarer.mutate({ regionId, patientId, staffId, reason }));
    if (!result.ok) notify({ tone: 'bad', title: 'Not blocked', message: problemsText(result.problems) });
    return result.ok;
  };
  const free = async (patientId: string): Promise<void> => {
    const result = await attempt(() => client.scheduling.freeCarer.mutate({ regionId, patientId, staffId }));
    if (!result.ok) notify({ tone: 'bad', title: 'Not changed', message: problemsText(result.problems) });
  };
  const link = (patientId: string, name: string) => (
    <button type="button" className={classes.link} onClick={() => onPatient(patientId)}>
      {name}
    </button>
  );
  return (
    <div data-testid="carer-patients">
      <h3 className={classes.sub}>Wish for this carer</h3>
      {preferredBy.length === 0 ? (
        <p className={classes.hint}>Nobody yet. A patient’s requirements name the carer they know best.</p>
      ) : (
        <ul className={classes.lines} aria-label="Patients who wish for this carer">
          {preferredBy.map(({ patientId, name, service }) => (
            <li key={`${patientId} ${service}`} className={classes.line}>
              {link(patientId, name)}
              <span className={classes.dim}>{service}</span>
            </li>
          ))}
        </ul>
      )}
      <h3 className={classes.sub}>Must not meet</h3>
      {blocked.length === 0 ? (
        <p className={classes.hint}>Nobody is blocked.</p>
      ) : (
        <ul className={classes.lines} aria-label="Patients this carer must not meet">
          {blocked.map(({ patientId, name, reason }) => (
            <li key={patientId} className={classes.line}>
              {link(patientId, name)}
              <span className={classes.dim}>{reason}</span>
              {writable && (
                <ActionIcon
                  size={24}
                  aria-label={`${name} may meet this carer again`}
                  onClick={() => void free(patientId)}
                >
                  <IconX size={14} />
                </ActionIcon>
              )}
            </li>
          ))}
        </ul>
      )}
      {writable && <BlockForm patients={patients.filter(({ id }) => !taken.has(id))} onBlock={block} />}
    </div>
  );
}
