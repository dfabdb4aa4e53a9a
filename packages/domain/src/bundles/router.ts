/** The bundle and care plan procedures. Thin: parse, ask for permission, call. */
import { SERVICE_IDS } from '@fieldfare/engine-bundles';
import { can, isIsoWeek, isLocalDate, type Problem, unwrap } from '@fieldfare/kernel';
import { z } from 'zod';
import { regionProcedure, router, tenantProcedure } from '../procedure.ts';
import { pairing, startWindow } from '../scheduling/index.ts';
import { discardDraft, revisePlan, saveLines } from './commands.ts';
import { readOffer } from './market-query.ts';
import { planIn, readPlans } from './plan-rows.ts';
import { listPlans, viewPlan } from './plan-view.ts';
import { choose, propose } from './propose.ts';
import { reviewOf } from './review.ts';
import { settingEffect } from './setting-effect.ts';
import { adoptSetting, readSettings, tryContent } from './settings.ts';
import { deliveryOfPlan, effectOfEnding, effectOfSigning, endPlan, signPlan } from './sign.ts';
import { LINE_MODES, LINE_PROVIDERS, SETTING_KINDS } from './tables.ts';
import { matrixNames, reviewView, streamViews } from './views.ts';

const patient = z.object({ patientId: z.uuid() });
const plan = patient.extend({ planId: z.uuid() });
const word = z.string().min(1).max(24);
const reason = z.string().max(1000);
const date = z.string().refine(isLocalDate, 'a date, YYYY-MM-DD');
const week = z.string().refine(isIsoWeek, 'an ISO week, YYYY-Www');
const token = z.string().min(1).max(64);
const beside = z.array(z.uuid()).max(200);
const signing = plan.extend({ startsOn: date, beside });
const ending = plan.extend({ endsOn: date, beside });
const line = z.object({
  service: z.enum(SERVICE_IDS),
  quantity: z.number().min(0).max(1000),
  visits: z
    .object({
      perWeek: z.number().min(0).max(42),
      minutes: z.int().min(5).max(720),
      pairing: pairing.nullish(),
    })
    .nullable(),
  provider: z.enum(LINE_PROVIDERS),
  mode: z.enum(LINE_MODES),
  reason,
  windows: z.array(startWindow).max(14).optional(),
});
const lines = plan.extend({ lines: z.array(line).max(SERVICE_IDS.length), reason });
const setting = z.object({ kind: z.enum(SETTING_KINDS), content: z.string().min(2).max(200_000) });

const read = regionProcedure('clinical.read');
const write = regionProcedure('clinical.write');
/** A signed plan changes the schedule: whoever signs may do that too. */
const sign = regionProcedure('schedule.write').concat(write);

export const bundlesRouter = router({
  /** Scenarios side by side, from the patient's needs profile. Changes nothing. */
  propose: read.input(patient.extend({ streamId: word })).query(({ ctx, input }) => propose(ctx, input)),
  /** A scenario becomes the patient's draft plan. */
  choose: write
    .input(patient.extend({ streamId: word, axis: word, reason }))
    .mutation(({ ctx, input }) => choose(ctx, input)),
  plans: read.input(patient).query(({ ctx, input }) => listPlans(ctx, input)),
  plan: read.input(plan).query(({ ctx, input }) => viewPlan(ctx, input)),
  /** Floors, cost and envelope of lines as they stand on a screen, before they are saved. */
  review: read.input(lines).query(async ({ ctx, input }) => {
    const { bundle } = unwrap(planIn(await readPlans(ctx, input), input.planId));
    const { config } = await readSettings(ctx);
    const { market } = await readOffer(ctx, input.regionId);
    const review = reviewOf({ config, market, bundle, drafts: input.lines, reason: input.reason });
    return reviewView(config, unwrap(review));
  }),
  save: write.input(lines).mutation(({ ctx, input }) => saveLines(ctx, input)),
  revise: write.input(plan).mutation(({ ctx, input }) => revisePlan(ctx, input)),
  discard: write.input(plan).mutation(({ ctx, input }) => discardDraft(ctx, input)),
  /** What signing would do to the weeks ahead. Its token goes with `sign`. */
  effect: read.input(signing).query(({ ctx, input }) => effectOfSigning(ctx, input)),
  sign: sign.input(signing.extend({ token })).mutation(({ ctx, input }) => signPlan(ctx, input)),
  endEffect: read.input(ending).query(({ ctx, input }) => effectOfEnding(ctx, input)),
  end: sign.input(ending.extend({ token, reason })).mutation(({ ctx, input }) => endPlan(ctx, input)),
  /** Who could deliver the plan's visits in a week as it stands. Changes nothing. */
  delivery: read.input(signing.extend({ week })).query(({ ctx, input }) => deliveryOfPlan(ctx, input)),
  settings: tenantProcedure('orgs.read').query(async ({ ctx }) => {
    const { parts, rows, config, passedOver } = await readSettings(ctx);
    return {
      passedOver,
      /** Whether the caller may adopt another version. */
      writable: can(ctx.principal, 'orgs.write', { tenantId: ctx.principal.tenantId, regionId: null }).ok,
      calibration: config.matrix.calibration,
      streams: streamViews(config),
      names: matrixNames(),
      kinds: SETTING_KINDS.map((kind) => ({
        kind,
        content: JSON.stringify(parts[kind], null, 2),
        adoptedAt: rows[kind]?.adoptedAt ?? null,
        note: rows[kind]?.note ?? '',
      })),
    };
  }),
  /** Everything wrong with a version before anybody adopts it. */
  checkSetting: tenantProcedure('orgs.read')
    .input(setting)
    .query(async ({ ctx, input }): Promise<readonly Problem[]> => {
      const result = tryContent(await readSettings(ctx), input.kind, input.content);
      return result.ok ? [] : result.problems;
    }),
  /** What a version would mean for a region's assessed patients. Changes nothing; ending the subscription cancels. */
  settingEffect: read.input(setting).subscription(async function* ({ ctx, input, signal }) {
    yield* settingEffect(ctx, input, signal);
  }),
  adoptSetting: tenantProcedure('orgs.write')
    .input(setting.extend({ note: reason }))
    .mutation(({ ctx, input }) => adoptSetting(ctx, input)),
});
