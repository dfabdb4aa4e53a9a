/**
 * The board outside React: one `WeekBoard` kept by snapshot and patches, and beside it what the screen draws.
 * A lane's view keeps its identity until something in that lane changes, so a patch of one visit redraws one or two
 * lanes and nothing else.
 */
import type { BoardEvent, BoardLane, BoardVisit, ProposedPlacement, WeekBoard } from '@fieldfare/domain';
import { applyBoardEvent } from '@fieldfare/domain/board';
import type { Problem } from '@fieldfare/kernel';
import { GROUP, laneHeight } from './metrics.ts';

export interface CellView {
  /** By start, then name; a visit without a start sorts by its window. */
  readonly visits: readonly BoardVisit[];
  readonly ghosts: readonly ProposedPlacement[];
}

export interface LaneView {
  readonly lane: BoardLane;
  /** Seven, Monday first. */
  readonly cells: readonly CellView[];
  readonly height: number;
}

export type RowView =
  | { readonly type: 'team'; readonly team: string; readonly lanes: number; readonly collapsed: boolean }
  | { readonly type: 'lane'; readonly staffId: string };

export interface Layout {
  readonly rows: readonly RowView[];
  readonly heights: readonly number[];
  /** Row of each visible lane. */
  readonly rowOf: ReadonlyMap<string, number>;
  readonly teamRows: readonly number[];
}

export interface Summary {
  readonly assigned: number;
  readonly unscheduled: number;
  readonly conflicts: number;
  readonly total: number;
}

export interface BoardStore {
  apply(event: BoardEvent): void;
  fail(problems: readonly [Problem, ...Problem[]]): void;
  subscribe(listener: () => void): () => void;
  board(): WeekBoard | null;
  problems(): readonly Problem[];
  layout(): Layout;
  lane(staffId: string): LaneView | undefined;
  visit(id: string): BoardVisit | undefined;
  /** Visits that no lane shows: unscheduled ones first, by priority and patient. */
  tray(): readonly BoardVisit[];
  /** Visits on the board by day, and minutes of them. */
  dayCounts(): readonly number[];
  summary(): Summary;
  setGhosts(placements: readonly ProposedPlacement[]): void;
  toggleTeam(team: string): void;
}

const NO_LAYOUT: Layout = { rows: [], heights: [], rowOf: new Map(), teamRows: [] };
const NO_SUMMARY: Summary = { assigned: 0, unscheduled: 0, conflicts: 0, total: 0 };
const PRIORITY = { urgent: 0, high: 1, routine: 2 } as const;

const sortKey = (visit: BoardVisit): string => `${visit.start ?? visit.windowFrom}${visit.start === null ? 'z' : 'a'}`;
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
/** A total order, so that a cell looks the same however its visits arrived. */
const compareVisits = (a: BoardVisit, b: BoardVisit): number =>
  compareText(sortKey(a), sortKey(b)) || compareText(a.patientName, b.patientName) || compareText(a.id, b.id);

export function compareTray(a: BoardVisit, b: BoardVisit): number {
  return (
    PRIORITY[a.priority] - PRIORITY[b.priority] ||
    a.patientName.localeCompare(b.patientName) ||
    (a.date ?? '').localeCompare(b.date ?? '') ||
    a.windowFrom.localeCompare(b.windowFrom) ||
    compareText(a.id, b.id)
  );
}

