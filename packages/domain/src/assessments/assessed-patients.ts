/** Runs over the region's assessed patients, one record after another: progress in between, and it can be ended. */
import { orgShard, patientsShard, unwrap } from '@fieldfare/kernel';
import { breathe } from '../breathe.ts';
import type { Context } from '../procedure.ts';

export interface AssessedPatient {
  readonly id: string;
  readonly name: string;
}

export interface RecordsProgress {
  readonly type: 'progress';
  readonly done: number;
  readonly total: number;
}

/** Patients read between two words on how far it is. */
const TELL_EVERY = 10;

/** Active patients who were ever assessed, by id. */
export async function assessedPatients(ctx: Context, regionId: string): Promise<readonly AssessedPatient[]> {
  unwrap(await ctx.ready([orgShard, patientsShard(regionId)]));
  const rows = await ctx.store.db
    .selectFrom('patients')
    .select(['id', 'givenName', 'familyName'])
    .where('regionId', '=', regionId)
    .where('status', '=', 'active')
    .where('deletedAt', 'is', null)
    .where('id', 'in', ({ selectFrom }) =>
      selectFrom('reassessments').select('patientId').where('regionId', '=', regionId).where('deletedAt', 'is', null),
    )
    .orderBy('id')
    .execute();
  return rows.map(({ id, givenName, familyName }) => ({ id, name: `${givenName} ${familyName}` }));
}

/** What `read` makes of each patient; null when the signal ended it. */
export async function* readEach<T>(
  patients: readonly AssessedPatient[],
  read: (patient: AssessedPatient) => Promise<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<RecordsProgress, readonly T[] | null, void> {
  const results: T[] = [];
  for (const [done, patient] of patients.entries()) {
    if (done % TELL_EVERY === 0) {
      yield { type: 'progress', done, total: patients.length };
      await breathe();
    }
    if (signal?.aborted) return null;
    results.push(await read(patient));
  }
  return results;
}
