import { createRow, deterministicId, updateRow } from '@fieldfare/kernel';
import type { Store } from '@fieldfare/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AMELIE, DAYS, requirementRow, SERVICES, visitRow } from '../../test/agency.ts';
import { openTestStore } from '../../test/context.ts';
import { openScene, rulesOf, type Scene } from '../../test/scene.ts';
import type { Database } from '../database.ts';
import { serviceTypes } from '../orgs/index.ts';
import { partners } from '../partners/index.ts';
import { staff } from '../workforce/index.ts';
import type { NoMatch, Relaxed } from './board.ts';
import { blockedPairs, type Visit } from './tables.ts';

let store: Store<Database>;
beforeAll(async () => {
  store = await openTestStore();
}, 60_000);
afterAll(() => store.close());

const [, TUESDAY = ''] = DAYS;

/** Joan and Carl, who may do nursing, are busy on Tuesday from 09:00 to 10:00. */
async function busyScene(waiting: Partial<Visit>, busy: Partial<Visit> = {}) {
  const scene = await openScene(store);
  const { agency, amelie } = scene;
  const visit = agency.visit(waiting);
  const others = [agency.joan, agency.carl].map((carer) => ({
    carer,
    row: agency.visit({ patientId: agency.paul.id, start: '09:00', minutes: 60, windowFrom: '09:00', ...busy }),
  }));
  const second = others[1];
  if (second) second.row = { ...second.row, patientId: agency.ines.id };
  await amelie.commit([visitRow(visit), ...others.flatMap(({ carer, row }) => agency.placed(row, carer.id))]);
  return { ...scene, visit, others: others.map(({ row }) => row) };
}

const ask = ({ amelie, at }: Scene, visit: Visit): Promise<NoMatch> =>
  amelie.caller.scheduling.noMatch({ ...at, visitId: visit.id });
const pick = ({ relaxations }: NoMatch, kind: Relaxed['kind']): Relaxed => {
  const found = relaxations.find((one) => one.kind === kind);
  if (!found) throw new Error(`no way of kind ${kind}: ${relaxations.map((one) => one.kind).join()}`);
  return found;
};
const accept = ({ amelie, at }: Scene, { placements }: Relaxed) =>
  amelie.caller.scheduling.accept({
    ...at,
    proposalId: 'none',
    origin: 'relaxation',
    placements: placements.map((one) => ({ ...one, set: one.set && { ...one.set } })),
  });

