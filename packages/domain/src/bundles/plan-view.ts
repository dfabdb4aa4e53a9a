/** A care plan as a person reads it: versions, lines, what differs from the version before, what speaks against it. */
import {
  amountText,
  type BundleConfig,
  DRIVERS,
  parseProfile,
  providerFor,
  SERVICE_IDS,
  SERVICES,
  type ServiceId,
  type Unit,
  type Visits,
} from '@fieldfare/engine-bundles';
import { unwrap } from '@fieldfare/kernel';
import { userNames } from '../identity/index.ts';
import type { PatientTarget } from '../patients/index.ts';
import type { Context } from '../procedure.ts';
import type { StartWindow } from '../scheduling/index.ts';
import { type ComparedField, diffLines, type LineDiff } from './diff.ts';
import { isScheduled } from './frequency.ts';
import { draftOfRow, fromHundredths } from './line-rows.ts';
import { readOffer } from './market-query.ts';
import { type PatientPlans, type PlanTarget, planIn, readPlans } from './plan-rows.ts';
import { reviewOf } from './review.ts';
import { readSettings } from './settings.ts';
import { type PlanStatus, planStatus, signedInOrder, versionOf } from './status.ts';
import type { CarePlan, PlanOverride, ServiceLineRow } from './tables.ts';
import { type ReviewView, reviewView } from './views.ts';

export interface PlanSummary {
  readonly id: string;
  readonly status: PlanStatus;
  /** 1 for the first signed version; null for a draft. */
  readonly version: number | null;
  readonly axisName: string;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly startsOn: string | null;
  readonly signedAt: string | null;
  readonly signedBy: string | null;
  readonly endsOn: string | null;
}

export interface PlanLineView {
  readonly service: ServiceId;
  readonly label: string;
  readonly unit: Unit;
  readonly step: number;
  readonly quantity: number;
  readonly amount: string;
  readonly visits: Visits | null;
  readonly provider: ServiceLineRow['provider'];
  readonly mode: ServiceLineRow['mode'];
  readonly priority: ServiceLineRow['priority'];
  readonly ordered: boolean;
  readonly oneOff: boolean;
  readonly windows: readonly StartWindow[];
  readonly reason: string;
  /** Its visits go to the scheduler; else somebody arranges it. */
  readonly scheduled: boolean;
}

export interface ServiceChoice {
  readonly service: ServiceId;
  readonly label: string;
  readonly unit: Unit;
  readonly visits: Visits | null;
  readonly provider: ServiceLineRow['provider'];
}

export interface LineChange {
  readonly service: ServiceId;
  readonly label: string;
  readonly kind: LineDiff['kind'];
  readonly fields: readonly ComparedField[];
  readonly before: string | null;
  readonly after: string | null;
}

export interface OverrideView {
  readonly rule: string;
  readonly label: string;
  readonly reason: string;
  readonly by: string;
  readonly at: string;
}

export interface PlanView extends PlanSummary {
  readonly regionId: string;
  readonly patientId: string;
  readonly axis: string;
  readonly streamId: string;
  readonly reason: string;
  readonly lines: readonly PlanLineView[];
  readonly review: ReviewView | null;
  /** Why it could not be reviewed; null when it was. */
  readonly reviewProblem: string | null;
  /** Against the signed version it replaces; empty for a first one. */
  readonly changes: readonly LineChange[];
  readonly replacesId: string | null;
  readonly replacesVersion: number | null;
  readonly overrides: readonly OverrideView[];
  readonly versions: { readonly matrix: string; readonly axes: string; readonly rates: string };
  readonly calibration: 'uncalibrated' | 'calibrated';
  /** Every service a line could be added for, with its usual visit. */
  readonly services: readonly ServiceChoice[];
  readonly assessedOn: string | null;
  /** Needs behind it that are not known. */
  readonly unknown: readonly string[];
}

type Names = ReadonlyMap<string, string>;

function summary(config: BundleConfig, plan: CarePlan, rows: PatientPlans, names: Names): PlanSummary {
  const bundle = rows.bundles.get(plan.bundleId);
  return {
    id: plan.id,
    status: planStatus(plan, rows.plans, rows.today),
    version: versionOf(plan, rows.plans),
    axisName: config.axes.axes.find(({ id }) => id === bundle?.axis)?.name ?? bundle?.axis ?? '',
    createdAt: plan.createdAt,
    createdBy: names.get(plan.createdBy) ?? '',
    startsOn: plan.startsOn,
    signedAt: plan.signedAt,
    signedBy: plan.signedBy === null ? null : (names.get(plan.signedBy) ?? ''),
    endsOn: plan.endsOn,
  };
}

