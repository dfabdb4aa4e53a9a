import type { Store } from '@fieldfare/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AMELIE, createAgency, visitRow, WEEK } from '../../test/agency.ts';
import { openDesk, openTestStore } from '../../test/context.ts';
import { rulesOf } from '../../test/scene.ts';
import type { Database } from '../database.ts';

describe('partners', () => {
  let store: Store<Database>;
  beforeAll(async () => {
    store = await openTestStore();
  }, 60_000);
  afterAll(() => store.close());

  it('PTN-NAME, PTN-SERVICE, PTN-REGION: an administrator enters what was agreed, and the board holds to it', async () => {
    const agency = createAgency();
    const admin = await openDesk({ ...AMELIE, role: 'admin' }, store);
    await admin.commit(agency.changes);
    const { caller } = admin;
    const set = {
      name: 'Rideau',
      regionIds: [agency.regionId],
      serviceCodes: ['nursing'],
      phone: '',
      active: true,
      centsAnHour: 4_200,
      capacityMinutes: 60,
      noticeDays: 2,
    };
    const save = (change: Partial<typeof set>, partnerId: string | null = null) =>
      caller.partners.save({ partnerId, set: { ...set, ...change } });
    expect(await rulesOf(save({ serviceCodes: ['gardening'] }))).toEqual(['PTN-SERVICE']);
    expect(await rulesOf(save({ regionIds: [agency.joan.id] }))).toEqual(['PTN-REGION']);
    const { partnerId } = await save({});
    expect(await rulesOf(save({ name: 'RIDEAU' }))).toEqual(['PTN-NAME']);
    expect(await rulesOf(save({ name: 'Other' }, agency.joan.id))).toEqual(['PTN-KNOWN']);
    for await (const { partners, writable } of await caller.partners.events()) {
      expect({ partners, writable }).toMatchObject({ partners: [{ id: partnerId, noticeDays: 2 }], writable: true });
      break;
    }

    const { regionId } = agency;
    const joan = agency.joan.id;
    await caller.workforce.change({ regionId, staffId: joan, set: { partnerId } });
    const [visit, other] = [agency.visit(), agency.visit()];
    await admin.commit([visitRow(visit), visitRow(other)]);
    const place = { regionId, week: WEEK, staffId: joan, date: visit.date ?? '' };
    const warned = async (visitId: string, start: string) =>
      (await caller.scheduling.assign({ ...place, visitId, start })).warnings.map(({ rule }) => rule);
    expect(await warned(visit.id, '09:00')).toEqual([]);
    expect(await warned(other.id, '14:00')).toContain('SCH-PARTNER-CAPACITY');

    await save({ capacityMinutes: 600, noticeDays: 30, serviceCodes: [] }, partnerId);
    const commands = admin.commands.length;
    await save({ capacityMinutes: 600, noticeDays: 30, serviceCodes: [] }, partnerId);
    expect(admin.commands).toHaveLength(commands); // nothing differs
    const third = agency.visit();
    await admin.commit([visitRow(third)]);
    expect(await warned(third.id, '11:00')).toEqual(expect.arrayContaining(['SCH-CONTRACT', 'SCH-NOTICE']));
    expect(await warned(visit.id, '09:30')).not.toContain('SCH-NOTICE'); // it is with the partner already
    await admin.projected(); // the store closes after this
  });

  it('PERM-ACTION: a coordinator reads them only', async () => {
    const agency = createAgency();
    const desk = await openDesk(AMELIE, store);
    await desk.commit(agency.changes);
    const set = { name: 'New', regionIds: [], serviceCodes: [], phone: '', active: true };
    expect(await rulesOf(desk.caller.partners.save({ partnerId: null, set }))).toEqual(['PERM-ACTION']);
    await desk.projected();
  });
});
