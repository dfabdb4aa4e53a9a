import type { Store } from '@fieldfare/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AMELIE, BEN, DAYS, requirementRow, visitRow } from '../../test/agency.ts';
import { openDesk, openTestStore } from '../../test/context.ts';
import { openScene, rulesOf } from '../../test/scene.ts';
import type { Database } from '../database.ts';

let store: Store<Database>;
beforeAll(async () => {
  store = await openTestStore();
}, 60_000);
afterAll(() => store.close());

describe('blocked pairs', () => {
  it('SCH-BLOCKED keeps a carer from a patient everywhere, BLK-REASON says why to those who may know', async () => {
    const { agency, amelie, at } = await openScene(store);
    const { scheduling } = amelie.caller;
    const visit = agency.visit();
    await amelie.commit([visitRow(visit)]);
    const pair = { regionId: at.regionId, patientId: visit.patientId, staffId: agency.joan.id };
    const place = {
      ...at,
      visitId: visit.id,
      staffId: agency.joan.id,
      date: DAYS[1] as string,
      start: '09:00',
    };
    expect(await rulesOf(scheduling.freeCarer(pair))).toEqual(['BLK-GONE']);
    expect(await rulesOf(scheduling.blockCarer({ ...pair, staffId: visit.id, reason: 'x' }))).toEqual(['BLK-STAFF']);
    await scheduling.blockCarer({ ...pair, reason: 'a complaint' });
    expect(await scheduling.blockedCarers(pair)).toMatchObject({
      carers: [{ staffId: agency.joan.id, name: 'Joan Roy', reason: 'a complaint', decidedBy: AMELIE.name }],
      writable: true,
    });

    expect(await rulesOf(scheduling.assign(place))).toEqual(['SCH-BLOCKED']);
    const target = { ...at, visitId: visit.id };
    const offered = (await scheduling.suggest(target)).map(({ staffId }) => staffId);
    expect(offered.length).toBeGreaterThan(0);
    expect(offered).not.toContain(agency.joan.id);
    const cells = (await scheduling.feasibility(target)).filter(({ staffId }) => staffId === agency.joan.id);
    expect(cells.every(({ start }) => start === null)).toBe(true);

    const viewer = await openDesk({ ...BEN, role: 'viewer' }, store);
    await viewer.commit(agency.changes);
    expect((await viewer.caller.scheduling.blockedCarers(pair)).carers[0]?.reason).toBeNull();
    expect(await rulesOf(viewer.caller.scheduling.blockCarer({ ...pair, reason: 'x' }))).toEqual(['PERM-ACTION']);

    await scheduling.freeCarer(pair);
    expect((await scheduling.assign(place)).warnings).toEqual([]);
    await scheduling.blockCarer({ ...pair, reason: 'again' });
    expect((await scheduling.blockedCarers(pair)).carers).toHaveLength(1);
  });

  it('SCH-SKILL warns where a carer lacks a language or skill that the requirement asks for', async () => {
    const { agency, amelie, at } = await openScene(store);
    const requirement = agency.requirement({ skills: ['fr'] });
    const visit = agency.visit({ requirementId: requirement.id });
    await amelie.commit([requirementRow(requirement), visitRow(visit)]);
    const { warnings } = await amelie.caller.scheduling.assign({
      ...at,
      visitId: visit.id,
      staffId: agency.joan.id,
      date: DAYS[1] as string,
      start: '09:00',
    });
    expect(warnings.map(({ rule, message }) => [rule, message])).toEqual([
      ['SCH-SKILL', 'Lacks what the requirement asks for: fr'],
    ]);
  });
});
