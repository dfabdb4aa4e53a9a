/** "Move to…": the best places first, then any carer, day and time, each with what speaks against it. */
import type { BoardVisit, Candidate, CellFeasibility, WeekBoard } from '@fieldfare/domain';
import { Button, Checkbox, Loader, Modal, Select, TextInput } from '@mantine/core';
import { IconCar } from '@tabler/icons-react';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { alongSentence, fitOf, isPaired } from '../board/carry.ts';
import { useController, useUi, useVisit } from '../board/context.tsx';
import { duration, parseTime, roleName, shortDate } from '../lib/format.ts';
import { problemsText } from '../lib/problems.ts';
import { Tag } from '../shell/tag.tsx';
import classes from './move-dialog.module.css';

const MATCH = {
  strong: { label: 'Strong match', tone: 'good' },
  moderate: { label: 'Fair match', tone: 'warn' },
  none: { label: 'Weak match', tone: 'plain' },
} as const;

/** The engine gives every reason, best first; three are what one reads. */
const REASONS = 3;

type Loaded<T> =
  | { readonly state: 'loading' }
  | { readonly state: 'ready'; readonly value: T }
  | { readonly state: 'failed'; readonly text: string };

interface PlacesProps {
  readonly visit: BoardVisit;
  /** Half a pair without the other half. */
  readonly alone: boolean;
  readonly onDone: () => void;
}

function Suggestions({ visit, alone, onDone }: PlacesProps) {
  const controller = useController();
  const { source, scope } = controller;
  const [found, setFound] = useState<Loaded<readonly Candidate[]>>({ state: 'loading' });
  // Whoever opens the dialog by key goes on by key: the best place has focus, unless they are typing already.
  const firstRef = useCallback((button: HTMLButtonElement | null) => {
    if (button && document.activeElement?.tagName !== 'INPUT') button.focus();
  }, []);
  useEffect(() => {
    let live = true;
    void source.suggest(scope, visit.id).then((result) => {
      if (!live) return;
      setFound(
        result.ok ? { state: 'ready', value: result.value } : { state: 'failed', text: problemsText(result.problems) },
      );
    });
    return () => {
      live = false;
    };
  }, [source, scope, visit.id]);

  if (found.state === 'loading') {
    return (
      <div className={classes.waiting}>
        <Loader size="xs" /> Looking for places…
      </div>
    );
  }
  if (found.state === 'failed') return <div className={classes.waiting}>{found.text}</div>;
  const offered = found.value.filter(({ along }) => !alone || along === null);
  if (offered.length === 0) {
    return (
      <div className={classes.waiting}>No place keeps every rule. Choose one below to see what stands against it.</div>
    );
  }
  return (
    <ol className={classes.candidates} aria-label="Suggested places">
      {offered.slice(0, 8).map((candidate, index) => (
        <li key={`${candidate.staffId}${candidate.date}${candidate.start}`}>
          <button
            type="button"
            className={classes.candidate}
            ref={index === 0 ? firstRef : null}
            data-autofocus={index === 0 ? '' : null}
            data-staff-id={candidate.staffId}
            data-date={candidate.date}
            onClick={() =>
              void controller.assign(visit, candidate.staffId, candidate.date, candidate.start, alone).then((moved) => {
                if (moved) onDone();
              })
            }
          >
            <span className={classes.who}>
              <strong>{candidate.name}</strong> <span className={classes.dim}>{roleName(candidate.role)}</span>
            </span>
            <span className={classes.when}>
              {shortDate(candidate.date)}, {candidate.start}
            </span>
            <span className={classes.why}>
              {candidate.reasons.slice(0, REASONS).join(' · ')}
              {candidate.along !== null && (
                <span className={classes.along}>{alongSentence(visit, candidate.along)}</span>
              )}
              {candidate.violations.map((violation) => (
                <span key={violation.message} className={classes.against}>
                  {violation.message}
                </span>
              ))}
            </span>
            <span className={classes.tags}>
              <span className={classes.dim}>
                <IconCar size={13} /> +{candidate.travelMinutes} min
              </span>
              <Tag tone={MATCH[candidate.match].tone}>{MATCH[candidate.match].label}</Tag>
            </span>
          </button>
        </li>
      ))}
    </ol>
  );
}

