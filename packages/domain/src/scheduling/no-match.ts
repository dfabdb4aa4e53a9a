/**
 * Why nobody can take a visit, and the least that would have to give way. Every way named is one that `accept` does in
 * one commit: where the visit goes, what changes about it, which other visit makes room. But one: whoever must not meet the
 * patient stays kept from them until a person takes that back.
 *
 *  SCH-NO-MATCH  a way is the smallest of its kind, and the engine has confirmed that the visit then fits
 */
import {
  FUNNEL_STEPS,
  funnelOf,
  type Interval,
  type Relaxation,
  type RuleId,
  relaxationsOf,
  violationsAt,
} from '@fieldfare/engine-scheduling';
import {
  addDays,
  daysOfWeek,
  invariant,
  type LocalTime,
  localAt,
  minuteOfDay,
  plural,
  timeOfMinute,
} from '@fieldfare/kernel';
import type { Context } from '../procedure.ts';
import type { AcceptedPlacement, NoMatch, Relaxed, VisitChange } from './board.ts';
import type { VisitTarget } from './commands.ts';
import { isPlain, type WeekVisit, windowsOf } from './compile.ts';
import { createDayClock } from './day-clock.ts';
import { ask, atWork } from './suggest.ts';
import { describeViolation, unplacedReason } from './violations.ts';
import { dayText, lengthText, weekdayText } from './wording.ts';
import type { Workbench } from './workbench.ts';

/** Of the carers whom a rule removes. */
const REMOVED: Readonly<Record<RuleId, string>> = {
  'SCH-ROLE': 'have a role that may not deliver the service',
  'SCH-BLOCKED': 'must not meet this patient',
  'SCH-SKILL': 'lack a skill or language that is asked for',
  'SCH-PROVIDER': 'belong to a partner, and own staff are asked for',
  'SCH-CONTRACT': 'belong to a partner that is not contracted for it here',
  'SCH-WINDOW': 'have no window to start it in',
  'SCH-AVAILABILITY': 'are not at work in its window',
  'SCH-NOTICE': 'belong to a partner that would be asked too late',
  'SCH-OVERLAP-PATIENT': 'would come while somebody else is with the patient',
  'SCH-SPACING': 'would come too soon before or after another visit of the service',
  'SCH-SYNC': 'cannot come when the other carer of the pair does',
  'SCH-CAPACITY': 'have no hours left this week',
  'SCH-PARTNER-CAPACITY': 'belong to a partner that has no agreed hours left this week',
  'SCH-OVERLAP-STAFF': 'are with other patients in its window',
  'SCH-TRAVEL': 'could not drive there and on in time',
  'SCH-REST': 'would rest too little between two days',
  'SCH-BREAK': 'would have no time for their break',
};

const removedText = (rule: RuleId, { providerPreference }: WeekVisit): string =>
  rule === 'SCH-PROVIDER' && providerPreference === 'partner'
    ? 'are our own staff, and a partner’s are asked for'
    : REMOVED[rule];

const LAST_MINUTE = minuteOfDay('23:59');

/** The fields that change, so that the window is this much wider, inside its day. */
function widerWindow(visit: WeekVisit, side: 'earlier' | 'later', minutes: number): VisitChange {
  return side === 'earlier'
    ? { windowFrom: timeOfMinute(Math.max(0, minuteOfDay(visit.windowFrom) - minutes)) }
    : { windowTo: timeOfMinute(Math.min(LAST_MINUTE, minuteOfDay(visit.windowTo) + minutes)) };
}

function changeOf(visit: WeekVisit, { give }: Relaxation): VisitChange | null {
  if (give.kind === 'earlier' || give.kind === 'later') return widerWindow(visit, give.kind, give.minutes);
  return give.kind === 'provider' ? { providerPreference: 'any' } : null;
}

interface Place {
  readonly staffId: string;
  readonly date: string;
  readonly start: LocalTime;
}

/** Null when the wall clock cannot name it. */
function placeOf(bench: Workbench, { staff, start }: { readonly staff: number; readonly start: number }): Place | null {
  const { zone } = bench.rows.region;
  const carer = bench.compiled.problem.staff[staff];
  if (!carer || !isPlain(start, createDayClock(zone))) return null;
  const { date, time } = localAt(start, zone);
  return { staffId: carer.id, date, start: time };
}

