/**
 * Publishing a week: what each carer was last told, and what has changed since. The board is where people plan; carers
 * work by what was published. What differs is told by rounds.ts.
 *
 *  SCH-PUB-SEEN   publishing does what was shown, or refuses because the board has moved on
 *  SCH-PUB-FACT   what was published is not undone: carers know of it. Changing the board makes news again
 */
import {
  createRow,
  deterministicId,
  fail,
  type IsoWeek,
  type LocalDate,
  type LocalTime,
  problem,
  type RowChange,
  stableHash,
  unwrap,
  updateRow,
} from '@fieldfare/kernel';
import { sql } from 'kysely';
import { byId, compareText } from '../collections.ts';
import { userNames } from '../identity/index.ts';
import { patientName } from '../patients/index.ts';
import type { Context } from '../procedure.ts';
import { columnRefs, idList, readPacked } from '../queries.ts';
import { staffName } from '../workforce/index.ts';
import { type PlannedVisit, roundDifference, roundsOf } from './rounds.ts';
import { readyForWeek } from './shards.ts';
import { type PublishedRound, publishedRounds } from './tables.ts';

export interface RoundChange {
  readonly kind: 'new' | 'gone' | 'changed';
  readonly visitId: string;
  readonly patientName: string;
  readonly serviceName: string;
  /** Null: they were not told of it. */
  readonly before: { readonly date: LocalDate; readonly start: LocalTime; readonly minutes: number } | null;
  /** Null: they no longer have it. */
  readonly now: { readonly date: LocalDate; readonly start: LocalTime; readonly minutes: number } | null;
}

export interface RoundNews {
  readonly staffId: string;
  readonly staffName: string;
  /** By day and time. */
  readonly changes: readonly RoundChange[];
}

export interface Publication {
  /** Names exactly this state of news: `publish` takes it. */
  readonly key: string;
  /** Of the latest publishing, null: never. */
  readonly publishedAt: string | null;
  readonly publishedBy: string | null;
  /** Carers to whom something is news, by name. */
  readonly news: readonly RoundNews[];
  /** Visits that no carer would be told of: without a carer, day or time. */
  readonly unscheduled: number;
}

interface WeekInput {
  readonly regionId: string;
  readonly week: IsoWeek;
}

const roundIdOf = ({ regionId, week }: WeekInput, staffId: string): string =>
  deterministicId('round', regionId, week, staffId);

async function readState(ctx: Context, { regionId, week }: WeekInput) {
  const { db } = ctx.store;
  const [visits, published] = await Promise.all([
    readPacked<PlannedVisit>(
      db,
      {
        ...columnRefs(['id', 'date', 'start', 'minutes'], 'v'),
        staffId: sql.ref('a.staffId'),
      },
      sql`from visits v left join assignments a on a.visit_id = v.id and a.slot = 0 and a.deleted_at is null
        where v.region_id = ${regionId} and v.week = ${week} and v.deleted_at is null and v.cancelled_at is null`,
    ),
    readPacked<Pick<PublishedRound, 'staffId' | 'visits' | 'publishedAt' | 'publishedBy'>>(
      db,
      columnRefs(['staffId', 'visits', 'publishedAt', 'publishedBy']),
      sql`from published_rounds where region_id = ${regionId} and week = ${week} and deleted_at is null`,
    ),
  ]);
  const rounds = roundsOf(visits);
  const told = new Map(published.map((round) => [round.staffId, round.visits]));
  const carers = [...new Set([...rounds.keys(), ...told.keys()])];
  const differences = carers
    .map((staffId) => ({ staffId, changes: roundDifference(told.get(staffId) ?? [], rounds.get(staffId) ?? []) }))
    .filter(({ changes }) => changes.length > 0)
    .sort((a, b) => compareText(a.staffId, b.staffId));
  const key = stableHash(
    differences.map(({ staffId, changes }) => [
      staffId,
      ...changes.map(({ visitId, before, now }) => [visitId, before ? { ...before } : null, now ? { ...now } : null]),
    ]),
  );
  const latest = published.toSorted((a, b) => compareText(b.publishedAt, a.publishedAt))[0];
  const scheduled = [...rounds.values()].reduce((sum, round) => sum + round.length, 0);
  return { rounds, told, differences, key, latest, unscheduled: visits.length - scheduled };
}

