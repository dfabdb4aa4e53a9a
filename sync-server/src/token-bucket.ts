/**
 * Token buckets that may go into debt: whoever takes more than is there waits until the debt is paid, so that nothing
 * is refused or lost. (Window counters such as rate-limiter-flexible's answer with a promise and refuse; a socket's
 * every frame needs a number at once and a pause.)
 */
import type { Clock } from '@fieldfare/kernel';

export interface Rate {
  /** What flows in. */
  readonly perSecond: number;
  /** What a full bucket holds. */
  readonly burst: number;
}

/** A class: every socket has two. */
export class Bucket {
  readonly #clock: Clock;
  readonly #rate: Rate;
  #level: number;
  #at: number;

  constructor(clock: Clock, rate: Rate) {
    this.#clock = clock;
    this.#rate = rate;
    this.#level = rate.burst;
    this.#at = clock.now();
  }

  /** Takes `amount` and says how many milliseconds until the debt is paid; 0: none. */
  take(amount: number): number {
    this.#fill();
    this.#level -= amount;
    return this.#level >= 0 ? 0 : Math.ceil((-this.#level * 1000) / this.#rate.perSecond);
  }

  /** Nothing has been taken that has not flowed in again. */
  full(): boolean {
    this.#fill();
    return this.#level >= this.#rate.burst;
  }

  #fill(): void {
    const now = this.#clock.now();
    const { burst, perSecond } = this.#rate;
    this.#level = Math.min(burst, this.#level + (Math.max(0, now - this.#at) * perSecond) / 1000);
    this.#at = now;
  }
}

/** Buckets by key. Ones that are full again are dropped, so that memory is bounded by who is active. */
export function createBuckets(clock: Clock, rate: Rate): { of(key: string): Bucket } {
  const SWEEP_AT = 1_000;
  const buckets = new Map<string, Bucket>();
  let sweepAt = SWEEP_AT;
  return {
    of(key) {
      const known = buckets.get(key);
      if (known) return known;
      if (buckets.size >= sweepAt) {
        for (const [idle, bucket] of buckets) if (bucket.full()) buckets.delete(idle);
        sweepAt = Math.max(SWEEP_AT, 2 * buckets.size);
      }
      const bucket = new Bucket(clock, rate);
      buckets.set(key, bucket);
      return bucket;
    },
  };
}