const placeText = (bench: Workbench, { staffId, date, start }: Place): string =>
  `${bench.staffNameOf(staffId)}, ${dayText(date)} at ${start}`;

const daysText = (days: number): string => plural(days, 'day');

function partnerOf(
  { people, rows }: Workbench,
  staffId: string,
): { readonly name: string; readonly noticeDays: number } {
  const partner = rows.partners.find(({ id }) => id === people.get(staffId)?.partnerId);
  return { name: partner?.name ?? 'this partner', noticeDays: partner?.noticeDays ?? 0 };
}

/** What gives way, in words; null when it cannot be written down as local times. */
function wordsOf(
  bench: Workbench,
  visit: WeekVisit,
  relaxation: Relaxation,
  place: Place,
): Pick<Relaxed, 'title' | 'detail'> | null {
  const { give, rule } = relaxation;
  const carer = bench.staffNameOf(place.staffId);
  const against = (): string =>
    violationsAt(bench.plan, relaxation.place.visit, relaxation.place.staff, relaxation.place.start)
      .filter((violation) => violation.rule === rule)
      .map((violation) => describeViolation(violation, bench.wordsFor(place.staffId)))
      .join(' · ');
  switch (give.kind) {
    case 'earlier': {
      const from = widerWindow(visit, give.kind, give.minutes).windowFrom;
      return {
        title: `Let it start up to ${lengthText(give.minutes)} earlier`,
        detail: `From ${from} instead of ${visit.windowFrom}`,
      };
    }
    case 'later': {
      const to = widerWindow(visit, give.kind, give.minutes).windowTo;
      return {
        title: `Let it start up to ${lengthText(give.minutes)} later`,
        detail: `Until ${to} instead of ${visit.windowTo}`,
      };
    }
    case 'day':
      return {
        title: `Move it to ${weekdayText(place.date)}`,
        detail: visit.date === null ? dayText(place.date) : `Instead of ${dayText(visit.date)}`,
      };
    case 'provider':
      return visit.providerPreference === 'own'
        ? { title: 'Let a partner’s carer do it', detail: 'Own staff are asked for now' }
        : { title: 'Let our own staff do it', detail: 'A partner’s staff are asked for now' };
    case 'capacity':
      return { title: `Let ${carer} work ${lengthText(give.minutes)} over capacity`, detail: against() };
    case 'shift': {
      const when = `${lengthText(give.minutes)} ${give.side === 'start' ? 'earlier' : 'longer'}`;
      const title = `Let ${carer} ${give.side === 'start' ? 'begin' : 'work'} ${when} on ${weekdayText(place.date)}`;
      return { title, detail: against() };
    }
    case 'spacing': {
      const nearer = give.days > 0 ? daysText(give.days) : lengthText(give.minutes);
      return { title: `Let it come ${nearer} nearer to the patient’s other visit`, detail: against() };
    }
    case 'rest':
      return { title: `Let ${carer} rest ${lengthText(give.minutes)} less that night`, detail: against() };
    case 'break':
      return {
        title: `Let ${carer}’s break be ${lengthText(give.minutes)} shorter on ${weekdayText(place.date)}`,
        detail: against(),
      };
    case 'notice': {
      const { name, noticeDays } = partnerOf(bench, place.staffId);
      const bookBy = dayText(addDays(place.date, -noticeDays));
      return {
        title: `Ask ${name} ${daysText(give.days)} later than agreed`,
        detail: `Asks for ${daysText(noticeDays)} of notice: it was to be booked by ${bookBy}`,
      };
    }
    case 'partnerHours': {
      const { name } = partnerOf(bench, place.staffId);
      return { title: `Let ${name} deliver ${lengthText(give.minutes)} more than agreed this week`, detail: against() };
    }
    case 'sync':
      return { title: `Let the two carers be up to ${lengthText(give.minutes)} out of step`, detail: against() };
    case 'skill':
      return { title: `Let ${carer} do it without: ${give.missing.join(', ')}`, detail: against() };
    case 'blocked': {
      const patient = bench.patientNameOf(visit.patientId);
      return {
        title: `Only if ${carer} and ${patient} may meet again`,
        detail: 'Somebody decided that they must not: free the two in the visit’s details first',
      };
    }
    case 'move': {
      const to = placeOf(bench, give.to);
      const other = bench.visits.get(bench.compiled.problem.visits[give.other]?.id ?? '');
      if (!to || !other || other.staffId === null || other.date === null || other.start === null) return null;
      const from = { staffId: other.staffId, date: other.date, start: other.start };
      const title = `Move the visit to ${bench.patientNameOf(other.patientId)} out of the way`;
      const same = to.staffId === from.staffId && to.date === from.date;
      const detail = same
        ? `From ${from.start} to ${to.start}, still with ${bench.staffNameOf(to.staffId)}`
        : `To ${placeText(bench, to)}, now ${placeText(bench, from)}`;
      return { title, detail };
    }
  }
}

