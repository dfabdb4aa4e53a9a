/** The assessment procedures. Thin: parse, ask for permission, call. */
import { RURALITIES } from '@fieldfare/engine-bundles';
import { z } from 'zod';
import { regionProcedure, router } from '../procedure.ts';
import { complete, discardDraft, saveDraft, setContext } from './commands.ts';
import { INSTRUMENTS } from './items/form.ts';
import { packsRouter } from './packs/router.ts';
import { assessmentView, caseload, caseloadEvents, patientProfile, patientRecord, recordEvents } from './record.ts';
import { answer } from './tables.ts';

const patient = z.object({ patientId: z.uuid() });
const read = regionProcedure('clinical.read').input(patient);
const write = regionProcedure('clinical.write').input(patient);

const draft = z.object({ instrument: z.enum(INSTRUMENTS), amends: z.uuid().nullable() });
const entry = draft.extend({
  formVersion: z.string().min(1).max(16),
  assessedOn: z.iso.date(),
  answers: z.array(answer).max(1000),
  reason: z.string().max(500),
});

export const assessmentsRouter = router({
  packs: packsRouter,
  /** Every patient of the region with the day of the last assessment and the next. Opens nobody's record. */
  caseload: regionProcedure('patients.read').query(({ ctx, input }) => caseload(ctx, input)),
  /** The same, now and after every change. */
  caseloadEvents: regionProcedure('patients.read').subscription(async function* ({ ctx, input, signal }) {
    yield* caseloadEvents(ctx, input, signal);
  }),
  /** A patient's assessments, drafts and needs profile. */
  record: read.query(({ ctx, input }) => patientRecord(ctx, input)),
  recordEvents: read.subscription(async function* ({ ctx, input, signal }) {
    yield* recordEvents(ctx, input, signal);
  }),
  /** One assessment with its answers and everything computed from them. */
  get: read.input(z.object({ assessmentId: z.uuid() })).query(({ ctx, input }) => assessmentView(ctx, input)),
  /** What the patient needs, with provenance, and what changed since the assessment before. */
  profile: read.query(({ ctx, input }) => patientProfile(ctx, input)),
  /** Keeps an entry under way; one draft a person, instrument and amended assessment. */
  saveDraft: write.input(entry).mutation(({ ctx, input }) => saveDraft(ctx, input)),
  discardDraft: write.input(draft).mutation(({ ctx, input }) => discardDraft(ctx, input)),
  /** Records an assessment, or an amendment of one, for good. */
  complete: write.input(entry).mutation(({ ctx, input }) => complete(ctx, input)),
  setContext: write
    .input(
      z.object({
        set: z.object({
          internet: z.boolean().nullable().exactOptional(),
          techReadiness: z.int().min(0).max(3).nullable().exactOptional(),
          rurality: z.enum(RURALITIES).nullable().exactOptional(),
        }),
      }),
    )
    .mutation(({ ctx, input }) => setContext(ctx, input)),
});
