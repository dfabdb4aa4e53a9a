/**
 * Seeded weeks that come with a good plan: first the plan is drawn, then the demand is read off it, so the planted plan
 * places every visit, breaks no rule, and its cost is one that a search has to reach. docs/planted-weeks.md describes it.
 */
import { seededRandom } from '@fieldfare/kernel';
import type { EngineStaff, EngineVisit, Interval, WeekProblem } from '../src/problem.ts';
import { MONDAY } from './generate.ts';

export interface PlantedOptions {
  readonly seed: number;
  readonly staff: number;
  /** Visits a carer gives on a working day, on average. */
  readonly perDay?: number;
}

export interface PlantedWeek {
  /** Nothing is placed. */
  readonly problem: WeekProblem;
  readonly planted: readonly { readonly visitId: string; readonly staffId: string; readonly start: number }[];
}

const DAY = 1440;
const SHIFT = 480;
const KM_PER_MINUTE = 0.7;
const PARKING = 3;
/** How far a carer's patients live from one another, in km, and carers from their town's middle. */
const ROUND_KM = 4;
const TOWN_KM = 15;
const STAFF_PER_TOWN = 12;

interface Point {
  readonly x: number;
  readonly y: number;
}

export function plantWeek({ seed, staff: staffCount, perDay = 6 }: PlantedOptions): PlantedWeek {
  const random = seededRandom(seed);
  const between = (least: number, most: number): number => least + random.float() * (most - least);
  const int = (least: number, most: number): number => Math.floor(between(least, most + 1));
  const pick = <T>(list: readonly T[]): T => list[int(0, list.length - 1)] as T;
  const near = ({ x, y }: Point, km: number): Point => ({ x: x + between(-km, km), y: y + between(-km, km) });

  const places: Point[] = [];
  const placeAt = (point: Point): number => places.push(point) - 1;
  const minutesBetween = (from: number, to: number): number => {
    const [a, b] = [places[from] as Point, places[to] as Point];
    return from === to ? 0 : PARKING + Math.ceil(Math.hypot(a.x - b.x, a.y - b.y) / KM_PER_MINUTE);
  };

  const towns = Array.from({ length: Math.ceil(staffCount / STAFF_PER_TOWN) }, () => ({
    x: between(0, 80),
    y: between(0, 80),
  }));
  const staff: EngineStaff[] = [];
  const visits: EngineVisit[] = [];
  const planted: { visitId: string; staffId: string; start: number }[] = [];

  for (let member = 0; member < staffCount; member += 1) {
    const round = near(towns[member % towns.length] as Point, TOWN_KM);
    const home = placeAt(near(round, ROUND_KM));
    const role = pick(['psw', 'psw', 'psw', 'nurse']);
    const offDays = new Set([member % 7, (member + 3) % 7]);
    const days = [0, 1, 2, 3, 4, 5, 6].filter((day) => !offDays.has(day));
    const begins = pick([7, 8, 8, 9, 13]) * 60;
    const id = `s${String(member).padStart(4, '0')}`;
    // A patient's visits fall at about the same hour on each of their days.
    const patients = Array.from({ length: Math.round(perDay * 1.6) }, (_, index) => ({
      id: `${id}p${index}`,
      place: placeAt(near(round, ROUND_KM)),
      minutes: pick([30, 30, 45, 45, 60]),
      wide: pick([60, 90, 120, 180]),
      days: days.filter(() => random.float() < 1 / 1.6),
      preferred: random.float() < 0.6 ? id : null,
      flexible: random.float() < 0.15,
    }));
    let booked = 0;
    for (const day of days) {
      const opens = MONDAY + day * DAY + begins;
      let at = home;
      let free = opens;
      const due = patients.filter((patient) => patient.days.includes(day));
      while (due.length > 0) {
        // Whoever is nearest is next.
        due.sort((a, b) => minutesBetween(at, a.place) - minutesBetween(at, b.place) || (a.id < b.id ? -1 : 1));
        const patient = due.shift();
        if (!patient) break;
        const arrives = at === home ? free : free + minutesBetween(at, patient.place);
        const start = Math.ceil(arrives / 5) * 5;
        if (start + patient.minutes > opens + SHIFT) continue;
        const visitId = `${patient.id}d${day}`;
        const windowOf = (shift: number): Interval => {
          const from = start + shift * DAY - Math.floor((lead * patient.wide) / 5) * 5;
          return { start: from, end: from + patient.wide };
        };
        const lead = random.float();
        const otherDay = patient.flexible ? days.find((other) => !patient.days.includes(other)) : undefined;
        visits.push({
          id: visitId,
          patientId: patient.id,
          place: patient.place,
          minutes: patient.minutes,
          roles: [role],
          provider: 'any',
          priority: pick([1, 1, 1, 2, 3] as const),
          startWindows: [0, ...(otherDay === undefined ? [] : [otherDay - day])].sort((a, b) => a - b).map(windowOf),
          preferredStaffId: patient.preferred,
          placed: null,
          fixed: false,
        });
        planted.push({ visitId, staffId: id, start });
        booked += patient.minutes;
        at = patient.place;
        free = start + patient.minutes;
      }
    }
    staff.push({
      id,
      role,
      partner: false,
      shifts: days.map((day) => ({
        start: MONDAY + day * DAY + begins,
        end: MONDAY + day * DAY + begins + SHIFT,
      })),
      capacityMinutes: Math.max(booked, 5 * 360),
      homePlace: home,
    });
  }
  return {
    problem: {
      horizon: { start: MONDAY, end: MONDAY + 8 * DAY },
      staff,
      visits,
      placeCount: places.length,
      travelMinutes: minutesBetween,
      travelBucket: () => 0,
    },
    planted,
  };
}
