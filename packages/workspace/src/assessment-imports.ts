/**
 * Import of assessments as procedures: try a file, commit it. Each call reads the text again, so that what is committed
 * is what the file says against the records as they are now. All or nothing: a commit with one fault is refused, and
 * a committed assessment has no undo; it is amended.
 */
import { assessments, type Context, INSTRUMENTS, regionProcedure } from '@fieldfare/domain';
import { type AssessmentPlan, planAssessments, readAssessments } from '@fieldfare/interchange';
import { dateAt, fail, orgShard, patientShard, patientsShard, problem, unwrap } from '@fieldfare/kernel';
import { z } from 'zod';

const file = z.object({
  /** FHIR JSON or CSV, as text. */
  text: z.string().max(12_000_000),
  /** The patient whose page this is; null: the file says whose each assessment is. */
  patientId: z.uuid().nullable(),
  /** The form a person chose for a file that does not name it. */
  form: z.object({ instrument: z.enum(INSTRUMENTS), version: z.string().max(16) }).nullable(),
  /** Leave out items that this build does not know. */
  leaveOut: z.boolean(),
});

/** Faults a refused commit names one by one; the dry run has them all. */
const NAMED_FAULTS = 20;

async function plan(ctx: Context, input: z.infer<typeof file> & { regionId: string }): Promise<AssessmentPlan> {
  const { regionId, text, ...chosen } = input;
  unwrap(await ctx.ready([orgShard, patientsShard(regionId)]));
  const { db } = ctx.store;
  const region = await db.selectFrom('regions').select('zone').where('id', '=', regionId).executeTakeFirst();
  if (!region) return unwrap(fail(problem('not-found', 'there is no such region', { rule: 'IMP-REGION' })));
  const patients = await db
    .selectFrom('patients')
    .select(['id', 'reference'])
    .where('regionId', '=', regionId)
    .where('deletedAt', 'is', null)
    .execute();
  if (chosen.patientId !== null && !patients.some(({ id }) => id === chosen.patientId)) {
    return unwrap(fail(problem('not-found', 'no such patient in this region', { rule: 'PAT-KNOWN' })));
  }
  const today = dateAt(ctx.clock.now(), region.zone);
  const reading = unwrap(readAssessments(text, { ...chosen, patients, today }));
  const touched = [...new Set(reading.assessments.map(({ patientId }) => patientId))];
  unwrap(await ctx.ready(touched.map((id) => patientShard(regionId, id))));
  const existing =
    touched.length === 0
      ? []
      : await db
          .selectFrom('assessments')
          .select([...assessments.fields] as (keyof typeof assessments.row.shape)[])
          .where('patientId', 'in', touched)
          .where('deletedAt', 'is', null)
          .execute();
  return planAssessments(reading, {
    regionId,
    existing,
    completedAt: new Date(ctx.clock.now()).toISOString(),
    completedBy: ctx.principal.userId,
  });
}

/** What a person needs to decide. The changes themselves stay here. */
const summary = ({ changes: _changes, ...shown }: AssessmentPlan): Omit<AssessmentPlan, 'changes'> => shown;

export const assessmentImports = {
  dryRunAssessments: regionProcedure('clinical.write')
    .input(file)
    .mutation(async ({ ctx, input }) => summary(await plan(ctx, input))),

  commitAssessments: regionProcedure('clinical.write')
    .input(file)
    .mutation(async ({ ctx, input }) => {
      const planned = await plan(ctx, input);
      const [first, ...rest] = planned.faults.slice(0, NAMED_FAULTS).map(({ nth, line, code, rule, message }) =>
        problem('invalid', `${line === null ? `number ${nth}` : `line ${line}`}: ${message}`, {
          rule,
          path: code === null ? [nth] : [nth, code],
        }),
      );
      if (first) return unwrap(fail(first, ...rest));
      if (planned.changes.length > 0) unwrap(await ctx.write(planned.changes));
      return summary(planned);
    }),
};
