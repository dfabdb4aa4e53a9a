/**
 * The home health care routing and scheduling problem as published (Mankowska, Meisel and Bierwirth 2014): reading an
 * instance, its mapping onto the engine's search, the published solution format, and an independent scorer.
 *
 * Mapping: every required service is a task; the window's end is a due time with a price (tardiness), one depot is every
 * tour's home, two services of one patient are a pair. Ticks are thousandths of a minute.
 */
import { NEVER, type RoutingModel } from '@fieldfare/engine-scheduling';

export interface Instance {
  readonly patients: readonly {
    readonly id: string;
    readonly time_window: readonly [number, number];
    readonly required_caregivers: readonly { readonly service: string; readonly duration: number }[];
    readonly synchronization?:
      | { readonly type: 'simultaneous' }
      | { readonly type: 'sequential'; readonly distance: readonly [number, number] };
  }[];
  readonly caregivers: readonly { readonly id: string; readonly abilities: readonly string[] }[];
  readonly distances: readonly (readonly number[])[];
}

export interface Solution {
  readonly global_ordering: readonly string[];
  readonly routes: readonly {
    readonly caregiver_id: string;
    /** Left out by some published files for an idle caregiver. */
    readonly locations?: readonly {
      readonly patient: string;
      readonly service: string;
      /** When the service starts. */
      readonly arrival_time: number;
      readonly departure_time: number;
    }[];
  }[];
}

export interface Score {
  readonly distance: number;
  readonly totalTardiness: number;
  readonly largestTardiness: number;
  readonly cost: number;
}

const TICKS = 1000;
const ticks = (minutes: number): number => Math.round(minutes * TICKS);

export interface Mapped {
  readonly model: RoutingModel;
  /** By task: patient index and which of its services. */
  readonly tasks: readonly { readonly patient: number; readonly service: number }[];
}

const gapsOf = (patient: Instance['patients'][number]): readonly [number, number] =>
  patient.synchronization?.type === 'sequential' ? patient.synchronization.distance : [0, 0];

