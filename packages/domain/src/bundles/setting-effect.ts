/**
 * What another version of the settings would mean for a region: every assessed patient's scenarios computed with the
 * version in force and with the other one. Changes nothing.
 *
 *  BST-EFFECT  a patient is compared on the axis of the plan they have, else on the one recommended by the version in force,
 *              else on the first that applies; both versions see the same profile, market and funding stream
 */
import { type BundleConfig, evaluateAll, type PatientQuestion, type PatientSummary } from '@fieldfare/engine-bundles';
import { invariant, unwrap } from '@fieldfare/kernel';
import {
  type AssessedPatient,
  assessedPatients,
  patientProfile,
  type RecordsProgress,
  readEach,
} from '../assessments/index.ts';
import { breathe } from '../breathe.ts';
import type { PatientTarget } from '../patients/index.ts';
import type { Context } from '../procedure.ts';
import { readOffer } from './market-query.ts';
import { readPlans } from './plan-rows.ts';
import { readSettings, tryContent } from './settings.ts';
import { planStatus } from './status.ts';
import type { CareBundle, SettingKind } from './tables.ts';

/** A patient's week on one axis; null where the axis does not apply. */
export interface AxisWeek {
  readonly hoursPerWeek: number;
  readonly weeklyCents: number;
}

export interface PatientShift {
  readonly patientId: string;
  readonly name: string;
  readonly axis: string;
  /** The axis is that of the plan the patient has. */
  readonly planned: boolean;
  readonly before: AxisWeek | null;
  readonly after: AxisWeek | null;
  /** Axis recommended before and after; null for none. */
  readonly recommended: readonly [string | null, string | null];
  /** Whether something stops the recommendation, before and after. */
  readonly stopped: readonly [boolean, boolean];
}

export interface SettingEffect {
  /** Patients with a needs profile. */
  readonly assessed: number;
  /** Only those for whom something changes, largest change of hours first. */
  readonly shifts: readonly PatientShift[];
  /** Axis → its name in either version. */
  readonly axisNames: Readonly<Record<string, string>>;
}

export type SettingEffectEvent = RecordsProgress | { readonly type: 'effect'; readonly effect: SettingEffect };

interface Assessed {
  readonly question: PatientQuestion;
  readonly name: string;
  readonly plannedAxis: string | null;
}

/** The bundle of the plan the patient has, or will have; null without one. */
async function plannedBundle(ctx: Context, target: PatientTarget): Promise<CareBundle | null> {
  const { plans, bundles, today } = await readPlans(ctx, target);
  const plan = plans.find((one) => ['active', 'upcoming'].includes(planStatus(one, plans, today)));
  return plan ? (bundles.get(plan.bundleId) ?? null) : null;
}

const weekOn = (summary: PatientSummary, axis: string): AxisWeek | null => {
  const found = summary.axes.find((one) => one.axis === axis);
  return found ? { hoursPerWeek: found.hoursPerWeek, weeklyCents: found.weeklyCents } : null;
};

/** `BST-EFFECT` */
function shiftOf(assessed: Assessed, before: PatientSummary, after: PatientSummary): PatientShift {
  const { question, name, plannedAxis } = assessed;
  const axis = plannedAxis ?? before.recommended ?? before.axes[0]?.axis ?? after.axes[0]?.axis ?? '';
  return {
    patientId: question.id,
    name,
    axis,
    planned: plannedAxis !== null,
    before: weekOn(before, axis),
    after: weekOn(after, axis),
    recommended: [before.recommended, after.recommended],
    stopped: [before.stopped, after.stopped],
  };
}

const isShift = ({ before, after, recommended, stopped }: PatientShift): boolean =>
  before?.hoursPerWeek !== after?.hoursPerWeek ||
  before?.weeklyCents !== after?.weeklyCents ||
  recommended[0] !== recommended[1] ||
  stopped[0] !== stopped[1];

const hoursMoved = ({ before, after }: PatientShift): number =>
  Math.abs((after?.hoursPerWeek ?? 0) - (before?.hoursPerWeek ?? 0));

const axisNamesOf = (configs: readonly BundleConfig[]): Record<string, string> =>
  Object.fromEntries(configs.flatMap(({ axes }) => axes.axes.map(({ id, name }) => [id, name])));

/** Progress over all patients, then the effect. Ending the signal ends it without one. */
export async function* settingEffect(
  ctx: Context,
  input: { readonly regionId: string; readonly kind: SettingKind; readonly content: string },
  signal: AbortSignal | undefined,
): AsyncGenerator<SettingEffectEvent, void, void> {
  const { regionId } = input;
  const inForce = await readSettings(ctx);
  const other = unwrap(tryContent(inForce, input.kind, input.content));
  const { market } = await readOffer(ctx, regionId);
  const [first] = inForce.config.book.streams;
  const read = async ({ id, name }: AssessedPatient): Promise<Assessed> => {
    const target = { regionId, patientId: id };
    const { profile } = await patientProfile(ctx, target);
    const bundle = await plannedBundle(ctx, target);
    const stream = inForce.config.streams.get(bundle?.streamId ?? '') ?? first;
    invariant(stream, 'a configuration has a funding stream');
    return { question: { id, profile, stream, market }, name, plannedAxis: bundle?.axis ?? null };
  };
  const assessed = yield* readEach(await assessedPatients(ctx, regionId), read, signal);
  if (assessed === null) return;

  const summaries: PatientSummary[][] = [];
  for (const config of [inForce.config, other]) {
    const run = evaluateAll(
      config,
      assessed.map(({ question }) => question),
    );
    let next = run.next();
    while (!next.done) {
      await breathe();
      if (signal?.aborted) return;
      next = run.next();
    }
    summaries.push([...next.value.summaries]);
  }
  const [before = [], after = []] = summaries;
  const shifts = assessed.flatMap((one, index) => {
    const [was, is] = [before[index], after[index]];
    const shift = was && is && shiftOf(one, was, is);
    return shift && isShift(shift) ? [shift] : [];
  });
  yield {
    type: 'effect',
    effect: {
      assessed: assessed.length,
      shifts: shifts.sort((a, b) => hoursMoved(b) - hoursMoved(a) || (a.patientId < b.patientId ? -1 : 1)),
      axisNames: axisNamesOf([inForce.config, other]),
    },
  };
}
