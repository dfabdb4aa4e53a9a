import { describe, expect, it } from 'vitest';
import { clockWarning } from './clock-words.ts';

const HOUR = 3_600_000;

describe('a clock that is wrong', () => {
  it.each([
    [0, null],
    [HOUR, null],
    [-HOUR, null],
    [HOUR + 1, '60 minutes fast'],
    [-1.5 * HOUR, '90 minutes slow'],
    [3 * HOUR, '3 hours fast'],
    [-30 * HOUR, '30 hours slow'],
    [49 * HOUR, '2 days fast'],
    [365 * 24 * HOUR, '365 days fast'],
  ])('SYN-CON-CLOCK: off by %i ms: %s', (off, said) => {
    const warning = clockWarning(1_800_000_000_000 + off, 1_800_000_000_000);
    expect(warning).toBe(said === null ? null : `this device's clock is ${said}: please set it right`);
  });
});