function AnyPlace(props: PlacesProps & { readonly board: WeekBoard }) {
  const { visit, alone, board } = props;
  const controller = useController();
  const { source, scope } = controller;
  const [cells, setCells] = useState<readonly CellFeasibility[]>([]);
  const [staffId, setStaffId] = useState<string | null>(visit.staffId);
  const [date, setDate] = useState<string | null>(visit.date);
  const [typed, setTyped] = useState<string | null>(null);
  useEffect(() => {
    let live = true;
    setCells([]);
    void source.feasibility(scope, visit.id, alone).then((result) => {
      if (live && result.ok) setCells(result.value);
    });
    return () => {
      live = false;
    };
  }, [source, scope, visit.id, alone]);

  const carers = useMemo(
    () =>
      board.lanes.map((lane) => ({
        value: lane.staffId,
        label: `${lane.name}, ${roleName(lane.role)}${lane.partnerName === null ? '' : ` (${lane.partnerName})`}`,
      })),
    [board.lanes],
  );
  const cell = cells.find((one) => one.staffId === staffId && one.date === date);
  const text = typed ?? cell?.start ?? visit.start ?? visit.windowFrom;
  const start = parseTime(text);
  const ownTime = start !== null && cell !== undefined && start !== cell.start;
  const fit = cell ? fitOf(cell) : null;
  const against = cell?.violations.map((violation) => violation.message).join(' · ');
  return (
    <form
      className={classes.any}
      onSubmit={(event) => {
        event.preventDefault();
        if (staffId === null || date === null || start === null) return;
        void controller.assign(visit, staffId, date, start, alone).then((moved) => {
          if (moved) props.onDone();
        });
      }}
    >
      <div className={classes.fields}>
        <Select
          label="Carer"
          size="sm"
          searchable
          data={carers}
          value={staffId}
          onChange={setStaffId}
          nothingFoundMessage="Nobody by that name"
          maxDropdownHeight={240}
        />
        <Select
          label="Day"
          size="sm"
          data={board.days.map((day) => ({ value: day.date, label: shortDate(day.date) }))}
          value={date}
          onChange={setDate}
          allowDeselect={false}
        />
        <TextInput
          label="Start"
          size="sm"
          value={text}
          onChange={(event) => setTyped(event.currentTarget.value)}
          error={start === null ? 'HH:MM' : null}
        />
      </div>
      <div className={classes.verdict} data-fit={ownTime ? undefined : (fit ?? undefined)} role="status">
        {staffId === null || date === null
          ? 'Choose a carer and a day.'
          : cell === undefined
            ? 'Checking…'
            : ownTime
              ? 'Your own time is checked against every rule when you move it.'
              : [against || 'Fits: keeps every rule', alongSentence(visit, cell.along)]
                  .filter((part) => part !== null)
                  .join(' · ')}
      </div>
      <div className={classes.buttons}>
        <Button variant="default" size="sm" onClick={props.onDone}>
          Close
        </Button>
        <Button
          type="submit"
          size="sm"
          disabled={staffId === null || date === null || start === null || (fit === 'blocked' && !ownTime)}
        >
          Move here
        </Button>
      </div>
    </form>
  );
}

function MoveBody({
  visitId,
  board,
  onDone,
}: {
  readonly visitId: string;
  readonly board: WeekBoard;
  readonly onDone: () => void;
}) {
  const visit = useVisit(visitId);
  const [alone, setAlone] = useState(false);
  if (!visit) return <div className={classes.waiting}>This visit is no longer in the week.</div>;
  return (
    <>
      <div className={classes.subject} data-colour={visit.colour}>
        <span className={classes.swatch} />
        {visit.serviceName}, {duration(visit.minutes)}, start between {visit.windowFrom} and {visit.windowTo},{' '}
        {visit.municipality}
      </div>
      {isPaired(visit) && (
        <Checkbox
          className={classes.alone}
          size="xs"
          label="Move this visit alone"
          description={
            alone
              ? `${visit.pair.name ?? 'The other carer'} keeps day and time.`
              : `Two carers: a new day or time takes ${visit.pair.name ?? 'the other carer'} along.`
          }
          checked={alone}
          onChange={(event) => setAlone(event.currentTarget.checked)}
        />
      )}
      <h3 className={classes.heading}>Best places</h3>
      <Suggestions visit={visit} alone={alone} onDone={onDone} />
      <h3 className={classes.heading}>Any place</h3>
      <AnyPlace key={visitId} visit={visit} alone={alone} board={board} onDone={onDone} />
    </>
  );
}

export function MoveDialog({ board }: { readonly board: WeekBoard }) {
  const controller = useController();
  const visitId = useUi((ui) => ui.moving);
  const name = visitId === null ? '' : (controller.store.visit(visitId)?.patientName ?? 'visit');
  const close = (): void => {
    controller.askMove(null);
    if (visitId !== null) requestAnimationFrame(() => controller.reveal.current?.(visitId));
  };
  return (
    <Modal opened={visitId !== null} onClose={close} title={`Move ${name} to…`} size={560} centered>
      {visitId !== null && <MoveBody visitId={visitId} board={board} onDone={close} />}
    </Modal>
  );
}
