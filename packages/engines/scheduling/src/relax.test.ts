import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type GenerateOptions, generateWeek, MONDAY } from '../test/generate.ts';
import { at, planOf, staffOf, visitOf, weekOf } from '../test/week.ts';
import { autoAssign } from './auto-assign.ts';
import { violationsAt } from './feasibility.ts';
import { type Give, RELAX_STEP } from './give.ts';
import { bestStart } from './insertion.ts';
import type { Plan } from './plan.ts';
import type { EnginePartner, EngineStaff, EngineVisit, Interval, WeekProblem } from './problem.ts';
import { type RelaxOptions, relaxationsOf } from './relax.ts';

const DAY = 1440;
const dayOf = (minute: number): Interval => {
  const start = MONDAY + Math.floor((minute - MONDAY) / DAY) * DAY;
  return { start, end: start + DAY - 1 };
};

/** The week with everything where the plan has it, and one visit or carer told otherwise. */
function weekWith(
  plan: Plan,
  change: { readonly visit?: Partial<EngineVisit>; readonly staff?: Partial<EngineStaff> },
  visit: number,
  staff: number,
): WeekProblem {
  const { problem } = plan.compiled;
  return {
    ...problem,
    staff: problem.staff.map((row, index) => (index === staff ? { ...row, ...change.staff } : row)),
    visits: problem.visits.map((row, index) => {
      const at = plan.placementOf(index);
      const placed = at && { staffId: problem.staff[at.staff]?.id ?? '', start: at.start };
      return { ...row, placed, ...(index === visit ? change.visit : {}) };
    }),
  };
}

/** The week after a relaxation, made from the input alone: what `relax.ts` answers is held against this. */
function given(plan: Plan, visit: number, staff: number, give: Give, room: readonly Interval[]): Plan {
  const { problem } = plan.compiled;
  const row = problem.visits[visit] as EngineVisit;
  const carer = problem.staff[staff] as EngineStaff;
  switch (give.kind) {
    case 'earlier':
    case 'later': {
      const startWindows = row.startWindows.map(({ start, end }, index) =>
        give.kind === 'earlier'
          ? { start: Math.max(room[index]?.start ?? start, start - give.minutes), end }
          : { start, end: Math.min(room[index]?.end ?? end, end + give.minutes) },
      );
      return planOf(weekWith(plan, { visit: { startWindows } }, visit, staff));
    }
    case 'day':
      return planOf(weekWith(plan, { visit: { startWindows: [give.window] } }, visit, staff));
    case 'provider':
      return planOf(weekWith(plan, { visit: { provider: 'any' } }, visit, staff));
    case 'capacity': {
      const overtimeMinutes = (carer.overtimeMinutes ?? 0) + give.minutes;
      return planOf(weekWith(plan, { staff: { overtimeMinutes } }, visit, staff));
    }
    case 'notice':
    case 'partnerHours': {
      const partners = (problem.partners ?? []).map((partner) =>
        partner.id !== carer.partnerId
          ? partner
          : give.kind === 'notice'
            ? { ...partner, earliest: (partner.earliest ?? 0) - give.days * DAY }
            : { ...partner, capacityMinutes: (partner.capacityMinutes ?? 0) + give.minutes },
      );
      return planOf({ ...weekWith(plan, {}, visit, staff), partners });
    }
    case 'shift': {
      const { side, minutes } = give;
      const shifts = carer.shifts.map((shift, index) =>
        index !== give.shift
          ? shift
          : side === 'start'
            ? { ...shift, start: shift.start - minutes }
            : { ...shift, end: shift.end + minutes },
      );
      return planOf(weekWith(plan, { staff: { shifts } }, visit, staff));
    }
    case 'spacing': {
      const less = (gap: EngineVisit['spacing']) =>
        gap
          ? {
              ...gap,
              minutes: Math.max(0, gap.minutes - give.minutes),
              days: Math.max(0, gap.days - give.days),
            }
          : null;
      const week = weekWith(plan, {}, visit, staff);
      const near = ({ patientId, spacing }: EngineVisit): boolean =>
        patientId === row.patientId && spacing?.group === row.spacing?.group;
      return planOf({
        ...week,
        visits: week.visits.map((one) => (near(one) ? { ...one, spacing: less(one.spacing) } : one)),
      });
    }
    case 'rest': {
      const restMinutes = Math.max(0, (problem.restMinutes ?? 0) - give.minutes);
      return planOf({ ...weekWith(plan, {}, visit, staff), restMinutes });
    }
    case 'break': {
      const shifts = carer.shifts.map((shift) => {
        const minutes = (shift.break?.minutes ?? 0) - give.minutes;
        return { ...shift, break: shift.break && minutes > 0 ? { ...shift.break, minutes } : null };
      });
      return planOf(weekWith(plan, { staff: { shifts } }, visit, staff));
    }
    case 'sync':
      throw new Error('held against the violations instead');
    case 'skill': {
      const skills = (row.skills ?? []).filter((skill) => !give.missing.includes(skill));
      return planOf(weekWith(plan, { visit: { skills } }, visit, staff));
    }
    case 'blocked': {
      const blockedStaffIds = (row.blockedStaffIds ?? []).filter((id) => id !== carer.id);
      return planOf(weekWith(plan, { visit: { blockedStaffIds } }, visit, staff));
    }
    case 'move': {
      const moved = planOf(weekWith(plan, {}, visit, staff));
      moved.place(give.other, give.to.staff, give.to.start);
      return moved;
    }
  }
}

