import { unwrap } from '@fieldfare/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateWeek } from '../test/generate.ts';
import { at, planOf, staffOf, visitOf, weekOf } from '../test/week.ts';
import { autoAssign } from './auto-assign.ts';
import { compileWeek } from './compile.ts';
import { fits } from './feasibility.ts';
import { bestStart } from './insertion.ts';
import { placedPartner } from './pairs.ts';
import type { Plan } from './plan.ts';
import { createPlan } from './plan.ts';
import type { EngineVisit } from './problem.ts';

const finish = (plan: Plan, moves: number): void => {
  const steps = autoAssign(plan, { seed: 7, moves });
  while (steps.next().done !== true);
};

const first = (more: Partial<EngineVisit> = {}): EngineVisit => visitOf('first', { patientId: 'p', ...more });
const second = (least: number, most: number, more: Partial<EngineVisit> = {}): EngineVisit =>
  visitOf('second', {
    patientId: 'p',
    pair: { firstId: 'first', leastMinutes: least, mostMinutes: most },
    ...more,
  });

describe('pairs', () => {
  it('SCH-SYNC two carers come at one minute, when both can', () => {
    const morning = staffOf('a', { shifts: [{ start: at('08:00'), end: at('12:00') }] });
    const late = staffOf('b', { shifts: [{ start: at('10:30'), end: at('16:00') }] });
    for (const moves of [0, 2_000]) {
      const plan = planOf(weekOf([morning, late], [first(), second(0, 0)]));
      finish(plan, moves);
      expect(plan.startOf[0]).toBe(plan.startOf[1]);
      expect(new Set(plan.staffOf)).toEqual(new Set([0, 1]));
      expect(fits(plan, 0, plan.staffOf[0] as number, plan.startOf[0] as number)).toBe(true);
    }
  });

  it('SCH-SYNC leaves both out where only one of them has a carer', () => {
    const plan = planOf(weekOf([staffOf('a')], [first(), second(0, 0)]));
    expect(bestStart(plan, 0, 0)).not.toBeNull();
    finish(plan, 2_000);
    expect([...plan.staffOf]).toEqual([-1, -1]);
  });

  it('SCH-SYNC completes a pair that a person has begun, and never with the same carer', () => {
    const placed = { staffId: 'a', start: at('10:00') };
    for (const moves of [0, 2_000]) {
      const plan = planOf(weekOf([staffOf('a'), staffOf('b')], [first({ placed }), second(70, 90)]));
      finish(plan, moves);
      expect(plan.staffOf[1]).toBe(1);
      expect(plan.startOf[1]).toBeGreaterThanOrEqual(at('11:10'));
      expect(plan.startOf[1]).toBeLessThanOrEqual(at('11:30'));
      const alone = planOf(weekOf([staffOf('a')], [first({ placed }), second(70, 90)]));
      finish(alone, moves);
      expect(alone.staffOf[1]).toBe(-1);
    }
  });

  it('a half whose other half is gone, another patient’s or taken stands alone', () => {
    const partners = (visits: EngineVisit[]): number[] => [
      ...unwrap(compileWeek(weekOf([staffOf('a')], visits))).visitPartner,
    ];
    expect(partners([second(0, 0)])).toEqual([-1]);
    expect(partners([first({ patientId: 'q' }), second(0, 0)])).toEqual([-1, -1]);
    expect(partners([first(), second(0, 0), second(0, 0, { id: 'third' })])).toEqual([1, 0, -1]);
  });

  it('SCH-SYNC no proposal leaves half a pair that was whole or open, built or searched', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(0, 3_000), fc.constantFrom(0, 0.2), (seed, moves, mess) => {
        const plan = createPlan(
          unwrap(
            compileWeek(
              generateWeek({
                seed,
                staff: 8,
                visits: 60,
                days: 2,
                paired: 0.6,
                mess,
                breaks: (seed & 1) === 0 ? 0.5 : 0,
              }),
            ),
          ),
        );
        const before = plan.snapshot();
        finish(plan, moves);
        for (const [visit, partner] of plan.compiled.visitPartner.entries()) {
          if (partner < 0 || (before.staffOf[visit] as number) >= 0 || (plan.staffOf[visit] as number) < 0) continue;
          expect(placedPartner(plan, visit)).toBe(partner);
          expect(fits(plan, visit, plan.staffOf[visit] as number, plan.startOf[visit] as number)).toBe(true);
        }
      }),
      { numRuns: 20 },
    );
  });
});