describe('SCH-NO-MATCH', () => {
  it('counts who is left after each rule, and looks for nothing else when somebody can take it', async () => {
    const scene = await busyScene({ windowFrom: '08:00', windowTo: '12:00' });
    const answer = await ask(scene, scene.visit);
    expect(answer).toMatchObject({ staff: 3, left: 2, main: null, relaxations: [] });
    expect(answer.steps).toEqual([
      { rule: 'SCH-ROLE', sentence: 'have a role that may not deliver the service', removed: 1, left: 2 },
    ]);
  });

  it('widens the window and places the visit in one change that can be undone', async () => {
    const scene = await busyScene({ windowFrom: '09:15', windowTo: '09:30' });
    const answer = await ask(scene, scene.visit);
    expect(answer).toMatchObject({ left: 0, main: 'Everybody with the role is busy in the visit’s window' });
    expect(answer.steps.at(-1)).toMatchObject({ rule: 'SCH-OVERLAP-STAFF', removed: 2, left: 0 });
    const way = pick(answer, 'later');
    expect(way).toMatchObject({ title: 'Let it start up to 35 min later', detail: 'Until 10:05 instead of 09:30' });
    expect(await accept(scene, way)).toEqual({ accepted: 1 });
    const after = (await scene.board()).visits.find(({ id }) => id === scene.visit.id);
    expect(after).toMatchObject({ staffId: way.staffId, start: way.start, windowTo: '10:05', windowFrom: '09:15' });
    expect(scene.amelie.commands.at(-1)).toBe('Make room for a visit');
    expect((await scene.board()).conflicts).toEqual([]);
    expect(await rulesOf(accept(scene, way))).toEqual(['SCH-STALE']);
  });

  it('moves another visit out of the way, both in one change', async () => {
    const scene = await busyScene({ windowFrom: '09:15', windowTo: '09:30' }, { windowTo: '12:00' });
    const way = pick(await ask(scene, scene.visit), 'move');
    expect(way.title).toMatch(/^Move the visit to (Paul|Ines) Caron out of the way$/);
    expect(way.detail).toMatch(/^From 09:00 to (09|10):\d\d, still with (Joan|Carl) Roy$/);
    expect(await accept(scene, way)).toEqual({ accepted: 2 });
    const { visits, conflicts } = await scene.board();
    expect(visits.every(({ staffId }) => staffId !== null)).toBe(true);
    expect(conflicts).toEqual([]);
  });

  it('another day leaves the window as it is', async () => {
    const scene = await busyScene({ windowFrom: '09:15', windowTo: '09:30' });
    const way = pick(await ask(scene, scene.visit), 'day');
    expect(way).toMatchObject({ title: expect.stringMatching(/^Move it to (Monday|Wednesday)$/) });
    expect(way.detail).toBe('Instead of Tue 24 Nov');
    await accept(scene, way);
    const after = (await scene.board()).visits.find(({ id }) => id === scene.visit.id);
    expect(after).toMatchObject({ date: way.date, windowFrom: '09:15', windowTo: '09:30' });
    expect(after?.date).not.toBe(TUESDAY);
  });

  it('SCH-AVAILABILITY names the carer, the day and the hours they work', async () => {
    const scene = await openScene(store);
    const visit = scene.agency.visit({ windowFrom: '17:30', windowTo: '17:40' });
    await scene.amelie.commit([visitRow(visit)]);
    const way = pick(await ask(scene, visit), 'shift');
    expect(way.title).toMatch(/^Let (Joan|Carl) Roy work 15 min longer on Tuesday$/);
    expect(way.detail).toBe('Outside availability: works 08:00–18:00 on Tuesday');
    await accept(scene, way);
    expect((await scene.board()).visits[0]?.start).toBe('17:30');
  });

  it('SCH-SKILL SCH-SPACING SCH-BLOCKED: which rule, by how much, and what only a person may take back', async () => {
    const scene = await openScene(store);
    const { agency, amelie } = scene;
    const need = agency.requirement({ skills: ['fr'] });
    const visit = agency.visit({ requirementId: need.id });
    await amelie.commit([requirementRow(need), visitRow(visit)]);
    const skill = pick(await ask(scene, visit), 'skill');
    expect(skill.title).toMatch(/^Let (Joan|Carl) Roy do it without: fr$/);
    expect(await accept(scene, skill)).toEqual({ accepted: 1 });

    const alone = agency.visit({ serviceCode: 'psw', patientId: agency.paul.id });
    await amelie.commit([
      visitRow(alone),
      ...[agency.carl, agency.pia].map((carer) =>
        createRow(blockedPairs, {
          id: deterministicId('test-blocked', carer.id),
          regionId: agency.regionId,
          patientId: agency.paul.id,
          staffId: carer.id,
          reason: 'asked for somebody else',
          decidedBy: AMELIE.id,
          decidedAt: '2026-11-20T12:00:00.000Z',
        }),
      ),
    ]);
    const blocked = pick(await ask(scene, alone), 'blocked');
    expect(blocked).toMatchObject({ rule: 'SCH-BLOCKED', placements: [] });
    expect(blocked.title).toMatch(/^Only if (Carl|Pia) Roy and Paul Caron may meet again$/);

    const nursing = SERVICES[0] as (typeof SERVICES)[number];
    await amelie.commit([updateRow(serviceTypes, nursing, { spacingMinutes: 240 })]);
    const morning = agency.visit({ patientId: agency.ines.id, start: '09:00' });
    const next = agency.visit({ patientId: agency.ines.id, windowFrom: '13:00', windowTo: '13:10' });
    await amelie.commit([...agency.placed(morning, agency.carl.id), visitRow(next)]);
    const nearer = pick(await ask(scene, next), 'spacing');
    expect(nearer).toMatchObject({ title: 'Let it come 35 min nearer to the patient’s other visit', start: '13:10' });
    expect(nearer.detail).toContain('this service asks for 4 h in between');
  });

  it('SCH-PROVIDER asks for either when only the other is there', async () => {
    const scene = await openScene(store);
    const visit = scene.agency.visit({ providerPreference: 'partner' });
    await scene.amelie.commit([visitRow(visit)]);
    const way = pick(await ask(scene, visit), 'provider');
    expect(way).toMatchObject({ title: 'Let our own staff do it', detail: 'A partner’s staff are asked for now' });
    await accept(scene, way);
    expect((await scene.board()).visits[0]).toMatchObject({ providerPreference: 'any' });
  });

  it('SCH-BREAK by how much whose break would be shorter', async () => {
    const scene = await openScene(store);
    const { agency, amelie } = scene;
    const breaks = [{ weekdays: [], from: '12:00', to: '13:00', minutes: 30 }];
    const visit = agency.visit({ windowFrom: '11:55', windowTo: '11:55', minutes: 50 });
    await amelie.commit([
      ...[agency.joan, agency.carl].map((carer) => updateRow(staff, carer, { breaks })),
      visitRow(visit),
    ]);
    const answer = await ask(scene, visit);
    expect(answer.steps.at(-1)).toMatchObject({ rule: 'SCH-BREAK', removed: 2, left: 0 });
    const way = pick(answer, 'break');
    expect(way.title).toMatch(/^Let (Joan|Carl) Roy’s break be 15 min shorter on Tuesday$/);
    expect(way.detail).toBe('Only 15 min left for the break of 30 min between 12:00–13:00');
    expect(await accept(scene, way)).toEqual({ accepted: 1 });
  });

  it.each([
    [
      'SCH-NOTICE',
      { noticeDays: 5 },
      'notice',
      {
        title: 'Ask Rideau 1 day later than agreed',
        detail: 'Asks for 5 days of notice: it was to be booked by Fri 20 Nov',
      },
    ],
    [
      'SCH-PARTNER-CAPACITY',
      { capacityMinutes: 30 },
      'partnerHours',
      {
        title: 'Let Rideau deliver 15 min more than agreed this week',
        detail: 'Over the partner’s agreed hours by 15 min: 45 min booked of 30 min this week',
      },
    ],
  ] as const)('%s: what was agreed with a partner, and by how much it gives way', async (rule, terms, kind, words) => {
    const scene = await openScene(store);
    const { agency, amelie } = scene;
    const partner = {
      id: deterministicId('test-partner', agency.regionId),
      name: 'Rideau',
      regionIds: [agency.regionId],
      serviceCodes: ['nursing'],
      phone: '',
      active: true,
      ...terms,
    };
    const visit = agency.visit({ windowFrom: '08:00', windowTo: '12:00', date: DAYS[2] ?? '' });
    await amelie.commit([
      createRow(partners, partner),
      ...[agency.joan, agency.carl].map((carer) => updateRow(staff, carer, { partnerId: partner.id })),
      visitRow(visit),
    ]);
    const answer = await ask(scene, visit);
    expect(answer.steps.at(-1)).toMatchObject({ rule, left: 0 });
    const way = pick(answer, kind);
    expect(way).toMatchObject({ rule, ...words, date: DAYS[2] });
    expect(await accept(scene, way)).toEqual({ accepted: 1 });
    expect((await scene.board()).visits[0]).toMatchObject({ staffId: way.staffId, date: DAYS[2] });
  });

  it('SCH-WINDOW-ORDER SCH-STALE refuse the whole acceptance', async () => {
    const scene = await busyScene({ windowFrom: '09:15', windowTo: '09:30' }, { windowTo: '12:00' });
    const way = pick(await ask(scene, scene.visit), 'move');
    const [first, second] = way.placements;
    if (!first || !second) throw new Error('a move is two placements');
    const turned = { ...way, placements: [{ ...first, set: { windowTo: '09:00' } }, second] };
    expect(await rulesOf(accept(scene, turned))).toEqual(['SCH-WINDOW-ORDER']);
    await scene.amelie.caller.scheduling.updateVisit({ ...scene.at, visitId: second.visitId, set: { note: 'x' } });
    expect(await rulesOf(accept(scene, way))).toEqual(['SCH-STALE']);
    expect((await scene.board()).visits.find(({ id }) => id === scene.visit.id)?.staffId).toBeNull();
  });
});
