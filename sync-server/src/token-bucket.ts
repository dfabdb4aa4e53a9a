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

export interface Bucket {
  /** Takes `amount` and says how many milliseconds until the debt is paid; 0: none. */
  take(amount: number): number;
  /** Nothing has been taken that has not flowed in again. */
  full(): boolean;
}

export function createBucket(clock: Clock, { perSecond, burst }: Rate): Bucket {
  let level = burst;
  let at = clock.now();
  const fill = (): void => {
    const now = clock.now();
    level = Math.min(burst, level + (Math.max(0, now - at) * perSecond) / 1000);
    at = now;
  };
  return {
    take(amount) {
      fill();
      level -= amount;
      return level >= 0 ? 0 : Math.ceil((-level * 1000) / perSecond);
    },
    full() {
      fill();
      return level >= burst;
    },
  };
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
      const bucket = createBucket(clock, rate);
      buckets.set(key, bucket);
      return bucket;
    },
  };
}
