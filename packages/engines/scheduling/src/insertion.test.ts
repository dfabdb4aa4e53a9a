import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateWeek, MONDAY } from '../test/generate.ts';
import { at, planOf, staffOf, visitOf, weekOf } from '../test/week.ts';
import { fits, violationsAt } from './feasibility.ts';
import { funnelOf } from './funnel.ts';
import { bestStart, candidates, insertionAt, nearestMiss } from './insertion.ts';
import { createPlan, type Plan, withStartWindows } from './plan.ts';
import { componentsOf, costOf } from './score.ts';

/** A week with some visits placed by the rules and a few at random. */
function halfFull(seed: number, mess: number, buckets = true, breaks = 0): Plan {
  const plan = planOf(generateWeek({ seed, staff: 5, visits: 40, days: 2, mess, buckets, breaks }));
  for (let visit = 0; visit < 40; visit += 2) {
    const [best] = plan.placementOf(visit) === null ? candidates(plan, visit) : [];
    if (best !== undefined) plan.place(visit, best.staff, best.start);
  }
  return plan;
}

describe('withStartWindows', () => {
  it('asks the same week with other windows for one visit, and leaves the plan as it was', () => {
    const windows = [
      { start: MONDAY + 100, end: MONDAY + 700 },
      { start: MONDAY + 1540, end: MONDAY + 2140 },
      { start: MONDAY + 2980, end: MONDAY + 3580 },
    ];
    const problem = generateWeek({ seed: 9, staff: 5, visits: 30, days: 3, mess: 0.2 });
    for (const visit of [0, 14, 29]) {
      const plan = planOf(problem);
      const changed = planOf({
        ...problem,
        visits: problem.visits.map((row, index) => (index === visit ? { ...row, startWindows: windows } : row)),
      });
      const view = withStartWindows(plan, visit, windows);
      for (const asked of [visit, (visit + 1) % 30]) {
        expect(candidates(view, asked)).toEqual(candidates(changed, asked));
        for (let staff = 0; staff < 5; staff += 1) {
          expect(violationsAt(view, asked, staff, MONDAY + 600)).toEqual(
            violationsAt(changed, asked, staff, MONDAY + 600),
          );
        }
      }
      expect(candidates(plan, visit)).toEqual(candidates(planOf(problem), visit));
    }
  });
});

