/** Pairs go in together or not at all: for each start the one half could have, the cheapest for the other that keeps step. */
import { bestStart, candidates, type Insertion } from './insertion.ts';
import { placedPartner } from './pairs.ts';
import type { Plan } from './plan.ts';

/** Different starts of one half that are tried with the other, cheapest first: bounds the work on a large week. */
const MOST_STARTS = 24;

/** Half of a pair that has nobody yet: it finds a place together with its other half only. */
export const awaitsPartner = (plan: Plan, visit: number): boolean =>
  (plan.compiled.visitPartner[visit] as number) >= 0 && placedPartner(plan, visit) < 0;

/**
 * Pairs among `visits` of which neither half is placed, by the half with fewer carers, whose starts say most; the pair with
 * the fewest carers first. A pair is as urgent as its more urgent half.
 */
export function openPairs(plan: Plan, visits: readonly number[], priority: number, rank: Int32Array): number[] {
  const { visitPartner, visitPriority, visitSecond, visitGroup, groups } = plan.compiled;
  const among = new Set(visits);
  const carers = (visit: number): number => groups[visitGroup[visit] as number]?.staff.length ?? 0;
  return visits
    .filter((visit) => {
      const partner = visitPartner[visit] as number;
      if (visit > partner || !among.has(partner) || !awaitsPartner(plan, visit)) return false;
      return Math.max(visitPriority[visit] as number, visitPriority[partner] as number) === priority;
    })
    .map((visit) => {
      const partner = visitPartner[visit] as number;
      const more = carers(visit) - carers(partner);
      return more < 0 || (more === 0 && visitSecond[visit] === 0) ? visit : partner;
    })
    .sort((a, b) => carers(a) - carers(b) || (rank[a] as number) - (rank[b] as number));
}

/**
 * Places both halves where they are cheapest together (ties: by `staffRank`); false: there is no such place, and nothing
 * changed.
 */
export function placePair(plan: Plan, visit: number, staffRank: Int32Array): boolean {
  const partner = plan.compiled.visitPartner[visit] as number;
  // The cheapest starts of one half may all be bad for the other, whose own may do.
  const found = bestTogether(plan, visit, partner, staffRank) ?? bestTogether(plan, partner, visit, staffRank);
  if (found === null) return false;
  for (const half of found) plan.place(half.visit, half.staff, half.start);
  return true;
}

function bestTogether(
  plan: Plan,
  visit: number,
  partner: number,
  staffRank: Int32Array,
): readonly [Insertion, Insertion] | null {
  const { groups, visitGroup } = plan.compiled;
  const rank = (staff: number): number => staffRank[staff] as number;
  const carers = [...(groups[visitGroup[partner] as number]?.staff ?? [])].sort((a, b) => rank(a) - rank(b));
  const places = candidates(plan, visit).sort(
    (a, b) => a.cost - b.cost || a.start - b.start || rank(a.staff) - rank(b.staff),
  );
  let best: readonly [Insertion, Insertion] | null = null;
  let bestCost = Number.POSITIVE_INFINITY;
  for (const one of eachStart(places)) {
    plan.place(visit, one.staff, one.start);
    for (const staff of carers) {
      const other = bestStart(plan, partner, staff);
      if (other === null || one.cost + other.cost >= bestCost) continue;
      best = [one, other];
      bestCost = one.cost + other.cost;
    }
    plan.remove(visit);
  }
  return best;
}

/** The two cheapest carers of each start: the one may be the only one for the other half. */
function eachStart(places: readonly Insertion[]): readonly Insertion[] {
  const carersAt = new Map<number, number>();
  return places
    .filter(({ start }) => {
      const carers = (carersAt.get(start) ?? 0) + 1;
      carersAt.set(start, carers);
      return carers <= 2;
    })
    .slice(0, MOST_STARTS);
}
