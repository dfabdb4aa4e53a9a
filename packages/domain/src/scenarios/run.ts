/**
 * Several plans of one week from one base, worked out one after the other. Nothing changes: one of them may be accepted
 * like any proposal. One seed and one week give the same plans on every machine.
 *
 *  SCN-BASE  every plan starts from the week as it stands; fixed visits and days that are over stay as they are
 */
import {
  autoAssign,
  bestStart,
  type CompiledWeek,
  type Components,
  compileWeek,
  componentsOf,
  createPlan,
  funnelOf,
  type Outcome,
  type Plan,
  type PlanSnapshot,
  type Progress,
} from '@fieldfare/engine-scheduling';
import { dateAt, epochMinuteOf, type IsoWeek, newId, unwrap } from '@fieldfare/kernel';
import { breathe } from '../breathe.ts';
import { type OutcomesOfWeek, outcomesIf } from '../insights/index.ts';
import type { Context } from '../procedure.ts';
import {
  drive,
  openRun,
  type Proposal,
  proposalOf,
  readyForWeek,
  sharedWorkbench,
  type Workbench,
} from '../scheduling/index.ts';
import { type PlanFacts, type Standing, standings } from './compare.ts';
import { SCENARIO_KINDS, type ScenarioKey, type ScenarioKind } from './kinds.ts';

export interface ScenariosInput {
  readonly regionId: string;
  readonly week: IsoWeek;
  readonly seed?: number | undefined;
  /** Placed visits may move: not those that are pinned, nor days that are over. */
  readonly mayMove?: boolean | undefined;
  /** Names the run for `scenarios.finish`. */
  readonly runId?: string | undefined;
  /** Moves the search tries a plan; by the size of the week when left out. */
  readonly moves?: number | undefined;
}

export interface WeekScenario extends PlanFacts, Standing {
  readonly key: ScenarioKey;
  readonly title: string;
  readonly about: string;
  readonly proposal: Proposal;
}

export type ScenariosEvent =
  | {
      readonly type: 'progress';
      /** Which plan is worked out, and how many there are. */
      readonly index: number;
      readonly count: number;
      readonly title: string;
      /** Of this plan, 0 … 1. */
      readonly share: number;
      readonly elapsedMs: number;
    }
  | {
      readonly type: 'plans';
      /** The week as it stands. */
      readonly base: PlanFacts;
      /** All that are worked out so far. */
      readonly plans: readonly WeekScenario[];
      readonly complete: boolean;
    };

/** Visits that have a place and may get another. */
function freeVisits(ctx: Context, bench: Workbench): number[] {
  const { compiled, rows } = bench;
  const today = epochMinuteOf(dateAt(ctx.clock.now(), rows.region.zone), '00:00', rows.region.zone);
  return [...compiled.visitFixed.keys()].filter(
    (visit) =>
      compiled.visitFixed[visit] === 0 &&
      (compiled.visitPlacedStaff[visit] as number) >= 0 &&
      (compiled.visitPlacedStart[visit] as number) >= today,
  );
}

interface Base {
  readonly bench: Workbench;
  readonly stood: PlanSnapshot;
  readonly before: Components;
  readonly free: readonly number[];
  readonly options: { readonly seed: number; readonly moves?: number };
}

type Steps<Done> = Generator<Progress, Done, 'stop' | undefined>;

/** Visits between two yields where each is asked about with many carers. */
const SLICE = 16;

const told = (phase: Progress['phase'], components: Components | null = null): Progress => ({
  phase,
  placed: 0,
  total: 0,
  components,
  improved: phase === 'preparing' ? 0 : 1,
  moves: 0,
});

/** The plan of one kind; `placed` holds what the engine left in it. */
function* workOut(kind: ScenarioKind, base: Base, compiled: CompiledWeek, placed: Plan): Steps<PlanOutcome> {
  yield* fill(kind, base, compiled, placed);
  return yield* outcomeOf(placed, base);
}

function* fill(kind: ScenarioKind, base: Base, compiled: CompiledWeek, placed: Plan): Steps<void> {
  const free = kind.moves ? base.free : [];
  if (!kind.ownFirst) {
    yield* autoAssign(placed, { ...base.options, free });
    return;
  }
  const { problem } = compiled;
  const visits = problem.visits.map((visit) =>
    visit.provider === 'any' ? { ...visit, provider: 'own' as const } : visit,
  );
  yield told('preparing');
  const own = createPlan(unwrap(compileWeek({ ...problem, visits })));
  own.restore(placed.snapshot());
  yield told('preparing');
  const outcome = yield* autoAssign(own, { ...base.options, free });
  placed.restore(own.snapshot());
  for (const [index, visit] of free.entries()) {
    if (index % SLICE === 0) yield told('improving', outcome.after);
    bringHome(placed, visit);
  }
  // What our own carers cannot take goes to whoever can.
  if (!outcome.stopped) yield* autoAssign(placed, { ...base.options, moves: 0 });
}

