/** Every patient of a region: found by typing, opened with Enter, with who is due to be assessed again. */
import type { Caseload, CaseloadLine } from '@fieldfare/domain';
import type { WorkspaceClient } from '@fieldfare/workspace/client';
import { Button } from '@mantine/core';
import { IconFileImport, IconScale, IconUserPlus } from '@tabler/icons-react';
import { useCallback, useDeferredValue, useMemo, useState } from 'react';
import { dayMonth, plural } from '../lib/format.ts';
import { matcher } from '../lib/matcher.ts';
import { useFeed } from '../lib/use-feed.ts';
import { useOffice } from '../shell/app-context.tsx';
import { ListTools } from '../shell/list-tools.tsx';
import { Pending, PlaceBar, PlaceNote, PlaceTitle } from '../shell/place-bar.tsx';
import { RegionPicker } from '../shell/region-picker.tsx';
import { RowList } from '../shell/row-list.tsx';
import { Tag } from '../shell/tag.tsx';
import { useUndoKeys } from '../shell/use-undo-keys.ts';
import { AssessmentImport } from './assessments/import-dialog.tsx';
import { Due, dueState } from './due.tsx';
import { PatientDialog } from './patient-dialog.tsx';
import classes from './patients.module.css';
import { ClinicalRulesDialog } from './rules/clinical-rules-dialog.tsx';
import { CARE_NAMES } from './wording.ts';

const FILTERS = [
  { value: 'all', label: 'All' },
  { value: 'due', label: 'Due' },
  { value: 'assessed', label: 'Assessed' },
  { value: 'never', label: 'Not assessed' },
] as const;
type Filter = (typeof FILTERS)[number]['value'];

const RISK_TONES = { low: 'plain', moderate: 'info', high: 'warn' } as const;

const textOf = (line: CaseloadLine): string =>
  `${line.givenName} ${line.familyName} ${line.reference} ${line.municipality}`;

function passes(line: CaseloadLine, filter: Filter, today: string): boolean {
  switch (filter) {
    case 'all':
      return true;
    case 'due':
      return ['overdue', 'soon'].includes(dueState(line.dueOn, today));
    case 'assessed':
      return line.assessedOn !== null;
    case 'never':
      return line.assessedOn === null && line.status === 'active';
  }
}

function found(caseload: Caseload | null, filter: Filter, text: string): readonly CaseloadLine[] {
  if (!caseload) return [];
  const matches = matcher(text);
  const lines = caseload.lines.filter((line) => passes(line, filter, caseload.today) && matches(textOf(line)));
  return filter === 'due' ? lines.toSorted((a, b) => ((a.dueOn ?? '') < (b.dueOn ?? '') ? -1 : 1)) : lines;
}

export function CaseloadPage(props: {
  readonly client: WorkspaceClient;
  readonly regionId: string;
  readonly onRegion: (regionId: string) => void;
  readonly onOpen: (patientId: string) => void;
}) {
  const { client, regionId, onOpen } = props;
  useUndoKeys();
  const { value: caseload, problems } = useFeed<Caseload>(
    useCallback(
      (callbacks) => client.assessments.caseloadEvents.subscribe({ regionId }, callbacks),
      [client, regionId],
    ),
  );
  const [typed, setTyped] = useState('');
  const [filter, setFilter] = useState<Filter>('all');
  const [opened, setOpened] = useState<'import' | 'rules' | 'admission' | null>(null);
  const office = useOffice(regionId);
  const words = useDeferredValue(typed);
  const lines = useMemo(() => found(caseload, filter, words), [caseload, filter, words]);
  const due = caseload?.lines.filter((line) => passes(line, 'due', caseload.today)).length ?? 0;
  return (
    <>
      <PlaceBar
        end={
          <>
            <Button variant="default" leftSection={<IconScale size={15} />} onClick={() => setOpened('rules')}>
              Clinical rules
            </Button>
            <Button
              variant="default"
              leftSection={<IconFileImport size={15} />}
              onClick={() => setOpened('import')}
              disabled={!caseload}
            >
              Import assessments
            </Button>
            {caseload?.writable && (
              <Button leftSection={<IconUserPlus size={15} />} onClick={() => setOpened('admission')}>
                Admit patient
              </Button>
            )}
          </>
        }
      >
        <RegionPicker regionId={regionId} onPick={props.onRegion} />
        <PlaceTitle>Patients</PlaceTitle>
        {caseload && <PlaceNote>{plural(caseload.lines.length, 'patient')}</PlaceNote>}
      </PlaceBar>
      <ListTools
        label="Find a patient"
        placeholder="Name, number or place"
        typed={typed}
        onType={setTyped}
        onEnter={() => {
          const [first] = found(caseload, filter, typed); // the list may lag behind what is typed
          if (first) onOpen(first.patientId);
        }}
        filterLabel="Which patients"
        filters={FILTERS.map((one) => ({ ...one, count: one.value === 'due' ? due : 0 }))}
        filter={filter}
        onFilter={setFilter}
      />
      <main className={classes.body}>
        {caseload ? (
          lines.length > 0 ? (
            <PatientTable lines={lines} today={caseload.today} onOpen={onOpen} />
          ) : (
            <p className={classes.empty}>
              {caseload.lines.length === 0
                ? 'No patients in this region yet. Admit one here, or import them from a CSV file on the week board.'
                : 'Nobody matches.'}
            </p>
          )
        ) : (
          <Pending problems={problems} />
        )}
      </main>
      {opened === 'import' && (
        <AssessmentImport client={client} regionId={regionId} patient={null} onClose={() => setOpened(null)} />
      )}
      {opened === 'admission' && (
        <PatientDialog
          client={client}
          regionId={regionId}
          patient={null}
          office={office}
          onClose={() => setOpened(null)}
          onAdmitted={onOpen}
        />
      )}
      {opened === 'rules' && (
        <ClinicalRulesDialog client={client} regionId={regionId} onClose={() => setOpened(null)} />
      )}
    </>
  );
}

const HEAD = ['Name', 'Number', 'Place', 'Risk', 'Assessed', 'Next due'];
const COLUMNS = 'minmax(180px, 2.2fr) minmax(80px, 0.8fr) minmax(110px, 1.2fr) 90px 90px minmax(130px, 1fr)';

function PatientTable(props: {
  readonly lines: readonly CaseloadLine[];
  readonly today: string;
  readonly onOpen: (patientId: string) => void;
}) {
  const { lines, today, onOpen } = props;
  return (
    <RowList
      testId="caseload"
      head={HEAD}
      columns={COLUMNS}
      rows={lines}
      idOf={({ patientId }) => patientId}
      attributesOf={({ patientId }) => ({ 'data-patient-id': patientId })}
      onOpen={({ patientId }) => onOpen(patientId)}
    >
      {(line) => (
        <>
          <span className={classes.who}>
            {line.familyName}, {line.givenName}
            {line.status !== 'active' && <Tag tone="plain">{CARE_NAMES[line.status]}</Tag>}
          </span>
          <span className="ff-num">{line.reference}</span>
          <span>{line.municipality}</span>
          <span>
            <Tag tone={RISK_TONES[line.risk]}>{line.risk}</Tag>
          </span>
          <span className="ff-num">{line.assessedOn === null ? '–' : dayMonth(line.assessedOn)}</span>
          <span>
            <Due dueOn={line.dueOn} today={today} />
          </span>
        </>
      )}
    </RowList>
  );
}
