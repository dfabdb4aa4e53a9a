/**
 * Replanning after something happened: a proposal with what it means for whom, accepted whole or not at all.
 *
 *  RPL-KEEPS   at least 95 % of what was not touched keeps carer and time (the engine's law)
 *  RPL-WHOLE   accepting writes what happened and how it is mended in one commit
 *  RPL-STAY    an admission is kept as the patient's stay in hospital too, by whoever may write their record
 *  CHO-PLAN    what was accepted is logged with what was shown (choices.ts)
 *  SCH-STALE   refused when a visit it rests on changed since it was worked out
 */
import { type Replanned, replan as replanWeek } from '@fieldfare/engine-scheduling';
import {
  addDays,
  can,
  createRow,
  fail,
  type IsoWeek,
  newId,
  type Problem,
  problem,
  type Result,
  type RowChange,
  unwrap,
  updateRow,
} from '@fieldfare/kernel';
import { byId, compareText } from '../collections.ts';
import { stayChange, stayShards } from '../patients/index.ts';
import type { Context } from '../procedure.ts';
import { clashesWith } from './accept.ts';
import { proposalOf } from './auto-assign.ts';
import type { AcceptedPlacement, Proposal } from './board.ts';
import { type PlanShown, planReview } from './choices.ts';
import type { WeekVisit } from './compile.ts';
import type { RoundNews } from './publish.ts';
import { roundDifference, roundsOf } from './rounds.ts';
import { placeVisit, takeOff } from './rules.ts';
import { drive, openRun } from './runs.ts';
import { readyForWeek } from './shards.ts';
import { bookableStaff, currentVisit, fresh } from './states.ts';
import { assignments, visits } from './tables.ts';
import { failIfAny } from './violations.ts';
import { type ChangedWeek, changeWeek, type WeekChange } from './week-change.ts';
import { readWeekRows } from './week-query.ts';
import { layOut, type Workbench } from './workbench.ts';

export interface ReplanInput {
  readonly regionId: string;
  readonly week: IsoWeek;
  readonly change: WeekChange;
  readonly seed?: number | undefined;
}

export interface ReplanProposal {
  /** `acceptReplan` takes it. */
  readonly token: string;
  readonly proposal: Proposal;
  /** Visits that lost their carer, that no longer take place, and that are new. */
  readonly displaced: number;
  readonly cancelled: number;
  readonly added: number;
  /** Placed visits that were not concerned, and how many of them stay as they are. */
  readonly untouched: number;
  readonly kept: number;
  /** Against how the board stands, by carer. */
  readonly news: readonly RoundNews[];
}

const LABELS: Readonly<Record<WeekChange['kind'], string>> = {
  absence: 'Replan after an absence',
  cancelled: 'Replan after a cancelled visit',
  hospital: 'Replan after a hospital admission',
  urgent: 'Plan an urgent referral',
};

interface Question {
  readonly before: readonly WeekVisit[];
  readonly changed: ChangedWeek;
  /** The changed week, with visits as they stand now where they stand. */
  readonly bench: Workbench;
}

async function ask(ctx: Context, { regionId, week, change }: ReplanInput): Promise<Question> {
  unwrap(await readyForWeek(ctx, { regionId, week }));
  const { tenantId } = ctx.principal;
  // An absence is a row of the roster.
  if (change.kind === 'absence') unwrap(can(ctx.principal, 'workforce.write', { tenantId, regionId }));
  const read = await readWeekRows(ctx, { regionId, week });
  const newcomer =
    change.kind === 'urgent' && !read.patients.some(({ id }) => id === change.patientId)
      ? await ctx.store.db
          .selectFrom('patients')
          .select(['id', 'givenName', 'familyName', 'lat', 'lng', 'risk'])
          .where('id', '=', change.patientId)
          .where('regionId', '=', regionId)
          .where('deletedAt', 'is', null)
          .execute()
      : [];
  const rows = { ...read, patients: [...read.patients, ...newcomer] };
  const changed = unwrap(changeWeek(rows, change, new Date(ctx.clock.now()).toISOString()));
  const laid = await layOut(changed.rows);
  return {
    before: rows.visits,
    changed,
    bench: { ...laid, visits: byId([...changed.rows.visits, ...rows.visits]) },
  };
}

export async function replan(ctx: Context, input: ReplanInput): Promise<ReplanProposal> {
  const startedAt = ctx.clock.now();
  const { before, changed, bench } = await ask(ctx, input);
  const seed = input.seed ?? Math.floor(ctx.random.float() * 2 ** 32);
  const affected = changed.affected.flatMap((id) => bench.compiled.visitIndex.get(id) ?? []);
  const { orders, close } = openRun(ctx);
  let found: Replanned | null = null;
  try {
    const run = drive(ctx, replanWeek(bench.plan, { seed, affected }), orders, undefined);
    let step = await run.next();
    while (!step.done) step = await run.next();
    found = step.value;
  } finally {
    close();
  }
  const outcome = found as Replanned;
  const { regionId, week } = input;
  const proposal = proposalOf(
    bench,
    { ...outcome, first: outcome.before },
    { id: newId(ctx.clock, ctx.random), regionId, week, seed, elapsedMs: Math.max(0, ctx.clock.now() - startedAt) },
  );
  return {
    token: changed.token,
    proposal,
    displaced: changed.displaced.length,
    cancelled: changed.cancelled.length,
    added: changed.added.length,
    untouched: outcome.untouched,
    kept: outcome.kept,
    news: newsOf(bench, before, changed, proposal),
  };
}

