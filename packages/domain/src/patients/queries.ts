import { dateAt, fail, type LocalDate, ok, patientsShard, problem, type Result, unwrap } from '@fieldfare/kernel';
import type { Context } from '../procedure.ts';
import { columnsOf } from '../queries.ts';
import { type Patient, patients } from './tables.ts';

export interface PatientTarget {
  readonly regionId: string;
  readonly patientId: string;
}

/** `PAT-KNOWN`: nobody's record is begun under another region's name. */
export async function knownPatient(ctx: Context, { regionId, patientId }: PatientTarget): Promise<Result<void>> {
  const row = await ctx.store.db
    .selectFrom('patients')
    .select('id')
    .where('id', '=', patientId)
    .where('regionId', '=', regionId)
    .where('deletedAt', 'is', null)
    .executeTakeFirst();
  return row ? ok(undefined) : fail(problem('not-found', 'no such patient in this region', { rule: 'PAT-KNOWN' }));
}

export async function todayIn(ctx: Context, regionId: string): Promise<LocalDate> {
  const region = await ctx.store.db.selectFrom('regions').select('zone').where('id', '=', regionId).executeTakeFirst();
  return dateAt(ctx.clock.now(), region?.zone ?? 'UTC');
}

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
