/**
 * Keeps the derived table `conflicts` equal to what the derivations beside it say about all rows, by looking again only at
 * the visits and records a batch may have changed.
 *
 *  CNF-REBUILD  after any sequence of batches the table equals one derived from scratch
 */
import type { Derivation, TouchedRows } from '@fieldfare/store';
import { type RawBuilder, sql } from 'kysely';
import { sameValue } from '../../collections.ts';
import { idList } from '../../queries.ts';
import type { DerivedConflict } from './facts.ts';
import { CONFLICT_JSON } from './queries.ts';
import {
  clashesOf,
  contestedOf,
  continuityBreachesOf,
  danglingOf,
  goneWishesOf,
  pairBreachesOf,
  recordConflictsOf,
  rowConflictsOf,
  type Scope,
  skillBreachesOf,
  type Trx,
} from './reads.ts';

const WATCHED = [
  'visits',
  'assignments',
  'staff',
  'patients',
  'requirements',
  'regions',
  'service_types',
  'conflict_resolutions',
];

/**
 * From so many visits on, a look at all of them is quicker: 10,000 visits take some 70 ms, and picking out half of them
 * by id takes longer. Weeks that load are what this is for.
 */
const MANY = 200;

/** What to look at again. */
interface Scopes {
  readonly visits: Scope;
  /** Patients, requirements and resolutions. */
  readonly records: Scope;
}

const ALL: Scopes = { visits: null, records: null };

type Ids = RawBuilder<{ readonly id: string }>;

async function idsOf(trx: Trx, parts: readonly Ids[]): Promise<string[]> {
  if (parts.length === 0) return [];
  const { rows } = await sql<{ readonly id: string }>`${sql.join(parts, sql` union `)}`.execute(trx);
  return rows.map(({ id }) => id);
}

async function scopesOf(trx: Trx, touched: TouchedRows): Promise<Scopes> {
  const of = (table: string): ReadonlySet<string> => touched.get(table) ?? new Set();
  const some = (table: string): boolean => of(table).size > 0;
  // A region's zone decides when its visits are, a service's roles who may deliver them: rare enough for everything.
  if (some('regions') || some('service_types')) return ALL;
  const related: Ids[] = [];
  if (some('assignments'))
    related.push(sql`select visit_id as id from assignments where id in ${idList(of('assignments'))}`);
  if (some('staff')) related.push(sql`select visit_id as id from assignments where staff_id in ${idList(of('staff'))}`);
  if (some('patients')) related.push(sql`select id from visits where patient_id in ${idList(of('patients'))}`);
  const visits = new Set([...of('visits'), ...(await idsOf(trx, related))]);
  if (visits.size > MANY) return ALL;

  const wishes: Ids[] = [];
  if (visits.size > 0) {
    wishes.push(
      sql`select requirement_id as id from visits where id in ${idList(visits)} and requirement_id is not null`,
    );
    // visits that are gone from here no longer say whose they were
    wishes.push(sql`select jsonb_array_elements_text(record_ids) as id from conflicts where ${aboutVisits(visits)}`);
  }
  if (some('staff')) wishes.push(sql`select id from requirements where preferred_staff_id in ${idList(of('staff'))}`);
  const records = new Set([
    ...of('patients'),
    ...of('requirements'),
    ...of('conflict_resolutions'),
    ...(await idsOf(trx, wishes)),
  ]);
  return { visits, records: records.size > MANY ? null : records };
}

const overlaps = (column: RawBuilder<unknown>, ids: ReadonlySet<string>): RawBuilder<unknown> =>
  sql`exists (select 1 from jsonb_array_elements_text(${column}) x where x in ${idList(ids)})`;

const aboutVisits = (scope: ReadonlySet<string>): RawBuilder<unknown> => overlaps(sql`visit_ids`, scope);

/** Conflicts that a look at these visits and records makes again. */
function stored({ visits, records }: Scopes): RawBuilder<unknown> {
  const ofVisits = visits === null ? sql`true` : aboutVisits(visits);
  const ofRecords = records === null ? sql`true` : overlaps(sql`record_ids`, records);
  return sql`case when record_ids = '[]'::jsonb then ${ofVisits} else ${ofRecords} end`;
}

async function storedConflicts(trx: Trx, scopes: Scopes): Promise<DerivedConflict[]> {
  const { rows } = await sql<{ readonly entry: string }>`
    select ${CONFLICT_JSON} as entry from conflicts where ${stored(scopes)}`.execute(trx);
  return rows.map(({ entry }) => JSON.parse(entry) as DerivedConflict);
}

async function derive(trx: Trx, { visits, records }: Scopes): Promise<DerivedConflict[]> {
  const found: Promise<DerivedConflict[]>[] = [];
  if (visits === null || visits.size > 0) {
    for (const read of [clashesOf, rowConflictsOf, danglingOf, skillBreachesOf, pairBreachesOf]) {
      found.push(read(trx, visits));
    }
  }
  if (records === null || records.size > 0) {
    for (const read of [recordConflictsOf, goneWishesOf, continuityBreachesOf, contestedOf]) {
      found.push(read(trx, records));
    }
  }
  return (await Promise.all(found)).flat();
}

async function insertConflicts(trx: Trx, conflicts: readonly DerivedConflict[]): Promise<void> {
  if (conflicts.length === 0) return;
  await sql`
    insert into conflicts
      (id, kind, region_id, week, scopes, visit_ids, record_ids, staff_id, patient_id, date, facts)
    select c->>'id', c->>'kind', c->>'regionId', c->>'week', c->'scopes', c->'visitIds', c->'recordIds',
      c->>'staffId', c->>'patientId', c->>'date', c->'facts'
    from jsonb_array_elements(${JSON.stringify(conflicts)}::text::jsonb) c`.execute(trx);
}

export const conflictDerivation: Derivation = {
  tables: [
    {
      name: 'conflicts',
      ddl: [
        `create table if not exists conflicts (id text primary key, kind text not null, region_id text not null,
          week text, scopes jsonb not null, visit_ids jsonb not null, record_ids jsonb not null, staff_id text,
          patient_id text, date text, facts jsonb not null)`,
      ],
    },
  ],
  async run(trx, touched) {
    if (!WATCHED.some((table) => (touched.get(table)?.size ?? 0) > 0)) return new Set();
    const scopes = await scopesOf(trx, touched);
    if (scopes.visits?.size === 0 && scopes.records?.size === 0) return new Set();
    // One after another for the database, which waits for no answer to be read in between.
    const [known, after] = await Promise.all([storedConflicts(trx, scopes), derive(trx, scopes)]);
    const before = new Map(known.map((conflict) => [conflict.id, conflict]));
    const fresh = after.filter((conflict) => !sameValue(before.get(conflict.id), conflict));
    const kept = new Set(after.map(({ id }) => id));
    const gone = new Set([...before.keys()].filter((id) => !kept.has(id)));
    for (const { id } of fresh) if (before.has(id)) gone.add(id);
    if (gone.size > 0) await sql`delete from conflicts where id in ${idList(gone)}`.execute(trx);
    await insertConflicts(trx, fresh);
    return gone.size + fresh.length > 0 ? new Set(['conflicts']) : new Set();
  },
};