export function createBoardStore(): BoardStore {
  const listeners = new Set<() => void>();
  const visits = new Map<string, BoardVisit>();
  const lanes = new Map<string, LaneView>();
  const members = new Map<string, Set<string>>();
  const ghosts = new Map<string, ProposedPlacement[]>();
  const collapsed = new Set<string>();
  let dayIndex = new Map<string, number>();
  let board: WeekBoard | null = null;
  let problems: readonly Problem[] = [];
  let layout = NO_LAYOUT;
  let tray: readonly BoardVisit[] = [];
  let dayCounts: readonly number[] = [];
  let summary = NO_SUMMARY;

  const emit = (): void => {
    for (const listener of listeners) listener();
  };

  function link(visit: BoardVisit): void {
    visits.set(visit.id, visit);
    if (visit.staffId === null) return;
    const held = members.get(visit.staffId);
    if (held) held.add(visit.id);
    else members.set(visit.staffId, new Set([visit.id]));
  }

  function unlink(id: string): string | null {
    const old = visits.get(id);
    visits.delete(id);
    if (!old || old.staffId === null) return null;
    members.get(old.staffId)?.delete(id);
    return old.staffId;
  }

  function buildLane(lane: BoardLane): void {
    const cells = Array.from({ length: 7 }, () => ({ visits: [] as BoardVisit[], ghosts: [] as ProposedPlacement[] }));
    for (const id of members.get(lane.staffId) ?? []) {
      const visit = visits.get(id);
      const day = visit?.date == null ? undefined : dayIndex.get(visit.date);
      if (visit && day !== undefined) cells[day]?.visits.push(visit);
    }
    for (const ghost of ghosts.get(lane.staffId) ?? []) {
      const day = dayIndex.get(ghost.date);
      if (day !== undefined) cells[day]?.ghosts.push(ghost);
    }
    let most = 0;
    for (const cell of cells) {
      cell.visits.sort(compareVisits);
      cell.ghosts.sort((a, b) => compareText(a.start, b.start) || compareText(a.visitId, b.visitId));
      most = Math.max(most, cell.visits.length + cell.ghosts.length);
    }
    lanes.set(lane.staffId, { lane, cells, height: laneHeight(most) });
  }

  function buildLayout(): void {
    const rows: RowView[] = [];
    const heights: number[] = [];
    const rowOf = new Map<string, number>();
    const teamRows: number[] = [];
    const teams = new Map<string, BoardLane[]>();
    for (const lane of board?.lanes ?? []) {
      const held = teams.get(lane.team);
      if (held) held.push(lane);
      else teams.set(lane.team, [lane]);
    }
    for (const [team, inTeam] of teams) {
      const closed = collapsed.has(team);
      teamRows.push(rows.length);
      rows.push({ type: 'team', team, lanes: inTeam.length, collapsed: closed });
      heights.push(GROUP);
      if (closed) continue;
      for (const { staffId } of inTeam) {
        rowOf.set(staffId, rows.length);
        rows.push({ type: 'lane', staffId });
        heights.push(lanes.get(staffId)?.height ?? laneHeight(0));
      }
    }
    const same =
      rows.length === layout.rows.length &&
      rows.every((row, index) => {
        const old = layout.rows[index];
        if (heights[index] !== layout.heights[index] || old?.type !== row.type) return false;
        return row.type === 'lane'
          ? old.type === 'lane' && old.staffId === row.staffId
          : old.type === 'team' && old.team === row.team && old.lanes === row.lanes && old.collapsed === row.collapsed;
      });
    if (!same) layout = { rows, heights, rowOf, teamRows };
  }

  function buildTotals(): void {
    const waiting: BoardVisit[] = [];
    const counts = [0, 0, 0, 0, 0, 0, 0];
    for (const visit of visits.values()) {
      const day = visit.date === null ? undefined : dayIndex.get(visit.date);
      if (visit.staffId === null || day === undefined || !lanes.has(visit.staffId)) waiting.push(visit);
      else counts[day] = (counts[day] ?? 0) + 1;
    }
    tray = waiting.sort(compareTray);
    if (!counts.every((count, day) => dayCounts[day] === count)) dayCounts = counts;
    const open = (board?.conflicts ?? []).filter((conflict) => conflict.resolution === null).length;
    const next = {
      assigned: visits.size - waiting.length,
      unscheduled: waiting.length,
      conflicts: open,
      total: visits.size,
    };
    if (
      next.assigned !== summary.assigned ||
      next.unscheduled !== summary.unscheduled ||
      next.conflicts !== summary.conflicts
    ) {
      summary = next;
    }
  }

  function rebuild(next: WeekBoard): void {
    visits.clear();
    lanes.clear();
    members.clear();
    dayIndex = new Map(next.days.map((day, index) => [day.date, index]));
    for (const visit of next.visits) link(visit);
    for (const lane of next.lanes) buildLane(lane);
  }

  return {
    apply(event) {
      const next = applyBoardEvent(board, event);
      if (!next) return; // a patch before the first snapshot says nothing yet
      board = next;
      problems = [];
      if (event.type === 'snapshot') {
        rebuild(next);
      } else {
        const touched = new Set<string>(event.lanes.map((lane) => lane.staffId));
        for (const id of event.removedVisits) {
          const old = unlink(id);
          if (old) touched.add(old);
        }
        for (const visit of event.visits) {
          const old = unlink(visit.id);
          if (old) touched.add(old);
          link(visit);
          if (visit.staffId) touched.add(visit.staffId);
        }
        for (const staffId of event.removedLanes) {
          lanes.delete(staffId);
          touched.delete(staffId);
        }
        const patched = new Map(event.lanes.map((lane) => [lane.staffId, lane]));
        for (const staffId of touched) {
          const lane = patched.get(staffId) ?? lanes.get(staffId)?.lane;
          if (lane) buildLane(lane);
        }
      }
      buildLayout();
      buildTotals();
      emit();
    },
    fail(next) {
      problems = next;
      emit();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    board: () => board,
    problems: () => problems,
    layout: () => layout,
    lane: (staffId) => lanes.get(staffId),
    visit: (id) => visits.get(id),
    tray: () => tray,
    dayCounts: () => dayCounts,
    summary: () => summary,
    setGhosts(placements) {
      const touched = new Set(ghosts.keys());
      ghosts.clear();
      for (const placement of placements) {
        touched.add(placement.staffId);
        const held = ghosts.get(placement.staffId);
        if (held) held.push(placement);
        else ghosts.set(placement.staffId, [placement]);
      }
      if (touched.size === 0) return;
      for (const staffId of touched) {
        const lane = lanes.get(staffId)?.lane;
        if (lane) buildLane(lane);
      }
      buildLayout();
      emit();
    },
    toggleTeam(team) {
      if (!collapsed.delete(team)) collapsed.add(team);
      buildLayout();
      emit();
    },
  };
}
