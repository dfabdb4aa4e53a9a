/**
 * Virtual time. One event runs at a time, and everything it sets going runs out before the next: so a run depends on
 * nothing but its seed. Whatever belongs to a process that died never happens.
 */

/** A process. Events of a dead one are dropped. */
export interface Owner {
  alive: boolean;
}

interface Event {
  readonly due: number;
  readonly order: number;
  readonly run: () => void;
  readonly owner: Owner | null;
  cancelled: boolean;
}

export interface Timeline {
  /** Virtual milliseconds since the beginning. */
  now(): number;
  /** Returns its cancel. */
  after(ms: number, run: () => void, owner?: Owner | null): () => void;
  /** Never resolves when the owner dies meanwhile. */
  sleep(ms: number, owner?: Owner | null): Promise<void>;
  /** Runs all events due by `until`, those they bring about included. */
  runTo(until: number): Promise<void>;
  /** Events that have run. */
  events(): number;
}

const before = (a: Event, b: Event): boolean => a.due < b.due || (a.due === b.due && a.order < b.order);

/** A binary heap: the earliest event on top. */
function createHeap() {
  const heap: Event[] = [];
  return {
    top: (): Event | undefined => heap[0],
    push(event: Event): void {
      let at = heap.push(event) - 1;
      while (at > 0) {
        const parent = (at - 1) >> 1;
        const above = heap[parent] as Event;
        if (before(above, event)) break;
        heap[at] = above;
        at = parent;
      }
      heap[at] = event;
    },
    pop(): void {
      const last = heap.pop();
      if (last === undefined || heap.length === 0) return;
      let at = 0;
      for (;;) {
        let child = 2 * at + 1;
        if (child >= heap.length) break;
        if (child + 1 < heap.length && before(heap[child + 1] as Event, heap[child] as Event)) child += 1;
        if (before(last, heap[child] as Event)) break;
        heap[at] = heap[child] as Event;
        at = child;
      }
      heap[at] = last;
    },
  };
}

/** All promise chains that wait for nothing but each other run out. */
const turn = (): Promise<void> => new Promise((resume) => setImmediate(resume));

export function createTimeline(): Timeline {
  const heap = createHeap();
  let now = 0;
  let orders = 0;
  let events = 0;
  const timeline: Timeline = {
    now: () => now,
    after(ms, run, owner = null) {
      orders += 1;
      const event: Event = { due: now + Math.max(0, ms), order: orders, run, owner, cancelled: false };
      heap.push(event);
      return () => {
        event.cancelled = true;
      };
    },
    sleep: (ms, owner = null) => new Promise((resume) => timeline.after(ms, resume, owner)),
    async runTo(until) {
      await turn();
      for (let next = heap.top(); next !== undefined && next.due <= until; next = heap.top()) {
        heap.pop();
        if (next.cancelled || next.owner?.alive === false) continue;
        now = next.due;
        events += 1;
        next.run();
        await turn();
      }
      now = Math.max(now, until);
    },
    events: () => events,
  };
  return timeline;
}
