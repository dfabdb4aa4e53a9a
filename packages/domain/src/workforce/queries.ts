import { rosterShard, unwrap } from '@fieldfare/kernel';
import { groupBy } from '../collections.ts';
import type { Context } from '../procedure.ts';
import { columnsOf } from '../queries.ts';
import { type Absence, absences, type Staff, staff } from './tables.ts';

export type StaffMember = Staff & { readonly absences: readonly Absence[] };

/** Everybody on a region's roster, inactive people too, by team and name, with their absences. */
export async function listStaff(ctx: Context, regionId: string): Promise<readonly StaffMember[]> {
  unwrap(await ctx.ready([rosterShard(regionId)]));
  const { db } = ctx.store;
  const [people, away] = await Promise.all([
    db
      .selectFrom('staff')
      .select(columnsOf(staff))
      .where('regionId', '=', regionId)
      .where('deletedAt', 'is', null)
      .orderBy('team')
      .orderBy('familyName')
      .orderBy('givenName')
      .orderBy('id')
      .execute(),
    db
      .selectFrom('absences')
      .select(columnsOf(absences))
      .where('regionId', '=', regionId)
      .where('deletedAt', 'is', null)
      .orderBy('fromDate')
      .orderBy('id')
      .execute(),
  ]);
  const byStaff = groupBy(away, ({ staffId }) => staffId);
  return people.map((person) => ({ ...person, absences: byStaff.get(person.id) ?? [] }));
}
