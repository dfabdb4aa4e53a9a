/** A patient's bundles, plans and lines as the projection has them. */
import { SERVICE_IDS } from '@fieldfare/engine-bundles';
import { dateAt, fail, type LocalDate, patientShard, problem, type Result, unwrap } from '@fieldfare/kernel';
import { groupBy } from '../collections.ts';
import type { PatientTarget } from '../patients/index.ts';
import type { Context } from '../procedure.ts';
import { columnsOf } from '../queries.ts';
import {
  type CareBundle,
  type CarePlan,
  careBundles,
  carePlans,
  type PlanOverride,
  planOverrides,
  type ServiceLineRow,
  serviceLines,
} from './tables.ts';

export interface PlanTarget extends PatientTarget {
  readonly planId: string;
}

export interface PatientPlans {
  readonly bundles: ReadonlyMap<string, CareBundle>;
  /** Newest first. */
  readonly plans: readonly CarePlan[];
  /** In the order of the services. */
  readonly linesOf: (planId: string) => readonly ServiceLineRow[];
  readonly overridesOf: (planId: string) => readonly PlanOverride[];
  /** In the region's zone. */
  readonly today: LocalDate;
}

export async function readPlans(ctx: Context, { regionId, patientId }: PatientTarget): Promise<PatientPlans> {
  unwrap(await ctx.ready([patientShard(regionId, patientId)]));
  const { db } = ctx.store;
  const [bundles, plans, lines, overrides, region] = await Promise.all([
    db
      .selectFrom('careBundles')
      .select(columnsOf(careBundles))
      .where('patientId', '=', patientId)
      .where('deletedAt', 'is', null)
      .execute(),
    db
      .selectFrom('carePlans')
      .select(columnsOf(carePlans))
      .where('patientId', '=', patientId)
      .where('deletedAt', 'is', null)
      .orderBy('createdAt', 'desc')
      .orderBy('id')
      .execute(),
    db
      .selectFrom('serviceLines')
      .select(columnsOf(serviceLines))
      .where('patientId', '=', patientId)
      .where('deletedAt', 'is', null)
      .orderBy('id')
      .execute(),
    db
      .selectFrom('planOverrides')
      .select(columnsOf(planOverrides))
      .where('patientId', '=', patientId)
      .where('deletedAt', 'is', null)
      .orderBy('id')
      .execute(),
    db.selectFrom('regions').select('zone').where('id', '=', regionId).executeTakeFirst(),
  ]);
  const order = new Map(SERVICE_IDS.map((service, index) => [service, index]));
  const byPlan = groupBy(
    lines.toSorted((a, b) => (order.get(a.service) ?? 0) - (order.get(b.service) ?? 0)),
    ({ planId }) => planId,
  );
  const overridden = groupBy(overrides, ({ planId }) => planId);
  return {
    bundles: new Map(bundles.map((row) => [row.id, row])),
    plans,
    linesOf: (planId) => byPlan.get(planId) ?? [],
    overridesOf: (planId) => overridden.get(planId) ?? [],
    today: dateAt(ctx.clock.now(), region?.zone ?? 'UTC'),
  };
}

/** The plan and the bundle it was made from (`CPL-PLAN`). */
export function planIn(
  rows: PatientPlans,
  planId: string,
): Result<{ readonly plan: CarePlan; readonly bundle: CareBundle }> {
  const plan = rows.plans.find(({ id }) => id === planId);
  const bundle = plan && rows.bundles.get(plan.bundleId);
  return plan && bundle
    ? { ok: true, value: { plan, bundle } }
    : fail(problem('not-found', 'no such care plan', { rule: 'CPL-PLAN', path: ['planId'] }));
}
