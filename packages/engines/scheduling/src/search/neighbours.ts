/**
 * Which tasks are worth standing directly before which: near in place and time, and within reach of one carer. Moves draw
 * from these short lists instead of from all pairs, so a move costs the same in a large week.
 */
import type { RoutingModel } from './model.ts';

export interface Neighbours {
  readonly width: number;
  /** `task * width + rank`: good tasks to come directly before `task`; -1 ends a short list. */
  readonly before: Int32Array;
  /** By task: the tours that may hold it. */
  readonly tours: readonly Int32Array[];
  /** Tasks that may move. */
  readonly movable: Int32Array;
}

/** What an idle tick counts beside a driven one. */
const IDLE_SHARE = 0.2;
/** Tasks between two yields. */
const SLICE = 64;

/** Yields now and then: a large week takes a second. */
export function* neighboursOf(model: RoutingModel, width: number): Generator<void, Neighbours, undefined> {
  const { taskCount, tourClosed, movable } = model;
  const opens = model.windowOpen;
  const closes = model.windowClose;
  const first = (task: number): number => model.windowFrom[task] as number;
  const last = (task: number): number => (model.windowFrom[task + 1] as number) - 1;
  /** Tasks with nowhere to go, or that hang in closed tours, are nobody's neighbours. */
  const takesPart = (task: number): boolean => last(task) >= first(task);
  const open = Int32Array.from({ length: taskCount }, (_, task) =>
    takesPart(task) ? (opens[first(task)] as number) : 0,
  );
  const close = Int32Array.from({ length: taskCount }, (_, task) => {
    let latest = 0;
    for (let at = first(task); at <= last(task); at += 1) latest = Math.max(latest, closes[at] as number);
    return Math.min(latest, model.due[task] as number);
  });
  const before = new Int32Array(taskCount * width).fill(-1);
  const share = sharing(model);
  const far = new Float64Array(width);
  const order = Array.from({ length: taskCount }, (_, task) => task)
    .filter(takesPart)
    .sort((a, b) => (open[a] as number) - (open[b] as number) || a - b);
  const hard = model.weights.late === 0;
  for (let task = 0; task < taskCount; task += 1) {
    if (movable[task] === 0) continue;
    if (task % SLICE === SLICE - 1) yield;
    far.fill(Number.POSITIVE_INFINITY);
    const row = task * width;
    for (const other of order) {
      const done = (open[other] as number) + (model.duration[other] as number);
      if (hard && done > (close[task] as number)) {
        if ((open[other] as number) > (close[task] as number)) break;
        continue;
      }
      if (other === task || model.partner[task] === other) continue;
      if (share[(model.kind[task] as number) * model.kindCount + (model.kind[other] as number)] === 0) continue;
      const latest = (close[other] as number) + (model.duration[other] as number);
      const gap = (open[task] as number) - latest;
      const worst = far[width - 1] as number;
      if (IDLE_SHARE * gap > worst) continue;
      const leg = legOf(model, other, task, done);
      const cost = leg + IDLE_SHARE * Math.max(0, gap - leg) + Math.max(0, done + leg - (close[task] as number));
      if (cost >= worst) continue;
      let at = width - 1;
      while (at > 0 && (far[at - 1] as number) > cost) {
        far[at] = far[at - 1] as number;
        before[row + at] = before[row + at - 1] as number;
        at -= 1;
      }
      far[at] = cost;
      before[row + at] = other;
    }
  }
  return {
    width,
    before,
    tours: toursOf(model),
    movable: Int32Array.from({ length: taskCount }, (_, task) => task).filter((task) => movable[task] === 1),
  };

  function toursOf({ tourCount, tourStart, tourEnd }: RoutingModel): Int32Array[] {
    // Tasks of one kind with the same windows have the same tours, and there are far fewer of those.
    const known = new Map<string, Int32Array>();
    return Array.from({ length: taskCount }, (_, task) => {
      if (movable[task] === 0) return new Int32Array(0);
      const kind = model.kind[task] as number;
      const minutes = model.duration[task] as number;
      const from = first(task);
      const to = last(task);
      const key = `${kind}/${minutes}/${opens.subarray(from, to + 1)}/${closes.subarray(from, to + 1)}`;
      const same = known.get(key);
      if (same) return same;
      const tours: number[] = [];
      for (let tour = 0; tour < tourCount; tour += 1) {
        if (tourClosed[tour] === 1) continue;
        if (model.kindCarer[kind * model.carerCount + (model.tourCarer[tour] as number)] === 0) continue;
        for (let window = from; window <= to; window += 1) {
          const start = Math.max(opens[window] as number, tourStart[tour] as number);
          if (start > (closes[window] as number) || start + minutes > (tourEnd[tour] as number)) continue;
          tours.push(tour);
          break;
        }
      }
      const list = Int32Array.from(tours);
      known.set(key, list);
      return list;
    });
  }
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
