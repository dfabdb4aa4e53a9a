/** The bar over the board: which week, how it stands, and what can be done with all of it. */
import type { WeekBoard } from '@fieldfare/domain';
import { addWeeks, daysOfWeek, SEALED_AFTER_WEEKS } from '@fieldfare/kernel';
import { ActionIcon, Badge, Button, Menu, Tooltip } from '@mantine/core';
import {
  IconAlertTriangle,
  IconArrowBackUp,
  IconArrowForwardUp,
  IconChevronDown,
  IconChevronLeft,
  IconChevronRight,
  IconDots,
  IconEye,
  IconFirstAidKit,
  IconHourglass,
  IconLayoutSidebarRight,
  IconPlus,
  IconScale,
  IconSend,
  IconWand,
} from '@tabler/icons-react';
import { useState } from 'react';
import { dateRange, weekLabel } from '../lib/format.ts';
import { useObservable } from '../lib/observable.ts';
import { RulesDialog } from '../panels/rules-dialog.tsx';
import { useApp } from '../shell/app-context.tsx';
import { RegionPicker } from '../shell/region-picker.tsx';
import { SyncPill } from '../shell/sync-pill.tsx';
import { SyntheticBadge } from '../shell/synthetic-badge.tsx';
import { useController, useSummary, useUi } from './context.tsx';
import { Onlookers } from './onlookers.tsx';
import classes from './toolbar.module.css';

function WeekNav({
  regionId,
  week,
  thisWeek,
}: {
  readonly regionId: string;
  readonly week: string;
  readonly thisWeek: string;
}) {
  const { goTo } = useApp();
  const days = daysOfWeek(week);
  return (
    <div className={classes.week}>
      <Tooltip label="Previous week ([)">
        <ActionIcon size={28} aria-label="Previous week" onClick={() => goTo(regionId, addWeeks(week, -1))}>
          <IconChevronLeft size={17} />
        </ActionIcon>
      </Tooltip>
      <Button
        variant="default"
        size="compact-sm"
        disabled={week === thisWeek}
        onClick={() => goTo(regionId, thisWeek)}
        className={classes.today ?? ''}
      >
        Today
      </Button>
      <Tooltip label="Next week (])">
        <ActionIcon size={28} aria-label="Next week" onClick={() => goTo(regionId, addWeeks(week, 1))}>
          <IconChevronRight size={17} />
        </ActionIcon>
      </Tooltip>
      <h1 className={classes.range} data-week={week}>
        {dateRange(days[0] ?? '', days[6] ?? '')}
        <span className={classes.weekNumber} title={week}>
          {weekLabel(week)}
        </span>
      </h1>
    </div>
  );
}

function Summary() {
  const summary = useSummary();
  return (
    <div className={classes.summary} data-testid="summary">
      <span>
        <b>{summary.assigned}</b> assigned
      </span>
      <span data-attention={summary.unscheduled > 0 || undefined}>
        <b>{summary.unscheduled}</b> unscheduled
      </span>
    </div>
  );
}

function HistoryButtons() {
  const controller = useController();
  const history = useObservable(controller.history);
  const undo = history.undo === null ? 'Nothing to undo' : `Undo: ${history.undo} (Ctrl+Z)`;
  const redo = history.redo === null ? 'Nothing to redo' : `Redo: ${history.redo} (Ctrl+Shift+Z)`;
  return (
    <div className={classes.history}>
      <Tooltip label={undo}>
        <ActionIcon
          aria-label={undo}
          aria-disabled={history.undo === null}
          data-off={history.undo === null ? '' : null}
          onClick={() => history.undo !== null && void controller.undo()}
        >
          <IconArrowBackUp size={18} stroke={1.8} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label={redo}>
        <ActionIcon
          aria-label={redo}
          aria-disabled={history.redo === null}
          data-off={history.redo === null ? '' : null}
          onClick={() => history.redo !== null && void controller.redo()}
        >
          <IconArrowForwardUp size={18} stroke={1.8} />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}

function AutoAssignButton({ unscheduled }: { readonly unscheduled: number }) {
  const controller = useController();
  const state = useObservable(controller.auto.state);
  const open = (): void => controller.showPanel({ kind: 'proposal' });
  if (state.phase === 'running') {
    return (
      <Button variant="light" onClick={open} leftSection={<IconWand size={15} />}>
        {state.progress.placed} / {state.progress.total}
      </Button>
    );
  }
  if (state.phase === 'proposal') {
    return (
      <Button variant="light" onClick={open} leftSection={<IconWand size={15} />}>
        Review proposal
      </Button>
    );
  }
  const { auto } = controller;
  const opening = (start: () => void) => (): void => {
    open();
    start();
  };
  return (
    <Button.Group>
      <Tooltip
        label={unscheduled === 0 ? 'Every visit has a carer' : 'Propose carers and times for unscheduled visits'}
      >
        <Button
          className={classes.auto ?? ''}
          leftSection={<IconWand size={15} />}
          disabled={unscheduled === 0}
          onClick={opening(auto.start)}
        >
          Auto-assign
        </Button>
      </Tooltip>
      <Menu position="bottom-end" width={270} shadow="md" radius="lg">
        <Menu.Target>
          <Button aria-label="More ways to plan" className={classes.more ?? ''}>
            <IconChevronDown size={15} />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconWand size={15} />} disabled={unscheduled === 0} onClick={opening(auto.start)}>
            Auto-assign unscheduled visits
          </Menu.Item>
          <Menu.Item
            leftSection={<IconHourglass size={15} />}
            disabled={unscheduled === 0}
            onClick={opening(auto.startLonger)}
          >
            Auto-assign, three times as long
          </Menu.Item>
          <Menu.Item leftSection={<IconScale size={15} />} onClick={() => controller.askPlans(true)}>
            Compare plans…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </Button.Group>
  );
}

