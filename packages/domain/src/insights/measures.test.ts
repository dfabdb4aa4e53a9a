import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { continuityIndex, measureWeek, type VisitFact, type WeekFacts } from './measures.ts';

const HOUR = 60;

const visit = (over: Partial<VisitFact> = {}): VisitFact => ({
  patientId: 'ann',
  requirementId: null,
  date: '2026-11-23',
  start: 9 * HOUR,
  minutes: 60,
  cancelled: false,
  staffId: 'joan',
  ...over,
});

/** Ten minutes between any two places, five from or to home. */
const facts = (over: Partial<WeekFacts> = {}): WeekFacts => ({
  visits: [],
  carers: [
    { id: 'joan', partner: false, capacityMinutes: 120 },
    { id: 'carl', partner: false, capacityMinutes: 600 },
    { id: 'pia', partner: true, capacityMinutes: 600 },
  ],
  beginnings: [],
  travel: (_, from, to) => (from === null || to === null ? 5 : 10),
  ...over,
});

describe('outcome measures', () => {
  it('INS-COVERED counts what is cancelled, has no carer, no day or no time', () => {
    const visits = [
      visit(),
      visit({ cancelled: true }),
      visit({ staffId: null }),
      visit({ start: null }),
      visit({ date: null, start: null }),
    ];
    expect(measureWeek(facts({ visits })).uncovered).toEqual({ value: 4 / 5, part: 4, of: 5 });
  });

  it.each([
    ['one carer', ['a', 'a', 'a'], 1],
    ['a new one each time', ['a', 'b', 'c'], 0],
    // n = 10, n_j = 5, 3, 2: (25 + 9 + 4 − 10) ÷ 90
    ['a worked example', [...'aaaaabbbcc'], 28 / 90],
    ['two of three', ['a', 'a', 'b'], 2 / 6],
  ])('INS-CONTINUITY of %s', (_, carers, index) => {
    expect(continuityIndex(carers)).toBeCloseTo(index, 12);
  });

  it('INS-CONTINUITY has nothing to say about one visit, and averages patients alike', () => {
    expect(continuityIndex(['a'])).toBeNull();
    const visits = [
      ...['joan', 'joan', 'joan', 'joan'].map((staffId) => visit({ staffId })),
      ...['joan', 'carl'].map((staffId) => visit({ patientId: 'bob', staffId })),
      visit({ patientId: 'cy' }),
    ];
    expect(measureWeek(facts({ visits })).continuity).toEqual({ value: 0.5, part: 1, of: 2 });
  });

  it('INS-TRAVEL goes from home over the day’s visits and home again, each day, own staff only', () => {
    const visits = [
      visit({ start: 11 * HOUR, patientId: 'bob' }),
      visit({ start: 9 * HOUR }),
      visit({ date: '2026-11-24' }),
      visit({ staffId: 'pia' }),
    ];
    // Monday 5 + 10 + 5, Tuesday 5 + 5
    expect(measureWeek(facts({ visits })).travelPerVisit).toEqual({ value: 10, part: 30, of: 3 });
  });

  it('INS-OVERTIME INS-USE INS-PARTNER go by minutes of visits and capacity', () => {
    const visits = [
      visit({ minutes: 100 }),
      visit({ minutes: 80 }),
      visit({ staffId: 'carl', minutes: 60 }),
      visit({ staffId: 'pia', minutes: 60 }),
    ];
    const { overtime, use, partnerShare } = measureWeek(facts({ visits }));
    expect(overtime).toEqual({ value: 60 / 720, part: 60, of: 720 });
    expect(use).toEqual({ value: 240 / 720, part: 240, of: 720 });
    expect(partnerShare).toEqual({ value: 60 / 300, part: 60, of: 300 });
  });

  it('INS-FIRST is the mean wait of what began, and says how many still wait', () => {
    const beginnings = [
      { startsOn: '2026-11-23', firstVisit: '2026-11-23' },
      { startsOn: '2026-11-23', firstVisit: '2026-11-26' },
      { startsOn: '2026-11-24', firstVisit: null },
    ];
    const measured = measureWeek(facts({ beginnings }));
    expect([measured.daysToFirstVisit, measured.waitingForFirst]).toEqual([{ value: 1.5, part: 3, of: 2 }, 1]);
  });

  it('says null, not zero, where there is nothing to measure', () => {
    const { waitingForFirst, use, overtime, ...rest } = measureWeek(facts());
    expect(Object.values(rest).map(({ value }) => value)).toEqual([null, null, null, null, null]);
    expect([waitingForFirst, use.value, overtime.value]).toEqual([0, 0, 0]);
    expect(measureWeek(facts({ carers: [] })).use.value).toBeNull();
  });

  it('shares lie between 0 and 1, and the order of visits means nothing', () => {
    const visits = fc.array(
      fc.record({
        patientId: fc.constantFrom('ann', 'bob', 'cy'),
        requirementId: fc.constant(null),
        date: fc.constantFrom(null, '2026-11-23', '2026-11-24'),
        start: fc.option(fc.integer({ min: 0, max: 1_400 })),
        minutes: fc.integer({ min: 5, max: 120 }),
        cancelled: fc.boolean(),
        staffId: fc.constantFrom(null, 'joan', 'carl', 'pia'),
      }),
      { maxLength: 12 },
    );
    // Equal starts of one carer have no order of their own.
    const distinct = (all: readonly VisitFact[]): VisitFact[] => [
      ...new Map(all.map((one) => [one.start, one])).values(),
    ];
    fc.assert(
      fc.property(visits, (all) => {
        const some = distinct(all);
        const measured = measureWeek(facts({ visits: some }));
        for (const { value } of [measured.uncovered, measured.continuity, measured.partnerShare]) {
          expect(value ?? 0).toBeGreaterThanOrEqual(0);
          expect(value ?? 0).toBeLessThanOrEqual(1);
        }
        expect(measureWeek(facts({ visits: some.toReversed() }))).toEqual(measured);
      }),
    );
  });
});
