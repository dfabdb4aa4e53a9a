/**
 * Slows down guessing: after `free` attempts in a row that did not succeed, each further one must wait twice as
 * long as the one before, up to `maxMs`. Attempts count when they begin, so that a burst of parallel guesses gains
 * nothing. Memory is bounded: the key touched longest ago is forgotten first.
 */
import type { Clock } from '@fieldfare/kernel';

export interface Throttle {
  /** Milliseconds to wait before `key` may try again; 0 starts an attempt. */
  begin(key: string): number;
  /** What is counted against `key` is forgotten. */
  forget(key: string): void;
  /** The attempt that began last was a good one: it does not count, those before it do. */
  forgive(key: string): void;
  size(): number;
}

export function createThrottle(options: {
  readonly clock: Clock;
  readonly free: number;
  readonly firstMs: number;
  readonly maxMs: number;
  readonly maxKeys: number;
}): Throttle {
  const { clock, free, firstMs, maxMs, maxKeys } = options;
  const seen = new Map<string, { attempts: number; until: number }>();
  return {
    begin(key) {
      const now = clock.now();
      const entry = seen.get(key);
      if (entry && now < entry.until) return entry.until - now;
      // A quiet spell of `maxMs` after the last wait ended starts the count again.
      const attempts = (entry && now < entry.until + maxMs ? entry.attempts : 0) + 1;
      const waitMs = attempts < free ? 0 : Math.min(firstMs * 2 ** Math.min(attempts - free, 30), maxMs);
      seen.delete(key); // re-inserting keeps the map in order of last use
      seen.set(key, { attempts, until: now + waitMs });
      if (seen.size > maxKeys) {
        for (const oldest of seen.keys()) {
          seen.delete(oldest);
          break;
        }
      }
      return 0;
    },
    forget: (key) => {
      seen.delete(key);
    },
    forgive(key) {
      const entry = seen.get(key);
      if (entry) seen.set(key, { attempts: entry.attempts - 1, until: clock.now() });
    },
    size: () => seen.size,
  };
}

/** IPv6 hosts own whole /64 networks: they count as one. */
export function addressKey(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address);
  if (mapped?.[1]) return mapped[1];
  if (!address.includes(':')) return address;
  const [head = '', tail = ''] = address.split('%')[0]?.split('::') ?? [];
  const left = head === '' ? [] : head.split(':');
  const right = tail === '' ? [] : tail.split(':');
  const gap = address.includes('::')
    ? Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0')
    : [];
  return [...left, ...gap, ...right].slice(0, 4).join(':');
}
