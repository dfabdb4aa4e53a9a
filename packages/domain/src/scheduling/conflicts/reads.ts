/** What each kind of conflict is derived from, read from the projection for some visits or records, or for all. */
import { type AnyTable, addDays, daysOfWeek, maxHlc } from '@fieldfare/kernel';
import { fieldStamp } from '@fieldfare/store';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { byId, compareText } from '../../collections.ts';
import { patients } from '../../patients/index.ts';
import { idList, readPacked } from '../../queries.ts';
import { assignments, conflictResolutions, requirements, visits } from '../tables.ts';
import {
  type ContinuityCandidate,
  deriveContinuityBreaches,
  deriveSkillBreaches,
  type SkillCandidate,
} from './breaches.ts';
import { deriveClashes, findOverlaps, type PlacedSlot, type PlacedVisit } from './clashes.ts';
import { deriveContested, type ResolutionRow } from './contested.ts';
import { type DanglingCandidate, deriveDangling, deriveGoneWishes, type GoneWish } from './dangling.ts';
import type { DerivedConflict } from './facts.ts';
import { derivePairBreaches, type PlacedPair } from './pair-breaches.ts';
import {
  deriveRecordConflicts,
  deriveRowConflicts,
  type FoldedFields,
  type RecordRow,
  type VisitRows,
} from './row-conflicts.ts';

// biome-ignore lint/suspicious/noExplicitAny: the projection hands its transaction over untyped
export type Trx = Kysely<any>;

/** Which visits, or which records, to look at: these, or (null) all of them. */
export type Scope = ReadonlySet<string> | null;

export const within = (column: RawBuilder<unknown>, scope: Scope): RawBuilder<unknown> =>
  scope === null ? sql`true` : sql`${column} in ${idList(scope)}`;

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
  pairOf: sql`v.pair_of`,
};

