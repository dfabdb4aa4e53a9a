/** Signing and ending a plan: what it would do to the weeks ahead, then the same thing done, as one commit. */
import { SERVICES } from '@fieldfare/engine-bundles';
import {
  addDays,
  createRow,
  fail,
  isLocalDate,
  type LocalDate,
  ok,
  type Problem,
  problem,
  type Result,
  type RowChange,
  stableHash,
  unwrap,
  updateRow,
} from '@fieldfare/kernel';
import { compareText } from '../collections.ts';
import type { Context } from '../procedure.ts';
import {
  changeOfDemand,
  type Delivery,
  type DemandChange,
  deliveryOf,
  demandRows,
  effectByWeek,
  type Requirement,
  type WeekEffect,
} from '../scheduling/index.ts';
import { isDraft, overrideIdOf } from './commands.ts';
import { isScheduled, requirementsOf } from './frequency.ts';
import { draftOfRow } from './line-rows.ts';
import { type RegionOffer, readOffer } from './market-query.ts';
import { type PatientPlans, type PlanTarget, planIn, readPlans } from './plan-rows.ts';
import { standingLines } from './plan-view.ts';
import { reviewOf } from './review.ts';
import { readSettings } from './settings.ts';
import { type CarePlan, carePlans, type PlanOverride, planOverrides } from './tables.ts';

export interface DemandLine {
  readonly requirementId: string;
  readonly service: string;
  /** `7 × 45 min a week`, `1 × 60 min every 4 weeks, two carers` */
  readonly text: string;
}

export interface EffectView {
  readonly from: LocalDate;
  /** Names this very effect: signing asks for it, so that nobody signs what was not shown. */
  readonly token: string;
  readonly begins: readonly DemandLine[];
  readonly ends: readonly DemandLine[];
  readonly stays: readonly DemandLine[];
  readonly weeks: readonly WeekEffect[];
  /** Lines that no service type of the organisation stands for: somebody arranges them. */
  readonly arranged: readonly string[];
}

const demandLine =
  ({ serviceNames }: RegionOffer) =>
  ({ id, serviceCode, visitsPerWeek, minutes, everyWeeks, pairing }: Requirement): DemandLine => ({
    requirementId: id,
    service: serviceNames.get(serviceCode) ?? serviceCode,
    text: `${visitsPerWeek} × ${minutes} min ${everyWeeks && everyWeeks > 1 ? `every ${everyWeeks} weeks` : 'a week'}${
      pairing ? ', two carers' : ''
    }`,
  });

const idsOf = (rows: readonly { readonly id: string }[]): string[] => rows.map(({ id }) => id).sort();

const tokenOf = (planId: string, from: LocalDate, change: DemandChange): string =>
  stableHash(planId, from, ...[change.ends, change.stays, change.begins, change.cancelled, change.planned].map(idsOf));

function effectView(planId: string, from: LocalDate, change: DemandChange, offer: RegionOffer): EffectView {
  const toLine = demandLine(offer);
  const lines = (rows: readonly Requirement[]): DemandLine[] =>
    rows.map(toLine).sort((a, b) => compareText(a.service, b.service) || compareText(a.text, b.text));
  return {
    from,
    token: tokenOf(planId, from, change),
    begins: lines(change.begins),
    ends: lines(change.ends),
    stays: lines(change.stays),
    weeks: effectByWeek(change),
    arranged: [],
  };
}

/** `CPL-START` */
function startable(startsOn: LocalDate, today: LocalDate): Result<void> {
  return isLocalDate(startsOn) && startsOn >= today
    ? ok(undefined)
    : fail(problem('invalid', 'a plan begins today or later', { rule: 'CPL-START', path: ['startsOn'] }));
}

export interface SignInput extends PlanTarget {
  readonly startsOn: LocalDate;
  /** Requirements that go on beside the plan. */
  readonly beside: readonly string[];
}

interface Signing {
  readonly rows: PatientPlans;
  readonly plan: CarePlan;
  readonly change: DemandChange;
  readonly offer: RegionOffer;
  readonly arranged: readonly string[];
}

async function prepare(ctx: Context, input: SignInput): Promise<Signing> {
  const rows = await readPlans(ctx, input);
  const { plan } = unwrap(planIn(rows, input.planId));
  unwrap(isDraft(plan));
  unwrap(startable(input.startsOn, rows.today));
  const offer = await readOffer(ctx, input.regionId);
  const lines = standingLines(rows.linesOf(plan.id));
  const change = await changeOfDemand(ctx, {
    regionId: input.regionId,
    patientId: input.patientId,
    from: input.startsOn,
    wanted: requirementsOf(lines, input.startsOn, offer.codes),
    beside: input.beside,
  });
  const arranged = lines
    .filter((line) => !isScheduled(line, offer.codes))
    .map(({ service }) => SERVICES[service].label);
  return { rows, plan, change, offer, arranged };
}

export async function effectOfSigning(ctx: Context, input: SignInput): Promise<EffectView> {
  const { plan, change, offer, arranged } = await prepare(ctx, input);
  return { ...effectView(plan.id, input.startsOn, change, offer), arranged };
}

/** `CPL-STALE` */
const asShown = (token: string, shown: string): Result<void> =>
  token === shown
    ? ok(undefined)
    : fail(problem('conflict', 'the weeks ahead have changed since you looked', { rule: 'CPL-STALE' }));

