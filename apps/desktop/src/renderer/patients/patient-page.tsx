/** One patient: who they are, when they are due, and the tabs of their record. */
import type { PatientRecord } from '@fieldfare/domain';
import type { WorkspaceClient } from '@fieldfare/workspace/client';
import { ActionIcon, Badge, Button, Skeleton, Tabs, Tooltip } from '@mantine/core';
import { IconArrowLeft, IconEye } from '@tabler/icons-react';
import { useCallback, useState } from 'react';
import { useFeed } from '../lib/use-feed.ts';
import { useOffice } from '../shell/app-context.tsx';
import { Pending, PlaceBar, PlaceNote, PlaceTitle } from '../shell/place-bar.tsx';
import { useUndoKeys } from '../shell/use-undo-keys.ts';
import { Due } from './due.tsx';
import { PatientDialog } from './patient-dialog.tsx';
import classes from './patients.module.css';
import { FIRST_TAB, PATIENT_TABS } from './tabs.ts';
import { CARE_NAMES } from './wording.ts';

export function PatientPage(props: {
  readonly client: WorkspaceClient;
  readonly regionId: string;
  readonly patientId: string;
  readonly tab: string;
  readonly onTab: (tab: string) => void;
  readonly onBack: () => void;
}) {
  const { client, regionId, patientId } = props;
  useUndoKeys();
  const { value: record, problems } = useFeed<PatientRecord>(
    useCallback(
      (callbacks) => client.assessments.recordEvents.subscribe({ regionId, patientId }, callbacks),
      [client, regionId, patientId],
    ),
  );
  const [changing, setChanging] = useState(false);
  const office = useOffice(regionId);
  const shown = PATIENT_TABS.find(({ id }) => id === props.tab) ?? PATIENT_TABS.find(({ id }) => id === FIRST_TAB);
  const Shown = shown?.component;
  return (
    <>
      <PlaceBar
        end={
          record && (
            <>
              <Due dueOn={record.dueOn} today={record.today} verbose />
              {record.patientWritable && (
                <Button variant="default" onClick={() => setChanging(true)}>
                  Details
                </Button>
              )}
            </>
          )
        }
      >
        <Tooltip label="All patients">
          <ActionIcon aria-label="All patients" onClick={props.onBack}>
            <IconArrowLeft size={18} />
          </ActionIcon>
        </Tooltip>
        {record ? (
          <>
            <PlaceTitle>
              {record.patient.givenName} {record.patient.familyName}
            </PlaceTitle>
            <PlaceNote>
              {record.patient.reference} · {record.patient.municipality}
            </PlaceNote>
            {record.patient.status !== 'active' && <Badge color="gray">{CARE_NAMES[record.patient.status]}</Badge>}
          </>
        ) : (
          <Skeleton width={180} height={18} />
        )}
        {record && !record.writable && (
          <Badge variant="light" color="gray" leftSection={<IconEye size={12} />}>
            Read only
          </Badge>
        )}
      </PlaceBar>
      <Tabs
        value={shown?.id ?? null}
        onChange={(tab) => tab !== null && props.onTab(tab)}
        className={classes.tabs ?? ''}
      >
        <Tabs.List>
          {PATIENT_TABS.map(({ id, label }) => (
            <Tabs.Tab key={id} value={id}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
      </Tabs>
      <main className={classes.body}>
        {record && Shown ? (
          <Shown client={client} regionId={regionId} patientId={patientId} record={record} />
        ) : (
          <Pending problems={problems} />
        )}
      </main>
      {record && changing && (
        <PatientDialog
          client={client}
          regionId={regionId}
          patient={record.patient}
          office={office}
          onClose={() => setChanging(false)}
        />
      )}
    </>
  );
}