const EXACT: ReadonlySet<Give['kind']> = new Set(['capacity', 'partnerHours']);
/** What gives way in the carer alone. */
const OWN: ReadonlySet<Give['kind']> = new Set(['shift', 'break', ...EXACT]);

function lessOf(give: Give): Give | null {
  if (give.kind === 'notice') return give.days > 1 ? { ...give, days: give.days - 1 } : null;
  const step = EXACT.has(give.kind) ? 1 : RELAX_STEP;
  return 'minutes' in give && give.minutes > step ? { ...give, minutes: give.minutes - step } : null;
}

const weeks = fc.record({
  seed: fc.integer(),
  staff: fc.integer({ min: 1, max: 7 }),
  visits: fc.integer({ min: 20, max: 70 }),
  days: fc.integer({ min: 1, max: 3 }),
  mess: fc.constantFrom(0, 0.2),
  breaks: fc.constantFrom(0, 0.8),
}) satisfies fc.Arbitrary<GenerateOptions>;

const openIn = (plan: Plan): number[] =>
  [...plan.staffOf.keys()].filter((visit) => (plan.staffOf[visit] as number) < 0);

/** Builds the week, asks about visits that are left, and holds every answer against the law. The kinds it met. */
function holds(options: GenerateOptions, capacity: number): ReadonlySet<Give['kind']> {
  const seen = new Set<Give['kind']>();
  const week = generateWeek(options);
  const staff = week.staff.map((row) => ({
    ...row,
    capacityMinutes: Math.floor(row.capacityMinutes * capacity),
    overtimeMinutes: Math.floor((row.overtimeMinutes ?? 0) * capacity),
  }));
  const plan = planOf({ ...week, staff });
  const steps = autoAssign(plan, { seed: 1, moves: 0 });
  while (steps.next().done !== true);
  const before = plan.snapshot();
  for (const visit of openIn(plan).slice(0, 4)) {
    const windows = plan.compiled.problem.visits[visit]?.startWindows ?? [];
    const room = windows.map(({ start }) => dayOf(start));
    const otherDays = [0, 1, 2, 3]
      .map((day) => ({ start: MONDAY + day * DAY + 480, end: MONDAY + day * DAY + 600 }))
      .filter((other) => windows.every(({ start }) => dayOf(start).start !== dayOf(other.start).start));
    for (const { give, place, rule } of relaxationsOf(plan, visit, { room, otherDays })) {
      seen.add(give.kind);
      if (give.kind === 'sync') {
        const [apart, ...others] = violationsAt(plan, visit, place.staff, place.start);
        expect([apart?.rule, ...others]).toEqual(['SCH-SYNC']);
        expect(apart?.params.deviationMinutes).toBeLessThanOrEqual(give.minutes);
        expect(apart?.params.deviationMinutes).toBeGreaterThan(give.minutes - RELAX_STEP);
        continue;
      }
      const after = given(plan, visit, place.staff, give, room);
      expect(violationsAt(after, visit, place.staff, place.start), `${rule} ${give.kind}`).toEqual([]);
      expect(bestStart(after, visit, place.staff)).not.toBeNull();
      if (give.kind === 'move') {
        after.place(visit, place.staff, place.start);
        expect(violationsAt(after, give.other, give.to.staff, give.to.start)).toEqual([]);
      }
      const less = lessOf(give);
      if (less === null) continue;
      for (const one of OWN.has(less.kind) ? [place.staff] : plan.routes.keys()) {
        expect(bestStart(given(plan, visit, one, less, room), visit, one), `less ${less.kind}`).toBeNull();
      }
    }
  }
  expect(plan.snapshot()).toEqual(before);
  return seen;
}

