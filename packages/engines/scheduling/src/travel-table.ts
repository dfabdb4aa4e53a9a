/**
 * Travel minutes as the search asks them: tens of millions of times. Filled on first use.
 *
 * What does not find its cell in the processor's cache costs more than the rest of a look, so the table is small: a pair of places has
 * one byte, which says in which row its minutes stand, there and back and in each bucket. Most pairs are like many others
 * (1.5 million of a large week have 248 rows); where more differ, a pair takes two bytes or four. Measured in docs/benchmarks.md,
 * “Travel in a sixth of the memory”.
 */
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

/** More pairs of places are asked through instead of kept. */
const MOST_PAIRS = 16_000_000;
/** As are all where more buckets lie in the horizon. */
const MOST_BUCKETS = 8;
/** Rows that one byte numbers, and two; none has 0. */
const ONE_BYTE = 1 << 8;
const TWO_BYTES = 1 << 16;
/** When so many rows are there, pairs that have none are asked through. */
const MOST_ROWS = (1 << 20) - 1;
/** Odd, and without a pattern of its own: the golden ratio of 2 ** 32. */
const SPREAD = 0x9e3779b1;

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
  /** By bucket, in the order of the horizon: its first minute. */
  const departures: EpochMinute[] = [];
  /** By minute: where its bucket's columns begin, one for each direction. */
  const columnAt = new Uint16Array(length);
  const columnOf = new Map<number, number>();
  for (let minute = 0; minute < length; minute += 1) {
    const bucket = travelBucket(first + minute);
    let column = columnOf.get(bucket);
    if (column === undefined) {
      column = 2 * departures.length;
      columnOf.set(bucket, column);
      departures.push(first + minute);
    }
    columnAt[minute] = column;
  }
  const changeAt = new Int32Array(length);
  for (let minute = length - 1; minute >= 0; minute -= 1) {
    const same = minute + 1 < length && columnAt[minute + 1] === columnAt[minute];
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

  /** Asks for each pair once: there and back, in all buckets. */
  function keeping(count: number, ask: TravelTable['minutes']): TravelTable['minutes'] {
    const pairs = (count * (count - 1)) / 2;
    const kept = pairs <= MOST_PAIRS && departures.length <= MOST_BUCKETS;
    const columns = 2 * departures.length;
    let capacity = ONE_BYTE;
    let rowCount = 0;
    /** By pair: its row; 0 until it is asked for. */
    let rows: Uint8Array | Uint16Array | Uint32Array | null = null;
    /** `column * capacity + row`. */
    let cells = new Int32Array(0);
    /** Rows by a hash of what they hold, each in the first free slot from there; at most half of the slots are taken. */
    let slots = new Int32Array(0);
    const answers = new Int32Array(columns);

    return (from, to, departure) => {
      if (from === to) return 0;
      const offset = departure - first;
      if (!kept || offset < 0 || offset >= length) return ask(from, to, departure);
      if (rows === null) {
        rows = new Uint8Array(pairs);
        cells = new Int32Array(columns * capacity);
        slots = new Int32Array(2 * capacity);
      }
      const back = from > to;
      const pair = back ? ((from * (from - 1)) >> 1) + to : ((to * (to - 1)) >> 1) + from;
      let row = rows[pair] as number;
      if (row === 0) {
        if (rowCount === MOST_ROWS) return ask(from, to, departure);
        row = back ? rowFor(to, from) : rowFor(from, to);
        rows[pair] = row;
      }
      return cells[((columnAt[offset] as number) + (back ? 1 : 0)) * capacity + row] as number;
    };

    /** The row of a pair: one that is there already, or a new one. */
    function rowFor(low: number, high: number): number {
      for (const [bucket, departure] of departures.entries()) {
        answers[2 * bucket] = ask(low, high, departure);
        answers[2 * bucket + 1] = ask(high, low, departure);
      }
      const known = slots[slotFor(answers)] as number;
      if (known !== 0) return known;
      if (rowCount + 1 === capacity) grow();
      rowCount += 1;
      slots[slotFor(answers)] = rowCount;
      for (let column = 0; column < columns; column += 1) {
        cells[column * capacity + rowCount] = answers[column] as number;
      }
      return rowCount;
    }

    /** Where the row that holds this is, or would be. */
    function slotFor(minutes: Int32Array): number {
      let hash = 0;
      for (let column = 0; column < columns; column += 1) hash = Math.imul(hash ^ (minutes[column] as number), SPREAD);
      const last = slots.length - 1;
      let slot = (hash >>> 8) & last;
      while (slots[slot] !== 0 && !holds(slots[slot] as number, minutes)) slot = (slot + 1) & last;
      return slot;
    }

    function holds(row: number, minutes: Int32Array): boolean {
      for (let column = 0; column < columns; column += 1) {
        if (cells[column * capacity + row] !== minutes[column]) return false;
      }
      return true;
    }

    function grow(): void {
      if (capacity === ONE_BYTE) rows = Uint16Array.from(rows as Uint8Array);
      if (capacity === TWO_BYTES) rows = Uint32Array.from(rows as Uint16Array);
      const larger = new Int32Array(2 * cells.length);
      for (let column = 0; column < columns; column += 1) {
        larger.set(cells.subarray(column * capacity, (column + 1) * capacity), column * 2 * capacity);
      }
      cells = larger;
      capacity *= 2;
      slots = new Int32Array(2 * capacity);
      const minutes = new Int32Array(columns);
      for (let row = 1; row <= rowCount; row += 1) {
        for (let column = 0; column < columns; column += 1) minutes[column] = cells[column * capacity + row] as number;
        slots[slotFor(minutes)] = row;
      }
    }
  }
}
