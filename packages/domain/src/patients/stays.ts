/**
 * Stays in hospital: entered by a person, or fed by a week that was replanned after an admission.
 *
 *  HSP-DATE    nobody was admitted tomorrow, and nobody leaves before the admission
 *  HSP-ONCE    one admission of a patient on a day is one stay, whoever enters it and how often
 *  HSP-DAYS    a stay counts each day from admission to the day before discharge, one at least; without a discharge to
 *              the end of the time asked about. A day in two stays counts once
 */
import {
  addDays,
  createRow,
  daysBetween,
  deterministicId,
  fail,
  type LocalDate,
  ok,
  orgShard,
  patientShard,
  patientsShard,
  problem,
  type Result,
  type RowChange,
  unwrap,
} from '@fieldfare/kernel';
import type { Context } from '../procedure.ts';
import { columnsOf } from '../queries.ts';
import { knownPatient, type PatientTarget, todayIn } from './queries.ts';
import { type HospitalStay, hospitalStays } from './tables.ts';

export interface StayInput extends PatientTarget {
  readonly admittedOn: LocalDate;
  /** Null: still there, or nobody knows. May lie ahead: the day that is expected. */
  readonly dischargedOn: LocalDate | null;
}

const stayIdOf = (patientId: string, admittedOn: LocalDate): string =>
  deterministicId('hospital-stay', patientId, admittedOn);

/** `HSP-DATE` */
export function checkStay({ admittedOn, dischargedOn }: StayInput, today: LocalDate): Result<void> {
  const wrong = (message: string, path: string): Result<never> =>
    fail(problem('invalid', message, { rule: 'HSP-DATE', path: [path] }));
  if (admittedOn > today) return wrong('the admission lies in the future', 'admittedOn');
  if (dischargedOn !== null && dischargedOn < admittedOn) {
    return wrong('the discharge lies before the admission', 'dischargedOn');
  }
  return ok(undefined);
}

/** `HSP-ONCE`. The patient's record must be loaded. */
export function stayChange(ctx: Context, input: StayInput, source: HospitalStay['source']): RowChange {
  const { regionId, patientId, admittedOn, dischargedOn } = input;
  const id = stayIdOf(patientId, admittedOn);
  const there = ctx.row(patientShard(regionId, patientId), hospitalStays.name, id);
  const created = createRow(hospitalStays, {
    id,
    regionId,
    patientId,
    admittedOn,
    dischargedOn,
    source,
    recordedAt: new Date(ctx.clock.now()).toISOString(),
    recordedBy: ctx.principal.userId,
  });
  if (there === null) return created;
  return { ...created, set: there.deleted ? { ...created.set, deletedAt: null } : { dischargedOn } };
}

export const stayShards = ({ regionId, patientId }: PatientTarget): readonly string[] => [
  orgShard,
  patientsShard(regionId),
  patientShard(regionId, patientId),
];

export async function recordStay(ctx: Context, input: StayInput): Promise<{ readonly stayId: string }> {
  unwrap(await ctx.ready(stayShards(input)));
  unwrap(await knownPatient(ctx, input));
  unwrap(checkStay(input, await todayIn(ctx, input.regionId)));
  const change = stayChange(ctx, input, 'entry');
  unwrap(await ctx.write([change], { label: 'Record hospital stay' }));
  return { stayId: change.id };
}

export async function removeStay(ctx: Context, input: PatientTarget & { readonly stayId: string }): Promise<void> {
  unwrap(await ctx.ready(stayShards(input)));
  const shard = patientShard(input.regionId, input.patientId);
  const row = ctx.row(shard, hospitalStays.name, input.stayId);
  if (row === null || row.deleted) return;
  const set = { deletedAt: new Date(ctx.clock.now()).toISOString() };
  unwrap(
    await ctx.write([{ table: hospitalStays.name, shard, id: input.stayId, set }], { label: 'Remove hospital stay' }),
  );
}

/** Most recent first. The patient's record must be ready. */
export async function staysOf(ctx: Context, patientId: string): Promise<readonly HospitalStay[]> {
  return await ctx.store.db
    .selectFrom('hospitalStays')
    .select(columnsOf(hospitalStays))
    .where('patientId', '=', patientId)
    .where('deletedAt', 'is', null)
    .orderBy('admittedOn', 'desc')
    .orderBy('id')
    .execute();
}

/** `HSP-DAYS` between two days, both included. */
export function hospitalDays(
  stays: readonly Pick<HospitalStay, 'admittedOn' | 'dischargedOn'>[],
  { from, to }: { readonly from: LocalDate; readonly to: LocalDate },
): number {
  const days = new Set<LocalDate>();
  for (const { admittedOn, dischargedOn } of stays) {
    const last = dischargedOn === null ? to : dischargedOn === admittedOn ? admittedOn : addDays(dischargedOn, -1);
    const [first, end] = [admittedOn > from ? admittedOn : from, last < to ? last : to];
    for (let day = 0; day <= daysBetween(first, end); day += 1) days.add(addDays(first, day));
  }
  return days.size;
}
