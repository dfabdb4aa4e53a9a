/**
 * The least that has to give way so that a visit nobody can take finds a place: one change at a time, each the smallest
 * of its kind, each shown to work by asking the engine again. Nothing is changed here.
 *
 * A widening is monotone (a wider window allows what the narrower one did), so the smallest is found by bisection.
 */
import type { EpochMinute } from '@fieldfare/kernel';
import { bends } from './bend.ts';
import { endOf, hasProvider, hasRole, hasSkills, isBlocked, isFull, overCapacity } from './feasibility.ts';
import { cheapest, type Give, smallest } from './give.ts';
import { bestStart, candidates, type Insertion } from './insertion.ts';
import { type Plan, withStartWindows } from './plan.ts';
import type { Interval, RuleId } from './problem.ts';
import { withAnyProvider, withCapacity, withShifts } from './relaxed.ts';
import { standingBeside, stands } from './standing.ts';

export interface Relaxation {
  readonly rule: RuleId;
  readonly give: Give;
  /** Where the visit then goes: the cheapest place it opens. */
  readonly place: Insertion;
  /** What it asks of people, in minutes, the extra driving included; the order of the answers. See `strainOf`. */
  readonly strain: number;
}

export interface RelaxOptions {
  /** By start window: how far it may be widened, usually its day. Left out: no window is widened. */
  readonly room?: readonly Interval[];
  /** Start windows on other days. */
  readonly otherDays?: readonly Interval[];
  /** Who may be offered the visit; everybody when left out. */
  readonly staff?: readonly number[];
}

const MOST_WIDENING = 360;
const MOST_SHIFT = 120;
/** Visits that are tried elsewhere, cheapest for the one waiting first: bounds the work on a large week. */
const MOST_MOVES = 24;

/** Smallest strain first; empty when somebody can take it as it is, or when no single change would do. */
export function relaxationsOf(plan: Plan, visit: number, options: RelaxOptions = {}): readonly Relaxation[] {
  const c = plan.compiled;
  const offered = options.staff ?? Array.from({ length: c.staffCount }, (_, staff) => staff);
  const able = offered.filter(
    (staff) => hasRole(c, visit, staff) && !isBlocked(c, visit, staff) && hasSkills(c, visit, staff),
  );
  const eligible = able.filter((staff) => hasProvider(c, visit, staff));
  if (eligible.some((staff) => bestStart(plan, visit, staff) !== null)) return [];
  const found = [
    widened(plan, visit, eligible, options.room ?? [], 'earlier'),
    widened(plan, visit, eligible, options.room ?? [], 'later'),
    onAnotherDay(plan, visit, eligible, options.otherDays ?? []),
    byAnyProvider(plan, visit, able),
    overBooked(plan, visit, eligible),
    longerShift(plan, visit, eligible),
    besideMoved(plan, visit, eligible, new Set(offered)),
    ...bends(plan, visit, offered).map(({ rule, give, place }) => answer(plan, rule, give, place)),
  ].flatMap((one) => one ?? []);
  // What an organisation has set to block nobody may do knowingly.
  return found
    .filter(({ rule, give }) => give.kind === 'blocked' || !KNOWINGLY.has(rule) || c.levels[rule] === 'warn')
    .sort((a, b) => a.strain - b.strain || a.place.cost - b.place.cost);
}

/** Rules that are broken where they give way; the others change what is asked for, and are kept. */
const KNOWINGLY: ReadonlySet<RuleId> = new Set([
  'SCH-SPACING',
  'SCH-SYNC',
  'SCH-SKILL',
  'SCH-AVAILABILITY',
  'SCH-REST',
  'SCH-BREAK',
  'SCH-CAPACITY',
  'SCH-NOTICE',
  'SCH-PARTNER-CAPACITY',
]);

/**
 * A first setting by judgement, like the weights of the cost: a patient waits a minute for each minute; a longer day or
 * week asks a carer first and pays twice; a partner may say no to what was not agreed; another provider, another day and another patient's time weigh more.
 */
