import { createRow, deterministicId, minuteOfDay, updateRow } from '@fieldfare/kernel';
import type { Store } from '@fieldfare/store';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAYS, requirementRow, visitRow, WEEK } from '../../test/agency.ts';
import { openTestStore } from '../../test/context.ts';
import { kindsOf, openScene, rulesOf, type Scene } from '../../test/scene.ts';
import type { Database } from '../database.ts';
import { staff } from '../workforce/index.ts';
import type { Proposal } from './board.ts';
import { otherHalfId, pairsAmong, secondVisitId, secondVisitOf, stepOf } from './pairs.ts';
import { planWeek } from './plan-week.ts';
import { type Pairing, type Visit, visits } from './tables.ts';

let store: Store<Database>;
beforeAll(async () => {
  store = await openTestStore();
}, 60_000);
afterAll(() => store.close());

const TUESDAY = DAYS[1] as string;
const TOGETHER: Pairing = { kind: 'together' };
const AFTER = { kind: 'after', leastMinutes: 30, mostMinutes: 60 } as const satisfies Pairing;

async function pairScene(pairing: Pairing, over: Partial<Visit> = {}) {
  const scene = await openScene(store);
  const first = scene.agency.visit(over);
  const second = secondVisitOf(first, pairing);
  await scene.amelie.commit([visitRow(first), visitRow(second)]);
  return { ...scene, first, second };
}

const assign = ({ amelie, at }: Scene, visit: Visit, staffId: string, start: string) =>
  amelie.caller.scheduling.assign({ ...at, visitId: visit.id, staffId, date: TUESDAY, start });

const shown = async (scene: Scene, visit: Visit) =>
  (await scene.board()).visits.find(({ id }) => id === visit.id)?.pair ?? null;

async function proposalOf({ amelie, at }: Scene): Promise<Proposal> {
  for await (const event of await amelie.caller.scheduling.autoAssign({ ...at, seed: 1 })) {
    if (event.type === 'proposal') return event.proposal;
  }
  throw new Error('a run ends with a proposal');
}

/** Joan first at nine, Carl second, both on Tuesday and in step. */
async function wholeScene(pairing: Pairing, secondAt: string, over: Partial<Visit> = {}) {
  const scene = await pairScene(pairing, over);
  await assign(scene, scene.first, scene.agency.joan.id, '09:00');
  await assign(scene, scene.second, scene.agency.carl.id, secondAt);
  return scene;
}

const WEDNESDAY = DAYS[2] as string;

/** "Tue 09:00" with whom, of both halves. */
async function placesOf(scene: Scene, ...halves: readonly Visit[]): Promise<readonly string[]> {
  const { visits: all, lanes } = await scene.board();
  return halves.map(({ id }) => {
    const visit = all.find((one) => one.id === id);
    const lane = lanes.find(({ staffId }) => staffId === visit?.staffId);
    return `${lane?.name ?? 'nobody'} ${visit?.date} ${visit?.start}`;
  });
}

