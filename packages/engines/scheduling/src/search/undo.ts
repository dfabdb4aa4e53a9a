/** What was written since the last commit, so that taking a change back costs what the change cost. */

/** Numbers of the lists that the log knows. */
export const NEXT = 0;
export const PREV = 1;
export const TOUR = 2;
export const BOOKED = 3;
export const CARERS = 4;

/** Fields of an entry of the log of times: node, start, ready, leg, idle. */
export const TIMING = 5;

/** Old values of single cells: `take` before writing, `undo` puts all back in reverse order. */
export interface CellLog {
  count: number;
  /** `list, index, old value`, side by side. */
  entries: Int32Array;
}

export const createCellLog = (): CellLog => ({ count: 0, entries: new Int32Array(1024) });

export function take(log: CellLog, list: number, index: number, old: number): void {
  if (log.count + 3 > log.entries.length) log.entries = grown(log.entries);
  log.entries[log.count] = list;
  log.entries[log.count + 1] = index;
  log.entries[log.count + 2] = old;
  log.count += 3;
}

export function undo(log: CellLog, lists: readonly Int32Array[]): void {
  const { entries } = log;
  for (let at = log.count - 3; at >= 0; at -= 3) {
    const list = lists[entries[at] as number] as Int32Array;
    list[entries[at + 1] as number] = entries[at + 2] as number;
  }
  log.count = 0;
}

export function grown(list: Int32Array): Int32Array {
  const larger = new Int32Array(list.length * 2);
  larger.set(list);
  return larger;
}
