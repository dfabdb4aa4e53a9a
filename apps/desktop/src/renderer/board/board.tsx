/** The week as a grid: seven days, one row a member of staff, only the rows in sight in the DOM. */
// biome-ignore-all lint/a11y/useSemanticElements: rows are positioned by hand and cards are draggable: no table, no buttons
// biome-ignore-all lint/a11y/useFocusableInteractive: focus lives on cells and cards
import type { WeekBoard } from '@fieldfare/domain';
import { IconChevronDown } from '@tabler/icons-react';
import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import { type CSSProperties, memo, type RefObject, useCallback, useLayoutEffect, useMemo, useState } from 'react';
import { dayNumber, longDate, plural, weekdayShort } from '../lib/format.ts';
import classes from './board.module.css';
import type { RowView } from './board-store.ts';
import { useController, useDayCounts, useInHand, useLayout } from './context.tsx';
import { forgetWidths } from './fit-text.ts';
import { LaneRow } from './lane-row.tsx';
import { DAY_HEADER, GROUP, METRIC_VARIABLES, MIN_COLUMN, textRoom } from './metrics.ts';
import { useBoardKeyboard } from './use-keyboard.ts';

const DayHeader = memo(function DayHeader({ board, today }: { readonly board: WeekBoard; readonly today: string }) {
  const counts = useDayCounts();
  return (
    <div role="row" aria-rowindex={1} className={classes.head}>
      <div role="columnheader" className={classes.corner}>
        {plural(board.lanes.length, 'carer')}
      </div>
      {board.days.map((day, index) => (
        <div
          key={day.date}
          role="columnheader"
          className={classes.day}
          data-today={day.date === today || undefined}
          aria-label={`${longDate(day.date)}${day.date === today ? ', today' : ''}, ${plural(counts[index] ?? 0, 'visit')}${
            day.minutes === 1440 ? '' : `, this day has ${day.minutes / 60} hours`
          }`}
        >
          <span>{weekdayShort(day.date)}</span>
          <span className={classes.date}>{dayNumber(day.date)}</span>
          {day.minutes !== 1440 && (
            <span className={classes.dst} title="The clocks change on this day">
              {day.minutes / 60} h
            </span>
          )}
          <span className={classes.count}>{counts[index] ?? 0}</span>
        </div>
      ))}
    </div>
  );
});

const TeamRow = memo(function TeamRow(props: {
  readonly row: Extract<RowView, { type: 'team' }>;
  readonly rowIndex: number;
  readonly top: number;
  readonly stuck: boolean;
  readonly onToggle: (team: string) => void;
}) {
  const { row, stuck } = props;
  return (
    <div
      role="row"
      aria-rowindex={props.rowIndex + 2}
      className={classes.team}
      data-stuck={stuck || undefined}
      style={stuck ? undefined : { transform: `translateY(${props.top}px)` }}
    >
      <div role="rowheader" aria-colspan={8} style={{ height: '100%' }}>
        <button
          type="button"
          className={classes.teamButton}
          aria-expanded={!row.collapsed}
          onClick={() => props.onToggle(row.team)}
        >
          <IconChevronDown aria-hidden />
          {row.team}
          <span className={classes.teamCount}>{row.lanes}</span>
        </button>
      </div>
    </div>
  );
});

/** Room for text in the board's columns, measured as the board is resized and again when the fonts have come. */
function useTextRoom(scroller: RefObject<HTMLDivElement | null>): ReturnType<typeof textRoom> {
  const [room, setRoom] = useState(() => textRoom(MIN_COLUMN));
  useLayoutEffect(() => {
    const board = scroller.current;
    if (!board) return;
    const measure = (): void => {
      const column = board.querySelector('[role="columnheader"]:last-child')?.getBoundingClientRect().width;
      const next = textRoom(column ?? MIN_COLUMN);
      setRoom((old) => (old.name === next.name && old.service === next.service ? old : next));
    };
    measure();
    const watcher = new ResizeObserver(measure);
    watcher.observe(board);
    void document.fonts.ready.then(() => {
      forgetWidths();
      setRoom((old) => ({ ...old }));
    });
    return () => watcher.disconnect();
  }, [scroller]);
  return room;
}

export function Board(props: {
  readonly board: WeekBoard;
  readonly today: string;
  readonly scroller: RefObject<HTMLDivElement | null>;
}) {
  const { board, today, scroller } = props;
  const controller = useController();
  const layout = useLayout();
  const [carriedId] = useInHand();
  const dates = useMemo(() => board.days.map((day) => day.date), [board.days]);

  const carriedStaff = carriedId === undefined ? null : (controller.store.visit(carriedId)?.staffId ?? null);
  const heldRow = carriedStaff === null ? undefined : layout.rowOf.get(carriedStaff);

  const rangeExtractor = useCallback(
    (range: Range) => {
      const indexes = new Set(defaultRangeExtractor(range));
      // The team in force stays mounted so that its header can stick; so does the row a drag started from,
      // because a drag whose source leaves the document never ends.
      let stuck = 0;
      for (const row of layout.teamRows) if (row <= range.startIndex) stuck = row;
      indexes.add(stuck);
      if (heldRow !== undefined) indexes.add(heldRow);
      return [...indexes].sort((a, b) => a - b);
    },
    [layout.teamRows, heldRow],
  );

  const virtualizer = useVirtualizer({
    count: layout.rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => layout.heights[index] ?? GROUP,
    getItemKey: (index) => {
      const row = layout.rows[index];
      return row === undefined ? index : row.type === 'lane' ? row.staffId : `team ${row.team}`;
    },
    overscan: 2,
    scrollMargin: DAY_HEADER,
    scrollPaddingStart: DAY_HEADER + GROUP,
    rangeExtractor,
  });

  // Sizes come from the data, never from the DOM: tell the virtualiser when they are others.
  useLayoutEffect(() => virtualizer.measure(), [layout, virtualizer]);

  const scrollToRow = useCallback((row: number) => virtualizer.scrollToIndex(row, { align: 'auto' }), [virtualizer]);
  useBoardKeyboard(scroller, controller, scrollToRow);

  const room = useTextRoom(scroller);
  const items = virtualizer.getVirtualItems();
  const offset = (virtualizer.scrollOffset ?? 0) + 1;
  let stuckIndex = 0;
  for (const item of items) {
    if (layout.rows[item.index]?.type === 'team' && item.start - DAY_HEADER <= offset) stuckIndex = item.index;
  }

  return (
    <div
      ref={scroller}
      className={classes.scroller}
      style={METRIC_VARIABLES as CSSProperties}
      role="grid"
      aria-label={`Week board, ${board.regionName}`}
      aria-rowcount={layout.rows.length + 1}
      aria-colcount={8}
      aria-readonly={!board.writable}
      tabIndex={0}
      data-testid="board"
    >
      <div className={classes.inner} role="rowgroup">
        <DayHeader board={board} today={today} />
        <div className={classes.body} style={{ height: virtualizer.getTotalSize() }} role="presentation">
          {items.map((item) => {
            const row = layout.rows[item.index];
            if (!row) return null;
            const top = item.start - DAY_HEADER;
            return row.type === 'team' ? (
              <TeamRow
                key={item.key}
                row={row}
                rowIndex={item.index}
                top={top}
                stuck={item.index === stuckIndex}
                onToggle={controller.store.toggleTeam}
              />
            ) : (
              <LaneRow
                key={item.key}
                staffId={row.staffId}
                rowIndex={item.index}
                top={top}
                dates={dates}
                today={today}
                writable={board.writable}
                room={room}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}
