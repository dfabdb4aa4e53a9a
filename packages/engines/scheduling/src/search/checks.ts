/** Hard rules that are looked at once a change has settled, for the nodes that a log of times names. */
import type { FlatLists } from './flat-lists.ts';
import type { RoutingModel } from './model.ts';
import { firstStart } from './starts.ts';
import { type CellLog, TIMING, TOUR } from './undo.ts';

interface Timed {
  readonly model: RoutingModel;
  readonly next: Int32Array;
  readonly tour: Int32Array;
  readonly start: Int32Array;
}

const endOf = ({ model, start }: Timed, task: number): number =>
  (start[task] as number) + (model.duration[task] as number);

/** Whether these nodes lie in their windows and tours. */
export function isInTime(state: Timed, log: Int32Array, count: number): boolean {
  const { model, next, tour, start } = state;
  for (let at = 0; at < count; at += TIMING) {
    const node = log[at] as number;
    const there = tour[node] as number;
    if (node >= model.taskCount || there < 0) continue;
    if (firstStart(model, node, start[node] as number) !== start[node]) return false;
    if ((next[node] as number) >= model.taskCount && endOf(state, node) > (model.tourEnd[there] as number))
      return false;
  }
  return true;
}

/** SCH-OVERLAP-PATIENT and SCH-SPACING for these nodes. */
export function patientsInOnePlace(state: Timed, rivals: FlatLists, log: Int32Array, count: number): boolean {
  const { model, tour, start } = state;
  const { tooNear } = model;
  for (let at = 0; at < count; at += TIMING) {
    const node = log[at] as number;
    if (node >= model.taskCount || (tour[node] as number) < 0) continue;
    const from = start[node] as number;
    const to = endOf(state, node);
    const last = rivals.from[node + 1] as number;
    for (let rival = rivals.from[node] as number; rival < last; rival += 1) {
      const other = rivals.items[rival] as number;
      if ((tour[other] as number) < 0) continue;
      const otherFrom = start[other] as number;
      const clash =
        tooNear === null ? otherFrom < to && from < endOf(state, other) : tooNear(node, from, other, otherFrom);
      if (clash) return false;
    }
  }
  return true;
}

/** The two tasks of a pair are with two carers, for what changed its tour. */
export function pairsApart(
  { taskCount, partner, tourCarer }: RoutingModel,
  tour: Int32Array,
  { entries, count }: CellLog,
): boolean {
  for (let at = 0; at < count; at += 3) {
    if (entries[at] !== TOUR) continue;
    const task = entries[at + 1] as number;
    const there = tour[task] as number;
    if (task >= taskCount || there < 0) continue;
    const other = partner[task] as number;
    const beside = other < 0 ? -1 : (tour[other] as number);
    if (beside >= 0 && tourCarer[beside] === tourCarer[there]) return false;
  }
  return true;
}
