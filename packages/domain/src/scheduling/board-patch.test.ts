import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BoardConflict, BoardLane, BoardVisit, WeekBoard } from './board.ts';
import { applyBoardEvent, compareLanes, compareVisits, diffBoards } from './board-patch.ts';

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const lane = fc.record({
  staffId: key,
  name: fc.constantFrom('Joan', 'Carl', 'Pia'),
  role: fc.constant('rn'),
  team: fc.constantFrom('East', 'West'),
  employmentType: fc.constant('casual'),
  partnerName: fc.constantFrom(null, 'Partner'),
  capacityMinutes: fc.constant(100),
  bookedMinutes: fc.nat(3),
  availability: fc.constantFrom([[{ from: '08:00', to: '12:00' }]], [[]]),
  absence: fc.constantFrom([null], ['sick']),
});
const visit = fc.record({
  id: key,
  patientId: key,
  patientName: fc.constantFrom('Simone', 'Paul'),
  patientRisk: fc.constant<'low'>('low'),
  municipality: fc.constant(''),
  serviceCode: fc.constant('nursing'),
  serviceName: fc.constant('Nursing'),
  colour: fc.constant('blue'),
  date: fc.constantFrom(null, '2026-11-24'),
  start: fc.constantFrom(null, '09:00'),
  minutes: fc.nat(3),
  windowFrom: fc.constant('08:00'),
  windowTo: fc.constant('09:00'),
  priority: fc.constant<'high'>('high'),
  providerPreference: fc.constant<'any'>('any'),
  note: fc.constant(''),
  staffId: fc.option(key),
  pinned: fc.boolean(),
  pair: fc.constant(null),
  conflictIds: fc.subarray(['x', 'y']),
  stamp: fc.constantFrom('1', '2'),
});
const conflict = fc.record({
  id: key,
  kind: fc.constant<'edit-delete'>('edit-delete'),
  visitIds: fc.subarray(['a', 'b']),
  staffId: fc.constant(null),
  patientId: fc.constant(null),
  date: fc.constant(null),
  title: fc.constantFrom('one', 'two'),
  explanation: fc.constant(''),
  sides: fc.constant([]),
  choices: fc.constant([]),
  resolution: fc.constant(null),
});
const unique = <T>(of: fc.Arbitrary<T>, idOf: (item: T) => string): fc.Arbitrary<T[]> =>
  fc.uniqueArray(of, { selector: idOf, maxLength: 6 });

const board: fc.Arbitrary<WeekBoard> = fc
  .record({
    lanes: unique(lane as fc.Arbitrary<BoardLane>, ({ staffId }) => staffId),
    visits: unique(visit as fc.Arbitrary<BoardVisit>, ({ id }) => id),
    conflicts: unique(conflict as fc.Arbitrary<BoardConflict>, ({ id }) => id),
    writable: fc.boolean(),
  })
  .map(({ lanes, visits, conflicts, writable }) => ({
    regionId: 'r',
    regionName: 'East',
    week: '2026-W48',
    zone: 'America/Toronto',
    days: [],
    lanes: lanes.sort(compareLanes),
    visits: visits.sort(compareVisits),
    conflicts,
    writable,
    sealed: false,
  }));

describe('board patches', () => {
  it('BRD-PATCH apply(diff(a, b), a) = b, and no event only when they are equal', () => {
    fc.assert(
      fc.property(board, board, (a, b) => {
        const event = diffBoards(a, b);
        if (event === null) expect(a).toEqual(b);
        else expect(applyBoardEvent(a, event)).toEqual(b);
        expect(diffBoards(b, structuredClone(b))).toBe(null);
      }),
      { numRuns: 300 },
    );
  });

  it('BRD-PATCH keeps the identity of what did not change', () => {
    fc.assert(
      fc.property(board, board, (a, b) => {
        const event = diffBoards(a, { ...b, writable: a.writable });
        const next = event && applyBoardEvent(a, event);
        for (const one of next?.visits ?? []) {
          const before = a.visits.find(({ id }) => id === one.id);
          if (before && JSON.stringify(before) === JSON.stringify(one)) expect(one).toBe(before);
        }
      }),
    );
  });

  it('BRD-PATCH a patch without a snapshot before it changes nothing', () => {
    const event = { type: 'patch', lanes: [], removedLanes: [], visits: [], removedVisits: [] } as const;
    expect(applyBoardEvent(null, event)).toBe(null);
  });
});
