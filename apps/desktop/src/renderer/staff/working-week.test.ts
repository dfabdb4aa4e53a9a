import { describe, expect, it } from 'vitest';
import { asWorkdays, daysText, minutesOf, withBreak, withStretch } from './working-week.ts';

const on = (weekday: number, from: string, to: string) => ({ weekday, from, to });

describe('a working week in a form', () => {
  it.each([
    ['at noon', on(1, '08:00', '16:00'), [on(1, '08:00', '12:00'), on(1, '12:30', '16:00')]],
    ['in the middle of an evening', on(1, '15:00', '24:00'), [on(1, '15:00', '19:30'), on(1, '20:00', '24:00')]],
    ['never in a short stretch', on(1, '08:00', '10:00'), null],
    ['never where a time is missing', on(1, '', '10:00'), null],
  ])('takes a break %s', (_, stretch, expected) => {
    expect(withBreak([stretch], 1)).toEqual(expected);
  });

  it('adds stretches that share no minute, until the day is over', () => {
    expect(withStretch([], 3)).toEqual([on(3, '08:00', '16:00')]);
    expect(withStretch([on(3, '07:00', '11:00')], 3).at(-1)).toEqual(on(3, '11:30', '14:30'));
    expect(withStretch([on(3, '15:00', '22:00')], 3).at(-1)).toEqual(on(3, '22:30', '24:00'));
  });

  it('copies a day to the working days, and says what it comes to', () => {
    const week = asWorkdays(
      [on(1, '08:00', '12:00'), on(1, '12:30', '16:00'), on(3, '09:00', '10:00'), on(7, '08:00', '24:00')],
      1,
    );
    expect(week.filter(({ weekday }) => weekday === 3)).toEqual([on(3, '08:00', '12:00'), on(3, '12:30', '16:00')]);
    expect(minutesOf(week)).toBe(5 * 450 + 960);
    expect(daysText(week.map(({ weekday }) => weekday))).toBe('Mon–Fri, Sun');
    expect([daysText([]), daysText([2])]).toEqual(['no days', 'Tue']);
  });
});
