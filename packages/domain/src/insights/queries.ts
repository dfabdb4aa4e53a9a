/** The rows the measures are made from. */
import {
  daysOfWeek,
  fail,
  type IsoWeek,
  invariant,
  type LocalDate,
  type LocalTime,
  orgShard,
  patientsShard,
  problem,
  rosterShard,
  type ShardId,
  scheduleShard,
  unwrap,
  weekOfDate,
} from '@fieldfare/kernel';
import { topicOf } from '@fieldfare/store';
import { sql } from 'kysely';
import { byId, groupBy, memo } from '../collections.ts';
import { regions } from '../orgs/index.ts';
import type { Context } from '../procedure.ts';
import { columnRefs, columnsOf, idList, readPacked } from '../queries.ts';
import { createDayClock } from '../scheduling/index.ts';
import { createTravelModel, type LatLng } from '../travel/index.ts';
import { type CarerFact, isCovered, measureWeek, type VisitFact, type WeekOutcomes } from './measures.ts';

export interface OutcomesOfWeek extends WeekOutcomes {
  readonly week: IsoWeek;
  readonly visits: number;
}

interface StoredVisit extends Omit<VisitFact, 'start' | 'cancelled'> {
  readonly id: string;
  readonly week: IsoWeek;
  readonly start: string | null;
  readonly cancelledAt: string | null;
}

async function readFacts(ctx: Context, regionId: string, weeks: readonly IsoWeek[]) {
  const { db } = ctx.store;
  const days = weeks.flatMap(daysOfWeek).sort();
  const [from = '', to = ''] = [days[0], days.at(-1)];
  const [region, visits, staff, absences, beginnings] = await Promise.all([
    db.selectFrom('regions').select(columnsOf(regions)).where('id', '=', regionId).executeTakeFirst(),
    readPacked<StoredVisit>(
      db,
      {
        ...columnRefs(['id', 'week', 'patientId', 'requirementId', 'date', 'start', 'minutes', 'cancelledAt'], 'v'),
        staffId: sql.ref('a.staffId'),
      },
      sql`from visits v left join assignments a on a.visit_id = v.id and a.slot = 0 and a.deleted_at is null
        where v.region_id = ${regionId} and v.deleted_at is null and v.week in ${idList(weeks)}`,
    ),
    db
      .selectFrom('staff')
      .select(['id', 'partnerId', 'capacityMinutes', 'homeLat', 'homeLng'])
      .where('regionId', '=', regionId)
      .where('deletedAt', 'is', null)
      .where('active', '=', true)
      .execute(),
    db
      .selectFrom('absences')
      .select(['staffId', 'fromDate', 'toDate'])
      .where('deletedAt', 'is', null)
      .where('fromDate', '<=', to)
      .where('toDate', '>=', from)
      .execute(),
    db
      .selectFrom('requirements')
      .select(['id', 'startsOn'])
      .where('regionId', '=', regionId)
      .where('deletedAt', 'is', null)
      .where('startsOn', '>=', from)
      .where('startsOn', '<=', to)
      .execute(),
  ]);
  if (!region) {
    return unwrap(fail(problem('not-found', 'no such region', { rule: 'INS-REGION', path: ['regionId'] })));
  }
  const patients = await readPacked<{ readonly id: string } & LatLng>(
    db,
    columnRefs(['id', 'lat', 'lng']),
    sql`from patients where id in ${idList(new Set(visits.map(({ patientId }) => patientId)))}`,
  );
  return { region, visits, staff, absences, beginnings, patients };
}

/** A carer's capacity without the part of the days of the week on which they are away. */
function capacityIn(
  week: IsoWeek,
  carer: { readonly id: string; readonly capacityMinutes: number },
  absences: readonly { readonly staffId: string; readonly fromDate: LocalDate; readonly toDate: LocalDate }[],
): number {
  const own = absences.filter(({ staffId }) => staffId === carer.id);
  const there = daysOfWeek(week).filter((day) => !own.some(({ fromDate, toDate }) => fromDate <= day && day <= toDate));
  return Math.round((carer.capacityMinutes * there.length) / 7);
}

export interface OutcomesInput {
  readonly regionId: string;
  readonly weeks: readonly IsoWeek[];
}

const shardsOf = ({ regionId, weeks }: OutcomesInput): readonly ShardId[] => [
  orgShard,
  rosterShard(regionId),
  patientsShard(regionId),
  ...weeks.map((week) => scheduleShard(regionId, week)),
];

