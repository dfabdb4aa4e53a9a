/**
 * Hybrid logical clocks (Kulkarni et al. 2014), written as text that sorts as it orders:
 * `TTTTTTTTTTTT-CCCC-NODE`, time in hex milliseconds (12), counter in hex (4), then the node (the writing
 * replica). Comparing two stamps as strings compares time, counter, node. Stamps of one node never repeat.
 *
 * Laws (`HLC-*`, tested in hlc.test.ts):
 *  HLC-MONOTONE  every stamp of a clock is greater than every stamp it issued or received before
 *  HLC-CAUSAL    a stamp issued after receiving S is greater than S, whatever the wall clock says
 *  HLC-DRIFT     a stamp more than `maxDriftMs` ahead of the wall clock is refused and changes nothing
 */

import type { Clock } from './ports.ts';
import { fail, invariant, ok, problem, type Result } from './problem.ts';

export type Hlc = string;

/** Default bound on how far ahead of our wall clock a received stamp may be: one hour. */
export const MAX_DRIFT_MS = 3_600_000;

const STAMP = /^([0-9a-f]{12})-([0-9a-f]{4})-([a-z0-9]{1,32})$/;
const NODE = /^[a-z0-9]{1,32}$/;

export interface HlcParts {
  readonly time: number;
  readonly counter: number;
  readonly node: string;
}

export function parseHlc(stamp: string): Result<HlcParts> {
  const match = STAMP.exec(stamp);
  if (!match) return fail(problem('invalid', 'not a clock stamp', { rule: 'HLC-FORM' }));
  const [, time = '', counter = '', node = ''] = match;
  return ok({ time: Number.parseInt(time, 16), counter: Number.parseInt(counter, 16), node });
}

export const isHlc = (value: unknown): value is Hlc => typeof value === 'string' && STAMP.test(value);

/** The writing node of a well-formed stamp. */
export const nodeOf = (stamp: Hlc): string => stamp.slice(18);

/** Milliseconds since the epoch of a well-formed stamp. For display; never for ordering. */
export const timeOf = (stamp: Hlc): number => Number.parseInt(stamp.slice(0, 12), 16);

/** Stamps differ in every node, so a plain string comparison is a total order. */
export const compareHlc = (a: Hlc, b: Hlc): number => (a < b ? -1 : a > b ? 1 : 0);

export const maxHlc = (a: Hlc, b: Hlc): Hlc => (a > b ? a : b);

function format(time: number, counter: number, node: string): Hlc {
  return `${time.toString(16).padStart(12, '0')}-${counter.toString(16).padStart(4, '0')}-${node}`;
}

export interface HlcClock {
  readonly node: string;
  /** A new stamp, greater than all issued and received. */
  next(): Hlc;
  /** Learns a stamp from elsewhere. Refuses malformed stamps and stamps beyond the drift bound. */
  receive(stamp: Hlc): Result<void>;
}

export function createHlcClock(options: {
  readonly clock: Clock;
  readonly node: string;
  readonly maxDriftMs?: number;
}): HlcClock {
  const { clock, node, maxDriftMs = MAX_DRIFT_MS } = options;
  invariant(NODE.test(node), `HLC node must be 1-32 of [a-z0-9], not "${node}"`);
  let time = 0;
  let counter = 0;
  return {
    node,
    next() {
      const now = clock.now();
      if (now > time) {
        time = now;
        counter = 0;
      } else if (counter < 0xffff) {
        counter += 1;
      } else {
        time += 1; // counter exhausted inside one millisecond: borrow the next one
        counter = 0;
      }
      return format(time, counter, node);
    },
    receive(stamp) {
      const parsed = parseHlc(stamp);
      if (!parsed.ok) return parsed;
      const seen = parsed.value;
      const aheadMs = seen.time - clock.now();
      if (aheadMs > maxDriftMs) {
        return fail(
          problem('invalid', 'a clock stamp lies too far in the future', {
            rule: 'HLC-DRIFT',
            params: { aheadMs, maxDriftMs },
          }),
        );
      }
      if (seen.time > time || (seen.time === time && seen.counter > counter)) {
        time = seen.time;
        counter = seen.counter;
      }
      return ok(undefined);
    },
  };
}
