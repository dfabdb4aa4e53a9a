import { scheduleShard, updateRow } from '@fieldfare/kernel';
import type { Store } from '@fieldfare/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BEN, createAgency, DAYS, requirementRow, visitRow, WEEK } from '../../test/agency.ts';
import { openDesk, openTestStore } from '../../test/context.ts';
import { kindsOf, openScene, rulesOf, type Scene } from '../../test/scene.ts';
import type { Database } from '../database.ts';
import { staff } from '../workforce/index.ts';
import type { BoardEvent, Proposal } from './board.ts';
import { applyBoardEvent } from './board-patch.ts';
import { assignmentIdOf } from './rules.ts';
import { assignments, visits } from './tables.ts';

let store: Store<Database>;
beforeAll(async () => {
  store = await openTestStore();
}, 60_000);
afterAll(() => store.close());

const scene = (): Promise<Scene> => openScene(store);

describe('scheduling procedures', () => {
  it('SCH-PLAN plans a week from requirements, once', async () => {
    const { agency, amelie, at, board } = await scene();
    await amelie.commit([requirementRow(agency.requirement())]);
    expect(await amelie.caller.scheduling.planWeek(at)).toEqual({ created: 3 });
    expect(await amelie.caller.scheduling.planWeek(at)).toEqual({ created: 0 });
    const { visits: planned, lanes } = await board();
    expect(planned.map(({ staffId }) => staffId)).toEqual([null, null, null]);
    expect(lanes.map(({ name }) => name)).toEqual(['Carl Roy', 'Joan Roy', 'Pia Roy']);
    const [first] = planned;
    await amelie.caller.scheduling.cancelVisit({ ...at, visitId: first?.id ?? '' });
    expect(await amelie.caller.scheduling.planWeek(at)).toEqual({ created: 0 });
    expect((await board()).visits).toHaveLength(2);
  });

  it('assigns, moves, changes, pins, unassigns and cancels under labels for undo', async () => {
    const { agency, amelie, at, board } = await scene();
    const visit = agency.visit();
    await amelie.commit([visitRow(visit)]);
    const target = { ...at, visitId: visit.id };
    const place = { ...target, staffId: agency.joan.id, date: DAYS[1] as string, start: '09:00' };
    const done = await amelie.caller.scheduling.assign(place);
    expect(done.warnings).toEqual([]);
    expect((await board()).visits[0]).toMatchObject({ staffId: agency.joan.id, start: '09:00', stamp: done.stamp });
    expect((await board()).lanes.find(({ name }) => name === 'Joan Roy')?.bookedMinutes).toBe(45);
    await amelie.caller.scheduling.assign({ ...place, start: '10:00' });
    await amelie.caller.scheduling.updateVisit({ ...target, set: { note: 'key under the mat', minutes: 30 } });
    await amelie.caller.scheduling.pin({ ...target, pinned: true });
    await amelie.caller.scheduling.unassign(target);
    expect((await board()).visits[0]).toMatchObject({ staffId: null, pinned: false, minutes: 30 });
    await amelie.caller.scheduling.cancelVisit(target);
    expect((await board()).visits).toEqual([]);
    expect(amelie.commands).toEqual([
      'Assign visit',
      'Move visit',
      'Change visit',
      'Pin visit',
      'Unassign visit',
      'Cancel visit',
    ]);
    expect(await rulesOf(amelie.caller.scheduling.assign(place))).toEqual(['SCH-GONE']);
  });

  it('SCH-ROLE SCH-OVERLAP-STAFF block, SCH-WINDOW and SCH-AVAILABILITY warn in plain words', async () => {
    const { agency, amelie, at } = await scene();
    const [one, two] = [agency.visit(), agency.visit({ patientId: agency.paul.id })];
    await amelie.commit([visitRow(one), visitRow(two)]);
    const place = { ...at, visitId: one.id, staffId: agency.joan.id, date: DAYS[1] as string, start: '09:00' };
    expect(await rulesOf(amelie.caller.scheduling.assign({ ...place, staffId: agency.pia.id }))).toEqual(['SCH-ROLE']);
    await amelie.caller.scheduling.assign(place);
    expect(await rulesOf(amelie.caller.scheduling.assign({ ...place, visitId: two.id, start: '09:30' }))).toEqual([
      'SCH-OVERLAP-STAFF',
    ]);
    const { warnings } = await amelie.caller.scheduling.assign({ ...place, visitId: two.id, start: '17:30' });
    expect(warnings.map(({ rule, message }) => [rule, message])).toEqual([
      ['SCH-AVAILABILITY', 'Outside availability: works 08:00–18:00 on Tuesday'],
      ['SCH-WINDOW', '5 h 30 min outside the start window 08:00–12:00'],
    ]);
  });

  it('SCH-STALE refuses an assignment based on an older stamp', async () => {
    const { agency, amelie, at, board } = await scene();
    const visit = agency.visit();
    await amelie.commit([visitRow(visit)]);
    const basedOn = (await board()).visits[0]?.stamp ?? '';
    await amelie.caller.scheduling.updateVisit({ ...at, visitId: visit.id, set: { note: 'changed' } });
    const place = { ...at, visitId: visit.id, staffId: agency.joan.id, date: DAYS[1] as string, start: '09:00' };
    expect(await rulesOf(amelie.caller.scheduling.assign({ ...place, basedOn }))).toEqual(['SCH-STALE']);
  });

  it('PERM-REGION PERM-ACTION a viewer may look and not change, and only in their region', async () => {
    const { agency, at } = await scene();
    const viewer = { id: BEN.id, name: 'Vera', role: 'viewer' as const, regionIds: [agency.regionId] };
    const desk = await openDesk(viewer, store);
    expect((await desk.caller.scheduling.week(at)).writable).toBe(false);
    expect(await rulesOf(desk.caller.scheduling.planWeek(at))).toEqual(['PERM-ACTION']);
    const elsewhere = createAgency().regionId;
    expect(await rulesOf(desk.caller.scheduling.week({ ...at, regionId: elsewhere }))).toEqual(['PERM-REGION']);
  });

  it('SCH-PROPOSAL auto-assign proposes, SCH-ALL accept writes all of it, SCH-STALE or none', async () => {
    const { agency, amelie, at, board } = await scene();
    const all = [agency.visit(), agency.visit({ patientId: agency.paul.id }), agency.visit({ serviceCode: 'psw' })];
    await amelie.commit(all.map(visitRow));
    const before = await board();
    const events = [];
    for await (const event of await amelie.caller.scheduling.autoAssign({ ...at, seed: 1 })) events.push(event);
    const last = events.at(-1);
    if (last?.type !== 'proposal') throw new Error('a run ends with a proposal');
    const { proposal } = last;
    expect(proposal.placements).toHaveLength(3);
    expect(await board()).toEqual(before);

    const input = { ...at, proposalId: proposal.id, placements: proposal.placements.map((one) => ({ ...one })) };
    await amelie.caller.scheduling.updateVisit({ ...at, visitId: all[0]?.id ?? '', set: { priority: 'urgent' } });
    expect(await rulesOf(amelie.caller.scheduling.accept(input))).toEqual(['SCH-STALE']);
    expect((await board()).visits.every(({ staffId }) => staffId === null)).toBe(true);

    const stamps = new Map((await board()).visits.map(({ id, stamp }) => [id, stamp]));
    const renewed = input.placements.map((one) => ({ ...one, basedOn: stamps.get(one.visitId) ?? '' }));
    expect(await amelie.caller.scheduling.accept({ ...input, placements: renewed })).toEqual({ accepted: 3 });
    expect((await board()).visits.every(({ staffId }) => staffId !== null)).toBe(true);
    expect((await board()).conflicts).toEqual([]);
    expect(amelie.commands.at(-1)).toBe('Accept proposal (3 visits)');
  });

  it('SCH-ALL refuses a proposal whose place somebody took meanwhile', async () => {
    const { agency, amelie, at, board } = await scene();
    const [one, two] = [agency.visit(), agency.visit({ patientId: agency.paul.id })];
    await amelie.commit([one, two].map(visitRow));
    const { stamp: basedOn } = (await board()).visits.find(({ id }) => id === one.id) ?? { stamp: '' };
    const place = { staffId: agency.joan.id, date: DAYS[1] as string, start: '09:00' };
    await amelie.caller.scheduling.assign({ ...at, ...place, visitId: two.id });
    const accept = amelie.caller.scheduling.accept({
      ...at,
      proposalId: 'p',
      placements: [{ ...place, visitId: one.id, basedOn }],
    });
    expect(await rulesOf(accept)).toEqual(['SCH-OVERLAP-STAFF']);
  });

  it('auto-assign stops with its signal and says nothing more', async () => {
    const { agency, amelie, at } = await scene();
    await amelie.commit([visitRow(agency.visit())]);
    const { autoAssign } = await import('./auto-assign.ts');
    const stop = new AbortController();
    const events = [];
    for await (const event of autoAssign(amelie.ctx, at, stop.signal)) {
      events.push(event.type);
      stop.abort();
    }
    expect(events).toEqual(['progress']);
  });

  it('finishing a run keeps the best so far; only who runs it may do so', async () => {
    const { agency, amelie, at } = await scene();
    const all = Array.from({ length: 12 }, () => agency.visit());
    await amelie.commit(all.map(visitRow));
    const runId = '0197e9a0-0000-7000-8000-000000000001';
    let proposal: Proposal | null = null;
    for await (const event of await amelie.caller.scheduling.autoAssign({ ...at, seed: 1, runId })) {
      if (event.type === 'proposal') proposal = event.proposal;
      else expect(await amelie.caller.scheduling.finishAutoAssign({ ...at, runId })).toEqual({ running: true });
    }
    // Told so before it began: nothing is placed, and nothing is wrong.
    expect(proposal).toMatchObject({ placements: [] });
    expect(proposal?.unplaced).toHaveLength(12);
    expect(await amelie.caller.scheduling.finishAutoAssign({ ...at, runId })).toEqual({ running: false });
  });

  it('feasibility answers every lane and day, suggest the best places first', async () => {
    const { agency, amelie, at } = await scene();
    const visit = agency.visit();
    await amelie.commit([visitRow(visit)]);
    const cells = await amelie.caller.scheduling.feasibility({ ...at, visitId: visit.id });
    expect(cells).toHaveLength(3 * 7);
    const of = (staffId: string) => cells.filter((cell) => cell.staffId === staffId);
    expect(of(agency.joan.id).every(({ start, violations }) => start !== null && violations.length === 0)).toBe(true);
    expect(of(agency.pia.id).every(({ start }) => start === null)).toBe(true);
    expect(of(agency.pia.id)[0]?.violations[0]?.rule).toBe('SCH-ROLE');
    const offers = await amelie.caller.scheduling.suggest({ ...at, visitId: visit.id });
    expect(offers.map(({ name }) => name).sort()).toEqual(['Carl Roy', 'Joan Roy']);
    expect(offers[0]?.match).toBe('strong');
    expect(offers[0]?.reasons.length).toBeGreaterThan(0);
  });

  it('feedback follows every change of the week, though the week is laid out once', async () => {
    const { agency, amelie, at } = await scene();
    const [visit, other] = [agency.visit(), agency.visit({ patientId: agency.paul.id })];
    await amelie.commit([visit, other].map(visitRow));
    const place = { staffId: agency.joan.id, date: DAYS[1] as string, start: '09:00' };
    const narrow = { ...at, visitId: other.id, set: { windowFrom: '09:00', windowTo: '09:00' } };
    await amelie.caller.scheduling.updateVisit(narrow);
    const cell = async () =>
      (await amelie.caller.scheduling.feasibility({ ...at, visitId: other.id })).find(
        ({ staffId, date }) => staffId === place.staffId && date === place.date,
      );
    expect(await cell()).toMatchObject({ start: '09:00', violations: [] });
    expect(await cell()).toMatchObject({ start: '09:00', violations: [] });
    await amelie.caller.scheduling.assign({ ...at, visitId: visit.id, ...place });
    expect((await cell())?.violations.map(({ rule }) => rule)).toContain('SCH-OVERLAP-STAFF');
    await amelie.caller.scheduling.unassign({ ...at, visitId: visit.id });
    expect(await cell()).toMatchObject({ start: '09:00', violations: [] });
  });

  it('BRD-PATCH the subscription sends a snapshot, then patches that lead to the same board', async () => {
    const { agency, amelie, at, board } = await scene();
    const visit = agency.visit();
    await amelie.commit([visitRow(visit)]);
    const { boardEvents } = await import('./board-query.ts');
    const stop = new AbortController();
    const events = boardEvents(amelie.ctx, at, stop.signal);
    const next = async (): Promise<BoardEvent> => {
      const result = await events.next();
      if (result.done) throw new Error('the subscription ended');
      return result.value;
    };
    let copy = applyBoardEvent(null, await next());
    await amelie.caller.scheduling.assign({
      ...at,
      visitId: visit.id,
      staffId: agency.joan.id,
      date: DAYS[2] as string,
      start: '09:00',
    });
    const patch = await next();
    expect(patch).toMatchObject({ type: 'patch', visits: [{ id: visit.id }], removedVisits: [] });
    copy = applyBoardEvent(copy, patch);
    expect(copy).toEqual(await board());
    stop.abort();
    expect((await events.next()).done).toBe(true);
  });
});

