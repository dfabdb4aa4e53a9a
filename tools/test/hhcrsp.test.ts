import { anneal } from '@fieldfare/engine-scheduling';
import { describe, expect, it } from 'vitest';
import { type Instance, type Solution, scoreSolution, toModel, toSolution } from '../bench/scheduling/hhcrsp.ts';

/** Depot at 0 km, patients at 10, 20 and 30 km along a line; one minute a kilometre. */
const POINTS = [0, 10, 20, 30];
const instance: Instance = {
  patients: [
    { id: 'p1', time_window: [0, 15], required_caregivers: [{ service: 'a', duration: 20 }] },
    {
      id: 'p2',
      time_window: [50, 60],
      required_caregivers: [
        { service: 'a', duration: 10 },
        { service: 'b', duration: 10 },
      ],
      synchronization: { type: 'simultaneous' },
    },
    {
      id: 'p3',
      time_window: [0, 20],
      required_caregivers: [
        { service: 'b', duration: 5 },
        { service: 'a', duration: 5 },
      ],
      synchronization: { type: 'sequential', distance: [10, 100] },
    },
  ],
  caregivers: [
    { id: 'c1', abilities: ['a'] },
    { id: 'c2', abilities: ['a', 'b'] },
  ],
  distances: POINTS.map((from) => POINTS.map((to) => Math.abs(from - to))),
};

const stop = (patient: string, service: string, start: number, minutes: number) => ({
  patient,
  service,
  arrival_time: start,
  departure_time: start + minutes,
});

/** c1: p1 at 10, p2 at 50, p3 at 70 (50 late); c2: p3 at 30 (10 late), p2 at 50. Distance 60 + 60. */
const solution: Solution = {
  global_ordering: ['p1', 'p3', 'p2'],
  routes: [
    { caregiver_id: 'c1', locations: [stop('p1', 'a', 10, 20), stop('p2', 'a', 50, 10), stop('p3', 'a', 70, 5)] },
    { caregiver_id: 'c2', locations: [stop('p3', 'b', 30, 5), stop('p2', 'b', 50, 10)] },
  ],
};

const withStops = (caregiver: number, change: (stops: ReturnType<typeof stop>[]) => ReturnType<typeof stop>[]) => ({
  ...solution,
  routes: solution.routes.map((route, index) =>
    index === caregiver ? { ...route, locations: change([...(route.locations ?? [])]) } : route,
  ),
});

describe('the scorer of published instances', () => {
  it('adds distance, total and largest tardiness', () => {
    const score = scoreSolution(instance, solution);
    expect(score).toEqual({ distance: 120, totalTardiness: 60, largestTardiness: 50, cost: (120 + 60 + 50) / 3 });
  });

  it.each([
    ['a service left out', withStops(0, (stops) => stops.slice(1)), 'does not get'],
    [
      'too early for the way',
      withStops(0, ([one, ...rest]) => [{ ...(one as (typeof rest)[0]), arrival_time: 9 }, ...rest] as typeof rest),
      'cannot be with',
    ],
    [
      'a pair apart',
      withStops(1, ([one, two]) => [one, { ...two, arrival_time: 51 }] as NonNullable<typeof one>[]),
      'apart',
    ],
    [
      'no ability',
      {
        ...solution,
        routes: solution.routes.map((route, index) => ({ ...route, caregiver_id: index === 0 ? 'c2' : 'c1' })),
      },
      'cannot give',
    ],
  ])('refuses %s', (_, wrong, message) => {
    expect(() => scoreSolution(instance, wrong)).toThrow(message);
  });
});

describe('the mapping onto the search', () => {
  it('scores what the search scores, pairs together, and finds the best of all sequences', () => {
    const { model, tasks } = toModel(instance);
    const search = anneal(model, { seed: 1, iterations: 20_000 });
    let step = search.next();
    while (!step.done) step = search.next();
    const { cost } = scoreSolution(instance, toSolution(instance, tasks, step.value.tours));
    expect(step.value.cost / 3000).toBeCloseTo(cost, 6);
    expect(cost).toBe(best());
  });
});

/** The least cost over every way to share and order the services. */
function best(): number {
  const { model, tasks } = toModel(instance);
  let least = Number.POSITIVE_INFINITY;
  const permutations = (list: readonly number[]): number[][] =>
    list.length === 0
      ? [[]]
      : list.flatMap((first) => permutations(list.filter((one) => one !== first)).map((rest) => [first, ...rest]));
  const orders = permutations(tasks.map((_, task) => task));
  for (const order of orders) {
    for (let cut = 0; cut <= order.length; cut += 1) {
      const tours = [order.slice(0, cut), order.slice(cut)];
      const able = tours.every((tour, carer) =>
        tour.every((task) => model.kindCarer[(model.kind[task] as number) * model.carerCount + carer] === 1),
      );
      if (!able || tours.some((tour) => tour.some((task) => tour.includes(model.partner[task] as number)))) continue;
      try {
        least = Math.min(least, scoreSolution(instance, toSolution(instance, tasks, tours)).cost);
      } catch {
        // Pairs that wait for each other in a circle, or too far apart.
      }
    }
  }
  return least;
}
