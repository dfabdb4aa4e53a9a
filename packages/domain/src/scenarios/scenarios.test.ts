import type { Store } from '@fieldfare/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAYS, visitRow } from '../../test/agency.ts';
import { openTestStore } from '../../test/context.ts';
import { openScene, rulesOf, type Scene } from '../../test/scene.ts';
import type { Database } from '../database.ts';
import type { OutcomesOfWeek } from '../insights/index.ts';
import { dominates, FIGURES, type PlanFacts, standings } from './compare.ts';
import type { ScenariosEvent, WeekScenario } from './run.ts';

let store: Store<Database>;
beforeAll(async () => {
  store = await openTestStore();
}, 60_000);
afterAll(() => store.close());

type Plans = Extract<ScenariosEvent, { type: 'plans' }>;

async function plansOf({ amelie, at }: Scene, mayMove: boolean): Promise<Plans> {
  let last: Plans | null = null;
  for await (const event of await amelie.caller.scenarios.run({ ...at, seed: 3, moves: 2_000, mayMove })) {
    if (event.type === 'plans') last = event;
  }
  if (!last?.complete) throw new Error('a run ends with all plans');
  return last;
}
const planOf = ({ plans }: Plans, key: WeekScenario['key']): WeekScenario => {
  const found = plans.find((plan) => plan.key === key);
  if (!found) throw new Error(`no plan ${key}`);
  return found;
};

/** Three days of nursing for Simone, two of them with Joan already, one with Carl; one visit for Paul waits. */
async function weekScene(): Promise<Scene> {
  const scene = await openScene(store);
  const { agency, amelie } = scene;
  const days = [1, 2, 3].map((index) => agency.visit({ date: DAYS[index] as string, start: '09:00' }));
  const carers = [agency.joan, agency.carl, agency.joan];
  await amelie.commit([
    ...days.flatMap((visit, index) => agency.placed(visit, carers[index]?.id ?? '')),
    visitRow(agency.visit({ patientId: agency.paul.id })),
  ]);
  return scene;
}

