import { describe, expect, it } from 'vitest';
import { bendAt, heatAt } from './cooling.ts';

describe('cooling', () => {
  it('falls by the same factor each time, then is out', () => {
    const heat = { start: 2, end: 0.5, out: 0.2 };
    expect([0, 0.4, 0.79, 0.8, 0.95].map((over) => heatAt(heat, over))).toEqual([
      2,
      expect.closeTo(1, 10),
      expect.closeTo(0.5, 1),
      0,
      0,
    ]);
    expect(heatAt({ ...heat, out: 0 }, 1 - 1e-9)).toBeCloseTo(0.5, 6);
  });

  it('bends in steps that never rise, and not at all towards the end', () => {
    const bends = Array.from({ length: 1001 }, (_, at) => bendAt(at / 1001));
    expect(bends).toEqual([...bends].sort((a, b) => b - a));
    expect([bends[0], bends.at(-1), bends[905]]).toEqual([0.75, 0, 0]);
    expect(new Set(bends).size).toBe(49);
  });
});