function strainOf(plan: Plan, give: Give): number {
  switch (give.kind) {
    case 'earlier':
    case 'later':
      return give.minutes;
    case 'capacity':
      return 30 + give.minutes;
    case 'shift':
      return 30 + 2 * give.minutes;
    case 'provider':
      return 120;
    case 'partnerHours':
      return 60 + give.minutes;
    case 'notice':
      return 60 + 120 * give.days;
    case 'sync':
      return 60 + give.minutes;
    case 'break':
    case 'rest':
      return 60 + 2 * give.minutes;
    case 'spacing':
      return 60 + give.minutes + 240 * give.days;
    case 'skill':
      return 120 + 60 * give.missing.length;
    case 'blocked':
      return LAST;
    case 'day':
      return 240 * give.days;
    case 'move': {
      const otherCarer = plan.staffOf[give.other] !== give.to.staff ? 60 : 0;
      const earlier = Math.abs((plan.startOf[give.other] as number) - give.to.start);
      return 60 + otherCarer + earlier + 30 * ((plan.compiled.visitPriority[give.other] as number) - 1);
    }
  }
}

/** After everything else that helps: somebody had a reason. */
const LAST = 10_000;

const answer = (plan: Plan, rule: RuleId, give: Give, place: Insertion): Relaxation => ({
  rule,
  give,
  place,
  strain: strainOf(plan, give) + Math.max(0, place.components.travelMinutes),
});

const widenedWindows = (
  windows: readonly Interval[],
  room: readonly Interval[],
  side: 'earlier' | 'later',
  minutes: number,
): readonly Interval[] =>
  windows.map((window, index) => {
    const most = room[index] ?? window;
    return side === 'earlier'
      ? { start: Math.min(window.start, Math.max(most.start, window.start - minutes)), end: window.end }
      : { start: window.start, end: Math.max(window.end, Math.min(most.end, window.end + minutes)) };
  });

function widened(
  plan: Plan,
  visit: number,
  staff: readonly number[],
  room: readonly Interval[],
  side: 'earlier' | 'later',
): Relaxation | null {
  const windows = plan.compiled.problem.visits[visit]?.startWindows ?? [];
  const spare = windows.map(({ start, end }, index) => {
    const most = room[index];
    return most === undefined ? 0 : side === 'earlier' ? start - most.start : most.end - end;
  });
  const view = (minutes: number): Plan => withStartWindows(plan, visit, widenedWindows(windows, room, side, minutes));
  const minutes = smallest(Math.min(MOST_WIDENING, Math.max(0, ...spare)), (asked) => {
    const wider = view(asked);
    return staff.some((one) => bestStart(wider, visit, one) !== null);
  });
  if (minutes === null) return null;
  const place = cheapest(view(minutes), visit, staff);
  return place && answer(plan, 'SCH-WINDOW', { kind: side, minutes }, place);
}

function onAnotherDay(
  plan: Plan,
  visit: number,
  staff: readonly number[],
  otherDays: readonly Interval[],
): Relaxation | null {
  const own = plan.compiled.problem.visits[visit]?.startWindows ?? [];
  const away = (start: EpochMinute): number =>
    Math.min(...own.map((window) => Math.round(Math.abs(window.start - start) / 1440)));
  const found = otherDays.flatMap((window) => {
    const place = cheapest(withStartWindows(plan, visit, [window]), visit, staff);
    const days = own.length === 0 ? 1 : away(window.start);
    return place === null ? [] : [answer(plan, 'SCH-WINDOW', { kind: 'day', days, window }, place)];
  });
  return found.sort((a, b) => a.strain - b.strain || a.place.cost - b.place.cost)[0] ?? null;
}

function byAnyProvider(plan: Plan, visit: number, able: readonly number[]): Relaxation | null {
  const others = able.filter((staff) => !hasProvider(plan.compiled, visit, staff));
  const place = cheapest(withAnyProvider(plan, visit), visit, others);
  return place && answer(plan, 'SCH-PROVIDER', { kind: 'provider' }, place);
}

function overBooked(plan: Plan, visit: number, staff: readonly number[]): Relaxation | null {
  const found = staff.flatMap((one) => {
    const minutes = overCapacity(plan, visit, one);
    if (minutes <= 0) return [];
    const capacity = (plan.compiled.staffMost[one] as number) + minutes;
    const place = bestStart(withCapacity(plan, one, capacity), visit, one);
    return place === null ? [] : [answer(plan, 'SCH-CAPACITY', { kind: 'capacity', minutes }, place)];
  });
  return found.sort((a, b) => a.strain - b.strain || a.place.cost - b.place.cost)[0] ?? null;
}

