/** Breaks at no fixed time, by index: shifts in the order of the input. */
import type { Shift, WeekProblem } from './problem.ts';

export interface BreakLists {
  /** By shift: minutes of its break, 0: none, and the window in which it lies whole. */
  readonly shiftBreak: Int32Array;
  readonly breakFrom: Int32Array;
  readonly breakTo: Int32Array;
  /** By staff, 1: a break in some shift. */
  readonly staffBreaks: Uint8Array;
}

/** A window that leaves no room for its break inside the shift (an absence cut it) asks for none. */
export function breakInside({ start, end, break: pause }: Shift) {
  const from = Math.max(start, pause?.start ?? start);
  const to = Math.min(end, pause?.end ?? end);
  return pause && to - from >= pause.minutes ? { from, to, minutes: pause.minutes } : NO_PAUSE;
}

const NO_PAUSE = { from: 0, to: 0, minutes: 0 };

export function breakListsOf({ staff }: WeekProblem, asked: boolean): BreakLists {
  const clipped = staff.flatMap(({ shifts }) => shifts.map((shift) => (asked ? breakInside(shift) : NO_PAUSE)));
  let shift = 0;
  return {
    shiftBreak: Int32Array.from(clipped, ({ minutes }) => minutes),
    breakFrom: Int32Array.from(clipped, ({ from }) => from),
    breakTo: Int32Array.from(clipped, ({ to }) => to),
    staffBreaks: Uint8Array.from(staff, (member) => {
      const last = shift + member.shifts.length;
      let some = 0;
      for (; shift < last; shift += 1) if ((clipped[shift]?.minutes ?? 0) > 0) some = 1;
      return some;
    }),
  };
}
