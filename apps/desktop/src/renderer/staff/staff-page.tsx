/** Everybody on a region's roster: found by typing, opened with Enter. */
import type { Roster, StaffMember } from '@fieldfare/domain';
import { absentOn } from '@fieldfare/domain/absence';
import type { WorkspaceClient } from '@fieldfare/workspace/client';
import { Button } from '@mantine/core';
import { IconBuildingCommunity, IconUserPlus } from '@tabler/icons-react';
import { useCallback, useDeferredValue, useMemo, useState } from 'react';
import { hours, plural } from '../lib/format.ts';
import { matcher } from '../lib/matcher.ts';
import { useFeed } from '../lib/use-feed.ts';
import { ListTools } from '../shell/list-tools.tsx';
import { Pending, PlaceBar, PlaceNote, PlaceTitle } from '../shell/place-bar.tsx';
import { RegionPicker } from '../shell/region-picker.tsx';
import { RowList } from '../shell/row-list.tsx';
import { Tag } from '../shell/tag.tsx';
import { useUndoKeys } from '../shell/use-undo-keys.ts';
import classes from './staff.module.css';
import { EMPLOYMENT_NAMES, ROLE_NAMES } from './words.ts';
import { daysText } from './working-week.ts';

const FILTERS = [
  { value: 'booked', label: 'At work' },
  { value: 'own', label: 'Own' },
  { value: 'partner', label: 'Partners’' },
  { value: 'away', label: 'Away today' },
  { value: 'inactive', label: 'Not booked' },
] as const;
type Filter = (typeof FILTERS)[number]['value'];

const HEAD = ['Name', 'Number', 'Role', 'Team', 'Employment', 'Hours', 'Days'];
const COLUMNS =
  'minmax(170px, 1.8fr) minmax(70px, 0.6fr) minmax(140px, 1.3fr) minmax(110px, 1.1fr) 86px 64px minmax(90px, 0.9fr)';

const isAway = (person: StaffMember, today: string): boolean =>
  person.absences.some((absence) => absentOn(absence, today));

function passes(person: StaffMember, filter: Filter, today: string): boolean {
  if (filter === 'inactive') return !person.active;
  if (!person.active) return false;
  if (filter === 'away') return isAway(person, today);
  return filter === 'booked' || (filter === 'partner') === (person.partnerId !== null);
}

const textOf = (person: StaffMember): string =>
  [
    ...[person.givenName, person.familyName, person.reference, person.team, ROLE_NAMES[person.role]],
    ...(person.skills ?? []),
    ...person.languages,
  ].join(' ');

function found(roster: Roster | null, filter: Filter, text: string): readonly StaffMember[] {
  const matches = matcher(text);
  return (roster?.people ?? []).filter(
    (person) => passes(person, filter, roster?.today ?? '') && matches(textOf(person)),
  );
}

export function StaffPage(props: {
  readonly client: WorkspaceClient;
  readonly regionId: string;
  readonly onRegion: (regionId: string) => void;
  readonly onOpen: (staffId: string | null) => void;
  readonly onPartners: () => void;
}) {
  const { client, regionId, onOpen } = props;
  const { value: roster, problems } = useFeed<Roster>(
    useCallback((callbacks) => client.workforce.rosterEvents.subscribe({ regionId }, callbacks), [client, regionId]),
  );
  const [typed, setTyped] = useState('');
  const [filter, setFilter] = useState<Filter>('booked');
  const words = useDeferredValue(typed);
  const people = useMemo(() => found(roster, filter, words), [roster, filter, words]);
  useUndoKeys();
  const today = roster?.today ?? '';
  const away = roster?.people.filter((person) => passes(person, 'away', today)).length ?? 0;
  return (
    <>
      <PlaceBar
        end={
          <>
            <Button variant="default" leftSection={<IconBuildingCommunity size={15} />} onClick={props.onPartners}>
              Partners
            </Button>
            {roster?.writable && (
              <Button leftSection={<IconUserPlus size={15} />} onClick={() => onOpen(null)}>
                Add carer
              </Button>
            )}
          </>
        }
      >
        <RegionPicker regionId={regionId} onPick={props.onRegion} />
        <PlaceTitle>Staff</PlaceTitle>
        {roster && <PlaceNote>{plural(roster.people.length, 'person', 'people')}</PlaceNote>}
      </PlaceBar>
      <ListTools
        label="Find a carer"
        placeholder="Name, number, team, skill or language"
        typed={typed}
        onType={setTyped}
        onEnter={() => {
          const [first] = found(roster, filter, typed); // the list may lag behind what is typed
          if (first) onOpen(first.id);
        }}
        filterLabel="Which staff"
        filters={FILTERS.map((one) => ({ ...one, count: one.value === 'away' ? away : 0 }))}
        filter={filter}
        onFilter={setFilter}
      />
      <main className={classes.body}>
        {roster === null ? (
          <Pending problems={problems} />
        ) : people.length > 0 ? (
          <RowList
            testId="staff"
            head={HEAD}
            columns={COLUMNS}
            rows={people}
            idOf={({ id }) => id}
            attributesOf={({ id }) => ({ 'data-staff-id': id })}
            onOpen={({ id }) => onOpen(id)}
          >
            {(person) => (
              <>
                <span className={classes.who}>
                  {person.familyName}, {person.givenName}
                  {person.partnerId !== null && <Tag tone="info">partner</Tag>}
                  {isAway(person, today) && <Tag tone="warn">away</Tag>}
                </span>
                <span className="ff-num">{person.reference}</span>
                <span className={classes.cell}>{ROLE_NAMES[person.role]}</span>
                <span className={classes.cell}>{person.team}</span>
                <span>{EMPLOYMENT_NAMES[person.employmentType]}</span>
                <span className="ff-num">{hours(person.capacityMinutes)} h</span>
                <span className={classes.cell}>{daysText(person.availability.map(({ weekday }) => weekday))}</span>
              </>
            )}
          </RowList>
        ) : (
          <p className={classes.empty}>
            {roster.people.length === 0
              ? 'No staff in this region yet. Add somebody, or import them from a CSV file on the week board.'
              : 'Nobody matches.'}
          </p>
        )}
      </main>
    </>
  );
}
