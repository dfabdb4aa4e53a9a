/**
 * A board made of numbers, for the bench and for looking at the screen without a workspace. It is no model of the
 * product: rules here are only rich enough to paint every state. Seeded, so that runs compare.
 */
import type { BoardConflict, BoardLane, BoardVisit, WeekBoard } from '@fieldfare/domain';
import { daysOfWeek, minuteOfDay, type Random, seededRandom, timeOfMinute } from '@fieldfare/kernel';

export interface FixtureSize {
  readonly lanes: number;
  readonly visits: number;
  /** Share of visits left in the tray. */
  readonly unscheduled: number;
  readonly conflicts: boolean;
}

export const REGION = '00000000-0000-7000-8000-000000000001';
export const WEEK = '2026-W48';

const FIRST =
  'Amélie Joan Wei Fatima Marc Sophie Daniel Priya Omar Claire Nadia Luc Grace Ibrahim Élise Tom Mei Hannah Yusuf Renée'.split(
    ' ',
  );
const LAST =
  'Tremblay Roy Chen Okafor Gagnon Patel Nguyen MacDonald Haddad Bouchard Singh Lavoie Kowalski Ahmed Bélanger Murphy Osei Fortin Ivanova Campbell'.split(
    ' ',
  );
const PLACES = 'Ottawa,Gloucester,Kanata,Orléans,Carleton Place,Almonte,Kemptville,Arnprior'.split(',');
const NOTES = [
  'Key box code is with the office.',
  'Dog in the yard: call first.',
  'Prefers French.',
  'Use the side entrance.',
];
export const SERVICES = [
  { code: 'nursing', name: 'Nursing', colour: 'blue', roles: ['rn', 'rpn'], minutes: 45 },
  { code: 'psw', name: 'Personal support', colour: 'teal', roles: ['psw'], minutes: 60 },
  { code: 'wound', name: 'Wound care', colour: 'pink', roles: ['rn'], minutes: 30 },
  { code: 'ot', name: 'Occupational therapy', colour: 'orange', roles: ['ot'], minutes: 60 },
  { code: 'pt', name: 'Physiotherapy', colour: 'violet', roles: ['pt'], minutes: 45 },
] as const;
const TEAMS = [
  ['Nursing East', 'rn'],
  ['Nursing West', 'rpn'],
  ['Personal support East', 'psw'],
  ['Personal support West', 'psw'],
  ['Therapies', 'ot'],
  ['Therapies', 'pt'],
] as const;

const uuid = (kind: number, index: number): string =>
  `00000000-0000-7000-8${String(kind).padStart(3, '0')}-${String(index).padStart(12, '0')}`;

