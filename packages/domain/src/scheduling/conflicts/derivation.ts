/**
 * Keeps the derived table `conflicts` equal to what `deriveClashes`, `deriveRowConflicts` and `deriveDangling` say about
 * all rows, by looking again only at the visits a batch may have changed.
 *
 *  CNF-REBUILD  after any sequence of batches the table equals one derived from scratch
 */
import { addDays, daysOfWeek, type JsonValue } from '@fieldfare/kernel';
import type { Derivation, TouchedRows } from '@fieldfare/store';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { compareText, sameValue } from '../../collections.ts';
import { idList, readPacked } from '../../queries.ts';
import { deriveClashes, findOverlaps, type PlacedSlot, type PlacedVisit } from './clashes.ts';
import { type DanglingCandidate, deriveDangling } from './dangling.ts';
import type { DerivedConflict } from './facts.ts';
import { CONFLICT_JSON } from './queries.ts';
import { deriveRowConflicts, type FoldedFields, type VisitRows } from './row-conflicts.ts';

// biome-ignore lint/suspicious/noExplicitAny: the projection hands its transaction over untyped
type Trx = Kysely<any>;

/** Which visits to look at: these, or (null) all of them. */
type Scope = ReadonlySet<string> | null;

const WATCHED = ['visits', 'assignments', 'staff', 'patients', 'regions'];

const within = (column: RawBuilder<unknown>, scope: Scope): RawBuilder<unknown> =>
  scope === null ? sql`true` : sql`${column} in ${idList(scope)}`;

/**
 * From so many visits on, a look at all of them is quicker: 10,000 visits take some 70 ms, and picking out half of them
 * by id takes longer. Weeks that load are what this is for.
 */
const MANY = 200;

async function touchedVisits(trx: Trx, touched: TouchedRows): Promise<Scope> {
  // A region's zone decides when its visits are: rare enough to look at everything.
  if ((touched.get('regions')?.size ?? 0) > 0) return null;
  const ids = new Set(touched.get('visits') ?? []);
  const of = (table: string): ReadonlySet<string> => touched.get(table) ?? new Set();
  const related: RawBuilder<{ readonly id: string }>[] = [];
  if (of('assignments').size > 0) {
    related.push(sql`select visit_id as id from assignments where id in ${idList(of('assignments'))}`);
  }
  if (of('staff').size > 0) {
    related.push(sql`select visit_id as id from assignments where staff_id in ${idList(of('staff'))}`);
  }
  if (of('patients').size > 0) {
    related.push(sql`select id from visits where patient_id in ${idList(of('patients'))}`);
  }
  if (related.length > 0) {
    const { rows } = await sql<{ readonly id: string }>`${sql.join(related, sql` union `)}`.execute(trx);
    for (const { id } of rows) ids.add(id);
  }
  return ids.size > MANY ? null : ids;
}

const PLACED = sql`from visits v
  join assignments a on a.visit_id = v.id and a.deleted_at is null and a.staff_id is not null
  join regions r on r.id = v.region_id
  where v.deleted_at is null and v.cancelled_at is null and v.date is not null and v.start is not null`;

const SLOT = {
  visitId: sql`v.id`,
  zone: sql`r.zone`,
  patientId: sql`v.patient_id`,
  staffId: sql`a.staff_id`,
  date: sql`v.date`,
  start: sql`v.start`,
  minutes: sql`v.minutes`,
};

const mark = (row: 'v' | 'a', field: string): RawBuilder<unknown> => {
  const [stamps, authors] = [sql.ref(`${row}._stamps`), sql.ref(`${row}._authors`)];
  return sql`json_build_object('by', ${authors}->>${sql.lit(field)}, 'stamp', ${stamps}->>${sql.lit(field)})`;
};

const PLACED_VISIT = {
  ...SLOT,
  regionId: sql`v.region_id`,
  week: sql`v.week`,
  serviceCode: sql`v.service_code`,
  dateSet: mark('v', 'date'),
  startSet: mark('v', 'start'),
  staffSet: mark('a', 'staffId'),
  minutesStamp: sql`v._stamps->>'minutes'`,
};

const slotsWhere = (trx: Trx, where: RawBuilder<unknown>): Promise<PlacedSlot[]> =>
  readPacked<PlacedSlot>(trx, SLOT, sql`${PLACED} and ${where}`);

