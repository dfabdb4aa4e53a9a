/** The scheduling procedures. Thin: parse, ask for permission, call. */
import { isIsoWeek, isLocalDate, isLocalTime, unwrap } from '@fieldfare/kernel';
import { z } from 'zod';
import { regionProcedure, router, tenantProcedure } from '../procedure.ts';
import { ABSENCE_REASONS } from '../workforce/index.ts';
import { acceptProposal, dropProposal, ORIGINS } from './accept.ts';
import { autoAssign } from './auto-assign.ts';
import { blockCarer, blockedCarers, freeCarer } from './blocked.ts';
import { boardEvents, weekBoard } from './board-query.ts';
import { carerPatientsEvents } from './carer-patients.ts';
import { assignVisit, cancelVisit, pinVisit, planWeekVisits, unassignVisit } from './commands.ts';
import { settleConflict } from './conflicts/resolve.ts';
import { noMatch } from './no-match.ts';
import { look, onlookers } from './presence.ts';
import { publication, publishWeek } from './publish.ts';
import { acceptReplan, replan } from './replan.ts';
import { requirementEffect, saveRequirement } from './requirement-change.ts';
import { requirementsEvents } from './requirement-view.ts';
import { saveRules, viewRules } from './rule-settings.ts';
import { finishRun } from './runs.ts';
import { LANE_GROUPS, schedulerState } from './state.ts';
import { feasibility, suggest } from './suggest.ts';
import {
  CHANGE_KINDS,
  componentsSchema,
  PRIORITIES,
  PROVIDER_PREFERENCES,
  RULE_LEVELS,
  requirements,
} from './tables.ts';
import { updateVisit } from './visit-edit.ts';

const week = z.string().refine(isIsoWeek, 'an ISO week, YYYY-Www');
const date = z.string().refine(isLocalDate, 'a date, YYYY-MM-DD');
const time = z.string().refine(isLocalTime, 'HH:MM, 24 hours');
const stamp = z.string().min(1).max(64);

const read = regionProcedure('schedule.read').input(z.object({ week }));
const write = regionProcedure('schedule.write').input(z.object({ week }));
const visit = z.object({ visitId: z.uuid() });
const pair = regionProcedure('patients.write').input(z.object({ patientId: z.uuid(), staffId: z.uuid() }));
const need = regionProcedure('patients.write').input(
  z.object({
    patientId: z.uuid(),
    requirementId: z.uuid().nullable(),
    from: date,
    set: z
      .object(requirements.row.omit({ id: true, regionId: true, patientId: true, startsOn: true }).shape)
      .nullable(),
  }),
);
const placement = z.object({ visitId: z.uuid(), staffId: z.uuid(), date, start: time });

const shown = z.object({
  offered: z.int().min(0).max(100_000),
  before: componentsSchema.required().nullable(),
  after: componentsSchema.required().nullable(),
});
const visitChange = z
  .object({ windowFrom: time, windowTo: time, providerPreference: z.enum(PROVIDER_PREFERENCES) })
  .partial();

const days = { from: date, to: date };
const weekChange = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('absence'), staffId: z.uuid(), ...days, reason: z.enum(ABSENCE_REASONS) }),
    z.object({ kind: z.literal('cancelled'), visitId: z.uuid() }),
    z.object({ kind: z.literal('hospital'), patientId: z.uuid(), ...days }),
    z.object({
      kind: z.literal('urgent'),
      patientId: z.uuid(),
      serviceCode: z.string().min(1).max(24),
      dates: z.array(date).min(1).max(7),
      minutes: z.int().min(5).max(720),
      windowFrom: time,
      windowTo: time,
    }),
  ])
  .refine((change) => !('from' in change) || change.from <= change.to, { error: 'ends before it begins', path: ['to'] })
  .refine((change) => change.kind !== 'urgent' || change.windowFrom <= change.windowTo, {
    error: 'ends before it begins',
    path: ['windowTo'],
  });