function pick<T>(random: Random, items: readonly T[]): T {
  const item = items[Math.floor(random.float() * items.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}

function makeLane(random: Random, index: number): BoardLane {
  const [team, role] = TEAMS[index % TEAMS.length] ?? TEAMS[0];
  const partner = index % 9 === 4;
  const early = random.float() < 0.7;
  const works = (day: number): boolean => (day < 5 ? random.float() > 0.1 : random.float() < 0.3);
  const absent = index % 11 === 3 ? Math.floor(random.float() * 5) : -1;
  return {
    staffId: uuid(1, index),
    name: `${pick(random, FIRST)} ${pick(random, LAST)}`,
    role,
    team: partner ? `${team} (partner)` : team,
    employmentType: pick(random, ['full-time', 'full-time', 'part-time', 'casual', 'contract']),
    partnerName: partner ? 'Rideau Valley Home Care' : null,
    capacityMinutes: pick(random, [1200, 1800, 2100, 2250]),
    bookedMinutes: 0,
    availability: Array.from({ length: 7 }, (_, day) =>
      day === absent || !works(day) ? [] : [early ? { from: '07:30', to: '15:30' } : { from: '12:00', to: '20:00' }],
    ),
    absence: Array.from({ length: 7 }, (_, day) =>
      day === absent ? pick(random, ['vacation', 'sick', 'training']) : null,
    ),
  };
}

function makeVisit(random: Random, index: number, lane: BoardLane | null, dates: readonly string[]): BoardVisit {
  const fitting = SERVICES.filter(({ roles }) => lane === null || (roles as readonly string[]).includes(lane.role));
  const service = pick(random, fitting.length > 0 ? fitting : SERVICES);
  const days = lane?.availability.flatMap((open, day) => (open.length > 0 ? [day] : [])) ?? [];
  const day = pick(random, days.length > 0 ? days : [0, 1, 2, 3, 4]);
  const opens = minuteOfDay(lane?.availability[day]?.[0]?.from ?? '08:00');
  const start = opens + Math.floor(random.float() * 27) * 15;
  const patient = index % 997;
  const dice = random.float();
  return {
    id: uuid(2, index),
    patientId: uuid(3, patient),
    patientName: `${FIRST[patient % FIRST.length]} ${LAST[(patient * 7 + 3) % LAST.length]}`,
    patientRisk: dice < 0.1 ? 'high' : dice < 0.3 ? 'moderate' : 'low',
    municipality: PLACES[patient % PLACES.length] ?? 'Ottawa',
    serviceCode: service.code,
    serviceName: service.name,
    colour: service.colour,
    date: lane === null && random.float() < 0.25 ? null : (dates[day] ?? null),
    start: lane === null ? null : timeOfMinute(start),
    minutes: service.minutes,
    windowFrom: timeOfMinute(Math.max(0, start - 60)),
    windowTo: timeOfMinute(Math.min(1439, start + 120)),
    priority: dice < 0.04 ? 'urgent' : dice < 0.14 ? 'high' : 'routine',
    providerPreference: 'any',
    note: random.float() < 0.12 ? pick(random, NOTES) : '',
    staffId: lane?.staffId ?? null,
    pinned: lane !== null && random.float() < 0.06,
    pair: null,
    conflictIds: [],
    stamp: `stamp-${index}`,
  };
}

/** Three made-up clashes over visits that stand on the board. */
function makeConflicts(visits: BoardVisit[], laneName: (id: string | null) => string): BoardConflict[] {
  const placed = visits.filter(({ staffId, date }) => staffId !== null && date !== null).slice(4, 7);
  const [first, second, third] = placed;
  if (!first || !second || !third) return [];
  const mark = (visit: BoardVisit, id: string): void => {
    visits[visits.indexOf(visit)] = { ...visit, conflictIds: [id] };
  };
  mark(first, 'c1');
  mark(second, 'c2');
  return [
    {
      id: 'c1',
      kind: 'double-booked-staff',
      visitIds: [first.id],
      staffId: first.staffId,
      patientId: null,
      date: first.date,
      title: `${laneName(first.staffId)} is booked twice at ${first.start}`,
      explanation: `Joan gave this visit to ${laneName(first.staffId)} while Marc, offline, gave the same hour to another patient. Joan’s came first and holds the place for now.`,
      sides: [],
      choices: [
        { choice: 'keep-first', label: 'Keep Joan’s, unassign the other' },
        { choice: 'keep-both', label: 'Leave both' },
      ],
      resolution: null,
    },
    {
      id: 'c2',
      kind: 'concurrent-field',
      visitIds: [second.id],
      staffId: null,
      patientId: second.patientId,
      date: second.date,
      title: `Two starts for ${second.patientName}`,
      explanation: 'Two people changed the start without seeing each other. The later change is shown.',
      sides: [
        { label: 'Start', value: second.start ?? '', by: 'Joan Roy', at: 1_795_600_000_000, shown: true },
        { label: 'Start', value: '10:15', by: 'Marc Chen', at: 1_795_590_000_000, shown: false },
      ],
      choices: [
        { choice: '0', label: `Keep ${second.start}` },
        { choice: '1', label: 'Take 10:15' },
      ],
      resolution: null,
    },
    {
      id: 'c3',
      kind: 'edit-delete',
      visitIds: [third.id],
      staffId: null,
      patientId: third.patientId,
      date: third.date,
      title: `A cancelled visit to ${third.patientName} was changed`,
      explanation: 'Marc cancelled the visit while Joan wrote a note.',
      sides: [],
      choices: [{ choice: 'keep', label: 'Keep the visit' }],
      resolution: { choice: 'keep', reason: 'The daughter called back.', by: 'Joan Roy', at: '2026-11-20T14:00:00Z' },
    },
  ];
}

export function makeBoard(size: FixtureSize): WeekBoard {
  const random = seededRandom(7);
  const dates = daysOfWeek(WEEK);
  const lanes = Array.from({ length: size.lanes }, (_, index) => makeLane(random, index)).sort(
    (a, b) => a.team.localeCompare(b.team) || a.name.localeCompare(b.name),
  );
  const visits = Array.from({ length: size.visits }, (_, index) =>
    makeVisit(random, index, random.float() < size.unscheduled ? null : pick(random, lanes), dates),
  );
  const booked = new Map<string, number>();
  for (const { staffId, minutes } of visits) {
    if (staffId !== null) booked.set(staffId, (booked.get(staffId) ?? 0) + minutes);
  }
  const named = new Map(lanes.map((lane) => [lane.staffId, lane.name]));
  const conflicts = size.conflicts ? makeConflicts(visits, (id) => named.get(id ?? '') ?? 'A carer') : [];
  return {
    regionId: REGION,
    regionName: 'Ottawa Centre',
    week: WEEK,
    zone: 'America/Toronto',
    days: dates.map((date, index) => ({
      date,
      weekday: index + 1,
      minutes: size.conflicts && index === 6 ? 1500 : 1440,
    })),
    lanes: lanes.map((lane) => ({ ...lane, bookedMinutes: booked.get(lane.staffId) ?? 0 })),
    visits,
    conflicts,
    writable: true,
    sealed: false,
  };
}
