/** Auto-assign: how far it is, then what it proposes. Nothing changes until somebody accepts. */
import type { Proposal, ProposedPlacement, WeekBoard } from '@fieldfare/domain';
import { Button, Checkbox, CloseButton, Progress } from '@mantine/core';
import { IconArrowRight, IconChevronRight } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useRef, useState } from 'react';
import type { AutoAssignState } from '../board/auto-assign.ts';
import { useController } from '../board/context.tsx';
import { cx } from '../lib/cx.ts';
import { hours, money, plural, shortDate, visitTime, whole } from '../lib/format.ts';
import { useObservable } from '../lib/observable.ts';
import { problemsText, problemText } from '../lib/problems.ts';
import classes from './panels.module.css';

const ROW = 52;

const movedText = ({ staffName, date, start }: NonNullable<ProposedPlacement['from']>): string =>
  `now ${staffName}, ${shortDate(date)}, ${start}`;

const PlacementRow = memo(function PlacementRow(props: {
  readonly placement: ProposedPlacement;
  readonly ticked: boolean;
  readonly onTick: (visitId: string, on: boolean) => void;
  readonly onShow: (staffId: string, date: string) => void;
}) {
  const { placement, ticked } = props;
  return (
    <label className={classes.placement}>
      <Checkbox
        size="xs"
        checked={ticked}
        onChange={(event) => props.onTick(placement.visitId, event.currentTarget.checked)}
        aria-label={`${placement.patientName}, ${placement.serviceName}, to ${placement.staffName}, ${shortDate(placement.date)} at ${placement.start}`}
      />
      <span className={classes.placementText}>
        <span className={classes.placementLine}>
          <strong>{placement.patientName}</strong>{' '}
          <span className={cx(classes.dim, classes.shrink)}>
            {placement.from ? movedText(placement.from) : placement.serviceName}
          </span>
        </span>
        <span className={classes.placementLine}>
          <IconArrowRight size={12} /> <span className={classes.shrink}>{placement.staffName}</span>
          <span className={classes.dim}>
            {shortDate(placement.date)}, {placement.start}
          </span>
        </span>
      </span>
      <button
        type="button"
        className={classes.show}
        onClick={(event) => {
          event.preventDefault();
          props.onShow(placement.staffId, placement.date);
        }}
      >
        Show
      </button>
    </label>
  );
});

function Running({ state }: { readonly state: Extract<AutoAssignState, { phase: 'running' }> }) {
  const { auto, closePanel } = useController();
  const { placed, total, components, improved } = state.progress;
  const share = components ? improved * 100 : total === 0 ? 0 : (placed / total) * 100;
  return (
    <div className={classes.running}>
      <div className={classes.bigNumber}>
        {placed} <span className={classes.dim}>of {plural(total, 'visit')} placed</span>
      </div>
      <Progress value={share} aria-label="Auto-assign progress" animated striped size="md" />
      {components ? (
        <p className={classes.prose}>
          A whole plan stands: {hours(components.travelMinutes)} h driving, {hours(components.waitingMinutes)} h
          waiting. Looking for a better one. Nothing changes until you accept.
        </p>
      ) : (
        <p className={classes.prose}>
          Looking for carers and times that keep every rule. Nothing changes until you accept.
        </p>
      )}
      {placed > 0 && (
        <Button loading={state.finishing} onClick={auto.finish}>
          Use what it has found
        </Button>
      )}
      <Button
        variant="default"
        onClick={() => {
          auto.drop();
          if (auto.state.get().phase === 'idle') closePanel();
        }}
      >
        Cancel
      </Button>
    </div>
  );
}

const hoursOf = (minutes: number): string => `${hours(minutes)} h`;

/** The engine's own score, part by part: what it lowered is what is shown. */
const COMPONENTS: readonly {
  readonly label: string;
  readonly of: keyof PlanComponents;
  readonly textOf: (value: number) => string;
}[] = [
  { label: 'Driving', of: 'travelMinutes', textOf: hoursOf },
  { label: 'Waiting between visits', of: 'waitingMinutes', textOf: hoursOf },
  { label: 'Changes of carer (points)', of: 'continuity', textOf: whole },
  { label: 'Uneven workload (points)', of: 'balance', textOf: whole },
  { label: 'Otherwise than told (points)', of: 'disruption', textOf: whole },
  { label: 'Overtime', of: 'overtime', textOf: hoursOf },
  { label: 'Partners’ price', of: 'partnerCost', textOf: (dollars) => money(dollars * 100) },
];

type PlanComponents = Proposal['components']['after'];

