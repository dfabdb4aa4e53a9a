import { LEVELS, RULES, type RuleId } from '@fieldfare/engine-scheduling';
import type { Store } from '@fieldfare/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AMELIE, createAgency, DAYS, visitRow, WEEK } from '../../test/agency.ts';
import { openDesk, openTestStore, type TestDesk } from '../../test/context.ts';
import { rulesOf } from '../../test/scene.ts';
import type { Database } from '../database.ts';
import { rulesInForce } from './rule-settings.ts';

let store: Store<Database>;
beforeAll(async () => {
  store = await openTestStore();
}, 60_000);
afterAll(() => store.close());

const set = (desk: TestDesk, rule: string, level: 'block' | 'warn' | 'off', minutes: number | null = null) =>
  desk.caller.scheduling.saveRules({ rules: [{ rule, level, minutes }], services: [] });

describe('rule settings', () => {
  it('RLS-READ what a newer version wrote counts as not set; rest is eleven hours unless somebody says otherwise', () => {
    expect(
      rulesInForce([
        { rule: 'SCH-NEW', level: 'off', minutes: null },
        { rule: 'SCH-ROLE', level: 'off', minutes: null },
        { rule: 'SCH-CAPACITY', level: 'block', minutes: null },
      ]),
    ).toEqual({ levels: { 'SCH-CAPACITY': 'block' }, restMinutes: 660 });
    expect(rulesInForce([{ rule: 'SCH-REST', level: 'warn', minutes: 540 }]).restMinutes).toBe(540);
  });

  it('RLS-LEVEL an administrator sets what a rule allows, and the board follows', async () => {
    const agency = createAgency();
    const admin = await openDesk({ ...AMELIE, role: 'admin' }, store);
    await admin.commit(agency.changes);
    const { caller } = admin;
    const before = await caller.scheduling.rules();
    expect(before.writable).toBe(true);
    expect(before.rules.map(({ rule }) => rule)).toEqual(Object.keys(RULES));
    for (const rule of ['SCH-OVERLAP-STAFF', 'SCH-OVERLAP-PATIENT', 'SCH-ROLE'] as RuleId[]) {
      expect(LEVELS[rule]).toEqual(['block']);
      expect(await rulesOf(set(admin, rule, 'off'))).toEqual(['RLS-LEVEL']);
    }

    const [visit, other] = [agency.visit(), agency.visit({ date: DAYS[2] as string })];
    await admin.commit([visitRow(visit), visitRow(other)]);
    const place = (id: string, date: string | undefined, start: string) =>
      caller.scheduling.assign({
        regionId: agency.regionId,
        week: WEEK,
        visitId: id,
        staffId: agency.joan.id,
        date: date ?? '',
        start,
      });
    const early = () => place(visit.id, DAYS[1], '07:00');
    expect((await early()).warnings.map(({ rule }) => rule)).toContain('SCH-AVAILABILITY');
    await set(admin, 'SCH-AVAILABILITY', 'block');
    expect(await rulesOf(early())).toEqual(['SCH-AVAILABILITY']);

    // A service's gap and the least rest reach the same question.
    await place(visit.id, DAYS[1], '17:00');
    await caller.scheduling.saveRules({
      rules: [{ rule: 'SCH-REST', level: 'block', minutes: 900 }],
      services: [{ code: visit.serviceCode, minutes: 0, days: 2 }],
    });
    const next = () => place(other.id, DAYS[2], '08:00');
    expect(await rulesOf(next())).toEqual(['SCH-REST']);
    await set(admin, 'SCH-REST', 'off');
    expect((await next()).warnings.map(({ rule }) => rule)).toEqual(['SCH-SPACING']);
    await set(admin, 'SCH-SPACING', 'off');
    expect((await next()).warnings).toEqual([]);
    expect((await caller.scheduling.rules()).services.find(({ code }) => code === visit.serviceCode)).toMatchObject({
      days: 2,
    });
  });

  it('PERM-ACTION a coordinator reads and does not set', async () => {
    const desk = await openDesk(AMELIE, store);
    expect((await desk.caller.scheduling.rules()).writable).toBe(false);
    expect(await rulesOf(set(desk, 'SCH-CAPACITY', 'off'))).toEqual(['PERM-ACTION']);
  });
});
