/** What each kind of conflict says and offers, beside those that `board.test.ts` shows. */
import { updateRow } from '@fieldfare/kernel';
import type { Store } from '@fieldfare/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BEN, DAYS, requirementRow, SERVICES, visitRow, WEEK } from '../../../test/agency.ts';
import { exchange, openDesk, openTestStore } from '../../../test/context.ts';
import { kindsOf, openScene, rulesOf } from '../../../test/scene.ts';
import type { Database } from '../../database.ts';
import { type ServiceType, serviceTypes } from '../../orgs/index.ts';
import { patients } from '../../patients/index.ts';
import { staff } from '../../workforce/index.ts';
import { assignments, requirements, visits } from '../tables.ts';

let stores: readonly [Store<Database>, Store<Database>];
beforeAll(async () => {
  stores = await Promise.all([openTestStore(), openTestStore()]);
}, 60_000);
afterAll(() => Promise.all(stores.map((store) => store.close())));

describe('skill and continuity', () => {
  it('CNF-SKILL a carer given here, another service chosen there: nobody placed wrongly, the visit is shown', async () => {
    const { agency, amelie, ben, at, meet, board } = await openScene(stores[0]);
    const visit = agency.visit({ serviceCode: 'psw' });
    await amelie.commit([visitRow(visit)]);
    await meet();
    await amelie.caller.scheduling.assign({
      ...at,
      visitId: visit.id,
      staffId: agency.pia.id,
      date: DAYS[1] as string,
      start: '09:00',
    });
    await ben.commit([updateRow(visits, visit, { serviceCode: 'nursing' })]);
    await meet();
    const { conflicts, visits: shown } = await board();
    expect(kindsOf(conflicts)).toEqual(['skill-breach']);
    const [conflict] = conflicts;
    expect(conflict?.title).toBe('Pia Roy may not deliver Nursing to Simone Caron on Tue 24 Nov');
    expect(conflict?.explanation).toContain('Nursing needs RN or RPN; Pia Roy is PSW.');
    expect(shown[0]?.conflictIds).toEqual([conflict?.id]);
    await amelie.caller.scheduling.resolveConflict({
      ...at,
      conflictId: conflict?.id ?? '',
      choice: 'unassign',
      reason: '',
    });
    expect((await board()).conflicts).toEqual([]);
    expect((await board()).visits[0]?.staffId).toBeNull();
  });

  it('CNF-SKILL what a service asks for, or a role, changes afterwards: from that day on, until somebody accepts', async () => {
    const { agency, amelie, at, board } = await openScene(stores[0]);
    const visit = agency.visit({ start: '09:00' });
    const past = agency.visit({ start: '09:00', date: '2026-11-19', week: '2026-W47', patientId: agency.paul.id });
    await amelie.commit([visit, past].flatMap((row) => agency.placed(row, agency.carl.id)));
    await amelie.commit([updateRow(staff, agency.carl, { role: 'psw' })]);
    const { conflicts } = await board();
    expect(conflicts.map(({ visitIds }) => visitIds)).toEqual([[visit.id]]);
    expect(conflicts[0]?.explanation).toContain('Amélie Roy recorded that Carl Roy is PSW');
    const nursing = SERVICES[0] as ServiceType;
    await amelie.commit([updateRow(serviceTypes, nursing, { roles: ['rn', 'rpn', 'psw'] })]);
    expect((await board()).conflicts).toEqual([]);
    await amelie.commit([updateRow(serviceTypes, nursing, { roles: ['rn', 'rpn'] })]);
    const [again] = (await board()).conflicts;
    const resolve = { ...at, conflictId: again?.id ?? '', reason: 'supervised' };
    await amelie.caller.scheduling.resolveConflict({ ...resolve, choice: 'accept' });
    expect((await board()).conflicts[0]?.resolution).toMatchObject({ choice: 'accept', reason: 'supervised' });
    expect((await board()).visits[0]).toMatchObject({ staffId: agency.carl.id, conflictIds: [] });
  });

  it('CNF-CONTINUITY visits placed before a preferred carer was named make one conflict a week; placing later is knowing', async () => {
    const { agency, amelie, ben, at, meet, board } = await openScene(stores[0]);
    const need = agency.requirement();
    const week = [DAYS[1], DAYS[3], DAYS[4]].map((date) =>
      agency.visit({ requirementId: need.id, date: date as string, start: '09:00' }),
    );
    await amelie.commit([requirementRow(need), ...week.flatMap((row) => agency.placed(row, agency.carl.id))]);
    await meet();
    await ben.commit([updateRow(requirements, need, { preferredStaffId: agency.joan.id })]);
    await meet();
    const { conflicts } = await board();
    expect(kindsOf(conflicts)).toEqual(['continuity-breach']);
    const [conflict] = conflicts;
    expect(conflict?.title).toBe('Simone Caron is to be visited by Joan Roy, but Carl Roy has 3 visits');
    expect(conflict?.explanation).toContain('Ben Tremblay named Joan Roy as the carer for Nursing');
    expect(new Set(conflict?.visitIds)).toEqual(new Set(week.map(({ id }) => id)));
    await amelie.caller.scheduling.resolveConflict({
      ...at,
      conflictId: conflict?.id ?? '',
      choice: 'unassign',
      reason: '',
    });
    expect((await board()).visits.map(({ staffId }) => staffId)).toEqual([null, null, null]);
    await amelie.caller.scheduling.assign({
      ...at,
      visitId: week[0]?.id ?? '',
      staffId: agency.carl.id,
      date: DAYS[1] as string,
      start: '09:00',
    });
    expect((await board()).conflicts).toEqual([]);
  });
});