/** `CPL-FINDINGS`: what the review stops, and what still lacks a reason, keeps a plan from being signed. */
async function overridesAtSigning(
  ctx: Context,
  { rows, plan, offer }: Signing,
  at: string,
): Promise<readonly PlanOverride[]> {
  const { config } = await readSettings(ctx);
  const { bundle } = unwrap(planIn(rows, plan.id));
  const drafts = rows.linesOf(plan.id).map(draftOfRow);
  const review = unwrap(reviewOf({ config, market: offer.market, bundle, drafts, reason: plan.reason }));
  const [first, ...rest] = review.findings
    .filter(({ outcome }) => outcome !== 'noted')
    .map(
      ({ rule, text, outcome }): Problem =>
        problem('invalid', outcome === 'stop' ? text : `${text} Say why.`, {
          rule,
          params: { finding: 'CPL-FINDINGS' },
        }),
    );
  if (first) unwrap(fail(first, ...rest));
  const reasonOf = new Map(drafts.map(({ service, reason }) => [service, reason]));
  const lineOf = new Map(review.lines.map((line) => [line.service, line]));
  return review.findings.map(({ rule, service }) => {
    const line = service === null ? undefined : lineOf.get(service);
    return {
      id: overrideIdOf(plan.id, rule, service),
      regionId: plan.regionId,
      patientId: plan.patientId,
      planId: plan.id,
      rule,
      service,
      proposedHundredths: line ? Math.round(line.range.default * 100) : null,
      chosenHundredths: service === null ? null : Math.round((line?.quantity ?? 0) * 100),
      reason: (service === null ? plan.reason : (reasonOf.get(service) ?? '')).trim(),
      by: ctx.principal.userId,
      at,
    };
  });
}

/** The plan holds from `startsOn` on: its requirements, the visits that fall away and those that come, all or nothing. */
export async function signPlan(
  ctx: Context,
  input: SignInput & { readonly token: string },
): Promise<{ readonly planned: number; readonly cancelled: number }> {
  const signing = await prepare(ctx, input);
  const { plan, change } = signing;
  unwrap(asShown(tokenOf(plan.id, input.startsOn, change), input.token));
  const at = new Date(ctx.clock.now()).toISOString();
  const overrides = await overridesAtSigning(ctx, signing, at);
  const changes: RowChange[] = [
    updateRow(carePlans, plan, { startsOn: input.startsOn, signedAt: at, signedBy: ctx.principal.userId }),
    ...overrides.map((row) => createRow(planOverrides, row)),
    ...demandRows(change, input.startsOn, at),
  ];
  unwrap(await ctx.write(changes, { label: 'Sign care plan' }));
  return { planned: change.planned.length, cancelled: change.cancelled.length };
}

export interface EndInput extends PlanTarget {
  /** Last day. */
  readonly endsOn: LocalDate;
  /** Requirements that go on without the plan. */
  readonly beside: readonly string[];
}

async function prepareEnd(
  ctx: Context,
  input: EndInput,
): Promise<{ plan: CarePlan; change: DemandChange; from: LocalDate }> {
  const rows = await readPlans(ctx, input);
  const { plan } = unwrap(planIn(rows, input.planId));
  if (plan.signedAt === null || plan.endedAt !== null) {
    unwrap(fail(problem('conflict', 'only a signed plan ends, and once', { rule: 'CPL-SIGNED' })));
  }
  unwrap(startable(input.endsOn, rows.today));
  const from = addDays(input.endsOn, 1);
  const { regionId, patientId } = input;
  return {
    plan,
    from,
    change: await changeOfDemand(ctx, { regionId, patientId, from, wanted: [], beside: input.beside }),
  };
}

export async function effectOfEnding(ctx: Context, input: EndInput): Promise<EffectView> {
  const { plan, change, from } = await prepareEnd(ctx, input);
  return effectView(plan.id, from, change, await readOffer(ctx, input.regionId));
}

export async function endPlan(
  ctx: Context,
  input: EndInput & { readonly reason: string; readonly token: string },
): Promise<{ readonly cancelled: number }> {
  const { plan, change, from } = await prepareEnd(ctx, input);
  unwrap(asShown(tokenOf(plan.id, from, change), input.token));
  const at = new Date(ctx.clock.now()).toISOString();
  const changes = [
    updateRow(carePlans, plan, { endsOn: input.endsOn, endedAt: at, endReason: input.reason }),
    ...demandRows(change, from, at),
  ];
  unwrap(await ctx.write(changes, { label: 'End care plan' }));
  return { cancelled: change.cancelled.length };
}

export interface DeliveryView extends Delivery {
  readonly service: string;
  readonly text: string;
}

/** Who could deliver in a week what the plan begins: in the week as it stands, with the room that ended visits leave. */
export async function deliveryOfPlan(
  ctx: Context,
  input: SignInput & { readonly week: string },
): Promise<readonly DeliveryView[]> {
  const { change, offer } = await prepare(ctx, input);
  const wanted = change.begins;
  const found = await deliveryOf(ctx, {
    regionId: input.regionId,
    patientId: input.patientId,
    week: input.week,
    wanted,
    ended: new Set(change.ends.map(({ id }) => id)),
  });
  const lines = new Map(wanted.map((row) => [row.id, demandLine(offer)(row)]));
  return found.map((each) => {
    const line = lines.get(each.requirementId);
    return { ...each, service: line?.service ?? '', text: line?.text ?? '' };
  });
}