describe('moving a pair', () => {
  it('PAIR-ALONG a new day takes the other half along with its carer, in one step', async () => {
    const scene = await wholeScene(TOGETHER, '09:00');
    const { agency, amelie, at, first, second } = scene;
    const to = { ...at, visitId: second.id, staffId: agency.carl.id, date: WEDNESDAY, start: '10:30' };
    const { along, warnings } = await amelie.caller.scheduling.assign(to);
    expect([along, warnings]).toEqual([{ date: WEDNESDAY, start: '10:30' }, []]);
    expect(await placesOf(scene, first, second)).toEqual([
      `Joan Roy ${WEDNESDAY} 10:30`,
      `Carl Roy ${WEDNESDAY} 10:30`,
    ]);
    expect((await scene.board()).conflicts).toEqual([]);
    expect(amelie.commands).toEqual(['Assign visit', 'Assign visit', 'Move both visits of a pair']);
  });

  it('PAIR-ALONG one after the other keep their distance; within the step the other half stays', async () => {
    const scene = await wholeScene(AFTER, '10:15');
    const { agency, amelie, at, first, second } = scene;
    expect(await assign(scene, first, agency.joan.id, '08:40')).toMatchObject({ along: null, warnings: [] });
    const later = await assign(scene, first, agency.joan.id, '10:00');
    expect(later.along).toEqual({ date: TUESDAY, start: '11:35' });
    expect(await placesOf(scene, first, second)).toEqual([`Joan Roy ${TUESDAY} 10:00`, `Carl Roy ${TUESDAY} 11:35`]);
    const edited = await amelie.caller.scheduling.updateVisit({ ...at, visitId: second.id, set: { start: '10:50' } });
    expect(edited.along).toEqual({ date: TUESDAY, start: '09:15' });
    expect((await scene.board()).conflicts).toEqual([]);
  });

  it('PAIR-ALONG another carer at the same time, a move alone, and halves that are apart move one half only', async () => {
    const scene = await pairScene(TOGETHER, { serviceCode: 'psw' });
    const { agency, amelie, at, first, second } = scene;
    const nora = { ...agency.pia, id: deterministicId('nora', agency.pia.id), givenName: 'Nora' };
    await amelie.commit([createRow(staff, nora)]);
    await assign(scene, first, agency.carl.id, '09:00');
    await assign(scene, second, agency.pia.id, '09:00');
    expect(await assign(scene, second, nora.id, '09:00')).toMatchObject({ along: null, warnings: [] });
    expect(await placesOf(scene, first, second)).toEqual([`Carl Roy ${TUESDAY} 09:00`, `Nora Roy ${TUESDAY} 09:00`]);
    const alone = { ...at, visitId: first.id, staffId: agency.carl.id, date: TUESDAY, start: '10:00', alone: true };
    expect(await amelie.caller.scheduling.assign(alone)).toMatchObject({
      along: null,
      warnings: [{ rule: 'SCH-SYNC' }],
    });
    expect((await assign(scene, second, nora.id, '10:00')).along).toBeNull();
    expect(await placesOf(scene, first, second)).toEqual([`Carl Roy ${TUESDAY} 10:00`, `Nora Roy ${TUESDAY} 10:00`]);
  });

  it('PAIR-ALONG drag feedback speaks for both: the nearest time at which both can, and who cannot', async () => {
    const scene = await wholeScene(TOGETHER, '09:00');
    const { agency, amelie, at, first, second } = scene;
    const busy = { patientId: agency.paul.id, serviceCode: 'psw', date: WEDNESDAY, start: '08:00', minutes: 120 };
    await amelie.commit(agency.placed(agency.visit(busy), agency.carl.id));
    const cellOn = async (date: string, alone: boolean) =>
      (await amelie.caller.scheduling.feasibility({ ...at, visitId: first.id, alone })).find(
        (one) => one.staffId === agency.joan.id && one.date === date,
      );
    const wednesday = await cellOn(WEDNESDAY, false);
    expect(wednesday).toMatchObject({ violations: [], along: { date: WEDNESDAY, start: wednesday?.start } });
    expect((wednesday?.start ?? '') >= '10:00').toBe(true);
    const dropped = { ...at, visitId: first.id, staffId: agency.joan.id, date: WEDNESDAY };
    const done = await amelie.caller.scheduling.assign({ ...dropped, start: wednesday?.start ?? '' });
    expect(done).toMatchObject({ along: wednesday?.along, warnings: [] });
    await assign(scene, first, agency.joan.id, '09:00');

    expect((await cellOn(WEDNESDAY, true))?.violations.map(({ rule }) => rule)).toEqual(['SCH-SYNC']);
    const whole = { patientId: agency.paul.id, date: WEDNESDAY, start: '07:00', minutes: 660 };
    await amelie.commit(agency.placed(agency.visit(whole), agency.carl.id));
    const taken = await cellOn(WEDNESDAY, false);
    expect(taken).toMatchObject({ start: null });
    expect(taken?.violations[0]?.message).toMatch(/^Other carer: Already with Paul Caron/);
    expect(await rulesOf(amelie.caller.scheduling.assign({ ...dropped, start: '09:00' }))).toContain(
      'SCH-OVERLAP-STAFF',
    );
    expect(await placesOf(scene, first, second)).toEqual([`Joan Roy ${TUESDAY} 09:00`, `Carl Roy ${TUESDAY} 09:00`]);
  });
});

