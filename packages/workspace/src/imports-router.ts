/**
 * CSV import as procedures: look at the file, try it, commit it. Each call reads the text again, so that what is
 * committed is what the file says against the rows as they are now. All or nothing: `commit` with one error is refused.
 */

import { type Context, regionProcedure, router } from '@fieldfare/domain';
import {
  type ExistingRow,
  IMPORT_KINDS,
  type ImportContext,
  type ImportKind,
  type ImportPlan,
  planImport,
  previewCsv,
  readCsv,
} from '@fieldfare/interchange';
import {
  can,
  dateAt,
  fail,
  ok,
  orgShard,
  type Problem,
  patientsShard,
  problem,
  type Result,
  rosterShard,
  scheduleShard,
  unwrap,
} from '@fieldfare/kernel';
import { z } from 'zod';
import { assessmentImports } from './assessment-imports.ts';

const file = z.object({
  kind: z.enum(IMPORT_KINDS),
  /** The file's text; callers decode other encodings than UTF-8 themselves. */
  text: z.string().max(12_000_000),
});

const mapped = file.extend({
  /** Field key → column name; null takes what the headers suggest. */
  mapping: z.record(z.string(), z.string()).nullable(),
});

/** Errors a refused commit names one by one; the dry run has them all. */
const NAMED_ERRORS = 20;

async function contextOf(ctx: Context, regionId: string): Promise<Result<ImportContext>> {
  unwrap(await ctx.ready([orgShard, rosterShard(regionId), patientsShard(regionId)]));
  const { db } = ctx.store;
  const region = await db.selectFrom('regions').selectAll().where('id', '=', regionId).executeTakeFirst();
  if (!region) return fail(problem('not-found', 'there is no such region', { rule: 'IMP-REGION' }));
  return {
    ok: true,
    value: {
      region,
      serviceTypes: await db.selectFrom('serviceTypes').selectAll().where('deletedAt', 'is', null).execute(),
      partners: await db.selectFrom('partners').selectAll().where('deletedAt', 'is', null).execute(),
      staff: await db
        .selectFrom('staff')
        .selectAll()
        .where('regionId', '=', regionId)
        .where('deletedAt', 'is', null)
        .execute(),
      patients: await db
        .selectFrom('patients')
        .selectAll()
        .where('regionId', '=', regionId)
        .where('deletedAt', 'is', null)
        .execute(),
      today: dateAt(ctx.clock.now(), region.zone),
    },
  };
}

/** Rows that are there now, deleted ones too: an import may bring them back. */
async function existingRows(
  ctx: Context,
  kind: ImportKind,
  regionId: string,
  weeks: readonly string[],
): Promise<readonly ExistingRow[]> {
  if (kind === 'visits') {
    unwrap(await ctx.ready(weeks.map((week) => scheduleShard(regionId, week))));
    if (weeks.length === 0) return [];
    return ctx.store.db
      .selectFrom('visits')
      .selectAll()
      .where('regionId', '=', regionId)
      .where('week', 'in', weeks)
      .execute();
  }
  if (kind === 'partners') return ctx.store.db.selectFrom('partners').selectAll().execute();
  return ctx.store.db.selectFrom(kind).selectAll().where('regionId', '=', regionId).execute();
}

/** Partners are the whole organisation's: whoever may import into a region may not yet change them. */
const mayImport = ({ principal }: Context, kind: ImportKind): Result<void> =>
  kind === 'partners' ? can(principal, 'orgs.write', { tenantId: principal.tenantId, regionId: null }) : ok(undefined);

async function plan(ctx: Context, input: z.infer<typeof mapped> & { regionId: string }): Promise<ImportPlan> {
  const { kind, text, mapping, regionId } = input;
  unwrap(mayImport(ctx, kind));
  const outcome = unwrap(readCsv(kind, text, mapping, unwrap(await contextOf(ctx, regionId))));
  return planImport(outcome, await existingRows(ctx, kind, regionId, outcome.weeks));
}

/** What a person needs to decide: counts, errors, what happens to each line. The changes themselves stay here. */
const summary = ({ changes: _changes, ...shown }: ImportPlan): Omit<ImportPlan, 'changes'> => shown;

const asProblem = ({ line, column, rule, message }: ImportPlan['errors'][number]): Problem =>
  problem('invalid', `line ${line}${column === null ? '' : `, column "${column}"`}: ${message}`, {
    rule,
    path: column === null ? [line] : [line, column],
  });

export const importsRouter = router({
  imports: router({
    ...assessmentImports,

    preview: regionProcedure('import.write')
      .input(file)
      .mutation(({ input }) => unwrap(previewCsv(input.kind, input.text))),

    dryRun: regionProcedure('import.write')
      .input(mapped)
      .mutation(async ({ ctx, input }) => summary(await plan(ctx, input))),

    commit: regionProcedure('import.write')
      .input(mapped)
      .mutation(async ({ ctx, input }) => {
        const planned = await plan(ctx, input);
        const [first, ...rest] = planned.errors.slice(0, NAMED_ERRORS).map(asProblem);
        if (first) return unwrap(fail(first, ...rest));
        if (planned.changes.length > 0) {
          unwrap(
            await ctx.write(planned.changes, { label: `Import ${planned.creates + planned.updates} ${input.kind}` }),
          );
        }
        return summary(planned);
      }),
  }),
});
