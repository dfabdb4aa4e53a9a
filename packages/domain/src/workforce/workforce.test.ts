import type { Store } from '@fieldfare/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestStore } from '../../test/context.ts';
import { openScene, rulesOf } from '../../test/scene.ts';
import type { Database } from '../database.ts';
import type { StaffFields } from './commands.ts';
import { breakProblems, stretchProblems } from './rules.ts';

describe('WRK-STRETCH', () => {
  const on = (weekday: number, from: string, to: string) => ({ weekday, from, to });
  it.each([
    ['a break between two', [on(1, '08:00', '12:00'), on(1, '12:30', '16:00')], []],
    ['back to back', [on(1, '08:00', '12:00'), on(1, '12:00', '16:00')], []],
    ['to midnight, and on from it', [on(1, '20:00', '24:00'), on(2, '00:00', '06:00')], []],
    ['no time', [on(1, '08:00', '08:00')], [0]],
    ['backwards', [on(1, '08:00', '12:00'), on(2, '16:00', '08:00')], [1]],
    ['a shared minute', [on(1, '08:00', '12:01'), on(1, '12:00', '16:00'), on(2, '08:00', '16:00')], [1]],
  ])('%s', (_, stretches, wrong) => {
    expect(stretchProblems(stretches).map(({ path }) => path?.[2])).toEqual(wrong);
  });
});

describe('WRK-BREAK', () => {
  const between = (from: string, to: string, minutes: number, ...weekdays: number[]) => ({
    weekdays,
    from,
    to,
    minutes,
  });
  it.each([
    ['one for every day', [between('11:30', '13:30', 30)], []],
    ['its window just holds it', [between('12:00', '12:30', 30)], []],
    ['its window is too short', [between('12:00', '12:29', 30)], [0]],
    ['backwards', [between('13:00', '12:00', 30)], [0]],
    ['on different days', [between('11:00', '13:00', 30, 1, 2), between('12:00', '14:00', 45, 3)], []],
    ['two on one day', [between('11:00', '13:00', 30, 1, 2), between('15:00', '16:00', 15, 2)], [1]],
    ['two on every day', [between('11:00', '13:00', 30), between('15:00', '16:00', 15, 2)], [1]],
  ])('%s', (_, breaks, wrong) => {
    expect(breakProblems(breaks).map(({ path }) => path?.[2])).toEqual(wrong);
  });
});

describe('the roster', () => {
  let store: Store<Database>;
  beforeAll(async () => {
    store = await openTestStore();
  }, 60_000);
  afterAll(() => store.close());

  it('WRK-REFERENCE, WRK-PARTNER, WRK-AWAY: carers and absences are entered, changed and taken back', async () => {
    const { agency, amelie, at } = await openScene(store);
    const { regionId } = at;
    const { workforce, scheduling } = amelie.caller;
    const { id: joanId, regionId: _region, ...joan } = agency.joan;
    const set: StaffFields = { ...joan, reference: 'E-77', givenName: ' Ann ', startsFrom: 'office' };

    expect(await rulesOf(workforce.add({ regionId, set: { ...set, reference: 'JOAN' } }))).toEqual(['WRK-REFERENCE']);
    expect(await rulesOf(workforce.add({ regionId, set: { ...set, partnerId: joanId } }))).toEqual(['WRK-PARTNER']);
    const { staffId } = await workforce.add({ regionId, set });
    const ann = async () => (await workforce.list({ regionId })).find(({ id }) => id === staffId);
    expect(await ann()).toMatchObject({ givenName: 'Ann', startsFrom: 'office', absences: [] });

    const change = (fields: Partial<StaffFields>) => workforce.change({ regionId, staffId, set: fields });
    const commands = amelie.commands.length;
    await change({ familyName: joan.familyName, skills: null });
    expect(amelie.commands).toHaveLength(commands); // nothing differs
    await change({ skills: ['palliative'], reference: 'e-77' });
    expect(await ann()).toMatchObject({ skills: ['palliative'], reference: 'e-77' });
    expect(await rulesOf(change({ reference: 'Joan' }))).toEqual(['WRK-REFERENCE']);
    const backwards = [{ weekday: 1, from: '12:00', to: '08:00' }];
    expect(await rulesOf(change({ availability: backwards }))).toEqual(['WRK-STRETCH']);
    const pause = { weekdays: [], from: '12:00', to: '13:00', minutes: 30 };
    expect(await rulesOf(change({ breaks: [{ ...pause, minutes: 90 }] }))).toEqual(['WRK-BREAK']);
    await change({ breaks: [pause] });
    expect(await ann()).toMatchObject({ breaks: [pause] });
    expect(await rulesOf(workforce.change({ regionId, staffId: agency.simone.id, set: {} }))).toEqual(['WRK-KNOWN']);

    const days = { regionId, staffId, fromDate: '2026-11-24', toDate: '2026-11-26', reason: 'vacation' as const };
    expect(await rulesOf(workforce.recordAbsence({ ...days, toDate: '2026-11-23' }))).toEqual(['WRK-DATES']);
    for (const _twice of [1, 2]) await workforce.recordAbsence(days);
    const [absence] = (await ann())?.absences ?? [];
    expect((await ann())?.absences).toHaveLength(1);
    await workforce.removeAbsence({ regionId, absenceId: absence?.id ?? '' });
    expect((await ann())?.absences).toEqual([]);
    await workforce.recordAbsence(days);
    expect((await ann())?.absences).toMatchObject([{ fromDate: '2026-11-24' }]);

    await scheduling.blockCarer({ regionId, patientId: agency.simone.id, staffId, reason: 'asked for another' });
    for await (const known of await scheduling.carerPatients({ regionId, staffId })) {
      expect(known).toMatchObject({
        preferredBy: [],
        blocked: [{ name: 'Simone Caron', reason: 'asked for another' }],
        writable: true,
      });
      break;
    }
    for await (const { people, writable, today } of await workforce.rosterEvents({ regionId })) {
      expect({ count: people.length, writable, today }).toEqual({ count: 4, writable: true, today: '2026-11-21' });
      break;
    }
    await amelie.projected();
  });
});
