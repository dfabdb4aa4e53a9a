/**
 * What a person changes on the roster.
 *
 *  WRK-STRETCH, WRK-BREAK  see rules.ts
 *  WRK-DATES      an absence ends no earlier than it begins
 *  WRK-REFERENCE  a number that is entered belongs to nobody else of the region (files and merges may bring two)
 *  WRK-PARTNER    an organisation that is named is one of our partners
 *  WRK-KNOWN      only somebody of the region is changed
 *  WRK-AWAY       one absence of a carer over the same days for the same reason is one row, whoever enters it
 */
import {
  createRow,
  deterministicId,
  fail,
  newId,
  orgShard,
  type Problem,
  problem,
  rosterShard,
  unwrap,
  updateRow,
} from '@fieldfare/kernel';
import { changedFields } from '../collections.ts';
import type { Context } from '../procedure.ts';
import { columnsOf } from '../queries.ts';
import { breakProblems, orderedDates, stretchProblems } from './rules.ts';
import { type Absence, absences, type Staff, staff } from './tables.ts';

export type StaffFields = Omit<Staff, 'id' | 'regionId'>;
type StaffChange = { readonly [Field in keyof StaffFields]?: StaffFields[Field] | undefined };

const failWith = (problems: readonly Problem[]): void => {
  const [first, ...rest] = problems;
  if (first) unwrap(fail(first, ...rest));
};

async function readStaff(ctx: Context, regionId: string, staffId: string): Promise<Staff> {
  const row = await ctx.store.db
    .selectFrom('staff')
    .select(columnsOf(staff))
    .where('id', '=', staffId)
    .where('regionId', '=', regionId)
    .where('deletedAt', 'is', null)
    .executeTakeFirst();
  return row ?? unwrap(fail(problem('not-found', 'no such carer in this region', { rule: 'WRK-KNOWN' })));
}

/** `WRK-REFERENCE`, `WRK-PARTNER` */
async function referenceProblems(
  { store: { db } }: Context,
  regionId: string,
  staffId: string | null,
  { reference, partnerId }: StaffChange,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  if (reference !== undefined) {
    const same = await db
      .selectFrom('staff')
      .select(['id', 'reference'])
      .where('regionId', '=', regionId)
      .where('deletedAt', 'is', null)
      .execute();
    if (same.some((row) => row.id !== staffId && row.reference.toLowerCase() === reference.toLowerCase())) {
      const path = ['set', 'reference'];
      problems.push(problem('invalid', 'somebody else here has this number', { rule: 'WRK-REFERENCE', path }));
    }
  }
  if (partnerId) {
    const partner = await db.selectFrom('partners').select('id').where('id', '=', partnerId).executeTakeFirst();
    const path = ['set', 'partnerId'];
    if (!partner) problems.push(problem('invalid', 'no such partner', { rule: 'WRK-PARTNER', path }));
  }
  return problems;
}

export async function addCarer(
  ctx: Context,
  { regionId, set }: { readonly regionId: string; readonly set: StaffFields },
): Promise<{ readonly staffId: string }> {
  unwrap(await ctx.ready([orgShard, rosterShard(regionId)]));
  failWith([
    ...stretchProblems(set.availability),
    ...breakProblems(set.breaks ?? []),
    ...(await referenceProblems(ctx, regionId, null, set)),
  ]);
  const row: Staff = { ...set, id: newId(ctx.clock, ctx.random), regionId };
  unwrap(await ctx.write([createRow(staff, row)], { label: 'Add carer' }));
  return { staffId: row.id };
}

/** Sets what is given and differs; the rest stays as colleagues left it. */
export async function changeCarer(
  ctx: Context,
  input: { readonly regionId: string; readonly staffId: string; readonly set: StaffChange },
): Promise<void> {
  const { regionId, staffId } = input;
  unwrap(await ctx.ready([orgShard, rosterShard(regionId)]));
  const row = await readStaff(ctx, regionId, staffId);
  const set = changedFields<Staff>(row, input.set);
  failWith([
    ...stretchProblems(set.availability ?? []),
    ...breakProblems(set.breaks ?? []),
    ...(await referenceProblems(ctx, regionId, staffId, set)),
  ]);
  if (Object.keys(set).length > 0) unwrap(await ctx.write([updateRow(staff, row, set)], { label: 'Change carer' }));
}

/** `WRK-AWAY` */
export const absenceIdOf = ({ staffId, fromDate, toDate, reason }: Omit<Absence, 'id' | 'regionId'>): string =>
  deterministicId('absence', staffId, fromDate, toDate, reason);

export async function recordAbsence(ctx: Context, input: Omit<Absence, 'id'>): Promise<void> {
  unwrap(await ctx.ready([rosterShard(input.regionId)]));
  unwrap(orderedDates(input));
  await readStaff(ctx, input.regionId, input.staffId);
  const created = createRow(absences, { ...input, id: absenceIdOf(input) });
  const there = ctx.row(created.shard, absences.name, created.id);
  if (there && !there.deleted) return;
  const set = there === null ? created.set : { ...created.set, deletedAt: null };
  unwrap(await ctx.write([{ ...created, set }], { label: 'Record absence' }));
}

export async function removeAbsence(
  ctx: Context,
  { regionId, absenceId }: { readonly regionId: string; readonly absenceId: string },
): Promise<void> {
  const shard = rosterShard(regionId);
  unwrap(await ctx.ready([shard]));
  const row = ctx.row(shard, absences.name, absenceId);
  if (row === null || row.deleted) return;
  const set = { deletedAt: new Date(ctx.clock.now()).toISOString() };
  unwrap(await ctx.write([{ table: absences.name, shard, id: absenceId, set }], { label: 'Remove absence' }));
}
