/**
 * When could this carer start this visit? The search behind every suggestion and every insertion: walks the gaps of
 * one carer's route inside shift and window. A start found here fits (for staff who pass role, provider and capacity,
 * which the caller asks), and when any whole minute fits, one is found; tests hold it against trying every minute.
 */
import type { EpochMinute } from '@fieldfare/kernel';
import { brokenBreak, startsAfterBreak } from './breaks.ts';
import { endOf } from './feasibility.ts';
import { earliestInStep, latestInStep, placedPartner } from './pairs.ts';
import { earliestAsked } from './partners.ts';
import { type Plan, positionIn } from './plan.ts';
import { createGap, type Gap, openGap, priceStart } from './score.ts';
import { restBesideShift } from './shifts.ts';
import { earliestAfter, latestBefore, tooNear } from './spacing.ts';
import { otherTimeOf } from './told.ts';

/** More than any cost of a route, less than a 32-bit integer holds. */
export const NO_START = 0x3fffffff;

/** The best start so far; reused between searches so that the inner loop allocates nothing. */
export interface StartSearch {
  start: EpochMinute;
  /** Weighted travel, waiting and distance from the time that was told; `NO_START` when nothing fits. */
  cost: number;
  /** Among equal costs the start nearest to this wins, then the earlier. Null: the earliest. */
  wish: EpochMinute | null;
  /** Starts tried since creation: a measure of work that does not depend on the machine. */
  tried: number;
  /** The gap in hand, the starts it allows, and the visit after it, whatever its tour (-1: none). */
  readonly gap: Gap;
  earliest: EpochMinute;
  latest: EpochMinute;
  follows: number;
  /** Of the carer; and where the shift has a break, the shift (-1: none), the visit that ends last before the gap, and when. */
  staff: number;
  breakShift: number;
  reached: number;
  reachedEnd: EpochMinute;
}

export const createStartSearch = (wish: EpochMinute | null = null): StartSearch => ({
  start: -1,
  cost: NO_START,
  wish,
  tried: 0,
  gap: createGap(),
  earliest: 0,
  latest: 0,
  follows: -1,
  staff: -1,
  breakShift: -1,
  reached: -1,
  reachedEnd: 0,
});

/** People read times on a five-minute grid; exact minutes are taken only where no grid minute fits. */
const GRID = 5;
const up = (minute: number): number => Math.ceil(minute / GRID) * GRID;
const down = (minute: number): number => Math.floor(minute / GRID) * GRID;

/** Looks at starts in `[from, to]` and leaves the cheapest in `search`; false when none fits. */
export function searchStarts(
  plan: Plan,
  visit: number,
  staff: number,
  from: EpochMinute,
  to: EpochMinute,
  search: StartSearch,
): boolean {
  const c = plan.compiled;
  const minutes = c.visitMinutes[visit] as number;
  const lastWindow = c.windowFrom[visit + 1] as number;
  const lastShift = c.shiftFrom[staff + 1] as number;
  search.cost = NO_START;
  search.start = -1;
  search.tried += 1;
  from = Math.max(from, earliestAsked(plan, visit, staff));
  const partner = placedPartner(plan, visit);
  if (partner >= 0) {
    if (plan.staffOf[partner] === staff) return false;
    from = Math.max(from, earliestInStep(plan, visit, partner));
    to = Math.min(to, latestInStep(plan, visit, partner));
  }
  for (let window = c.windowFrom[visit] as number; window < lastWindow; window += 1) {
    const opens = Math.max(c.windowStart[window] as number, from);
    const closes = Math.min(c.windowEnd[window] as number, to);
    if (opens > closes) continue;
    for (let shift = c.shiftFrom[staff] as number; shift < lastShift; shift += 1) {
      const shiftStart = c.shiftStart[shift] as number;
      if (shiftStart > closes) break;
      const low = Math.max(opens, shiftStart);
      const high = Math.min(closes, (c.shiftEnd[shift] as number) - minutes);
      if (low <= high) searchShift(plan, visit, staff, shift, low, high, search);
    }
  }
  return search.cost < NO_START;
}

