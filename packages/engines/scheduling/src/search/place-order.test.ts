import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placesInOrder } from './place-order.ts';

describe('the order of places', () => {
  it('holds each place once, whatever the ways, and is the same each time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), fc.array(fc.nat(90), { minLength: 1 }), (count, minutes) => {
        const leg = (from: number, to: number): number => minutes[(from * 7 + to) % minutes.length] as number;
        const order = placesInOrder(count, leg);
        expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, place) => place));
        expect(placesInOrder(count, leg)).toEqual(order);
      }),
    );
  });

  it('brings neighbours together: 256 places on a square, numbered at random', () => {
    const side = 16;
    const at = (place: number): [number, number] => {
      // 101 has no divisor in common with 256, so that each cell is somebody's.
      const cell = (place * 101) % (side * side);
      return [cell % side, Math.floor(cell / side)];
    };
    const leg = (from: number, to: number): number => {
      const [[x, y], [u, v]] = [at(from), at(to)];
      return Math.round(Math.hypot(x - u, y - v));
    };
    const way = (order: readonly number[]): number =>
      order.reduce((sum, place, index) => sum + (index === 0 ? 0 : leg(order[index - 1] as number, place)), 0);
    const numbered = Array.from({ length: side * side }, (_, place) => place);
    expect(way([...placesInOrder(side * side, leg)])).toBeLessThan(way(numbered) / 2);
  });
});