function longerShift(plan: Plan, visit: number, staff: readonly number[]): Relaxation | null {
  let best: Relaxation | null = null;
  let least = MOST_SHIFT;
  for (const one of staff) {
    const shifts = plan.compiled.problem.staff[one]?.shifts ?? [];
    for (const [shift, { start, end }] of shifts.entries()) {
      if (!meetsWindows(plan, visit, start - MOST_SHIFT, end + MOST_SHIFT)) continue;
      for (const side of ['start', 'end'] as const) {
        // Two stretches that met would be one, so a minute stays between them.
        const gap =
          side === 'start'
            ? start - (shifts[shift - 1]?.end ?? Number.NEGATIVE_INFINITY) - 1
            : (shifts[shift + 1]?.start ?? Number.POSITIVE_INFINITY) - end - 1;
        const view = (minutes: number): Plan =>
          withShifts(
            plan,
            one,
            shifts.map((own, index) =>
              index !== shift
                ? own
                : side === 'start'
                  ? { start: own.start - minutes, end: own.end }
                  : { start: own.start, end: own.end + minutes },
            ),
          );
        const minutes = smallest(Math.min(gap, least), (asked) => bestStart(view(asked), visit, one) !== null);
        const place = minutes === null ? null : bestStart(view(minutes), visit, one);
        if (minutes === null || place === null) continue;
        if (best !== null && minutes === least && place.cost >= best.place.cost) continue;
        least = minutes;
        best = answer(plan, 'SCH-AVAILABILITY', { kind: 'shift', shift, side, minutes }, place);
      }
    }
  }
  return best;
}

/** The least strain of one other visit that goes elsewhere so that this one has a place; null when none would do. */
export function makeRoom(
  plan: Plan,
  visit: number,
): (Relaxation & { readonly give: { readonly kind: 'move' } }) | null {
  const c = plan.compiled;
  const everybody = new Set(plan.routes.keys());
  const found = besideMoved(plan, visit, [...(c.groups[c.visitGroup[visit] as number]?.staff ?? [])], everybody);
  return found?.give.kind === 'move' ? { ...found, give: found.give } : null;
}

/** A visit of no higher priority that is not fixed goes elsewhere, so that this one can have its place. */
function besideMoved(
  plan: Plan,
  visit: number,
  staff: readonly number[],
  offered: ReadonlySet<number>,
): Relaxation | null {
  const c = plan.compiled;
  const trial = plan.clone();
  const mayGo = (other: number): boolean =>
    other !== visit &&
    c.visitFixed[other] === 0 &&
    (c.visitPriority[other] as number) <= (c.visitPriority[visit] as number);
  const rooms: { readonly other: number; readonly place: Insertion }[] = [];
  const ofPatient = plan.patientVisits[c.visitPatient[visit] as number] ?? [];
  for (const one of staff) {
    const full = isFull(plan, visit, one);
    const route = (plan.routes[one] ?? []).filter((other) => full || nearWindows(plan, visit, other));
    for (const other of new Set([...route, ...ofPatient])) {
      const from = trial.placementOf(other);
      if (from === null || !mayGo(other)) continue;
      trial.remove(other);
      const place = bestStart(trial, visit, one);
      trial.place(other, from.staff, from.start);
      if (place !== null) rooms.push({ other, place });
    }
  }
  rooms.sort((a, b) => a.place.cost - b.place.cost);
  let best: Relaxation | null = null;
  for (const { other, place } of rooms.slice(0, MOST_MOVES)) {
    const from = trial.placementOf(other);
    if (from === null) continue;
    const beside = standingBeside(trial, other);
    trial.place(visit, place.staff, place.start);
    trial.remove(other);
    const mayLeave = beside.every((one) => stands(trial, one));
    for (const to of mayLeave ? candidates(trial, other) : []) {
      if (!offered.has(to.staff)) continue;
      const found = answer(plan, 'SCH-OVERLAP-STAFF', { kind: 'move', other, to }, place);
      if (best === null || found.strain < best.strain) best = found;
    }
    trial.remove(visit);
    trial.place(other, from.staff, from.start);
  }
  return best;
}

/** Two hours around a window hold whatever stands in the way, drives included. */
const AROUND = 120;

const nearWindows = (plan: Plan, visit: number, other: number): boolean =>
  meetsWindows(plan, visit, (plan.startOf[other] as number) - AROUND, endOf(plan, other) + AROUND);

/** Whether the visit, started in one of its windows, could share a minute with `[from, to)`. */
function meetsWindows(plan: Plan, visit: number, from: EpochMinute, to: EpochMinute): boolean {
  const { problem, visitMinutes } = plan.compiled;
  const minutes = visitMinutes[visit] as number;
  return (problem.visits[visit]?.startWindows ?? []).some(({ start, end }) => from < end + minutes && start < to);
}