describe('conflicts between two people', () => {
  it('CNF-FIELD one field, two values: both shown, a choice settles it on both sides', async () => {
    const { agency, amelie, ben, at, meet, board } = await scene();
    const visit = agency.visit({ start: '08:00' });
    await amelie.commit(agency.placed(visit, agency.joan.id));
    await meet();
    await amelie.commit([updateRow(visits, visit, { start: '09:00' })]);
    await ben.commit([updateRow(visits, visit, { start: '10:00' })]);
    await meet();
    const { conflicts, visits: shown } = await board();
    expect(kindsOf(conflicts)).toEqual(['concurrent-field']);
    const [conflict] = conflicts;
    expect(conflict?.title).toBe('Two answers for the start of the visit to Simone Caron');
    expect(conflict?.sides.map(({ value, by }) => [value, by])).toEqual(
      expect.arrayContaining([
        ['09:00', 'Amélie Roy'],
        ['10:00', 'Ben Tremblay'],
      ]),
    );
    expect(conflict?.sides[0]?.value).toBe(shown[0]?.start);
    expect(shown[0]?.conflictIds).toEqual([conflict?.id]);

    const loser = conflict?.choices.find(({ label }) => label.startsWith('Use'));
    const losing = conflict?.sides[1]?.value;
    await amelie.caller.scheduling.resolveConflict({
      ...at,
      conflictId: conflict?.id ?? '',
      choice: loser?.choice ?? '',
      reason: 'the family asked',
    });
    await meet();
    const after = await board();
    expect(after.conflicts).toEqual([]);
    expect(after.visits[0]?.start).toBe(losing);
    const row = ben.replica.row(scheduleShard(agency.regionId, WEEK), 'visits', visit.id);
    expect(row?.fields.start).toBe(losing);
    expect(row?.siblings).toEqual({});
  });

  it('CNF-FIELD day, start and carer set together are one conflict with two whole sides', async () => {
    const { agency, amelie, ben, meet, board } = await scene();
    const visit = agency.visit({ start: '08:00', serviceCode: 'psw' });
    await amelie.commit(agency.placed(visit, agency.carl.id));
    await meet();
    const assignment = { ...agency.placed(visit, agency.carl.id)[1] };
    const give = (staffId: string) => [{ ...assignment, set: { staffId } } as never];
    await amelie.commit([
      updateRow(visits, visit, { date: DAYS[2] as string, start: '09:00' }),
      ...give(agency.carl.id),
    ]);
    await ben.commit([updateRow(visits, visit, { date: DAYS[3] as string, start: '11:00' }), ...give(agency.pia.id)]);
    await meet();
    const { conflicts } = await board();
    expect(kindsOf(conflicts)).toEqual(['concurrent-field']);
    expect(conflicts[0]?.sides.map(({ value }) => value).sort()).toEqual([
      'Thu 26 Nov, 11:00, Pia Roy',
      'Wed 25 Nov, 09:00, Carl Roy',
    ]);
  });

  it('CNF-STAFF CNF-HOLD the same carer at the same hour: both stay, the earlier holds, accepting is remembered', async () => {
    const { agency, amelie, ben, at, meet, board } = await scene();
    const one = agency.visit();
    const two = agency.visit({ patientId: agency.paul.id });
    await amelie.commit([one, two].map(visitRow));
    await meet();
    await amelie.commit([updateRow(visits, one, { start: '09:00' }), agency.placed(one, agency.joan.id)[1] as never]);
    await ben.commit([updateRow(visits, two, { start: '09:15' }), agency.placed(two, agency.joan.id)[1] as never]);
    await meet();
    const { conflicts, visits: shown } = await board();
    expect(kindsOf(conflicts)).toEqual(['double-booked-staff']);
    expect(shown.every(({ staffId }) => staffId === agency.joan.id)).toBe(true);
    const [conflict] = conflicts;
    expect(conflict?.title).toBe('Joan Roy is booked twice on Tue 24 Nov, 09:15–09:45');
    expect(conflict?.explanation).toContain('Amélie Roy placed Simone Caron (Nursing, 09:00–09:45)');
    expect(conflict?.explanation).toContain('Ben Tremblay placed Paul Caron');

    const resolve = { ...at, conflictId: conflict?.id ?? '', reason: 'they live together' };
    expect(await rulesOf(amelie.caller.scheduling.resolveConflict({ ...resolve, choice: 'side-0' }))).toEqual([
      'CNF-CHOICE',
    ]);
    await amelie.caller.scheduling.resolveConflict({ ...resolve, choice: 'accept-both' });
    const accepted = await board();
    expect(accepted.conflicts[0]?.resolution).toMatchObject({ choice: 'accept-both', by: 'Amélie Roy' });
    expect(accepted.visits.flatMap(({ conflictIds }) => conflictIds)).toEqual([]);

    await amelie.caller.scheduling.resolveConflict({ ...resolve, choice: 'keep-first' });
    const kept = await board();
    expect(kept.conflicts).toEqual([]);
    const holder = conflict?.visitIds[0];
    for (const { id, staffId } of kept.visits) expect(staffId).toBe(id === holder ? agency.joan.id : null);
    expect(await rulesOf(amelie.caller.scheduling.resolveConflict({ ...resolve, choice: 'keep-first' }))).toEqual([
      'CNF-GONE',
    ]);
  });

  it('CNF-DELETE edited here, deleted there: it stays, and either answer settles it', async () => {
    for (const choice of ['keep', 'delete']) {
      const { agency, amelie, ben, at, meet, board } = await scene();
      const visit = agency.visit();
      await amelie.commit([visitRow(visit)]);
      await meet();
      await amelie.commit([updateRow(visits, visit, { note: 'new door code' })]);
      await ben.commit([{ ...visitRow(visit), set: { deletedAt: '2026-11-21T12:00:00.000Z' } }]);
      await meet();
      const { conflicts, visits: shown } = await board();
      expect(kindsOf(conflicts)).toEqual(['edit-delete']);
      expect(shown).toHaveLength(1);
      expect(conflicts[0]?.explanation).toContain('Ben Tremblay deleted it');
      expect(conflicts[0]?.explanation).toContain('Amélie Roy changed its note');
      const conflictId = conflicts[0]?.id ?? '';
      await amelie.caller.scheduling.resolveConflict({ ...at, conflictId, choice, reason: '' });
      const after = await board();
      expect(after.conflicts).toEqual([]);
      expect(after.visits).toHaveLength(choice === 'keep' ? 1 : 0);
    }
  });

  it('CNF-DELETE cancelled here, moved later there: said, and can be brought back', async () => {
    const { agency, amelie, ben, at, meet, board } = await scene();
    const visit = agency.visit();
    await amelie.commit([visitRow(visit)]);
    await meet();
    await amelie.caller.scheduling.cancelVisit({ ...at, visitId: visit.id });
    // Ben's clock is ahead by one commit: his edit has the later stamp.
    await ben.commit([updateRow(visits, visit, { note: 'a' })]);
    await ben.commit([updateRow(visits, visit, { start: '10:00' })]);
    await meet();
    const { conflicts } = await board();
    expect(kindsOf(conflicts)).toEqual(['edit-delete']);
    expect(conflicts[0]?.explanation).toContain('Amélie Roy cancelled it');
    const conflictId = conflicts[0]?.id ?? '';
    await amelie.caller.scheduling.resolveConflict({ ...at, conflictId, choice: 'keep', reason: '' });
    expect((await board()).visits).toMatchObject([{ start: '10:00' }]);
    expect((await board()).conflicts).toEqual([]);
  });

  it('CNF-DANGLING a carer who left keeps a lane while they hold visits, and the visit says so', async () => {
    const { agency, amelie, ben, at, meet, board } = await scene();
    const visit = agency.visit({ start: '09:00' });
    await amelie.commit(agency.placed(visit, agency.joan.id));
    await ben.commit([updateRow(staff, agency.joan, { active: false })]);
    await meet();
    const { conflicts, lanes } = await board();
    expect(kindsOf(conflicts)).toEqual(['dangling-reference']);
    expect(lanes.map(({ name }) => name)).toContain('Joan Roy');
    const conflictId = conflicts[0]?.id ?? '';
    await amelie.caller.scheduling.resolveConflict({ ...at, conflictId, choice: 'unassign', reason: 'left' });
    expect((await board()).conflicts).toEqual([]);
    expect((await board()).visits[0]?.staffId).toBe(null);
    expect(
      amelie.replica.row(scheduleShard(agency.regionId, WEEK), assignments.name, assignmentIdOf(visit.id))?.fields
        .staffId,
    ).toBe(null);
  });
});
