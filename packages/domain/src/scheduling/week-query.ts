/** The rows the engine's problem is made from. */
import { addDays, daysOfWeek, fail, type IsoWeek, problem, unwrap } from '@fieldfare/kernel';
import { regions } from '../orgs/index.ts';
import type { Context } from '../procedure.ts';
import { columnsOf, idList } from '../queries.ts';
import { boardStamp } from './build-board.ts';
import type { WeekRows, WeekVisit } from './compile.ts';

/** Narrows the week to what one placement can touch: this carer's visits and this patient's. */
export interface Focus {
  readonly staffId: string;
  readonly patientId: string;
}

async function readVisits(
  ctx: Context,
  { regionId, week }: { readonly regionId: string; readonly week: IsoWeek },
  focus: Focus | undefined,
): Promise<WeekVisit[]> {
  const days = daysOfWeek(week);
  const before = addDays(days[0] as string, -1);
  const after = addDays(days[6] as string, 1);
  const rows = await ctx.store.db
    .selectFrom('visits as v')
    .leftJoin('assignments as a', (join) =>
      join.onRef('a.visitId', '=', 'v.id').on('a.slot', '=', 0).on('a.deletedAt', 'is', null),
    )
    .select([
      'v.id',
      'v.week',
      'v.patientId',
      'v.requirementId',
      'v.serviceCode',
      'v.date',
      'v.start',
      'v.minutes',
      'v.windowFrom',
      'v.windowTo',
      'v.providerPreference',
      'v.priority',
      'a.staffId',
      'a.pinned',
      'v._stamp as visitStamp',
      'a._stamp as assignmentStamp',
    ])
    .where('v.regionId', '=', regionId)
    .where('v.deletedAt', 'is', null)
    .where('v.cancelledAt', 'is', null)
    .where((eb) =>
      eb.or([
        eb('v.week', '=', week),
        eb.and([eb('v.date', 'in', [before, after]), eb('v.start', 'is not', null), eb('a.staffId', 'is not', null)]),
      ]),
    )
    .$if(focus !== undefined, (query) =>
      query.where((eb) =>
        eb.or([eb('a.staffId', '=', focus?.staffId ?? ''), eb('v.patientId', '=', focus?.patientId ?? '')]),
      ),
    )
    .orderBy('v.id')
    .execute();
  return rows.map(({ visitStamp, assignmentStamp, pinned, ...visit }) => ({
    ...visit,
    pinned: pinned ?? false,
    stamp: boardStamp(visitStamp, assignmentStamp ?? undefined),
  }));
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
  const visits = await readVisits(ctx, input, focus);
  const staffIds = new Set(visits.flatMap(({ staffId }) => staffId ?? []));
  if (focus) staffIds.add(focus.staffId);
  const requirementIds = new Set(visits.flatMap(({ requirementId }) => requirementId ?? []));
  const [region, services, people, absences, patients, requirements] = await Promise.all([
    db.selectFrom('regions').select(columnsOf(regions)).where('id', '=', regionId).executeTakeFirst(),
    db.selectFrom('serviceTypes').select(['code', 'name', 'roles']).where('deletedAt', 'is', null).execute(),
    db
      .selectFrom('staff')
      .select([
        'id',
        'givenName',
        'familyName',
        'role',
        'partnerId',
        'capacityMinutes',
        'availability',
        'homeLat',
        'homeLng',
        'active',
        'deletedAt',
      ])
      .where((eb) =>
        focus
          ? eb('id', 'in', idList(staffIds))
          : eb.or([eb('id', 'in', idList(staffIds)), eb('regionId', '=', regionId)]),
      )
      .orderBy('id')
      .execute(),
    db
      .selectFrom('absences')
      .select(['staffId', 'fromDate', 'toDate', 'reason'])
      .where('deletedAt', 'is', null)
      .where('fromDate', '<=', addDays(days[6] as string, 1))
      .where('toDate', '>=', addDays(days[0] as string, -1))
      .$if(focus !== undefined, (query) => query.where('staffId', '=', focus?.staffId ?? ''))
      .execute(),
    db
      .selectFrom('patients')
      .select(['id', 'givenName', 'familyName', 'lat', 'lng'])
      .where('id', 'in', idList(new Set(visits.map(({ patientId }) => patientId))))
      .execute(),
    db
      .selectFrom('requirements')
      .select(['id', 'preferredStaffId'])
      .where('id', 'in', idList(requirementIds))
      .where('deletedAt', 'is', null)
      .execute(),
  ]);
  if (!region) {
    return unwrap(fail(problem('not-found', 'no such region', { rule: 'SCH-REGION', path: ['regionId'] })));
  }
  return { week, region, services, people, absences, visits, patients, requirements };
}
