/**
 * Accepting what an engine proposed: all of it or none, in one commit, in the week as it stands now.
 *
 *  SCH-STALE     a visit that changed since the engine looked refuses the whole acceptance, naming what changed
 *  SCH-ALL       an accepted proposal is one commit
 */
import { violationsAt } from '@fieldfare/engine-scheduling';
import {
  epochMinuteOf,
  type IsoWeek,
  type Problem,
  plural,
  problem,
  type Result,
  type RowChange,
  unwrap,
} from '@fieldfare/kernel';
import type { Context } from '../procedure.ts';
import type { AcceptedPlacement } from './board.ts';
import { type PlanShown, planReview, turnedDown } from './choices.ts';
import { placeVisit } from './rules.ts';
import { readyForWeek } from './shards.ts';
import { bookableStaff, currentVisit, fresh } from './states.ts';
import type { PlanReview } from './tables.ts';
import { blocked, failIfAny } from './violations.ts';
import { openWorkbench, type Workbench } from './workbench.ts';

/** What was accepted: a plan for the tray, a way to place one visit that nobody could take, or one plan of several. */
export const ORIGINS = ['proposal', 'relaxation', 'scenario'] as const;

export interface AcceptInput {
  readonly regionId: string;
  readonly week: IsoWeek;
  readonly proposalId: string;
  readonly origin?: (typeof ORIGINS)[number] | undefined;
  readonly placements: readonly AcceptedPlacement[];
  /** What was shown, and what of it was left out: for the log of choices. */
  readonly shown?:
    | (PlanShown & {
        readonly leftOut: readonly Omit<AcceptedPlacement, 'basedOn' | 'set'>[];
        /** Plans that stood beside it. */
        readonly others?: readonly (PlanShown & { readonly proposalId: string })[] | undefined;
      })
    | undefined;
}

/** Drops a plan that was shown. Nothing changes but the log of choices, so there is nothing to undo. */
export async function dropProposal(
  ctx: Context,
  input: Pick<AcceptInput, 'regionId' | 'week' | 'proposalId'> & {
    readonly origin: (typeof ORIGINS)[number];
    readonly shown: PlanShown;
    readonly change?: PlanReview['change'] | undefined;
  },
): Promise<void> {
  unwrap(await readyForWeek(ctx, input));
  const { origin, proposalId: planId, shown, change = null } = input;
  unwrap(await ctx.write([planReview(ctx, input, { ...shown, planId, origin, accepted: 0, change })]));
}

/** Blocking violations of the proposal in the week as it stands now: others may have taken its places meanwhile. */
export function clashesWith(bench: Workbench, input: Pick<AcceptInput, 'placements'>): Problem[] {
  const { plan, compiled, rows } = bench;
  const placed = input.placements.flatMap((placement, index) => {
    const visit = compiled.visitIndex.get(placement.visitId);
    const staff = compiled.staffIndex.get(placement.staffId);
    if (visit === undefined || staff === undefined) return [];
    const start = epochMinuteOf(placement.date, placement.start, rows.region.zone);
    plan.place(visit, staff, start);
    return [{ index, visit, staff, start, staffId: placement.staffId }];
  });
  return placed.flatMap(({ index, visit, staff, start, staffId }) =>
    blocked(violationsAt(plan, visit, staff, start), bench.wordsFor(staffId)).map((found) => ({
      ...found,
      path: ['placements', index],
    })),
  );
}

export async function acceptProposal(ctx: Context, input: AcceptInput): Promise<{ readonly accepted: number }> {
  unwrap(await readyForWeek(ctx, input));
  const problems: Problem[] = [];
  const changes: RowChange[] = [];
  const collect = (result: Result<unknown>, path: readonly (string | number)[]): boolean => {
    if (result.ok) return true;
    problems.push(...result.problems.map((found) => ({ ...found, path })));
    return false;
  };
  const seen = new Set<string>();
  for (const [index, placement] of input.placements.entries()) {
    const path = ['placements', index];
    if (seen.has(placement.visitId)) {
      problems.push(problem('invalid', 'a visit is placed twice', { rule: 'SCH-ALL', path }));
      continue;
    }
    seen.add(placement.visitId);
    const current = currentVisit(ctx, { ...input, visitId: placement.visitId });
    if (!collect(current, path) || !current.ok) continue;
    if (!collect(fresh(current.value, placement.basedOn), path)) continue;
    if (!collect(bookableStaff(ctx, input.regionId, placement.staffId), path)) continue;
    const placed = placeVisit(current.value, { ...placement, source: 'engine' });
    if (collect(placed, path) && placed.ok) changes.push(...placed.value);
  }
  unwrap(failIfAny(problems, undefined));
  const anyDay = new Set(input.placements.map(({ visitId }) => visitId));
  const bench = await openWorkbench(ctx, input, { anyDay });
  const { origin = 'proposal', proposalId: planId, shown } = input;
  const left = turnedDown(ctx, bench, input, origin, planId, shown?.leftOut ?? []);
  unwrap(failIfAny(clashesWith(bench, input), undefined));
  const count = input.placements.length;
  const { offered = count, before = null, after = null } = shown ?? {};
  const review = planReview(ctx, input, { offered, before, after, planId, origin, accepted: count });
  const passed = (shown?.others ?? []).map(({ proposalId: other, ...seen }) =>
    planReview(ctx, input, { ...seen, planId: other, origin, accepted: 0 }),
  );
  const label = input.origin === 'relaxation' ? 'Make room for a visit' : `Accept proposal (${plural(count, 'visit')})`;
  if (changes.length > 0) unwrap(await ctx.write([...changes, ...left, review, ...passed], { label }));
  return { accepted: count };
}