describe('bestStart', () => {
  it('finds a start exactly when some minute fits, and the start fits', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.constantFrom(0, 0.1, 0.4),
        fc.boolean(),
        fc.boolean(),
        (seed, mess, buckets, breaks) => {
          const plan = halfFull(seed, mess, buckets, breaks ? 0.8 : 0);
          for (let visit = 1; visit < 40; visit += 3) {
            for (let staff = 0; staff < 5; staff += 1) {
              const best = bestStart(plan, visit, staff);
              if (best !== null) expect(violationsAt(plan, visit, staff, best.start)).toEqual([]);
              else {
                let minute = MONDAY;
                while (minute < MONDAY + 2 * 1440 && !fits(plan, visit, staff, minute)) minute += 1;
                expect(minute).toBe(MONDAY + 2 * 1440);
              }
            }
          }
        },
      ),
      { numRuns: 15 },
    );
  });

  it('prices exactly: components before + insertion = components after, also when rules are broken', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(0, 0.3), (seed, mess) => {
        const plan = halfFull(seed, mess);
        const { compiled } = plan;
        for (let visit = 0; visit < compiled.visitCount; visit += 1) {
          const staff = (visit * 7) % compiled.staffCount;
          const start = MONDAY + 400 + ((visit * 131 + seed) & 2047);
          const priced = insertionAt(plan, visit, staff, start);
          plan.remove(visit); // the price was as if it stood nowhere
          const before = componentsOf(plan);
          plan.place(visit, staff, start);
          const after = componentsOf(plan);
          for (const name of Object.keys(after) as (keyof typeof after)[]) {
            expect(priced.components[name]).toBe(after[name] - before[name]);
            expect(Number.isInteger(priced.components[name])).toBe(true);
          }
          expect(priced.cost).toBe(costOf(after) - costOf(before));
        }
      }),
      { numRuns: 25 },
    );
  });

  it.each([
    ['a', '10:15', 0, []],
    ['a', '10:16', 1, ['TOLD-TIME']],
    ['b', '09:45', 2, ['TOLD-CARER']],
    ['b', '09:44', 3, ['TOLD-CARER', 'TOLD-TIME']],
  ] as const)('counts disruption: told a at 10:00, then %s at %s is %i points', (staff, time, points, codes) => {
    const visit = visitOf('v', { told: { staffId: 'a', start: at('10:00') } });
    const plan = planOf(
      weekOf([staffOf('a'), staffOf('b')], [visit, visitOf('w', { told: { staffId: 'x', start: 1 } })]),
    );
    const { components, reasons } = insertionAt(plan, 0, staff === 'a' ? 0 : 1, at(time));
    expect(components.disruption).toBe(points);
    expect(reasons.map(({ code }) => code).filter((code) => code.startsWith('TOLD'))).toEqual(codes);
    expect(insertionAt(plan, 1, 0, at(time)).components.disruption).toBe(0);
    expect(bestStart(plan, 0, 0)?.start).toBe(at('10:00'));
  });

  it.each([
    ['own, up to capacity', {}, 60, { overtime: 0, partnerCost: 0 }, []],
    ['own, above it', {}, 75, { overtime: 15, partnerCost: 0 }, ['OVERTIME']],
    [
      'a partner’s, above it',
      { partner: true, centsAnHour: 4_010 },
      75,
      { overtime: 0, partnerCost: 50 },
      ['PARTNER-PRICE'],
    ],
  ] as const)('counts overtime and a partner’s price: %s', (_, more, minutes, expected, codes) => {
    const staff = staffOf('a', { capacityMinutes: 120, overtimeMinutes: 15, ...more });
    const other = visitOf('other', { placed: { staffId: 'a', start: at('08:00') } });
    const plan = planOf(weekOf([staff], [visitOf('v', { minutes }), other]));
    const best = bestStart(plan, 0, 0);
    expect(best?.components).toMatchObject(expected);
    expect(best?.reasons.map(({ code }) => code).filter((code) => /OVERTIME|PARTNER/.test(code))).toEqual(codes);
  });

  it('leaves hard by the neighbour on a five-minute grid, or on the exact minute where only that fits', () => {
    const other = visitOf('other', { place: 12, placed: { staffId: 'a', start: at('08:00') } });
    const plan = planOf(weekOf([staffOf('a')], [visitOf('v'), other]));
    expect(bestStart(plan, 0, 0)?.start).toBe(at('09:15'));
    const after = visitOf('after', { place: 0, placed: { staffId: 'a', start: at('10:13') } });
    const tight = planOf(weekOf([staffOf('a')], [visitOf('v', { minutes: 61 }), other, after]));
    expect(bestStart(tight, 0, 0, { start: at('08:00'), end: at('10:00') })?.start).toBe(at('09:12'));
  });

  it('finds the few minutes in which a later departure arrives earlier', () => {
    const slow = (departure: number): boolean => departure < at('10:00') || departure >= at('10:05');
    const week = weekOf(
      [staffOf('a')],
      [
        visitOf('v', { minutes: 30, startWindows: [{ start: at('09:25'), end: at('09:40') }] }),
        visitOf('next', { place: 20, placed: { staffId: 'a', start: at('10:10') } }),
      ],
      {
        travelMinutes: (from, to, departure) => Math.abs(from - to) * (slow(departure) ? 1 : 0.5),
        travelBucket: (departure) => (slow(departure) ? 1 : 0),
      },
    );
    expect(bestStart(planOf(week), 0, 0)?.start).toBe(at('09:30'));
    // Without buckets the engine cannot know where travel changes, and finds it all the same.
    const { travelBucket: _, ...without } = week;
    expect(bestStart(planOf(without), 0, 0)?.start).toBe(at('09:30'));
  });

  it('waits for the long visit that a shorter one lies under (a tangled merge)', () => {
    const long = visitOf('long', { minutes: 240, placed: { staffId: 'a', start: at('08:00') } });
    const short = visitOf('short', { minutes: 15, placed: { staffId: 'a', start: at('08:30') } });
    const plan = planOf(weekOf([staffOf('a')], [visitOf('v'), long, short]));
    expect(bestStart(plan, 0, 0)?.start).toBe(at('12:00'));
  });

  it('keeps to the interval asked for, and near a wish among equals', () => {
    const plan = planOf(weekOf([staffOf('a')], [visitOf('v')]));
    expect(bestStart(plan, 0, 0, { start: at('10:02'), end: at('11:00') })?.start).toBe(at('10:05'));
    expect(bestStart(plan, 0, 0, { start: at('10:02'), end: at('11:00') }, at('10:47'))?.start).toBe(at('10:47'));
    expect(bestStart(plan, 0, 0, { start: at('15:01'), end: at('18:00') })).toBeNull();
  });
});

