import type { Store } from '@fieldfare/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAYS, visitRow } from '../../test/agency.ts';
import { openTestStore } from '../../test/context.ts';
import { openScene, type Scene } from '../../test/scene.ts';
import type { Database } from '../database.ts';
import type { Candidate, Proposal } from './board.ts';
import type { Visit } from './tables.ts';

let store: Store<Database>;
beforeAll(async () => {
  store = await openTestStore();
}, 60_000);
afterAll(() => store.close());

const choicesOf = async ({ agency, amelie }: Scene) => {
  await amelie.projected();
  return store.db
    .selectFrom('placementChoices')
    .selectAll()
    .where('regionId', '=', agency.regionId)
    .where('deletedAt', 'is', null)
    .execute();
};
const reviewsOf = async ({ agency, amelie }: Scene) => {
  await amelie.projected();
  return store.db.selectFrom('planReviews').selectAll().where('regionId', '=', agency.regionId).execute();
};

async function choose(
  { amelie, at }: Scene,
  visit: Visit,
  pick: (candidates: readonly Candidate[]) => Candidate | undefined,
) {
  const target = { ...at, visitId: visit.id };
  const candidate = pick(await amelie.caller.scheduling.suggest(target));
  if (!candidate) throw new Error('there is a candidate to choose');
  const { staffId, date, start } = candidate;
  await amelie.caller.scheduling.assign({ ...target, staffId, date, start });
  return candidate;
}

async function proposalOf({ amelie, at }: Scene): Promise<Proposal> {
  for await (const event of await amelie.caller.scheduling.autoAssign({ ...at, seed: 1 })) {
    if (event.type === 'proposal') return event.proposal;
  }
  throw new Error('a run ends with a proposal');
}

describe('CHO-PLACE', () => {
  it('logs the place taken and the best of those left, the first as accepted and another as changed', async () => {
    const scene = await openScene(store);
    const { agency, amelie } = scene;
    const [first, second] = [agency.visit(), agency.visit({ patientId: agency.paul.id })];
    await amelie.commit([first, second].map(visitRow));
    await choose(scene, first, ([best]) => best);
    const later = await choose(scene, second, ([best, ...rest]) =>
      rest.find(({ staffId }) => staffId !== best?.staffId),
    );
    const rows = new Map((await choicesOf(scene)).map((row) => [row.visitId, row]));
    expect(rows.get(first.id)).toMatchObject({ decision: 'accepted', origin: 'candidates', rank: 0, broken: [] });
    const changed = rows.get(second.id);
    expect(changed).toMatchObject({ decision: 'changed', origin: 'candidates', decidedBy: amelie.person.id });
    expect(changed?.rank).toBeGreaterThan(0);
    expect(changed?.chosen?.travelMinutes).toBe(later.travelMinutes);
    expect(changed?.other).not.toBeNull();
  });

  it('names the rules a place breaks, and says nothing of a mere change of time', async () => {
    const scene = await openScene(store);
    const { agency, amelie, at } = scene;
    const visit = agency.visit();
    await amelie.commit([visitRow(visit)]);
    const place = { ...at, visitId: visit.id, staffId: agency.joan.id, date: DAYS[1] as string, start: '17:40' };
    await amelie.caller.scheduling.assign(place);
    expect((await choicesOf(scene)).map(({ broken }) => broken)).toEqual([['SCH-AVAILABILITY', 'SCH-WINDOW']]);
    await amelie.caller.scheduling.assign({ ...place, start: '09:00' });
    expect(await choicesOf(scene)).toHaveLength(1);
  });

  it('a visit the engine had placed is compared with that place', async () => {
    const scene = await openScene(store);
    const { agency, amelie, at } = scene;
    const visit = agency.visit();
    await amelie.commit([visitRow(visit)]);
    const { id: proposalId, placements } = await proposalOf(scene);
    await amelie.caller.scheduling.accept({ ...at, proposalId, placements: [...placements] });
    const other = placements[0]?.staffId === agency.joan.id ? agency.carl : agency.joan;
    const place = { staffId: other.id, date: DAYS[1] as string, start: '10:00' };
    await amelie.caller.scheduling.assign({ ...at, visitId: visit.id, ...place });
    expect(await choicesOf(scene)).toMatchObject([{ origin: 'proposal', decision: 'changed', broken: [] }]);
  });
});

