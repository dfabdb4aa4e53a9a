/**
 * The optimiser: builds a plan by regret insertion, then lowers its cost by search (`search/`), then says why what is
 * left has no place. Nothing here reads a clock: one seed gives one answer on every machine.
 */
import { type ConstructOptions, construct } from './construct.ts';
import { fits } from './feasibility.ts';
import { funnelOf } from './funnel.ts';
import { takeOffHalves } from './halves.ts';
import { candidates } from './insertion.ts';
import { type Command, type Outcome, type Progress, SLICE_WORK, staffIdOf, visitIdOf } from './outcome.ts';
import type { Plan } from './plan.ts';
import { retime } from './retime.ts';
import { componentsOf, costOf } from './score.ts';
import { anneal } from './search/anneal.ts';
import { createWeekSearch, unassignedOf } from './search/week-model.ts';
import { standingBeside, stands } from './standing.ts';
import type { Components } from './weights.ts';

export interface AutoAssignOptions extends ConstructOptions {
  /** Moves that the search tries from hot to cold; by the number of visits when left out, 0 only builds. */
  readonly moves?: number;
  /** Three times as many moves as usual, where `moves` is left out: a minute for a large week. */
  readonly longer?: boolean;
  /** Placed visits that the search may move as well. None is left without a place; fixed and broken ones stay. */
  readonly free?: readonly number[];
}

/** A second or two for a small week, some 20 s for a large one; `longer` is a minute there and finds up to 1 % more. */
const MOVES_PER_VISIT = 4_000;
const LEAST_MOVES = 20_000;
const MOST_MOVES = 18_000_000;
const LONGER = 3;
/**
 * In mean legs: a built plan is good already, so the search begins cooler than one from nothing. Below a third of a leg little is
 * found that the last twentieth without any heat does not find sooner.
 */
const HEAT = { start: 1.5, end: 0.3, out: 0.05 };
/**
 * One destroy and repair for as many moves as visits, within these. In a large week it takes as long as some 150 of them; asked for half as
 * often it left planted weeks 1.5 % dearer (docs/benchmarks.md).
 */
const RUIN_EVERY = { least: 128, most: 256 };

/**
 * Places into `plan` (which keeps what was placed, however the run ends) every unplaced, unfixed visit that fits
 * without breaking a rule. Of what was placed before only `free` is moved. At the end no unplaced visit has a start left
 * that fits; a pair is placed whole or stays whole in the tray.
 *
 * To cancel: `next('stop')` for the best so far, or `return` to just leave; both between two yields.
 */
export function* autoAssign(plan: Plan, options: AutoAssignOptions): Generator<Progress, Outcome, Command> {
  const c = plan.compiled;
  const mayMove = new Uint8Array(c.visitCount);
  const visits: number[] = [];
  for (let visit = 0; visit < c.visitCount; visit += 1) {
    if ((plan.staffOf[visit] as number) >= 0 || c.visitFixed[visit] === 1) continue;
    mayMove[visit] = 1;
    visits.push(visit);
  }
  const free = (options.free ?? []).filter(
    (visit) => plan.placementOf(visit) !== null && c.visitFixed[visit] === 0 && stands(plan, visit),
  );
  const stood = plan.snapshot();
  const before = componentsOf(plan);
  let stopped = yield* construct(plan, visits, options);
  const first = componentsOf(plan);
  const able = visits.length + free.length;
  const usual = Math.min(MOST_MOVES, Math.max(LEAST_MOVES, MOVES_PER_VISIT * able));
  const { moves = options.longer ? LONGER * usual : usual } = options;
  for (const visit of free) mayMove[visit] = 2;
  if (!stopped && moves > 0 && able > 0) stopped = yield* improve(plan, mayMove, visits, free, options.seed, moves);
  if (!stopped && moves > 0) stopped = yield* placeWhatFits(plan, visits, moves);

  const isPlaced = (visit: number): boolean => (plan.staffOf[visit] as number) >= 0;
  const moved = (visit: number): boolean =>
    plan.staffOf[visit] !== stood.staffOf[visit] || plan.startOf[visit] !== stood.startOf[visit];
  const after = componentsOf(plan);
  const placed = visits.filter(isPlaced);
  const unplaced: Outcome['unplaced'][number][] = [];
  const inSlice = askedInSlice(plan);
  for (const visit of visits) {
    if (isPlaced(visit)) continue;
    unplaced.push({ visit, visitId: visitIdOf(c, visit), funnel: stopped ? null : funnelOf(plan, visit) });
    if (stopped || unplaced.length % inSlice !== 0) continue;
    // From here on a stop only leaves the remaining funnels out: all is placed.
    const progress = { placed: placed.length, total: visits.length, components: after, improved: 1, moves };
    stopped = (yield { phase: 'explaining', ...progress }) === 'stop';
  }
  return {
    placements: [...placed, ...free.filter(moved)]
      .sort((a, b) => a - b)
      .map((visit) => ({
        visit,
        visitId: visitIdOf(c, visit),
        staffId: staffIdOf(c, plan.staffOf[visit] as number),
        start: plan.startOf[visit] as number,
      })),
    unplaced,
    before,
    first,
    after,
    stopped,
  };
}

