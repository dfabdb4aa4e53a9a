/**
 * Takes waiting out of finished routes. The search starts every visit as early as it can; a first visit that may well
 * start later then leaves its carer waiting behind it. Each tour is pushed as late as costs nothing, last visit first,
 * and keeps that where the plan got cheaper.
 */
import { endOf } from './feasibility.ts';
import type { Plan } from './plan.ts';
import { componentsOfRoute, costOf, tourOf } from './score.ts';
import { createStartSearch, searchStarts } from './starts.ts';

export function retime(plan: Plan, mayMove: Uint8Array): void {
  const c = plan.compiled;
  for (let staff = 0; staff < c.staffCount; staff += 1) {
    const route = [...(plan.routes[staff] ?? [])];
    let to = route.length;
    while (to > 0) {
      let from = to - 1;
      const tour = tourAt(from);
      while (from > 0 && tourAt(from - 1) === tour) from -= 1;
      retimeTour(staff, route.slice(from, to));
      to = from;
    }

    function tourAt(index: number): number {
      return tourOf(c, staff, plan.startOf[route[index] as number] as number);
    }
  }

  function retimeTour(staff: number, visits: readonly number[]): void {
    if (!visits.slice(0, -1).some((visit) => mayMove[visit] !== 0)) return;
    const starts = visits.map((visit) => plan.startOf[visit] as number);
    const before = costOf(componentsOfRoute(plan, staff), plan.compiled.weights);
    for (let index = visits.length - 2; index >= 0; index -= 1) {
      const visit = visits[index] as number;
      if (mayMove[visit] === 0) continue;
      const now = plan.startOf[visit] as number;
      const latest = (plan.startOf[visits[index + 1] as number] as number) - (c.visitMinutes[visit] as number);
      // A tangled route has no room to speak of.
      if (latest <= now || endOf(plan, visit) > (plan.startOf[visits[index + 1] as number] as number)) continue;
      const search = createStartSearch(latest);
      if (searchStarts(plan, visit, staff, now, latest, search)) plan.place(visit, staff, search.start);
    }
    if (costOf(componentsOfRoute(plan, staff), plan.compiled.weights) < before) return;
    visits.forEach((visit, index) => {
      const start = starts[index] as number;
      if (plan.startOf[visit] !== start) plan.place(visit, staff, start);
    });
  }
}
