/** What a run of the optimiser says while it works and at its end. */
import type { EpochMinute } from '@fieldfare/kernel';
import type { CompiledWeek } from './compile.ts';
import type { Funnel } from './funnel.ts';
import type { Components } from './weights.ts';

export interface Progress {
  readonly phase: 'preparing' | 'inserting' | 'improving' | 'explaining';
  /** Visits placed by this run so far. */
  readonly placed: number;
  /** Visits this run tries to place. */
  readonly total: number;
  /** Of the best plan so far, once there is a whole one. */
  readonly components: Components | null;
  /** Share of the improving that is over, 0 … 1, and the moves it has tried. */
  readonly improved: number;
  readonly moves: number;
}

/** Passed to `next`: `stop` ends the run at once with the best so far. */
export type Command = 'stop' | undefined;

export interface Outcome {
  /** What was placed, and what was moved of `free`, in order of visit index. */
  readonly placements: readonly {
    readonly visit: number;
    readonly visitId: string;
    readonly staffId: string;
    readonly start: EpochMinute;
  }[];
  /** In order of visit index. After a stop the funnels are left out (null): nobody has looked yet. */
  readonly unplaced: readonly { readonly visit: number; readonly visitId: string; readonly funnel: Funnel | null }[];
  /** Components of the whole plan: as it stood, as first built, and as it is now. */
  readonly before: Components;
  readonly first: Components;
  readonly after: Components;
  readonly stopped: boolean;
}

/** Counts work in starts tried, so that yields do not depend on the machine. */
export const SLICE_WORK = 4_000;

export const visitIdOf = (c: CompiledWeek, visit: number): string => c.problem.visits[visit]?.id ?? '';
export const staffIdOf = (c: CompiledWeek, staff: number): string => c.problem.staff[staff]?.id ?? '';
