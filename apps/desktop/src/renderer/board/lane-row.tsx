/** One member of staff's week: who they are and seven cells. Redrawn only when its own lane changes. */
// biome-ignore-all lint/a11y/useSemanticElements: rows are positioned by hand and cards are draggable: no table, no buttons
// biome-ignore-all lint/a11y/useFocusableInteractive: focus lives on cells and cards
import type { BoardLane, BoardVisit, ProposedPlacement } from '@fieldfare/domain';
import type { LocalDate } from '@fieldfare/kernel';
import { IconFirstAidKit } from '@tabler/icons-react';
import { memo } from 'react';
import { employmentName, hours, initials, longDate, plural, roleName } from '../lib/format.ts';
import classes from './board.module.css';
import type { CellView } from './board-store.ts';
import type { CellFit } from './carry.ts';
import { useController, useInHand, useLane, useLaneFit, useUi } from './context.tsx';
import type { textRoom } from './metrics.ts';
import { GhostCard, VisitCard } from './visit-card.tsx';

function LaneHeader({ lane }: { readonly lane: BoardLane }) {
  const controller = useController();
  const writable = controller.writable();
  const share = lane.capacityMinutes === 0 ? 0 : lane.bookedMinutes / lane.capacityMinutes;
  const booked = `${hours(lane.bookedMinutes)} / ${hours(lane.capacityMinutes)} h`;
  const about = [roleName(lane.role), employmentName(lane.employmentType)].join(' · ');
  return (
    <div
      role="rowheader"
      className={classes.laneHead}
      aria-label={`${lane.name}, ${about}${lane.partnerName === null ? '' : `, ${lane.partnerName}`}, booked ${booked}`}
    >
      <span className={classes.avatar} data-partner={lane.partnerName !== null || undefined} aria-hidden>
        {initials(lane.name)}
      </span>
      <div className={classes.laneText}>
        <div className={classes.laneName}>{lane.name}</div>
        <div className={classes.laneAbout}>
          {about}
          {lane.partnerName !== null && (
            <span className={classes.partner} title={lane.partnerName}>
              Partner
            </span>
          )}
        </div>
        <div className={classes.capacity}>
          <div className={classes.bar}>
            <div
              className={classes.fill}
              data-over={share > 1 || undefined}
              data-near={(share > 0.9 && share <= 1) || undefined}
              style={{ transform: `scaleX(${Math.min(1, share)})` }}
            />
          </div>
          <span className={classes.booked}>{booked}</span>
        </div>
      </div>
      {writable && (
        <button
          type="button"
          tabIndex={-1}
          className={classes.laneAway}
          title="Sick call…"
          aria-label={`Sick call of ${lane.name}…`}
          onClick={() => controller.askReplan(lane.staffId)}
        >
          <IconFirstAidKit size={15} />
        </button>
      )}
    </div>
  );
}

const stretch = (stretches: readonly { readonly from: string; readonly to: string }[]): string =>
  stretches.map(({ from, to }) => `${from}–${to}`).join(', ');

function cellSentence(lane: BoardLane, date: LocalDate, day: number, visits: readonly BoardVisit[]): string {
  const open = lane.availability[day] ?? [];
  const absent = lane.absence[day] ?? null;
  const presence = absent !== null ? `absent: ${absent}` : open.length === 0 ? 'not working' : `works ${stretch(open)}`;
  return `${lane.name}, ${longDate(date)}, ${presence}, ${visits.length === 0 ? 'no visits' : plural(visits.length, 'visit')}`;
}

/** Visits and proposed ones by start. */
function inOrder({ visits, ghosts }: CellView): readonly (BoardVisit | ProposedPlacement)[] {
  if (ghosts.length === 0) return visits;
  const startOf = (item: BoardVisit | ProposedPlacement): string =>
    'visitId' in item ? item.start : (item.start ?? item.windowFrom);
  return [...visits, ...ghosts].sort((a, b) => (startOf(a) < startOf(b) ? -1 : 1));
}

const NOTHING: readonly string[] = [];

const Cell = memo(function Cell(props: {
  readonly lane: BoardLane;
  readonly date: LocalDate;
  readonly day: number;
  readonly today: boolean;
  readonly cell: CellView;
  readonly fit: CellFit | undefined;
  readonly selectedId: string | null;
  /** See `Carry.inHand`; of this cell or none. */
  readonly inHand: readonly string[];
  readonly room: ReturnType<typeof textRoom>;
  readonly visitOf: (id: string) => BoardVisit | undefined;
  readonly writable: boolean;
}) {
  const { lane, date, day, cell, fit } = props;
  const open = lane.availability[day] ?? [];
  const absent = lane.absence[day] ?? null;
  const empty = cell.visits.length + cell.ghosts.length === 0;
  const reason = fit?.cell.violations[0]?.message;
  return (
    <div
      role="gridcell"
      tabIndex={-1}
      className={classes.cell}
      data-cell=""
      data-staff-id={lane.staffId}
      data-date={date}
      data-day={day}
      data-off={open.length === 0 || undefined}
      data-weekend={day > 4 || undefined}
      data-today={props.today || undefined}
      data-fit={fit?.fit}
      aria-colindex={day + 2}
      aria-label={`${cellSentence(lane, date, day, cell.visits)}${fit ? `, ${fit.fit === 'good' ? 'fits' : (reason ?? fit.fit)}` : ''}`}
    >
      {absent !== null && <span className={classes.absence}>{absent}</span>}
      {empty && absent === null && open.length > 0 && !fit && (
        <span className={classes.hours}>{stretch(open.slice(0, 2))}</span>
      )}
      {inOrder(cell).map((item) =>
        'visitId' in item ? (
          <GhostCard
            key={`proposed ${item.visitId}`}
            placement={item}
            visit={props.visitOf(item.visitId)}
            room={props.room}
          />
        ) : (
          <VisitCard
            key={item.id}
            visit={item}
            selected={item.id === props.selectedId}
            lifted={props.inHand.includes(item.id)}
            movable={props.writable}
            room={props.room}
          />
        ),
      )}
    </div>
  );
});

export const LaneRow = memo(function LaneRow(props: {
  readonly staffId: string;
  readonly rowIndex: number;
  readonly top: number;
  readonly dates: readonly LocalDate[];
  readonly today: LocalDate;
  readonly writable: boolean;
  readonly room: ReturnType<typeof textRoom>;
}) {
  const { staffId, dates } = props;
  const { store } = useController();
  const view = useLane(staffId);
  const fits = useLaneFit(staffId);
  const inHand = useInHand();
  const selectedId = useUi((ui) => ui.selectedVisitId);
  if (!view) return null;
  return (
    <div
      role="row"
      aria-rowindex={props.rowIndex + 2}
      className={classes.row}
      data-staff-id={staffId}
      style={{ transform: `translateY(${props.top}px)`, height: view.height }}
    >
      <LaneHeader lane={view.lane} />
      {dates.map((date, day) => {
        const cell = view.cells[day];
        return cell ? (
          <Cell
            key={date}
            lane={view.lane}
            date={date}
            day={day}
            today={date === props.today}
            cell={cell}
            fit={fits?.[day]}
            selectedId={selectedId !== null && cell.visits.some(({ id }) => id === selectedId) ? selectedId : null}
            inHand={cell.visits.some(({ id }) => inHand.includes(id)) ? inHand : NOTHING}
            room={props.room}
            visitOf={store.visit}
            writable={props.writable}
          />
        ) : null;
      })}
    </div>
  );
});