export function Toolbar({
  board,
  week,
  thisWeek,
}: {
  readonly board: WeekBoard | null;
  readonly week: string;
  readonly thisWeek: string;
}) {
  const controller = useController();
  const { goTo } = useApp();
  const summary = useSummary();
  const panel = useUi((ui) => ui.panel.kind);
  const panelOpen = useUi((ui) => ui.panelOpen);
  const writable = board?.writable ?? false;
  const [rulesOpen, setRulesOpen] = useState(false);
  return (
    <header className={classes.bar}>
      <RegionPicker regionId={controller.scope.regionId} onPick={(regionId) => goTo(regionId, week)} />
      <WeekNav regionId={controller.scope.regionId} week={week} thisWeek={thisWeek} />
      <SyntheticBadge />
      {board !== null && !writable && (
        <Tooltip
          label={`Weeks can be changed until ${SEALED_AFTER_WEEKS} weeks after they end`}
          disabled={!board.sealed}
        >
          <Badge variant="light" color="gray" leftSection={<IconEye size={12} />} className={classes.badge ?? ''}>
            {board.sealed ? 'Closed week' : 'Read only'}
          </Badge>
        </Tooltip>
      )}
      <span className={classes.grow} />
      {board !== null && <Summary />}
      {writable && <HistoryButtons />}
      <Button
        variant="subtle"
        color="gray"
        className={classes.conflicts ?? ''}
        data-open={summary.conflicts > 0 ? '' : null}
        leftSection={<IconAlertTriangle size={15} />}
        aria-label={`Conflicts: ${summary.conflicts} open`}
        aria-pressed={panel === 'conflicts' && panelOpen}
        onClick={() =>
          panel === 'conflicts'
            ? controller.closePanel()
            : controller.showPanel({ kind: 'conflicts', conflictId: null })
        }
      >
        Conflicts {summary.conflicts > 0 && <span className={classes.number}>{summary.conflicts}</span>}
      </Button>
      {writable && <AutoAssignButton unscheduled={summary.unscheduled} />}
      <Onlookers />
      <SyncPill />
      {writable && (
        <Menu position="bottom-end" width={260} shadow="md" radius="lg">
          <Menu.Target>
            <ActionIcon aria-label="More for this week">
              <IconDots size={18} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconPlus size={15} />} onClick={() => void controller.planWeek()}>
              Plan this week from requirements
            </Menu.Item>
            <Menu.Item leftSection={<IconSend size={15} />} onClick={() => controller.askPublish(true)}>
              Publish the week…
            </Menu.Item>
            <Menu.Item leftSection={<IconFirstAidKit size={15} />} onClick={() => controller.askReplan('')}>
              Something happened…
            </Menu.Item>
            <Menu.Divider />
            <Menu.Item leftSection={<IconScale size={15} />} onClick={() => setRulesOpen(true)}>
              Scheduling rules…
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
      <RulesDialog opened={rulesOpen} onClose={() => setRulesOpen(false)} />
      <Tooltip label={panelOpen ? 'Hide side panel' : 'Show side panel'}>
        <ActionIcon
          aria-label={panelOpen ? 'Hide side panel' : 'Show side panel'}
          aria-pressed={panelOpen}
          onClick={controller.togglePanel}
        >
          <IconLayoutSidebarRight size={18} stroke={1.7} />
        </ActionIcon>
      </Tooltip>
    </header>
  );
}
