/** Time that moves only when a test says so: a `Clock`, and timers in the shape of `ConnectionOptions.setTimer`. */
import { type Clock, invariant } from '@fieldfare/kernel';

export interface FakeClock extends Clock {
  /** Jumps of the wall clock, backwards too; timers do not notice. */
  set(epochMs: number): void;
  /** Moves time, running due timers in order, each at its own time. Timers set meanwhile run too when due. */
  advance(ms: number): void;
  /** As `advance`, letting promises settle before the first timer and after each. */
  advanceAsync(ms: number): Promise<void>;
  /** Runs once after `ms`. Returns its cancel. Usable unbound. */
  readonly setTimer: (run: () => void, ms: number) => () => void;
  /** Timers waiting. */
  timers(): number;
  /** Milliseconds until the next timer; null when none waits. */
  nextTimerIn(): number | null;
}

interface Timer {
  readonly due: number;
  readonly run: () => void;
}

/** Default start: Monday 2026-01-05 08:00 UTC. */
export function createFakeClock(startMs = Date.UTC(2026, 0, 5, 8)): FakeClock {
  let wall = startMs;
  let elapsed = 0;
  const timers = new Set<Timer>();

  const nextDue = (until: number): Timer | null => {
    let next: Timer | null = null;
    for (const timer of timers) if (timer.due <= until && (next === null || timer.due < next.due)) next = timer;
    return next;
  };
  const moveTo = (moment: number): void => {
    wall += moment - elapsed;
    elapsed = moment;
  };
  const runNext = (until: number): boolean => {
    const timer = nextDue(until);
    if (timer === null) return false;
    timers.delete(timer);
    moveTo(Math.max(elapsed, timer.due));
    timer.run();
    return true;
  };

  return {
    now: () => wall,
    set(epochMs) {
      wall = epochMs;
    },
    advance(ms) {
      invariant(ms >= 0, 'time advances; use set for jumps');
      const until = elapsed + ms;
      while (runNext(until)) {
        // until nothing is due
      }
      moveTo(until);
    },
    async advanceAsync(ms) {
      invariant(ms >= 0, 'time advances; use set for jumps');
      const until = elapsed + ms;
      await settle();
      while (runNext(until)) await settle();
      moveTo(until);
      await settle();
    },
    setTimer(run, ms) {
      const timer: Timer = { due: elapsed + Math.max(0, ms), run };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    timers: () => timers.size,
    nextTimerIn() {
      const next = nextDue(Number.POSITIVE_INFINITY);
      return next === null ? null : Math.max(0, next.due - elapsed);
    },
  };
}

/** Lets promise chains of ordinary depth run out. */
export async function settle(turns = 50): Promise<void> {
  for (let i = 0; i < turns; i++) await Promise.resolve();
}
