/** Half a pair helps nobody: what has no other half at the end goes back to the tray. */
import { isHalf, placedPartner } from './pairs.ts';
import type { Plan } from './plan.ts';
import { stands } from './standing.ts';

/**
 * Takes off those of `halves` whose other half found no place. What stood between two visits may have been the quicker way
 * (who leaves after the rush hour may arrive sooner); a neighbour of `ours` that its carer cannot keep goes too, and with it
 * its own other half. Returns what went that was no half.
 */
export function takeOffHalves(plan: Plan, halves: readonly number[], ours: readonly number[]): readonly number[] {
  const leaving = halves.filter((visit) => isHalf(plan, visit));
  if (leaving.length === 0) return [];
  const may = new Set(ours);
  const stranded: number[] = [];
  for (let visit = leaving.pop(); visit !== undefined; visit = leaving.pop()) {
    const staff = plan.staffOf[visit] as number;
    if (staff < 0) continue;
    const partner = placedPartner(plan, visit);
    const route = plan.routes[staff] as readonly number[];
    const at = route.indexOf(visit);
    const beside = [route[at + 1], route[at - 1]];
    plan.remove(visit);
    if (partner >= 0 && may.has(partner)) leaving.push(partner);
    for (const other of beside) {
      if (other === undefined || !may.has(other) || stands(plan, other)) continue;
      stranded.push(other);
      leaving.push(other);
      break;
    }
  }
  return stranded;
}
