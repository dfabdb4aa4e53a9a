/** Reads of the derived table `conflicts`. */
import type { IsoWeek } from '@fieldfare/kernel';
import type { Store } from '@fieldfare/store';
import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../../database.ts';
import { type DerivedConflict, scopeOf } from './facts.ts';

/** JSON as text: one column to read and one parse, with the facts' own key names. */
export const CONFLICT_JSON = sql<string>`jsonb_build_object('id', id, 'kind', kind, 'regionId', region_id, 'week', week,
  'scopes', scopes, 'visitIds', visit_ids, 'recordIds', record_ids, 'staffId', staff_id, 'patientId', patient_id, 'date', date,
  'facts', facts)::text`;

async function read(store: Pick<Store<Database>, 'db'>, where: RawBuilder<unknown>): Promise<DerivedConflict[]> {
  const { rows } = await sql<{ readonly entry: string }>`
    select ${CONFLICT_JSON} as entry from conflicts where ${where} order by date, id`.execute(store.db);
  return rows.map(({ entry }) => JSON.parse(entry) as DerivedConflict);
}

/** Conflicts that a region's week shows, in a fixed order. */
export const conflictsOf = (
  store: Pick<Store<Database>, 'db'>,
  regionId: string,
  week: IsoWeek,
): Promise<DerivedConflict[]> =>
  read(store, sql`jsonb_exists_any(scopes, array[${scopeOf(regionId, week)}, ${regionId}]::text[])`);

export async function conflictById(store: Pick<Store<Database>, 'db'>, id: string): Promise<DerivedConflict | null> {
  const [conflict] = await read(store, sql`id = ${id}`);
  return conflict ?? null;
}
