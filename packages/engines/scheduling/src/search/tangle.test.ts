import { describe, expect, it } from 'vitest';
import { finish } from '../../test/search.ts';
import { at, planOf, staffOf, visitOf, weekOf } from '../../test/week.ts';
import { neighboursOf } from './neighbours.ts';
import { createTangles } from './tangle.ts';
import { createWeekSearch } from './week-model.ts';

/** Ann, Ben, Cy and Dan see a patient of their own in the morning; `afternoons`: whose patient each of them sees in the afternoon. */
function tangles(afternoons: readonly number[]) {
  const shifts = [
    { start: at('08:00'), end: at('12:00') },
    { start: at('12:00'), end: at('17:00') },
  ];
  const ids = ['ann', 'ben', 'cy', 'dan'];
  const visits = ['09:00', '13:00'].flatMap((time) =>
    ids.map((id) =>
      visitOf(`${id} ${time}`, { patientId: `of ${id}`, startWindows: [{ start: at(time), end: at(time) }] }),
    ),
  );
  const plan = planOf(
    weekOf(
      ids.map((id) => staffOf(id, { shifts })),
      visits,
    ),
  );
  for (const [staff] of ids.entries()) {
    plan.place(staff, staff, at('09:00'));
    plan.place(ids.length + (afternoons[staff] as number), staff, at('13:00'));
  }
  const { model, state } = finish(createWeekSearch(plan, new Uint8Array(visits.length).fill(1)));
  const toursTangledWith = createTangles(state, finish(neighboursOf(model, 4)));
  const carers = (patient: number, tasks: number): string[] =>
    toursTangledWith(ids.length + patient, tasks).map((tour) => ids[model.tourCarer[tour] as number] as string);
  return { carers };
}

describe('tours that hang together', () => {
  it('are those of three carers who have each other’s afternoon, and not of a fourth who has their own', () => {
    const { carers } = tangles([1, 2, 0, 3]);
    expect(carers(0, 16).toSorted()).toEqual(['ann', 'ben', 'cy']);
    expect(carers(0, 16)[0]).toBe('cy');
  });

  it('are none where everybody sees their own', () => {
    expect(tangles([0, 1, 2, 3]).carers(0, 16)).toEqual([]);
  });

  it('end with the tour that makes up the number of tasks', () => {
    expect(tangles([1, 2, 3, 0]).carers(0, 2)).toEqual(['dan', 'ann']);
  });
});
