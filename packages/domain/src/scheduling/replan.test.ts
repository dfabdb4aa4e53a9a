import type { Store } from '@fieldfare/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAYS, visitRow } from '../../test/agency.ts';
import { openDesk, openTestStore } from '../../test/context.ts';
import { openScene, rulesOf } from '../../test/scene.ts';
import type { Database } from '../database.ts';
import type { ReplanProposal } from './replan.ts';
import type { WeekChange } from './week-change.ts';

let store: Store<Database>;
beforeAll(async () => {
  store = await openTestStore();
}, 60_000);
afterAll(() => store.close());

const [monday = '', tuesday = '', wednesday = '', thursday = ''] = DAYS;

/** Joan has two visits on Tuesday and one on Wednesday, Carl one on Tuesday; one visit waits for Tuesday. */
async function open() {
  const scene = await openScene(store);
  const { agency, amelie, at } = scene;
  const early = agency.visit({ date: tuesday, start: '09:00' });
  const pinned = agency.visit({ date: tuesday, start: '10:00', patientId: agency.paul.id });
  const later = agency.visit({ date: wednesday, start: '09:00' });
  const other = agency.visit({ date: tuesday, start: '09:00', patientId: agency.ines.id });
  const waiting = agency.visit({ date: tuesday, patientId: agency.paul.id });
  await amelie.commit([
    ...[early, pinned, later].flatMap((visit) => agency.placed(visit, agency.joan.id)),
    ...agency.placed(other, agency.carl.id),
    visitRow(waiting),
  ]);
  await amelie.projected();
  const { scheduling } = amelie.caller;
  await scheduling.pin({ ...at, visitId: pinned.id, pinned: true });
  const ask = (change: WeekChange) => scheduling.replan({ ...at, change: asInput(change), seed: 1 });
  const accept = (change: WeekChange, { token, proposal }: ReplanProposal) =>
    scheduling.acceptReplan({ ...at, change: asInput(change), token, placements: [...proposal.placements] });
  const stands = async () =>
    new Map((await scene.board()).visits.map((visit) => [visit.id, `${visit.staffId} ${visit.date} ${visit.start}`]));
  return { ...scene, early, pinned, later, other, waiting, ask, accept, stands };
}

/** The router's input is mutable. */
const asInput = (change: WeekChange) => (change.kind === 'urgent' ? { ...change, dates: [...change.dates] } : change);

