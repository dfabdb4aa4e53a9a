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
  /** `minutes` between places by their ranks in `order`, in a table of its own that is laid out by rank. */
  readonly inOrder: (order: Int32Array) => TravelTable['minutes'];
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
      inOrder: (order) => (from, to, departure) =>
        from === to ? 0 : travelMinutes(order[from] as number, order[to] as number, departure),
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
  const minutes = keeping(placeCount, travelMinutes);
  return {
    minutes,
    inOrder: (order) =>
      keeping(order.length, (from, to, departure) => minutes(order[from] as number, order[to] as number, departure)),
    nextChange(departure) {
      const offset = departure - first;
      return offset < 0 || offset >= length ? departure + 1 : (changeAt[offset] as number);
    },
  };

  /** Asks for each leg once a bucket. */
  function keeping(count: number, ask: TravelTable['minutes']): TravelTable['minutes'] {
    const tables: (Uint8Array | undefined)[] = [];
    const kept = count * count <= MOST_CELLS;
    return (from, to, departure) => {
      if (from === to) return 0;
      const offset = departure - first;
      if (!kept || offset < 0 || offset >= length) return ask(from, to, departure);
      const bucket = bucketAt[offset] as number;
      let table = tables[bucket];
      if (table === undefined) {
        table = new Uint8Array(count * count).fill(UNKNOWN);
        tables[bucket] = table;
      }
      const cell = from * count + to;
      const known = table[cell] as number;
      if (known !== UNKNOWN) return known;
      const answer = ask(from, to, departure);
      if (answer < UNKNOWN) table[cell] = answer;
      return answer;
    };
  }
}
