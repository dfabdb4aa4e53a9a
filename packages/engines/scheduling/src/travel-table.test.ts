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
    minutes(50, 0, at('08:15'));
    expect(asked).toBe(0); // the way back and the other bucket were asked with it
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

  it.each([
    { places: 40, ways: 'few', bytes: 1 },
    { places: 40, ways: 'all different', bytes: 2 },
    { places: 370, ways: 'all different', bytes: 4 },
  ])('says the same of $places places with $ways ways: $bytes byte(s) a pair', ({ places, ways }) => {
    const kinds = ways === 'few' ? 5 : places * places;
    const travelMinutes = (from: number, to: number, leaving: number): number =>
      1 + ((from * places + to) % kinds) + (leaving < at('09:00') ? 7 * (from % 2) : 0);
    const week = weekOf([], [], {
      travelMinutes,
      placeCount: places,
      travelBucket: (leaving) => (leaving < at('09:00') ? 1 : 0),
    });
    const { minutes } = createTravelTable(week);
    const wrong: string[] = [];
    // Twice: when the first are asked again, the table has grown.
    for (let round = 0; round < 2; round += 1) {
      for (let from = 0; from < places; from += 1) {
        for (let to = 0; to < places; to += 1) {
          for (const time of [at('08:00'), at('10:00')]) {
            const wanted = from === to ? 0 : travelMinutes(from, to, time);
            if (minutes(from, to, time) !== wanted) wrong.push(`${from} to ${to}`);
          }
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it.each([
    { buckets: 8, keeps: true },
    { buckets: 9, keeps: false },
  ])('of $buckets buckets it keeps what it asked: $keeps', ({ buckets, keeps }) => {
    let asked = 0;
    const bucketOf = (leaving: number): number => Math.floor(leaving / 60) % buckets;
    const travelMinutes = (_from: number, _to: number, leaving: number): number => {
      asked += 1;
      return 1 + bucketOf(leaving);
    };
    const week = weekOf([], [], { travelMinutes, travelBucket: bucketOf });
    const { minutes } = createTravelTable(week);
    minutes(0, 1, at('08:00'));
    asked = 0;
    expect(minutes(0, 1, at('08:00'))).toBe(1 + bucketOf(at('08:00')));
    expect(asked).toBe(keeps ? 0 : 1);
  });

  it('asks through for pairs that come once there are too many different rows', () => {
    let asked = 0;
    const places = 1500;
    const travelMinutes = (from: number, to: number): number => {
      asked += 1;
      return 1 + from * places + to;
    };
    const { minutes } = createTravelTable(weekOf([], [], { travelMinutes, placeCount: places, travelBucket: () => 0 }));
    for (let from = 0; from < places; from += 1) {
      for (let to = from + 1; to < places; to += 1) minutes(from, to, at('08:00'));
    }
    asked = 0;
    expect(minutes(1, 2, at('08:00'))).toBe(travelMinutes(1, 2));
    expect(asked).toBe(1); // by the test itself
    asked = 0;
    expect(minutes(1499, 1498, at('08:00'))).toBe(travelMinutes(1499, 1498));
    expect(asked).toBe(2);
  });
});