/** Fails with `INS-REGION` when the region is not known here. */
export async function outcomesOfWeeks(ctx: Context, input: OutcomesInput): Promise<readonly OutcomesOfWeek[]> {
  unwrap(await ctx.ready(shardsOf(input)));
  return measure(ctx, input);
}

/** The measures now and after every change of what they are made from. */
export async function* outcomeEvents(
  ctx: Context,
  input: OutcomesInput,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly OutcomesOfWeek[], void, void> {
  unwrap(await ctx.ready(shardsOf(input)));
  const { regionId, weeks } = input;
  const topics = [
    ...['staff', 'absences'].map((table) => topicOf(table, rosterShard(regionId))),
    ...['patients', 'requirements'].map((table) => topicOf(table, patientsShard(regionId))),
    ...weeks.flatMap((week) => ['visits', 'assignments'].map((table) => topicOf(table, scheduleShard(regionId, week)))),
  ];
  yield* ctx.store.live(topics, () => measure(ctx, input), signal ?? new AbortController().signal);
}

/** Where a visit would be. */
export interface SupposedPlace {
  readonly visitId: string;
  readonly staffId: string;
  readonly date: LocalDate;
  readonly start: LocalTime;
}

/** Reads a week once; the answer says how it would be with a plan accepted ([]: as it stands). Call with its shards ready. */
export async function outcomesIf(
  ctx: Context,
  { regionId, week }: { readonly regionId: string; readonly week: IsoWeek },
): Promise<(plan: readonly SupposedPlace[]) => OutcomesOfWeek> {
  const rows = await readFacts(ctx, regionId, [week]);
  return (plan) => {
    const places = new Map(plan.map((place) => [place.visitId, place]));
    const visits = rows.visits.map((visit) => {
      const place = places.get(visit.id);
      return place ? { ...visit, staffId: place.staffId, date: place.date, start: place.start } : visit;
    });
    const [outcomes] = outcomesOf({ ...rows, visits }, [week]);
    invariant(outcomes !== undefined, 'one week, one answer');
    return outcomes;
  };
}

const measure = async (ctx: Context, { regionId, weeks }: OutcomesInput): Promise<readonly OutcomesOfWeek[]> =>
  outcomesOf(await readFacts(ctx, regionId, weeks), weeks);

type Facts = Awaited<ReturnType<typeof readFacts>>;

function outcomesOf(rows: Facts, weeks: readonly IsoWeek[]): readonly OutcomesOfWeek[] {
  const { region, visits, staff, absences, beginnings, patients } = rows;
  const clock = createDayClock(region.zone);
  const model = createTravelModel(region);
  const homes = byId(staff);
  const places = byId(patients);
  const placeOf = (staffId: string, patientId: string | null): LatLng | null => {
    if (patientId !== null) return places.get(patientId) ?? null;
    const home = homes.get(staffId);
    return home ? { lat: home.homeLat, lng: home.homeLng } : null;
  };
  const facts = visits.map(
    ({ id: _id, week, date, start, cancelledAt, ...visit }): VisitFact & { readonly week: IsoWeek } => ({
      ...visit,
      week,
      date,
      start: date !== null && start !== null ? clock.minuteAt(date, start) : null,
      cancelled: cancelledAt !== null,
    }),
  );
  const weekOf = memo(weekOfDate);
  const byWeek = groupBy(facts, ({ week }) => week);
  const firstVisits = new Map<string, LocalDate>();
  for (const { requirementId, date } of facts.filter(isCovered)) {
    if (requirementId === null) continue;
    const known = firstVisits.get(requirementId);
    if (known === undefined || date < known) firstVisits.set(requirementId, date);
  }
  return weeks.map((week) => {
    const ofWeek = byWeek.get(week) ?? [];
    const carers = staff.map(
      (carer): CarerFact => ({
        id: carer.id,
        partner: carer.partnerId !== null,
        capacityMinutes: capacityIn(week, carer, absences),
      }),
    );
    return {
      week,
      visits: ofWeek.length,
      ...measureWeek({
        visits: ofWeek,
        carers,
        beginnings: beginnings
          .filter(({ startsOn }) => weekOf(startsOn) === week)
          .map(({ id, startsOn }) => ({ startsOn, firstVisit: firstVisits.get(id) ?? null })),
        travel(staffId, from, to, departure) {
          const [a, b] = [placeOf(staffId, from), placeOf(staffId, to)];
          return a && b ? model.minutes(a, b, departure) : 0;
        },
      }),
    };
  });
}
