/**
 * Seeded weeks for tests and measurements: carers around a few towns, visits near them, shifts of a day's length,
 * roles and partners mixed. `mess` puts a share of the visits somewhere at random, broken rules included.
 */
import { seededRandom } from '@fieldfare/kernel';
import type { EngineStaff, EngineVisit, Interval, Shift, Spacing, WeekProblem } from '../src/problem.ts';

export interface GenerateOptions {
  readonly seed: number;
  readonly staff: number;
  readonly visits: number;
  readonly days?: number;
  /** Share of visits placed at random, rules or not. */
  readonly mess?: number;
  /** Share of placed visits that are fixed. */
  readonly fixed?: number;
  /** Travel that depends on the hour; odd speeds that make a later departure arrive earlier now and then. */
  readonly rushHours?: boolean;
  readonly buckets?: boolean;
  /** Share of patients whose visits keep a gap of hours, and half as many whose visits keep one of days. */
  readonly spaced?: number;
  readonly restMinutes?: number;
  /** Share of visits that form a pair with a later one of the patient, half of them at the same minute. */
  readonly paired?: number;
  /** Whether partners have agreed on services, hours and notice. */
  readonly agreed?: boolean;
  /** Share of shifts with a break at no fixed time. */
  readonly breaks?: number;
  /** Roles by share. */
  readonly roles?: readonly string[];
}

/** Some visits and a later one of the same patient as pairs; the second half's windows follow the first's. */
function inPairs(visits: readonly EngineVisit[], share: number, draw: () => number): EngineVisit[] {
  const partners = new Map<string, { first: EngineVisit; least: number; most: number }>();
  const taken = new Set<string>();
  for (const [index, first] of visits.entries()) {
    const second = visits.slice(index + 1).find(({ id, patientId }) => patientId === first.patientId && !taken.has(id));
    if (taken.has(first.id) || second === undefined || draw() >= share) continue;
    taken.add(first.id).add(second.id);
    const [least, most] = draw() < 0.5 ? [0, 0] : [first.minutes, first.minutes + 45];
    partners.set(second.id, { first, least, most });
  }
  return visits.map((visit) => {
    const pair = partners.get(visit.id);
    if (!pair) return visit;
    const { first, least, most } = pair;
    return {
      ...visit,
      pair: { firstId: first.id, leastMinutes: least, mostMinutes: most },
      startWindows: first.startWindows.map(({ start, end }) => ({ start: start + least, end: end + most })),
    };
  });
}

/** Half an hour or a whole one in a window of two hours about the middle of the shift, now and then at its edge. */
const withBreaks = (shifts: readonly Interval[], share: number, draw: () => number): Shift[] =>
  shifts.map((shift) => {
    if (share === 0 || draw() >= share) return shift;
    const start = shift.start + Math.floor(draw() * 1.1 * (shift.end - shift.start - 90));
    return { ...shift, break: { start, end: start + 120, minutes: draw() < 0.7 ? 30 : 60 } };
  });

/** Monday 2026-06-01 00:00 in a zone four hours behind UTC. */
export const MONDAY = Date.UTC(2026, 5, 1, 4) / 60_000;
const DAY = 1440;

const spacingOf = (draw: number, share: number): Spacing | null =>
  draw < share
    ? { group: 'hours', minutes: 150, days: 0 }
    : draw < 1.5 * share
      ? { group: 'days', minutes: 0, days: 1 + (Math.floor(draw * 1000) % 2) }
      : null;

