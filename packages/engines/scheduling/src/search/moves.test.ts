import { seededRandom } from '@fieldfare/kernel';
import { describe, expect, it } from 'vitest';
import { finish } from '../../test/search.ts';
import { at, planOf, staffOf, visitOf, weekOf } from '../../test/week.ts';
import { neighboursOf } from './neighbours.ts';
import { createWalk } from './walk.ts';
import { createWeekSearch } from './week-model.ts';

describe('small moves without any heat', () => {
  it('bring a patient’s visits together where the one in their way must go to a third carer', () => {
    const visit = (
      id: string,
      patientId: string,
      time: string,
      skill: string,
      preferredStaffId: string | null = null,
    ) =>
      visitOf(id, {
        ...{ patientId, preferredStaffId, minutes: 30, skills: [skill] },
        startWindows: [{ start: at(time), end: at(time) }],
      });
    // Ann knows both patients; Q's later visit stands with her in the way of P's. Ben may not give it, and Cy, who may, is not preferred.
    const plan = planOf(
      weekOf(
        [
          staffOf('ann', { skills: ['x', 'y', 'z'] }),
          staffOf('ben', { skills: ['y'] }),
          staffOf('cy', { skills: ['z'] }),
        ],
        [
          visit('p morning', 'p', '09:00', 'x'),
          visit('p later', 'p', '09:30', 'y'),
          visit('q later', 'q', '09:30', 'z', 'ann'),
          visit('q morning', 'q', '09:00', 'z'),
          visit('q last', 'q', '10:00', 'x'),
        ],
      ),
    );
    const times = ['09:00', '09:30', '09:30', '09:00', '10:00'].map(at);
    for (const [index, staff] of [0, 1, 0, 2, 0].entries()) plan.place(index, staff, times[index] as number);
    const week = finish(createWeekSearch(plan, new Uint8Array(5).fill(1)));
    const neighbours = finish(neighboursOf(week.model, 4));
    const before = week.state.cost;
    const walk = createWalk(week.state, neighbours, seededRandom(1), Number.POSITIVE_INFINITY);
    walk.go(5_000, 0);
    week.apply(walk.best());
    expect([0, 1, 2, 3, 4].map((index) => plan.staffOf[index])).toEqual([0, 0, 2, 2, 0]);
    expect(walk.bestCost()).toBeLessThan(before);
  });
});
