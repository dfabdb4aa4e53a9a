/**
 * A place for one visit, judged together with what goes along: the only road of drag feedback, suggestions and commands to
 * the question what a move of half a pair means.
 *
 *  PAIR-ALONG  a pair in step stays in step: a half that gets another time or day takes the other half along, which keeps
 *              its carer; a place that keeps step, with whichever carer, moves that half only; so does a move asked for alone
 */
import {
  type Along,
  bestStart,
  earliestInStep,
  goesAlong,
  halfInStep,
  type Interval,
  latestInStep,
  nearestMiss,
  type Plan,
  type Violation,
  violationsAt,
  withStartWindows,
} from '@fieldfare/engine-scheduling';
import { type EpochMinute, localAt, type Problem } from '@fieldfare/kernel';
import type { AlongPlace, BoardViolation } from './board.ts';
import { blocked, toBoardViolation } from './violations.ts';
import { onAnyDay, type Workbench } from './workbench.ts';

export interface Move {
  readonly staff: number;
  readonly start: EpochMinute;
  /** Null: nothing goes along. */
  readonly along: Along | null;
  readonly own: readonly Violation[];
  /** Against the place of what goes along. */
  readonly others: readonly Violation[];
}

/** `PAIR-ALONG`. Leaves `plan` as it was; changes it meanwhile when something goes along. */
export const judgeMove = (plan: Plan, visit: number, staff: number, start: EpochMinute, alone: boolean): Move =>
  judgeWith(plan, visit, staff, start, alone ? null : goesAlong(plan, visit, start));

/** The same where it is known what goes along. */
export function judgeWith(plan: Plan, visit: number, staff: number, start: EpochMinute, along: Along | null): Move {
  if (along === null) return { staff, start, along, own: violationsAt(plan, visit, staff, start), others: [] };
  const stood = [visit, along.visit].map((half) => ({ half, at: plan.placementOf(half) }));
  plan.place(visit, staff, start);
  plan.place(along.visit, along.staff, along.start);
  const own = violationsAt(plan, visit, staff, start);
  // Out of step they are together: said once.
  const others = violationsAt(plan, along.visit, along.staff, along.start).filter(({ rule }) => rule !== 'SCH-SYNC');
  for (const { half, at } of stood) if (at) plan.place(half, at.staff, at.start);
  return { staff, start, along, own, others };
}

const staffIdOf = ({ compiled }: Workbench, staff: number): string => compiled.problem.staff[staff]?.id ?? '';

const ofOther = (message: string): string => `Other carer: ${message}`;

export function sentencesOf(bench: Workbench, { staff, along, own, others }: Move): readonly BoardViolation[] {
  const words = bench.wordsFor(staffIdOf(bench, staff));
  const otherWords = bench.wordsFor(staffIdOf(bench, along?.staff ?? -1));
  return [
    ...own.map((violation) => toBoardViolation(violation, words)),
    ...others.map((violation) => {
      const told = toBoardViolation(violation, otherWords);
      return { ...told, message: ofOther(told.message) };
    }),
  ];
}

/** What forbids it, as problems. */
export function forbidden(bench: Workbench, { staff, along, own, others }: Move): readonly Problem[] {
  return [
    ...blocked(own, bench.wordsFor(staffIdOf(bench, staff))),
    ...blocked(others, bench.wordsFor(staffIdOf(bench, along?.staff ?? -1))).map((found) => ({
      ...found,
      message: ofOther(found.message),
    })),
  ];
}

export function alongPlace({ rows }: Workbench, along: Along | null): AlongPlace | null {
  if (along === null) return null;
  const { date, time } = localAt(along.start, rows.region.zone);
  return { date, start: time };
}

export const isForbidden = ({ own, others }: Move): boolean =>
  [...own, ...others].some(({ severity }) => severity === 'block');

const WARN = 1;
const BLOCK = 1_000;
const weightOf = (violations: readonly Violation[]): number =>
  violations.reduce((sum, { severity }) => sum + (severity === 'block' ? BLOCK : WARN), 0);

/** Starts of the half that is moved, in minutes from one to the next, for which the half that goes along is asked. */
const GRID = 5;

/** The least bad move of `visit` to a carer within a window; null when the window holds no start. */
export type CellJudge = (staff: number, window: Interval) => Move | null;

/** `bench.plan` is left alone. */
export function cellJudge(bench: Workbench, visit: number, alone: boolean): CellJudge {
  const { plan, compiled } = bench;
  const partner = alone ? -1 : halfInStep(plan, visit);
  const staying: CellJudge = (staff, window) => {
    const miss = nearestMiss(plan, visit, staff, window);
    return miss && { staff, start: miss.start, along: null, own: miss.violations, others: [] };
  };
  if (partner < 0) return staying;

  const windows = compiled.problem.visits[visit]?.startWindows ?? [];
  const open = (week: Plan): Plan => withStartWindows(onAnyDay(bench, week, partner), visit, windows);
  const work = open(plan.clone());
  const without = (half: number): Plan => {
    const rest = plan.clone();
    rest.remove(half);
    return open(rest);
  };
  const free = without(visit);
  const unbound = without(partner);
  const partnerStaff = plan.staffOf[partner] as number;
  const keptFrom = earliestInStep(plan, visit, partner);
  const keptTo = latestInStep(plan, visit, partner);

  const runsOf = (window: Interval): { readonly weight: number; readonly runs: readonly Interval[] } => {
    let least = Number.POSITIVE_INFINITY;
    let runs: { start: EpochMinute; end: EpochMinute }[] = [];
    let last = Number.NEGATIVE_INFINITY;
    for (let start = window.start; start <= window.end; start += GRID) {
      const along = goesAlong(plan, visit, start);
      const weight = along ? weightOf(violationsAt(free, partner, along.staff, along.start)) : 0;
      if (weight > least) continue;
      if (weight < least) runs = [];
      least = weight;
      const run = runs.at(-1);
      if (run && last === start - GRID) run.end = start;
      else runs.push({ start, end: start });
      last = start;
    }
    return { weight: least, runs };
  };
  const runsByStart = new Map(windows.map((window) => [window.start, runsOf(window)]));

  return (staff, window) => {
    // With the carer of the other half there is nothing to keep in step: one carer cannot be two.
    if (staff === partnerStaff) return staying(staff, window);
    const found: Move[] = [];
    const near = { start: Math.max(window.start, keptFrom), end: Math.min(window.end, keptTo) };
    const stay = staying(staff, near);
    if (stay) found.push(stay);
    if (stay?.own.length === 0) return stay;
    const { weight, runs } = runsByStart.get(window.start) ?? runsOf(window);
    const judged = (start: EpochMinute): Move => judgeMove(work, visit, staff, start, false);
    if (weight === 0) {
      const fitting = runs
        .flatMap((run) => bestStart(unbound, visit, staff, run) ?? [])
        .sort((a, b) => a.cost - b.cost || a.start - b.start);
      if (fitting[0]) found.push(judged(fitting[0].start));
    }
    const longest = runs.toSorted((a, b) => b.end - b.start - (a.end - a.start))[0];
    const miss = longest && nearestMiss(unbound, visit, staff, longest);
    if (miss) found.push(judged(miss.start));
    return found.toSorted((a, b) => weightOf([...a.own, ...a.others]) - weightOf([...b.own, ...b.others]))[0] ?? null;
  };
}
