import { can, dateAt, fail, type LocalDate, orgShard, problem, rosterShard, unwrap } from '@fieldfare/kernel';
import { topicOf } from '@fieldfare/store';
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

export interface Roster {
  readonly today: LocalDate;
  readonly people: readonly StaffMember[];
  /** Whether this reader may change it. */
  readonly writable: boolean;
}

async function roster(ctx: Context, regionId: string): Promise<Roster> {
  const region = await ctx.store.db.selectFrom('regions').select('zone').where('id', '=', regionId).executeTakeFirst();
  if (!region) return unwrap(fail(problem('not-found', 'no such region', { rule: 'SCH-REGION' })));
  const { principal } = ctx;
  return {
    today: dateAt(ctx.clock.now(), region.zone),
    people: await listStaff(ctx, regionId),
    writable: can(principal, 'workforce.write', { tenantId: principal.tenantId, regionId }).ok,
  };
}

/** The roster now and after every change. */
export async function* rosterEvents(
  ctx: Context,
  { regionId }: { readonly regionId: string },
  signal: AbortSignal | undefined,
): AsyncGenerator<Roster, void, void> {
  const shard = rosterShard(regionId);
  unwrap(await ctx.ready([orgShard, shard]));
  yield* ctx.store.live(
    [staff, absences].map(({ name }) => topicOf(name, shard)),
    () => roster(ctx, regionId),
    signal ?? new AbortController().signal,
  );
}
