import { addDays } from '@fieldfare/kernel';
import type { Store } from '@fieldfare/store';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestStore } from '../../test/context.ts';
import { openScene, rulesOf } from '../../test/scene.ts';
import type { Database } from '../database.ts';
import { hospitalDays } from './stays.ts';

const WEEK = { from: '2026-11-16', to: '2026-11-22' };
const stay = (admittedOn: string, dischargedOn: string | null) => ({ admittedOn, dischargedOn });

describe('HSP-DAYS', () => {
  it.each([
    ['none', [], 0],
    ['three nights', [stay('2026-11-17', '2026-11-20')], 3],
    ['in and out on one day', [stay('2026-11-17', '2026-11-17')], 1],
    ['still there', [stay('2026-11-20', null)], 3],
    ['from before, still there', [stay('2026-10-01', null)], 7],
    ['from before, home on the first day', [stay('2026-11-10', '2026-11-16')], 0],
    ['over both ends', [stay('2026-11-10', '2026-11-30')], 7],
    ['before', [stay('2026-11-01', '2026-11-05')], 0],
    ['after', [stay('2026-11-23', null)], 0],
    ['one day twice', [stay('2026-11-17', '2026-11-20'), stay('2026-11-19', '2026-11-21')], 4],
  ] as const)('%s', (_what, stays, days) => expect(hospitalDays(stays, WEEK)).toBe(days));

  it('never more than the days asked about, and never less for one stay more', () => {
    const day = fc.integer({ min: -20, max: 20 }).map((shift) => addDays(WEEK.from, shift));
    const any = fc
      .tuple(day, fc.option(fc.nat(10)))
      .map(([from, length]) => stay(from, length === null ? null : addDays(from, length)));
    fc.assert(
      fc.property(fc.array(any, { maxLength: 4 }), any, (stays, more) => {
        const days = hospitalDays(stays, WEEK);
        expect(days).toBeLessThanOrEqual(7);
        expect(hospitalDays([...stays, more], WEEK)).toBeGreaterThanOrEqual(days);
      }),
      { numRuns: 100 },
    );
  });
});

describe('stays of a patient', () => {
  let store: Store<Database>;
  beforeAll(async () => {
    store = await openTestStore();
  }, 60_000);
  afterAll(() => store.close());

  it('HSP-ONCE, HSP-DATE: one admission is one stay, its discharge is entered later, and it can be taken out', async () => {
    const { agency, amelie } = await openScene(store);
    const at = { regionId: agency.regionId, patientId: agency.simone.id };
    const { patients, assessments } = amelie.caller;
    const stays = async () => (await assessments.record(at)).stays;
    const { stayId } = await patients.recordStay({ ...at, admittedOn: '2026-11-10', dischargedOn: null });
    expect(await stays()).toMatchObject([{ id: stayId, dischargedOn: null, source: 'entry' }]);
    await patients.recordStay({ ...at, admittedOn: '2026-11-10', dischargedOn: '2026-11-14' });
    expect(await stays()).toMatchObject([{ id: stayId, dischargedOn: '2026-11-14' }]);
    expect(await rulesOf(patients.recordStay({ ...at, admittedOn: '2026-12-24', dischargedOn: null }))).toEqual([
      'HSP-DATE',
    ]);
    expect(await rulesOf(patients.recordStay({ ...at, admittedOn: '2026-11-15', dischargedOn: '2026-11-14' }))).toEqual(
      ['HSP-DATE'],
    );
    expect(
      await rulesOf(
        patients.recordStay({ ...at, patientId: agency.regionId, admittedOn: '2026-11-15', dischargedOn: null }),
      ),
    ).toEqual(['PAT-KNOWN']);
    await patients.removeStay({ ...at, stayId });
    expect(await stays()).toEqual([]);
    await patients.recordStay({ ...at, admittedOn: '2026-11-10', dischargedOn: null });
    expect(await stays()).toMatchObject([{ id: stayId, dischargedOn: null }]);
  });
});