export function toModel(instance: Instance): Mapped {
  const { patients, caregivers, distances } = instance;
  const tasks = patients.flatMap((row, patient) => row.required_caregivers.map((_, service) => ({ patient, service })));
  const patientOf = (task: number): Instance['patients'][number] =>
    patients[tasks[task]?.patient ?? -1] as Instance['patients'][number];
  const taskCount = tasks.length;
  const tourCount = caregivers.length;
  const byTask = (of: (task: number) => number): Int32Array =>
    Int32Array.from({ length: taskCount }, (_, task) => of(task));
  const paired = (task: number): boolean => patientOf(task).required_caregivers.length === 2;
  const isSecond = (task: number): boolean => tasks[task]?.service === 1;
  const serviceName = (patient: number, service: number): string =>
    patients[patient]?.required_caregivers[service]?.service ?? '';
  const kinds = [...new Set(tasks.map(({ patient, service }) => serviceName(patient, service)))];
  const legs = Int32Array.from(distances.flat(), ticks);
  const places = distances.length;
  return {
    tasks,
    model: {
      taskCount,
      tourCount,
      carerCount: tourCount,
      placeCount: places,
      place: Int32Array.from({ length: taskCount + tourCount }, (_, node) => (tasks[node]?.patient ?? -1) + 1),
      duration: byTask((task) => ticks(patientOf(task).required_caregivers[tasks[task]?.service ?? 0]?.duration ?? 0)),
      windowFrom: Int32Array.from({ length: taskCount + 1 }, (_, task) => task),
      windowOpen: byTask((task) => ticks(patientOf(task).time_window[0])),
      windowClose: byTask(() => NEVER),
      due: byTask((task) => ticks(patientOf(task).time_window[1])),
      grid: 1,
      movable: new Uint8Array(taskCount).fill(1),
      priority: byTask(() => 1),
      tourCarer: Int32Array.from({ length: tourCount }, (_, tour) => tour),
      tourStart: new Int32Array(tourCount),
      tourEnd: new Int32Array(tourCount).fill(NEVER),
      tourClosed: new Uint8Array(tourCount),
      tourNext: new Int32Array(tourCount).fill(-1),
      tourDay: new Int32Array(tourCount),
      rest: 0,
      breaks: null,
      leavesHomeAtStart: true,
      kind: byTask((task) => kinds.indexOf(serviceName(tasks[task]?.patient ?? -1, tasks[task]?.service ?? -1))),
      kindCount: kinds.length,
      kindCarer: Uint8Array.from(
        kinds.flatMap((kind) => caregivers.map(({ abilities }) => Number(abilities.includes(kind)))),
      ),
      capacity: new Int32Array(tourCount).fill(NEVER),
      mostBooked: new Int32Array(tourCount).fill(NEVER),
      overtimeFrom: new Int32Array(tourCount).fill(NEVER),
      price: new Int32Array(tourCount),
      agreed: new Int32Array(tourCount).fill(-1),
      mostAgreed: new Int32Array(0),
      patient: byTask(() => -1),
      patientTasks: [],
      rivals: tasks.map(() => new Int32Array(0)),
      tooNear: null,
      preferred: byTask(() => -1),
      continuity: new Uint8Array(taskCount).fill(1),
      faceContinuity: new Uint8Array(0),
      toldCarer: byTask(() => -1),
      toldStart: byTask(() => -1),
      partner: byTask((task) => (paired(task) ? (isSecond(task) ? task - 1 : task + 1) : -1)),
      second: Uint8Array.from(tasks, (_, task) => Number(isSecond(task))),
      gapLeast: byTask((task) => (isSecond(task) ? ticks(gapsOf(patientOf(task))[0]) : 0)),
      gapMost: byTask((task) => (isSecond(task) ? ticks(gapsOf(patientOf(task))[1]) : 0)),
      legs,
      legAt: (from, to) => legs[from * places + to] ?? 0,
      weights: {
        unassigned: 100_000_000,
        travelMinutes: 1,
        waitingMinutes: 0,
        continuity: 0,
        balance: 0,
        disruption: 0,
        overtime: 0,
        partnerCost: 0,
        late: 1,
        worstLate: 1,
      },
    },
  };
}

/**
 * The published format for tours of tasks. Starts are worked out again in exact minutes, each as early as sequences,
 * windows and pairs allow, so nothing of the ticks' rounding is left.
 */
export function toSolution(
  instance: Instance,
  tasks: Mapped['tasks'],
  tours: readonly (readonly number[])[],
): Solution {
  const { patients, caregivers, distances } = instance;
  const start = new Float64Array(tasks.length);
  const rowOf = (task: number) => patients[tasks[task]?.patient ?? -1] as Instance['patients'][number];
  const serviceOf = (task: number) =>
    rowOf(task).required_caregivers[
      tasks[task]?.service ?? 0
    ] as Instance['patients'][number]['required_caregivers'][0];
  const placeOf = (task: number): number => (task < 0 ? 0 : (tasks[task]?.patient ?? -1) + 1);
  const raise = (task: number, to: number): boolean => {
    if (to <= (start[task] as number)) return false;
    start[task] = to;
    return true;
  };
  // Raising starts until nothing moves. A pass settles at least one more task, unless sequences wait in a circle.
  let passes = 2 * tasks.length + 2;
  for (let moving = true; moving; passes -= 1) {
    if (passes === 0) throw new Error('the tours wait for one another in a circle');
    moving = false;
    for (const tour of tours) {
      tour.forEach((task, index) => {
        const before = index === 0 ? -1 : (tour[index - 1] as number);
        const left = before < 0 ? 0 : (start[before] as number) + serviceOf(before).duration;
        const there = left + (distances[placeOf(before)]?.[placeOf(task)] ?? Number.NaN);
        moving = raise(task, Math.max(there, rowOf(task).time_window[0])) || moving;
      });
    }
    tasks.forEach(({ service }, task) => {
      if (service !== 1) return;
      const [least, most] = gapsOf(rowOf(task));
      moving = raise(task, (start[task - 1] as number) + least) || moving;
      moving = raise(task - 1, (start[task] as number) - most) || moving;
    });
  }
  const order = patients.map((_, patient) => patient);
  const firstStart = patients.map(() => Number.POSITIVE_INFINITY);
  tasks.forEach(({ patient }, task) => {
    firstStart[patient] = Math.min(firstStart[patient] as number, start[task] as number);
  });
  order.sort((a, b) => (firstStart[a] as number) - (firstStart[b] as number) || a - b);
  return {
    global_ordering: order.map((patient) => patients[patient]?.id ?? ''),
    routes: caregivers.map(({ id }, tour) => ({
      caregiver_id: id,
      locations: (tours[tour] ?? []).map((task) => ({
        arrival_time: start[task] as number,
        departure_time: (start[task] as number) + serviceOf(task).duration,
        patient: rowOf(task).id,
        service: serviceOf(task).service,
      })),
    })),
  };
}

