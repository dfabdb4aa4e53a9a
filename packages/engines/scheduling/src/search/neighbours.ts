/**
 * Which tasks are worth standing directly before which: near in place and time, and within reach of one carer. Moves draw
 * from these short lists instead of from all pairs, so a move costs the same in a large week.
 */
import { mayDo, NEVER, type RoutingModel } from './model.ts';

export interface Neighbours {
  readonly width: number;
  /** `task * width + rank`: good tasks to come directly before `task`; -1 ends a short list. */
  readonly before: Int32Array;
  /** By task: the tours that may hold it. */
  readonly tours: readonly Int32Array[];
  /** By task: those of them whose carers live nearest, `NEAR_TOURS` and who is as near as the last; all where there are few. */
  readonly nearTours: readonly Int32Array[];
  /** By carer: all tours that take anything in. */
  readonly carerTours: readonly Int32Array[];
  /** Tasks that may move. */
  readonly movable: Int32Array;
}

/** What an idle tick counts beside a driven one. */
const IDLE_SHARE = 0.2;
const NEAR_TOURS = 32;
/** Up to so many tours are all near. */
const FEW_TOURS = 48;
/** Tasks between two yields. */
const SLICE = 32;

/** Yields now and then: a large week takes a moment. */
export function* neighboursOf(model: RoutingModel, width: number): Generator<void, Neighbours, undefined> {
  const { taskCount, movable, windowFrom, windowOpen, duration } = model;
  const before = new Int32Array(taskCount * width).fill(-1);
  const share = sharing(model);
  const far = new Float64Array(width);
  const hard = model.weights.late === 0;
  const stays = windowsByOpening(model);
  for (let task = 0; task < taskCount; task += 1) {
    if (task % SLICE === SLICE - 1) yield;
    if (movable[task] === 0) continue;
    far.fill(Number.POSITIVE_INFINITY);
    for (let at = windowFrom[task] as number; at < (windowFrom[task + 1] as number); at += 1) lookBack(task, at);
  }

  /**
   * Windows of other tasks that open before this one closes (whenever, where lateness is only a price), the latest first, until
   * only waiting could follow.
   */
  function lookBack(task: number, window: number): void {
    const { windows, owner, longest } = stays;
    const opens = windowOpen[window] as number;
    const closes = closing(model, task, window);
    const row = task * width;
    const kinds = (model.kind[task] as number) * model.kindCount;
    for (let index = stays.openBy(hard ? closes : NEVER) - 1; index >= 0; index -= 1) {
      const from = windowOpen[windows[index] as number] as number;
      const worst = far[width - 1] as number;
      if (IDLE_SHARE * (opens - from - longest) > worst) return;
      const other = owner[index] as number;
      const done = from + (duration[other] as number);
      if ((hard && done > closes) || other === task || model.partner[task] === other) continue;
      if (share[kinds + (model.kind[other] as number)] === 0) continue;
      const gap = opens - (closing(model, other, windows[index] as number) + (duration[other] as number));
      if (IDLE_SHARE * gap > worst) continue;
      const leg = legOf(model, other, task, done);
      note(row, other, leg + IDLE_SHARE * Math.max(0, gap - leg) + Math.max(0, done + leg - closes));
    }
  }

  /** Keeps the cheapest `width`, each once, the cheapest first. */
  function note(row: number, other: number, cost: number): void {
    if (cost >= (far[width - 1] as number)) return;
    let last = width - 1;
    for (let at = 0; at < width - 1; at += 1) {
      if (before[row + at] !== other) continue;
      if ((far[at] as number) <= cost) return;
      last = at;
      break;
    }
    while (last > 0 && (far[last - 1] as number) > cost) {
      far[last] = far[last - 1] as number;
      before[row + last] = before[row + last - 1] as number;
      last -= 1;
    }
    far[last] = cost;
    before[row + last] = other;
  }

  yield;
  const tours = yield* toursOf(model);
  const carerTours = carerToursOf(model);
  const carersNear = carersByPlace(model, carerTours);
  const nearTours: Int32Array[] = [];
  for (const [task, open] of tours.entries()) {
    if (task % SLICE === SLICE - 1) yield;
    nearTours.push(open.length <= FEW_TOURS ? open : nearest(task));
  }
  return {
    width,
    before,
    tours,
    nearTours,
    carerTours,
    movable: Int32Array.from({ length: taskCount }, (_, task) => task).filter((task) => movable[task] === 1),
  };

  function nearest(task: number): Int32Array {
    const near: number[] = [];
    let reach = Number.POSITIVE_INFINITY;
    for (const { carer, leg } of carersNear(task)) {
      if (leg > reach) break;
      for (const tour of carerTours[carer] as Int32Array) if (couldHold(model, task, tour)) near.push(tour);
      if (near.length >= NEAR_TOURS) reach = leg;
    }
    return Int32Array.from(near);
  }

  function* toursOf({ tourCount }: RoutingModel): Generator<void, Int32Array[], undefined> {
    // Tasks of one kind with the same windows have the same tours, and there are far fewer of those.
    const { windowClose } = model;
    const known = new Map<string, Int32Array>();
    const listOf = (task: number): Int32Array => {
      if (movable[task] === 0) return new Int32Array(0);
      const kind = model.kind[task] as number;
      const minutes = model.duration[task] as number;
      const from = windowFrom[task] as number;
      const to = windowFrom[task + 1] as number;
      const key = `${kind}/${minutes}/${windowOpen.subarray(from, to)}/${windowClose.subarray(from, to)}`;
      const same = known.get(key);
      if (same) return same;
      const tours: number[] = [];
      for (let tour = 0; tour < tourCount; tour += 1) {
        if (couldHold(model, task, tour)) tours.push(tour);
      }
      const list = Int32Array.from(tours);
      known.set(key, list);
      return list;
    };
    const lists: Int32Array[] = [];
    for (let task = 0; task < taskCount; task += 1) {
      if (task % SLICE === SLICE - 1) yield;
      lists.push(listOf(task));
    }
    return lists;
  }
}