describe('candidates', () => {
  const week = weekOf(
    [staffOf('far', { homePlace: 40 }), staffOf('known'), staffOf('liked'), staffOf('aide', { role: 'aide' })],
    [
      visitOf('v', { patientId: 'p', preferredStaffId: 'liked' }),
      visitOf('w', { patientId: 'p', placed: { staffId: 'known', start: at('08:00') } }),
    ],
  );

  it('rank by cost and say why, with a status', () => {
    const found = candidates(planOf(week), 0);
    expect(found.map(({ staff, match }) => [week.staff[staff]?.id, match])).toEqual([
      ['known', 'moderate'],
      ['liked', 'strong'],
      ['far', 'moderate'],
    ]);
    expect(found.map(({ cost }) => cost)).toEqual(found.map(({ cost }) => cost).sort((a, b) => a - b));
    expect(found[1]?.reasons.map(({ code }) => code)).toContain('CONT-PREFERRED');
    expect(found[2]?.reasons).toContainEqual({ code: 'TRAVEL-LONG', value: 80 });
  });

  it('do not change the plan', () => {
    const plan = planOf(generateWeek({ seed: 4, staff: 6, visits: 30, mess: 0.3 }));
    const before = plan.snapshot();
    for (let visit = 0; visit < 30; visit += 1) candidates(plan, visit);
    expect(plan.snapshot()).toEqual(before);
  });
});

describe('nearestMiss', () => {
  it('names the least bad start of a cell and what speaks against it', () => {
    const plan = planOf(
      weekOf(
        [staffOf('a', { shifts: [{ start: at('13:00'), end: at('18:00') }] })],
        [visitOf('v', { startWindows: [{ start: at('08:00'), end: at('12:30') }] })],
      ),
    );
    const miss = nearestMiss(plan, 0, 0, { start: at('00:00'), end: at('23:59') });
    expect(miss?.start).toBe(at('12:30'));
    expect(miss?.violations.map(({ rule }) => rule)).toEqual(['SCH-AVAILABILITY']);
  });

  it('prefers any number of warnings to one blocking violation, and gives the fit when there is one', () => {
    const busy = visitOf('busy', { minutes: 480, placed: { staffId: 'a', start: at('08:00') } });
    const plan = planOf(weekOf([staffOf('a', { capacityMinutes: 480 }), staffOf('b')], [visitOf('v'), busy]));
    const day = { start: at('00:00'), end: at('23:00') };
    const miss = nearestMiss(plan, 0, 0, day);
    expect(miss?.violations.map(({ severity }) => severity)).not.toContain('block');
    expect(miss?.violations.length).toBeGreaterThan(1);
    expect(nearestMiss(plan, 0, 1, day)?.violations).toEqual([]);
    expect(nearestMiss(plan, 0, 0, { start: 2, end: 1 })).toBeNull();
  });
});