describe('the length of a pair', () => {
  const resize = ({ amelie, at }: Scene, visit: Visit, minutes: number) =>
    amelie.caller.scheduling.updateVisit({ ...at, visitId: visit.id, set: { minutes } });

  it('PAIR-ALONG a longer first takes along the second that follows it, in one step to undo; a longer second nobody', async () => {
    const scene = await wholeScene(AFTER, '10:20');
    const { amelie, first, second } = scene;
    // 45 minutes from nine, then 30 to 60 minutes until the second.
    expect(await resize(scene, first, 50)).toMatchObject({ along: null, warnings: [] });
    expect(await resize(scene, first, 80)).toMatchObject({ along: { date: TUESDAY, start: '10:50' }, warnings: [] });
    expect(await placesOf(scene, first, second)).toEqual([`Joan Roy ${TUESDAY} 09:00`, `Carl Roy ${TUESDAY} 10:50`]);
    expect(await resize(scene, second, 90)).toMatchObject({ along: null, warnings: [] });
    expect((await scene.board()).conflicts).toEqual([]);
    expect(amelie.commands.slice(2)).toEqual(['Change visit', 'Change a pair', 'Change visit']);
  });

  it('PAIR-ALONG the second stays, and it is told, where its carer has no time; together nobody moves', async () => {
    const scene = await wholeScene(AFTER, '10:15');
    const { agency, amelie, first, second } = scene;
    const busy = { patientId: agency.paul.id, serviceCode: 'psw', date: TUESDAY, start: '11:00', minutes: 120 };
    await amelie.commit(agency.placed(agency.visit(busy), agency.carl.id));
    const { along, warnings } = await resize(scene, first, 100);
    expect([along, warnings.map(({ rule }) => rule)]).toEqual([null, ['SCH-SYNC']]);
    expect(await placesOf(scene, first, second)).toEqual([`Joan Roy ${TUESDAY} 09:00`, `Carl Roy ${TUESDAY} 10:15`]);
    const together = await wholeScene(TOGETHER, '09:00');
    expect(await resize(together, together.first, 100)).toMatchObject({ along: null, warnings: [] });
  });

  it('PAIR-ALONG whatever length either gets, the second keeps its distance or it is told that it does not', async () => {
    const scene = await wholeScene(AFTER, '10:20');
    const { agency, amelie, first, second } = scene;
    const busy = { patientId: agency.paul.id, serviceCode: 'psw', date: TUESDAY, start: '13:00', minutes: 60 };
    await amelie.commit(agency.placed(agency.visit(busy), agency.carl.id));
    const resizes = fc.array(fc.tuple(fc.constantFrom(first, second), fc.integer({ min: 5, max: 240 })), {
      minLength: 12,
      maxLength: 12,
    });
    for (const [visit, minutes] of fc.sample(resizes, { numRuns: 2, seed: 7 }).flat()) {
      const { warnings } = await resize(scene, visit, minutes);
      const all = (await scene.board()).visits;
      const [one, two] = [first, second].map(({ id }) => all.find((row) => row.id === id));
      const gap = minuteOfDay(two?.start ?? '') - minuteOfDay(one?.start ?? '') - (one?.minutes ?? 0);
      const isKept = gap >= AFTER.leastMinutes && gap <= AFTER.mostMinutes;
      expect(warnings.some(({ rule }) => rule === 'SCH-SYNC')).toBe(!isKept);
    }
  });
});