function searchShift(
  plan: Plan,
  visit: number,
  staff: number,
  shift: number,
  low: EpochMinute,
  high: EpochMinute,
  search: StartSearch,
): void {
  const c = plan.compiled;
  const route = plan.routes[staff] as readonly number[];
  const longest = c.longestVisit;
  const minutes = c.visitMinutes[visit] as number;
  search.staff = staff;
  search.breakShift = c.shiftBreak[shift] === 0 ? -1 : shift;
  let at = positionIn(route, plan.startOf, low, -1);
  // `reached`: of the visits before the gap the one that ends last (not always the last in order: weeks may be tangled).
  let reached = -1;
  let reachedEnd = Number.NEGATIVE_INFINITY;
  for (let index = at - 1; index >= 0; index -= 1) {
    const other = route[index] as number;
    if (other === visit) continue;
    if (reached >= 0 && (plan.startOf[other] as number) + longest <= reachedEnd) break;
    if (endOf(plan, other) > reachedEnd) {
      reached = other;
      reachedEnd = endOf(plan, other);
    }
  }
  let previous = at > 0 ? (route[at - 1] as number) : -1;
  if (previous === visit) previous = at > 1 ? (route[at - 2] as number) : -1;

  while (reachedEnd <= high) {
    if (route[at] === visit) at += 1;
    const next = at < route.length ? (route[at] as number) : -1;
    let latest = next < 0 ? high : Math.min(high, (plan.startOf[next] as number) - minutes);
    // Asked only where it could matter: other days are mostly further away than any rest.
    if (next >= 0 && (plan.startOf[next] as number) - minutes - c.restMinutes < latest) {
      const rest = restBesideShift(plan, staff, next, shift);
      if (rest > 0) latest = Math.min(latest, (plan.startOf[next] as number) - minutes - rest);
    }
    if (low <= latest && reachedEnd <= latest) {
      const { gap } = search;
      openGap(plan, staff, shift, previous, visit, next, gap);
      let earliest = low;
      if (reached >= 0) {
        const arrives =
          reached === gap.previous
            ? gap.arrives
            : reachedEnd + c.travel.minutes(c.visitPlace[reached] as number, gap.place, reachedEnd);
        if (arrives > earliest) earliest = arrives;
        if (reachedEnd + c.restMinutes > earliest) {
          const rest = restBesideShift(plan, staff, reached, shift);
          if (rest > 0) earliest = Math.max(earliest, reachedEnd + rest);
        }
      }
      search.earliest = earliest;
      search.latest = latest;
      search.follows = next;
      search.reached = reached;
      search.reachedEnd = reachedEnd;
      if (earliest <= latest) searchGap(plan, visit, search);
    }
    if (next < 0) return;
    const nextEnd = endOf(plan, next);
    if (nextEnd >= reachedEnd) {
      reached = next;
      reachedEnd = nextEnd;
    }
    previous = next;
    at += 1;
  }
}

