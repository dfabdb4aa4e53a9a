/** How many elements of a paid service may be asked for: data that somebody sets, and what of it is spent. */
import { type Clock, fail, ok, problem, type Result } from '@fieldfare/kernel';

export interface Limits {
  readonly perMinute: number;
  readonly perDay: number;
}

/** What a free tier or a few dollars cover; Google's own limit is 3,000 a minute. */
export const USUAL_LIMITS: Limits = { perMinute: 3_000, perDay: 5_000 };

/** Spent on one UTC day. */
export interface Spent {
  readonly day: string;
  readonly elements: number;
}

export interface Budget {
  /** Waits for the minute to pass where that is enough; refuses (`RTE-BUDGET`) what the day has no room for. */
  spend(elements: number, clock: Clock, sleep: (ms: number) => Promise<void>): Promise<Result<void>>;
  /** To be kept: the day's budget outlives a run. */
  spent(now: number): Spent;
}

const MINUTE_MS = 60_000;
const dayOf = (now: number): string => new Date(now).toISOString().slice(0, 10);

export function createBudget(limits: Limits, before: Spent | null): Budget {
  let today: Spent = before ?? { day: '', elements: 0 };
  let recent: readonly { readonly at: number; readonly elements: number }[] = [];
  const on = (now: number): Spent => (today.day === dayOf(now) ? today : { day: dayOf(now), elements: 0 });
  const over = (message: string, params: Readonly<Record<string, number>>): Result<never> =>
    fail(problem('busy', message, { rule: 'RTE-BUDGET', params }));

  return {
    spent: on,
    async spend(elements, clock, sleep) {
      if (elements > limits.perMinute) return over('one request is larger than a minute’s budget', { ...limits });
      for (;;) {
        const now = clock.now();
        const day = on(now);
        if (day.elements + elements > limits.perDay) {
          return over('the day’s budget for the maps service is spent', { ...limits, spent: day.elements });
        }
        // A clock that was set back must not make anybody wait for longer than a minute.
        recent = recent.filter(({ at }) => at <= now && now - at < MINUTE_MS);
        const inMinute = recent.reduce((sum, one) => sum + one.elements, 0);
        if (inMinute + elements <= limits.perMinute) {
          recent = [...recent, { at: now, elements }];
          today = { day: day.day, elements: day.elements + elements };
          return ok(undefined);
        }
        await sleep(MINUTE_MS - (now - (recent[0]?.at ?? now)));
      }
    },
  };
}