export async function listPlans(ctx: Context, input: PatientTarget): Promise<readonly PlanSummary[]> {
  const [rows, { config }] = [await readPlans(ctx, input), await readSettings(ctx)];
  const names = await userNames(ctx.store);
  return rows.plans.map((plan) => summary(config, plan, rows, names));
}

export const standingLines = (lines: readonly ServiceLineRow[]): readonly ServiceLineRow[] =>
  lines.filter(({ quantityHundredths }) => quantityHundredths > 0);

function planLineView(row: ServiceLineRow, codes: ReadonlySet<string>): PlanLineView {
  const { service, provider, mode, priority, ordered, oneOff, windows, reason } = row;
  const { label, unit, step } = SERVICES[service];
  const { visits, quantity } = draftOfRow(row);
  return {
    service,
    label,
    unit,
    step,
    quantity,
    amount: amountText(quantity, unit),
    visits,
    provider,
    mode,
    priority,
    ordered,
    oneOff,
    windows,
    reason,
    scheduled: isScheduled(row, codes),
  };
}

const amountOf = (row: ServiceLineRow | null): string | null =>
  row && amountText(fromHundredths(row.quantityHundredths), SERVICES[row.service].unit);

const changeView = ({ service, kind, fields, before, after }: LineDiff): LineChange => ({
  service,
  label: SERVICES[service].label,
  kind,
  fields,
  before: amountOf(before),
  after: amountOf(after),
});

const overrideView = ({ rule, service, reason, by, at }: PlanOverride, names: Names): OverrideView => ({
  rule,
  label: service === null ? 'The bundle' : SERVICES[service].label,
  reason,
  by: names.get(by) ?? '',
  at,
});

/** The signed plan a version is compared with: what it was made to replace, else the one signed before it. */
export function comparedWith(plan: CarePlan, plans: readonly CarePlan[]): CarePlan | null {
  const signed = signedInOrder(plans);
  const named = signed.find(({ id }) => id === plan.replacesId);
  if (named) return named;
  if (plan.signedAt === null) return signed.at(-1) ?? null;
  return signed[signed.findIndex(({ id }) => id === plan.id) - 1] ?? null;
}

export async function viewPlan(ctx: Context, input: PlanTarget): Promise<PlanView> {
  const rows = await readPlans(ctx, input);
  const { plan, bundle } = unwrap(planIn(rows, input.planId));
  const [{ config }, offer, names] = [
    await readSettings(ctx),
    await readOffer(ctx, input.regionId),
    await userNames(ctx.store),
  ];
  const lines = standingLines(rows.linesOf(plan.id));
  const review = reviewOf({
    config,
    market: offer.market,
    bundle,
    drafts: rows.linesOf(plan.id).map(draftOfRow),
    reason: plan.reason,
  });
  const before = comparedWith(plan, rows.plans);
  const profile = parseProfile(bundle.profile);
  return {
    ...summary(config, plan, rows, names),
    regionId: plan.regionId,
    patientId: plan.patientId,
    axis: bundle.axis,
    streamId: bundle.streamId,
    reason: plan.reason,
    lines: lines.map((row) => planLineView(row, offer.codes)),
    review: review.ok ? reviewView(config, review.value) : null,
    reviewProblem: review.ok ? null : review.problems[0].message,
    changes: before ? diffLines(rows.linesOf(before.id), lines).map(changeView) : [],
    replacesId: before?.id ?? null,
    replacesVersion: before ? versionOf(before, rows.plans) : null,
    overrides: rows.overridesOf(plan.id).map((row) => overrideView(row, names)),
    versions: { matrix: bundle.matrixVersion, axes: bundle.axesVersion, rates: bundle.ratesVersion },
    calibration: config.matrix.calibration,
    services: SERVICE_IDS.map((service) => {
      const { label, unit, minutes } = SERVICES[service];
      const visits = minutes === null ? null : { perWeek: 1, minutes };
      return { service, label, unit, visits, provider: providerFor(service, offer.market) };
    }),
    assessedOn: profile.ok ? profile.value.assessedOn : null,
    unknown: profile.ok
      ? config.matrix.required
          .filter((driver) => DRIVERS[driver].read(profile.value).level === null)
          .map((driver) => DRIVERS[driver].label)
      : [],
  };
}
