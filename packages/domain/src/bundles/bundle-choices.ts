/**
 * What was chosen and what followed: the record from which the axes and the matrix can be judged. Computed from signed plans,
 * the bundles they were made from, the visits since, and later assessments; nothing is stored twice.
 *
 *  INS-CHOSEN    every signed plan counts once, under its axis and the need for personal support when it was chosen
 *  INS-FOLLOWED  covered ÷ all visits of the patient from the plan's first day to its last, to the next plan or to today,
 *                at most `FOLLOWED_WEEKS` back. What a later plan took off is not counted: nobody missed it
 *  INS-NEED      of patients assessed again since: need for personal support now less that when it was chosen, mean
 *  INS-HOSPITAL  days in hospital over the same days, of all the days that were followed (`HSP-DAYS`)
 */
import { levelsOf, parseProfile } from '@fieldfare/engine-bundles';
import { addDays, addWeeks, daysBetween, type LocalDate, scheduleShard, unwrap, weekOfDate } from '@fieldfare/kernel';
import {
  type AssessedPatient,
  assessedPatients,
  patientProfile,
  type RecordsProgress,
  readEach,
} from '../assessments/index.ts';
import { groupBy } from '../collections.ts';
import { hospitalDays, staysOf, todayIn } from '../patients/index.ts';
import type { Context } from '../procedure.ts';
import { type PatientPlans, readPlans } from './plan-rows.ts';
import { readSettings } from './settings.ts';
import { signedInOrder } from './status.ts';
import type { CarePlan } from './tables.ts';

export const FOLLOWED_WEEKS = 8;

/** One signed plan. */
export interface ChoiceFact {
  readonly axis: string;
  /** The engine recommended this axis. */
  readonly asRecommended: boolean;
  /** Need for personal support when it was chosen, and now; null: not known, or not assessed since. */
  readonly level: number | null;
  readonly levelNow: number | null;
  /** Where the plan differs from what was proposed. */
  readonly overrides: number;
  readonly visits: number;
  readonly covered: number;
  /** Days that were followed, and those of them in hospital. */
  readonly days: number;
  readonly hospitalDays: number;
}

export interface ChoiceRow {
  readonly axis: string;
  readonly axisName: string;
  readonly level: number | null;
  readonly chosen: number;
  readonly asRecommended: number;
  /** Plans with at least one override. */
  readonly overridden: number;
  readonly visits: number;
  readonly covered: number;
  readonly days: number;
  readonly hospitalDays: number;
  /** Plans whose patient was assessed again, and by how much the need changed in all. */
  readonly reassessed: number;
  readonly needChange: number;
}

export type ChoicesEvent = RecordsProgress | { readonly type: 'choices'; readonly rows: readonly ChoiceRow[] };

const sum = (facts: readonly ChoiceFact[], of: (fact: ChoiceFact) => number): number =>
  facts.reduce((total, fact) => total + of(fact), 0);

/** By axis, then by need, the greatest first; unknown need last. */
export function choiceRows(facts: readonly ChoiceFact[], nameOf: (axis: string) => string): readonly ChoiceRow[] {
  const groups = [...groupBy(facts, ({ axis, level }) => `${axis} ${level}`).values()];
  const rows = groups.flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const again = group.filter(({ level, levelNow }) => level !== null && levelNow !== null);
    return {
      axis: first.axis,
      axisName: nameOf(first.axis),
      level: first.level,
      chosen: group.length,
      asRecommended: group.filter(({ asRecommended }) => asRecommended).length,
      overridden: group.filter(({ overrides }) => overrides > 0).length,
      visits: sum(group, ({ visits }) => visits),
      covered: sum(group, ({ covered }) => covered),
      days: sum(group, ({ days }) => days),
      hospitalDays: sum(group, (one) => one.hospitalDays),
      reassessed: again.length,
      needChange: sum(again, ({ level, levelNow }) => (levelNow ?? 0) - (level ?? 0)),
    };
  });
  return rows.sort((a, b) => (a.axis === b.axis ? (b.level ?? -1) - (a.level ?? -1) : a.axis < b.axis ? -1 : 1));
}

const supportOf = (profile: Parameters<typeof levelsOf>[0]): number | null => levelsOf(profile).personalSupport.level;

