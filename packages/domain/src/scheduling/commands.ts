/** What a person does to visits: look at the current rows, ask the rules, write one commit. */
import {
  createRow,
  epochMinuteOf,
  type IsoWeek,
  invariant,
  type LocalDate,
  type LocalTime,
  plural,
  type Result,
  type RowChange,
  scheduleShard,
  unwrap,
} from '@fieldfare/kernel';
import type { Context } from '../procedure.ts';
import { columnsOf } from '../queries.ts';
import type { AlongPlace, BoardViolation } from './board.ts';
import { placementChoice } from './choices.ts';
import { alongPlace, forbidden, judgeMove, sentencesOf } from './moves.ts';
import { otherHalfId } from './pairs.ts';
import { planWeek } from './plan-week.ts';
import { cancel, pin, placeVisit, standing, takeOff } from './rules.ts';
import { readyForWeek } from './shards.ts';
import { readSpacing } from './spacing-query.ts';
import { bookableStaff, type CurrentVisit, currentVisit, fresh } from './states.ts';
import { requirements, visits } from './tables.ts';
import { failIfAny } from './violations.ts';
import { openWorkbench, type WorkbenchOptions } from './workbench.ts';

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

export async function write(
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
  unwrap(await ctx.write(changes, { label: `Plan week (${plural(planned.length, 'visit')})` }));
  return { created: planned.length };
}

export interface AssignInput extends VisitTarget {
  readonly staffId: string;
  readonly date: LocalDate;
  readonly start: LocalTime;
  /** `BoardVisit.stamp` the caller saw; a later one refuses (`SCH-STALE`). */
  readonly basedOn?: string | undefined;
  /** Half a pair moves without the other half. */
  readonly alone?: boolean | undefined;
}

/** The half of a pair beside `current`, if it stands in the week. */
export function otherHalf(ctx: Context, input: WeekTarget, { visit }: CurrentVisit): CurrentVisit | null {
  const other = currentVisit(ctx, { ...input, visitId: otherHalfId(visit) });
  return other.ok && standing(other.value.visit).ok ? other.value : null;
}

/** What a move of `current` to these carers can touch. */
export function reachOfMove(
  current: CurrentVisit,
  other: CurrentVisit | null,
  staffIds: readonly string[],
): Required<WorkbenchOptions> {
  const withOther = other?.assignment?.staffId;
  return {
    focus: { staffIds: withOther ? [...staffIds, withOther] : staffIds, patientId: current.visit.patientId },
    anyDay: new Set([current.visit.id, ...(other ? [other.visit.id] : [])]),
  };
}

/** `PAIR-ALONG`: the other half at its new place, with the carer it has. */
export function placeAlong(other: CurrentVisit | null, place: AlongPlace | null): Result<readonly RowChange[]> {
  const staffId = other?.assignment?.staffId;
  if (place === null || !other || !staffId) return { ok: true, value: [] };
  return placeVisit(other, { ...place, staffId, source: other.assignment?.source ?? 'person' });
}

export interface Assigned extends Done {
  readonly warnings: readonly BoardViolation[];
  /** Null: no other visit went along. */
  readonly along: AlongPlace | null;
}

/**
 * Places a visit with a carer, or moves it, and with it the other half of its pair (`PAIR-ALONG`). What a rule blocks is
 * refused, what it warns about is returned.
 */
export async function assignVisit(ctx: Context, input: AssignInput): Promise<Assigned> {
  unwrap(await readyForWeek(ctx, input));
  const { visitId, staffId, date, start } = input;
  const current = unwrap(currentVisit(ctx, input));
  if (input.basedOn !== undefined) unwrap(fresh(current, input.basedOn));
  const changes = unwrap(placeVisit(current, { staffId, date, start, source: 'person' }));
  unwrap(bookableStaff(ctx, input.regionId, staffId));

  const other = otherHalf(ctx, input, current);
  const bench = await openWorkbench(ctx, input, reachOfMove(current, other, [staffId]));
  const visit = bench.compiled.visitIndex.get(visitId);
  const carer = bench.compiled.staffIndex.get(staffId);
  invariant(visit !== undefined && carer !== undefined, 'the documents and the projection hold the same rows');
  const at = epochMinuteOf(date, start, bench.rows.region.zone);
  const move = judgeMove(bench.plan, visit, carer, at, input.alone ?? false);
  unwrap(failIfAny(forbidden(bench, move), undefined));
  const along = alongPlace(bench, move.along);
  const beside = unwrap(placeAlong(other, along));

  const choice = await placementChoice(ctx, input, current, along && (other?.visit.id ?? null));
  const moves = current.assignment?.staffId && !current.assignment.deletedAt;
  const label = along ? 'Move both visits of a pair' : moves ? 'Move visit' : 'Assign visit';
  const all = changes.length > 0 ? [...changes, ...beside, ...choice] : [];
  const done = await write(ctx, current, { ok: true, value: all }, label);
  return { ...done, warnings: sentencesOf(bench, move), along };
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

/** `PAIR-WHOLE`: the other carer's visit with it. */
export function cancelVisit(ctx: Context, input: VisitTarget): Promise<Done> {
  const at = new Date(ctx.clock.now()).toISOString();
  return change(ctx, input, 'Cancel visit', (current) => {
    const own = cancel(current, at);
    const other = otherHalf(ctx, input, current);
    const beside = other && cancel(other, at);
    return own.ok && beside?.ok ? { ok: true, value: [...own.value, ...beside.value] } : own;
  });
}

export const pinVisit = (ctx: Context, input: VisitTarget & { readonly pinned: boolean }): Promise<Done> =>
  change(ctx, input, input.pinned ? 'Pin visit' : 'Unpin visit', (current) => pin(current, input.pinned));
