/** What one patient needs each week, with all that a form asks for beside it. */
import {
  can,
  dateAt,
  fail,
  type LocalDate,
  orgShard,
  patientsShard,
  problem,
  rosterShard,
  unwrap,
} from '@fieldfare/kernel';
import { topicOf } from '@fieldfare/store';
import { compareText } from '../collections.ts';
import type { PatientTarget } from '../patients/index.ts';
import type { Context } from '../procedure.ts';
import { columnsOf } from '../queries.ts';
import { staffName } from '../workforce/index.ts';
import { type Requirement, requirements } from './tables.ts';

export interface RequirementsView {
  readonly today: LocalDate;
  /** In force or still to begin, by service and first day. */
  readonly rows: readonly Requirement[];
  /** How many have ended. */
  readonly past: number;
  readonly services: readonly {
    readonly code: string;
    readonly name: string;
    readonly colour: string;
    readonly minutes: number;
    /** `SCH-SPACING` of the service. */
    readonly spacingMinutes: number;
    readonly spacingDays: number;
    /** People of the region who may deliver it. */
    readonly carers: readonly { readonly staffId: string; readonly name: string }[];
  }[];
  /** Skills and languages that somebody in the region has. */
  readonly known: readonly string[];
  readonly writable: boolean;
}

async function requirementsView(ctx: Context, { regionId, patientId }: PatientTarget): Promise<RequirementsView> {
  const { db } = ctx.store;
  const [region, rows, types, people] = await Promise.all([
    db.selectFrom('regions').select('zone').where('id', '=', regionId).executeTakeFirst(),
    db
      .selectFrom('requirements')
      .select(columnsOf(requirements))
      .where('patientId', '=', patientId)
      .where('regionId', '=', regionId)
      .where('deletedAt', 'is', null)
      .orderBy('serviceCode')
      .orderBy('startsOn')
      .orderBy('id')
      .execute(),
    db
      .selectFrom('serviceTypes')
      .select(['code', 'name', 'colour', 'roles', 'defaultMinutes', 'spacingMinutes', 'spacingDays'])
      .where('deletedAt', 'is', null)
      .orderBy('name')
      .execute(),
    db
      .selectFrom('staff')
      .select(['id', 'givenName', 'familyName', 'role', 'skills', 'languages'])
      .where('regionId', '=', regionId)
      .where('active', '=', true)
      .where('deletedAt', 'is', null)
      .orderBy('familyName')
      .orderBy('givenName')
      .orderBy('id')
      .execute(),
  ]);
  if (!region) return unwrap(fail(problem('not-found', 'no such region', { rule: 'SCH-REGION' })));
  const today = dateAt(ctx.clock.now(), region.zone);
  const ahead = rows.filter(({ endsOn }) => endsOn === null || endsOn >= today);
  const { principal } = ctx;
  return {
    today,
    rows: ahead,
    past: rows.length - ahead.length,
    services: types.map(({ code, name, colour, roles, defaultMinutes, spacingMinutes, spacingDays }) => ({
      ...{ code, name, colour, minutes: defaultMinutes },
      spacingMinutes: spacingMinutes ?? 0,
      spacingDays: spacingDays ?? 0,
      carers: people
        .filter(({ role }) => roles.includes(role))
        .map((person) => ({ staffId: person.id, name: staffName(person) })),
    })),
    known: [...new Set(people.flatMap(({ skills, languages }) => [...languages, ...(skills ?? [])]))].sort(compareText),
    writable: can(principal, 'patients.write', { tenantId: principal.tenantId, regionId }).ok,
  };
}

/** Now and after every change. */
export async function* requirementsEvents(
  ctx: Context,
  input: PatientTarget,
  signal: AbortSignal | undefined,
): AsyncGenerator<RequirementsView, void, void> {
  const { regionId } = input;
  unwrap(await ctx.ready([orgShard, patientsShard(regionId), rosterShard(regionId)]));
  yield* ctx.store.live(
    [topicOf(requirements.name, patientsShard(regionId)), topicOf('staff', rosterShard(regionId))],
    () => requirementsView(ctx, input),
    signal ?? new AbortController().signal,
  );
}
