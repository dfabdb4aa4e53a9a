/** When a task of the search may start. */
import { NEVER, type RoutingModel } from './model.ts';

/** The first start from `free` that the windows allow, or -1. */
export function firstStart(
  { windowFrom, windowOpen, windowClose, grid }: RoutingModel,
  task: number,
  free: number,
): number {
  const last = windowFrom[task + 1] as number;
  for (let window = windowFrom[task] as number; window < last; window += 1) {
    const close = windowClose[window] as number;
    if (close < free) continue;
    const start = Math.max(windowOpen[window] as number, free);
    if (grid === 1) return start;
    const rounded = Math.ceil(start / grid) * grid;
    return rounded <= close ? rounded : start;
  }
  return -1;
}

/** The earliest start of `node` beside the other half of its pair, from when each could start alone. */
export function startTogether(
  { second, gapLeast, gapMost }: RoutingModel,
  node: number,
  ready: number,
  beside: number,
  other: number,
): number {
  if (second[node] === 1) {
    const first = Math.max(beside, ready - (gapMost[node] as number));
    return Math.max(ready, first + (gapLeast[node] as number));
  }
  return Math.max(ready, beside - (gapMost[other] as number));
}

/** By task: the last minute at which it may start. */
export const latestStarts = ({ taskCount, windowFrom, windowClose }: RoutingModel): Int32Array =>
  Int32Array.from({ length: taskCount }, (_, task) => {
    const end = windowFrom[task + 1] as number;
    return end > (windowFrom[task] as number) ? (windowClose[end - 1] as number) : NEVER;
  });