/** `first`: what the engine built before it improved it; a plan of several has no such step to show. */
function ComponentsTable(props: { readonly components: Proposal['components']; readonly first: boolean }) {
  const { components, first } = props;
  const { before, first: built, after } = components;
  // What is nothing now and stays nothing is not worth a line.
  const rows = COMPONENTS.filter(({ of }) => [before, built, after].some((each) => each[of] !== 0));
  return (
    <table className={classes.components}>
      <thead>
        <tr>
          <th scope="col">This week</th>
          <th scope="col">Now</th>
          {first && <th scope="col">First plan</th>}
          <th scope="col">Proposed</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ label, of, textOf }) => (
          <tr key={label}>
            <th scope="row">{label}</th>
            <td>{textOf(before[of])}</td>
            {first && <td>{textOf(built[of])}</td>}
            <td>
              <b>{textOf(after[of])}</b>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Proposed({ state }: { readonly state: Extract<AutoAssignState, { phase: 'proposal' }> }) {
  const controller = useController();
  const { auto } = controller;
  const { proposal, ticked } = state;
  const { placements, unplaced } = proposal;
  const [showUnplaced, setShowUnplaced] = useState(placements.length === 0);
  const list = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: placements.length,
    getScrollElement: () => list.current,
    estimateSize: () => ROW,
    overscan: 8,
  });
  const [onTick] = useState(() => (visitId: string, on: boolean) => auto.tick([visitId], on));
  const [onShow] = useState(() => (staffId: string, date: string) => controller.revealCell.current?.(staffId, date));
  const allTicked = ticked.size === placements.length;
  const { before, after } = proposal.components;
  const moved = placements.filter(({ from }) => from !== null).length;
  const saved = after.travelMinutes - before.travelMinutes;
  return (
    <>
      <div className={classes.numbers}>
        <div>
          <b>{placements.length - moved}</b> placed
        </div>
        {moved > 0 && (
          <div>
            <b>{moved}</b> moved
          </div>
        )}
        <div>
          <b>{unplaced.length}</b> not placed
        </div>
        <div>
          <b>
            {saved > 0 ? '+' : ''}
            {hours(saved)}
          </b>{' '}
          h driving
        </div>
      </div>
      <div className={classes.subtle}>
        The whole week with all of it accepted, worked out in {(proposal.elapsedMs / 1000).toFixed(1)} s. Lower is
        better.{' '}
        {state.origin === 'proposal' && (
          <button type="button" className={classes.link} onClick={auto.startLonger}>
            Search three times as long
          </button>
        )}
      </div>
      <ComponentsTable components={proposal.components} first={state.origin === 'proposal'} />
      {state.refused.length > 0 && (
        <div className={classes.refused} role="alert">
          <strong>Somebody changed the week meanwhile, so nothing was accepted.</strong>
          <ul>
            {state.refused.slice(0, 6).map((one, index) => (
              <li key={index}>{problemText(one)}</li>
            ))}
          </ul>
          What went stale is unticked; accept the rest, or run auto-assign again.
          <Button mt={6} variant="default" onClick={auto.start}>
            Run again
          </Button>
        </div>
      )}
      {placements.length > 0 && (
        <div className={classes.tickAll}>
          <Checkbox
            size="xs"
            label={`${ticked.size} of ${placements.length} selected`}
            checked={allTicked}
            indeterminate={!allTicked && ticked.size > 0}
            onChange={() =>
              auto.tick(
                placements.map(({ visitId }) => visitId),
                !allTicked,
              )
            }
          />
        </div>
      )}
      <div ref={list} className={classes.list}>
        <div className={classes.sizer} style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map((item) => {
            const placement = placements[item.index];
            return placement ? (
              <div
                key={placement.visitId}
                className={classes.entry}
                style={{ transform: `translateY(${item.start}px)`, height: ROW }}
              >
                <PlacementRow
                  placement={placement}
                  ticked={ticked.has(placement.visitId)}
                  onTick={onTick}
                  onShow={onShow}
                />
              </div>
            ) : null;
          })}
        </div>
        {unplaced.length > 0 && (
          <>
            <button
              type="button"
              className={classes.disclose}
              aria-expanded={showUnplaced}
              onClick={() => setShowUnplaced((shown) => !shown)}
            >
              <IconChevronRight size={14} /> Not placed ({unplaced.length})
            </button>
            {showUnplaced && (
              <ul className={classes.unplaced}>
                {unplaced.map((one) => (
                  <li key={one.visitId}>
                    <button type="button" className={classes.link} onClick={() => controller.openVisit(one.visitId)}>
                      {one.patientName}
                    </button>
                    <span>
                      {one.serviceName} · {visitTime(one)}
                    </span>
                    <span className={classes.dim}>{one.reason}</span>
                  </li>
                ))}
              </ul>
            )}
          </>
        )}
      </div>
      <footer className={classes.actions}>
        <Button loading={state.accepting} disabled={ticked.size === 0} onClick={() => void controller.accept()}>
          {allTicked ? `Accept all ${placements.length}` : `Accept selected (${ticked.size})`}
        </Button>
        <Button
          variant="default"
          onClick={() => {
            auto.drop();
            controller.showPanel({ kind: 'tray' });
          }}
        >
          Drop proposal
        </Button>
      </footer>
    </>
  );
}

export function ProposalPanel({ board }: { readonly board: WeekBoard }) {
  const controller = useController();
  const state = useObservable(controller.auto.state);
  return (
    <section className={classes.panel} aria-label="Auto-assign" data-testid="proposal-panel">
      <header className={classes.head}>
        <h2 className={classes.title}>{state.phase === 'proposal' ? 'Proposal' : 'Auto-assign'}</h2>
        <span className={classes.grow} />
        <CloseButton size="sm" aria-label="Close auto-assign" onClick={controller.closePanel} />
      </header>
      {state.phase === 'running' && <Running state={state} />}
      {state.phase === 'proposal' && <Proposed state={state} />}
      {state.phase === 'failed' && (
        <div className={classes.empty} role="alert">
          {problemsText(state.problems)}
          <Button variant="default" onClick={controller.auto.start}>
            Try again
          </Button>
          {state.atHand && (
            <Button variant="default" onClick={controller.auto.drop}>
              Back to the proposal
            </Button>
          )}
        </div>
      )}
      {state.phase === 'idle' && (
        <div className={classes.empty}>
          Nothing is proposed for now.
          {board.writable && <Button onClick={controller.auto.start}>Run auto-assign</Button>}
        </div>
      )}
    </section>
  );
}
