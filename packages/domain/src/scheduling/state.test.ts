import { updateRow } from '@fieldfare/kernel';
import type { Store } from '@fieldfare/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAYS, visitRow } from '../../test/agency.ts';
import { openTestStore } from '../../test/context.ts';
import { openScene } from '../../test/scene.ts';
import type { Database } from '../database.ts';
import { staff } from '../workforce/index.ts';

let store: Store<Database>;
beforeAll(async () => {
  store = await openTestStore();
}, 60_000);
afterAll(() => store.close());

describe('SCH-STATE', () => {
  it('one answer: visits with and without a carer, who has room, whom it is about, and why nobody fits', async () => {
    const { agency, amelie, at, board } = await openScene(store);
    const placed = agency.visit({ start: '09:00', minutes: 60 });
    const open = agency.visit({ date: DAYS[2] as string, priority: 'high' });
    const none = agency.visit({
      patientId: agency.paul.id,
      priority: 'urgent',
      windowFrom: '20:00',
      windowTo: '20:30',
    });
    await amelie.commit([
      ...agency.placed(placed, agency.joan.id),
      ...[open, none].map(visitRow),
      updateRow(staff, agency.pia, { team: 'West' }),
    ]);
    const state = await amelie.caller.scheduling.state(at);
    const { visits } = await board();
    expect([...state.scheduled, ...state.unscheduled].map(({ id }) => id).sort()).toEqual(
      visits.map(({ id }) => id).sort(),
    );
    expect(state.scheduled.map(({ id }) => id)).toEqual([placed.id]);
    expect(state.unscheduled).toMatchObject([
      {
        id: none.id,
        status: 'none',
        candidates: [],
        reason: 'Nobody with the role is available in the visit’s window',
      },
      { id: open.id, status: 'open', reason: null },
    ]);
    const suggested = await amelie.caller.scheduling.suggest({ ...at, visitId: open.id });
    expect(state.unscheduled[1]?.candidates).toEqual(suggested.filter(({ violations }) => violations.length === 0));
    expect(state.staff.find(({ staffId }) => staffId === agency.joan.id)).toMatchObject({
      role: 'rn',
      team: 'East',
      bookedMinutes: 60,
      freeMinutes: agency.joan.capacityMinutes - 60,
      visits: 1,
      patients: 1,
      workdays: [1, 2, 3, 4, 5, 6, 7],
    });
    expect(state.lanes.map(({ group, staffIds, bookedMinutes }) => [group, staffIds.length, bookedMinutes])).toEqual([
      ['East', 2, 60],
      ['West', 1, 0],
    ]);
    expect(state.patients).toMatchObject([
      { name: 'Paul Caron', risk: 'moderate', municipality: 'Ottawa', visits: 1, unscheduled: 1, carers: [] },
      { name: 'Simone Caron', visits: 2, unscheduled: 1, carers: [agency.joan.id] },
    ]);
    expect(state.conflicts).toEqual([]);
  });

  it('groups lanes by what is asked for, and asks about no more visits and places than it is told to', async () => {
    const { agency, amelie, at } = await openScene(store);
    await amelie.commit([agency.visit({ priority: 'urgent' }), agency.visit()].map(visitRow));
    const state = await amelie.caller.scheduling.state({ ...at, groupBy: 'role', visits: 1, candidates: 1 });
    expect(state.lanes.map(({ group }) => group)).toEqual(['psw', 'rn', 'rpn']);
    expect(state.unscheduled.map(({ status, candidates }) => [status, candidates.length])).toEqual([
      ['open', 1],
      ['unasked', 0],
    ]);
  });
});
