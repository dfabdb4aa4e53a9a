/** One week of one region: the bar, the board, the panel beside it. */
import type { WeekBoard } from '@fieldfare/domain';
import { addWeeks, dateAt, weekOfDate } from '@fieldfare/kernel';
import { Button, Skeleton, VisuallyHidden } from '@mantine/core';
import { IconCalendarPlus, IconUsersPlus } from '@tabler/icons-react';
import { type ReactNode, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useObservable } from '../lib/observable.ts';
import { problemsText } from '../lib/problems.ts';
import { ConflictsPanel } from '../panels/conflicts-panel.tsx';
import { MoveDialog } from '../panels/move-dialog.tsx';
import { PlansDialog } from '../panels/plans-dialog.tsx';
import { ProposalPanel } from '../panels/proposal-panel.tsx';
import { PublishDialog } from '../panels/publish-dialog.tsx';
import { ReplanDialog } from '../panels/replan-dialog.tsx';
import { Tray } from '../panels/tray.tsx';
import { VisitPanel } from '../panels/visit-panel.tsx';
import { useApp } from '../shell/app-context.tsx';
import { notify } from '../shell/notify.tsx';
import { Board } from './board.tsx';
import { BoardProvider, useBoard, useController, useUi } from './context.tsx';
import { createBoardController } from './controller.ts';
import { HoverTip } from './hover-tip.tsx';
import { Toolbar } from './toolbar.tsx';
import { useBoardDrag } from './use-drag.ts';
import classes from './week-page.module.css';

const WIDE = '(min-width: 1201px)';

export function WeekPage({ regionId, week }: { readonly regionId: string; readonly week: string }) {
  const { source } = useApp();
  const [controller, setController] = useState(() => make());
  function make() {
    return createBoardController({ scope: { regionId, week }, source, notify, panelOpen: matchMedia(WIDE).matches });
  }
  const current =
    controller.scope.regionId === regionId && controller.scope.week === week && controller.source === source;
  if (!current) setController(make());
  useEffect(() => (current ? controller.start() : undefined), [controller, current]);
  return (
    <BoardProvider value={controller}>
      <Week key={`${regionId} ${week}`} week={week} />
    </BoardProvider>
  );
}

function useToday(zone: string | undefined): string {
  const { clock } = useApp();
  const read = (): string => dateAt(clock.now(), zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), 60_000);
    return () => clearInterval(timer);
  }, []);
  return read();
}

function useShortcuts(week: string, thisWeek: string): void {
  const controller = useController();
  const { goTo } = useApp();
  useEffect(() => {
    const { scope } = controller;
    const onKeyDown = (event: KeyboardEvent): void => {
      const target = event.target as HTMLElement;
      const typing = target.closest('input, textarea, select, [contenteditable], [role="dialog"]') !== null;
      const ctrl = event.ctrlKey || event.metaKey;
      if (ctrl && event.key.toLowerCase() === 'z' && !typing) {
        event.preventDefault();
        if (controller.writable()) void (event.shiftKey ? controller.redo() : controller.undo());
        return;
      }
      if (event.defaultPrevented || ctrl || event.altKey || typing) return;
      if (event.key === '/') {
        event.preventDefault();
        controller.showPanel({ kind: 'tray' });
        requestAnimationFrame(() => document.getElementById('tray-search')?.focus());
      } else if (event.key === '[') goTo(scope.regionId, addWeeks(week, -1));
      else if (event.key === ']') goTo(scope.regionId, addWeeks(week, 1));
      else if (event.key === 't') goTo(scope.regionId, thisWeek);
      else if (event.key === 'Escape' && controller.ui.get().panel.kind !== 'tray') {
        const { panel } = controller.ui.get();
        controller.closePanel();
        if (panel.kind === 'visit') controller.reveal.current?.(panel.visitId);
      }
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [controller, goTo, week, thisWeek]);
}

function Week({ week }: { readonly week: string }) {
  const controller = useController();
  const board = useBoard();
  const problems = useSyncExternalStore(controller.store.subscribe, controller.store.problems);
  const today = useToday(board?.zone);
  const thisWeek = weekOfDate(today);
  const panelOpen = useUi((ui) => ui.panelOpen);
  const area = useRef<HTMLDivElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  useBoardDrag(area, scroller, controller);
  useShortcuts(week, thisWeek);
  return (
    <>
      <Toolbar board={board} week={week} thisWeek={thisWeek} />
      <div ref={area} className={classes.area} data-panel={panelOpen || undefined}>
        <main className={classes.main}>
          {board === null && problems.length > 0 ? (
            <Notice title="This week could not be opened">{problemsText(problems)}</Notice>
          ) : board === null ? (
            <Loading />
          ) : board.lanes.length === 0 ? (
            <Notice title="Nobody works in this region yet" icon={<IconUsersPlus size={30} stroke={1.4} />}>
              Import staff from a CSV file, or wait for the first sync with the server.
            </Notice>
          ) : (
            <>
              <Board board={board} today={today} scroller={scroller} />
              {board.visits.length === 0 && <EmptyWeek writable={board.writable} />}
            </>
          )}
        </main>
        {panelOpen && board !== null && (
          <aside className={classes.side}>
            <SidePanel board={board} />
          </aside>
        )}
        <HoverTip area={area} />
      </div>
      {board !== null && <MoveDialog board={board} />}
      <PublishDialog />
      {board !== null && <ReplanDialog board={board} />}
      <PlansDialog />
      <Announcer />
    </>
  );
}

/** What screen readers hear; apart, so that a sentence redraws nothing else. */
function Announcer() {
  const said = useObservable(useController().said);
  return (
    <VisuallyHidden role="status" aria-live="polite" data-testid="announcer">
      {said}
    </VisuallyHidden>
  );
}

function SidePanel({ board }: { readonly board: WeekBoard }) {
  const panel = useUi((ui) => ui.panel);
  switch (panel.kind) {
    case 'visit':
      return <VisitPanel key={panel.visitId} visitId={panel.visitId} board={board} />;
    case 'conflicts':
      return <ConflictsPanel board={board} focusId={panel.conflictId} />;
    case 'proposal':
      return <ProposalPanel board={board} />;
    case 'tray':
      return <Tray board={board} />;
  }
}

function Notice(props: { readonly title: string; readonly icon?: ReactNode; readonly children: ReactNode }) {
  return (
    <div className={classes.notice} role="alert">
      {props.icon}
      <h2>{props.title}</h2>
      <p>{props.children}</p>
    </div>
  );
}

function EmptyWeek({ writable }: { readonly writable: boolean }) {
  const controller = useController();
  return (
    <div className={classes.emptyWeek}>
      <IconCalendarPlus size={28} stroke={1.5} />
      <div>
        <strong>No visits in this week yet</strong>
        <p>
          {writable
            ? 'Make them from what each patient needs; they go to the unscheduled list.'
            : 'Nobody has planned it so far.'}
        </p>
      </div>
      {writable && (
        <Button size="sm" onClick={() => void controller.planWeek()}>
          Plan this week
        </Button>
      )}
    </div>
  );
}

function Loading() {
  return (
    <div className={classes.loading} aria-busy="true">
      <VisuallyHidden role="status">Opening the week</VisuallyHidden>
      {Array.from({ length: 9 }, (_, row) => (
        <div key={row} className={classes.loadingRow}>
          <Skeleton height={30} circle />
          <Skeleton height={12} width={120} />
          {Array.from({ length: 7 }, (_, day) => (
            <Skeleton key={day} height={40} radius="md" visible={(row * 7 + day * 3) % 5 !== 0} />
          ))}
        </div>
      ))}
    </div>
  );
}