describe('relaxations', () => {
  it('each one places the visit, breaks no rule, and a smaller one of its kind does not', () => {
    fc.assert(
      fc.property(weeks, fc.constantFrom(1, 0.4), (options, capacity) => void holds(options, capacity)),
      { numRuns: 30 },
    );
  });

  it('every kind comes up', () => {
    const seen = Array.from({ length: 16 }, (_, seed) => [
      ...holds(
        { seed, staff: 2 + (seed % 5), visits: 30 + 5 * (seed % 7), days: 1 + (seed % 3), spaced: 0, restMinutes: 0 },
        seed % 4 === 0 ? 0.4 : 1,
      ),
      ...holds({ seed, staff: 4 + (seed % 4), visits: 40, days: 2, spaced: 0.6, paired: 0.5 }, 1),
    ]).flat();
    // Those that seldom come up have examples of their own below.
    const bent = ['notice', 'skill', 'spacing'];
    const given = ['capacity', 'day', 'earlier', 'later', 'move', 'provider', 'shift'];
    expect([...new Set(seen)].sort()).toEqual([...bent, ...given].sort());
  });

  const day = dayOf(MONDAY);
  const ask = (staff: EngineStaff[], visits: EngineVisit[], options: RelaxOptions = { room: [day] }) =>
    relaxationsOf(planOf(weekOf(staff, visits)), 0, options).map(({ rule, give, place }) => ({
      rule,
      give,
      at: place.start,
    }));
  const narrow = { startWindows: [{ start: at('12:00'), end: at('12:10') }] };
  const busy = (from: string, more: Partial<EngineVisit> = {}): EngineVisit =>
    visitOf(`busy ${from}`, { fixed: true, placed: { staffId: 'ann', start: at(from) }, ...more });

  it('SCH-REST is not offered where an organisation has set it to block', () => {
    const nightAndDay = staffOf('ann', {
      shifts: [
        { start: at('08:00'), end: at('22:00') },
        { start: at('30:00'), end: at('38:00') },
      ],
      capacityMinutes: 2_000,
    });
    const late = visitOf('late', { fixed: true, placed: { staffId: 'ann', start: at('20:30') } });
    const early = visitOf('early', { startWindows: [{ start: at('31:00'), end: at('31:00') }] });
    const asked = (level: 'warn' | 'block') =>
      relaxationsOf(
        planOf(weekOf([nightAndDay], [early, late], { restMinutes: 660, levels: { 'SCH-REST': level } })),
        0,
      );
    expect(asked('warn').map(({ rule, give }) => ({ rule, give }))).toContainEqual({
      rule: 'SCH-REST',
      give: { kind: 'rest', minutes: 90 },
    });
    expect(asked('block').map(({ rule }) => rule)).not.toContain('SCH-REST');
  });

  it('SCH-BREAK the break that is shortened by least', () => {
    const rested = (id: string, minutes: number): EngineStaff => ({
      ...staffOf(id),
      shifts: [{ start: at('08:00'), end: at('16:00'), break: { start: at('12:00'), end: at('13:00'), minutes } }],
    });
    const asked = visitOf('v', { minutes: 75, startWindows: [{ start: at('11:20'), end: at('11:25') }] });
    expect(ask([rested('ann', 45), rested('bob', 40)], [asked], {})).toEqual([
      { rule: 'SCH-BREAK', give: { kind: 'break', minutes: 15 }, at: at('11:20') },
    ]);
  });

  it('SCH-SYNC the two carers of a pair as little out of step as will do', () => {
    const first = visitOf('first', { patientId: 'p', placed: { staffId: 'bob', start: at('10:00') } });
    const second = visitOf('second', { patientId: 'p', pair: { firstId: 'first', leastMinutes: 0, mostMinutes: 0 } });
    const found = ask([staffOf('ann'), staffOf('bob')], [second, first, busy('09:30', { minutes: 50 })]);
    expect(found).toContainEqual({ rule: 'SCH-SYNC', give: { kind: 'sync', minutes: 20 }, at: at('10:20') });
  });

  it('SCH-BLOCKED comes last, after a skill that is missing', () => {
    const asked = visitOf('v', { skills: ['fr'], blockedStaffIds: ['bob'] });
    const found = ask([staffOf('ann'), staffOf('bob', { skills: ['fr'] })], [asked]);
    expect(found.map(({ give }) => give)).toEqual([{ kind: 'skill', missing: ['fr'] }, { kind: 'blocked' }]);
  });

  it('none when somebody can take it', () => {
    expect(ask([staffOf('ann')], [visitOf('v')])).toEqual([]);
  });

  it('SCH-WINDOW widens to the nearest five minutes on each side', () => {
    const busyWeek = [visitOf('v', narrow), busy('11:33', { minutes: 60 })];
    expect(ask([staffOf('ann')], busyWeek)).toEqual([
      { rule: 'SCH-WINDOW', give: { kind: 'later', minutes: 25 }, at: at('12:35') },
      { rule: 'SCH-WINDOW', give: { kind: 'earlier', minutes: 90 }, at: at('10:30') },
    ]);
  });

  it('SCH-WINDOW stays inside its room', () => {
    const room = [{ start: at('11:00'), end: at('12:30') }];
    expect(ask([staffOf('ann')], [visitOf('v', narrow), busy('11:33')], { room })).toEqual([]);
  });

  it('SCH-WINDOW another day, the nearest first', () => {
    const otherDays = [3, 2].map((count) => ({ start: at('09:00') + count * DAY, end: at('10:00') + count * DAY }));
    const shifts = [0, 2, 3].map((count) => ({ start: at('08:00') + count * DAY, end: at('16:00') + count * DAY }));
    expect(ask([staffOf('ann', { shifts })], [visitOf('v', narrow), busy('11:30')], { otherDays })).toEqual([
      { rule: 'SCH-WINDOW', give: { kind: 'day', days: 2, window: otherDays[1] }, at: at('09:00') + 2 * DAY },
    ]);
  });

  it('SCH-PROVIDER a partner’s carer instead of our own', () => {
    const staff = [staffOf('ann', { capacityMinutes: 0, shifts: [] }), staffOf('pat', { partner: true })];
    expect(ask(staff, [visitOf('v', { provider: 'own' })])).toEqual([
      { rule: 'SCH-PROVIDER', give: { kind: 'provider' }, at: at('08:00') },
    ]);
  });

  it('SCH-CAPACITY the carer who goes over by least', () => {
    const staff = [staffOf('ann', { capacityMinutes: 20 }), staffOf('bob', { capacityMinutes: 43 })];
    expect(ask(staff, [visitOf('v')])).toEqual([
      { rule: 'SCH-CAPACITY', give: { kind: 'capacity', minutes: 17 }, at: at('08:00') },
    ]);
  });

  const org = (id: string, more: Partial<EnginePartner> = {}): EnginePartner => ({ id, ...more });
  const theirs = (id: string, partnerId: string): EngineStaff => staffOf(id, { partner: true, partnerId });
  const day3 = { start: at('08:00') + 3 * DAY, end: at('12:00') + 3 * DAY };
  const day3Shift = [{ start: at('08:00') + 3 * DAY, end: at('16:00') + 3 * DAY }];

  // Two organisations: whose carer, what was agreed with each, what gives way and where the visit goes.
  it.each([
    [
      'notice: the fewest days',
      [{ earliest: MONDAY + 6 * DAY }, { earliest: MONDAY + 5 * DAY }],
      'pia',
      { kind: 'notice', days: 2 },
    ],
    [
      'notice: one of them only',
      [{ earliest: MONDAY + 4 * DAY }, { capacityMinutes: 0, earliest: MONDAY + 5 * DAY }],
      'pat',
      { kind: 'notice', days: 1 },
    ],
    [
      'hours: the fewest minutes',
      [{ capacityMinutes: 30 }, { capacityMinutes: 45 }],
      'pia',
      { kind: 'partnerHours', minutes: 15 },
    ],
    [
      'hours and notice, the less strain',
      [{ capacityMinutes: 0 }, { earliest: MONDAY + 4 * DAY }],
      'pat',
      { kind: 'partnerHours', minutes: 60 },
    ],
    [
      'both of one: no single change',
      [{ capacityMinutes: 0, earliest: MONDAY + 4 * DAY }, { services: [] }],
      null,
      null,
    ],
  ] satisfies [string, [Partial<EnginePartner>, Partial<EnginePartner>], string | null, Give | null][])(
    'SCH-NOTICE, SCH-PARTNER-CAPACITY %s',
    (_, [first, second], carer, give) => {
      const staff = [theirs('pat', 'one'), theirs('pia', 'two')].map((row) => ({ ...row, shifts: day3Shift }));
      const visits = [visitOf('v', { startWindows: [day3], service: 'nursing' })];
      const plan = planOf(weekOf(staff, visits, { partners: [org('one', first), org('two', second)] }));
      const [best] = relaxationsOf(plan, 0);
      expect(best?.give ?? null).toEqual(give);
      expect(best ? staff[best.place.staff]?.id : null).toBe(carer);
      if (best) expect(best.place.start).toBe(day3.start);
      const block = { 'SCH-NOTICE': 'block', 'SCH-PARTNER-CAPACITY': 'block' } as const;
      const held = weekOf(staff, visits, { partners: [org('one', first), org('two', second)], levels: block });
      expect(relaxationsOf(planOf(held), 0)).toEqual([]);
    },
  );

  it('SCH-AVAILABILITY the shift that grows by least', () => {
    const late = { startWindows: [{ start: at('15:40'), end: at('15:50') }] };
    const staff = [staffOf('ann'), staffOf('bob', { shifts: [{ start: at('09:00'), end: at('16:20') }] })];
    expect(ask(staff, [visitOf('v', late)])).toContainEqual({
      rule: 'SCH-AVAILABILITY',
      give: { kind: 'shift', shift: 0, side: 'end', minutes: 20 },
      at: at('15:40'),
    });
  });

  it('SCH-ROLE nobody else’s role is bent', () => {
    expect(ask([staffOf('ann', { role: 'psw' })], [visitOf('v')])).toEqual([]);
  });

  it('SCH-OVERLAP-STAFF another visit makes room, never a fixed or a more urgent one', () => {
    const waiting = visitOf('v', { ...narrow, priority: 2 });
    const other = (more: Partial<EngineVisit>): EngineVisit => busy('11:30', { fixed: false, ...more });
    const [moved] = ask([staffOf('ann')], [waiting, other({})], {});
    expect(moved).toMatchObject({ give: { kind: 'move', other: 1 }, at: at('12:00') });
    expect(ask([staffOf('ann')], [waiting, other({ fixed: true })], {})).toEqual([]);
    expect(ask([staffOf('ann')], [waiting, other({ priority: 3 })], {})).toEqual([]);
  });
});
