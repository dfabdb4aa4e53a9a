import { describe, expect, it } from 'vitest';
import { at, weekOf } from '../test/week.ts';
import { createTravelTable } from './travel-table.ts';

describe('travel table', () => {
  it('says what the problem says, the first time and later, however long the way and whatever the hour', () => {
    let asked = 0;
    const travelMinutes = (from: number, to: number, leaving: number): number => {
      asked += 1;
      return (leaving < at('09:00') ? 2 : 1) * 5 * Math.abs(from - to);
    };
    const week = weekOf([], [], { travelMinutes, travelBucket: (leaving) => (leaving < at('09:00') ? 1 : 0) });
    const { minutes, nextChange } = createTravelTable(week);
    for (const [from, to] of [
      [0, 0],
      [0, 1],
      [0, 50],
      [0, 51],
      [99, 0],
    ] as const) {
      for (const time of ['08:00', '10:00'] as const) {
        const wanted = from === to ? 0 : travelMinutes(from, to, at(time));
        expect([minutes(from, to, at(time)), minutes(from, to, at(time))]).toEqual([wanted, wanted]);
      }
    }
    asked = 0;
    minutes(0, 50, at('10:30'));
    expect(asked).toBe(0);
    minutes(0, 51, at('10:30')); // 255 minutes: more than a cell holds
    expect(asked).toBe(1);
    expect(nextChange(at('08:15'))).toBe(at('09:00'));
  });

  it('says the same by rank', () => {
    const travelMinutes = (from: number, to: number, leaving: number): number =>
      (leaving < at('09:00') ? 2 : 1) * (10 * from + to);
    const order = Int32Array.of(3, 1, 4, 0, 2);
    const week = weekOf([], [], {
      travelMinutes,
      placeCount: 5,
      travelBucket: (leaving) => (leaving < at('09:00') ? 1 : 0),
    });
    const { travelBucket: _none, ...withoutBuckets } = week;
    for (const problem of [week, withoutBuckets]) {
      const minutes = createTravelTable(problem).inOrder(order);
      for (const [from, a] of order.entries()) {
        for (const [to, b] of order.entries()) {
          for (const time of [at('08:00'), at('10:00'), at('10:00')]) {
            expect(minutes(from, to, time)).toBe(from === to ? 0 : travelMinutes(a, b, time));
          }
        }
      }
    }
  });
});