describe('scenarios', () => {
  it('SCN-BASE moves nothing that has a place unless it may, and the same seed gives the same plans', async () => {
    const scene = await weekScene();
    const still = await plansOf(scene, false);
    expect(still.plans.map(({ key }) => key)).toEqual(['steady', 'continuity', 'travel', 'own', 'even']);
    expect(still.plans.every(({ moved, proposal }) => moved === 0 && proposal.placements.length === 1)).toBe(true);
    const free = await plansOf(scene, true);
    expect(planOf(free, 'steady').moved).toBe(0);
    const familiar = planOf(free, 'continuity');
    expect(familiar.moved).toBeGreaterThan(0);
    expect(familiar.outcomes.continuity.value).toBe(1);
    expect(free.base.outcomes.continuity.value).toBeLessThan(1);
    const again = await plansOf(scene, true);
    const figures = ({ plans }: Plans) =>
      plans.map(({ proposal, outcomes, best, dominatedBy }) => [proposal.placements, outcomes, best, dominatedBy]);
    expect(figures(again)).toEqual(figures(free));
  });

  it('a plan is accepted like any proposal, and the week then measures as the plan said', async () => {
    const scene = await weekScene();
    const familiar = planOf(await plansOf(scene, true), 'continuity');
    const { amelie, at } = scene;
    const moving = familiar.proposal.placements.filter(({ from }) => from !== null);
    expect(moving.length).toBe(familiar.moved);
    expect(
      await amelie.caller.scheduling.accept({
        ...at,
        proposalId: familiar.proposal.id,
        origin: 'scenario',
        placements: [...familiar.proposal.placements],
      }),
    ).toEqual({ accepted: familiar.proposal.placements.length });
    const [measured] = await amelie.caller.insights.weeks({ regionId: at.regionId, weeks: [at.week] });
    expect(measured).toEqual(familiar.outcomes);
    expect((await scene.board()).conflicts).toEqual([]);
  });

  it('pinned visits stay, and SCH-STALE refuses the whole plan when one of its visits has changed', async () => {
    const scene = await weekScene();
    const { amelie, at } = scene;
    for (const visit of (await scene.board()).visits) {
      if (visit.staffId !== null) await amelie.caller.scheduling.pin({ ...at, visitId: visit.id, pinned: true });
    }
    const pinned = await plansOf(scene, true);
    expect(pinned.plans.every(({ moved }) => moved === 0)).toBe(true);
    const { proposal } = planOf(pinned, 'travel');
    const [placement] = proposal.placements;
    await amelie.caller.scheduling.updateVisit({ ...at, visitId: placement?.visitId ?? '', set: { minutes: 30 } });
    const accepting = amelie.caller.scheduling.accept({
      ...at,
      proposalId: proposal.id,
      origin: 'scenario',
      placements: [...proposal.placements],
    });
    expect(await rulesOf(accepting)).toEqual(['SCH-STALE']);
  });

  it('own staff first: a visit that either may do comes back from a partner', async () => {
    const scene = await openScene(store);
    const { agency, amelie } = scene;
    await amelie.commit([
      {
        table: 'staff',
        shard: `region/${agency.regionId}/roster`,
        id: agency.carl.id,
        set: { partnerId: agency.joan.id },
      },
      ...agency.placed(agency.visit({ start: '09:00' }), agency.carl.id),
    ]);
    const plans = await plansOf(scene, true);
    expect(plans.base.outcomes.partnerShare.value).toBe(1);
    const own = planOf(plans, 'own');
    expect(own.outcomes.partnerShare.value).toBe(0);
    expect(own.best).toContain('partnerShare');
  });

  it('ends without plans when it is cancelled, and with those so far when it is told to finish', async () => {
    const { amelie, at } = await weekScene();
    const runId = '0193b7a8-0000-7000-8000-000000000001';
    const events: ScenariosEvent[] = [];
    for await (const event of await amelie.caller.scenarios.run({ ...at, seed: 1, moves: 2_000, runId })) {
      events.push(event);
      if (events.length === 1)
        expect(await amelie.caller.scenarios.finish({ ...at, runId })).toEqual({ running: true });
    }
    const last = events.at(-1);
    expect(last).toMatchObject({ type: 'plans', complete: true });
    expect(last?.type === 'plans' && last.plans.length).toBe(1);
    expect(await amelie.caller.scenarios.finish({ ...at, runId })).toEqual({ running: false });
  });
});

describe('SCN-PARETO', () => {
  const nothing = { value: null, part: 0, of: 0 };
  const facts = (travel: number, partner: number, moved: number): PlanFacts => ({
    outcomes: {
      week: '2026-W48',
      visits: 10,
      uncovered: nothing,
      daysToFirstVisit: nothing,
      waitingForFirst: 0,
      continuity: nothing,
      travelPerVisit: { value: travel, part: travel, of: 1 },
      overtime: { value: 0, part: 0, of: 1 },
      use: nothing,
      partnerShare: { value: partner, part: partner, of: 1 },
    } satisfies OutcomesOfWeek,
    moved,
    uneven: 5,
  });

  it('names what each is best on and what another makes needless', () => {
    const plans = [facts(10, 0.2, 0), facts(8, 0.3, 4), facts(11, 0.2, 0), facts(8, 0.3, 5)];
    expect(standings(plans)).toEqual([
      { best: ['partnerShare', 'moved'], dominatedBy: null },
      { best: ['travelPerVisit'], dominatedBy: null },
      { best: ['partnerShare', 'moved'], dominatedBy: 0 },
      { best: ['travelPerVisit'], dominatedBy: 1 },
    ]);
  });

  it('what reads the same is the same, and nothing to measure decides nothing', () => {
    expect(dominates(facts(8, 0.2, 0), facts(8.001, 0.2, 0))).toBe(false);
    expect(standings([facts(8, 0.2, 0), facts(8.001, 0.2, 0)]).map(({ best }) => best)).toEqual([[], []]);
    expect(FIGURES.map(({ key }) => key)).toEqual([
      'uncovered',
      'continuity',
      'travelPerVisit',
      'overtime',
      'partnerShare',
      'uneven',
      'moved',
    ]);
  });
});
