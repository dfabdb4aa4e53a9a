/** The week board from the projection: a few set-based reads, then one pass. */
import {
  addWeeks,
  can,
  daysOfWeek,
  fail,
  type IsoWeek,
  isoWeekday,
  isSealed,
  minutesInDay,
  orgShard,
  patientsShard,
  problem,
  rosterShard,
  type ShardId,
  scheduleShard,
  unwrap,
} from '@fieldfare/kernel';
import { topicOf } from '@fieldfare/store';
import { sql } from 'kysely';
import { userNames } from '../identity/index.ts';
import type { Context } from '../procedure.ts';
import { columnRefs, idList, readPacked } from '../queries.ts';
import type { BoardEvent, WeekBoard } from './board.ts';
import { diffBoards } from './board-patch.ts';
import {
  type BoardAssignmentRow,
  type BoardRows,
  type BoardVisitRow,
  buildBoard,
  type LanePerson,
} from './build-board.ts';
import { conflictsOf } from './conflicts/queries.ts';
import { readyForWeek } from './shards.ts';
import { sharedWorkbench } from './workbench.ts';

export interface WeekInput {
  readonly regionId: string;
  readonly week: IsoWeek;
}

/** What a board is read from: a change of any of it may change the board; other weeks and regions do not. */
function boardTopics({ regionId, week }: WeekInput): string[] {
  const inShard = (shard: ShardId, names: readonly string[]): string[] => names.map((name) => topicOf(name, shard));
  return [
    ...inShard(orgShard, ['regions', 'service_types', 'users', 'partners']),
    ...inShard(patientsShard(regionId), ['patients', 'record_resolutions']),
    ...inShard(rosterShard(regionId), ['staff', 'absences']),
    ...inShard(scheduleShard(regionId, week), ['visits', 'assignments']),
    // A clash around midnight on Sunday shows on two boards and is settled in the week of the visit that holds the place.
    ...[-1, 0, 1].flatMap((step) => inShard(scheduleShard(regionId, addWeeks(week, step)), ['conflict_resolutions'])),
    'conflicts',
  ];
}

const LANE_FIELDS = [
  'id',
  'givenName',
  'familyName',
  'role',
  'team',
  'employmentType',
  'partnerId',
  'capacityMinutes',
  'availability',
  'active',
  'deletedAt',
] as const;

const VISIT_FIELDS = [
  'id',
  'patientId',
  'serviceCode',
  'date',
  'start',
  'minutes',
  'windowFrom',
  'windowTo',
  'priority',
  'providerPreference',
  'note',
  'pairOf',
  'pairing',
] as const;

const WORD_FIELDS = ['conflictId', 'choice', 'reason', 'actorId', 'resolvedAt'] as const;

