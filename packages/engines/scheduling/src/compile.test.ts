import { describe, expect, it } from 'vitest';
import { at, staffOf, visitOf, weekOf } from '../test/week.ts';
import { compileWeek } from './compile.ts';
import type { WeekProblem } from './problem.ts';

const shift = { start: at('08:00'), end: at('12:00') };
const visit = (more: Parameters<typeof visitOf>[1]): WeekProblem => weekOf([staffOf('a')], [visitOf('v', more)]);
const staff = (more: Parameters<typeof staffOf>[1]): WeekProblem => weekOf([staffOf('a', more)], []);

const BAD: readonly [string, WeekProblem, (string | number)[]][] = [
  ['unknown staff', visit({ placed: { staffId: 'x', start: at('09:00') } }), ['visits', 0, 'placed', 'staffId']],
  ['placed at no minute', visit({ placed: { staffId: 'a', start: 1.5 } }), ['visits', 0, 'placed', 'start']],
  ['empty roles', visit({ roles: [] }), ['visits', 0, 'roles']],
  ['no length', visit({ minutes: 0 }), ['visits', 0, 'minutes']],
  ['no such place', visit({ place: 100 }), ['visits', 0, 'place']],
  [
    'window outside the horizon',
    visit({ startWindows: [{ start: at('08:00') - 1440, end: at('08:00') }] }),
    ['visits', 0, 'startWindows', 0],
  ],
  [
    'window backwards',
    visit({ startWindows: [{ start: at('09:00'), end: at('08:00') }] }),
    ['visits', 0, 'startWindows', 0],
  ],
  [
    'overlapping shifts',
    staff({ shifts: [shift, { start: at('11:59'), end: at('16:00') }] }),
    ['staff', 0, 'shifts', 1],
  ],
  ['empty shift', staff({ shifts: [{ start: shift.start, end: shift.start }] }), ['staff', 0, 'shifts', 0]],
  ['no capacity', staff({ capacityMinutes: Number.NaN }), ['staff', 0, 'capacityMinutes']],
  ['no home', staff({ homePlace: -1 }), ['staff', 0, 'homePlace']],
  ['same staff twice', weekOf([staffOf('a'), staffOf('a')], []), ['staff', 1, 'id']],
  ['same visit twice', weekOf([], [visitOf('v'), visitOf('v')]), ['visits', 1, 'id']],
  ['empty horizon', weekOf([], [], { horizon: { start: at('09:00'), end: at('09:00') } }), ['horizon']],
  [
    '33 roles',
    weekOf(
      Array.from({ length: 33 }, (_, index) => staffOf(`${index}`, { role: `r${index}` })),
      [],
    ),
    ['staff'],
  ],
];

describe('compileWeek', () => {
  it.each(BAD)('SCH-INPUT says where: %s', (_, week, path) => {
    const result = compileWeek(week);
    expect(result.ok).toBe(false);
    if (!result.ok) expect(result.problems.map((found) => found.path)).toEqual([path]);
  });

  it('takes touching shifts, 32 roles, a visit without windows, a role nobody has, an unknown preference', () => {
    const many = Array.from({ length: 32 }, (_, index) => staffOf(`${index}`, { role: `r${index}` }));
    const result = compileWeek(
      weekOf(
        [staffOf('a', { role: 'r31', shifts: [shift, { start: shift.end, end: at('16:00') }] }), ...many],
        [
          visitOf('v', { roles: ['r31'] }),
          visitOf('w', { startWindows: [], roles: ['nobody'], preferredStaffId: 'x' }),
        ],
      ),
    );
    expect(result.ok).toBe(true);
    if (!result.ok) return;
    const { groups, visitGroup, visitPreferred } = result.value;
    expect([...(groups[visitGroup[0] as number]?.staff ?? [])]).toEqual([0, 32]);
    expect(groups[visitGroup[1] as number]?.staff).toHaveLength(0);
    expect(visitPreferred[1]).toBe(-1);
  });

  it('takes an empty week', () => {
    expect(compileWeek(weekOf([], [])).ok).toBe(true);
  });
});
