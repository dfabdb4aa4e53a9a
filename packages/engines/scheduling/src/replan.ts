/**
 * Mending a week after something happened: what lost its place finds another, and as little else as possible changes.
 *
 * First the affected visits alone look for places. One that finds none may send one other visit to another carer, at about
 * the time it has, as long as at least 95 % of what stood stays as it was.
 * Nothing here reads a clock: one seed gives one answer on every machine.
 */
import { type EpochMinute, invariant } from '@fieldfare/kernel';
import { autoAssign } from './auto-assign.ts';
import { compileWeek } from './compile.ts';
import { funnelOf } from './funnel.ts';
import { bestStart } from './insertion.ts';
import { type Command, type Outcome, type Progress, staffIdOf, visitIdOf } from './outcome.ts';
import { createPlan, type Plan } from './plan.ts';
import type { EngineVisit, Interval, WeekProblem } from './problem.ts';
import { makeRoom } from './relax.ts';
import { componentsOf } from './score.ts';
import { stands } from './standing.ts';
import { TOLERANCE } from './told.ts';

export interface ReplanOptions {
  /** Any 32-bit integer. */
  readonly seed: number;
  /** Unplaced visits that are to find a place; whatever else has none keeps none. */
  readonly affected: readonly number[];
  /** Moves that the search tries for the affected visits; by their number when left out. */
  readonly moves?: number;
}

export interface Replanned extends Omit<Outcome, 'first' | 'stopped'> {
  /** Visits that stood and were not affected, and how many of them keep carer and time. */
  readonly untouched: number;
  readonly kept: number;
}

/** Share of what stood that may change hands so that an affected visit has a place. */
const MOST_MOVED = 0.05;
const MOVES_PER_VISIT = 2_000;
const MOST_MOVES = 40_000;

/** Brings `plan` (the week after the change, with the affected visits off) to the mended week. */
export function* replan(plan: Plan, options: ReplanOptions): Generator<Progress, Replanned, Command> {
  const c = plan.compiled;
  const { seed, affected, moves = Math.min(MOST_MOVES, MOVES_PER_VISIT * options.affected.length) } = options;
  const stood = plan.snapshot();
  const before = componentsOf(plan);
  const untouched = [...stood.staffOf.keys()].filter((visit) => (stood.staffOf[visit] as number) >= 0);

  const progress = (phase: Progress['phase'], placed = 0): Progress => ({
    phase,
    placed,
    total: affected.length,
    components: null,
    improved: phase === 'preparing' ? 0 : 1,
    moves: 0,
  });
  let stopped = (yield progress('preparing')) === 'stop';
  const problem = heldProblem(plan, new Set(affected));
  if (!stopped) stopped = (yield progress('preparing')) === 'stop';
  const held = compileWeek(problem);
  invariant(held.ok, 'a week stays well formed when its visits keep their times');
  // The same places and hours: what has been asked once is known.
  const mended = createPlan({ ...held.value, travel: c.travel });
  if (!stopped) ({ stopped } = yield* autoAssign(mended, { seed, moves }));
  const isWaiting = (visit: number): boolean =>
    (mended.staffOf[visit] as number) < 0 && mended.compiled.visitFixed[visit] === 0;
  const placed = (): number => affected.filter((visit) => !isWaiting(visit)).length;
  const moved = new Set<number>();
  const hardestFirst = affected
    .filter(isWaiting)
    .sort((a, b) => (c.visitPriority[b] as number) - (c.visitPriority[a] as number) || a - b);
  for (const visit of hardestFirst) {
    if (!stopped) stopped = (yield progress('improving', placed())) === 'stop';
    if (stopped) break;
    const room = makeRoom(mended, visit);
    if (room === null) continue;
    const { other, to } = room.give;
    const alsoMoved = isOf(other) ? moved.size + 1 : moved.size;
    if (alsoMoved > MOST_MOVED * untouched.length) continue;
    const now = mended.startOf[other] as number;
    mended.place(visit, room.place.staff, room.place.start);
    mended.remove(other);
    // The same minute with the other carer, where that is possible.
    const same = bestStart(mended, other, to.staff, { start: now, end: now });
    mended.place(other, to.staff, same?.start ?? to.start);
    if (isOf(other)) moved.add(other);
  }
  plan.restore(mended.snapshot());
  const unplaced: Outcome['unplaced'][number][] = [];
  for (const visit of affected.filter(isWaiting).sort((a, b) => a - b)) {
    if (!stopped) stopped = (yield progress('explaining', placed())) === 'stop';
    unplaced.push({ visit, visitId: visitIdOf(c, visit), funnel: stopped ? null : funnelOf(plan, visit) });
  }

  const isMoved = (visit: number): boolean =>
    plan.staffOf[visit] !== stood.staffOf[visit] || plan.startOf[visit] !== stood.startOf[visit];
  const changed = [...stood.staffOf.keys()].filter((visit) => (plan.staffOf[visit] as number) >= 0 && isMoved(visit));
  return {
    placements: changed.map((visit) => ({
      visit,
      visitId: visitIdOf(c, visit),
      staffId: staffIdOf(c, plan.staffOf[visit] as number),
      start: plan.startOf[visit] as number,
    })),
    unplaced,
    before,
    after: componentsOf(plan),
    untouched: untouched.length,
    kept: untouched.filter((visit) => !isMoved(visit)).length,
  };

  function isOf(visit: number): boolean {
    return (stood.staffOf[visit] as number) >= 0 && !moved.has(visit);
  }
}

/** The part of the start windows that patients would hardly notice. */
const nearby = (windows: readonly Interval[], start: EpochMinute): readonly Interval[] =>
  windows
    .filter((window) => window.start <= start && start <= window.end)
    .slice(0, 1)
    .map((window) => ({
      start: Math.max(window.start, start - TOLERANCE),
      end: Math.min(window.end, start + TOLERANCE),
    }));

/** The same week in which what stands about keeps its time, and what has no place and is not affected stays without. */
function heldProblem(plan: Plan, affected: ReadonlySet<number>): WeekProblem {
  const { problem } = plan.compiled;
  const held = (visit: EngineVisit, index: number): EngineVisit => {
    const at = plan.placementOf(index);
    if (at === null) return { ...visit, placed: null, ...(affected.has(index) ? {} : { fixed: true }) };
    const placed = { staffId: problem.staff[at.staff]?.id ?? '', start: at.start };
    const sound = stands(plan, index);
    return {
      ...visit,
      placed,
      ...(sound ? { startWindows: nearby(visit.startWindows, at.start) } : { fixed: true }),
    };
  };
  return { ...problem, visits: problem.visits.map(held) };
}