async function readRows(ctx: Context, { regionId, week }: WeekInput): Promise<BoardRows> {
  const { db } = ctx.store;
  const days = daysOfWeek(week);
  const inWeek = sql`region_id = ${regionId} and week = ${week}`;
  const [region, services, partners, people, absences, visits, assignments, conflicts, words, recordWords, users] =
    await Promise.all([
      db.selectFrom('regions').select(['id', 'name', 'zone']).where('id', '=', regionId).executeTakeFirst(),
      db.selectFrom('serviceTypes').select(['code', 'name', 'colour']).where('deletedAt', 'is', null).execute(),
      db.selectFrom('partners').select(['id', 'name']).execute(),
      readPacked<LanePerson>(db, columnRefs(LANE_FIELDS), sql`from staff where region_id = ${regionId}`),
      db
        .selectFrom('absences')
        .select(['staffId', 'fromDate', 'toDate', 'reason'])
        .where('regionId', '=', regionId)
        .where('deletedAt', 'is', null)
        .where('fromDate', '<=', days[6] as string)
        .where('toDate', '>=', days[0] as string)
        .orderBy('fromDate')
        .orderBy('id')
        .execute(),
      readPacked<BoardVisitRow>(
        db,
        { ...columnRefs(VISIT_FIELDS), stamp: sql.ref('_stamp') },
        sql`from visits where ${inWeek} and deleted_at is null and cancelled_at is null`,
      ),
      readPacked<BoardAssignmentRow>(
        db,
        { ...columnRefs(['visitId', 'staffId', 'pinned']), stamp: sql.ref('_stamp') },
        sql`from assignments where ${inWeek} and slot = 0 and deleted_at is null`,
      ),
      conflictsOf(ctx.store, regionId, week),
      db.selectFrom('conflictResolutions').select(WORD_FIELDS).where('deletedAt', 'is', null).execute(),
      db
        .selectFrom('recordResolutions')
        .select(WORD_FIELDS)
        .where('regionId', '=', regionId)
        .where('deletedAt', 'is', null)
        .execute(),
      userNames(ctx.store),
    ]);
  if (!region) {
    return unwrap(fail(problem('not-found', 'no such region', { rule: 'SCH-REGION', path: ['regionId'] })));
  }
  const patientIds = new Set(visits.map(({ patientId }) => patientId));
  for (const { patientId, facts } of conflicts) {
    if (patientId !== null) patientIds.add(patientId);
    if (facts.kind === 'double-booked-staff' || facts.kind === 'double-booked-patient')
      for (const side of facts.sides) patientIds.add(side.patientId);
  }
  const patients = await readPacked<BoardRows['patients'][number]>(
    db,
    columnRefs(['id', 'givenName', 'familyName', 'risk', 'municipality']),
    sql`from patients where id in ${idList(patientIds)}`,
  );
  const resolutions = [...words, ...recordWords];
  return { region, services, partners, people, absences, visits, assignments, conflicts, resolutions, users, patients };
}

/** The board as it is now. Fails with `SCH-REGION` when the region is not known here. */
async function readBoard(ctx: Context, input: WeekInput): Promise<WeekBoard> {
  const rows = await readRows(ctx, input);
  const target = { tenantId: ctx.principal.tenantId, regionId: input.regionId };
  const { zone } = rows.region;
  const sealed = isSealed(input.week, ctx.clock.now());
  return buildBoard(rows, {
    week: input.week,
    days: daysOfWeek(input.week).map((date) => ({
      date,
      weekday: isoWeekday(date),
      minutes: minutesInDay(date, zone),
    })),
    writable: !sealed && can(ctx.principal, 'schedule.write', target).ok,
    sealed,
  });
}

export async function weekBoard(ctx: Context, input: WeekInput): Promise<WeekBoard> {
  unwrap(await readyForWeek(ctx, input));
  return await readBoard(ctx, input);
}

/** A snapshot, then a patch for every change, until the signal ends it. */
export async function* boardEvents(
  ctx: Context,
  input: WeekInput,
  signal: AbortSignal | undefined,
): AsyncGenerator<BoardEvent, void, void> {
  unwrap(await readyForWeek(ctx, input));
  let last: WeekBoard | null = null;
  // `diffBoards` finds what differs; comparing whole boards as JSON first would only cost time.
  const boards = ctx.store.live(
    boardTopics(input),
    () => readBoard(ctx, input),
    signal ?? new AbortController().signal,
    () => false,
  );
  let laying: ReturnType<typeof setTimeout> | undefined;
  try {
    for await (const board of boards) {
      const event: BoardEvent | null = last === null ? { type: 'snapshot', board } : diffBoards(last, board);
      last = board;
      clearTimeout(laying);
      if (board.writable) laying = setTimeout(() => layOutAhead(ctx, input), REST_MS);
      if (event) yield event;
    }
  } finally {
    clearTimeout(laying);
  }
}

/** How long nothing changes before the week is laid out for the drag that may come. */
const REST_MS = 400;

/** A failure here is nobody's: the question that comes meets it again. */
const layOutAhead = (ctx: Context, input: WeekInput): void => {
  sharedWorkbench(ctx, input).catch(() => {});
};
