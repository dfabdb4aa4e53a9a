/**
 * Whether windows and the end of the tour let tasks stand somewhere, asked before the state is touched: nothing is written, so
 * most moves that cannot be end here. A no is certain; a yes is not (pairs, rivals, hours and other tours are not asked).
 */
import { NEVER } from './model.ts';
import { firstStart, latestStarts } from './starts.ts';
import type { SearchState } from './state.ts';

export interface Probe {
  /**
   * The tasks from `first` to `last`, as they follow one another now, between `before` and `after` in `tour`. Where they
   * stand in it already they must stand behind `after`.
   */
  readonly mayStand: (tour: number, before: number, first: number, last: number, after: number) => boolean;
  /**
   * The same of one task, which does not stand in front of `before` there, as if all places were one: asked before any travel,
   * it ends most moves.
   */
  readonly hasTime: (before: number, task: number, after: number) => boolean;
}

export function createProbe(state: SearchState): Probe {
  const { model, next, start, tour: tourOf } = state;
  const { taskCount, duration, partner, windowFrom, windowOpen, tourStart, tourEnd, tourNext, breaks } = model;
  const latest = latestStarts(model);
  const bounded = model.windowClose.some((close) => close < NEVER) || tourEnd.some((end) => end < NEVER);
  const waitsForPartner = (task: number): boolean => {
    const other = partner[task] as number;
    return other >= 0 && (tourOf[other] as number) >= 0;
  };

  function mayStand(tour: number, before: number, first: number, last: number, after: number): boolean {
    // The break may find another place, and what stands behind it start sooner.
    if (breaks !== null && (breaks.minutes[tour] as number) > 0) return true;
    let from = before;
    // From an earlier tour of the same carer, which this change may concern too.
    if (before >= taskCount && tour > 0 && tourNext[tour - 1] === tour) return true;
    let end =
      before >= taskCount ? (tourStart[tour] as number) : (start[before] as number) + (duration[before] as number);
    let inside = true;
    for (let node = first; ; ) {
      if (node >= taskCount) return end <= (tourEnd[tour] as number);
      if (waitsForPartner(node)) return true;
      const free =
        from < taskCount || model.leavesHomeAtStart
          ? end + state.legFrom(from, node, end)
          : (tourStart[tour] as number);
      const begins = firstStart(model, node, free);
      if (begins < 0) return false;
      if (!inside && begins === start[node]) return true;
      end = begins + (duration[node] as number);
      from = node;
      if (inside && node === last) {
        inside = false;
        node = after;
      } else node = next[node] as number;
      if (!inside && node === first) node = next[last] as number;
    }
  }

  function hasTime(before: number, task: number, after: number): boolean {
    if (before >= taskCount || (partner[task] as number) >= 0) return true;
    if (breaks !== null && (breaks.minutes[tourOf[before] as number] as number) > 0) return true;
    const opens = windowOpen[windowFrom[task] as number] as number;
    const begins = Math.max(opens, (start[before] as number) + (duration[before] as number));
    if (begins > (latest[task] as number)) return false;
    if (after >= taskCount || (partner[after] as number) >= 0) return true;
    return begins + (duration[task] as number) <= (latest[after] as number);
  }

  const yes = (): boolean => true;
  return bounded ? { mayStand, hasTime } : { mayStand: yes, hasTime: yes };
}
