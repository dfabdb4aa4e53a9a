/**
 * Which task a move begins with. Every other one is drawn evenly; the others are the dearest of a few, by what a task costs where
 * it stands above the least it was ever seen to cost: who stands dearly has more to gain. That least is taken off because a patient
 * who lives far away always costs much. Were only the dear ones drawn, a long run would hardly move the rest, and end no better than one that
 * draws evenly. Where lateness has a price all are drawn evenly: a task costs there what it does to those behind it, of which
 * its detour says nothing. Measured in docs/benchmarks.md, “Who stands dearly moves more often”.
 */
import type { Random } from '@fieldfare/kernel';
import { NEVER } from './model.ts';
import type { SearchState } from './state.ts';

export interface Draw {
  readonly task: () => number;
  /** Looks at the next task again, in turn: what tasks cost is remembered, since asking takes as long as some moves. */
  readonly look: () => void;
}

const EVENLY = 0.5;
const FEW = 6;
/** How much of the least a task was seen to cost is taken off. */
const LEAST_SHARE = 0.8;
/** A task without a place is drawn as if all were drawn evenly: destroy and repair has its own tries for it. */
const NOWHERE = -NEVER;

export function createDraw(state: SearchState, movable: Int32Array, random: Random): Draw {
  const { tour, model } = state;
  const dear = new Int32Array(model.taskCount);
  const least = new Int32Array(model.taskCount).fill(NEVER);
  const evenly = model.weights.late > 0;
  let turn = 0;
  const any = (): number => movable[Math.floor(random.float() * movable.length)] as number;

  function look(): void {
    if (evenly) return;
    const task = movable[turn] as number;
    turn = turn + 1 === movable.length ? 0 : turn + 1;
    if ((tour[task] as number) < 0) {
      dear[task] = NOWHERE;
      return;
    }
    const cost = state.costInPlace(task);
    least[task] = Math.min(least[task] as number, cost);
    dear[task] = cost - Math.floor(LEAST_SHARE * (least[task] as number));
  }
  for (let count = 0; count < movable.length; count += 1) look();

  return {
    task() {
      let task = any();
      if (evenly || (tour[task] as number) < 0 || random.float() < EVENLY) return task;
      for (let drawn = 1; drawn < FEW; drawn += 1) {
        const other = any();
        if ((dear[other] as number) > (dear[task] as number)) task = other;
      }
      return task;
    },
    look,
  };
}
