/**
 * SCH-BREAK in the search: the earliest starts of a tour that leave room for its break.
 *
 * Each visit has two earliest starts: with the break still to come and with it over. The break lies before the first visit,
 * between two (before or after the drive), or behind the last; of all these the one with the earliest end. Tours with a
 * break take no visits in pairs, so their starts follow from their sequence alone.
 */
import type { RoutingModel } from './model.ts';
import { firstStart } from './starts.ts';
import type { TourBreaks } from './tour-breaks.ts';
import { grown } from './undo.ts';

/** What the timing of a tour reads of the state. */
interface Sequence {
  readonly next: Int32Array;
  legFrom(from: number, to: number, departure: number): number;
}

export interface BreakTiming {
  has(tour: number): boolean;
  /**
   * Times the tasks of a tour whose first may start at `free`: their number, or -1 when there is no room. `starts` then holds
   * their starts in order.
   */
  lay(sequence: Sequence, tour: number, free: number): number;
  starts: Int32Array;
}

/** Later than any start. */
const NONE = 2 ** 30;

export function createBreakTiming(model: RoutingModel, breaks: TourBreaks): BreakTiming {
  const { taskCount, duration, tourStart, tourEnd } = model;
  /** With the break to come, with it over, and 1 where it lies right before the task. */
  let ahead: Int32Array = new Int32Array(64);
  let over: Int32Array = new Int32Array(64);
  let here: Int32Array = new Int32Array(64);
  const startFrom = (task: number, free: number): number => {
    const start = free >= NONE ? -1 : firstStart(model, task, free);
    return start < 0 ? NONE : start;
  };
  const timing: BreakTiming = {
    starts: new Int32Array(64),
    has: (tour) => (breaks.minutes[tour] as number) > 0,
    lay(sequence, tour, free) {
      const pause = breaks.minutes[tour] as number;
      const opens = breaks.from[tour] as number;
      const closes = breaks.to[tour] as number;
      /** When a break that cannot begin sooner is over. */
      const overAt = (from: number): number => {
        const end = Math.max(from, opens) + pause;
        return end <= closes ? end : NONE;
      };
      const home = taskCount + tour;
      let count = 0;
      let before = home;
      let endAhead = tourStart[tour] as number;
      let endOver = NONE;
      for (let task = sequence.next[home] as number; task !== home; task = sequence.next[task] as number) {
        if (count === ahead.length) {
          ahead = grown(ahead);
          over = grown(over);
          here = grown(here);
          timing.starts = grown(timing.starts);
        }
        const isFirst = before === home;
        const arrives = endAhead === NONE ? NONE : isFirst ? free : endAhead + sequence.legFrom(before, task, endAhead);
        let rested = NONE;
        if (endAhead !== NONE) {
          const goes = overAt(endAhead);
          if (isFirst) rested = goes;
          else {
            const later = goes === NONE ? NONE : goes + sequence.legFrom(before, task, goes);
            rested = Math.min(overAt(arrives), later);
          }
        }
        const fresh = startFrom(task, rested === NONE ? NONE : Math.max(arrives, rested));
        const after = endOver === NONE ? NONE : startFrom(task, endOver + sequence.legFrom(before, task, endOver));
        ahead[count] = startFrom(task, arrives);
        over[count] = Math.min(fresh, after);
        here[count] = fresh <= after ? 1 : 0;
        const minutes = duration[task] as number;
        // The break has to have room behind the task.
        const end = (ahead[count] as number) + minutes;
        endAhead = end < NONE && overAt(end) !== NONE ? end : NONE;
        endOver = over[count] === NONE ? NONE : (over[count] as number) + minutes;
        if (endAhead === NONE && endOver === NONE) return -1;
        before = task;
        count += 1;
      }
      let ahead0 = endAhead !== NONE && endAhead <= (tourEnd[tour] as number);
      if (!ahead0 && endOver === NONE) return -1;
      for (let at = count - 1; at >= 0; at -= 1) {
        timing.starts[at] = (ahead0 ? ahead[at] : over[at]) as number;
        if (!ahead0 && here[at] === 1) ahead0 = true;
      }
      return count;
    },
  };
  return timing;
}