/** Visits of the changes that are no longer in the week have names too. */
async function namesOf(ctx: Context, visitIds: ReadonlySet<string>) {
  const { db } = ctx.store;
  const visits = await readPacked<{ readonly id: string; readonly patientId: string; readonly serviceCode: string }>(
    db,
    columnRefs(['id', 'patientId', 'serviceCode']),
    sql`from visits where id in ${idList(visitIds)}`,
  );
  const [patients, services] = await Promise.all([
    readPacked<{ readonly id: string; readonly givenName: string; readonly familyName: string }>(
      db,
      columnRefs(['id', 'givenName', 'familyName']),
      sql`from patients where id in ${idList(new Set(visits.map(({ patientId }) => patientId)))}`,
    ),
    db.selectFrom('serviceTypes').select(['code', 'name']).execute(),
  ]);
  const patientById = byId(patients);
  const visitById = byId(visits);
  const serviceNames = new Map(services.map(({ code, name }) => [code, name]));
  return (visitId: string): Pick<RoundChange, 'patientName' | 'serviceName'> => {
    const visit = visitById.get(visitId);
    const patient = patientById.get(visit?.patientId ?? '');
    return {
      patientName: patient ? patientName(patient) : 'a patient no longer here',
      serviceName: serviceNames.get(visit?.serviceCode ?? '') ?? visit?.serviceCode ?? '',
    };
  };
}

export async function publication(ctx: Context, input: WeekInput): Promise<Publication> {
  unwrap(await readyForWeek(ctx, input));
  const { differences, key, latest, unscheduled } = await readState(ctx, input);
  const names = await namesOf(ctx, new Set(differences.flatMap(({ changes }) => changes.map((one) => one.visitId))));
  const staff = byId(
    await readPacked<{ readonly id: string; readonly givenName: string; readonly familyName: string }>(
      ctx.store.db,
      columnRefs(['id', 'givenName', 'familyName']),
      sql`from staff where id in ${idList(differences.map(({ staffId }) => staffId))}`,
    ),
  );
  const users = await userNames(ctx.store);
  const news = differences.map(({ staffId, changes }) => {
    const person = staff.get(staffId);
    return {
      staffId,
      staffName: person ? staffName(person) : 'a carer no longer here',
      changes: changes.map((change) => ({ ...change, ...names(change.visitId) })),
    };
  });
  return {
    key,
    publishedAt: latest?.publishedAt ?? null,
    publishedBy: latest ? (users.get(latest.publishedBy) ?? null) : null,
    news: news.sort((a, b) => compareText(a.staffName, b.staffName)),
    unscheduled,
  };
}

export async function publishWeek(
  ctx: Context,
  input: WeekInput & { readonly key: string },
): Promise<{ readonly carers: number; readonly visits: number }> {
  unwrap(await readyForWeek(ctx, input));
  const { rounds, told, differences, key } = await readState(ctx, input);
  if (key !== input.key) {
    unwrap(fail(problem('conflict', 'the week has changed since you looked: look again', { rule: 'SCH-PUB-SEEN' })));
  }
  const { regionId, week } = input;
  const publishedAt = new Date(ctx.clock.now()).toISOString();
  const changes = differences.map(({ staffId }): RowChange => {
    const id = roundIdOf(input, staffId);
    const visits = [...(rounds.get(staffId) ?? [])];
    const stamp = { publishedAt, publishedBy: ctx.principal.userId };
    const row = { id, regionId, week, staffId, visits, ...stamp };
    return told.has(staffId) ? updateRow(publishedRounds, row, { visits, ...stamp }) : createRow(publishedRounds, row);
  });
  if (changes.length > 0) unwrap(await ctx.write(changes));
  return {
    carers: differences.length,
    visits: differences.reduce((sum, { changes: each }) => sum + each.length, 0),
  };
}
