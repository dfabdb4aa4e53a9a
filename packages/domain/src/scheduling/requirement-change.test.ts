import { addDays } from '@fieldfare/kernel';
import type { Store } from '@fieldfare/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestStore } from '../../test/context.ts';
import { openScene, rulesOf, type Scene } from '../../test/scene.ts';
import type { Database } from '../database.ts';
import type { RequirementFields } from './requirement-change.ts';

let store: Store<Database>;
beforeAll(async () => {
  store = await openTestStore();
}, 60_000);
afterAll(() => store.close());

const NURSING: RequirementFields = {
  serviceCode: 'nursing',
  visitsPerWeek: 3,
  minutes: 45,
  windows: [{ weekdays: [1, 3, 5], from: '08:00', to: '10:00' }],
  providerPreference: 'any',
  priority: 'routine',
  preferredStaffId: null,
  endsOn: null,
  skills: null,
  pairing: null,
  continuity: null,
};

const MONDAY = '2026-11-23';

async function opened() {
  const scene: Scene = await openScene(store);
  const { scheduling } = scene.amelie.caller;
  const at = { regionId: scene.agency.regionId, patientId: scene.agency.simone.id };
  const save = async (set: RequirementFields | null, requirementId: string | null = null, from = MONDAY) => {
    const input = { ...at, requirementId, from, set };
    const effect = await scheduling.requirementEffect(input);
    await scheduling.saveRequirement({ ...input, id: effect.id, token: effect.token });
    return effect;
  };
  const view = async () => {
    for await (const now of await scheduling.requirements(at)) return now;
    throw new Error('nothing came');
  };
  const visits = async () =>
    (await scheduling.week({ regionId: at.regionId, week: scene.at.week })).visits.filter(
      ({ patientId }) => patientId === at.patientId,
    );
  return { scene, scheduling, at, save, view, visits };
}

describe('a patient’s needs', () => {
  it('REQ-WHO, REQ-STALE: entered with their visits, changed from a day on, ended; who comes changes at once', async () => {
    const { scene, scheduling, at, save, view, visits } = await opened();
    const { joan, pia } = scene.agency;
    expect((await save(NURSING)).weeks).toMatchObject([{ week: scene.at.week, planned: 3, cancelled: 0 }]);
    expect(await visits()).toHaveLength(3);
    const [row] = (await view()).rows;
    const id = row?.id ?? '';
    expect(await view()).toMatchObject({ writable: true, past: 0, rows: [{ startsOn: MONDAY, visitsPerWeek: 3 }] });
    expect((await view()).services.find(({ code }) => code === 'nursing')?.carers.map(({ name }) => name)).toEqual([
      'Carl Roy',
      'Joan Roy',
    ]);

    const familiar = { ...NURSING, preferredStaffId: joan.id, skills: ['fr'], continuity: 'high' as const };
    expect((await save(familiar, id)).weeks).toEqual([]);
    expect((await view()).rows).toMatchObject([{ id, preferredStaffId: joan.id, skills: ['fr'], continuity: 'high' }]);
    expect(await rulesOf(save({ ...familiar, preferredStaffId: pia.id }, id))).toEqual(['REQ-CARER']);

    const wednesday = addDays(MONDAY, 2);
    const two = { ...familiar, pairing: { kind: 'together' as const } };
    expect((await save(two, id, wednesday)).weeks).toMatchObject([{ planned: 2 * 2, cancelled: 2 }]);
    const after = (await view()).rows;
    expect(after.map(({ startsOn, endsOn }) => [startsOn, endsOn])).toEqual([
      [MONDAY, addDays(MONDAY, 1)],
      [wednesday, null],
    ]);
    // Back to one carer: nothing is taken over from what ends.
    const second = after[1]?.id ?? '';
    await save({ ...two, pairing: null }, second, wednesday);
    expect((await view()).rows.at(-1)).toMatchObject({ startsOn: wednesday, pairing: null });

    const last = (await view()).rows.at(-1)?.id ?? '';
    await save(null, last, addDays(wednesday, 1));
    expect((await view()).rows.at(-1)).toMatchObject({ endsOn: wednesday });
    const again = { ...at, requirementId: null, from: MONDAY, set: NURSING };
    const { id: next, token } = await scheduling.requirementEffect(again);
    for (const other of [
      { id: next, token: 'old' },
      { id, token },
    ]) {
      expect(await rulesOf(scheduling.saveRequirement({ ...again, ...other }))).toEqual(['REQ-STALE']);
    }
    await scene.amelie.projected();
    expect(scene.amelie.commands).toEqual(['Add need', 'Change need', 'Change need', 'Change need', 'End need']);
  });

  it('refuses what cannot be', async () => {
    const { scene, save } = await opened();
    const after = (leastMinutes: number, mostMinutes: number) => ({
      kind: 'after' as const,
      leastMinutes,
      mostMinutes,
    });
    for (const [rule, set] of [
      ['REQ-SERVICE', { serviceCode: 'gardening' }],
      ['REQ-WINDOW', { windows: [{ weekdays: [], from: '10:00', to: '08:00' }] }],
      ['REQ-PAIR', { pairing: after(60, 30) }],
      ['REQ-DATES', { endsOn: addDays(MONDAY, -1) }],
    ] as const) {
      expect(await rulesOf(save({ ...NURSING, ...set } as RequirementFields))).toEqual([rule]);
    }
    expect(await rulesOf(save(NURSING, null, '2026-11-20'))).toEqual(['REQ-DATES']);
    expect(await rulesOf(save(NURSING, scene.agency.joan.id))).toEqual(['REQ-KNOWN']);
    await scene.amelie.projected();
  });
});