/** `INS-FOLLOWED`: first and last day, both included; null before it began. */
function followedDays(
  plan: CarePlan,
  next: CarePlan | undefined,
  today: LocalDate,
): { readonly from: LocalDate; readonly to: LocalDate } | null {
  if (plan.startsOn === null) return null;
  const ends = [today, plan.endsOn, next?.startsOn ? addDays(next.startsOn, -1) : null].filter((day) => day !== null);
  const [, from = today] = [plan.startsOn, addDays(today, -7 * FOLLOWED_WEEKS)].sort();
  const [to = today] = ends.sort();
  return from <= to ? { from, to } : null;
}

/** A visit that has no day yet belongs to its week, and counts when that is over. */
async function visitsBetween(
  ctx: Context,
  patientId: string,
  { from, to }: { readonly from: LocalDate; readonly to: LocalDate },
): Promise<{ readonly visits: number; readonly covered: number }> {
  const rows = await ctx.store.db
    .selectFrom('visits as v')
    .leftJoin('assignments as a', (join) =>
      join.onRef('a.visitId', '=', 'v.id').on('a.slot', '=', 0).on('a.deletedAt', 'is', null),
    )
    .leftJoin('requirements as q', 'q.id', 'v.requirementId')
    .select(['v.week', 'v.date', 'v.start', 'v.cancelledAt', 'a.staffId', 'q.endsOn'])
    .where('v.patientId', '=', patientId)
    .where('v.week', '>=', weekOfDate(from))
    .where('v.week', '<=', weekOfDate(to))
    .where('v.deletedAt', 'is', null)
    .execute();
  const inside = rows.filter(({ date, week }) => (date === null ? week < weekOfDate(to) : from <= date && date <= to));
  const wanted = inside.filter(({ date, endsOn }) => endsOn === null || date === null || date <= endsOn);
  const covered = wanted.filter(({ start, cancelledAt, staffId }) => start && staffId && cancelledAt === null);
  return { visits: wanted.length, covered: covered.length };
}

async function factsOf(ctx: Context, regionId: string, patientId: string): Promise<readonly ChoiceFact[]> {
  const rows: PatientPlans = await readPlans(ctx, { regionId, patientId });
  const signed = signedInOrder(rows.plans);
  if (signed.length === 0) return [];
  const [{ profile: now }, stays] = await Promise.all([
    patientProfile(ctx, { regionId, patientId }),
    staysOf(ctx, patientId),
  ]);
  const facts: ChoiceFact[] = [];
  for (const [index, plan] of signed.entries()) {
    const bundle = rows.bundles.get(plan.bundleId);
    if (!bundle) continue;
    const profile = parseProfile(bundle.profile);
    const again = profile.ok && now.assessedOn !== null && now.assessedOn > (profile.value.assessedOn ?? '');
    const days = followedDays(plan, signed[index + 1], rows.today);
    const visits = days ? await visitsBetween(ctx, patientId, days) : { visits: 0, covered: 0 };
    facts.push({
      axis: bundle.axis,
      asRecommended: bundle.recommended === bundle.axis,
      level: profile.ok ? supportOf(profile.value) : null,
      levelNow: again ? supportOf(now) : null,
      overrides: rows.overridesOf(plan.id).length,
      ...visits,
      days: days ? daysBetween(days.from, days.to) + 1 : 0,
      hospitalDays: days ? hospitalDays(stays, days) : 0,
    });
  }
  return facts;
}

/** Progress over the region's assessed patients, then the rows. Ending the signal ends it without them. */
export async function* bundleChoices(
  ctx: Context,
  { regionId }: { readonly regionId: string },
  signal: AbortSignal | undefined,
): AsyncGenerator<ChoicesEvent, void, void> {
  const { config } = await readSettings(ctx);
  const today = await todayIn(ctx, regionId);
  const weeks = Array.from({ length: FOLLOWED_WEEKS + 1 }, (_, back) => addWeeks(weekOfDate(today), -back));
  unwrap(await ctx.ready(weeks.map((week) => scheduleShard(regionId, week))));
  const read = ({ id }: AssessedPatient): Promise<readonly ChoiceFact[]> => factsOf(ctx, regionId, id);
  const facts = yield* readEach(await assessedPatients(ctx, regionId), read, signal);
  if (facts === null) return;
  const names = new Map(config.axes.axes.map(({ id, name }) => [id, name]));
  yield { type: 'choices', rows: choiceRows(facts.flat(), (axis) => names.get(axis) ?? axis) };
}
