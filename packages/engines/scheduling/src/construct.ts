/**
 * Builds a week: regret insertion over a table of each pending visit's best start with each eligible carer, in which
 * only what an insertion touched is looked at again. Urgent visits choose first, then high, then routine; within a
 * priority the visit that would lose most by waiting goes first.
 *
 * Nothing here reads a clock: work is counted in starts tried, so one seed gives one answer on every machine.
 */
import { type EpochMinute, seededRandom } from '@fieldfare/kernel';
import { type Funnel, funnelOf } from './funnel.ts';
import { createInsertionTable } from './insertion-table.ts';
import type { Plan } from './plan.ts';
import { type Components, componentsOf } from './score.ts';
import { createStartSearch } from './starts.ts';

export interface ConstructOptions {
  /** Any 32-bit integer; decides ties only. */
  readonly seed: number;
  /** Most insertions between two yields (25). Work is bounded besides, so a yield comes every few milliseconds. */
  readonly sliceInsertions?: number;
  /** How many alternatives a visit's regret looks at (3). */
  readonly regret?: 2 | 3;
}

export interface Progress {
  readonly phase: 'preparing' | 'inserting' | 'explaining';
  /** Visits placed by this run so far. */
  readonly placed: number;
  /** Visits this run tries to place. */
  readonly total: number;
}

export interface Outcome {
  /** In order of visit index. */
  readonly placements: readonly {
    readonly visit: number;
    readonly visitId: string;
    readonly staffId: string;
    readonly start: EpochMinute;
  }[];
  /** In order of visit index. After a stop the funnels are left out (null): nobody has looked yet. */
  readonly unplaced: readonly { readonly visit: number; readonly visitId: string; readonly funnel: Funnel | null }[];
  readonly travelBefore: number;
  readonly travelAfter: number;
  /** Of the whole plan afterwards. */
  readonly components: Components;
  readonly stopped: boolean;
}

/** Passed to `next`: `stop` ends the run at once with what is placed so far. */
export type Command = 'stop' | undefined;

/** Urgent, high, routine. */
const PRIORITIES = [3, 2, 1] as const;

/** Starts tried between two yields: a few milliseconds on a small laptop. */
const SLICE_WORK = 4_000;
/** The first slices are smaller, because code that has not run yet is slow. */
const FIRST_SLICE_WORK = 125;

/**
 * Places into `plan` (which keeps what was placed, however the run ends) every unplaced, unfixed visit that fits
 * without breaking a rule. Nothing already placed is moved. At the end no unplaced visit has a start left that fits.
 *
 * To cancel: `next('stop')` for an outcome of what stands, or `return` to just leave; both between two yields.
 */
export function* construct(plan: Plan, options: ConstructOptions): Generator<Progress, Outcome, Command> {
  const c = plan.compiled;
  const { seed, sliceInsertions = 25, regret = 3 } = options;
  const visits: number[] = [];
  for (let visit = 0; visit < c.visitCount; visit += 1) {
    if ((plan.staffOf[visit] as number) < 0 && c.visitFixed[visit] === 0) visits.push(visit);
  }
  const travelBefore = componentsOf(plan).travelMinutes;
  const total = visits.length;
  let placed = 0;
  const progress = (phase: Progress['phase']): Progress => ({ phase, placed, total });
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
  let pending = visits;
  let placedBefore = -1;
  let inSlice = 0;
  while (!stopped && placed > placedBefore && pending.length > 0) {
    placedBefore = placed;
    for (const priority of PRIORITIES) {
      const band = pending.filter((visit) => c.visitPriority[visit] === priority);
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
    }
    pending = pending.filter((visit) => (plan.staffOf[visit] as number) < 0);
  }

  const unplaced: Outcome['unplaced'][number][] = [];
  let explained = 0;
  const explainedInSlice = Math.max(1, Math.floor(SLICE_WORK / Math.max(1, c.staffCount)));
  for (const visit of pending) {
    const funnel = stopped ? null : funnelOf(plan, visit);
    unplaced.push({ visit, visitId: c.problem.visits[visit]?.id ?? '', funnel });
    explained += 1;
    if (!stopped && explained % explainedInSlice === 0) {
      // From here on a stop only leaves the remaining funnels out: all is placed.
      stopped = (yield progress('explaining')) === 'stop';
    }
  }

  const components = componentsOf(plan);
  return {
    placements: visits
      .filter((visit) => (plan.staffOf[visit] as number) >= 0)
      .map((visit) => ({
        visit,
        visitId: c.problem.visits[visit]?.id ?? '',
        staffId: c.problem.staff[plan.staffOf[visit] as number]?.id ?? '',
        start: plan.startOf[visit] as number,
      })),
    unplaced,
    travelBefore,
    travelAfter: components.travelMinutes,
    components,
    stopped,
  };
}

/** A seeded shuffle of the ids, so that ties fall the same way whatever order the input came in. */
function ranks(rows: readonly { readonly id: string }[], random: () => number): Int32Array {
  const order = rows.map((_, index) => index);
  order.sort((a, b) => compare(rows[a]?.id ?? '', rows[b]?.id ?? ''));
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    const kept = order[last] as number;
    order[last] = order[other] as number;
    order[other] = kept;
  }
  const rank = new Int32Array(rows.length);
  order.forEach((index, position) => {
    rank[index] = position;
  });
  return rank;
}

/** By code unit, not by locale: the same on every machine. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
