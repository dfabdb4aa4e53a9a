import { createRow } from '@fieldfare/kernel';
import type { Store } from '@fieldfare/store';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshId, openTestStore } from '../../test/context.ts';
import { openScene } from '../../test/scene.ts';
import type { Database } from '../database.ts';
import { type TravelCalibration, travelCalibrations } from './tables.ts';

let store: Store<Database>;
beforeAll(async () => {
  store = await openTestStore();
}, 60_000);
afterAll(() => store.close());

it('shows how long drives are thought to take, and what was learnt about it, the latest first', async () => {
  const { agency, amelie } = await openScene(store);
  const { regionId } = agency;
  const learnt = (calibratedAt: string): TravelCalibration => ({
    ...{ id: freshId(amelie.ctx.random), regionId, roadFactor: 1.3, calibratedAt },
    speedKmhByHour: Array.from({ length: 24 }, () => 50),
    ...{ fitted: 400, heldOut: 100, medianBefore: 4, medianAfter: 2, ninthBefore: 12, ninthAfter: 7 },
  });
  await amelie.commit(
    ['2026-05-01', '2026-11-01'].map((day) => createRow(travelCalibrations, learnt(`${day}T12:00:00Z`))),
  );
  for await (const { roadFactor, speeds, calibrations } of await amelie.caller.travel.drivingEvents({ regionId })) {
    expect(roadFactor).toBe(1.3);
    expect(speeds).toEqual(['night', 'morning', 'day', 'afternoon', 'evening'].map((part) => ({ part, kmh: 50 })));
    expect(calibrations.map(({ calibratedAt }) => calibratedAt.slice(0, 7))).toEqual(['2026-11', '2026-05']);
    break;
  }
});