/** From a partner's carer to the cheapest of our own that fits, for visits that either may do. */
function bringHome(plan: Plan, visit: number): void {
  const { problem, groups, visitGroup, staffPartner } = plan.compiled;
  const at = plan.placementOf(visit);
  if (at === null || staffPartner[at.staff] === 0 || problem.visits[visit]?.provider !== 'any') return;
  const group = groups[visitGroup[visit] as number];
  let best: { staff: number; start: number; cost: number } | null = null;
  for (const staff of group?.staff ?? []) {
    if (staffPartner[staff] === 1) continue;
    const found = bestStart(plan, visit, staff, undefined, at.start);
    if (found !== null && (best === null || found.cost < best.cost)) best = found;
  }
  if (best !== null) plan.place(visit, best.staff, best.start);
}

type PlanOutcome = Omit<Outcome, 'stopped'> & { readonly moved: number };

/** What the finished plan does to the week, as the engine would have told it. */
function* outcomeOf(plan: Plan, base: Base): Steps<PlanOutcome> {
  const { problem } = plan.compiled;
  const { stood, before } = base;
  const after = componentsOf(plan);
  const placements: Outcome['placements'][number][] = [];
  const unplaced: Outcome['unplaced'][number][] = [];
  let moved = 0;
  for (const [visit, { id: visitId, fixed }] of problem.visits.entries()) {
    const at = plan.placementOf(visit);
    if (at === null) {
      if (fixed) continue;
      if (unplaced.length % SLICE === 0) yield told('explaining', after);
      unplaced.push({ visit, visitId, funnel: funnelOf(plan, visit) });
      continue;
    }
    if (stood.staffOf[visit] === at.staff && stood.startOf[visit] === at.start) continue;
    if ((stood.staffOf[visit] as number) >= 0) moved += 1;
    placements.push({ visit, visitId, staffId: problem.staff[at.staff]?.id ?? '', start: at.start });
  }
  return { placements, unplaced, before, first: before, after, moved };
}

export async function* scenarios(
  ctx: Context,
  input: ScenariosInput,
  signal: AbortSignal | undefined,
): AsyncGenerator<ScenariosEvent, void, void> {
  unwrap(await readyForWeek(ctx, input));
  const startedAt = ctx.clock.now();
  const elapsed = (): number => Math.max(0, ctx.clock.now() - startedAt);
  const seed = input.seed ?? Math.floor(ctx.random.float() * 2 ** 32);
  const bench = await sharedWorkbench(ctx, input);
  const outcomesWith: (plan: Proposal['placements']) => OutcomesOfWeek = await outcomesIf(ctx, input);
  const before = componentsOf(bench.plan);
  const base: Base = {
    bench,
    stood: bench.plan.snapshot(),
    before,
    free: input.mayMove ? freeVisits(ctx, bench) : [],
    options: { seed, ...(input.moves === undefined ? {} : { moves: input.moves }) },
  };
  const now: PlanFacts = { outcomes: outcomesWith([]), moved: 0, uneven: before.balance };
  const found: (PlanFacts & Pick<WeekScenario, 'key' | 'title' | 'about' | 'proposal'>)[] = [];
  const { orders, close } = openRun(ctx, input.runId);
  const count = SCENARIO_KINDS.length;
  try {
    for (const [index, kind] of SCENARIO_KINDS.entries()) {
      const { key, title, about } = kind;
      const progress = (share: number): ScenariosEvent => ({
        type: 'progress',
        index,
        count,
        title,
        share,
        elapsedMs: elapsed(),
      });
      yield progress(0);
      const compiled = { ...bench.compiled, weights: kind.weights(bench.compiled.weights) };
      const plan = createPlan(compiled);
      const run = drive(ctx, workOut(kind, base, compiled, plan), orders, signal);
      let next = await run.next();
      while (!next.done) {
        yield progress(next.value.improved);
        next = await run.next();
      }
      if (next.value === null) return;
      const { moved, ...outcome } = next.value;
      const frame = { id: newId(ctx.clock, ctx.random), regionId: input.regionId, week: input.week };
      const proposal = proposalOf(bench, outcome, { ...frame, seed, elapsedMs: elapsed() });
      await breathe();
      const outcomes = outcomesWith(proposal.placements);
      found.push({ key, title, about, proposal, outcomes, moved, uneven: outcome.after.balance });
      const complete = index === count - 1 || orders.finish;
      const stand = standings(found);
      const plans = found.map((one, at) => ({ ...one, ...(stand[at] as Standing) }));
      yield { type: 'plans', base: now, plans, complete };
      if (complete) return;
    }
  } finally {
    close();
  }
}
