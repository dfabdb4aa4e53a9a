import { patientsShard, unwrap } from '@fieldfare/kernel';
import type { Context } from '../procedure.ts';
import { columnsOf } from '../queries.ts';
import { type Patient, patients } from './tables.ts';

/** Every patient of a region that was not deleted, by family name. */
export async function listPatients(ctx: Context, regionId: string): Promise<readonly Patient[]> {
  unwrap(await ctx.ready([patientsShard(regionId)]));
  return await ctx.store.db
    .selectFrom('patients')
    .select(columnsOf(patients))
    .where('regionId', '=', regionId)
    .where('deletedAt', 'is', null)
    .orderBy('familyName')
    .orderBy('givenName')
    .orderBy('id')
    .execute();
}