/** Starts in published files are rounded to thousandths, and so add up to a little less or more. */
const ROUNDING = 0.02;

/** The published cost of a solution; throws a sentence when a hard rule is broken. Knows nothing of the engine. */
export function scoreSolution(instance: Instance, solution: Solution): Score {
  const rows = new Map(instance.patients.map((row, index) => [row.id, { row, place: index + 1 }]));
  const given = new Map<string, { readonly start: number; readonly caregiver: string }>();
  const caregivers = new Map(instance.caregivers.map((caregiver) => [caregiver.id, caregiver.abilities]));
  const refuse = (message: string): never => {
    throw new Error(message);
  };
  let distance = 0;
  let totalTardiness = 0;
  let largestTardiness = 0;
  for (const { caregiver_id: caregiver, locations } of solution.routes) {
    const abilities = caregivers.get(caregiver) ?? refuse(`no caregiver ${caregiver}, or two routes`);
    caregivers.delete(caregiver);
    let from = 0;
    let free = 0;
    for (const { patient, service, arrival_time: start } of locations ?? []) {
      const known = rows.get(patient) ?? refuse(`no patient ${patient}`);
      const need = known.row.required_caregivers.find((required) => required.service === service);
      if (!need) return refuse(`${patient} does not need ${service}`);
      if (!abilities.includes(service)) refuse(`${caregiver} cannot give ${service}`);
      if (given.has(`${patient}/${service}`)) refuse(`${patient} gets ${service} twice`);
      const leg = instance.distances[from]?.[known.place] ?? refuse('no such distance');
      if (start < free + leg - ROUNDING) refuse(`${caregiver} cannot be with ${patient} at ${start}`);
      if (start < known.row.time_window[0] - ROUNDING) refuse(`${patient} is not open at ${start}`);
      given.set(`${patient}/${service}`, { start, caregiver });
      distance += leg;
      const late = Math.max(0, start - known.row.time_window[1]);
      totalTardiness += late;
      largestTardiness = Math.max(largestTardiness, late);
      from = known.place;
      free = start + need.duration;
    }
    distance += instance.distances[from]?.[0] ?? 0;
  }
  for (const row of instance.patients) {
    const services = row.required_caregivers.map(
      ({ service }) => given.get(`${row.id}/${service}`) ?? refuse(`${row.id} does not get ${service}`),
    );
    const [first, second] = services;
    if (!first || !second) continue;
    if (first.caregiver === second.caregiver) refuse(`${row.id} gets both services from ${first.caregiver}`);
    const [least, most] = gapsOf(row);
    const gap = second.start - first.start;
    if (gap < least - ROUNDING || gap > most + ROUNDING) refuse(`the two services of ${row.id} are ${gap} apart`);
  }
  return {
    distance,
    totalTardiness,
    largestTardiness,
    cost: (distance + totalTardiness + largestTardiness) / 3,
  };
}
