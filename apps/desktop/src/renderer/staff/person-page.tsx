/** One carer: the form, absences, and patients. */
import type { Partner, Roster, StaffMember } from '@fieldfare/domain';
import type { WorkspaceClient } from '@fieldfare/workspace/client';
import { ActionIcon, Badge, Button, Tooltip } from '@mantine/core';
import { IconArrowLeft, IconEye } from '@tabler/icons-react';
import { useBlocker } from '@tanstack/react-router';
import { type KeyboardEvent, useCallback, useEffect, useState } from 'react';
import { attempt } from '../lib/problems.ts';
import { useFeed } from '../lib/use-feed.ts';
import { useOffice } from '../shell/app-context.tsx';
import { Pending, PlaceBar, PlaceNote, PlaceTitle } from '../shell/place-bar.tsx';
import { useUndoKeys } from '../shell/use-undo-keys.ts';
import { Absences } from './absences.tsx';
import { CarerPatients } from './carer-patients.tsx';
import { Card, HoursCard, PersonCard, SkillsCard, WeekCard } from './person-form.tsx';
import classes from './staff.module.css';
import { usePerson } from './use-person.ts';
import { ROLE_NAMES } from './words.ts';

interface Props {
  readonly client: WorkspaceClient;
  readonly regionId: string;
  /** Null: somebody new. */
  readonly staffId: string | null;
  readonly onBack: () => void;
  readonly onPerson: (staffId: string) => void;
  readonly onPatient: (patientId: string) => void;
}

export function PersonPage(props: Props) {
  const { client, regionId, staffId } = props;
  const { value: roster, problems } = useFeed<Roster>(
    useCallback((callbacks) => client.workforce.rosterEvents.subscribe({ regionId }, callbacks), [client, regionId]),
  );
  const person = roster?.people.find(({ id }) => id === staffId) ?? null;
  if (roster && (person || staffId === null)) return <Person {...props} roster={roster} person={person} />;
  return (
    <>
      <PlaceBar>
        <Back onBack={props.onBack} />
      </PlaceBar>
      <main className={classes.body}>
        {roster ? <p className={classes.empty}>Nobody here has this address.</p> : <Pending problems={problems} />}
      </main>
    </>
  );
}

const Back = ({ onBack }: { readonly onBack: () => void }) => (
  <Tooltip label="All staff">
    <ActionIcon aria-label="All staff" onClick={onBack}>
      <IconArrowLeft size={18} />
    </ActionIcon>
  </Tooltip>
);

function usePartners(client: WorkspaceClient): readonly Partner[] {
  const [partners, setPartners] = useState<readonly Partner[]>([]);
  useEffect(() => {
    void attempt(() => client.partners.list.query()).then((found) => found.ok && setPartners(found.value));
  }, [client]);
  return partners;
}

function Person(props: Props & { readonly roster: Roster; readonly person: StaffMember | null }) {
  const { client, regionId, roster, person, onBack, onPerson, onPatient } = props;
  const { writable, today } = roster;
  const partners = usePartners(client);
  const office = useOffice(regionId);
  const draft = usePerson({ client, regionId, person, office, onAdded: onPerson });
  const { value, errors, dirty, busy } = draft;
  useUndoKeys();
  useBlocker({
    shouldBlockFn: () => dirty && !busy && !window.confirm('Leave without saving what was changed here?'),
    enableBeforeUnload: () => dirty,
  });
  const form = { value, errors, readOnly: !writable, onChange: draft.change };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 's') return;
    event.preventDefault();
    if (dirty) void draft.save();
  };
  const name = `${value.givenName} ${value.familyName}`.trim();
  return (
    <>
      <PlaceBar
        end={
          writable && (
            <>
              {dirty && (
                <Button variant="default" onClick={draft.discard}>
                  Discard
                </Button>
              )}
              <Button disabled={!dirty} loading={busy} onClick={() => void draft.save()}>
                {person ? 'Save' : 'Add carer'}
              </Button>
            </>
          )
        }
      >
        <Back onBack={onBack} />
        <PlaceTitle>{name || 'New carer'}</PlaceTitle>
        <PlaceNote>{[value.reference, ROLE_NAMES[value.role]].filter(Boolean).join(' · ')}</PlaceNote>
        {!value.active && <Badge color="gray">not booked</Badge>}
        {!writable && (
          <Badge variant="light" color="gray" leftSection={<IconEye size={12} />}>
            Read only
          </Badge>
        )}
      </PlaceBar>
      <main className={classes.body} onKeyDown={onKeyDown} data-testid="carer">
        <div className={classes.columns}>
          <div className={classes.column}>
            <PersonCard {...form} partners={partners} />
            <HoursCard {...form} />
            <SkillsCard {...form} />
          </div>
          <div className={classes.column}>
            <WeekCard {...form} />
            {person && (
              <>
                <Card title="Absences">
                  <Absences client={client} regionId={regionId} person={person} today={today} writable={writable} />
                </Card>
                <Card title="Patients">
                  <CarerPatients client={client} regionId={regionId} staffId={person.id} onPatient={onPatient} />
                </Card>
              </>
            )}
          </div>
        </div>
      </main>
    </>
  );
}
