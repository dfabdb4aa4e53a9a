/** Snapshot and patches → the board's value. */
import type { BoardEvent, WeekBoard } from '@fieldfare/domain';

/** Rows of `next` in place by key, `removed` gone, new rows at the end. */
function put<T>(rows: readonly T[], next: readonly T[], removed: readonly string[], key: (row: T) => string): T[] {
  const incoming = new Map(next.map((row) => [key(row), row]));
  const gone = new Set(removed);
  const kept: T[] = [];
  for (const row of rows) {
    const id = key(row);
    if (gone.has(id)) continue;
    const replaced = incoming.get(id);
    incoming.delete(id);
    kept.push(replaced ?? row);
  }
  return [...kept, ...incoming.values()];
}

export function applyBoardEvent(board: WeekBoard | null, event: BoardEvent): WeekBoard | null {
  if (event.type === 'snapshot') return event.board;
  if (!board) return null;
  const lanes =
    event.lanes.length + event.removedLanes.length === 0
      ? board.lanes
      : put(board.lanes, event.lanes, event.removedLanes, (lane) => lane.staffId).sort(
          (a, b) => a.team.localeCompare(b.team) || a.name.localeCompare(b.name) || (a.staffId < b.staffId ? -1 : 1),
        );
  return {
    ...board,
    lanes,
    visits: put(board.visits, event.visits, event.removedVisits, (visit) => visit.id),
    conflicts: event.conflicts ?? board.conflicts,
  };
}
