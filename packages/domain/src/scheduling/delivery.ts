/**
 * Who could deliver a week of visits that nobody has planned yet: each is put into the week as it stands, one after the
 * other, the urgent ones first, and keeps its place while the next looks. Nothing is written.
 */
import { candidates } from '@fieldfare/engine-scheduling';
import { type IsoWeek, unwrap } from '@fieldfare/kernel';
import { groupBy } from '../collections.ts';
import type { Context } from '../procedure.ts';
import type { WeekVisit } from './compile.ts';
import { spacingDaysOf, visitsOfRequirement } from './plan-week.ts';
import { readyForWeek } from './shards.ts';
import type { Requirement } from './tables.ts';
import { readWeekRows } from './week-query.ts';
import { layOut } from './workbench.ts';

export interface Delivery {
  readonly requirementId: string;
  readonly visits: number;
  /** How many of them find a place that breaks no rule. */
  readonly placed: number;
  /** Who would, most visits first. */
  readonly carers: readonly { readonly staffId: string; readonly name: string; readonly visits: number }[];
}

const MOST_CARERS = 5;
const ORDER = { urgent: 0, high: 1, routine: 2 } as const;

export async function deliveryOf(
  ctx: Context,
  input: {
    readonly regionId: string;
    readonly week: IsoWeek;
    readonly patientId: string;
    readonly wanted: readonly Requirement[];
    /** Ids of requirements that would end: their visits make room. */
    readonly ended: ReadonlySet<string>;
  },
): Promise<readonly Delivery[]> {
  unwrap(await readyForWeek(ctx, input));
  const rows = await readWeekRows(ctx, input);
  const spacing = spacingDaysOf(rows.services);
  const asked = input.wanted.flatMap((requirement) => visitsOfRequirement(requirement, input.week, spacing));
  const asking = new Set(asked.map(({ id }) => id));
  const added = asked.map((visit): WeekVisit => ({ ...visit, staffId: null, pinned: false, stamp: '' }));
  const [patient] = await ctx.store.db
    .selectFrom('patients')
    .select(['id', 'givenName', 'familyName', 'lat', 'lng', 'risk'])
    .where('id', '=', input.patientId)
    .execute();
  const bench = await layOut({
    ...rows,
    visits: [
      ...rows.visits.filter(
        ({ id, requirementId }) => !asking.has(id) && (requirementId === null || !input.ended.has(requirementId)),
      ),
      ...added,
    ],
    patients: [...rows.patients.filter(({ id }) => id !== input.patientId), ...(patient ? [patient] : [])],
    requirements: [...rows.requirements, ...input.wanted],
  });

  const carerOf = new Map<string, string>();
  for (const { id } of added.toSorted((a, b) => ORDER[a.priority] - ORDER[b.priority])) {
    const visit = bench.compiled.visitIndex.get(id);
    const best = visit === undefined ? undefined : candidates(bench.plan, visit)[0];
    const person = best ? bench.compiled.problem.staff[best.staff] : undefined;
    if (!best || !person) continue;
    bench.plan.place(best.visit, best.staff, best.start);
    carerOf.set(id, person.id);
  }
  const byRequirement = groupBy(added, ({ requirementId }) => requirementId);
  return input.wanted.map(({ id }): Delivery => {
    const own = byRequirement.get(id) ?? [];
    const placed = own.flatMap((visit) => carerOf.get(visit.id) ?? []);
    const carers = [...groupBy(placed, (staffId) => staffId)]
      .map(([staffId, list]) => ({ staffId, name: bench.staffNameOf(staffId), visits: list.length }))
      .sort((a, b) => b.visits - a.visits || (a.name < b.name ? -1 : 1))
      .slice(0, MOST_CARERS);
    return { requirementId: id, visits: own.length, placed: placed.length, carers };
  });
}