export const schedulingRouter = router({
  /** A snapshot of the week board, then patches (`applyBoardEvent` puts them in place). */
  board: read.subscription(async function* ({ ctx, input, signal }) {
    yield* boardEvents(ctx, input, signal);
  }),
  week: read.query(({ ctx, input }) => weekBoard(ctx, input)),
  /** The whole state of a week for planning from outside: docs/scheduler-state.md. */
  state: read
    .input(
      z.object({
        groupBy: z.enum(LANE_GROUPS).default('team'),
        candidates: z.int().min(0).max(12).default(3),
        visits: z.int().min(0).max(500).default(100),
      }),
    )
    .query(({ ctx, input }) => schedulerState(ctx, input)),
  /** Says that this device has the week open, and which visit in it; `away`: no longer. */
  look: read
    .input(z.object({ at: z.union([z.object({ visitId: z.uuid().nullable() }), z.literal('away')]) }))
    .mutation(({ ctx, input }) => unwrap(look(ctx, input, input.at))),
  /** Colleagues who have the week open. */
  onlookers: read.subscription(async function* ({ ctx, input, signal }) {
    yield* onlookers(ctx, input, signal);
  }),
  /** Makes the week's visits from requirements, unscheduled. Safe to repeat. */
  planWeek: write.mutation(({ ctx, input }) => planWeekVisits(ctx, input)),
  /** Places a visit with a carer, and moves the other half of its pair along. Refuses what a rule blocks; returns what it warns about. */
  assign: write
    .input(placement.extend({ basedOn: stamp.optional(), alone: z.boolean().optional() }))
    .mutation(({ ctx, input }) => assignVisit(ctx, input)),
  unassign: write.input(visit).mutation(({ ctx, input }) => unassignVisit(ctx, input)),
  updateVisit: write
    .input(
      visit.extend({
        set: z
          .object({
            start: time.nullable(),
            minutes: z.int().min(5).max(720),
            windowFrom: time,
            windowTo: time,
            note: z.string().max(2000),
            priority: z.enum(PRIORITIES),
            providerPreference: z.enum(PROVIDER_PREFERENCES),
          })
          .partial(),
      }),
    )
    .mutation(({ ctx, input }) => updateVisit(ctx, input)),
  cancelVisit: write.input(visit).mutation(({ ctx, input }) => cancelVisit(ctx, input)),
  pin: write.input(visit.extend({ pinned: z.boolean() })).mutation(({ ctx, input }) => pinVisit(ctx, input)),
  /** Every lane and day as a place for one visit: feedback while dragging. */
  feasibility: read
    .input(visit.extend({ alone: z.boolean().optional() }))
    .query(({ ctx, input }) => feasibility(ctx, input)),
  /** Places for one visit, best first. */
  suggest: read.input(visit).query(({ ctx, input }) => suggest(ctx, input)),
  /** Why nobody can take a visit, and the least that would have to give way. */
  noMatch: read.input(visit).query(({ ctx, input }) => noMatch(ctx, input)),
  /**
   * Searches places for the tray, `longer`: three times as long as usual. Changes nothing: ends with a proposal. Ending the
   * subscription cancels.
   */
  autoAssign: write
    .input(
      z.object({
        seed: z.int().min(0).max(0xffffffff).optional(),
        longer: z.boolean().optional(),
        runId: z.uuid().optional(),
      }),
    )
    .subscription(async function* ({ ctx, input, signal }) {
      yield* autoAssign(ctx, input, signal);
    }),
  /** Ends a run of one's own with the best proposal so far. */
  finishAutoAssign: write
    .input(z.object({ runId: z.uuid() }))
    .mutation(({ ctx, input }) => ({ running: finishRun(ctx, input.runId) })),
  /** Writes a proposal, all of it or none. */
  accept: write
    .input(
      z.object({
        proposalId: z.string().min(1).max(64),
        origin: z.enum(ORIGINS).optional(),
        placements: z
          .array(placement.extend({ basedOn: stamp, set: visitChange.optional() }))
          .min(1)
          .max(10_000),
        shown: shown
          .extend({
            leftOut: z.array(placement).max(1_000),
            others: z
              .array(shown.extend({ proposalId: z.string().min(1).max(64) }))
              .max(10)
              .optional(),
          })
          .optional(),
      }),
    )
    .mutation(({ ctx, input }) => acceptProposal(ctx, input)),
  /** Says that a plan that was shown is not wanted. Changes nothing else. */
  dropProposal: write
    .input(
      z.object({
        proposalId: z.string().min(1).max(64),
        origin: z.enum(ORIGINS),
        shown,
        change: z.enum(CHANGE_KINDS).optional(),
      }),
    )
    .mutation(({ ctx, input }) => dropProposal(ctx, input)),
  /** What carers would have to be told: the board against what was published last. */
  publication: read.query(({ ctx, input }) => publication(ctx, input)),
  /** Publishes what was shown (`Publication.key`), or refuses when the board has moved on since. */
  publish: write
    .input(z.object({ key: z.string().min(1).max(64) }))
    .mutation(({ ctx, input }) => publishWeek(ctx, input)),
  /** How the week could go on after something happened. Changes nothing. */
  replan: write
    .input(z.object({ change: weekChange, seed: z.int().min(0).max(0xffffffff).optional() }))
    .query(({ ctx, input }) => replan(ctx, input)),
  /** Writes what happened and how it is mended, all of it or none. */
  acceptReplan: write
    .input(
      z.object({
        change: weekChange,
        token: z.string().min(1).max(64),
        proposalId: z.string().min(1).max(64).optional(),
        shown: shown.optional(),
        placements: z.array(placement.extend({ basedOn: z.string().max(64) })).max(10_000),
      }),
    )
    .mutation(({ ctx, input }) => acceptReplan(ctx, input)),
  /** Carers who must not meet a patient. */
  blockedCarers: regionProcedure('patients.read')
    .input(z.object({ patientId: z.uuid() }))
    .query(({ ctx, input }) => blockedCarers(ctx, input)),
  /** What a patient needs each week, now and after every change. */
  requirements: regionProcedure('patients.read')
    .input(z.object({ patientId: z.uuid() }))
    .subscription(async function* ({ ctx, input, signal }) {
      yield* requirementsEvents(ctx, input, signal);
    }),
  /** What it would do to the weeks ahead if a need were entered, changed or ended from a day on. Changes nothing. */
  requirementEffect: need.query(({ ctx, input }) => requirementEffect(ctx, input)),
  saveRequirement: need
    .input(z.object({ id: z.uuid(), token: z.string().max(64) }))
    .mutation(({ ctx, input }) => saveRequirement(ctx, input)),
  /** Who wishes for a carer, and whom the carer must not meet, now and after every change. */
  carerPatients: regionProcedure('patients.read')
    .input(z.object({ staffId: z.uuid() }))
    .subscription(async function* ({ ctx, input, signal }) {
      yield* carerPatientsEvents(ctx, input, signal);
    }),
  blockCarer: pair
    .input(z.object({ reason: z.string().trim().min(1).max(500) }))
    .mutation(({ ctx, input }) => blockCarer(ctx, input)),
  freeCarer: pair.mutation(({ ctx, input }) => freeCarer(ctx, input)),
  /** How strictly the organisation holds to each rule, and what services ask for between visits. */
  rules: tenantProcedure('orgs.read').query(({ ctx }) => viewRules(ctx)),
  /** Sets what is given, the rest stays. */
  saveRules: tenantProcedure('orgs.write')
    .input(
      z.object({
        rules: z
          .array(
            z.object({
              rule: z.string().min(1).max(40),
              level: z.enum(RULE_LEVELS),
              minutes: z.int().min(0).max(1440).nullable(),
            }),
          )
          .max(100),
        services: z
          .array(
            z.object({
              code: z.string().min(1).max(24),
              minutes: z.int().min(0).max(1440),
              days: z.int().min(0).max(7),
            }),
          )
          .max(200),
      }),
    )
    .mutation(({ ctx, input }) => saveRules(ctx, input)),
  resolveConflict: write
    .input(
      z.object({
        conflictId: z.string().min(1).max(64),
        choice: z.string().min(1).max(60),
        reason: z.string().max(500),
      }),
    )
    .mutation(({ ctx, input }) => settleConflict(ctx, input)),
});
