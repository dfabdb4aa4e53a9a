/** What a person does to visits: look at the current rows, ask the rules, write one commit. */
import { violationsAt } from '@fieldfare/engine-scheduling';
import {
  createRow,
  epochMinuteOf,
  type IsoWeek,
  invariant,
  type LocalDate,
  type LocalTime,
  type Result,
  type RowChange,
  scheduleShard,
  unwrap,
} from '@fieldfare/kernel';
import type { Context } from '../procedure.ts';
import { columnsOf } from '../queries.ts';
import type { BoardViolation } from './board.ts';
import { placementChoice } from './choices.ts';
import { otherHalfId } from './pairs.ts';
import { planWeek } from './plan-week.ts';
import { cancel, editVisit, pin, placeVisit, takeOff, type VisitEdit } from './rules.ts';
import { readyForWeek } from './shards.ts';
import { readSpacing } from './spacing-query.ts';
import { bookableStaff, type CurrentVisit, currentVisit, fresh } from './states.ts';
import { requirements, visits } from './tables.ts';
import { blocked, failIfAny, toBoardViolation } from './violations.ts';
import { openWorkbench } from './workbench.ts';

export interface WeekTarget {
  readonly regionId: string;
  readonly week: IsoWeek;
}

export interface VisitTarget extends WeekTarget {
  readonly visitId: string;
}

export interface Done {
  /** The visit's `BoardVisit.stamp` from now on. */
  readonly stamp: string;
}

async function write(
  ctx: Context,
  current: CurrentVisit,
  changes: Result<readonly RowChange[]>,
  label: string,
): Promise<Done> {
  const list = unwrap(changes);
  if (list.length === 0) return { stamp: current.stamp };
  const { stamp } = unwrap(await ctx.write(list, { label }));
  return { stamp };
}

/** `SCH-PLAN`: the week's visits from requirements, unscheduled. Creates only what is not there yet. */
export async function planWeekVisits(ctx: Context, input: WeekTarget): Promise<{ readonly created: number }> {
  unwrap(await readyForWeek(ctx, input));
  const { db } = ctx.store;
  const [needs, active, existing, spacing] = await Promise.all([
    db
      .selectFrom('requirements')
      .select(columnsOf(requirements))
      .where('regionId', '=', input.regionId)
      .where('deletedAt', 'is', null)
      .orderBy('id')
      .execute(),
    db
      .selectFrom('patients')
      .select('id')
      .where('regionId', '=', input.regionId)
      .where('status', '=', 'active')
      .where('deletedAt', 'is', null)
      .execute(),
    db
      .selectFrom('visits')
      .select(['id', 'cancelledAt', 'deletedAt'])
      .where('regionId', '=', input.regionId)
      .where('week', '=', input.week)
      .execute(),
    readSpacing(db),
  ]);
  const planned = planWeek({
    week: input.week,
    requirements: needs,
    activePatients: new Set(active.map(({ id }) => id)),
    existing: new Set(existing.map(({ id }) => id)),
    ended: new Set(existing.filter(({ cancelledAt, deletedAt }) => cancelledAt || deletedAt).map(({ id }) => id)),
    spacing,
  });
  if (planned.length === 0) return { created: 0 };
  const changes = planned.map((visit) => createRow(visits, visit));
  unwrap(await ctx.write(changes, { label: `Plan week (${planned.length} visits)` }));
  return { created: planned.length };
}

export interface AssignInput extends VisitTarget {
  readonly staffId: string;
  readonly date: LocalDate;
  readonly start: LocalTime;
  /** `BoardVisit.stamp` the caller saw; a later one refuses (`SCH-STALE`). */
  readonly basedOn?: string | undefined;
}

/** Places a visit with a carer, or moves it. What a rule blocks is refused, what it warns about is returned. */
export async function assignVisit(
  ctx: Context,
  input: AssignInput,
): Promise<Done & { readonly warnings: readonly BoardViolation[] }> {
  unwrap(await readyForWeek(ctx, input));
  const { visitId, staffId, date, start } = input;
  const current = unwrap(currentVisit(ctx, input));
  if (input.basedOn !== undefined) unwrap(fresh(current, input.basedOn));
  const changes = unwrap(placeVisit(current, { staffId, date, start, source: 'person' }));
  unwrap(bookableStaff(ctx, input.regionId, staffId));

  const bench = await openWorkbench(ctx, input, {
    focus: { staffId, patientId: current.visit.patientId },
    anyDay: new Set([visitId]),
  });
  const visit = bench.compiled.visitIndex.get(visitId);
  const carer = bench.compiled.staffIndex.get(staffId);
  invariant(visit !== undefined && carer !== undefined, 'the documents and the projection hold the same rows');
  const at = epochMinuteOf(date, start, bench.rows.region.zone);
  const violations = violationsAt(bench.plan, visit, carer, at);
  const words = bench.wordsFor(staffId);
  unwrap(failIfAny(blocked(violations, words), undefined));

  const choice = await placementChoice(ctx, input, current);
  const label = current.assignment?.staffId && !current.assignment.deletedAt ? 'Move visit' : 'Assign visit';
  const done = await write(ctx, current, { ok: true, value: changes.length > 0 ? [...changes, ...choice] : [] }, label);
  return { ...done, warnings: violations.map((violation) => toBoardViolation(violation, words)) };
}

async function change(
  ctx: Context,
  input: VisitTarget,
  label: string,
  decide: (current: CurrentVisit) => Result<readonly RowChange[]>,
): Promise<Done> {
  unwrap(await ctx.loaded([scheduleShard(input.regionId, input.week)]));
  const current = unwrap(currentVisit(ctx, input));
  return await write(ctx, current, decide(current), label);
}

export const unassignVisit = (ctx: Context, input: VisitTarget): Promise<Done> =>
  change(ctx, input, 'Unassign visit', takeOff);

export const updateVisit = (ctx: Context, input: VisitTarget & { readonly set: VisitEdit }): Promise<Done> =>
  change(ctx, input, 'Change visit', (current) => editVisit(current, input.set));

/** `PAIR-WHOLE`: the other carer's visit with it. */
export function cancelVisit(ctx: Context, input: VisitTarget): Promise<Done> {
  const at = new Date(ctx.clock.now()).toISOString();
  return change(ctx, input, 'Cancel visit', (current) => {
    const own = cancel(current, at);
    const other = currentVisit(ctx, { ...input, visitId: otherHalfId(current.visit) });
    const beside = other.ok ? cancel(other.value, at) : null;
    return own.ok && beside?.ok ? { ok: true, value: [...own.value, ...beside.value] } : own;
  });
}

export const pinVisit = (ctx: Context, input: VisitTarget & { readonly pinned: boolean }): Promise<Done> =>
  change(ctx, input, input.pinned ? 'Pin visit' : 'Unpin visit', (current) => pin(current, input.pinned));