describe('funnelOf', () => {
  it('counts everybody once and agrees with bestStart', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const plan = halfFull(seed, 0.2);
        for (let visit = 0; visit < 40; visit += 1) {
          if (plan.placementOf(visit) !== null) continue;
          const funnel = funnelOf(plan, visit);
          const removed = Object.values(funnel.removed).reduce((sum, count) => sum + count, 0);
          expect(removed + funnel.left).toBe(5);
          expect(funnel.left).toBe([0, 1, 2, 3, 4].filter((staff) => bestStart(plan, visit, staff) !== null).length);
          expect(funnel.main === null).toBe(funnel.left > 0);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('names each rule', () => {
    const full = visitOf('full', { patientId: 'p', minutes: 480, placed: { staffId: 'a', start: at('08:00') } });
    const mainOf = (staff: Parameters<typeof staffOf>[1], visit: Parameters<typeof visitOf>[1], others = [full]) =>
      funnelOf(planOf(weekOf([staffOf('a', { capacityMinutes: 960, ...staff })], [visitOf('v', visit), ...others])), 0)
        .main;
    expect(mainOf({}, { roles: ['ot'] })).toBe('SCH-ROLE');
    expect(mainOf({}, { provider: 'partner' })).toBe('SCH-PROVIDER');
    expect(mainOf({}, { startWindows: [] })).toBe('SCH-WINDOW');
    expect(mainOf({ shifts: [] }, {}, [])).toBe('SCH-AVAILABILITY');
    expect(mainOf({}, { patientId: 'p' })).toBe('SCH-OVERLAP-PATIENT');
    const first = visitOf('first', { patientId: 'p', placed: { staffId: 'a', start: at('10:00') } });
    const pair = { firstId: 'first', leastMinutes: 0, mostMinutes: 0 };
    expect(mainOf({}, { patientId: 'p', pair }, [first])).toBe('SCH-SYNC');
    expect(mainOf({ capacityMinutes: 480 }, {})).toBe('SCH-CAPACITY');
    expect(mainOf({}, {})).toBe('SCH-OVERLAP-STAFF');
    const [partner, partners] = [{ partner: true, partnerId: 'org' }, (terms: object) => [{ id: 'org', ...terms }]];
    const agreedOf = (terms: object) =>
      funnelOf(
        planOf(weekOf([staffOf('a', partner)], [visitOf('v', { service: 's' })], { partners: partners(terms) })),
        0,
      ).main;
    expect(agreedOf({ services: [] })).toBe('SCH-CONTRACT');
    expect(agreedOf({ earliest: at('30:00') })).toBe('SCH-NOTICE');
    expect(agreedOf({ capacityMinutes: 0 })).toBe('SCH-PARTNER-CAPACITY');
    expect(agreedOf({})).toBeNull();
    const around = [
      visitOf('x', { minutes: 180, placed: { staffId: 'a', start: at('08:00') } }),
      visitOf('y', { minutes: 180, placed: { staffId: 'a', start: at('12:59') } }),
    ];
    expect(mainOf({}, { place: 30, minutes: 60 }, around)).toBe('SCH-TRAVEL');
  });
});

describe('plan', () => {
  it('keeps booked minutes and routes equal to a plan built from scratch, whatever is placed and removed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(29), fc.integer({ min: -1, max: 5 }), fc.nat(4000)), { maxLength: 120 }),
        (steps) => {
          const plan = planOf(generateWeek({ seed: 9, staff: 6, visits: 30, mess: 0.5 }));
          const copy = plan.clone();
          const untouched = copy.snapshot();
          for (const [visit, staff, offset] of steps) {
            if (staff < 0) plan.remove(visit);
            else plan.place(visit, staff, MONDAY + offset);
          }
          const fresh = createPlan(plan.compiled);
          fresh.restore(plan.snapshot());
          expect(plan.routes).toEqual(fresh.routes);
          expect(plan.patientVisits).toEqual(fresh.patientVisits);
          expect(plan.booked).toEqual(fresh.booked);
          for (const [staff, route] of plan.routes.entries()) {
            const minutes = route.map((visit) => plan.compiled.visitMinutes[visit] as number);
            expect(plan.bookedMinutes(staff)).toBe(minutes.reduce((sum, each) => sum + each, 0));
            const starts = route.map((visit) => plan.startOf[visit] as number);
            expect(starts).toEqual([...starts].sort((a, b) => a - b));
          }
          expect(copy.snapshot()).toEqual(untouched);
        },
      ),
      { numRuns: 60 },
    );
  });
});
