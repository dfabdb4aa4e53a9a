/** The rows the engine's problem is made from. */
import { addDays, addWeeks, dateAt, daysOfWeek, fail, type IsoWeek, problem, unwrap } from '@fieldfare/kernel';
import { sql } from 'kysely';
import { compareText } from '../collections.ts';
import { regions } from '../orgs/index.ts';
import type { Context } from '../procedure.ts';
import { columnRefs, columnsOf, idList, readPacked } from '../queries.ts';
import { boardStamp } from './build-board.ts';
import type { WeekPerson, WeekRows, WeekVisit } from './compile.ts';
import { type SpacingDays, spacingDaysOf } from './plan-week.ts';
import { readRules } from './rule-settings.ts';
import { readWeights } from './weights.ts';

/** Narrows the week to what a move can touch: visits of these carers, of others of the same partners, and of this patient. */
export interface Focus {
  readonly staffIds: readonly string[];
  readonly patientId: string;
}

const VISIT_FIELDS = [
  'id',
  'week',
  'patientId',
  'requirementId',
  'serviceCode',
  'date',
  'start',
  'minutes',
  'windowFrom',
  'windowTo',
  'providerPreference',
  'priority',
  'pairOf',
  'pairing',
] as const;

const PERSON_FIELDS = [
  'id',
  'givenName',
  'familyName',
  'role',
  'partnerId',
  'capacityMinutes',
  'overtimeMinutes',
  'availability',
  'homeLat',
  'homeLng',
  'active',
  'languages',
  'skills',
  'startsFrom',
  'breaks',
  'deletedAt',
] as const;

interface PackedRest {
  readonly pinned: boolean | null;
  readonly visitStamp: string;
  readonly assignmentStamp: string | null;
}

async function readVisits(
  ctx: Context,
  { regionId, week }: { readonly regionId: string; readonly week: IsoWeek },
  focus: Focus | undefined,
  apart: SpacingDays,
): Promise<WeekVisit[]> {
  const days = daysOfWeek(week);
  const before = addDays(days[0] as string, -1);
  const after = addDays(days[6] as string, 1);
  // Days on which a visit of a spaced service can stand too near to one of the week.
  const spaced = [...apart].filter(([, count]) => count > 2);
  const reach = Math.max(0, ...spaced.map(([, count]) => count - 1));
  const near = sql`(v.service_code in ${idList(spaced.map(([code]) => code))}
    and v.date between ${addDays(days[0] as string, -reach)} and ${addDays(days[6] as string, reach)})`;
  const rows = await readPacked<Omit<WeekVisit, 'stamp' | 'pinned'> & PackedRest>(
    ctx.store.db,
    {
      ...columnRefs(VISIT_FIELDS, 'v'),
      staffId: sql.ref('a.staffId'),
      pinned: sql.ref('a.pinned'),
      visitStamp: sql.ref('v._stamp'),
      assignmentStamp: sql.ref('a._stamp'),
    },
    sql`from visits v left join assignments a on a.visit_id = v.id and a.slot = 0 and a.deleted_at is null
      where v.region_id = ${regionId} and v.deleted_at is null and v.cancelled_at is null
        and (v.week = ${week} or (v.week in (${addWeeks(week, -1)}, ${addWeeks(week, 1)})
          and (v.date in (${before}, ${after}) or ${near}) and v.start is not null and a.staff_id is not null))
        and ${
          focus === undefined
            ? sql`true`
            : sql`(v.patient_id = ${focus.patientId} or a.staff_id in ${idList(focus.staffIds)} or a.staff_id in (
          select colleague.id from staff one join staff colleague on colleague.partner_id = one.partner_id
          where one.id in ${idList(focus.staffIds)}))`
        }`,
  );
  return rows
    .map(({ visitStamp, assignmentStamp, pinned, ...visit }) => ({
      ...visit,
      pinned: pinned ?? false,
      stamp: boardStamp(visitStamp, assignmentStamp ?? undefined),
    }))
    .sort((a, b) => compareText(a.id, b.id));
}

/** Fails with `SCH-REGION` when the region is not known here. Call `readyForWeek` first. */
export async function readWeekRows(
  ctx: Context,
  input: { readonly regionId: string; readonly week: IsoWeek },
  focus?: Focus,
): Promise<WeekRows> {
  const { db } = ctx.store;
  const { regionId, week } = input;
  const days = daysOfWeek(week);
  const services = await db
    .selectFrom('serviceTypes')
    .select(['code', 'name', 'roles', 'spacingMinutes', 'spacingDays'])
    .where('deletedAt', 'is', null)
    .execute();
  const visits = await readVisits(ctx, input, focus, spacingDaysOf(services));
  const staffIds = new Set(visits.flatMap(({ staffId }) => staffId ?? []));
  for (const staffId of focus?.staffIds ?? []) staffIds.add(staffId);
  const requirementIds = new Set(visits.flatMap(({ requirementId }) => requirementId ?? []));
  const [region, people, absences, patients, requirements, rules, blocked, told, partners, weights] = await Promise.all(
    [
      db.selectFrom('regions').select(columnsOf(regions)).where('id', '=', regionId).executeTakeFirst(),
      readPacked<WeekPerson>(
        db,
        columnRefs(PERSON_FIELDS),
        sql`from staff where id in ${idList(staffIds)} ${focus ? sql`` : sql`or region_id = ${regionId}`}`,
      ),
      db
        .selectFrom('absences')
        .select(['staffId', 'fromDate', 'toDate', 'reason'])
        .where('deletedAt', 'is', null)
        .where('fromDate', '<=', addDays(days[6] as string, 1))
        .where('toDate', '>=', addDays(days[0] as string, -1))
        .$if(focus !== undefined, (query) => query.where('staffId', 'in', focus?.staffIds ?? []))
        .execute(),
      readPacked<WeekRows['patients'][number]>(
        db,
        columnRefs(['id', 'givenName', 'familyName', 'lat', 'lng', 'risk']),
        sql`from patients where id in ${idList(new Set(visits.map(({ patientId }) => patientId)))}`,
      ),
      readPacked<WeekRows['requirements'][number]>(
        db,
        columnRefs(['id', 'preferredStaffId', 'skills', 'continuity', 'startsOn']),
        sql`from requirements where id in ${idList(requirementIds)} and deleted_at is null`,
      ),
      readRules(ctx),
      db
        .selectFrom('blockedPairs')
        .select(['patientId', 'staffId'])
        .where('regionId', '=', regionId)
        .where('deletedAt', 'is', null)
        .orderBy('id')
        .execute(),
      db
        .selectFrom('publishedRounds')
        .select(['staffId', 'visits'])
        .where('regionId', '=', regionId)
        .where('week', '=', week)
        .where('deletedAt', 'is', null)
        .orderBy('id')
        .execute(),
      db
        .selectFrom('partners')
        .select(['id', 'name', 'centsAnHour', 'active', 'regionIds', 'serviceCodes', 'capacityMinutes', 'noticeDays'])
        .where('deletedAt', 'is', null)
        .orderBy('id')
        .execute(),
      readWeights(ctx),
    ],
  );
  if (!region) {
    return unwrap(fail(problem('not-found', 'no such region', { rule: 'SCH-REGION', path: ['regionId'] })));
  }
  people.sort((a, b) => compareText(a.id, b.id));
  return {
    ...{ week, region, services, people, absences, visits, patients, requirements },
    ...{ rules, blocked, told, partners, weights, today: dateAt(ctx.clock.now(), region.zone) },
  };
}
