/**
 * What the search works on: tasks in tours, as typed arrays of whole numbers. A week compiles into it (`week-model.ts`),
 * and so does any other routing problem with windows, skills and visits in pairs.
 *
 * Nodes: task 0 … taskCount-1, then one node a tour (`taskCount + tour`), which stands for leaving and coming home.
 */
import type { Components } from '../weights.ts';
import type { TourBreaks } from './tour-breaks.ts';

export interface RoutingModel {
  readonly taskCount: number;
  readonly tourCount: number;
  readonly carerCount: number;
  readonly placeCount: number;

  /** By node. */
  readonly place: Int32Array;
  /** By task, in ticks. */
  readonly duration: Int32Array;
  /** Starts allowed: `windowFrom[task]` … `windowFrom[task + 1] - 1` in `windowOpen` and `windowClose`, the earliest first, both ends included. */
  readonly windowFrom: Int32Array;
  readonly windowOpen: Int32Array;
  readonly windowClose: Int32Array;
  /** By task: a start after it is late, at a price. `NEVER` where the windows say it all. */
  readonly due: Int32Array;
  /** Starts lie on multiples of it unless the window ends before the next one. */
  readonly grid: number;
  /** By task: 0 keeps the task where it was loaded, its start included. */
  readonly movable: Uint8Array;
  /** By task: what leaving it out counts. */
  readonly priority: Int32Array;

  /** By tour: who goes, when the first task may start at the earliest, and by when the last must end. */
  readonly tourCarer: Int32Array;
  readonly tourStart: Int32Array;
  readonly tourEnd: Int32Array;
  /** By tour: 1 takes nothing in and is not timed; what it was loaded with counts for the carer and the patients only. */
  readonly tourClosed: Uint8Array;
  /** By tour: the same carer's next tour when it comes so soon that the way or the rest between the two matters, else -1. */
  readonly tourNext: Int32Array;
  /** By tour: the day of duty it counts to. Between two linked tours of different days lies at least `rest`. */
  readonly tourDay: Int32Array;
  readonly rest: number;
  /** Tours that leave room for a break take no tasks of pairs. Null: there is none. */
  readonly breaks: TourBreaks | null;
  /** Whether the way from home to the first task begins at `tourStart` (else it lies before it). */
  readonly leavesHomeAtStart: boolean;

  /** By task: tasks of one kind may be done by the same carers; `kindCarer[kind * carerCount + carer]` is 1 for those. */
  readonly kind: Int32Array;
  readonly kindCount: number;
  readonly kindCarer: Uint8Array;
  /** By carer, in ticks of work: what balance measures against, and what is never exceeded (the larger). */
  readonly capacity: Int32Array;
  readonly mostBooked: Int32Array;
  /** By carer: ticks of work from which on it is overtime, and cents an hour (pay.ts). */
  readonly overtimeFrom: Int32Array;
  readonly price: Int32Array;
  /** By carer: a partner with which hours were agreed, or -1; by partner: the most ticks of work of all its carers. */
  readonly agreed: Int32Array;
  readonly mostAgreed: Int32Array;

  /** By task; -1: nobody's. Tasks of one patient do not overlap, and few carers are better than many. */
  readonly patient: Int32Array;
  readonly patientTasks: readonly Int32Array[];
  /** By task: those of the same patient that could overlap it, or come too near. */
  readonly rivals: readonly Int32Array[];
  /** Whether two rivals with these starts are too near; null: only an overlap is. */
  readonly tooNear: ((task: number, start: number, other: number, otherStart: number) => boolean) | null;
  /** By task: a carer, or -1. */
  readonly preferred: Int32Array;
  /** What points of continuity are multiplied with: by task for the preferred carer, by patient for faces. */
  readonly continuity: Uint8Array;
  readonly faceContinuity: Uint8Array;

  /** By task: the carer and the time that were told (told.ts), -1: nothing. */
  readonly toldCarer: Int32Array;
  readonly toldStart: Int32Array;

  /** The other task of a pair, or -1. The two are with two carers. */
  readonly partner: Int32Array;
  /**
   * `second[task]` is 1 for the task that stands second in its pair; how long after the first's start it starts at least
   * and at most. Simultaneous: 0 and 0.
   */
  readonly second: Uint8Array;
  readonly gapLeast: Int32Array;
  readonly gapMost: Int32Array;

  /** Ticks between places, row by row; null when they depend on the hour. */
  readonly legs: Int32Array | null;
  /** Ticks between two different places when leaving then. */
  readonly legAt: (from: number, to: number, departure: number) => number;
  readonly weights: SearchWeights;
}

/** What a search counts, each with its own accumulator: a plan's components, lateness, and what is left out. */
export interface SearchScore extends Omit<Components, 'windowMinutes'> {
  readonly unassigned: number;
  readonly late: number;
  readonly worstLate: number;
}

/** Price of one of each, whole numbers. `unassigned` outweighs all else together, so that the order is lexicographic. */
export type SearchWeights = SearchScore;

/** Later than any tick. */
export const NEVER = 2 ** 30;

/** What a score costs. A state keeps the same sum in parts. */
export function searchCost(weights: SearchWeights, score: SearchScore): number {
  return (
    weights.unassigned * score.unassigned +
    weights.travelMinutes * score.travelMinutes +
    weights.waitingMinutes * score.waitingMinutes +
    weights.continuity * score.continuity +
    weights.balance * score.balance +
    weights.disruption * score.disruption +
    weights.overtime * score.overtime +
    weights.partnerCost * score.partnerCost +
    weights.late * score.late +
    weights.worstLate * score.worstLate
  );
}

/** Whether this carer may ever do this task: skills, provider, and that the task may move at all. */
export const mayDo = (model: RoutingModel, task: number, tour: number): boolean =>
  model.movable[task] === 1 &&
  model.tourClosed[tour] === 0 &&
  model.kindCarer[(model.kind[task] as number) * model.carerCount + (model.tourCarer[tour] as number)] === 1;

/** Tasks by tour, in order. */
export function toursIn(next: Int32Array, { taskCount, tourCount }: RoutingModel): number[][] {
  return Array.from({ length: tourCount }, (_, tour) => {
    const home = taskCount + tour;
    const tasks: number[] = [];
    for (let node = next[home] as number; node !== home; node = next[node] as number) tasks.push(node);
    return tasks;
  });
}