/** What changes for whom, in the words of publishing. */
function newsOf(
  bench: Workbench,
  before: readonly WeekVisit[],
  { rows }: ChangedWeek,
  { placements }: Proposal,
): readonly RoundNews[] {
  const places = new Map(placements.map((one) => [one.visitId, one]));
  const after = rows.visits.map((visit) => {
    const to = places.get(visit.id);
    return to ? { ...visit, staffId: to.staffId, date: to.date, start: to.start } : visit;
  });
  const [was, now] = [roundsOf(before), roundsOf(after)];
  return [...new Set([...was.keys(), ...now.keys()])]
    .map((staffId): RoundNews => {
      const changes = roundDifference(was.get(staffId) ?? [], now.get(staffId) ?? []);
      return {
        staffId,
        staffName: bench.staffNameOf(staffId),
        changes: changes.map((change) => {
          const visit = bench.visits.get(change.visitId);
          return {
            ...change,
            patientName: bench.patientNameOf(visit?.patientId ?? ''),
            serviceName: bench.serviceNameOf(visit?.serviceCode ?? ''),
          };
        }),
      };
    })
    .filter(({ changes }) => changes.length > 0)
    .sort((a, b) => compareText(a.staffName, b.staffName));
}

export interface AcceptReplanInput extends ReplanInput {
  readonly token: string;
  readonly placements: readonly AcceptedPlacement[];
  /** What was shown, for the log of choices. */
  readonly proposalId?: string | undefined;
  readonly shown?: PlanShown | undefined;
}

/** `RPL-WHOLE` */
export async function acceptReplan(
  ctx: Context,
  input: AcceptReplanInput,
): Promise<{ readonly placed: number; readonly waiting: number }> {
  const { changed, bench } = await ask(ctx, input);
  const { regionId, week, placements } = input;
  if (changed.token !== input.token) {
    unwrap(fail(problem('conflict', 'the visits concerned have changed since you looked', { rule: 'SCH-STALE' })));
  }
  const problems: Problem[] = [];
  const changes: RowChange[] = [...changed.writes, ...(await stayOf(ctx, input))];
  const added = byId(changed.added);
  const placed = new Set<string>();
  const collect = (result: Result<readonly RowChange[]>, path: readonly (string | number)[]): void => {
    if (result.ok) changes.push(...result.value);
    else problems.push(...result.problems.map((found) => ({ ...found, path })));
  };
  for (const [index, placement] of placements.entries()) {
    const path = ['placements', index];
    const { visitId, staffId, date, start } = placement;
    if (placed.has(visitId)) {
      problems.push(problem('invalid', 'a visit is placed twice', { rule: 'SCH-ALL', path }));
      continue;
    }
    placed.add(visitId);
    const bookable = bookableStaff(ctx, regionId, staffId);
    if (!bookable.ok) {
      problems.push(...bookable.problems.map((found) => ({ ...found, path })));
      continue;
    }
    const to = { staffId, date, start, source: 'engine' } as const;
    const newcomer = added.get(visitId);
    if (newcomer) {
      const visit = { ...newcomer, date, start };
      changes.push(createRow(visits, visit));
      collect(placeVisit({ visit, assignment: null }, to), path);
      continue;
    }
    const current = currentVisit(ctx, { regionId, week, visitId });
    const now = current.ok ? fresh(current.value, placement.basedOn) : current;
    if (!current.ok || !now.ok) {
      problems.push(...(now.ok ? [] : now.problems.map((found) => ({ ...found, path }))));
      continue;
    }
    collect(placeVisit(current.value, to), path);
    const { assignment } = current.value;
    // It was pinned to somebody who cannot come.
    if (assignment?.pinned) changes.push(updateRow(assignments, assignment, { pinned: false }));
  }
  // What found no place waits in the tray.
  for (const { id } of changed.displaced) {
    if (placed.has(id)) continue;
    const current = currentVisit(ctx, { regionId, week, visitId: id });
    if (current.ok) collect(takeOff(current.value), ['change']);
  }
  for (const visit of changed.added) if (!placed.has(visit.id)) changes.push(createRow(visits, visit));
  unwrap(failIfAny(problems, undefined));
  unwrap(failIfAny(clashesWith(bench, { placements }), undefined));
  const { shown, proposalId, change } = input;
  const review =
    shown && shown.offered > 0 && proposalId !== undefined
      ? [
          planReview(ctx, input, {
            ...shown,
            planId: proposalId,
            origin: 'proposal',
            accepted: placements.length,
            change: change.kind,
          }),
        ]
      : [];
  unwrap(await ctx.write([...changes, ...review], { label: LABELS[change.kind] }));
  return { placed: placed.size, waiting: changed.displaced.length + changed.added.length - countIn(placed, changed) };
}

/** `RPL-STAY`: the last day without visits is the last in hospital, so home on the next, as far as is known. */
async function stayOf(ctx: Context, { regionId, change }: ReplanInput): Promise<readonly RowChange[]> {
  if (change.kind !== 'hospital') return [];
  if (!can(ctx.principal, 'clinical.write', { tenantId: ctx.principal.tenantId, regionId }).ok) return [];
  const { patientId, from, to } = change;
  unwrap(await ctx.loaded(stayShards({ regionId, patientId })));
  return [stayChange(ctx, { regionId, patientId, admittedOn: from, dischargedOn: addDays(to, 1) }, 'replan')];
}

const countIn = (placed: ReadonlySet<string>, { displaced, added }: ChangedWeek): number =>
  [...displaced, ...added].filter(({ id }) => placed.has(id)).length;
