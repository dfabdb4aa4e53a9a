/**
 * Builds a week: regret insertion over a table of each pending visit's best start with each eligible carer, in which
 * only what an insertion touched is looked at again. Urgent visits choose first, then high, then routine; within a
 * priority the visit that would lose most by waiting goes first.
 *
 * Nothing here reads a clock: work is counted in starts tried, so one seed gives one answer on every machine.
 */
import { seededRandom } from '@fieldfare/kernel';
import { createInsertionTable } from './insertion-table.ts';
import { type Command, type Progress, SLICE_WORK } from './outcome.ts';
import { awaitsPartner, openPairs, placePair } from './pair-construct.ts';
import type { Plan } from './plan.ts';
import { shuffle } from './shuffle.ts';
import { createStartSearch } from './starts.ts';

export interface ConstructOptions {
  /** Any 32-bit integer; decides ties only. */
  readonly seed: number;
  /** Most insertions between two yields (25). Work is bounded besides, so a yield comes every few milliseconds. */
  readonly sliceInsertions?: number;
  /** How many alternatives a visit's regret looks at (3). */
  readonly regret?: 2 | 3;
}

/** Urgent, high, routine. */
const PRIORITIES = [3, 2, 1] as const;

/** The first slices are smaller, because code that has not run yet is slow. */
const FIRST_SLICE_WORK = 125;

/**
 * Places into `plan` every one of `visits`, all unplaced, that fits without breaking a rule; nothing placed is moved.
 * True when it was stopped; else none of them has a start left that fits, pairs as a whole.
 */
export function* construct(
  plan: Plan,
  visits: readonly number[],
  options: ConstructOptions,
): Generator<Progress, boolean, Command> {
  const c = plan.compiled;
  const { seed, sliceInsertions = 25, regret = 3 } = options;
  let placed = 0;
  const progress = (phase: Progress['phase']): Progress => ({
    phase,
    placed,
    total: visits.length,
    components: null,
    improved: 0,
    moves: 0,
  });
  let stopped = (yield progress('preparing')) === 'stop';

  const random = seededRandom(seed);
  const visitRank = ranks(c.problem.visits, random.float);
  const staffRank = ranks(c.problem.staff, random.float);
  const search = createStartSearch();

  let workAtYield = 0;
  let slice = FIRST_SLICE_WORK;
  const due = (): boolean => {
    if (search.tried - workAtYield < slice) return false;
    workAtYield = search.tried;
    slice = Math.min(SLICE_WORK, slice * 2);
    return true;
  };

  // One priority after the other, so that only those who compete are kept up to date. A table takes out what an
  // insertion made impossible; where travel breaks the triangle inequality an insertion may also make something
  // possible. A last round over all that is left, until one places nothing, catches that.
  let pending: readonly number[] = visits;
  let placedBefore = -1;
  let inSlice = 0;
  while (!stopped && placed > placedBefore && pending.length > 0) {
    placedBefore = placed;
    for (const priority of PRIORITIES) {
      for (const pair of openPairs(plan, pending, priority, visitRank)) {
        if (stopped) break;
        if (placePair(plan, pair, staffRank)) placed += 2;
        stopped = (yield progress('inserting')) === 'stop';
      }
      const band = pending.filter((visit) => c.visitPriority[visit] === priority && mayGoAlone(plan, visit));
      const table = createInsertionTable(plan, band, { visitRank, staffRank, regret, search });
      for (const visit of band) {
        if (stopped) break;
        table.refresh(visit);
        if (due()) stopped = (yield progress('preparing')) === 'stop';
      }
      while (!stopped) {
        const best = table.mostRegretted();
        if (best === null) break;
        table.insert(best);
        placed += 1;
        inSlice += 1;
        if (inSlice < sliceInsertions && !due()) continue;
        inSlice = 0;
        stopped = (yield progress('inserting')) === 'stop';
      }
      if (inSlice > 0 && !stopped) stopped = (yield progress('inserting')) === 'stop';
      inSlice = 0;
    }
    pending = pending.filter((visit) => (plan.staffOf[visit] as number) < 0);
  }

  return stopped;
}

/** Placed halves of a pair are done with; those of which neither is placed have had their turn. */
const mayGoAlone = (plan: Plan, visit: number): boolean =>
  (plan.staffOf[visit] as number) < 0 && !awaitsPartner(plan, visit);

/** A seeded shuffle of the ids, so that ties fall the same way whatever order the input came in. */
function ranks(rows: readonly { readonly id: string }[], random: () => number): Int32Array {
  const order = rows.map((_, index) => index);
  order.sort((a, b) => compare(rows[a]?.id ?? '', rows[b]?.id ?? ''));
  shuffle(order, random);
  const rank = new Int32Array(rows.length);
  order.forEach((index, position) => {
    rank[index] = position;
  });
  return rank;
}

/** By code unit, not by locale: the same on every machine. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