interface Windows {
  /** Of tasks that stand or may stand somewhere, by opening; what hangs in closed tours has none. */
  readonly windows: readonly number[];
  /** By index: whose window it is. */
  readonly owner: Int32Array;
  /** From the opening of a window to the latest end of the task, at most. */
  readonly longest: number;
  /** How many open by then. */
  readonly openBy: (tick: number) => number;
}

function windowsByOpening(model: RoutingModel): Windows {
  const { taskCount, windowFrom, windowOpen, duration } = model;
  const ownerOf = new Int32Array(windowOpen.length);
  let longest = 0;
  for (let task = 0; task < taskCount; task += 1) {
    for (let window = windowFrom[task] as number; window < (windowFrom[task + 1] as number); window += 1) {
      ownerOf[window] = task;
      const end = closing(model, task, window) + (duration[task] as number);
      longest = Math.max(longest, end - (windowOpen[window] as number));
    }
  }
  const opening = (window: number): number => windowOpen[window] as number;
  const windows = Array.from(ownerOf.keys()).sort((a, b) => opening(a) - opening(b) || a - b);
  return {
    windows,
    owner: Int32Array.from(windows, (window) => ownerOf[window] as number),
    longest,
    openBy(tick) {
      let [from, to] = [0, windows.length];
      while (from < to) {
        const middle = (from + to) >> 1;
        if (opening(windows[middle] as number) <= tick) from = middle + 1;
        else to = middle;
      }
      return from;
    },
  };
}

/** The last start in a window that is not late. */
const closing = ({ windowClose, due }: RoutingModel, task: number, window: number): number =>
  Math.min(windowClose[window] as number, due[task] as number);

/** Whether the carer may do the task, and one of its windows meets the tour. */
export function couldHold(model: RoutingModel, task: number, tour: number): boolean {
  const { windowFrom, windowOpen, windowClose, tourStart, tourEnd } = model;
  const minutes = model.duration[task] as number;
  const begins = tourStart[tour] as number;
  const ends = tourEnd[tour] as number;
  const to = windowFrom[task + 1] as number;
  // Most tours are on another day, so the hour is asked first.
  for (let window = windowFrom[task] as number; window < to; window += 1) {
    const start = Math.max(windowOpen[window] as number, begins);
    if (start <= (windowClose[window] as number) && start + minutes <= ends) return mayDo(model, task, tour);
  }
  return false;
}

/** Asks for the carers by how far their homes are from a task's place; one list a place. */
function carersByPlace(
  model: RoutingModel,
  carerTours: readonly Int32Array[],
): (task: number) => readonly { readonly carer: number; readonly leg: number }[] {
  const known = new Map<number, { readonly carer: number; readonly leg: number }[]>();
  const when = model.windowOpen[0] ?? 0;
  const homes = carerTours.flatMap(([tour], carer) =>
    tour === undefined ? [] : [{ carer, home: model.taskCount + tour }],
  );
  return (task) => {
    const place = model.place[task] as number;
    const same = known.get(place);
    if (same) return same;
    const list = homes
      .map(({ carer, home }) => ({ carer, leg: legOf(model, home, task, when) }))
      .sort((a, b) => a.leg - b.leg || a.carer - b.carer);
    known.set(place, list);
    return list;
  };
}

function carerToursOf({ carerCount, tourCarer, tourClosed }: RoutingModel): Int32Array[] {
  const lists: number[][] = Array.from({ length: carerCount }, () => []);
  tourCarer.forEach((carer, tour) => {
    if (tourClosed[tour] === 0) lists[carer]?.push(tour);
  });
  return lists.map((list) => Int32Array.from(list));
}

/** `kind * kindCount + kind`: 1 where some carer may do both. */
function sharing({ kindCount, kindCarer, carerCount }: RoutingModel): Uint8Array {
  const share = new Uint8Array(kindCount * kindCount);
  for (let a = 0; a < kindCount; a += 1) {
    for (let b = 0; b < kindCount; b += 1) {
      for (let carer = 0; carer < carerCount; carer += 1) {
        if (kindCarer[a * carerCount + carer] === 1 && kindCarer[b * carerCount + carer] === 1) {
          share[a * kindCount + b] = 1;
          break;
        }
      }
    }
  }
  return share;
}

function legOf({ place, placeCount, legs, legAt }: RoutingModel, from: number, to: number, departure: number): number {
  const a = place[from] as number;
  const b = place[to] as number;
  if (legs !== null) return legs[a * placeCount + b] as number;
  return a === b ? 0 : legAt(a, b, departure);
}