describe('replan', () => {
  it('CHG-ABSENT RPL-KEEPS RPL-WHOLE: a sick call moves what she had that day, says to whom, and is one commit', async () => {
    const { agency, amelie, early, pinned, later, other, waiting, ask, accept, stands } = await open();
    const change = { kind: 'absence', staffId: agency.joan.id, from: tuesday, to: tuesday, reason: 'sick' } as const;
    const before = await stands();
    const found = await ask(change);
    expect(await stands()).toEqual(before);
    expect(found).toMatchObject({ displaced: 2, cancelled: 0, added: 0, untouched: 2, kept: 2 });
    expect(found.proposal.placements.map(({ visitId, from }) => [visitId, from?.staffName]).sort()).toEqual(
      [early.id, pinned.id].map((id) => [id, 'Joan Roy']).sort(),
    );
    expect(found.news.map(({ staffName, changes }) => [staffName, ...changes.map(({ kind }) => kind)])).toEqual([
      ['Carl Roy', 'new', 'new'],
      ['Joan Roy', 'gone', 'gone'],
    ]);
    expect(await accept(change, found)).toEqual({ placed: 2, waiting: 0 });
    const after = await stands();
    for (const id of [later.id, other.id, waiting.id]) expect(after.get(id)).toBe(before.get(id));
    for (const id of [early.id, pinned.id]) expect(after.get(id)).toContain(`${agency.carl.id} ${tuesday}`);
    expect(amelie.commands.slice(1)).toEqual(['Replan after an absence']);
    const board = await amelie.caller.scheduling.week({ regionId: agency.regionId, week: later.week });
    expect(board.lanes.find(({ staffId }) => staffId === agency.joan.id)?.absence[1]).toBe('sick');
    expect(board.visits.find(({ id }) => id === pinned.id)?.pinned).toBe(false);
  });

  it('what finds no place goes to the tray; SCH-STALE refuses what rests on an older week', async () => {
    const { agency, amelie, at, early, pinned, ask, accept, stands } = await open();
    const carl = { kind: 'absence', staffId: agency.carl.id, from: monday, to: wednesday, reason: 'leave' } as const;
    await accept(carl, await ask(carl));
    const change = { kind: 'absence', staffId: agency.joan.id, from: tuesday, to: tuesday, reason: 'sick' } as const;
    const found = await ask(change);
    expect(found.proposal.unplaced.map(({ visitId }) => visitId)).toEqual(
      expect.arrayContaining([early.id, pinned.id]),
    );
    await amelie.caller.scheduling.updateVisit({ ...at, visitId: early.id, set: { note: 'bring dressings' } });
    expect(await rulesOf(accept(change, found))).toEqual(['SCH-STALE']);
    const again = await ask(change);
    expect(await accept(change, again)).toMatchObject({ placed: 0 });
    expect((await stands()).get(early.id)).toContain('null');
  });

  it('CHG-HOSPITAL CHG-CANCELLED RPL-STAY: visits leave the week, and what waits takes their time', async () => {
    const { agency, amelie, early, later, waiting, ask, accept, stands } = await open();
    const hospital = { kind: 'hospital', patientId: early.patientId, from: tuesday, to: wednesday } as const;
    const found = await ask(hospital);
    expect(found.cancelled).toBe(2);
    expect(found.proposal.placements.map(({ visitId }) => visitId)).toEqual([waiting.id]);
    await accept(hospital, found);
    const after = await stands();
    expect([after.has(early.id), after.has(later.id)]).toEqual([false, false]);
    expect(after.get(waiting.id)).toContain(tuesday);
    expect(await rulesOf(ask(hospital))).toEqual(['CHG-GONE']);
    expect(await rulesOf(ask({ kind: 'cancelled', visitId: later.id }))).toEqual(['CHG-GONE']);
    const cancelled = { kind: 'cancelled', visitId: waiting.id } as const;
    await accept(cancelled, await ask(cancelled));
    expect((await stands()).has(waiting.id)).toBe(false);
    const { stays } = await amelie.caller.assessments.record({ regionId: agency.regionId, patientId: early.patientId });
    expect(stays).toMatchObject([{ admittedOn: tuesday, dischargedOn: thursday, source: 'replan' }]);
  });

  it('CHG-URGENT: a referral finds a place at once, and is made once', async () => {
    const { agency, ask, accept, stands } = await open();
    const change: WeekChange = {
      kind: 'urgent',
      patientId: agency.ines.id,
      serviceCode: 'nursing',
      dates: [wednesday, monday],
      minutes: 45,
      windowFrom: '10:00',
      windowTo: '14:00',
    };
    const found = await ask(change);
    expect(found).toMatchObject({ added: 2, untouched: 4, kept: 4 });
    expect(found.proposal.placements.map(({ date }) => date).sort()).toEqual([monday, wednesday]);
    const count = (await stands()).size;
    expect(await accept(change, found)).toEqual({ placed: 2, waiting: 0 });
    expect((await stands()).size).toBe(count + 2);
    expect(await rulesOf(ask(change))).toEqual(['CHG-GONE']);
    const viewer = await openDesk({ id: agency.ines.id, name: 'Vera', role: 'viewer' }, store);
    expect(
      await rulesOf(
        viewer.caller.scheduling.replan({ regionId: agency.regionId, week: '2026-W48', change: asInput(change) }),
      ),
    ).toEqual(['PERM-ACTION']);
  });
});