describe('records of a region', () => {
  it('CNF-FIELD two answers for a patient’s phone show on every week, and settle among the patients', async () => {
    const { agency, amelie, ben, at, meet, board } = await openScene(stores[0]);
    await amelie.commit([updateRow(patients, agency.simone, { phone: '555-0100' })]);
    await ben.commit([updateRow(patients, agency.simone, { phone: '555-0199' })]);
    await meet();
    const { conflicts } = await board();
    expect(kindsOf(conflicts)).toEqual(['concurrent-field']);
    expect(conflicts[0]?.title).toBe('Two answers for the phone of the record of Simone Caron');
    const later = await amelie.caller.scheduling.week({ ...at, week: '2026-W50' });
    expect(later.conflicts).toEqual(conflicts);
    const resolve = { ...at, conflictId: conflicts[0]?.id ?? '', reason: 'called both' };
    await amelie.caller.scheduling.resolveConflict({ ...resolve, choice: 'side-1' });
    expect((await board()).conflicts).toEqual([]);
    const row = amelie.replica.row(`region/${agency.regionId}/patients`, patients.name, agency.simone.id);
    expect(row?.fields.phone).toBe(conflicts[0]?.sides[1]?.value);
    expect(row?.siblings).toEqual({});
  });

  it('CNF-FIELD CNF-DELETE an address is one decision; a need changed here and deleted there stays', async () => {
    const { agency, amelie, ben, at, meet, board } = await openScene(stores[0]);
    const need = agency.requirement();
    await amelie.commit([requirementRow(need)]);
    await meet();
    await amelie.commit([
      updateRow(patients, agency.simone, { address: '2 Elm St', municipality: 'Kanata', lat: 45.3 }),
      updateRow(requirements, need, { visitsPerWeek: 5 }),
    ]);
    await ben.commit([
      updateRow(patients, agency.simone, { address: '9 Oak Rd', municipality: 'Nepean', lat: 45.35 }),
      { ...requirementRow(need), set: { deletedAt: '2026-11-21T12:00:00.000Z' } },
    ]);
    await meet();
    const { conflicts } = await board();
    expect(conflicts.map(({ title }) => title).sort()).toEqual([
      'The Nursing that Simone Caron needs was deleted by one person and changed by another',
      'Two answers for the address of the record of Simone Caron',
    ]);
    const removal = conflicts.find(({ kind }) => kind === 'edit-delete');
    expect(removal?.explanation).toContain('Amélie Roy changed its visits a week');
    await amelie.caller.scheduling.resolveConflict({
      ...at,
      conflictId: removal?.id ?? '',
      choice: 'keep',
      reason: '',
    });
    expect(kindsOf((await board()).conflicts)).toEqual(['concurrent-field']);
    expect(
      amelie.replica.row(`region/${agency.regionId}/patients`, requirements.name, need.id)?.fields.visitsPerWeek,
    ).toBe(5);
  });

  it('CNF-DELETE a visit that two planned and one took back: it stays, and only what people decide is named', async () => {
    const { agency, amelie, ben, meet, board } = await openScene(stores[0]);
    const row = visitRow(agency.visit());
    await amelie.commit([row]);
    await amelie.commit([{ ...row, set: { deletedAt: '2026-11-21T12:00:00.000Z' } }]);
    await ben.commit([row]);
    await meet();
    const { conflicts, visits: shown } = await board();
    expect(shown.map(({ id }) => id)).toEqual([row.id]);
    expect(conflicts.map(({ kind }) => kind)).toEqual(['edit-delete']);
    expect(conflicts[0]?.explanation).toContain(
      'Ben Tremblay changed its day, length, note, patient, priority, provider, service, start, earliest start and latest start on',
    );
  });

  it('CNF-DANGLING a need that prefers a carer who has left says so', async () => {
    const { agency, amelie, at, board } = await openScene(stores[0]);
    await amelie.commit([requirementRow(agency.requirement({ preferredStaffId: agency.joan.id }))]);
    await amelie.commit([updateRow(staff, agency.joan, { active: false })]);
    const { conflicts } = await board();
    expect(conflicts.map(({ title }) => title)).toEqual([
      'Joan Roy is no longer active but is the carer Simone Caron prefers',
    ]);
    const resolve = { ...at, conflictId: conflicts[0]?.id ?? '', reason: 'moved away' };
    await amelie.caller.scheduling.resolveConflict({ ...resolve, choice: 'accept' });
    expect((await board()).conflicts[0]?.resolution).toMatchObject({ reason: 'moved away', by: 'Amélie Roy' });
    await amelie.caller.scheduling.resolveConflict({ ...resolve, choice: 'clear' });
    expect((await board()).conflicts).toEqual([]);
    const viewer = await openDesk({ ...BEN, role: 'integration' }, stores[0]);
    expect(await rulesOf(viewer.caller.scheduling.resolveConflict({ ...resolve, choice: 'accept' }))).toEqual([
      'CNF-GONE',
    ]);
  });
});