export function generateWeek(options: GenerateOptions): WeekProblem {
  const {
    seed,
    days = 5,
    mess = 0,
    fixed = 0.3,
    rushHours = true,
    buckets = true,
    spaced = 0.3,
    restMinutes = 1050,
    paired = 0.2,
    agreed = true,
    breaks = 0,
  } = options;
  const roles = options.roles ?? ['psw', 'psw', 'psw', 'nurse', 'ot'];
  const random = seededRandom(seed);
  const int = (least: number, most: number): number => least + Math.floor(random.float() * (most - least + 1));
  const pick = <T>(list: readonly T[]): T => list[int(0, list.length - 1)] as T;

  const towns = Array.from({ length: 4 }, () => ({ x: int(0, 60), y: int(0, 60) }));
  const places: { x: number; y: number }[] = [];
  const place = (): number => {
    const town = pick(towns);
    return places.push({ x: town.x + random.float() * 12, y: town.y + random.float() * 12 }) - 1;
  };

  const pauses = seededRandom(seed + 3).float;
  const staff: EngineStaff[] = Array.from({ length: options.staff }, (_, index) => {
    const begins = pick([7, 8, 8, 9, 13]) * 60;
    const length = pick([6, 7.5, 8]) * 60;
    const shifts: Interval[] = [];
    for (let day = 0; day < days; day += 1) {
      if (random.float() < 0.15) continue;
      const from = MONDAY + day * DAY + begins;
      if (random.float() < 0.2) {
        shifts.push({ start: from, end: from + 180 }, { start: from + 240, end: from + length });
      } else shifts.push({ start: from, end: from + length });
    }
    const working = shifts.reduce((sum, shift) => sum + shift.end - shift.start, 0);
    const role = pick(roles);
    const partner = random.float() < 0.15;
    // One in three has a small contract, and may work overtime.
    const part = index % 3 === 1;
    return {
      id: `s${index}`,
      role,
      skills: index % 3 === 0 ? ['en'] : ['en', 'fr'],
      partner,
      ...(partner ? { partnerId: 'org' } : {}),
      shifts: withBreaks(shifts, breaks, pauses),
      capacityMinutes: Math.floor(working * (part ? 0.45 : 0.85)),
      overtimeMinutes: part ? Math.floor(working * 0.4) : 0,
      centsAnHour: partner ? 3_900 + 130 * index : 0,
      homePlace: place(),
    };
  });

  const patients = Array.from({ length: Math.max(1, Math.ceil(options.visits / 3.3)) }, (_, index) => ({
    id: `p${index}`,
    place: place(),
    preferred: random.float() < 0.5 ? pick(staff).id : null,
    continuity: [1, 1, 3, 0][index % 4] as number,
  }));
  const gaps = seededRandom(seed + 1);
  const blocked = new Map(
    patients.map(({ id }) => [id, gaps.float() < 0.7 * spaced ? [`s${Math.floor(gaps.float() * options.staff)}`] : []]),
  );
  const spacings = new Map(patients.map(({ id }) => [id, spacingOf(gaps.float(), spaced)]));
  const visits: EngineVisit[] = Array.from({ length: options.visits }, (_, index) => {
    const patient = pick(patients);
    const opens = pick([7, 8, 9, 10, 12, 13, 15]) * 60 + pick([0, 0, 30, 7]);
    const width = pick([60, 120, 180, 240]);
    const allowed = Array.from({ length: days }, (_unused, day) => day).filter(() => random.float() < 0.5);
    if (allowed.length === 0) allowed.push(int(0, days - 1));
    const told =
      gaps.float() < spaced
        ? {
            staffId: `s${Math.floor(gaps.float() * options.staff)}`,
            start: MONDAY + Math.floor(gaps.float() * days) * DAY + opens + 5 * Math.floor(gaps.float() * 20),
          }
        : null;
    const placed =
      random.float() < mess ? { staffId: pick(staff).id, start: MONDAY + int(6 * 60, days * DAY - 300) } : null;
    return {
      id: `v${index}`,
      patientId: patient.id,
      place: patient.place,
      minutes: pick([15, 30, 30, 45, 60, 90]),
      roles: random.float() < 0.8 ? [pick(roles)] : [...new Set(roles)].slice(0, 2),
      provider: pick(['any', 'any', 'any', 'own', 'partner'] as const),
      priority: pick([1, 1, 1, 2, 3] as const),
      startWindows: allowed.map((day) => ({
        start: MONDAY + day * DAY + opens,
        end: MONDAY + day * DAY + opens + width,
      })),
      preferredStaffId: patient.preferred,
      service: index % 7 === 3 ? 'seldom' : 'usual',
      continuity: patient.continuity,
      stakes: 1 + (index % 3),
      spacing: spacings.get(patient.id) ?? null,
      skills: spacings.get(patient.id)?.group === 'days' ? ['fr'] : [],
      blockedStaffIds: blocked.get(patient.id) ?? [],
      placed,
      told,
      fixed: placed !== null && random.float() < fixed,
    };
  });

  const bucketOf = (departure: number): number => {
    const hour = Math.floor((((departure - MONDAY) % DAY) + DAY) / 60) % 24;
    return !rushHours ? 0 : hour === 8 || hour === 16 ? 2 : hour > 9 && hour < 15 ? 1 : 0;
  };
  const kmPerMinute = [0.9, 0.75, 0.35];
  return {
    horizon: { start: MONDAY, end: MONDAY + 7 * DAY },
    midnights: [0, 1, 2, 3, 4, 5, 6, 7].map((day) => MONDAY + day * DAY),
    restMinutes,
    staff,
    visits: inPairs(visits, paired, seededRandom(seed + 2).float),
    partners: agreed
      ? [
          {
            id: 'org',
            services: ['usual'],
            capacityMinutes: Math.floor(
              0.5 * staff.reduce((sum, row) => sum + (row.partner ? row.capacityMinutes : 0), 0),
            ),
            earliest: MONDAY + DAY,
          },
        ]
      : [],
    placeCount: places.length,
    travelMinutes: (from, to, departure) => {
      const a = places[from];
      const b = places[to];
      if (from === to || a === undefined || b === undefined) return 0;
      return 2 + Math.ceil(Math.hypot(a.x - b.x, a.y - b.y) / (kmPerMinute[bucketOf(departure)] ?? 1));
    },
    ...(buckets ? { travelBucket: bucketOf } : {}),
  };
}