const mark = (row: string, field: string): RawBuilder<unknown> => {
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

export async function clashesOf(trx: Trx, scope: Scope): Promise<DerivedConflict[]> {
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

/** Pairs with a half in `scope`, both halves placed. */
export async function pairBreachesOf(trx: Trx, scope: Scope): Promise<DerivedConflict[]> {
  const pairs = await readPacked<{
    readonly firstId: string;
    readonly secondId: string;
    readonly pairing: PlacedPair['pairing'];
  }>(
    trx,
    { firstId: sql`f.id`, secondId: sql`v.id`, pairing: sql`v.pairing` },
    sql`from visits v join visits f on f.id = v.pair_of
      where v.pair_of is not null and v.pairing is not null and f.pair_of is null
        and (${within(sql`v.id`, scope)} or ${within(sql`f.id`, scope)})`,
  );
  if (pairs.length === 0) return [];
  const ids = new Set(pairs.flatMap(({ firstId, secondId }) => [firstId, secondId]));
  const placed = await readPacked<PlacedVisit>(trx, PLACED_VISIT, sql`${PLACED} and v.id in ${idList(ids)}`);
  const byVisit = new Map(placed.map((visit) => [visit.visitId, visit]));
  return derivePairBreaches(
    pairs.flatMap(({ firstId, secondId, pairing }) => {
      const [first, second] = [byVisit.get(firstId), byVisit.get(secondId)];
      return first && second ? [{ first, second, pairing }] : [];
    }),
  );
}

/** A whole row as the fold left it, with the fields in `fields`. */
const folded = (row: string, fields: readonly string[]): RawBuilder<unknown> => {
  const snake = (field: string): string => field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const pairs = fields.map((field) => sql`${sql.lit(field)}, ${sql.ref(`${row}.${snake(field)}`)}`);
  const column = (name: string): RawBuilder<unknown> => sql.ref(`${row}.${name}`);
  return sql`jsonb_build_object('id', ${column('id')}, 'deletedAt', ${column('deleted_at')},
    'stamps', ${column('_stamps')}, 'authors', ${column('_authors')}, 'siblings', ${column('_siblings')},
    'fields', jsonb_build_object(${sql.join(pairs)}))`;
};

const fieldsOf = (table: AnyTable): readonly string[] =>
  table.fields.filter((field) => field !== 'id' && field !== 'regionId' && field !== 'week');

export async function rowConflictsOf(trx: Trx, scope: Scope): Promise<DerivedConflict[]> {
  const { rows } = await sql<
    Omit<VisitRows, 'visit' | 'assignments'> & {
      readonly visitText: string;
      readonly assignmentsText: string;
    }
  >`
    select v.region_id, v.week, v.patient_id, v.date, ${folded('v', fieldsOf(visits))}::text as visit_text,
      coalesce((select jsonb_agg(${folded('a', fieldsOf(assignments))} order by a.slot, a.id) from assignments a
        where a.visit_id = v.id), '[]'::jsonb)::text as assignments_text
    from visits v
    where v.id in (
      select id from visits where ${within(sql`id`, scope)} and (_siblings is not null or cancelled_at is not null)
      union
      select visit_id from assignments where ${within(sql`visit_id`, scope)} and _siblings is not null)`.execute(trx);
  return rows.flatMap(({ visitText, assignmentsText, ...row }) =>
    deriveRowConflicts({
      ...row,
      visit: JSON.parse(visitText) as FoldedFields,
      assignments: JSON.parse(assignmentsText) as FoldedFields[],
    }),
  );
}

type DanglingRow = Omit<DanglingCandidate, 'lastDay' | 'gone'> & {
  readonly by: string | null;
  readonly stamp: string | null;
};

export async function danglingOf(trx: Trx, scope: Scope): Promise<DerivedConflict[]> {
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

/** Standing visits with their carers `a`, who is `s`. */
const CARRIED = sql`from visits v
  join assignments a on a.visit_id = v.id and a.deleted_at is null and a.staff_id is not null
  join regions r on r.id = v.region_id`;
const STANDING = sql`v.deleted_at is null and v.cancelled_at is null`;

const PLACEMENT = {
  visitId: sql`v.id`,
  regionId: sql`v.region_id`,
  zone: sql`r.zone`,
  week: sql`v.week`,
  date: sql`v.date`,
  patientId: sql`v.patient_id`,
  staffId: sql`a.staff_id`,
  serviceCode: sql`v.service_code`,
  carerSet: mark('a', 'staffId'),
};

const withLastDay = <T extends { readonly week: string }>(row: T): T & { readonly lastDay: string } => ({
  ...row,
  lastDay: daysOfWeek(row.week)[6] as string,
});

/** A field of the first of the services with the visit's code: two people may have made one twice. */
const ofService = (value: RawBuilder<unknown>): RawBuilder<unknown> => sql`(select ${value} from service_types st
  where st.code = v.service_code and st.deleted_at is null order by st.id limit 1)`;

/** A code that two rows share is delivered by whoever either of them allows. */
export async function skillBreachesOf(trx: Trx, scope: Scope): Promise<DerivedConflict[]> {
  const rows = await readPacked<Omit<SkillCandidate, 'lastDay'>>(
    trx,
    {
      ...PLACEMENT,
      role: sql`s.role`,
      roles: ofService(sql`st.roles`),
      serviceSet: mark('v', 'serviceCode'),
      roleSet: mark('s', 'role'),
      rolesSet: ofService(mark('st', 'roles')),
    },
    sql`${CARRIED}
      join staff s on s.id = a.staff_id and s.deleted_at is null and s.active
      where ${within(sql`v.id`, scope)} and ${STANDING}
        and v.service_code in (select code from service_types where deleted_at is null)
        and (v.service_code, s.role) not in (
          select x.code, role.value from service_types x, jsonb_array_elements_text(x.roles) role
          where x.deleted_at is null)`,
  );
  return deriveSkillBreaches(rows.map(withLastDay));
}

/**
 * Visits placed with others before their requirement's wish, by id. Two plain reads and a look in between: the planner,
 * which knows no counts here, may compare every requirement with every assignment.
 */
async function placedBeforeWish(trx: Trx, scope: Scope): Promise<ReadonlySet<string>> {
  const found = await readPacked<{ readonly id: string; readonly staffId: string; readonly stamp: string }>(
    trx,
    { id: sql`q.id`, staffId: sql`q.preferred_staff_id`, stamp: sql.raw(fieldStamp('q', 'preferredStaffId')) },
    sql`from requirements q where ${within(sql`q.id`, scope)} and q.deleted_at is null
      and q.preferred_staff_id in (select id from staff where deleted_at is null and active)`,
  );
  const wishes = byId(found);
  const latest = found.map(({ stamp }) => stamp).reduce(maxHlc, '');
  if (latest === '') return new Set();
  const given = sql`(${sql.raw(fieldStamp('a', 'staffId'))}) collate "C"`;
  const placed = await readPacked<{
    readonly visitId: string;
    readonly need: string;
    readonly staffId: string;
    readonly stamp: string;
  }>(
    trx,
    { visitId: sql`v.id`, need: sql`v.requirement_id`, staffId: sql`a.staff_id`, stamp: given },
    sql`from assignments a join visits v on v.id = a.visit_id
      where ${within(sql`v.requirement_id`, scope)} and v.requirement_id is not null and ${STANDING}
        and a.deleted_at is null and a.slot = 0 and a.staff_id is not null and ${given} < ${latest}`,
  );
  return new Set(
    placed.flatMap(({ visitId, need, staffId, stamp }) => {
      const wish = wishes.get(need);
      return wish && wish.staffId !== staffId && wish.stamp > stamp ? [visitId] : [];
    }),
  );
}

/** `scope`: requirements. */
export async function continuityBreachesOf(trx: Trx, scope: Scope): Promise<DerivedConflict[]> {
  const before = await placedBeforeWish(trx, scope);
  if (before.size === 0) return [];
  // Who set what when is read for the few that were placed before the wish.
  const rows = await readPacked<Omit<ContinuityCandidate, 'lastDay'>>(
    trx,
    {
      ...PLACEMENT,
      requirementId: sql`q.id`,
      preferredStaffId: sql`q.preferred_staff_id`,
      wish: mark('q', 'preferredStaffId'),
    },
    sql`${CARRIED} join requirements q on q.id = v.requirement_id where v.id in ${idList(before)} and a.slot = 0`,
  );
  return deriveContinuityBreaches(rows.map(withLastDay));
}

export async function goneWishesOf(trx: Trx, scope: Scope): Promise<DerivedConflict[]> {
  const rows = await readPacked<GoneWish>(
    trx,
    {
      requirementId: sql`q.id`,
      regionId: sql`q.region_id`,
      patientId: sql`q.patient_id`,
      staffId: sql`s.id`,
      why: sql`case when s.deleted_at is not null then 'deleted' else 'inactive' end`,
      gone: sql`case when s.deleted_at is not null then ${mark('s', 'deletedAt')} else ${mark('s', 'active')} end`,
    },
    sql`from requirements q
      join staff s on s.id = q.preferred_staff_id and (s.deleted_at is not null or not s.active)
      where ${within(sql`q.id`, scope)} and q.deleted_at is null`,
  );
  return deriveGoneWishes(rows);
}

/** `scope`: patients and requirements. */
export async function recordConflictsOf(trx: Trx, scope: Scope): Promise<DerivedConflict[]> {
  const { rows } = await sql<Omit<RecordRow, 'row'> & { readonly rowText: string }>`
    select 'patients' as "table", p.region_id, p.id as patient_id, null as service_code,
      ${folded('p', fieldsOf(patients))}::text as row_text
    from patients p where ${within(sql`p.id`, scope)} and p._siblings is not null
    union all
    select 'requirements', q.region_id, q.patient_id, q.service_code, ${folded('q', fieldsOf(requirements))}::text
    from requirements q where ${within(sql`q.id`, scope)} and q._siblings is not null`.execute(trx);
  return rows.flatMap(({ rowText, ...record }) =>
    deriveRecordConflicts({ ...record, row: JSON.parse(rowText) as FoldedFields }),
  );
}

/** `scope`: resolutions. */
export async function contestedOf(trx: Trx, scope: Scope): Promise<DerivedConflict[]> {
  const { rows } = await sql<Omit<ResolutionRow, 'row'> & { readonly rowText: string }>`
    select w.region_id, w.week, ${folded('w', fieldsOf(conflictResolutions))}::text as row_text
    from conflict_resolutions w where ${within(sql`w.id`, scope)} and w._siblings is not null`.execute(trx);
  return rows.flatMap(({ rowText, ...place }) =>
    deriveContested({ ...place, row: JSON.parse(rowText) as FoldedFields }),
  );
}