describe('pairs', () => {
  it('PLAN-PAIR PAIR-ONCE plans a second visit beside each, once, and none beside what was ended', async () => {
    const { agency, amelie, at } = await openScene(store);
    await amelie.commit([requirementRow(agency.requirement({ visitsPerWeek: 2, pairing: AFTER }))]);
    expect(await amelie.caller.scheduling.planWeek(at)).toEqual({ created: 4 });
    expect(await amelie.caller.scheduling.planWeek(at)).toEqual({ created: 0 });
    const need = agency.requirement({ visitsPerWeek: 1, pairing: TOGETHER });
    const input = { week: WEEK, requirements: [need], activePatients: new Set([agency.simone.id]), spacing: new Map() };
    const [first, second] = planWeek({ ...input, existing: new Set(), ended: new Set() });
    expect(second?.id).toBe(secondVisitId(first?.id ?? ''));
    expect([otherHalfId(first as Visit), otherHalfId(second as Visit)]).toEqual([second?.id, first?.id]);
    const known = new Set([first?.id ?? '']);
    expect(planWeek({ ...input, existing: known, ended: new Set() })).toEqual([second]);
    expect(planWeek({ ...input, existing: known, ended: known })).toEqual([]);
  });

  it('PAIR-STEP the second’s window follows the first’s, inside the day', async () => {
    const { agency } = await openScene(store);
    const first = agency.visit({ windowFrom: '08:00', windowTo: '23:00', minutes: 45 });
    expect(secondVisitOf(first, TOGETHER)).toMatchObject({ windowFrom: '08:00', windowTo: '23:00' });
    expect(secondVisitOf(first, AFTER)).toMatchObject({ windowFrom: '09:15', windowTo: '23:59', pairOf: first.id });
    expect(stepOf({ kind: 'after', leastMinutes: 60, mostMinutes: 30 }, 45)).toEqual({ least: 105, most: 105 });
  });

  it('a second without its first, or a second of a second, is no pair', async () => {
    const { agency } = await openScene(store);
    const first = agency.visit();
    const second = secondVisitOf(first, TOGETHER);
    const third = secondVisitOf(second, TOGETHER);
    expect(pairsAmong([second])).toEqual([]);
    expect(pairsAmong([third, second, first])).toEqual([{ first, second, pairing: TOGETHER }]);
  });

  it('the board tells of each visit who else comes, and whether the pair is whole', async () => {
    const scene = await pairScene(TOGETHER);
    const { agency, first, second } = scene;
    expect(await shown(scene, first)).toMatchObject({ visitId: second.id, order: 'first', status: 'open', name: null });
    await assign(scene, first, agency.joan.id, '09:00');
    expect(await shown(scene, second)).toMatchObject({
      order: 'second',
      status: 'half',
      name: 'Joan Roy',
      start: '09:00',
    });
    await assign(scene, second, agency.carl.id, '09:00');
    expect(await shown(scene, first)).toMatchObject({ status: 'whole', name: 'Carl Roy' });
    expect((await scene.board()).conflicts).toEqual([]);
  });

  it('SCH-SYNC drag feedback, suggestions and validation keep the second in step with the first', async () => {
    const scene = await pairScene(AFTER);
    const { agency, amelie, at, first, second } = scene;
    await assign(scene, first, agency.joan.id, '09:00');
    const suggested = await amelie.caller.scheduling.suggest({ ...at, visitId: second.id });
    const [best] = suggested;
    expect(best).toMatchObject({ staffId: agency.carl.id, date: TUESDAY, violations: [] });
    expect(best && best.start >= '10:15' && best.start <= '10:45').toBe(true);
    const cells = await amelie.caller.scheduling.feasibility({ ...at, visitId: second.id });
    const cell = (staffId: string, date: string) => cells.find((one) => one.staffId === staffId && one.date === date);
    expect(cell(agency.carl.id, TUESDAY)?.violations).toEqual([]);
    expect(cell(agency.carl.id, DAYS[2] as string)?.violations.map(({ rule }) => rule)).toEqual(['SCH-SYNC']);
    expect(cell(agency.joan.id, TUESDAY)?.violations.map(({ rule }) => rule)).toEqual(['SCH-SYNC']);
    const { warnings } = await assign(scene, second, agency.carl.id, '11:00');
    expect(warnings).toEqual([
      {
        rule: 'SCH-SYNC',
        severity: 'warn',
        message: 'To start on Tuesday 10:15–10:45, in step with the other carer’s visit',
      },
    ]);
  });

  it('SCH-SYNC auto-assign places both or neither, and says that nobody comes together', async () => {
    const whole = await pairScene(TOGETHER);
    const { placements } = await proposalOf(whole);
    expect(placements.map(({ start }) => start)).toEqual([placements[0]?.start, placements[0]?.start]);
    expect(new Set(placements.map(({ staffId }) => staffId)).size).toBe(2);
    const alone = await pairScene(TOGETHER, { serviceCode: 'psw', windowFrom: '08:00', windowTo: '09:00' });
    const { agency, amelie } = alone;
    const busy = agency.visit({ patientId: agency.paul.id, start: '08:00', minutes: 300 });
    await amelie.commit(agency.placed(busy, agency.carl.id));
    const proposal = await proposalOf(alone);
    expect(proposal.placements).toEqual([]);
    expect(proposal.unplaced.map(({ reason }) => reason)).toEqual(
      Array.from({ length: 2 }, () => 'No time was found at which both carers of the pair can come'),
    );
  });

  it('SCH-SYNC why nobody: cannot come when the other carer does', async () => {
    const scene = await pairScene(TOGETHER, { serviceCode: 'psw' });
    await assign(scene, scene.first, scene.agency.carl.id, '10:00');
    await scene.amelie.commit(
      scene.agency.placed(
        scene.agency.visit({ serviceCode: 'psw', patientId: scene.agency.paul.id, start: '09:30' }),
        scene.agency.pia.id,
      ),
    );
    const answer = await scene.amelie.caller.scheduling.noMatch({ ...scene.at, visitId: scene.second.id });
    expect(answer).toMatchObject({ left: 0 });
    expect(answer.steps).toContainEqual({
      rule: 'SCH-SYNC',
      sentence: 'cannot come when the other carer of the pair does',
      removed: 1,
      left: 1,
    });
  });

  it('CNF-PAIR two carers apart, or one with both visits, until somebody says which', async () => {
    const scene = await pairScene(AFTER);
    const { agency, amelie, at, first, second } = scene;
    await assign(scene, first, agency.joan.id, '09:00');
    await assign(scene, second, agency.carl.id, '11:30');
    const [apart] = (await scene.board()).conflicts;
    expect(apart).toMatchObject({
      kind: 'pair-apart',
      title: 'The second carer for Simone Caron does not follow the first as asked, Tue 24 Nov',
    });
    expect(apart?.explanation).toContain('The second is to come 30 to 60 min after the first has left.');
    expect(await shown(scene, first)).toMatchObject({ status: 'apart' });
    await amelie.commit(agency.placed({ ...second, start: '10:30', date: TUESDAY }, agency.joan.id));
    const [same] = (await scene.board()).conflicts;
    expect(same?.title).toBe('Joan Roy has both visits to Simone Caron that ask for two carers, Tue 24 Nov');
    await amelie.caller.scheduling.resolveConflict({
      ...at,
      conflictId: same?.id ?? '',
      choice: 'keep-first',
      reason: '',
    });
    expect((await scene.board()).conflicts).toEqual([]);
    expect(await shown(scene, first)).toMatchObject({ status: 'half' });
  });

  it('CNF-PAIR CNF-STAFF one carer in two places at once is a double booking and nothing else', async () => {
    const scene = await pairScene(TOGETHER);
    const { agency, amelie, first, second } = scene;
    for (const visit of [first, second]) {
      await amelie.commit(agency.placed({ ...visit, start: '09:00' }, agency.joan.id));
    }
    expect(kindsOf((await scene.board()).conflicts)).toEqual(['double-booked-staff']);
  });

  it('PAIR-WHOLE cancelling one cancels the other; an edit of one leaves the other', async () => {
    for (const which of ['first', 'second'] as const) {
      const scene = await pairScene(TOGETHER);
      const { amelie, at } = scene;
      await amelie.caller.scheduling.cancelVisit({ ...at, visitId: scene[which].id });
      expect((await scene.board()).visits).toEqual([]);
      expect(await rulesOf(assign(scene, scene.second, scene.agency.joan.id, '09:00'))).toEqual(['SCH-GONE']);
    }
  });

  it('a first that is deleted leaves a visit for one carer', async () => {
    const scene = await pairScene(TOGETHER);
    await scene.amelie.commit([
      { ...updateRow(visits, scene.first, {}), set: { deletedAt: '2026-11-21T12:00:00.000Z' } },
    ]);
    expect(await shown(scene, scene.second)).toBeNull();
    expect((await assign(scene, scene.second, scene.agency.joan.id, '10:00')).warnings).toEqual([]);
  });
});