/** The placed visits in `scope` and every visit that could overlap one of them. */
async function slotsAround(trx: Trx, scope: ReadonlySet<string>): Promise<readonly PlacedSlot[]> {
  const own = await slotsWhere(trx, sql`v.id in ${idList(scope)}`);
  if (own.length === 0) return [];
  const dates = own.map(({ date }) => date).sort(compareText);
  // No visit lasts a day, so what overlaps a visit starts on its day or on one beside it.
  const near = sql`v.date between ${addDays(dates[0] as string, -1)} and ${addDays(dates.at(-1) as string, 1)}`;
  const staffIds = new Set(own.map(({ staffId }) => staffId));
  const patientIds = new Set(own.map(({ patientId }) => patientId));
  return await slotsWhere(
    trx,
    sql`${near} and (a.staff_id in ${idList(staffIds)} or v.patient_id in ${idList(patientIds)})`,
  );
}

async function clashesOf(trx: Trx, scope: Scope): Promise<DerivedConflict[]> {
  const slots = scope === null ? await slotsWhere(trx, sql`true`) : await slotsAround(trx, scope);
  const involved = new Set<string>();
  for (const { pair } of findOverlaps(slots, scope ?? undefined)) {
    for (const index of pair) involved.add((slots[index] as PlacedSlot).visitId);
  }
  if (involved.size === 0) return [];
  // Who set what when is read for the few that clash.
  const placed = await readPacked<PlacedVisit>(trx, PLACED_VISIT, sql`${PLACED} and v.id in ${idList(involved)}`);
  return deriveClashes(placed, scope ?? undefined);
}

interface FoldedRowJson {
  readonly id: string;
  readonly deletedAt: string | null;
  readonly fields: Readonly<Record<string, JsonValue>>;
  readonly stamps: FoldedFields['stamps'];
  readonly authors: FoldedFields['authors'];
  readonly siblings: FoldedFields['siblings'];
}

/** Keys are spelled out: the JSON must come through with the rows' own field names. */
const VISIT_JSON = sql`jsonb_build_object('id', v.id, 'deletedAt', v.deleted_at, 'stamps', v._stamps,
  'authors', v._authors, 'siblings', v._siblings, 'fields', jsonb_build_object(
    'patientId', v.patient_id, 'serviceCode', v.service_code, 'date', v.date, 'start', v.start,
    'minutes', v.minutes, 'windowFrom', v.window_from, 'windowTo', v.window_to,
    'providerPreference', v.provider_preference, 'priority', v.priority, 'note', v.note,
    'cancelledAt', v.cancelled_at))::text`;

const ASSIGNMENT_JSON = sql`jsonb_build_object('id', a.id, 'deletedAt', a.deleted_at, 'stamps', a._stamps,
  'authors', a._authors, 'siblings', a._siblings, 'fields', jsonb_build_object(
    'visitId', a.visit_id, 'slot', a.slot, 'staffId', a.staff_id, 'pinned', a.pinned))`;

async function rowConflictsOf(trx: Trx, scope: Scope): Promise<DerivedConflict[]> {
  const { rows } = await sql<
    Omit<VisitRows, 'visit' | 'assignments'> & {
      readonly visitText: string;
      readonly assignmentsText: string;
    }
  >`
    select v.region_id, v.week, v.patient_id, v.date, ${VISIT_JSON} as visit_text,
      coalesce((select jsonb_agg(${ASSIGNMENT_JSON} order by a.slot, a.id) from assignments a
        where a.visit_id = v.id), '[]'::jsonb)::text as assignments_text
    from visits v
    where v.id in (
      select id from visits where ${within(sql`id`, scope)} and (_siblings is not null or cancelled_at is not null)
      union
      select visit_id from assignments where ${within(sql`visit_id`, scope)} and _siblings is not null)`.execute(trx);
  return rows.flatMap(({ visitText, assignmentsText, ...row }) =>
    deriveRowConflicts({
      ...row,
      visit: JSON.parse(visitText) as FoldedRowJson,
      assignments: JSON.parse(assignmentsText) as FoldedRowJson[],
    }),
  );
}

type DanglingRow = Omit<DanglingCandidate, 'lastDay' | 'gone'> & {
  readonly by: string | null;
  readonly stamp: string | null;
};

