/**
 * A patient's demand from a day on, in place of what stood before. Pure: rows in, a change out; what is shown before it
 * is accepted is what is written.
 *
 *  DEM-SAME      a requirement that already asks for the same stays as it is, its visits too
 *  DEM-END       any other ends the day before; one that has not begun by then is taken back
 *  DEM-FAMILIAR  what begins keeps the carer whom the ended one of that service preferred, the skills it asked for, and
 *                how much it matters who comes
 *  DEM-VISITS    standing visits of what ends are cancelled from that day on; visits of what begins are planned for that
 *                week and for later ones that are planned already
 *  DEM-BESIDE    requirements that a person keeps beside the new demand are left alone
 */
import {
  addDays,
  createRow,
  deleteRow,
  type IsoWeek,
  type LocalDate,
  type RowChange,
  updateRow,
  weekOfDate,
} from '@fieldfare/kernel';
import { sameValue } from '../collections.ts';
import { type SpacingDays, visitsOfRequirement } from './plan-week.ts';
import { type Requirement, requirements, type Visit, visits } from './tables.ts';

/** A standing visit of the weeks from the change on. */
export type StandingVisit = Visit & { readonly staffId: string | null };

export interface DemandInput {
  readonly from: LocalDate;
  /** The patient's requirements that are in force on `from` or later, deleted ones left out. */
  readonly current: readonly Requirement[];
  /** What the patient shall need from then on. Ids are deterministic: the same demand twice is one. */
  readonly wanted: readonly Requirement[];
  /** Ids of current ones that go on whatever is wanted. */
  readonly beside: ReadonlySet<string>;
  /** Standing visits of the patient dated from `from` on, or in later weeks without a day. */
  readonly standing: readonly StandingVisit[];
  /** Ids of every visit row of those weeks, cancelled and deleted ones too. */
  readonly known: ReadonlySet<string>;
  /** Weeks that are planned: visits of what begins are made for them. */
  readonly weeks: readonly IsoWeek[];
  readonly active: boolean;
  /** What is wanted says it all: nothing stays because it asks for the same, nothing is taken over from what ends. */
  readonly inFull?: boolean | undefined;
  readonly spacing: SpacingDays;
}

export interface DemandChange {
  readonly ends: readonly Requirement[];
  readonly stays: readonly Requirement[];
  readonly begins: readonly Requirement[];
  readonly cancelled: readonly StandingVisit[];
  readonly planned: readonly Visit[];
}

/** All that a visit is made from. */
const ASKS = [
  'serviceCode',
  'visitsPerWeek',
  'minutes',
  'windows',
  'providerPreference',
  'priority',
  'endsOn',
] as const satisfies readonly (keyof Requirement)[];

const asksTheSame = (a: Requirement, b: Requirement): boolean =>
  (a.everyWeeks ?? 1) === (b.everyWeeks ?? 1) &&
  sameValue(a.pairing ?? null, b.pairing ?? null) &&
  ASKS.every((field) => sameValue(a[field], b[field]));

export function demandChange(input: DemandInput): DemandChange {
  const { from, wanted, beside, standing, known, weeks, active } = input;
  const current = input.current.filter(({ id }) => !beside.has(id));
  const taken = new Set<string>();
  const begins: Requirement[] = [];
  for (const row of wanted) {
    const same =
      !input.inFull && current.find((each) => !taken.has(each.id) && each.startsOn <= from && asksTheSame(each, row));
    if (same) taken.add(same.id);
    else begins.push(row);
  }
  const ends = current.filter(({ id }) => !taken.has(id) && !begins.some((row) => row.id === id));
  const familiar = new Map(ends.map((row) => [row.serviceCode, row]));
  const started = begins.map((row) =>
    input.inFull
      ? row
      : {
          ...row,
          preferredStaffId: row.preferredStaffId ?? familiar.get(row.serviceCode)?.preferredStaffId ?? null,
          skills: row.skills ?? familiar.get(row.serviceCode)?.skills ?? null,
          continuity: row.continuity ?? familiar.get(row.serviceCode)?.continuity ?? null,
        },
  );
  const ended = new Set(ends.map(({ id }) => id));
  return {
    ends,
    stays: current.filter(({ id }) => taken.has(id)),
    begins: started,
    cancelled: standing.filter(({ requirementId }) => requirementId !== null && ended.has(requirementId)),
    planned: active
      ? started
          .flatMap((row) => weeks.flatMap((week) => visitsOfRequirement(row, week, input.spacing)))
          .filter(({ id }) => !known.has(id))
      : [],
  };
}

/** `at`: an ISO instant. */
export function demandRows(
  { ends, begins, cancelled, planned }: DemandChange,
  from: LocalDate,
  at: string,
): RowChange[] {
  const lastDay = addDays(from, -1);
  return [
    ...ends.map((row) =>
      row.startsOn >= from ? deleteRow(requirements, row, at) : updateRow(requirements, row, { endsOn: lastDay }),
    ),
    // A row taken back before may be wanted again: its id is the same.
    ...begins.map((row) => {
      const created = createRow(requirements, row);
      return { ...created, set: { ...created.set, deletedAt: null } };
    }),
    ...cancelled.map((visit) => updateRow(visits, visit, { cancelledAt: at })),
    ...planned.map((visit) => createRow(visits, visit)),
  ];
}

/** True where a requirement asks for something on `from` or later. */
export const reaches = ({ endsOn }: Pick<Requirement, 'endsOn'>, from: LocalDate): boolean =>
  endsOn === null || endsOn >= from;

export interface WeekEffect {
  readonly week: IsoWeek;
  readonly planned: number;
  readonly cancelled: number;
  /** Of the cancelled ones, those that somebody was to deliver. */
  readonly withCarer: number;
}

export function effectByWeek({ cancelled, planned }: DemandChange): readonly WeekEffect[] {
  const weeks = [...new Set([...cancelled, ...planned].map(({ week }) => week))].sort();
  return weeks.map((week) => {
    const gone = cancelled.filter((visit) => visit.week === week);
    return {
      week,
      planned: planned.filter((visit) => visit.week === week).length,
      cancelled: gone.length,
      withCarer: gone.filter(({ staffId }) => staffId !== null).length,
    };
  });
}

/** True for a visit that stands at or after `from`: by its day, or by its week where it has none. */
export const standsFrom = ({ date, week }: Pick<Visit, 'date' | 'week'>, from: LocalDate): boolean =>
  date === null ? week >= weekOfDate(from) : date >= from;
