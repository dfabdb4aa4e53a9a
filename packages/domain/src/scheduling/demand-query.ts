/** Demand as the rows have it now: what a change would do, before anybody accepts it. */
import {
  addWeeks,
  type IsoWeek,
  type LocalDate,
  patientsShard,
  scheduleShard,
  unwrap,
  weekOfDate,
} from '@fieldfare/kernel';
import { receivesCare } from '../patients/index.ts';
import type { Context } from '../procedure.ts';
import { columnsOf } from '../queries.ts';
import { type DemandChange, demandChange, reaches, type StandingVisit, standsFrom } from './demand.ts';
import { readSpacing } from './spacing-query.ts';
import { type Requirement, requirements, visits } from './tables.ts';

/** As far ahead as a working copy holds weeks. */
const WEEKS_AHEAD = 4;

export interface DemandQuestion {
  readonly regionId: string;
  readonly patientId: string;
  readonly from: LocalDate;
  readonly wanted: readonly Requirement[];
  readonly beside: readonly string[];
  /** See `DemandInput`. */
  readonly inFull?: boolean;
}

/** Requirements of a patient that ask for something on `from` or later. */
export async function currentDemand(
  ctx: Context,
  { regionId, patientId, from }: Pick<DemandQuestion, 'regionId' | 'patientId' | 'from'>,
): Promise<readonly Requirement[]> {
  unwrap(await ctx.ready([patientsShard(regionId)]));
  const rows = await ctx.store.db
    .selectFrom('requirements')
    .select(columnsOf(requirements))
    .where('patientId', '=', patientId)
    .where('deletedAt', 'is', null)
    .orderBy('id')
    .execute();
  return rows.filter((row) => reaches(row, from));
}

export async function changeOfDemand(ctx: Context, question: DemandQuestion): Promise<DemandChange> {
  const { regionId, patientId, from, wanted } = question;
  const first = weekOfDate(from);
  const weeks = Array.from({ length: WEEKS_AHEAD + 1 }, (_, step): IsoWeek => addWeeks(first, step));
  unwrap(await ctx.ready([patientsShard(regionId), ...weeks.map((week) => scheduleShard(regionId, week))]));
  const { db } = ctx.store;
  const [patient, current, rows, planned, spacing] = await Promise.all([
    db.selectFrom('patients').select('status').where('id', '=', patientId).executeTakeFirst(),
    currentDemand(ctx, question),
    db
      .selectFrom('visits')
      .select([...columnsOf(visits), 'deletedAt'])
      .where('patientId', '=', patientId)
      .where('week', 'in', weeks)
      .orderBy('id')
      .execute(),
    db
      .selectFrom('visits')
      .select('week')
      .distinct()
      .where('regionId', '=', regionId)
      .where('week', 'in', weeks)
      .execute(),
    readSpacing(db),
  ]);
  const carers = await db
    .selectFrom('assignments')
    .select(['visitId', 'staffId'])
    .where('visitId', 'in', rows.length > 0 ? rows.map(({ id }) => id) : [''])
    .where('deletedAt', 'is', null)
    .execute();
  const staffOf = new Map(carers.map(({ visitId, staffId }) => [visitId, staffId]));
  const open = new Set([first, ...planned.map(({ week }) => week)]);
  return demandChange({
    from,
    current,
    wanted,
    beside: new Set(question.beside),
    standing: rows
      .filter((row) => row.deletedAt === null && row.cancelledAt === null && standsFrom(row, from))
      .map(({ deletedAt: _gone, ...row }): StandingVisit => ({ ...row, staffId: staffOf.get(row.id) ?? null })),
    known: new Set(rows.map(({ id }) => id)),
    weeks: weeks.filter((week) => open.has(week)),
    spacing,
    inFull: question.inFull,
    active: patient !== undefined && receivesCare(patient),
  });
}
