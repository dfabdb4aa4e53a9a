/** Every patient of a region: found by typing, opened with Enter, with who is due to be assessed again. */
import type { Caseload, CaseloadLine } from '@fieldfare/domain';
import type { WorkspaceClient } from '@fieldfare/workspace/client';
import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { IconFileImport, IconScale, IconSearch } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { dayMonth, plural } from '../lib/format.ts';
import { useFeed } from '../lib/use-feed.ts';
import { Pending, PlaceBar, PlaceNote, PlaceTitle } from '../shell/place-bar.tsx';
import { RegionPicker } from '../shell/region-picker.tsx';
import { Tag } from '../shell/tag.tsx';
import { AssessmentImport } from './assessments/import-dialog.tsx';
import { Due, dueState } from './due.tsx';
import classes from './patients.module.css';
import { ClinicalRulesDialog } from './rules/clinical-rules-dialog.tsx';

const FILTERS = [
  { value: 'all', label: 'All' },
  { value: 'due', label: 'Due' },
  { value: 'assessed', label: 'Assessed' },
  { value: 'never', label: 'Not assessed' },
] as const;
type Filter = (typeof FILTERS)[number]['value'];

const ROW_PX = 40;

const RISK_TONES = { low: 'plain', moderate: 'info', high: 'warn' } as const;

const folded = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** Each word typed is found somewhere in name, number or place. */
function matches(line: CaseloadLine, words: readonly string[]): boolean {
  const text = folded(`${line.givenName} ${line.familyName} ${line.reference} ${line.municipality}`);
  return words.every((word) => text.includes(word));
}

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
  const words = folded(text).split(/\s+/).filter(Boolean);
  const lines = caseload.lines.filter((line) => passes(line, filter, caseload.today) && matches(line, words));
  return filter === 'due' ? lines.toSorted((a, b) => ((a.dueOn ?? '') < (b.dueOn ?? '') ? -1 : 1)) : lines;
}

export function CaseloadPage(props: {
  readonly client: WorkspaceClient;
  readonly regionId: string;
  readonly onRegion: (regionId: string) => void;
  readonly onOpen: (patientId: string) => void;
}) {
  const { client, regionId, onOpen } = props;
  const { value: caseload, problems } = useFeed<Caseload>(
    useCallback(
      (callbacks) => client.assessments.caseloadEvents.subscribe({ regionId }, callbacks),
      [client, regionId],
    ),
  );
  const [typed, setTyped] = useState('');
  const [filter, setFilter] = useState<Filter>('all');
  const [opened, setOpened] = useState<'import' | 'rules' | null>(null);
  const search = useRef<HTMLInputElement>(null);
  const words = useDeferredValue(typed);
  const lines = useMemo(() => found(caseload, filter, words), [caseload, filter, words]);
  useEffect(() => {
    const onKeyDown = (event: globalThis.KeyboardEvent): void => {
      if (event.key !== '/' || (event.target as Element).closest('input, textarea, [role="dialog"]')) return;
      event.preventDefault();
      search.current?.focus();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
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
          </>
        }
      >
        <RegionPicker regionId={regionId} onPick={props.onRegion} />
        <PlaceTitle>Patients</PlaceTitle>
        {caseload && <PlaceNote>{plural(caseload.lines.length, 'patient')}</PlaceNote>}
      </PlaceBar>
      <div className={classes.tools}>
        <TextInput
          ref={search}
          size="xs"
          w={280}
          aria-label="Find a patient"
          placeholder="Name, number or place"
          leftSection={<IconSearch size={14} />}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          onKeyDown={(event) => {
            const [first] = found(caseload, filter, typed); // the list may lag behind what is typed
            if (event.key === 'Enter' && first) onOpen(first.patientId);
          }}
        />
        <SegmentedControl
          size="xs"
          aria-label="Which patients"
          data={FILTERS.map(({ value, label }) => ({
            value,
            label: value === 'due' && due > 0 ? `${label} ${due}` : label,
          }))}
          value={filter}
          onChange={(value) => setFilter(value as Filter)}
        />
      </div>
      <main className={classes.body}>
        {caseload ? (
          lines.length > 0 ? (
            <PatientTable lines={lines} today={caseload.today} onOpen={onOpen} />
          ) : (
            <p className={classes.empty}>
              {caseload.lines.length === 0
                ? 'No patients in this region yet. Import them from a CSV file on the week board.'
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
      {opened === 'rules' && (
        <ClinicalRulesDialog client={client} regionId={regionId} onClose={() => setOpened(null)} />
      )}
    </>
  );
}

function PatientTable(props: {
  readonly lines: readonly CaseloadLine[];
  readonly today: string;
  readonly onOpen: (patientId: string) => void;
}) {
  const { lines, today, onOpen } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  });
  const move = (event: KeyboardEvent<HTMLButtonElement>, index: number): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const next = Math.min(lines.length - 1, Math.max(0, index + step));
    rows.scrollToIndex(next);
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLButtonElement>(`[data-index="${next}"]`)?.focus());
  };
  return (
    <div className={classes.table} data-testid="caseload">
      <div className={classes.head} aria-hidden="true">
        <span>Name</span>
        <span>Number</span>
        <span>Place</span>
        <span>Risk</span>
        <span>Assessed</span>
        <span>Next due</span>
      </div>
      <div ref={scroller} className={classes.scroll}>
        <ul className={classes.rows} style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, start }) => {
            const line = lines[index];
            if (!line) return null;
            return (
              <li key={line.patientId} className={classes.rowPlace} style={{ transform: `translateY(${start}px)` }}>
                <button
                  type="button"
                  className={classes.row}
                  data-index={index}
                  data-patient-id={line.patientId}
                  onClick={() => onOpen(line.patientId)}
                  onKeyDown={(event) => move(event, index)}
                >
                  <span className={classes.who}>
                    {line.familyName}, {line.givenName}
                    {line.status !== 'active' && <Tag tone="plain">{line.status}</Tag>}
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
                </button>
              </li>
            );
          })}
        </ul>
      </div>
    </div>
  );
}