describe('CHO-PLAN', () => {
  it('a plan accepted in part: the plan as changed, what was left out as rejected, and none of it twice', async () => {
    const scene = await openScene(store);
    const { agency, amelie, at } = scene;
    await amelie.commit([agency.visit(), agency.visit({ patientId: agency.paul.id })].map(visitRow));
    const { id: proposalId, placements, components } = await proposalOf(scene);
    const [taken, left] = placements;
    if (!taken || !left) throw new Error('both visits are placed');
    const { visitId, staffId, date, start } = left;
    const { before, after } = components;
    const shown = { offered: 2, before, after, leftOut: [{ visitId, staffId, date, start }] };
    await amelie.caller.scheduling.accept({ ...at, proposalId, placements: [taken], shown });
    expect(await reviewsOf(scene)).toMatchObject([
      { decision: 'changed', origin: 'proposal', offered: 2, accepted: 1, before, after },
    ]);
    expect(await choicesOf(scene)).toMatchObject([{ visitId, decision: 'rejected', chosen: null }]);
    expect(amelie.commands).toEqual(['Accept proposal (1 visit)']);
  });

  it('plans that stood beside the one that was taken are rejected', async () => {
    const scene = await openScene(store);
    const { agency, amelie, at } = scene;
    await amelie.commit([visitRow(agency.visit())]);
    const { id: proposalId, placements, components } = await proposalOf(scene);
    const seen = { offered: 1, before: components.before, after: components.after };
    const others = [{ ...seen, offered: 4, proposalId: 'even' }];
    const shown = { ...seen, leftOut: [], others };
    await amelie.caller.scheduling.accept({
      ...{ ...at, proposalId, shown },
      origin: 'scenario',
      placements: [...placements],
    });
    const reviews = (await reviewsOf(scene)).toSorted((a, b) => a.offered - b.offered);
    expect(reviews).toMatchObject([
      { planId: proposalId, decision: 'accepted', origin: 'scenario' },
      { planId: 'even', decision: 'rejected', origin: 'scenario', offered: 4, accepted: 0 },
    ]);
    expect(amelie.commands).toHaveLength(1);
  });

  it('a week mended after something happened: what it was, and whether it was taken', async () => {
    const scene = await openScene(store);
    const { agency, amelie, at } = scene;
    const visit = agency.visit({ start: '09:00' });
    await amelie.commit(agency.placed(visit, agency.joan.id));
    const [from, to] = [visit.date ?? '', visit.date ?? ''];
    const change = { kind: 'absence', staffId: agency.joan.id, from, to, reason: 'sick' } as const;
    const { token, proposal } = await amelie.caller.scheduling.replan({ ...at, change, seed: 1 });
    const { id: proposalId, placements, components } = proposal;
    const shown = { offered: placements.length, before: components.before, after: components.after };
    await amelie.caller.scheduling.dropProposal({
      ...{ ...at, shown },
      proposalId: 'another',
      origin: 'proposal',
      change: 'absence',
    });
    await amelie.caller.scheduling.acceptReplan({
      ...{ ...at, change, token, proposalId, shown },
      placements: [...placements],
    });
    const reviews = (await reviewsOf(scene)).toSorted((a, b) => a.accepted - b.accepted);
    expect(reviews).toMatchObject([
      { planId: 'another', decision: 'rejected', change: 'absence' },
      { planId: proposalId, decision: 'accepted', change: 'absence', accepted: 1 },
    ]);
  });

  it('a plan that is dropped is rejected, without anything to undo', async () => {
    const scene = await openScene(store);
    const shown = { offered: 3, before: null, after: null };
    const { amelie, at } = scene;
    await amelie.caller.scheduling.dropProposal({ ...at, proposalId: 'p', origin: 'scenario', shown });
    expect(await reviewsOf(scene)).toMatchObject([{ decision: 'rejected', origin: 'scenario', accepted: 0 }]);
    expect(amelie.commands).toEqual([]);
  });
});
