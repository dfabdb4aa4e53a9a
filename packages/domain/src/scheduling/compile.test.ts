import { compileWeek, componentsOf, createPlan, violationsAt, WEIGHTS } from '@fieldfare/engine-scheduling';
import { addDays, daysOfWeek, epochMinuteOf, type IsoWeek, minutesInDay, unwrap, weekOfDate } from '@fieldfare/kernel';
import { describe, expect, it } from 'vitest';
import { createAgency } from '../../test/agency.ts';
import { createTravelModel } from '../travel/index.ts';
import { compileProblem, isPlain, shiftsOf, type WeekRows, type WeekVisit } from './compile.ts';
import { createDayClock } from './day-clock.ts';

const ZONE = 'America/Toronto';
/** The weeks in which Toronto's clocks change, on their Sunday. */
const SPRING: IsoWeek = weekOfDate('2026-03-08');
const AUTUMN: IsoWeek = weekOfDate('2026-11-01');
const WEEKS = [SPRING, AUTUMN, '2026-W48', '2026-W53'];

const agency = createAgency([SPRING]);
const region: WeekRows['region'] = {
  id: agency.regionId,
  name: 'Ottawa East',
  zone: ZONE,
  lat: 45.42,
  lng: -75.69,
  roadFactor: 1.3,
  speedKmhByHour: Array.from({ length: 24 }, () => 50),
};

const night = (weekday: number) => [
  { weekday, from: '20:00', to: '24:00' },
  { weekday: (weekday % 7) + 1, from: '00:00', to: '06:00' },
];

function visit(over: Partial<WeekVisit>): WeekVisit {
  const { note: _note, cancelledAt: _cancelled, regionId: _region, ...row } = agency.visit();
  return { ...row, staffId: null, pinned: false, stamp: '', ...over };
}

function rows(week: IsoWeek, visits: readonly WeekVisit[], over: Partial<WeekRows> = {}): WeekRows {
  return {
    week,
    region,
    services: [{ code: 'nursing', name: 'Nursing', roles: ['rn', 'rpn'] }],
    people: [agency.joan, agency.carl].map((person) => ({ ...person, deletedAt: null })),
    absences: [],
    visits,
    patients: [agency.simone, agency.paul],
    requirements: [],
    blocked: [],
    told: [],
    partners: [],
    today: '2026-11-21',
    rules: { levels: {}, restMinutes: 0 },
    weights: WEIGHTS,
    ...over,
  };
}

/** With an organisation that is given somebody's id. */
const contract = (terms: Partial<WeekRows['partners'][number]>): WeekRows['partners'][number] => ({
  ...{ id: agency.paul.id, name: 'Rideau', active: true, regionIds: [agency.regionId], serviceCodes: ['nursing'] },
  ...terms,
});

const compiled = (week: IsoWeek, visits: readonly WeekVisit[], over: Partial<WeekRows> = {}) =>
  compileProblem(rows(week, visits, over), createTravelModel(region));

