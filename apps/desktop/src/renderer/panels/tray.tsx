/** Visits nobody has yet: searched, filtered, grouped by day, dragged onto the board. Dropping here unassigns. */
import type { BoardVisit, WeekBoard } from '@fieldfare/domain';
import { Button, CloseButton, Select, Text, TextInput } from '@mantine/core';
import { IconCalendarPlus, IconCircleCheck, IconSearch } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type CSSProperties, type KeyboardEvent, useMemo, useRef, useState } from 'react';
import { useController, useInHand, useTray, useUi } from '../board/context.tsx';
import { CARD, METRIC_VARIABLES } from '../board/metrics.ts';
import { VisitCard } from '../board/visit-card.tsx';
import { plural, shortDate } from '../lib/format.ts';
import classes from './panels.module.css';

type Entry =
  | { readonly type: 'head'; readonly label: string; readonly count: number }
  | { readonly type: 'visit'; readonly visit: BoardVisit };

const HEAD = 28;
const STEP = CARD + 4;
const NOT_ON_ROSTER = 'Carer no longer on the roster';

function groupOf(visit: BoardVisit): string {
  if (visit.staffId !== null && visit.date !== null) return NOT_ON_ROSTER;
  return visit.date ?? '';
}

const groupLabel = (key: string): string => (key === '' ? 'Any day' : key === NOT_ON_ROSTER ? key : shortDate(key));

