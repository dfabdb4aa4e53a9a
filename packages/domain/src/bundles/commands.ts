/** What a person does to care plans: look at the rows as they are, ask the rules, write one commit. */
import {
  type LineDraft,
  type PatientNeedsProfile,
  profileText,
  proposeBundles,
  quantityOf,
  SERVICES,
} from '@fieldfare/engine-bundles';
import {
  createRow,
  deleteRow,
  deterministicId,
  fail,
  newId,
  ok,
  type Problem,
  problem,
  type Result,
  type RowChange,
  unwrap,
  updateRow,
} from '@fieldfare/kernel';
import type { PatientTarget } from '../patients/index.ts';
import type { Context } from '../procedure.ts';
import { currentDemand, type StartWindow } from '../scheduling/index.ts';
import {
  hundredths,
  lineIdOf,
  pairingFor,
  roomyWindows,
  rowOfLine,
  visitedBy,
  windowsFor,
  withPairing,
} from './line-rows.ts';
import { readOffer } from './market-query.ts';
import { type PatientPlans, type PlanTarget, planIn, readPlans } from './plan-rows.ts';
import { streamIn } from './review.ts';
import { readSettings } from './settings.ts';
import { type CarePlan, careBundles, carePlans, type ServiceLineRow, serviceLines } from './tables.ts';

/** `CPL-DRAFT` */
export function isDraft(plan: CarePlan): Result<void> {
  return plan.signedAt === null
    ? ok(undefined)
    : fail(problem('conflict', 'a signed plan is not changed: make a new version', { rule: 'CPL-DRAFT' }));
}

/** A patient has one draft at a time: the next one takes its place. */
const withoutDrafts = (rows: PatientPlans, at: string): RowChange[] =>
  rows.plans.filter(({ signedAt }) => signedAt === null).map((plan) => deleteRow(carePlans, plan, at));

const nowText = (ctx: Context): string => new Date(ctx.clock.now()).toISOString();

export interface ChooseInput extends PatientTarget {
  readonly streamId: string;
  readonly axis: string;
  readonly reason: string;
}

/** A scenario becomes a draft plan. `BND-CHOICE` when the axis does not apply to this patient. */
export async function chooseBundle(
  ctx: Context,
  input: ChooseInput,
  profile: PatientNeedsProfile,
): Promise<{ readonly planId: string }> {
  const { regionId, patientId, streamId, axis, reason } = input;
  const { config } = await readSettings(ctx);
  const { market, codes } = await readOffer(ctx, regionId);
  const rows = await readPlans(ctx, input);
  const stream = unwrap(streamIn(config, streamId));
  const proposal = proposeBundles(config, { profile, stream, market });
  const scenario = proposal.scenarios.find((each) => each.axis === axis);
  if (!scenario) {
    return unwrap(fail(problem('invalid', 'this axis does not apply', { rule: 'BND-CHOICE', path: ['axis'] })));
  }
  const current = await currentDemand(ctx, { regionId, patientId, from: rows.today });
  const at = nowText(ctx);
  const by = ctx.principal.userId;
  const bundle = {
    id: newId(ctx.clock, ctx.random),
    regionId,
    patientId,
    axis,
    recommended: proposal.recommended,
    streamId,
    profile: profileText(profile),
    matrixVersion: proposal.versions.matrix,
    axesVersion: proposal.versions.axes,
    ratesVersion: proposal.versions.rates,
    chosenAt: at,
    chosenBy: by,
  };
  const plan: CarePlan = {
    ...draftPlan(ctx, input, { bundleId: bundle.id, replacesId: standingPlan(rows)?.id ?? null }),
    reason,
  };
  const lines = scenario.lines
    .map((line) => withPairing(line, pairingFor(line.service, codes, current)))
    .map((line) => rowOfLine(plan, line, windowsFor(line.service, line.visits?.perWeek ?? 0, codes, current)));
  const changes = [
    ...withoutDrafts(rows, at),
    createRow(careBundles, bundle),
    createRow(carePlans, plan),
    ...lines.map((line) => createRow(serviceLines, line)),
  ];
  unwrap(await ctx.write(changes, { label: `Choose ${scenario.name}` }));
  return { planId: plan.id };
}

/** The signed plan that holds longest into the future. */
export const standingPlan = (rows: PatientPlans): CarePlan | null =>
  rows.plans
    .filter(({ signedAt, endedAt }) => signedAt !== null && endedAt === null)
    .reduce<CarePlan | null>(
      (last, plan) => (last === null || (plan.startsOn ?? '') > (last.startsOn ?? '') ? plan : last),
      null,
    );

function draftPlan(
  ctx: Context,
  { regionId, patientId }: PatientTarget,
  from: Pick<CarePlan, 'bundleId' | 'replacesId'>,
): CarePlan {
  return {
    id: newId(ctx.clock, ctx.random),
    regionId,
    patientId,
    ...from,
    createdAt: nowText(ctx),
    createdBy: ctx.principal.userId,
    reason: '',
    startsOn: null,
    signedAt: null,
    signedBy: null,
    endsOn: null,
    endedAt: null,
    endReason: '',
  };
}

/**
 * A draft with the lines of a signed plan, to be changed and signed in its place. What was wanted once is left out; two
 * carers who come by now are taken over (`CPL-PAIR`).
 */
