/** A week laid out for the engine, with the names that its answers are put into words with. */
import { type CompiledWeek, compileWeek, createPlan, type Plan, withStartWindows } from '@fieldfare/engine-scheduling';
import {
  addWeeks,
  daysOfWeek,
  type IsoWeek,
  invariant,
  type LocalDate,
  scheduleShard,
  unwrap,
} from '@fieldfare/kernel';
import { type Store, topicOf } from '@fieldfare/store';
import { breathe } from '../breathe.ts';
import { byId, groupBy } from '../collections.ts';
import { patientName } from '../patients/index.ts';
import type { Context } from '../procedure.ts';
import { createTravelModel } from '../travel/index.ts';
import { absentOn, staffName } from '../workforce/index.ts';
import { compileProblem, type WeekPerson, type WeekRows, type WeekVisit, windowsOf } from './compile.ts';
import { createDayClock } from './day-clock.ts';
import type { ViolationNames } from './violations.ts';
import { type Focus, readWeekRows } from './week-query.ts';

export interface Workbench {
  readonly rows: WeekRows;
  readonly compiled: CompiledWeek;
  /** The week as it stands. */
  readonly plan: Plan;
  readonly visits: ReadonlyMap<string, WeekVisit>;
  readonly people: ReadonlyMap<string, WeekPerson>;
  readonly patientNameOf: (patientId: string) => string;
  readonly staffNameOf: (staffId: string) => string;
  readonly serviceNameOf: (code: string) => string;
  /** What sentences about a placement with this carer may name. */
  readonly wordsFor: (staffId: string) => ViolationNames;
}

export interface WorkbenchOptions {
  readonly focus?: Focus | undefined;
  /** See `compileProblem`. */
  readonly anyDay?: ReadonlySet<string>;
}

/** In parts with a breath between them: a large week takes longer than a person who cancels should wait. */
export async function layOut(rows: WeekRows, anyDay?: ReadonlySet<string>): Promise<Workbench> {
  await breathe();
  const { problem, outsideMinutes, partnerOutsideMinutes } = compileProblem(
    rows,
    createTravelModel(rows.region),
    anyDay ? { anyDay } : {},
  );
  await breathe();
  const compiled = unwrap(compileWeek(problem));
  await breathe();
  const visits = byId(rows.visits);
  const people = byId(rows.people);
  const patients = byId(rows.patients);
  const services = new Map(rows.services.map(({ code, name }) => [code, name]));
  const away = groupBy(rows.absences, ({ staffId }) => staffId);
  const patientNameOf = (patientId: string): string => {
    const patient = patients.get(patientId);
    return patient ? patientName(patient) : 'Unknown patient';
  };
  return {
    rows,
    compiled,
    plan: createPlan(compiled),
    visits,
    people,
    patientNameOf,
    staffNameOf(staffId) {
      const person = people.get(staffId);
      return person ? staffName(person) : 'Unknown carer';
    },
    serviceNameOf: (code) => services.get(code) ?? code,
    wordsFor: (staffId) => ({
      zone: rows.region.zone,
      outsideMinutes: outsideMinutes.get(staffId) ?? 0,
      partnerOutsideMinutes: partnerOutsideMinutes.get(people.get(staffId)?.partnerId ?? '') ?? 0,
      patientOfVisit(visitId) {
        const visit = visits.get(visitId);
        return visit ? patientNameOf(visit.patientId) : null;
      },
      absenceOn: (date: LocalDate) =>
        (away.get(staffId) ?? []).find((absence) => absentOn(absence, date))?.reason ?? null,
    }),
  };
}

/** The same plan, in which `visit` may start on every day of the week. Shares `plan`'s lists. */
export function onAnyDay({ rows, visits }: Pick<Workbench, 'rows' | 'visits'>, plan: Plan, visit: number): Plan {
  const row = visits.get(plan.compiled.problem.visits[visit]?.id ?? '');
  invariant(row !== undefined, 'every visit of the problem is one of the rows');
  return withStartWindows(plan, visit, windowsOf(row, daysOfWeek(rows.week), createDayClock(rows.region.zone)));
}

interface WeekInput {
  readonly regionId: string;
  readonly week: IsoWeek;
}

/** Call `readyForWeek` first. */
export async function openWorkbench(
  ctx: Context,
  input: WeekInput,
  options: WorkbenchOptions = {},
): Promise<Workbench> {
  return await layOut(await readWeekRows(ctx, input, options.focus), options.anyDay);
}

/** What `readWeekRows` reads. */
const topicsOf = ({ regionId, week }: WeekInput): string[] => [
  ...[
    'regions',
    'service_types',
    'staff',
    'absences',
    'patients',
    'requirements',
    'rule_settings',
    'blocked_pairs',
    'weight_sets',
    'partners',
  ],
  ...[-1, 0, 1].flatMap((step) =>
    ['visits', 'assignments', 'published_rounds'].map((table) =>
      topicOf(table, scheduleShard(regionId, addWeeks(week, step))),
    ),
  ),
];

interface Kept {
  readonly key: string;
  readonly version: number;
  readonly bench: Promise<Workbench>;
}

/** A person drags in one week, seldom in two at once; a large week is some tens of MB. */
const MOST_KEPT = 2;
const keptOf = new WeakMap<Store, readonly Kept[]>();

/** Changes whenever a row that the laid-out week rests on does. */
export const weekVersion = (ctx: Context, input: WeekInput): number => ctx.store.versionOf(topicsOf(input));

/**
 * The week laid out, shared between questions for as long as none of its rows change: laying out thousands of visits
 * takes longer than a drag may wait. To be asked only, never to be changed. Call `readyForWeek` first.
 */
export function sharedWorkbench(ctx: Context, input: WeekInput): Promise<Workbench> {
  const key = `${input.regionId}/${input.week}`;
  // Read before the rows are: a change in between lays the week out once more, never too seldom.
  const version = weekVersion(ctx, input);
  const kept = keptOf.get(ctx.store) ?? [];
  const known = kept.find((one) => one.key === key);
  if (known?.version === version) return known.bench;
  const fresh: Kept = { key, version, bench: openWorkbench(ctx, input) };
  keptOf.set(ctx.store, [fresh, ...kept.filter((one) => one.key !== key).slice(0, MOST_KEPT - 1)]);
  fresh.bench.catch(() => {
    keptOf.set(
      ctx.store,
      (keptOf.get(ctx.store) ?? []).filter((one) => one !== fresh),
    );
  });
  return fresh.bench;
}
