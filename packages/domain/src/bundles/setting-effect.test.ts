import { DEFAULT_PARTS } from '@fieldfare/engine-bundles';
import type { Store } from '@fieldfare/store';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Agency, AMELIE, createAgency } from '../../test/agency.ts';
import { answersOf } from '../../test/answers.ts';
import { openDesk, openTestStore, type TestDesk } from '../../test/context.ts';
import { rulesOf } from '../../test/scene.ts';
import { FORMS } from '../assessments/index.ts';
import type { Database } from '../database.ts';
import { settingEffect } from './setting-effect.ts';

const [HC_9] = FORMS;
if (!HC_9) throw new Error('there is no form');

interface Matrix {
  readonly version: string;
  readonly rows: readonly {
    readonly service: string;
    readonly bands: readonly { readonly low: number; readonly default: number; readonly high: number }[];
  }[];
}
const MATRIX = DEFAULT_PARTS.matrix as Matrix;

/** The shipped matrix with every band of personal support `factor` times as large. */
const supported = (factor: number): string =>
  JSON.stringify({
    ...MATRIX,
    version: '9.0.0',
    rows: MATRIX.rows.map((row) =>
      row.service === 'psw'
        ? {
            ...row,
            bands: row.bands.map((band) => ({
              ...band,
              low: band.low * factor,
              default: band.default * factor,
              high: band.high * factor,
            })),
          }
        : row,
    ),
  });

let store: Store<Database>;
let agency: Agency;
let desk: TestDesk;
beforeAll(async () => {
  store = await openTestStore();
}, 60_000);
afterAll(() => store.close());
beforeEach(async () => {
  agency = createAgency();
  desk = await openDesk(AMELIE, store);
  await desk.commit(agency.changes);
});

/** Needs help with all of daily life. */
const assess = (patientId: string) =>
  desk.caller.assessments.complete({
    regionId: agency.regionId,
    patientId,
    instrument: HC_9.instrument,
    formVersion: HC_9.version,
    assessedOn: '2026-11-20',
    answers: [...answersOf(HC_9)].map(([code, value]) => ({ code, value })),
    amends: null,
    reason: '',
  });

async function effectOf(content: string) {
  const input = { regionId: agency.regionId, kind: 'matrix' as const, content };
  const events = [];
  for await (const event of settingEffect(desk.ctx, input, undefined)) events.push(event);
  const last = events.at(-1);
  if (last?.type !== 'effect') throw new Error('it ended without an effect');
  return last.effect;
}

describe('BST-EFFECT what a version of the settings would mean', () => {
  it('lists whose weeks would change, by how much, and adopts nothing', async () => {
    await assess(agency.simone.id);
    const proposal = await desk.caller.bundles.propose({
      regionId: agency.regionId,
      patientId: agency.simone.id,
      streamId: 'ltc-high',
    });
    const effect = await effectOf(supported(2));
    expect(effect.assessed).toBe(1);
    const [shift] = effect.shifts;
    expect(shift).toMatchObject({ patientId: agency.simone.id, planned: false });
    const now = proposal.scenarios.find(({ axis }) => axis === shift?.axis);
    expect(shift?.before?.hoursPerWeek).toBe(now?.hoursPerWeek);
    expect(shift?.after?.hoursPerWeek).toBeGreaterThan(shift?.before?.hoursPerWeek ?? Number.POSITIVE_INFINITY);
    expect(shift?.after?.weeklyCents).toBeGreaterThan(shift?.before?.weeklyCents ?? Number.POSITIVE_INFINITY);
    expect((await desk.caller.bundles.settings()).kinds[0]?.adoptedAt).toBeNull();
  });

  it('another version with the same numbers changes nobody’s week', async () => {
    await assess(agency.simone.id);
    expect(await effectOf(supported(1))).toMatchObject({ assessed: 1, shifts: [] });
  });

  it('compares on the axis of the plan that the patient has', async () => {
    await assess(agency.simone.id);
    const at = { regionId: agency.regionId, patientId: agency.simone.id };
    const { scenarios, recommended } = await desk.caller.bundles.propose({ ...at, streamId: 'ltc-high' });
    const axis = scenarios.find((one) => one.axis !== recommended)?.axis ?? '';
    const { planId } = await desk.caller.bundles.choose({ ...at, streamId: 'ltc-high', axis, reason: 'her wish' });
    const signing = { ...at, planId, startsOn: '2026-11-30', beside: [] };
    const { token } = await desk.caller.bundles.effect(signing);
    await desk.caller.bundles.sign({ ...signing, token });
    expect((await effectOf(supported(2))).shifts).toMatchObject([{ axis, planned: true }]);
  });

  it('a version with faults is refused with them, and a cancelled run ends without an effect', async () => {
    await assess(agency.simone.id);
    const input = { regionId: agency.regionId, kind: 'matrix' as const, content: '{"version": 1}' };
    expect(await rulesOf(settingEffect(desk.ctx, input, undefined).next())).not.toEqual([]);
    const stopped = new AbortController();
    const events = [];
    for await (const event of settingEffect(desk.ctx, { ...input, content: supported(2) }, stopped.signal)) {
      events.push(event.type);
      stopped.abort();
    }
    expect(events).toEqual(['progress']);
  });
});
