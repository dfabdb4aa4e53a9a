/**
 * The log of what people made of the engine's suggestions: rows beside the visits they are about, written in the same
 * commit, so that an undone choice is no evidence. No names, no text: ids, whole numbers, rule ids.
 *
 *  CHO-PLACE   a visit placed or moved by a person: the place taken, and the best of those left; for a visit that the engine
 *              had placed, the place it had
 *  CHO-PLAN    a plan accepted, accepted in part (the places turned down stand in rows of their own), or dropped; plans that
 *              stood beside the one that was taken count as dropped, and a week mended after something happened as a plan
 */
import {
  type Components,
  candidates,
  type Insertion,
  insertionAt,
  type Plan,
  violationsAt,
} from '@fieldfare/engine-scheduling';
import { createRow, deterministicId, epochMinuteOf, type IsoWeek, localAt, type RowChange } from '@fieldfare/kernel';
import type { Context } from '../procedure.ts';
import type { CurrentVisit } from './states.ts';
import {
  type DECISIONS,
  type PlacementChoice,
  type PlanReview,
  placementChoices,
  planReviews,
  type SUGGESTION_ORIGINS,
} from './tables.ts';
import { onAnyDay, sharedWorkbench, type Workbench } from './workbench.ts';

type Origin = (typeof SUGGESTION_ORIGINS)[number];

interface Place {
  readonly visitId: string;
  readonly staffId: string;
  readonly date: string;
  readonly start: string;
}

interface WeekOf {
  readonly regionId: string;
  readonly week: IsoWeek;
}

const signed = (ctx: Context) => ({
  decidedAt: new Date(ctx.clock.now()).toISOString(),
  decidedBy: ctx.principal.userId,
});

function planWithout({ plan, compiled }: Workbench, visitId: string): Plan {
  const rest = plan.clone();
  const visit = compiled.visitIndex.get(visitId);
  if (visit !== undefined) rest.remove(visit);
  return rest;
}

/** `CHO-PLACE`, of the week before the change; nothing when only the time changes, or when the week cannot say. */
export async function placementChoice(
  ctx: Context,
  input: WeekOf & Place,
  current: CurrentVisit,
  /** The visit of the other carer, when that one goes along: it says nothing against the place. */
  alongId: string | null,
): Promise<readonly RowChange[]> {
  const bench = await sharedWorkbench(ctx, input);
  const week = alongId === null ? bench.plan : planWithout(bench, alongId);
  const visit = bench.compiled.visitIndex.get(input.visitId);
  const staff = bench.compiled.staffIndex.get(input.staffId);
  const row = bench.visits.get(input.visitId);
  if (visit === undefined || staff === undefined || row === undefined) return [];
  const stands = row.staffId !== null && row.date !== null && row.start !== null;
  if (stands && row.staffId === input.staffId && row.date === input.date) return [];

  const { zone } = bench.rows.region;
  const start = epochMinuteOf(input.date, input.start, zone);
  // Whoever takes it to another day judges it on that day.
  const plan = row.date === null || row.date === input.date ? week : onAnyDay(bench, week, visit);
  const offered = candidates(plan, visit).filter((one) => {
    const person = bench.people.get(bench.compiled.problem.staff[one.staff]?.id ?? '');
    return person?.active === true && person.deletedAt === null;
  });
  const taken = ({ staff: by, start: at }: Insertion): boolean => by === staff && localAt(at, zone).date === input.date;
  const rank = offered.findIndex(taken);
  const engines = stands && current.assignment?.source === 'engine' ? bench.plan.placementOf(visit) : null;
  const other = engines ? insertionAt(plan, visit, engines.staff, engines.start) : offered.find((one) => !taken(one));
  const choice: PlacementChoice = {
    id: deterministicId('placement-choice', input.visitId, current.stamp, ctx.principal.userId),
    regionId: input.regionId,
    week: input.week,
    visitId: input.visitId,
    origin: engines ? 'proposal' : 'candidates',
    decision: engines || rank !== 0 ? 'changed' : 'accepted',
    chosen: insertionAt(plan, visit, staff, start).components,
    other: other ? other.components : null,
    rank: rank < 0 ? null : rank,
    broken: [...new Set(violationsAt(plan, visit, staff, start).map(({ rule }) => rule))],
    ...signed(ctx),
  };
  return [createRow(placementChoices, choice)];
}

/** What a person was shown of a plan before they decided. */
export interface PlanShown {
  readonly offered: number;
  readonly before: Components | null;
  readonly after: Components | null;
}

/** `CHO-PLAN`: `accepted` places of what was shown. */
export function planReview(
  ctx: Context,
  { regionId, week }: WeekOf,
  plan: PlanShown &
    Pick<PlanReview, 'change'> & { readonly planId: string; readonly origin: Origin; readonly accepted: number },
): RowChange {
  const decision: (typeof DECISIONS)[number] =
    plan.accepted === 0 ? 'rejected' : plan.accepted < plan.offered ? 'changed' : 'accepted';
  const id = deterministicId('plan-review', plan.planId, ctx.principal.userId);
  return createRow(planReviews, { id, regionId, week, decision, ...plan, ...signed(ctx) });
}

/** `CHO-PLAN`: places of an accepted plan that were left out of it, in the week before it. */
export function turnedDown(
  ctx: Context,
  bench: Workbench,
  input: WeekOf,
  origin: Origin,
  planId: string,
  places: readonly Place[],
): readonly RowChange[] {
  return places.flatMap((place) => {
    const visit = bench.compiled.visitIndex.get(place.visitId);
    const staff = bench.compiled.staffIndex.get(place.staffId);
    if (visit === undefined || staff === undefined) return [];
    const start = epochMinuteOf(place.date, place.start, bench.rows.region.zone);
    const choice: PlacementChoice = {
      id: deterministicId('placement-choice', place.visitId, planId, ctx.principal.userId),
      regionId: input.regionId,
      week: input.week,
      visitId: place.visitId,
      origin,
      decision: 'rejected',
      chosen: null,
      other: insertionAt(bench.plan, visit, staff, start).components,
      rank: null,
      broken: [],
      ...signed(ctx),
    };
    return [createRow(placementChoices, choice)];
  });
}
