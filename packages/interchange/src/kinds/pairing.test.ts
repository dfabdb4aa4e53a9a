import { describe, expect, it } from 'vitest';
import { readPairing } from './pairing.ts';

describe('carers of a requirement', () => {
  it.each([
    ['1', null],
    [' 2 ', { kind: 'together' }],
    ['2 after 30-60', { kind: 'after', leastMinutes: 30, mostMinutes: 60 }],
    ['2 après 0 – 15', { kind: 'after', leastMinutes: 0, mostMinutes: 15 }],
  ])('%s', (cell, value) => {
    expect(readPairing(cell)).toMatchObject({ value });
  });

  it.each(['3', '1 after 30-60', '2 after 60-30', '2 after 30', '2 after 0-481', 'two'])('refuses %s', (cell) => {
    expect(readPairing(cell)).not.toHaveProperty('value');
  });
});
