/** Travel minutes as the search asks them: tens of millions of times. Filled on first use, one table a bucket. */
import type { EpochMinute } from '@fieldfare/kernel';
import type { WeekProblem } from './problem.ts';

export interface TravelTable {
  /** Whole minutes; 0 for equal places. Equal to the problem's `travelMinutes`. */
  readonly minutes: (from: number, to: number, departure: EpochMinute) => number;
  /**
   * The first minute after `departure` at which travel minutes may differ. Between two of them a later departure
   * arrives later; across one it may arrive earlier (the rush hour ends).
   */
  readonly nextChange: (departure: EpochMinute) => EpochMinute;
}

/** One byte a leg: what does not find its cell in the processor's cache costs more than the rest of a look. Longer legs are asked anew. */
const UNKNOWN = 0xff;
/** Larger matrices are asked through instead of kept: 16 MB a bucket. */
const MOST_CELLS = 16_000_000;

export function createTravelTable(problem: WeekProblem): TravelTable {
  const { travelMinutes, travelBucket, placeCount, horizon } = problem;
  if (travelBucket === undefined) {
    return {
      minutes: (from, to, departure) => (from === to ? 0 : travelMinutes(from, to, departure)),
      nextChange: (departure) => departure + 1,
    };
  }
  const first = horizon.start;
  const length = horizon.end - horizon.start;
  const bucketAt = Uint8Array.from({ length }, (_, minute) => travelBucket(first + minute));
  const changeAt = new Int32Array(length);
  for (let minute = length - 1; minute >= 0; minute -= 1) {
    const same = minute + 1 < length && bucketAt[minute + 1] === bucketAt[minute];
    changeAt[minute] = same ? (changeAt[minute + 1] as number) : first + minute + 1;
  }
  const tables: (Uint8Array | undefined)[] = [];
  const kept = placeCount * placeCount <= MOST_CELLS;

  return {
    minutes(from, to, departure) {
      if (from === to) return 0;
      const offset = departure - first;
      if (!kept || offset < 0 || offset >= length) return travelMinutes(from, to, departure);
      const bucket = bucketAt[offset] as number;
      let table = tables[bucket];
      if (table === undefined) {
        table = new Uint8Array(placeCount * placeCount).fill(UNKNOWN);
        tables[bucket] = table;
      }
      const cell = from * placeCount + to;
      const known = table[cell] as number;
      if (known !== UNKNOWN) return known;
      const minutes = travelMinutes(from, to, departure);
      if (minutes < UNKNOWN) table[cell] = minutes;
      return minutes;
    },
    nextChange(departure) {
      const offset = departure - first;
      return offset < 0 || offset >= length ? departure + 1 : (changeAt[offset] as number);
    },
  };
}
