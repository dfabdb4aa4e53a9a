import { addDays, addWeeks } from '@fieldfare/kernel';
import type { Store } from '@fieldfare/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AMELIE, createAgency, DAYS, requirementRow, visitRow, WEEK } from '../../test/agency.ts';
import { openDesk, openTestStore } from '../../test/context.ts';
import type { Database } from '../database.ts';

let store: Store<Database>;
beforeAll(async () => {
  store = await openTestStore();
}, 60_000);
afterAll(() => store.close());

describe('insights.weeks', () => {
  it('measures the weeks asked for from the rows of the board', async () => {
    const agency = createAgency();
    const desk = await openDesk(AMELIE, store);
    const [monday = '', tuesday = ''] = DAYS;
    const begun = agency.requirement({ startsOn: monday });
    const at = (date: string, over = {}) => agency.visit({ date, start: '09:00', requirementId: begun.id, ...over });
    const cancelled = at(addDays(monday, 3), { cancelledAt: '2026-11-20T12:00:00.000Z' });
    await desk.commit([
      ...agency.changes,
      requirementRow(begun),
      ...agency.placed(at(tuesday), agency.joan.id),
      ...agency.placed(at(addDays(monday, 2)), agency.joan.id),
      ...agency.placed(at(addDays(monday, 4)), agency.carl.id),
      visitRow(cancelled),
    ]);
    await desk.projected();
    const [first, next] = await desk.caller.insights.weeks({
      regionId: agency.regionId,
      weeks: [WEEK, addWeeks(WEEK, 1)],
    });
    expect(first).toMatchObject({
      week: WEEK,
      visits: 4,
      uncovered: { part: 1, of: 4 },
      daysToFirstVisit: { value: 1, of: 1 },
      waitingForFirst: 0,
      continuity: { value: 2 / 6, of: 1 },
      travelPerVisit: { of: 3 },
    });
    expect(first?.travelPerVisit.part).toBeGreaterThan(0);
    expect(next).toMatchObject({ visits: 0, uncovered: { value: null } });
  });

  it('tells them again when a visit loses its carer', async () => {
    const agency = createAgency();
    const desk = await openDesk(AMELIE, store);
    const visit = agency.visit({ date: DAYS[1] ?? null, start: '09:00' });
    await desk.commit([...agency.changes, ...agency.placed(visit, agency.joan.id)]);
    await desk.projected();
    const at = { regionId: agency.regionId, week: WEEK };
    const events = (await desk.caller.insights.weekEvents({ regionId: at.regionId, weeks: [WEEK] }))[
      Symbol.asyncIterator
    ]();
    expect((await events.next()).value).toMatchObject([{ uncovered: { part: 0, of: 1 } }]);
    await desk.caller.scheduling.unassign({ ...at, visitId: visit.id });
    expect((await events.next()).value).toMatchObject([{ uncovered: { part: 1, of: 1 } }]);
    await events.return?.();
  });

  it('refuses a week that is none', async () => {
    const desk = await openDesk(AMELIE, store);
    await expect(
      desk.caller.insights.weeks({ regionId: createAgency().regionId, weeks: ['2026-W60'] }),
    ).rejects.toThrow('YYYY-Www');
  });
});
