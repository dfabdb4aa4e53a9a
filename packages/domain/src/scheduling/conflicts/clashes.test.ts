import { daysOfWeek, epochMinuteOf, weekOfDate } from '@fieldfare/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deriveClashes, type PlacedVisit } from './clashes.ts';

const ZONE = 'America/Toronto';
/** The end of one week and the start of the next, with the autumn change between. */
const DATES = [...daysOfWeek(weekOfDate('2026-11-01')).slice(5), ...daysOfWeek(weekOfDate('2026-11-02')).slice(0, 2)];

const stamp = (n: number): string => `${n.toString(16).padStart(12, '0')}-0000-n`;
const mark = fc.nat(50).map((n) => ({ by: `user${n % 3}`, stamp: stamp(n) }));

const placed: fc.Arbitrary<PlacedVisit> = fc
  .record({
    visitId: fc.nat(30).map((n) => `visit${n}`),
    patientId: fc.constantFrom('p1', 'p2', 'p3'),
    staffId: fc.constantFrom('s1', 's2', 's3'),
    date: fc.constantFrom(...DATES),
    start: fc.constantFrom('00:00', '00:30', '01:00', '01:30', '02:00', '22:00', '23:00', '23:45'),
    minutes: fc.constantFrom(15, 30, 60, 240),
    dateSet: mark,
    startSet: mark,
    staffSet: mark,
  })
  .map((visit) => ({
    ...visit,
    regionId: 'r',
    zone: ZONE,
    week: weekOfDate(visit.date),
    serviceCode: 'nursing',
    minutesStamp: stamp(1),
    pairOf: null,
  }));
const week = fc.uniqueArray(placed, { selector: ({ visitId }) => visitId, maxLength: 14 });

const pairsOf = (conflicts: ReturnType<typeof deriveClashes>): string[] =>
  conflicts.map(({ kind, visitIds }) => `${kind} ${[...visitIds].sort().join(' ')}`).sort();
const sorted = (conflicts: ReturnType<typeof deriveClashes>) => conflicts.toSorted((a, b) => (a.id < b.id ? -1 : 1));

describe('double bookings', () => {
  it('CNF-STAFF CNF-PATIENT finds exactly the pairs that share a minute, weeks and clock changes notwithstanding', () => {
    fc.assert(
      fc.property(week, (visits) => {
        const expected: string[] = [];
        for (const [i, a] of visits.entries()) {
          for (const b of visits.slice(i + 1)) {
            const [from, other] = [a, b].map(({ date, start }) => epochMinuteOf(date, start, ZONE)) as [number, number];
            if (from >= other + b.minutes || other >= from + a.minutes) continue;
            const ids = [a.visitId, b.visitId].sort().join(' ');
            if (a.staffId === b.staffId) expected.push(`double-booked-staff ${ids}`);
            if (a.patientId === b.patientId) expected.push(`double-booked-patient ${ids}`);
          }
        }
        expect(pairsOf(deriveClashes(visits))).toEqual(expected.sort());
      }),
      { numRuns: 200 },
    );
  });

  it('CNF-SAME the order of the rows changes nothing, ids included', () => {
    fc.assert(
      fc.property(
        week.chain((visits) =>
          fc.tuple(fc.constant(visits), fc.shuffledSubarray(visits, { minLength: visits.length })),
        ),
        ([visits, shuffled]) => {
          expect(sorted(deriveClashes(shuffled))).toEqual(sorted(deriveClashes(visits)));
        },
      ),
    );
  });

  it('CNF-HOLD the visit that was put in its place first comes first', () => {
    fc.assert(
      fc.property(week, (visits) => {
        for (const { facts } of deriveClashes(visits)) {
          if (facts.kind !== 'double-booked-staff' && facts.kind !== 'double-booked-patient') continue;
          const [first, second] = facts.sides;
          expect(first.stamp <= second.stamp).toBe(true);
        }
      }),
    );
  });

  it('CNF-SAME moving one side makes another conflict; the old acceptance does not cover it', () => {
    const base = {
      regionId: 'r',
      zone: ZONE,
      week: '2026-W48',
      serviceCode: 'n',
      minutes: 60,
      date: '2026-11-24',
      start: '09:00',
      pairOf: null,
    };
    const at = (n: number) => ({ by: 'u', stamp: stamp(n) });
    const marks = (n: number) => ({ dateSet: at(n), startSet: at(n), staffSet: at(n), minutesStamp: stamp(n) });
    const a: PlacedVisit = { ...base, ...marks(1), visitId: 'a', patientId: 'p', staffId: 's' };
    const b: PlacedVisit = { ...base, ...marks(2), visitId: 'b', patientId: 'q', staffId: 's' };
    const [before] = deriveClashes([a, b]);
    const [after] = deriveClashes([a, { ...b, start: '09:15', startSet: at(3) }]);
    expect(before?.visitIds).toEqual(['a', 'b']);
    expect(after?.id).not.toBe(before?.id);
  });
});