describe('day clock', () => {
  it('TIME-DST gives the calendar’s own answer for every quarter of an hour of every day, changes included', () => {
    const clock = createDayClock(ZONE);
    for (const week of WEEKS) {
      for (const date of daysOfWeek(week)) {
        for (let minute = 0; minute < 1440; minute += 15) {
          const time = `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
          expect(clock.minuteAt(date, time)).toBe(epochMinuteOf(date, time, ZONE));
        }
        expect(clock.minuteAt(date, '24:00')).toBe(epochMinuteOf(addDays(date, 1), '00:00', ZONE));
      }
    }
  });
});

describe('compileProblem', () => {
  it.each([
    [SPRING, 167],
    [AUTUMN, 169],
    ['2026-W48', 168],
  ])('TIME-DST week %s has a horizon of %i hours', (week, hours) => {
    const { horizon } = compiled(week, []).problem;
    expect(horizon.end - horizon.start).toBe(hours * 60);
    expect(daysOfWeek(week).reduce((sum, date) => sum + minutesInDay(date, ZONE), 0)).toBe(hours * 60);
  });

  it('TIME-DST a night shift over a change is an hour shorter or longer, and one shift', () => {
    const person = { availability: night(6), active: true, deletedAt: null };
    const lengths = [SPRING, AUTUMN, '2026-W48'].map((week) => {
      const days = daysOfWeek(week);
      const shifts = shiftsOf(person, [], days, createDayClock(ZONE));
      expect(shifts).toHaveLength(1);
      return (shifts[0]?.end ?? 0) - (shifts[0]?.start ?? 0);
    });
    expect(lengths).toEqual([9 * 60, 11 * 60, 10 * 60]);
  });

  it.each([
    ['any day', [{ weekdays: [], from: '11:30', to: '13:30', minutes: 30 }], [30, 30]],
    ['another day', [{ weekdays: [3], from: '11:30', to: '13:30', minutes: 30 }], [0, 0]],
    [
      'by day, in the stretch that holds it',
      [
        { weekdays: [1], from: '14:00', to: '15:00', minutes: 20 },
        { weekdays: [2], from: '19:00', to: '20:00', minutes: 20 },
      ],
      [20, 0],
    ],
  ])('SCH-BREAK a break at no fixed time: %s', (_, breaks, minutes) => {
    const availability = [1, 2].map((weekday) => ({ weekday, from: '08:00', to: '16:00' }));
    const person = { availability, breaks, active: true, deletedAt: null };
    const shifts = shiftsOf(person, [], daysOfWeek('2026-W48'), createDayClock(ZONE));
    expect(shifts.map((shift) => shift.break?.minutes ?? 0)).toEqual(minutes);
    for (const shift of shifts) if (shift.break) expect(shift.break.start).toBeGreaterThanOrEqual(shift.start);
  });

  it('SCH-BREAK a night has one, on the morning after it begins', () => {
    const breaks = [{ weekdays: [], from: '02:00', to: '04:00', minutes: 30 }];
    const person = { availability: night(6), breaks, active: true, deletedAt: null };
    const [shift] = shiftsOf(person, [], daysOfWeek('2026-W48'), createDayClock(ZONE));
    expect(shift?.break?.start).toBe(epochMinuteOf('2026-11-29', '02:00', ZONE));
  });

  it('SCH-SPACING counts days by the calendar, into the week before and over a change of the clocks', () => {
    const services = [{ code: 'nursing', name: 'Nursing', roles: ['rn'], spacingDays: 3 }];
    for (const week of WEEKS) {
      const [monday = '', tuesday = ''] = daysOfWeek(week);
      const placed = { minutes: 60, staffId: agency.joan.id };
      const { problem } = compiled(
        week,
        [
          visit({ ...placed, week, date: monday, start: '09:00' }),
          visit({ ...placed, week: weekOfDate(addDays(monday, -2)), date: addDays(monday, -2), start: '20:00' }),
        ],
        { services },
      );
      const laid = unwrap(compileWeek(problem));
      const rulesAt = (date: string, start: string) =>
        violationsAt(createPlan(laid), 0, laid.staffIndex.get(agency.joan.id) ?? -1, epochMinuteOf(date, start, ZONE))
          .filter(({ rule }) => rule === 'SCH-SPACING')
          .map(({ params }) => params.gapDays);
      expect(rulesAt(monday, '23:00')).toEqual([2]);
      expect(rulesAt(tuesday, '00:30')).toEqual([]);
    }
  });

  it('TIME-DST visits either side of a change overlap by elapsed time, not by the wall clock', () => {
    // 01:30 + 60 min ends at 03:30 on the wall in spring, and at 01:30 again in autumn.
    for (const [week, date, other, clash] of [
      [SPRING, '2026-03-08', '03:15', true],
      [SPRING, '2026-03-08', '03:30', false],
      [AUTUMN, '2026-11-01', '02:00', false],
      [AUTUMN, '2026-11-01', '01:45', true],
    ] as const) {
      const placed = { week, date, minutes: 60, staffId: agency.joan.id };
      const { problem } = compiled(week, [
        visit({ ...placed, start: '01:30' }),
        visit({ ...placed, start: other, patientId: agency.paul.id }),
      ]);
      const week0 = unwrap(compileWeek(problem));
      const at = problem.visits[1]?.placed?.start ?? 0;
      const rules = violationsAt(createPlan(week0), 1, 0, at).map(({ rule }) => rule);
      expect(rules.includes('SCH-OVERLAP-STAFF'), `${date} ${other}`).toBe(clash);
    }
  });

  it('TIME-DST a start window in the skipped hour still opens before it closes', () => {
    const { problem } = compiled(SPRING, [
      visit({ week: SPRING, date: '2026-03-08', windowFrom: '02:15', windowTo: '03:00' }),
    ]);
    const [window] = problem.visits[0]?.startWindows ?? [];
    expect((window?.end ?? 0) >= (window?.start ?? 1)).toBe(true);
    expect(compileWeek(problem).ok).toBe(true);
  });

  it('TIME-DST only the second showing of a repeated hour cannot be written down', () => {
    const first = epochMinuteOf('2026-11-01', '01:30', ZONE);
    expect(isPlain(first, createDayClock(ZONE))).toBe(true);
    expect(isPlain(first + 60, createDayClock(ZONE))).toBe(false);
    expect(isPlain(first + 120, createDayClock(ZONE))).toBe(true);
  });

  it('WRK-ABSENT an absence takes its days out of the shifts', () => {
    const days = daysOfWeek('2026-W48');
    const absences = [
      { staffId: agency.joan.id, fromDate: days[1] ?? '', toDate: days[3] ?? '', reason: 'sick' as const },
    ];
    const { problem } = compiled('2026-W48', [], { absences });
    expect(problem.staff[0]?.shifts).toHaveLength(9 - 3);
    expect(problem.staff[1]?.shifts).toHaveLength(9);
  });

  it('counts a neighbour day’s visit as fixed, and not against this week’s capacity', () => {
    const sunday = addDays(daysOfWeek('2026-W48')[0] ?? '', -1);
    const outside = visit({ week: '2026-W47', date: sunday, start: '23:30', staffId: agency.joan.id });
    const { problem, outsideMinutes, partnerOutsideMinutes } = compiled('2026-W48', [outside, visit({})]);
    expect(problem.visits[0]).toMatchObject({ fixed: true, startWindows: [] });
    expect(problem.staff[0]?.capacityMinutes).toBe(agency.joan.capacityMinutes + 45);
    expect(outsideMinutes.get(agency.joan.id)).toBe(45);
    expect(partnerOutsideMinutes.size).toBe(0);
    const plan = createPlan(unwrap(compileWeek(problem)));
    expect(componentsOf(plan).windowMinutes).toBe(0);
    const { staff = -1, start = 0 } = plan.placementOf(0) ?? {};
    expect(violationsAt(plan, 0, staff, start).map(({ rule }) => rule)).not.toContain('SCH-WINDOW');
  });

  it('takes overtime from the person, and the price of an hour from the partner', () => {
    const people = [
      { ...agency.joan, overtimeMinutes: 120, deletedAt: null },
      { ...agency.carl, partnerId: agency.paul.id, deletedAt: null },
    ];
    const partners = [contract({ centsAnHour: 4_200 })];
    const staffOf = (over: Partial<WeekRows>) => compiled('2026-W48', [visit({})], { people, ...over }).problem.staff;
    expect(staffOf({ partners })).toMatchObject([
      { overtimeMinutes: 120, centsAnHour: 0 },
      { overtimeMinutes: 0, centsAnHour: 4_200 },
    ]);
    expect(staffOf({})[1]?.centsAnHour).toBe(0);
  });

  it.each([
    ['all there is', {}, { services: ['nursing'] }],
    ['another region', { regionIds: [] as string[] }, { services: [] }],
    ['over', { active: false }, { services: [] }],
    ['hours', { capacityMinutes: 600 }, { services: ['nursing'], capacityMinutes: 645 }],
    ['notice', { noticeDays: 3 }, { earliest: epochMinuteOf('2026-11-24', '00:00', ZONE) }],
  ] satisfies [string, Partial<WeekRows['partners'][number]>, object][])(
    'SCH-CONTRACT, SCH-NOTICE, SCH-PARTNER-CAPACITY come from the contract: %s',
    (_, terms, expected) => {
      const people = [{ ...agency.carl, partnerId: agency.paul.id, deletedAt: null }];
      const before = visit({ week: '2026-W47', date: '2026-11-22', start: '23:30', staffId: agency.carl.id });
      const { problem } = compiled('2026-W48', [before, visit({})], { people, partners: [contract(terms)] });
      expect(problem.partners).toMatchObject([{ id: agency.paul.id, ...expected }]);
      expect(problem.staff[0]).toMatchObject({ partnerId: agency.paul.id });
      expect(compileWeek(problem).ok).toBe(true);
    },
  );

  it.each([
    ['nothing known', {}, {}, 1, 1],
    ['a patient at high risk', { risk: 'high' }, {}, 3, 1],
    ['SCH-FIRST care begins with it', {}, { startsOn: '2026-11-22' }, 3, 1],
    ['SCH-FIRST two days later it has begun', {}, { startsOn: '2026-11-21' }, 1, 1],
    ['at risk, and it begins', { risk: 'moderate' }, { startsOn: '2026-11-23' }, 6, 1],
    ['who comes matters', {}, { continuity: 'high' }, 1, 3],
    ['anybody may come', {}, { continuity: 'low' }, 1, 0],
  ] as const)('stakes and continuity: %s', (_, patient, need, stakes, continuity) => {
    const row = visit({ requirementId: agency.joan.id, date: '2026-11-23' });
    const { problem } = compiled('2026-W48', [row], {
      patients: [{ ...agency.simone, risk: 'low', ...patient }],
      requirements: [{ id: agency.joan.id, preferredStaffId: null, startsOn: '2026-01-01', ...need }],
    });
    expect(problem.visits).toMatchObject([{ stakes, continuity }]);
  });

  it('the day starts at home, or at the office of the region', () => {
    const home = (startsFrom: 'home' | 'office' | null) =>
      compiled('2026-W48', [visit({})], {
        people: [{ ...agency.joan, homeLat: 45.3, startsFrom, deletedAt: null }],
        patients: [{ ...agency.simone, lat: region.lat, lng: region.lng }],
      }).problem;
    expect(home('office').staff[0]?.homePlace).toBe(home('office').visits[0]?.place);
    for (const from of ['home', null] as const) expect(home(from).staff[0]?.homePlace).toBe(1);
  });

  it('keeps a visit to its day, unless a person may drag it anywhere', () => {
    const row = visit({});
    const own = compiled('2026-W48', [row]).problem.visits[0]?.startWindows;
    expect(own).toHaveLength(1);
    const any = compileProblem(rows('2026-W48', [row]), createTravelModel(region), { anyDay: new Set([row.id]) });
    expect(any.problem.visits[0]?.startWindows).toHaveLength(7);
    expect(compiled('2026-W48', [visit({ date: null })]).problem.visits[0]?.startWindows).toHaveLength(7);
  });
});
