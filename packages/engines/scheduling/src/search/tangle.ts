/**
 * Which tours hang together: those of carers who have each other's day. Their patients have a carer more than they need, and where the
 * day is full none of the visits can go back alone.
 */
import { couldHold, type Neighbours } from './neighbours.ts';
import type { SearchState } from './state.ts';

/**
 * The tour of a task that stands in one; those that could hold a task of that tour and whose carers see its patient too, or should; and so on
 * from these, until they have at least so many tasks. Empty where nobody else sees the patient, or could then.
 */
export type ToursTangledWith = (task: number, tasks: number) => readonly number[];

export function createTangles(state: SearchState, { carerTours }: Neighbours): ToursTangledWith {
  const { model, next, tour, tasksOf } = state;
  const { taskCount, patient, preferred } = model;
  const carerOf = (there: number): number => (there < 0 ? -1 : (model.tourCarer[there] as number));

  function* toursOfOthers(task: number): Generator<number, void, undefined> {
    const who = patient[task] as number;
    const carers = new Set([preferred[task] as number]);
    const sees = who < 0 ? [] : tasksOf.items.subarray(tasksOf.from[who], tasksOf.from[who + 1]);
    for (const other of sees) carers.add(carerOf(tour[other] as number));
    carers.delete(-1);
    carers.delete(carerOf(tour[task] as number));
    for (const carer of carers) {
      for (const there of carerTours[carer] as Int32Array) if (couldHold(model, task, there)) yield there;
    }
  }

  return (task, most) => {
    if (toursOfOthers(task).next().done === true) return [];
    const tours = new Set([tour[task] as number]);
    const found: number[] = [];
    let tasks = 0;
    for (const there of tours) {
      found.push(there);
      const home = taskCount + there;
      for (let node = next[home] as number; node !== home; node = next[node] as number) {
        tasks += 1;
        for (const other of toursOfOthers(node)) tours.add(other);
      }
      if (tasks >= most) break;
    }
    return found;
  };
}
