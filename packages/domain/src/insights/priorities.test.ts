import { WEIGHTS } from '@fieldfare/engine-scheduling';
import { createRow, seededRandom } from '@fieldfare/kernel';
import type { Store } from '@fieldfare/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AMELIE, visitRow } from '../../test/agency.ts';
import { freshId, openDesk, openTestStore } from '../../test/context.ts';
import { openScene, rulesOf, type Scene } from '../../test/scene.ts';
import type { Database } from '../database.ts';
import { type PlacementChoice, placementChoices, sharedWorkbench, weightSets } from '../scheduling/index.ts';

let store: Store<Database>;
beforeAll(async () => {
  store = await openTestStore();
}, 60_000);
afterAll(() => store.close());

const random = seededRandom(99);
/** Somebody who drives far for a known face. */
const choice = ({ regionId, week }: Scene['at'], over: Partial<PlacementChoice> = {}): PlacementChoice => ({
  id: freshId(random),
  regionId,
  week,
  visitId: freshId(random),
  origin: 'candidates',
  decision: 'changed',
  chosen: { travelMinutes: 45, waitingMinutes: 0, windowMinutes: 0, continuity: 0, balance: 5, disruption: 0 },
  other: { travelMinutes: 5, waitingMinutes: 0, windowMinutes: 0, continuity: 3, balance: 5, disruption: 0 },
  rank: 2,
  broken: [],
  decidedAt: '2026-11-21T12:00:00.000Z',
  decidedBy: AMELIE.id,
  ...over,
});

const ask = ({ amelie, at }: Scene) => amelie.caller.insights.priorities({ regionId: at.regionId, weeks: [at.week] });

describe('priorities', () => {
  it('INS-EVIDENCE proposes from enough choices that break no rule, and says what they were', async () => {
    const scene = await openScene(store);
    const log = async (count: number, over: Partial<PlacementChoice> = {}): Promise<unknown> =>
      scene.amelie.commit(Array.from({ length: count }, () => createRow(placementChoices, choice(scene.at, over))));
    await log(19);
    await log(30, { broken: ['SCH-WINDOW'] });
    await log(30, { chosen: null, decision: 'rejected' });
    expect(await ask(scene)).toMatchObject({ choices: 19, against: 19, needed: 20, proposed: null, inForce: null });
    await log(1);
    const { proposed, priorities, now } = await ask(scene);
    expect(now).toEqual(WEIGHTS);
    expect(proposed?.continuity).toBeGreaterThan(1.1 * WEIGHTS.continuity);
    expect(priorities.find(({ component }) => component === 'continuity')).toMatchObject({ better: 20, worse: 0 });
    expect(priorities.find(({ component }) => component === 'travelMinutes')).toMatchObject({ better: 0, worse: 20 });
  });

  it('INS-WEIGHTS an administrator applies, the next plan counts by them, and a later look is asked for', async () => {
    const scene = await openScene(store);
    const { agency, at } = scene;
    const weights = { ...WEIGHTS, continuity: 300 };
    const apply = { inForce: null, weights, choices: 20, against: 12 };
    expect(await rulesOf(scene.amelie.caller.insights.applyPriorities(apply))).toEqual(['PERM-ACTION']);

    const admin = await openDesk({ ...AMELIE, role: 'admin' }, store);
    await admin.commit([...agency.changes, visitRow(agency.visit())]);
    const { id } = await admin.caller.insights.applyPriorities(apply);
    expect((await sharedWorkbench(admin.ctx, at)).compiled.weights).toEqual(weights);
    const view = await admin.caller.insights.priorities({ regionId: at.regionId, weeks: [at.week] });
    expect(view).toMatchObject({ inForce: id, now: weights, writable: true });
    expect(view.history).toMatchObject([{ id, by: AMELIE.name, choices: 20, against: 12 }]);
    expect(await rulesOf(admin.caller.insights.applyPriorities(apply))).toEqual(['INS-WEIGHTS']);
    await admin.caller.insights.applyPriorities({ inForce: id, weights: WEIGHTS, choices: null, against: null });
    const back = await admin.caller.insights.priorities({ regionId: at.regionId, weeks: [at.week] });
    expect(back.now).toEqual(WEIGHTS);
    expect(back.history).toHaveLength(2);
    expect(admin.commands).toEqual(['Change the priorities', 'Change the priorities']);
  });

  it('INS-WEIGHTS priorities of a version that knew no overtime hold, with the usual price of what they do not name', async () => {
    const scene = await openScene(store);
    const { overtime, partnerCost, ...known } = { ...WEIGHTS, continuity: 250 };
    const row = { choices: null, against: null, appliedAt: '2026-11-28T12:00:00.000Z', appliedBy: AMELIE.id };
    await scene.amelie.commit([createRow(weightSets, { id: freshId(random), weights: known, ...row })]);
    expect((await ask(scene)).now).toEqual({ ...known, overtime, partnerCost });
  });
});
