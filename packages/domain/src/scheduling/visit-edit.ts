/**
 * An edit of one visit's own fields, and what it means for the visit of its other carer.
 *
 *  PAIR-ALONG  a new start takes the other half of a pair in step along; so does another length of the first of two who come one
 *              after the other, as far as its end moves. Where the other half's carer cannot, it stays, and that is told.
 */
import { type Along, goesAlong } from '@fieldfare/engine-scheduling';
import { epochMinuteOf, type LocalTime, scheduleShard, unwrap } from '@fieldfare/kernel';
import type { Context } from '../procedure.ts';
import type { AlongPlace, BoardViolation } from './board.ts';
import { type Done, otherHalf, placeAlong, reachOfMove, type VisitTarget, write } from './commands.ts';
import type { WeekVisit } from './compile.ts';
import { alongPlace, judgeWith, sentencesOf } from './moves.ts';
import { editVisit, type VisitEdit } from './rules.ts';
import { readyForWeek } from './shards.ts';
import { type CurrentVisit, currentVisit } from './states.ts';
import type { Visit } from './tables.ts';
import { readWeekRows } from './week-query.ts';
import { layOut } from './workbench.ts';

export interface Edited extends Done {
  /** Null: no other visit went along. */
  readonly along: AlongPlace | null;
  /** What half of a pair breaks at its new time or with its new length, its other half included. */
  readonly warnings: readonly BoardViolation[];
}

interface EditInput extends VisitTarget {
  readonly set: VisitEdit;
}

export async function updateVisit(ctx: Context, input: EditInput): Promise<Edited> {
  unwrap(await ctx.loaded([scheduleShard(input.regionId, input.week)]));
  const { set } = input;
  const current = unwrap(currentVisit(ctx, input));
  const own = unwrap(editVisit(current, set));
  const other = otherHalf(ctx, input, current);
  const isTimed = Boolean(set.start) || set.minutes !== undefined;
  const judged = other && isTimed ? await judgeEdit(ctx, input, current, other) : null;
  const along = judged?.along ?? null;
  const beside = unwrap(placeAlong(other, along));
  const label = !along ? 'Change visit' : set.minutes === undefined ? 'Move both visits of a pair' : 'Change a pair';
  const done = await write(ctx, current, { ok: true, value: [...own, ...beside] }, label);
  return { ...done, along, warnings: judged?.warnings ?? [] };
}

/** Minutes by which the other half's step moves on when `visit` is `minutes` long, its start apart. */
function endMoves(visit: Visit, other: Visit, minutes: number): number {
  const isFirst = other.pairOf === visit.id;
  return isFirst && other.pairing?.kind === 'after' ? minutes - visit.minutes : 0;
}

/** Null when the visit has no place. */
async function judgeEdit(
  ctx: Context,
  input: EditInput,
  current: CurrentVisit,
  other: CurrentVisit,
): Promise<Pick<Edited, 'along' | 'warnings'> | null> {
  const { visit, assignment } = current;
  const { date } = visit;
  const { minutes = visit.minutes } = input.set;
  const start: LocalTime | null = input.set.start ?? visit.start;
  const staffId = assignment?.staffId;
  if (!date || !start || !staffId) return null;
  unwrap(await readyForWeek(ctx, input));
  const { focus, anyDay } = reachOfMove(current, other, [staffId]);
  const rows = await readWeekRows(ctx, input, focus);
  const before = await layOut(rows, anyDay);
  const index = before.compiled.visitIndex.get(visit.id);
  if (index === undefined) return null;
  const at = epochMinuteOf(date, start, rows.region.zone);
  const goes = goesAlong(before.plan, index, at + endMoves(visit, other.visit, minutes));

  const edited = (row: WeekVisit): WeekVisit => (row.id === visit.id ? { ...row, start, minutes } : row);
  const after = await layOut({ ...rows, visits: rows.visits.map(edited) }, anyDay);
  const judge = (along: Along | null) => judgeWith(after.plan, index, after.plan.staffOf[index] as number, at, along);
  const both = judge(goes);
  const move = both.others.some(({ severity }) => severity === 'block') ? judge(null) : both;
  return { along: alongPlace(after, move.along), warnings: sentencesOf(after, move) };
}
