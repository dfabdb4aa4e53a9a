/**
 * The week's visits from what patients need. Pure and deterministic: the same requirements give the same visits with
 * the same ids on every laptop, so two people who plan a week offline make it once.
 *
 *  PLAN-SPREAD   visits lie as far apart as the allowed weekdays let them; the first day varies by requirement
 *  PLAN-SPACING  where the service asks for days between visits, weekdays that keep them, if the allowed ones can
 *  PLAN-WINDOWS  several visits on one day get distinct parts of that day's windows
 *  PLAN-EVERY    only weeks that are due, where it is wanted every second, third … week
 *  PLAN-FORCE    only days on which the requirement is in force; the other days' share is not squeezed in
 *  PLAN-ONCE     a visit that exists, was cancelled or was deleted is not made again
 *  PLAN-PAIR     where two carers come, each visit brings a second one beside it
 *  PAT-ACTIVE    only active patients
 */
import {
  daysOfWeek,
  deterministicId,
  type IsoWeek,
  isoWeekday,
  minuteOfDay,
  timeOfMinute,
  weekOfDate,
  weeksBetween,
} from '@fieldfare/kernel';
import type { ServiceType } from '../orgs/index.ts';
import { secondVisitOf } from './pairs.ts';
import type { Requirement, StartWindow, Visit } from './tables.ts';
import { weekdaysApart } from './weekdays.ts';

/** The least days between two visits of a service, by its code; absent or 0: none asked. */
export type SpacingDays = ReadonlyMap<string, number>;

export const spacingDaysOf = (services: readonly Pick<ServiceType, 'code' | 'spacingDays'>[]): SpacingDays =>
  new Map(services.map(({ code, spacingDays }) => [code, spacingDays ?? 0]));

export const plannedVisitId = (requirementId: string, week: IsoWeek, ordinal: number): string =>
  deterministicId('visit', requirementId, week, ordinal);

interface Stretch {
  readonly from: string;
  readonly to: string;
}

const windowsOn = (windows: readonly StartWindow[], weekday: number): Stretch[] =>
  windows
    .filter(({ weekdays, from, to }) => from <= to && (weekdays.length === 0 || weekdays.includes(weekday)))
    .map(({ from, to }) => ({ from, to }))
    .sort((a, b) => (a.from === b.from ? (a.to < b.to ? -1 : 1) : a.from < b.from ? -1 : 1));

/** `parts` equal parts of a start window on five-minute marks. A short window repeats itself rather than vanish. */
function partsOf(window: Stretch, parts: number): Stretch[] {
  const from = minuteOfDay(window.from);
  const length = minuteOfDay(window.to) - from;
  if (parts <= 1 || length < parts * 10) return Array.from({ length: parts }, () => window);
  const mark = (part: number): number => from + Math.round((length * part) / parts / 5) * 5;
  return Array.from({ length: parts }, (_, part) => ({
    from: timeOfMinute(mark(part)),
    to: part === parts - 1 ? window.to : timeOfMinute(mark(part + 1) - 5),
  }));
}

/** Windows for `count` visits on one day, spread over the day's windows in order. */
function windowsFor(windows: readonly Stretch[], count: number): Stretch[] {
  if (count <= windows.length) {
    return Array.from({ length: count }, (_, i) => windows[Math.floor((i * windows.length) / count)] as Stretch);
  }
  return windows.flatMap((window, i) => {
    const before = Math.floor((i * count) / windows.length);
    return partsOf(window, Math.floor(((i + 1) * count) / windows.length) - before);
  });
}

/** How many visits each of `days` days gets, evenly, beginning at `offset`. */
function spread(count: number, days: number, offset: number): number[] {
  const perDay = Array.from({ length: days }, () => Math.floor(count / days));
  const rest = count % days;
  for (let i = 0; i < rest; i += 1) {
    const day = (Math.floor((i * days) / rest) + offset) % days;
    perDay[day] = (perDay[day] ?? 0) + 1;
  }
  return perDay;
}

/** `PLAN-SPACING`: the same as `spread`, on weekdays that lie apart. Null where there are not enough of them. */
function spreadApart(count: number, weekdays: readonly number[], least: number, offset: number): number[] | null {
  if (least < 2 || count > weekdays.length) return null;
  const chosen = weekdaysApart(weekdays, count, least, offset);
  return weekdays.map((weekday) => (chosen.includes(weekday) ? 1 : 0));
}

/** A number from a requirement's id, so that once-a-week visits do not all fall on Monday. */
const offsetOf = (id: string): number => Number.parseInt(id.replaceAll('-', '').slice(-6), 16);

/** `PLAN-EVERY` */
const isDue = ({ everyWeeks, startsOn }: Requirement, week: IsoWeek): boolean =>
  !everyWeeks || everyWeeks === 1 || weeksBetween(weekOfDate(startsOn), week) % everyWeeks === 0;

/** All visits of one requirement in one week, whether they exist already or not. */
export function visitsOfRequirement(requirement: Requirement, week: IsoWeek, spacing: SpacingDays): readonly Visit[] {
  if (!isDue(requirement, week)) return [];
  const days = daysOfWeek(week)
    .map((date) => ({ date, weekday: isoWeekday(date) }))
    .map((day) => ({ ...day, windows: windowsOn(requirement.windows, day.weekday) }))
    .filter(({ windows }) => windows.length > 0);
  if (days.length === 0) return [];
  const offset = offsetOf(requirement.id);
  const weekdays = days.map(({ weekday }) => weekday);
  const perDay =
    spreadApart(requirement.visitsPerWeek, weekdays, spacing.get(requirement.serviceCode) ?? 0, offset) ??
    spread(requirement.visitsPerWeek, days.length, offset);
  return days
    .flatMap(({ date, windows }, day) => windowsFor(windows, perDay[day] ?? 0).map((window) => ({ date, window })))
    .map(
      ({ date, window }, ordinal): Visit => ({
        id: plannedVisitId(requirement.id, week, ordinal),
        regionId: requirement.regionId,
        week,
        patientId: requirement.patientId,
        requirementId: requirement.id,
        serviceCode: requirement.serviceCode,
        date,
        start: null,
        minutes: requirement.minutes,
        windowFrom: window.from,
        windowTo: window.to,
        providerPreference: requirement.providerPreference,
        priority: requirement.priority,
        note: '',
        cancelledAt: null,
      }),
    )
    .filter(
      ({ date }) =>
        date !== null && date >= requirement.startsOn && (requirement.endsOn === null || date <= requirement.endsOn),
    )
    .flatMap((visit) => (requirement.pairing ? [visit, secondVisitOf(visit, requirement.pairing)] : [visit]));
}

/**
 * Visits to create so that `week` holds what `requirements` ask for.
 * `existing`: ids of every visit row of the week, cancelled and deleted ones included; `ended`: those of them.
 */
export function planWeek(input: {
  readonly week: IsoWeek;
  readonly requirements: readonly Requirement[];
  readonly activePatients: ReadonlySet<string>;
  readonly existing: ReadonlySet<string>;
  readonly ended: ReadonlySet<string>;
  readonly spacing: SpacingDays;
}): readonly Visit[] {
  return input.requirements
    .filter(({ patientId }) => input.activePatients.has(patientId))
    .flatMap((requirement) => visitsOfRequirement(requirement, input.week, input.spacing))
    .filter(({ id, pairOf }) => !input.existing.has(id) && !(pairOf && input.ended.has(pairOf)));
}