function matches(visit: BoardVisit, words: readonly string[]): boolean {
  const text = `${visit.patientName} ${visit.municipality} ${visit.serviceName}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

export function useTrayEntries(
  visits: readonly BoardVisit[],
  filter: {
    readonly search: string;
    readonly service: string | null;
    readonly priority: string | null;
    readonly day: string | null;
  },
): readonly Entry[] {
  const { search, service, priority, day } = filter;
  return useMemo(() => {
    const words = search.toLowerCase().split(/\s+/).filter(Boolean);
    const groups = new Map<string, BoardVisit[]>();
    for (const visit of visits) {
      if (service !== null && visit.serviceCode !== service) continue;
      if (priority !== null && visit.priority !== priority) continue;
      if (day !== null && (visit.date ?? '') !== day) continue;
      if (words.length > 0 && !matches(visit, words)) continue;
      const key = groupOf(visit);
      const held = groups.get(key);
      if (held) held.push(visit);
      else groups.set(key, [visit]);
    }
    return [...groups]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([key, inGroup]): Entry[] => [
        { type: 'head', label: groupLabel(key), count: inGroup.length },
        ...inGroup.map((visit): Entry => ({ type: 'visit', visit })),
      ]);
  }, [visits, search, service, priority, day]);
}

export function Tray({ board }: { readonly board: WeekBoard }) {
  const controller = useController();
  const visits = useTray();
  const selectedId = useUi((ui) => ui.selectedVisitId);
  const inHand = useInHand();
  const [search, setSearch] = useState('');
  const [service, setService] = useState<string | null>(null);
  const [priority, setPriority] = useState<string | null>(null);
  const [day, setDay] = useState<string | null>(null);
  const entries = useTrayEntries(visits, { search, service, priority, day });
  const list = useRef<HTMLDivElement>(null);
  const services = useMemo(() => {
    const names = new Map(visits.map((visit) => [visit.serviceCode, visit.serviceName]));
    return [...names].map(([value, label]) => ({ value, label })).sort((a, b) => a.label.localeCompare(b.label));
  }, [visits]);

  const virtualizer = useVirtualizer({
    count: entries.length,
    getScrollElement: () => list.current,
    estimateSize: (index) => (entries[index]?.type === 'head' ? HEAD : STEP),
    getItemKey: (index) => {
      const entry = entries[index];
      return entry?.type === 'visit' ? entry.visit.id : `head ${entry?.label ?? index}`;
    },
    overscan: 6,
  });

  const filtered = search !== '' || service !== null || priority !== null || day !== null;
  const reset = (): void => {
    setSearch('');
    setService(null);
    setPriority(null);
    setDay(null);
  };

  function onKeyDown(event: KeyboardEvent): void {
    const card = (event.target as HTMLElement).closest<HTMLElement>('[data-visit-id]');
    const at = entries.findIndex((entry) => entry.type === 'visit' && entry.visit.id === card?.dataset.visitId);
    const entry = entries[at];
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const by = event.key === 'ArrowDown' ? 1 : -1;
      let next = at + by;
      while (entries[next]?.type === 'head') next += by;
      if (next < 0 && by < 0) return;
      const target = entries[next];
      if (target?.type !== 'visit') return;
      event.preventDefault();
      virtualizer.scrollToIndex(next);
      requestAnimationFrame(() =>
        list.current?.querySelector<HTMLElement>(`[data-visit-id="${CSS.escape(target.visit.id)}"]`)?.focus(),
      );
    } else if (entry?.type === 'visit' && event.key === 'Enter') {
      event.preventDefault();
      controller.openVisit(entry.visit.id);
    } else if (entry?.type === 'visit' && event.key.toLowerCase() === 'm' && board.writable && !event.ctrlKey) {
      event.preventDefault();
      controller.askMove(entry.visit.id);
    }
  }

  return (
    <section className={classes.panel} aria-label="Unscheduled visits" data-tray="" data-testid="tray">
      <header className={classes.head}>
        <h2 className={classes.title}>Unscheduled</h2>
        <span className={classes.pill}>{visits.length}</span>
        <span className={classes.grow} />
        <CloseButton size="sm" aria-label="Hide the unscheduled list" onClick={controller.togglePanel} />
      </header>
      <div className={classes.filters}>
        <TextInput
          id="tray-search"
          size="xs"
          placeholder="Search patient, place, service"
          aria-label="Search unscheduled visits"
          leftSection={<IconSearch size={14} />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          rightSection={search === '' ? <kbd className={classes.kbd}>/</kbd> : null}
        />
        <div className={classes.selects}>
          <Select
            size="xs"
            aria-label="Filter by service"
            placeholder="Service"
            clearable
            data={services}
            value={service}
            onChange={setService}
            comboboxProps={{ width: 220, position: 'bottom-start' }}
          />
          <Select
            size="xs"
            aria-label="Filter by priority"
            placeholder="Priority"
            clearable
            data={[
              { value: 'urgent', label: 'Urgent' },
              { value: 'high', label: 'High' },
              { value: 'routine', label: 'Routine' },
            ]}
            value={priority}
            onChange={setPriority}
            comboboxProps={{ width: 140, position: 'bottom' }}
          />
          <Select
            size="xs"
            aria-label="Filter by day"
            placeholder="Day"
            clearable
            data={[
              ...board.days.map(({ date }) => ({ value: date, label: shortDate(date) })),
              { value: '', label: 'Any day' },
            ]}
            value={day}
            onChange={setDay}
            comboboxProps={{ width: 140, position: 'bottom-end' }}
          />
        </div>
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: arrows move among the cards inside */}
      <div
        ref={list}
        className={classes.list}
        style={METRIC_VARIABLES as CSSProperties}
        onKeyDown={onKeyDown}
        onClick={(event) => {
          const id = (event.target as Element).closest<HTMLElement>('[data-visit-id]')?.dataset.visitId;
          if (id !== undefined) controller.openVisit(id);
        }}
      >
        {entries.length === 0 ? (
          <TrayEmpty board={board} filtered={filtered} total={visits.length} onReset={reset} />
        ) : (
          <div className={classes.sizer} style={{ height: virtualizer.getTotalSize() }}>
            {virtualizer.getVirtualItems().map((item) => {
              const entry = entries[item.index];
              if (!entry) return null;
              return (
                <div
                  key={item.key}
                  className={classes.entry}
                  style={{ transform: `translateY(${item.start}px)`, height: item.size }}
                >
                  {entry.type === 'head' ? (
                    <div className={classes.groupHead}>
                      {entry.label} <span className={classes.dim}>{entry.count}</span>
                    </div>
                  ) : (
                    <VisitCard
                      visit={entry.visit}
                      selected={entry.visit.id === selectedId}
                      lifted={inHand.includes(entry.visit.id)}
                      movable={board.writable}
                      room={null}
                    />
                  )}
                </div>
              );
            })}
          </div>
        )}
      </div>
    </section>
  );
}

function TrayEmpty(props: {
  readonly board: WeekBoard;
  readonly filtered: boolean;
  readonly total: number;
  readonly onReset: () => void;
}) {
  const { board, filtered, total } = props;
  const controller = useController();
  if (filtered && total > 0) {
    return (
      <div className={classes.empty}>
        <Text fz="sm">None of the {plural(total, 'visit')} matches.</Text>
        <Button variant="default" onClick={props.onReset}>
          Clear filters
        </Button>
      </div>
    );
  }
  if (board.visits.length === 0) {
    return (
      <div className={classes.empty}>
        <IconCalendarPlus size={26} stroke={1.5} />
        <Text fz="sm">This week has no visits yet.</Text>
        {board.writable && <Button onClick={() => void controller.planWeek()}>Plan this week from requirements</Button>}
      </div>
    );
  }
  return (
    <div className={classes.empty}>
      <IconCircleCheck size={26} stroke={1.5} className={classes.good ?? ''} />
      <Text fz="sm" fw={560}>
        Every visit has a carer.
      </Text>
      <Text fz="xs" c="dimmed">
        Drag a visit here to take it off somebody.
      </Text>
    </div>
  );
}
