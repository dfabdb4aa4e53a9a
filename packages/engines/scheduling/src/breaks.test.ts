import { seededRandom } from '@fieldfare/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateWeek } from '../test/generate.ts';
import { at, planOf, staffOf, visitOf, weekOf } from '../test/week.ts';
import { autoAssign } from './auto-assign.ts';
import { brokenBreak } from './breaks.ts';
import { candidates } from './insertion.ts';
import { awaitsPartner } from './pair-construct.ts';
import type { EngineVisit } from './problem.ts';
import { violationsOfPlan } from './validate.ts';

/** On duty from 08:00 to 16:00, with half an hour to herself between 12:00 and 13:00. */
const rested = (minutes = 30, from = '12:00', to = '13:00') =>
  staffOf('ann', {
    shifts: [{ start: at('08:00'), end: at('16:00'), break: { start: at(from), end: at(to), minutes } }],
  });
const held = (id: string, from: string, minutes: number, place = 0): EngineVisit =>
  visitOf(id, { minutes, place, placed: { staffId: 'ann', start: at(from) } });

describe('SCH-BREAK', () => {
  it.each([
    ['nothing else', [], '12:00', 30, 0, true],
    ['it fills the window', [], '12:00', 60, 0, false],
    ['half an hour before it', [], '12:30', 60, 0, true],
    ['half an hour behind it', [], '11:00', 90, 0, true],
    ['a minute too late', [], '11:00', 91, 0, false],
    ['outside the window', [], '14:00', 60, 0, true],
    ['no drive at all between two', [held('w', '13:00', 60)], '11:00', 60, 0, true],
    ['a drive that leaves 30 minutes', [held('w', '13:00', 60)], '11:00', 60, 30, true],
    ['a drive that leaves 29 minutes', [held('w', '13:00', 60)], '11:00', 60, 31, false],
    ['driving on after the window', [held('w', '14:00', 60)], '11:00', 60, 60, true],
    ['from a visit that ends inside the window', [held('w', '13:50', 60)], '11:20', 60, 60, true],
    ['that is over too late for it', [held('w', '14:30', 60)], '11:31', 60, 60, false],
    ['beside another that fills it already', [held('w', '11:45', 60)], '09:00', 60, 0, true],
    ['next to the window that another one fills', [held('w', '11:45', 60)], '12:50', 60, 0, false],
  ] as const)('%s', (_, others, start, minutes, place, has) => {
    const plan = planOf(weekOf([rested()], [visitOf('v', { minutes, place }), ...others]));
    expect(brokenBreak(plan, 0, 0, at(start))).toBe(has ? -1 : 0);
  });

  it('a window that an absence cut asks for no break', () => {
    const plan = planOf(weekOf([rested(45, '15:30', '17:00')], [visitOf('v', { minutes: 60 })]));
    expect(brokenBreak(plan, 0, 0, at('15:00'))).toBe(-1);
  });

  it('is there whenever some minute of the window begins a free stretch with the drive before or after it', () => {
    const week = (seed: number) => {
      const draw = seededRandom(seed).float;
      let end = at('08:00');
      const visits: EngineVisit[] = [];
      for (let index = 0; index < 5; index += 1) {
        const minutes = 15 * (1 + Math.floor(draw() * 5));
        const place = Math.floor(draw() * 40);
        const gap = Math.abs(place - (visits.at(-1)?.place ?? place)) + Math.floor(draw() * 60);
        const start = index === 0 ? end + Math.floor(draw() * 60) : end + gap;
        visits.push(visitOf(`v${index}`, { minutes, place, placed: { staffId: 'ann', start } }));
        end = start + minutes;
      }
      return weekOf([rested(30, '11:00', '13:00')], visits);
    };
    let without = 0;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
        const plan = planOf(week(seed));
        const visits = [...(plan.routes[0] ?? [])].map((visit) => ({
          start: plan.startOf[visit] as number,
          end: (plan.startOf[visit] as number) + (plan.compiled.visitMinutes[visit] as number),
          place: plan.compiled.visitPlace[visit] as number,
        }));
        let room = false;
        for (let from = at('11:00'); from + 30 <= at('13:00'); from += 1) {
          const to = from + 30;
          if (visits.some(({ start, end }) => start < to && from < end)) continue;
          const before = visits.findLast(({ end }) => end <= from);
          const after = visits.find(({ start }) => start >= to);
          const drive = before && after ? Math.abs(before.place - after.place) : 0;
          if (!before || !after || from - before.end >= drive || after.start - to >= drive) room = true;
        }
        const broken = visits.some(({ start }, visit) => brokenBreak(plan, visit, 0, start) >= 0);
        if (!room) without += 1;
        expect(broken).toBe(!room);
      }),
      { seed: 7, numRuns: 300 },
    );
    expect(without).toBeGreaterThan(20);
  });

  it('a day that is full but for its break is planned around it, by the search too', () => {
    const all = { startWindows: [{ start: at('08:00'), end: at('15:00') }] };
    const visits = Array.from({ length: 10 }, (_, index) =>
      visitOf(`v${index}`, { ...all, minutes: 45, patientId: `p${index}` }),
    );
    const ann = { ...rested(), capacityMinutes: 600 };
    for (const moves of [0, 3_000]) {
      const plan = planOf(weekOf([ann], visits));
      const steps = autoAssign(plan, { seed: 1, moves });
      while (!steps.next().done);
      expect(plan.routes[0]?.length).toBe(9);
      expect(violationsOfPlan(plan)).toEqual([]);
    }
  });

  it('halves of pairs stay with whoever has a break, and find them when the week is built', () => {
    const first = visitOf('first', { patientId: 'p' });
    const second = visitOf('second', { patientId: 'p', pair: { firstId: 'first', leastMinutes: 0, mostMinutes: 0 } });
    const plan = planOf(weekOf([rested(), { ...rested(), id: 'bob' }], [first, second, visitOf('other')]));
    const steps = autoAssign(plan, { seed: 1, moves: 2_000 });
    while (!steps.next().done);
    expect([...plan.staffOf].every((staff) => staff >= 0)).toBe(true);
    expect(violationsOfPlan(plan)).toEqual([]);
  });

  it('a whole week with breaks breaks none, and one seed gives one answer', () => {
    const week = generateWeek({ seed: 3, staff: 10, visits: 120, days: 3, breaks: 0.8 });
    const run = () => {
      const plan = planOf(week);
      const steps = autoAssign(plan, { seed: 5, moves: 6_000 });
      while (!steps.next().done);
      return plan;
    };
    const plan = run();
    expect(violationsOfPlan(plan)).toEqual([]);
    expect(run().snapshot()).toEqual(plan.snapshot());
    const open = [...plan.staffOf.keys()].filter(
      (visit) => (plan.staffOf[visit] as number) < 0 && !awaitsPartner(plan, visit),
    );
    expect(open.flatMap((visit) => candidates(plan, visit))).toEqual([]);
  });
});