async function danglingOf(trx: Trx, scope: Scope): Promise<DerivedConflict[]> {
  const active = sql`${within(sql`v.id`, scope)} and v.deleted_at is null and v.cancelled_at is null`;
  const { rows } = await sql<DanglingRow>`
    select v.id as visit_id, v.region_id, r.zone, v.week, v.date, v.patient_id, a.staff_id, 'staff' as reference,
      case when s.deleted_at is not null then 'deleted' else 'inactive' end as why,
      case when s.deleted_at is not null then s._authors->>'deletedAt' else s._authors->>'active' end as by,
      case when s.deleted_at is not null then s._stamps->>'deletedAt' else s._stamps->>'active' end as stamp
    from visits v
    join assignments a on a.visit_id = v.id and a.deleted_at is null
    join staff s on s.id = a.staff_id and (s.deleted_at is not null or not s.active)
    join regions r on r.id = v.region_id
    where ${active}
    union all
    select v.id, v.region_id, r.zone, v.week, v.date, v.patient_id, null, 'patient',
      case when p.deleted_at is not null then 'deleted' else 'discharged' end,
      case when p.deleted_at is not null then p._authors->>'deletedAt' else p._authors->>'status' end,
      case when p.deleted_at is not null then p._stamps->>'deletedAt' else p._stamps->>'status' end
    from visits v
    join patients p on p.id = v.patient_id and (p.deleted_at is not null or p.status = 'discharged')
    join regions r on r.id = v.region_id
    where ${active}`.execute(trx);
  return deriveDangling(
    rows.flatMap(({ by, stamp, ...row }) =>
      stamp === null ? [] : { ...row, lastDay: daysOfWeek(row.week)[6] as string, gone: { by: by ?? '', stamp } },
    ),
  );
}

const aboutVisits = (scope: Scope): RawBuilder<unknown> =>
  scope === null
    ? sql`true`
    : sql`exists (select 1 from jsonb_array_elements_text(visit_ids) x where x in ${idList(scope)})`;

async function storedConflicts(trx: Trx, scope: Scope): Promise<DerivedConflict[]> {
  const { rows } = await sql<{ readonly entry: string }>`
    select ${CONFLICT_JSON} as entry
    from conflicts where ${aboutVisits(scope)}`.execute(trx);
  return rows.map(({ entry }) => JSON.parse(entry) as DerivedConflict);
}

async function insertConflicts(trx: Trx, conflicts: readonly DerivedConflict[]): Promise<void> {
  if (conflicts.length === 0) return;
  await sql`
    insert into conflicts (id, kind, region_id, week, scopes, visit_ids, staff_id, patient_id, date, facts)
    select c->>'id', c->>'kind', c->>'regionId', c->>'week', c->'scopes', c->'visitIds', c->>'staffId',
      c->>'patientId', c->>'date', c->'facts'
    from jsonb_array_elements(${JSON.stringify(conflicts)}::text::jsonb) c`.execute(trx);
}

export const conflictDerivation: Derivation = {
  tables: [
    {
      name: 'conflicts',
      ddl: [
        `create table if not exists conflicts (id text primary key, kind text not null, region_id text not null,
          week text not null, scopes jsonb not null, visit_ids jsonb not null, staff_id text, patient_id text,
          date text, facts jsonb not null)`,
      ],
    },
  ],
  async run(trx, touched) {
    if (!WATCHED.some((table) => (touched.get(table)?.size ?? 0) > 0)) return new Set();
    const scope = await touchedVisits(trx, touched);
    if (scope !== null && scope.size === 0) return new Set();
    const before = new Map((await storedConflicts(trx, scope)).map((conflict) => [conflict.id, conflict]));
    const after = [
      ...(await clashesOf(trx, scope)),
      ...(await rowConflictsOf(trx, scope)),
      ...(await danglingOf(trx, scope)),
    ];
    const fresh = after.filter((conflict) => !sameValue(before.get(conflict.id), conflict));
    const kept = new Set(after.map(({ id }) => id));
    const gone = new Set([...before.keys()].filter((id) => !kept.has(id)));
    for (const { id } of fresh) if (before.has(id)) gone.add(id);
    if (gone.size > 0) await sql`delete from conflicts where id in ${idList(gone)}`.execute(trx);
    await insertConflicts(trx, fresh);
    return gone.size + fresh.length > 0 ? new Set(['conflicts']) : new Set();
  },
};