export async function revisePlan(ctx: Context, input: PlanTarget): Promise<{ readonly planId: string }> {
  const rows = await readPlans(ctx, input);
  const { plan } = unwrap(planIn(rows, input.planId));
  if (plan.signedAt === null) return { planId: plan.id };
  const draft: CarePlan = {
    ...draftPlan(ctx, input, { bundleId: plan.bundleId, replacesId: plan.id }),
    reason: plan.reason,
  };
  const { codes } = await readOffer(ctx, input.regionId);
  const current = await currentDemand(ctx, { ...input, from: rows.today });
  const lines = rows
    .linesOf(plan.id)
    .filter(({ oneOff }) => !oneOff)
    .map((line) => ({ ...line, id: lineIdOf(draft.id, line.service), planId: draft.id }))
    .map((line) => (line.pairing ? line : visitedBy(line, pairingFor(line.service, codes, current))));
  const changes = [
    ...withoutDrafts(rows, nowText(ctx)),
    createRow(carePlans, draft),
    ...lines.map((line) => createRow(serviceLines, line)),
  ];
  unwrap(await ctx.write(changes, { label: 'Revise care plan' }));
  return { planId: draft.id };
}

/** One line as a screen sends it. */
export type LineInput = LineDraft & { readonly windows?: StartWindow[] | undefined };

/**
 * `CPL-VISITS`: visits of a plan come in quarters a week, so that four weeks hold whole ones; what is visited has
 * visits and what is not has none. `CPL-PAIR`: of two carers in turn the second comes between a least and a most.
 */
export function lineProblems(lines: readonly LineInput[]): readonly Problem[] {
  const seen = new Set<string>();
  return lines.flatMap(({ service, visits }, index): Problem[] => {
    const { label, minutes } = SERVICES[service];
    const say = (message: string, rule = 'CPL-VISITS'): Problem[] => [
      problem('invalid', message, { rule, path: ['lines', index] }),
    ];
    if (seen.has(service)) return say(`${label} stands twice`);
    seen.add(service);
    if (visits === null) return [];
    if (minutes === null) return say(`nobody visits for ${label.toLowerCase()}`);
    if ((visits.perWeek * 4) % 1 !== 0) return say(`visits of ${label.toLowerCase()} come in quarters a week`);
    const { pairing } = visits;
    if (pairing?.kind !== 'after' || pairing.mostMinutes >= pairing.leastMinutes) return [];
    return say(`${label}: the longest gap between the two carers is shorter than the shortest`, 'CPL-PAIR');
  });
}

/** A line as it is to be stored, over the row that stands there. */
export function rowOfInput(plan: CarePlan, line: LineInput, before: ServiceLineRow | undefined): ServiceLineRow {
  const { service, visits, provider, mode, reason } = line;
  const quantity = visits ? quantityOf(service, visits) : SERVICES[service].minutes === null ? line.quantity : 0;
  return {
    id: lineIdOf(plan.id, service),
    regionId: plan.regionId,
    patientId: plan.patientId,
    planId: plan.id,
    service,
    quantityHundredths: hundredths(quantity),
    visitsHundredths: visits ? hundredths(visits.perWeek) : null,
    minutes: visits?.minutes ?? null,
    provider,
    mode,
    priority: before?.priority ?? 'routine',
    ordered: before?.ordered ?? false,
    oneOff: before?.oneOff ?? false,
    windows: line.windows ?? (visits ? roomyWindows(service, visits.perWeek, before?.windows ?? []) : []),
    reason,
    pairing: visits?.pairing ?? null,
  };
}

export interface SaveInput extends PlanTarget {
  /** Every line of the plan; what is left out is taken out. */
  readonly lines: readonly LineInput[];
  readonly reason: string;
}

/** Only fields that differ are written, so that two people who adjust different lines both keep what they did. */
export async function saveLines(ctx: Context, input: SaveInput): Promise<{ readonly changed: number }> {
  const problems = lineProblems(input.lines);
  const [first, ...rest] = problems;
  if (first) unwrap(fail(first, ...rest));
  const rows = await readPlans(ctx, input);
  const { plan } = unwrap(planIn(rows, input.planId));
  unwrap(isDraft(plan));
  const before = new Map(rows.linesOf(plan.id).map((row) => [row.service, row]));
  const kept = new Set(input.lines.map(({ service }) => service));
  const wanted = [
    ...input.lines,
    ...[...before.values()]
      .filter(({ service, quantityHundredths }) => !kept.has(service) && quantityHundredths > 0)
      .map(
        ({ service, provider, mode, reason }): LineInput => ({
          service,
          quantity: 0,
          visits: null,
          provider,
          mode,
          reason,
        }),
      ),
  ];
  const changes = wanted.flatMap((line): RowChange[] => {
    const old = before.get(line.service);
    const row = rowOfInput(plan, line, old);
    if (!old) return [createRow(serviceLines, row)];
    const set = Object.fromEntries(
      Object.entries(row).filter(
        ([field, value]) => JSON.stringify(value) !== JSON.stringify(old[field as keyof ServiceLineRow]),
      ),
    );
    return Object.keys(set).length > 0 ? [updateRow(serviceLines, old, set)] : [];
  });
  if (plan.reason !== input.reason) changes.push(updateRow(carePlans, plan, { reason: input.reason }));
  if (changes.length > 0) unwrap(await ctx.write(changes, { label: 'Adjust care plan' }));
  return { changed: changes.length };
}

export async function discardDraft(ctx: Context, input: PlanTarget): Promise<void> {
  const rows = await readPlans(ctx, input);
  const { plan } = unwrap(planIn(rows, input.planId));
  unwrap(isDraft(plan));
  unwrap(await ctx.write([deleteRow(carePlans, plan, nowText(ctx))], { label: 'Discard draft plan' }));
}

export const overrideIdOf = (planId: string, rule: string, service: string | null): string =>
  deterministicId('plan-override', planId, rule, service ?? '');