describe('words of two people', () => {
  it('CNF-WORD two who settle one double booking differently offline: the words merge, what they did is asked once more', async () => {
    const { agency, amelie, meet, at } = await openScene(stores[0]);
    const ben = await openDesk(BEN, stores[1]);
    const together = async (): Promise<void> => {
      await meet();
      await exchange(amelie, ben, agency.shards);
      await Promise.all([amelie.projected(), ben.projected()]);
    };
    const [one, two] = [agency.visit({ start: '09:00' }), agency.visit({ start: '09:15', patientId: agency.paul.id })];
    await amelie.commit([one, two].flatMap((row) => agency.placed(row, agency.joan.id)));
    await together();
    const boards = () => Promise.all([amelie, ben].map((desk) => desk.caller.scheduling.week(at)));
    const [mine, theirs] = await boards();
    expect(theirs?.conflicts).toEqual(mine?.conflicts);
    const resolve = { ...at, conflictId: mine?.conflicts[0]?.id ?? '', reason: '' };
    await amelie.caller.scheduling.resolveConflict({ ...resolve, choice: 'keep-first', reason: 'was first' });
    await ben.caller.scheduling.resolveConflict({ ...resolve, choice: 'keep-second', reason: 'is urgent' });
    await together();

    const [after, same] = await boards();
    expect(same?.conflicts).toEqual(after?.conflicts);
    expect(after?.visits.map(({ staffId }) => staffId)).toEqual([null, null]);
    const [contested] = after?.conflicts ?? [];
    expect(contested).toMatchObject({ kind: 'concurrent-field', resolution: null });
    expect(contested?.title).toBe('Two decisions about one conflict');
    expect(contested?.sides.map(({ by }) => by).sort()).toEqual(['Amélie Roy', 'Ben Tremblay']);
    expect(contested?.explanation).toContain('2 visits were taken from their carer');
    const [kept, dropped] = contested?.sides[0]?.by === 'Amélie Roy' ? [0, 1] : [1, 0];
    expect(dropped).not.toBe(kept);
    await ben.caller.scheduling.resolveConflict({
      ...at,
      conflictId: contested?.id ?? '',
      choice: `word-${kept}`,
      reason: 'agreed on the phone',
    });
    await together();
    const [end, endThere] = await boards();
    expect(endThere?.conflicts).toEqual(end?.conflicts);
    expect(end?.conflicts).toEqual([]);
    const carers = new Map(end?.visits.map(({ id, staffId }) => [id, staffId]));
    expect([carers.get(one.id), carers.get(two.id)]).toEqual([agency.joan.id, null]);
    const shard = `schedule/${agency.regionId}/${WEEK}`;
    const [word] = [...amelie.replica.rows(shard, 'conflict_resolutions')];
    expect(word?.fields).toMatchObject({ choice: 'keep-first', reason: 'agreed on the phone', actorId: BEN.id });
    expect(word?.siblings).toEqual({});
  });

  it('CNF-WORD two who settle one field differently: both answers stand, and are asked about like any other', async () => {
    const { agency, amelie, meet, at } = await openScene(stores[0]);
    const ben = await openDesk(BEN, stores[1]);
    const together = async (): Promise<void> => {
      await meet();
      await exchange(amelie, ben, agency.shards);
      await Promise.all([amelie.projected(), ben.projected()]);
    };
    const visit = agency.visit();
    await amelie.commit(agency.placed(visit, agency.joan.id));
    await together();
    await amelie.commit([updateRow(visits, visit, { note: 'side door' })]);
    await ben.commit([updateRow(visits, visit, { note: 'back door' })]);
    await together();
    const [conflict] = (await amelie.caller.scheduling.week(at)).conflicts;
    const resolve = { ...at, conflictId: conflict?.id ?? '', reason: '' };
    await amelie.caller.scheduling.resolveConflict({ ...resolve, choice: 'side-0' });
    await ben.caller.scheduling.resolveConflict({ ...resolve, choice: 'side-1' });
    await together();
    const [mine, theirs] = await Promise.all([amelie, ben].map((desk) => desk.caller.scheduling.week(at)));
    expect(mine?.conflicts).toEqual(theirs?.conflicts);
    expect(mine?.conflicts.map(({ id, kind }) => [id === conflict?.id, kind])).toEqual([[false, 'concurrent-field']]);
    expect(mine?.conflicts[0]?.sides.map(({ value }) => value).sort()).toEqual(['back door', 'side door']);
    expect([...amelie.replica.rows(`schedule/${agency.regionId}/${WEEK}`, assignments.name)]).toHaveLength(1);
  });
});
