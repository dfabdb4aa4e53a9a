/**
 * Boards as differences. `diffBoards(a, b)` is the patch that makes `a` into `b`; `applyBoardEvent` puts it in place
 * and keeps the identity of everything that did not change, so that a screen redraws only what did.
 *
 *  BRD-PATCH  apply(diff(a, b), a) = b
 */
import { compareText, sameValue } from '../collections.ts';
import type { BoardEvent, BoardLane, BoardVisit, WeekBoard } from './board.ts';

type Patch = Extract<BoardEvent, { type: 'patch' }>;

/** The order of lanes on the board. */
export const compareLanes = (a: BoardLane, b: BoardLane): number =>
  compareText(a.team, b.team) || compareText(a.name, b.name) || compareText(a.staffId, b.staffId);

/** The order of visits in `WeekBoard.visits`: by id, so that a move changes one entry and not the order. */
export const compareVisits = (a: BoardVisit, b: BoardVisit): number => compareText(a.id, b.id);

interface ListDiff<T> {
  readonly put: readonly T[];
  readonly removed: readonly string[];
}

function diffList<T extends object>(from: readonly T[], to: readonly T[], idOf: (item: T) => string): ListDiff<T> {
  const before = new Map(from.map((item) => [idOf(item), item]));
  const put = to.filter((item) => !sameValue(before.get(idOf(item)), item));
  const after = new Set(to.map(idOf));
  return { put, removed: [...before.keys()].filter((id) => !after.has(id)) };
}

const staffIdOf = ({ staffId }: BoardLane): string => staffId;
const visitIdOf = ({ id }: BoardVisit): string => id;

/** Null when nothing differs; a snapshot when something differs that a patch cannot say. */
export function diffBoards(from: WeekBoard, to: WeekBoard): BoardEvent | null {
  const { lanes: _fl, visits: _fv, conflicts: _fc, ...fromFrame } = from;
  const { lanes: _tl, visits: _tv, conflicts: _tc, ...toFrame } = to;
  if (!sameValue(fromFrame, toFrame)) return { type: 'snapshot', board: to };
  const lanes = diffList(from.lanes, to.lanes, staffIdOf);
  const visits = diffList(from.visits, to.visits, visitIdOf);
  const conflicts = sameValue(from.conflicts, to.conflicts) ? {} : { conflicts: to.conflicts };
  const patch: Patch = {
    type: 'patch',
    lanes: lanes.put,
    removedLanes: lanes.removed,
    visits: visits.put,
    removedVisits: visits.removed,
    ...conflicts,
  };
  const empty =
    patch.conflicts === undefined &&
    [patch.lanes, patch.removedLanes, patch.visits, patch.removedVisits].every(({ length }) => length === 0);
  return empty ? null : patch;
}

function applyList<T>(
  items: readonly T[],
  put: readonly T[],
  removed: readonly string[],
  idOf: (item: T) => string,
  compare: (a: T, b: T) => number,
): readonly T[] {
  if (put.length === 0 && removed.length === 0) return items;
  const fresh = new Map(put.map((item) => [idOf(item), item]));
  const gone = new Set(removed);
  const next: T[] = [];
  for (const item of items) {
    const id = idOf(item);
    if (gone.has(id)) continue;
    next.push(fresh.get(id) ?? item);
    fresh.delete(id);
  }
  next.push(...fresh.values());
  return next.sort(compare); // nearly sorted already: linear in practice
}

/** The board after an event. A patch without a board before it has nothing to change: null. */
export function applyBoardEvent(board: WeekBoard | null, event: BoardEvent): WeekBoard | null {
  if (event.type === 'snapshot') return event.board;
  if (board === null) return null;
  return {
    ...board,
    lanes: applyList(board.lanes, event.lanes, event.removedLanes, staffIdOf, compareLanes),
    visits: applyList(board.visits, event.visits, event.removedVisits, visitIdOf, compareVisits),
    conflicts: event.conflicts ?? board.conflicts,
  };
}