function relaxedOf(bench: Workbench, visit: WeekVisit, relaxation: Relaxation): Relaxed | null {
  const place = placeOf(bench, relaxation.place);
  const words = place && wordsOf(bench, visit, relaxation, place);
  if (!place || !words) return null;
  const { give, rule } = relaxation;
  const set = changeOf(visit, relaxation);
  if (set && (give.kind === 'earlier' || give.kind === 'later')) {
    // On a day of 23 or 25 hours the wall clock and the minutes that pass disagree.
    const windows = windowsOf(
      { windowFrom: set.windowFrom ?? visit.windowFrom, windowTo: set.windowTo ?? visit.windowTo },
      [place.date],
      createDayClock(bench.rows.region.zone),
    );
    if (!windows.some(({ start, end }) => start <= relaxation.place.start && relaxation.place.start <= end))
      return null;
  }
  const placements: AcceptedPlacement[] =
    give.kind === 'blocked' ? [] : [{ visitId: visit.id, ...place, basedOn: visit.stamp, ...(set ? { set } : {}) }];
  if (give.kind === 'move') {
    const other = bench.visits.get(bench.compiled.problem.visits[give.other]?.id ?? '');
    const to = placeOf(bench, give.to);
    // The visits of the days beside the week are fixed, so what moves is one of this week's.
    invariant(other !== undefined && to !== null, 'a visit that makes room is one of the rows');
    placements.push({ visitId: other.id, ...to, basedOn: other.stamp });
  }
  return {
    kind: give.kind,
    rule,
    ...words,
    ...place,
    staffName: bench.staffNameOf(place.staffId),
    travelMinutes: relaxation.place.components.travelMinutes,
    placements,
  };
}

export async function noMatch(ctx: Context, input: VisitTarget): Promise<NoMatch> {
  const { bench, visit } = await ask(ctx, input, false);
  const row = bench.visits.get(input.visitId);
  invariant(row !== undefined, 'every visit of the problem is one of the rows');
  const staff = atWork(bench).map((one) => one.staff);
  const funnel = funnelOf(bench.plan, visit, staff);
  let left = staff.length;
  const steps = FUNNEL_STEPS.flatMap((rule) => {
    const removed = funnel.removed[rule];
    left -= removed;
    return removed === 0 ? [] : [{ rule, sentence: removedText(rule, row), removed, left }];
  });
  const answer = { staff: staff.length, steps, left: funnel.left };
  if (funnel.left > 0) return { ...answer, main: null, relaxations: [] };

  const clock = createDayClock(bench.rows.region.zone);
  const days = daysOfWeek(input.week);
  const room = (row.date === null ? days : [row.date]).map(
    (date): Interval => ({ start: clock.minuteAt(date, '00:00'), end: clock.minuteAt(date, '23:59') }),
  );
  const otherDays =
    row.date === null
      ? []
      : windowsOf(
          row,
          days.filter((date) => date !== row.date),
          clock,
        );
  const relaxations = relaxationsOf(bench.plan, visit, { room, otherDays, staff });
  return {
    ...answer,
    main: unplacedReason(funnel),
    relaxations: relaxations.flatMap((one) => relaxedOf(bench, row, one) ?? []),
  };
}
