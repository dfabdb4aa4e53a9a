/**
 * Admitting a patient, and changing what is known about one.
 *
 *  PAT-REFERENCE  a number that is entered belongs to nobody else of the region (files and merges may bring two)
 *  PAT-BORN       nobody is born tomorrow
 *  PAT-KNOWN      see queries.ts
 */
import {
  createRow,
  fail,
  newId,
  orgShard,
  type Problem,
  patientsShard,
  problem,
  unwrap,
  updateRow,
} from '@fieldfare/kernel';
import { changedFields } from '../collections.ts';
import type { Context } from '../procedure.ts';
import { listPatients, type PatientTarget, todayIn } from './queries.ts';
import { type Patient, patients } from './tables.ts';

export type PatientFields = Omit<Patient, 'id' | 'regionId'>;
type PatientChange = { readonly [Field in keyof PatientFields]?: PatientFields[Field] | undefined };

/** `PAT-REFERENCE`, `PAT-BORN` */
async function check(
  ctx: Context,
  regionId: string,
  others: readonly Patient[],
  { reference, birthDate }: PatientChange,
): Promise<void> {
  const problems: Problem[] = [];
  const wrong = (rule: string, message: string, field: string): void => {
    problems.push(problem('invalid', message, { rule, path: ['set', field] }));
  };
  if (reference !== undefined && others.some((row) => row.reference.toLowerCase() === reference.toLowerCase())) {
    wrong('PAT-REFERENCE', 'somebody else here has this number', 'reference');
  }
  if (birthDate && birthDate > (await todayIn(ctx, regionId))) {
    wrong('PAT-BORN', 'the date of birth lies in the future', 'birthDate');
  }
  const [first, ...rest] = problems;
  if (first) unwrap(fail(first, ...rest));
}

export async function admitPatient(
  ctx: Context,
  { regionId, set }: { readonly regionId: string; readonly set: PatientFields },
): Promise<{ readonly patientId: string }> {
  unwrap(await ctx.ready([orgShard, patientsShard(regionId)]));
  await check(ctx, regionId, await listPatients(ctx, regionId), set);
  const row: Patient = { ...set, id: newId(ctx.clock, ctx.random), regionId };
  unwrap(await ctx.write([createRow(patients, row)], { label: 'Admit patient' }));
  return { patientId: row.id };
}

/** Sets what is given and differs; the rest stays as colleagues left it. */
export async function changePatient(
  ctx: Context,
  { regionId, patientId, set }: PatientTarget & { readonly set: PatientChange },
): Promise<void> {
  unwrap(await ctx.ready([orgShard, patientsShard(regionId)]));
  const everybody = await listPatients(ctx, regionId);
  const row =
    everybody.find(({ id }) => id === patientId) ??
    unwrap(fail(problem('not-found', 'no such patient in this region', { rule: 'PAT-KNOWN' })));
  const changed = changedFields<Patient>(row, set);
  await check(
    ctx,
    regionId,
    everybody.filter(({ id }) => id !== patientId),
    changed,
  );
  if (Object.keys(changed).length > 0) {
    unwrap(await ctx.write([updateRow(patients, row, changed)], { label: 'Change patient' }));
  }
}