/** The search draws its places, and retiming makes room: what has a start left that fits takes it, pairs both. True when stopped. */
function* placeWhatFits(plan: Plan, visits: readonly number[], moves: number): Generator<Progress, boolean, Command> {
  const { visitPriority } = plan.compiled;
  const left = visits.filter((visit) => (plan.staffOf[visit] as number) < 0);
  left.sort((a, b) => (visitPriority[b] as number) - (visitPriority[a] as number) || a - b);
  const inSlice = askedInSlice(plan);
  let placed = visits.length - left.length;
  let stopped = false;
  for (const [index, visit] of left.entries()) {
    const [best] = candidates(plan, visit);
    if (best) {
      plan.place(visit, best.staff, best.start);
      placed += 1;
    }
    if (index % inSlice !== inSlice - 1) continue;
    const progress = { placed, total: visits.length, improved: 1, moves };
    stopped = (yield { phase: 'improving', components: componentsOf(plan), ...progress }) === 'stop';
    if (stopped) break;
  }
  for (const visit of takeOffHalves(plan, left, visits)) placeAlone(plan, visit);
  return stopped;
}

/** Where it is cheapest, if it fits anywhere; no half of a pair. */
function placeAlone(plan: Plan, visit: number): void {
  if ((plan.compiled.visitPartner[visit] as number) >= 0) return;
  const [best] = candidates(plan, visit);
  if (best) plan.place(visit, best.staff, best.start);
}

/** Unplaced visits that one slice of work can ask all carers about. */
const askedInSlice = ({ compiled }: Plan): number =>
  Math.max(1, Math.floor(SLICE_WORK / Math.max(1, compiled.staffCount)));

/** True when it was stopped. Leaves the better of the built and the searched plan. */
function* improve(
  plan: Plan,
  mayMove: Uint8Array,
  visits: readonly number[],
  free: readonly number[],
  seed: number,
  moves: number,
): Generator<Progress, boolean, Command> {
  const { weights } = plan.compiled;
  const built = plan.snapshot();
  const first = componentsOf(plan);
  const builtValue = [unassignedOf(plan, mayMove), costOf(first, weights)] as const;
  const placed = visits.filter((visit) => (built.staffOf[visit] as number) >= 0).length;
  const progress = (components: Components, iteration: number): Progress => ({
    phase: 'improving',
    placed,
    total: visits.length,
    components,
    improved: iteration / moves,
    moves: iteration,
  });
  const preparing = createWeekSearch(plan, mayMove);
  let part = preparing.next();
  while (!part.done) {
    if ((yield progress(first, 0)) === 'stop') return true;
    part = preparing.next();
  }
  const week = part.value;
  const ruinEvery = Math.min(RUIN_EVERY.most, Math.max(RUIN_EVERY.least, visits.length + free.length));
  const search = anneal(week.model, { seed, iterations: moves, state: week.state, heat: HEAT, ruinEvery });
  let stopped = false;
  let step = search.next();
  while (!step.done) {
    const { score, iteration } = step.value;
    const command = yield progress(week.componentsOf(score), iteration);
    stopped = stopped || command === 'stop';
    step = search.next(command);
  }
  week.apply(step.value);
  for (const visit of takeOffHalves(plan, visits, [...visits, ...free])) placeAlone(plan, visit);
  retime(plan, mayMove);
  for (const visit of free) {
    // Who keeps the carer keeps the time, where it still fits.
    const staff = built.staffOf[visit] as number;
    const start = built.startOf[visit] as number;
    if (plan.staffOf[visit] === staff && fits(plan, visit, staff, start)) backToTime(plan, visit, staff, start);
  }
  const [unassigned, cost] = [unassignedOf(plan, mayMove), costOf(componentsOf(plan), weights)];
  const worse = unassigned > builtValue[0] || (unassigned === builtValue[0] && cost >= builtValue[1]);
  // A more urgent visit may have taken the place of one that people had placed: nobody loses a place here.
  if (worse || free.some((visit) => (plan.staffOf[visit] as number) < 0)) plan.restore(built);
  return stopped;
}

/** Unless the visits beside it cannot do without it where it stands now. */
function backToTime(plan: Plan, visit: number, staff: number, start: number): void {
  const now = plan.startOf[visit] as number;
  const beside = standingBeside(plan, visit);
  plan.place(visit, staff, start);
  if (!beside.every((other) => stands(plan, other))) plan.place(visit, staff, now);
}
