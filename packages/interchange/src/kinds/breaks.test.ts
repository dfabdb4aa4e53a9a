import { describe, expect, it } from 'vitest';
import { readBreaks, writeBreaks } from './breaks.ts';

describe('breaks in a cell', () => {
  it.each([
    ['30 min 11:30-13:30', [{ weekdays: [], from: '11:30', to: '13:30', minutes: 30 }]],
    [
      'Mon-Fri 30 min 11:30-13:30; Sat 15min 10:00-11:00',
      [
        { weekdays: [1, 2, 3, 4, 5], from: '11:30', to: '13:30', minutes: 30 },
        { weekdays: [6], from: '10:00', to: '11:00', minutes: 15 },
      ],
    ],
    ['lun 11h30-13h 45 minutes', [{ weekdays: [1], from: '11:30', to: '13:00', minutes: 45 }]],
  ])('IMP-BREAKS reads %s, and what it writes', (cell, breaks) => {
    expect(readBreaks(cell)).toEqual({ ok: true, value: breaks });
    expect(readBreaks(writeBreaks(breaks))).toEqual({ ok: true, value: breaks });
  });

  it.each([
    '11:30-13:30',
    '30 min',
    '30 min 11:30-11:45',
    '200 min 08:00-16:00',
    '30 min 22:00-02:00',
    'Mon 30 min 11:00-12:00; 15 min 15:00-16:00',
    '30 min 11:00-12:00, 13:00-14:00',
  ])('IMP-BREAKS refuses %s', (cell) => {
    expect(readBreaks(cell).ok).toBe(false);
  });
});
