/**
 * Auto-assign: the engine searches places for the tray and hands over a proposal; nothing changes until a person
 * accepts it (accept.ts). Ending the subscription drops the run; `finishRun` (runs.ts) ends it with the best proposal so far.
 *
 *  SCH-PROPOSAL  a proposal changes nothing
 */
import { autoAssign as assignWeek, createPlan, type Outcome } from '@fieldfare/engine-scheduling';
import { type IsoWeek, localAt, newId, unwrap } from '@fieldfare/kernel';
import type { Context } from '../procedure.ts';
import type { AutoAssignEvent, Proposal, ProposedPlacement } from './board.ts';
import { isPlain, type WeekVisit } from './compile.ts';
import { createDayClock } from './day-clock.ts';
import { drive, openRun } from './runs.ts';
import { readyForWeek } from './shards.ts';
import { unplacedReason } from './violations.ts';
import { sharedWorkbench, type Workbench } from './workbench.ts';

export interface AutoAssignInput {
  readonly regionId: string;
  readonly week: IsoWeek;
  readonly seed?: number | undefined;
  /** Searches three times as long as usual. */
  readonly longer?: boolean | undefined;
  /** Names the run for `finishRun`. */
  readonly runId?: string | undefined;
}

const NOT_TOGETHER = 'No time was found at which both carers of the pair can come';

/** `outcome`: what is placed or moved, what is not, and the plan's components. */
export function proposalOf(
  bench: Workbench,
  outcome: Omit<Outcome, 'stopped'>,
  frame: Pick<Proposal, 'id' | 'regionId' | 'week' | 'seed' | 'elapsedMs'>,
): Proposal {
  const { zone } = bench.rows.region;
  const clock = createDayClock(zone);
  const placements: ProposedPlacement[] = [];
  const unplaced: Proposal['unplaced'][number][] = [];
  const leave = (visit: WeekVisit, reason: string): void => {
    const { id: visitId, date, start, windowFrom, windowTo } = visit;
    const patientName = bench.patientNameOf(visit.patientId);
    const serviceName = bench.serviceNameOf(visit.serviceCode);
    unplaced.push({ visitId, patientName, serviceName, date, start, windowFrom, windowTo, reason });
  };
  for (const { visitId, staffId, start } of outcome.placements) {
    const visit = bench.visits.get(visitId);
    if (!visit) continue;
    if (!isPlain(start, clock)) {
      // The second showing of a repeated hour cannot be written down as a local time.
      leave(visit, 'The only place falls into the hour that the clocks repeat');
      continue;
    }
    const { date, time } = localAt(start, zone);
    placements.push({
      visitId,
      patientName: bench.patientNameOf(visit.patientId),
      serviceName: bench.serviceNameOf(visit.serviceCode),
      staffId,
      staffName: bench.staffNameOf(staffId),
      date,
      start: time,
      minutes: visit.minutes,
      basedOn: visit.stamp,
      from:
        visit.staffId !== null && visit.date !== null && visit.start !== null
          ? { staffName: bench.staffNameOf(visit.staffId), date: visit.date, start: visit.start }
          : null,
    });
  }
  for (const { visitId, funnel } of outcome.unplaced) {
    const visit = bench.visits.get(visitId);
    if (!visit) continue;
    // Somebody could take it, but it waits: the other carer of the pair finds no place at that time.
    leave(visit, funnel && funnel.left > 0 ? NOT_TOGETHER : unplacedReason(funnel));
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
  const elapsed = (): number => Math.max(0, ctx.clock.now() - startedAt);
  const { orders, close } = openRun(ctx, input.runId);
  try {
    const shared = await sharedWorkbench(ctx, input);
    const bench = { ...shared, plan: createPlan(shared.compiled) };
    const run = drive(ctx, assignWeek(bench.plan, { seed, longer: input.longer ?? false }), orders, signal);
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
    close();
  }
}
