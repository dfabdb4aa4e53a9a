/** What a person does to assessments: enter, complete, amend. Completed ones have no undo: they are amended. */
import {
  createRow,
  deterministicId,
  fail,
  type Id,
  patientShard,
  problem,
  type RowChange,
  unwrap,
} from '@fieldfare/kernel';
import { knownPatient, type PatientTarget, todayIn } from '../patients/index.ts';
import type { Context } from '../procedure.ts';
import { formOf } from './items/forms.ts';
import { recordShards, standingAssessments } from './record.ts';
import {
  type AssessmentContent,
  answerProblems,
  assessmentIdOf,
  checkAmendment,
  checkContent,
  record,
} from './rules.ts';
import { type AssessmentDraft, assessmentDrafts, assessments, type PatientContext, patientContexts } from './tables.ts';

export interface EntryInput extends PatientTarget, AssessmentContent {
  readonly amends: Id | null;
  readonly reason: string;
}

const nowOf = (ctx: Context): string => new Date(ctx.clock.now()).toISOString();

/** One draft for each person, instrument and amended assessment. */
const draftIdOf = (
  ctx: Context,
  { patientId, instrument, amends }: Pick<EntryInput, 'patientId' | 'instrument' | 'amends'>,
): Id => deterministicId('assessment-draft', patientId, ctx.principal.userId, instrument, amends ?? '');

/** Keeps what was entered so far. Everything in it is a possible answer; nothing else is asked yet. */
export async function saveDraft(ctx: Context, input: EntryInput): Promise<{ readonly draftId: Id }> {
  unwrap(await ctx.ready(recordShards(input)));
  unwrap(await knownPatient(ctx, input));
  const form = formOf(input.instrument, input.formVersion);
  if (!form)
    return unwrap(fail(problem('unsupported', 'this version of the form is not known here', { rule: 'ASM-VERSION' })));
  const [first, ...rest] = answerProblems(form, input.answers);
  if (first) return unwrap(fail(first, ...rest));
  const draft: AssessmentDraft = {
    ...input,
    id: draftIdOf(ctx, input),
    authorId: ctx.principal.userId,
    answers: [...input.answers],
  };
  const created = createRow(assessmentDrafts, draft);
  unwrap(await ctx.write([{ ...created, set: { ...created.set, deletedAt: null } }]));
  return { draftId: draft.id };
}

/** The change that puts the caller's draft away; none when there is none. */
function withoutDraft(
  ctx: Context,
  input: Pick<EntryInput, 'regionId' | 'patientId' | 'instrument' | 'amends'>,
): readonly RowChange[] {
  const shard = patientShard(input.regionId, input.patientId);
  const id = draftIdOf(ctx, input);
  const row = ctx.row(shard, assessmentDrafts.name, id);
  if (row === null || row.deleted) return [];
  return [{ table: assessmentDrafts.name, shard, id, set: { deletedAt: nowOf(ctx) } }];
}

export async function discardDraft(
  ctx: Context,
  input: Pick<EntryInput, 'regionId' | 'patientId' | 'instrument' | 'amends'>,
): Promise<void> {
  unwrap(await ctx.ready(recordShards(input)));
  const changes = withoutDraft(ctx, input);
  if (changes.length > 0) unwrap(await ctx.write(changes));
}

/** Records an assessment or an amendment, and puts the draft away, in one commit. */
export async function complete(ctx: Context, input: EntryInput): Promise<{ readonly assessmentId: Id }> {
  unwrap(await ctx.ready(recordShards(input)));
  unwrap(await knownPatient(ctx, input));
  const form = unwrap(checkContent(input, await todayIn(ctx, input.regionId)));
  const shard = patientShard(input.regionId, input.patientId);
  const existing = assessmentIdOf(input.patientId, input, input.amends);
  if (ctx.row(shard, assessments.name, existing) !== null) {
    const away = withoutDraft(ctx, input);
    if (away.length > 0) unwrap(await ctx.write(away));
    return { assessmentId: existing };
  }
  const { amends, reason } = input;
  let amendment = null;
  if (amends !== null) {
    amendment = unwrap(checkAmendment(input, { amends, reason }, await standingAssessments(ctx, input)));
  }
  const { id, changes } = record(
    form,
    input,
    {
      regionId: input.regionId,
      patientId: input.patientId,
      source: 'entry',
      completedAt: nowOf(ctx),
      completedBy: ctx.principal.userId,
    },
    amendment,
  );
  unwrap(await ctx.write([...changes, ...withoutDraft(ctx, input)]));
  return { assessmentId: id };
}

export async function setContext(
  ctx: Context,
  input: PatientTarget & { readonly set: Partial<Pick<PatientContext, 'internet' | 'techReadiness' | 'rurality'>> },
): Promise<void> {
  unwrap(await ctx.ready(recordShards(input)));
  unwrap(await knownPatient(ctx, input));
  const { regionId, patientId } = input;
  const id = deterministicId('patient-context', patientId);
  const there = ctx.row(patientShard(regionId, patientId), patientContexts.name, id);
  const blank = { internet: null, techReadiness: null, rurality: null };
  const created = createRow(patientContexts, { id, regionId, patientId, ...blank, ...input.set });
  const change = there === null ? created : { ...created, set: input.set };
  unwrap(await ctx.write([change], { label: 'Set context' }));
}