function searchGap(plan: Plan, visit: number, search: StartSearch): void {
  const c = plan.compiled;
  const { earliest, latest, follows, gap } = search;
  const minutes = gap.minutes;
  let found = tryStart(plan, visit, up(earliest), search) || tryStart(plan, visit, earliest, search);
  if (follows >= 0) {
    // Latest: leave just in time for the next. Travel depends on when one leaves, so the guess is refined once.
    const due = plan.startOf[follows] as number;
    const to = c.visitPlace[follows] as number;
    const guess = due - c.travel.minutes(gap.place, to, due);
    const last = Math.min(latest, due - c.travel.minutes(gap.place, to, guess) - minutes);
    if (last > earliest) {
      found = tryStart(plan, visit, down(last), search) || tryStart(plan, visit, last, search) || found;
    }
  }
  if ((c.visitToldStaff[visit] as number) >= 0) {
    found = tryStart(plan, visit, c.visitToldStart[visit] as number, search) || found;
  }
  if (search.wish !== null) found = tryStart(plan, visit, search.wish, search) || found;
  if (search.breakShift >= 0) found = tryBesideBreak(plan, visit, search) || found;
  const patient = plan.patientVisits[c.visitPatient[visit] as number] as readonly number[];
  for (let index = 0; index < patient.length; index += 1) {
    const other = patient[index] as number;
    if (other === visit) continue;
    const otherStart = plan.startOf[other] as number;
    const after = earliestAfter(c, visit, other, otherStart);
    const until = latestBefore(c, visit, other, otherStart);
    if (after > earliest && after <= latest) {
      found = tryStart(plan, visit, up(after), search) || tryStart(plan, visit, after, search) || found;
    }
    if (until >= earliest && until < latest) {
      found = tryStart(plan, visit, down(until), search) || tryStart(plan, visit, until, search) || found;
    }
  }
  if (found || follows < 0) return;
  // Leaving later may arrive earlier where travel minutes change: try each change, the last resort.
  let departure = c.travel.nextChange(earliest + minutes);
  while (departure - minutes <= latest) {
    tryStart(plan, visit, departure - minutes, search);
    departure = c.travel.nextChange(departure);
  }
  if (search.breakShift < 0) return;
  // And where the carer drives on after a break.
  const before = minutes + (c.shiftBreak[search.breakShift] as number);
  departure = c.travel.nextChange(earliest + before);
  while (departure - before <= latest) {
    tryStart(plan, visit, departure - before, search);
    departure = c.travel.nextChange(departure);
  }
}

/** Starts hard by the shift's break: right after it, and so that it just has room behind the visit. */
function tryBesideBreak(plan: Plan, visit: number, search: StartSearch): boolean {
  const c = plan.compiled;
  const { gap, follows, breakShift: shift } = search;
  const shiftStart = c.shiftStart[shift] as number;
  const inside = search.reachedEnd > shiftStart;
  const left = inside ? search.reachedEnd : shiftStart;
  let found = false;
  for (const start of startsAfterBreak(c, shift, inside ? search.reached : -1, left, gap.place)) {
    found = tryStart(plan, visit, up(start), search) || tryStart(plan, visit, start, search) || found;
  }
  const asked = c.shiftBreak[shift] as number;
  const closes = c.breakTo[shift] as number;
  const due = follows < 0 ? closes : (plan.startOf[follows] as number);
  const drive = follows < 0 ? 0 : c.travel.minutes(gap.place, c.visitPlace[follows] as number, due - asked);
  for (const end of [Math.min(closes, due) - asked - drive, Math.min(closes, due - drive) - asked]) {
    const start = end - gap.minutes;
    found = tryStart(plan, visit, down(start), search) || tryStart(plan, visit, start, search) || found;
  }
  return found;
}

/** Whether the gap in hand allows this start; if so and it is the best so far, it is kept. */
function tryStart(plan: Plan, visit: number, start: EpochMinute, search: StartSearch): boolean {
  if (start < search.earliest || start > search.latest) return false;
  const c = plan.compiled;
  const { gap, follows } = search;
  const end = start + gap.minutes;
  if (follows >= 0) {
    const leg = c.travel.minutes(gap.place, c.visitPlace[follows] as number, end);
    if (end + leg > (plan.startOf[follows] as number)) return false;
  }
  const patient = plan.patientVisits[c.visitPatient[visit] as number] as readonly number[];
  for (let index = 0; index < patient.length; index += 1) {
    const other = patient[index] as number;
    if (other !== visit && tooNear(c, visit, start, other, plan.startOf[other] as number)) return false;
  }
  if (search.breakShift >= 0 && brokenBreak(plan, visit, search.staff, start) >= 0) return false;
  search.tried += 1;
  priceStart(plan, gap, start);
  const { weights } = c;
  const cost =
    weights.travelMinutes * gap.travel +
    weights.waitingMinutes * gap.waiting +
    weights.disruption * otherTimeOf(c, visit, start);
  if (cost < search.cost || (cost === search.cost && nearer(start, search))) {
    search.cost = cost;
    search.start = start;
  }
  return true;
}

function nearer(start: EpochMinute, search: StartSearch): boolean {
  if (search.wish === null) return start < search.start;
  const now = Math.abs(start - search.wish);
  const best = Math.abs(search.start - search.wish);
  return now < best || (now === best && start < search.start);
}
