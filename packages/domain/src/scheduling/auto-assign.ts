/**
 * Auto-assign: the engine searches places for the tray and hands over a proposal; nothing changes until a person
 * accepts it (accept.ts). Ending the subscription drops the run; `finishAutoAssign` ends it with the best proposal so far.
 *
 *  SCH-PROPOSAL  a proposal changes nothing
 */
import {
  autoAssign as assignWeek,
  type Command,
  createPlan,
  type Outcome,
  type Progress,
} from '@fieldfare/engine-scheduling';
import { type IsoWeek, localAt, newId, unwrap } from '@fieldfare/kernel';
import type { Context } from '../procedure.ts';
import type { AutoAssignEvent, Proposal, ProposedPlacement } from './board.ts';
import { isPlain } from './compile.ts';
import { readyForWeek } from './shards.ts';
import { unplacedReason } from './violations.ts';
import { sharedWorkbench, type Workbench } from './workbench.ts';

export interface AutoAssignInput {
  readonly regionId: string;
  readonly week: IsoWeek;
  readonly seed?: number | undefined;
  /** Names the run for `finishAutoAssign`. */
  readonly runId?: string | undefined;
}

/** Runs that may be told to finish, by who runs them. In this process only: a run lives no longer than its stream. */
const running = new Map<string, { finish: boolean }>();
const keyOf = ({ principal }: Context, runId: string): string =>
  `${principal.tenantId}/${principal.userId}/${principal.deviceId}/${runId}`;

/** False when there is no such run (any more). */
export function finishAutoAssign(ctx: Context, runId: string): boolean {
  const run = running.get(keyOf(ctx, runId));
  if (run) run.finish = true;
  return run !== undefined;
}

/** How long the engine may keep the thread, and how often it tells how far it is. */
const SLICE_MS = 24;
const PROGRESS_MS = 100;
/** A clock that stands still (tests) must not keep the thread for ever. */
const SLICE_STEPS = 64;

/** Lets timers, messages and the stop of this very run through. */
const breathe = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** Drives the engine in slices. Ends with its outcome, or with null when the signal ended it. */
async function* drive(
  ctx: Context,
  run: Generator<Progress, Outcome, Command>,
  orders: { readonly finish: boolean },
  signal: AbortSignal | undefined,
): AsyncGenerator<Progress, Outcome | null, void> {
  let toldAt = ctx.clock.now();
  try {
    while (!signal?.aborted) {
      const sliceFrom = ctx.clock.now();
      for (let step = 0; step < SLICE_STEPS && ctx.clock.now() - sliceFrom < SLICE_MS; step += 1) {
        const next = run.next(orders.finish ? 'stop' : undefined);
        if (next.done) return next.value;
        if (ctx.clock.now() - toldAt >= PROGRESS_MS) {
          toldAt = ctx.clock.now();
          yield next.value;
        }
      }
      await breathe();
    }
    return null;
  } finally {
    run.return(undefined as never);
  }
}

function proposalOf(
  bench: Workbench,
  outcome: Outcome,
  frame: Pick<Proposal, 'id' | 'regionId' | 'week' | 'seed' | 'elapsedMs'>,
): Proposal {
  const { zone } = bench.rows.region;
  const placements: ProposedPlacement[] = [];
  const unplaced: Proposal['unplaced'][number][] = [];
  for (const { visitId, staffId, start } of outcome.placements) {
    const visit = bench.visits.get(visitId);
    if (!visit) continue;
    const patientName = bench.patientNameOf(visit.patientId);
    if (!isPlain(start, zone)) {
      // The second showing of a repeated hour cannot be written down as a local time.
      unplaced.push({ visitId, patientName, reason: 'The only place falls into the hour that the clocks repeat' });
      continue;
    }
    const { date, time } = localAt(start, zone);
    placements.push({
      visitId,
      patientName,
      serviceName: bench.serviceNameOf(visit.serviceCode),
      staffId,
      staffName: bench.staffNameOf(staffId),
      date,
      start: time,
      minutes: visit.minutes,
      basedOn: visit.stamp,
    });
  }
  for (const { visitId, funnel } of outcome.unplaced) {
    const visit = bench.visits.get(visitId);
    if (!visit) continue;
    unplaced.push({ visitId, patientName: bench.patientNameOf(visit.patientId), reason: unplacedReason(funnel) });
  }
  return {
    ...frame,
    placements,
    unplaced,
    components: { before: outcome.before, first: outcome.first, after: outcome.after },
  };
}

export async function* autoAssign(
  ctx: Context,
  input: AutoAssignInput,
  signal: AbortSignal | undefined,
): AsyncGenerator<AutoAssignEvent, void, void> {
  unwrap(await readyForWeek(ctx, input));
  const startedAt = ctx.clock.now();
  const seed = input.seed ?? Math.floor(ctx.random.float() * 2 ** 32);
  const shared = await sharedWorkbench(ctx, input);
  const bench = { ...shared, plan: createPlan(shared.compiled) };
  const elapsed = (): number => Math.max(0, ctx.clock.now() - startedAt);
  const orders = { finish: false };
  const key = keyOf(ctx, input.runId ?? newId(ctx.clock, ctx.random));
  running.set(key, orders);
  try {
    const run = drive(ctx, assignWeek(bench.plan, { seed }), orders, signal);
    const total = bench.rows.visits.filter(({ staffId }) => staffId === null).length;
    yield { type: 'progress', placed: 0, total, components: null, improved: 0, elapsedMs: elapsed() };
    for (;;) {
      const next = await run.next();
      if (!next.done) {
        const { placed, total: trying, components, improved } = next.value;
        yield { type: 'progress', placed, total: trying, components, improved, elapsedMs: elapsed() };
        continue;
      }
      if (next.value === null) return;
      const { regionId, week } = input;
      const frame = { id: newId(ctx.clock, ctx.random), regionId, week, seed, elapsedMs: elapsed() };
      yield { type: 'proposal', proposal: proposalOf(bench, next.value, frame) };
      return;
    }
  } finally {
    running.delete(key);
  }
}
