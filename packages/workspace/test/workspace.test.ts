import { addWeeks, ProblemError, SEALED_AFTER_WEEKS, unwrap } from '@fieldfare/kernel';
import { rebuildAndCompare } from '@fieldfare/store';
import type { FoldedRow } from '@fieldfare/sync';
import { TRPCError } from '@trpc/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demo, type Opened, openCopy, openDemo, schema } from './open.ts';

const [west] = demo.rows.regions;
const week = demo.week;
const where = { regionId: west?.id ?? '', week };

const problemsOf = async (run: Promise<unknown>) => {
  try {
    await run;
  } catch (error) {
    if (error instanceof TRPCError && error.cause instanceof ProblemError) return error.cause.problems;
    throw error;
  }
  throw new Error('nothing was refused');
};

/** Every row of the documents, as a rebuild from the journal would project them. */
function* allRows({ workspace }: Opened): Generator<FoldedRow> {
  const { replica } = workspace.core;
  for (const shard of replica.loaded()) for (const table of replica.tables(shard)) yield* replica.rows(shard, table);
}

describe('a working copy', () => {
  let copy: Opened;
  beforeAll(async () => {
    copy = await openDemo('amelie');
  });
  afterAll(() => copy.workspace.close());

  const board = () => copy.caller.scheduling.week(where);
  const placed = async () => {
    const visit = (await board()).visits.find((one) => one.staffId !== null && !one.pinned);
    if (!visit?.staffId) throw new Error('the demo week has no assigned visit');
    return visit;
  };

  it('shows the week of the demo agency', async () => {
    const shown = await board();
    expect(shown.lanes.length).toBeGreaterThan(10);
    expect(shown.visits.length).toBeGreaterThan(200);
    expect(shown.conflicts).toEqual([]);
    expect(shown.writable).toBe(true);
  });

  it('WSP-UNDO-OWN: unassign, undo, redo bring the board there and back', async () => {
    const visit = await placed();
    const now = async () => (await board()).visits.find(({ id }) => id === visit.id);
    await copy.caller.scheduling.unassign({ ...where, visitId: visit.id });
    expect((await now())?.staffId).toBeNull();
    await copy.caller.history.undo();
    expect(await now()).toMatchObject({ staffId: visit.staffId, date: visit.date, start: visit.start });
    await copy.caller.history.redo();
    expect((await now())?.staffId).toBeNull();
    await copy.caller.history.undo();
    expect((await now())?.staffId).toBe(visit.staffId);
  });

  it('WSP-UNDO-STALE: what a colleague changed since is not overwritten', async () => {
    const visit = await placed();
    const { replica } = copy.workspace.core;
    const shard = `schedule/${where.regionId}/${week}`;
    await copy.caller.scheduling.updateVisit({ ...where, visitId: visit.id, set: { note: 'mine' } });
    const ben = demo.accounts.find(({ login }) => login === 'ben')?.userId ?? '';
    unwrap(await replica.commit([{ table: 'visits', shard, id: visit.id, set: { note: 'from Ben' } }], ben));
    const problems = await problemsOf(copy.caller.history.undo());
    expect(problems[0]).toMatchObject({ code: 'conflict', rule: 'WSP-UNDO-STALE' });
    expect((await board()).visits.find(({ id }) => id === visit.id)?.note).toBe('from Ben');
  });

  it('PERM-SEALED: a week long past is shown as closed, and nobody writes into it', async () => {
    const past = { ...where, week: addWeeks(week, -SEALED_AFTER_WEEKS - 1) };
    expect(await copy.caller.scheduling.week(past)).toMatchObject({ writable: false, sealed: true });
    const problems = await problemsOf(copy.caller.scheduling.planWeek(past));
    expect(problems[0]).toMatchObject({ code: 'forbidden', rule: 'PERM-SEALED' });
    const last = { ...where, week: addWeeks(week, -SEALED_AFTER_WEEKS) };
    expect(await copy.caller.scheduling.week(last)).toMatchObject({ writable: true, sealed: false });
  });

  it('WSP-SETTLED: the projection equals one rebuilt from the documents', async () => {
    const visit = await placed();
    await copy.caller.scheduling.unassign({ ...where, visitId: visit.id });
    await copy.workspace.core.projector.settled();
    expect(await rebuildAndCompare(copy.workspace.core.store, [...allRows(copy)], schema)).toEqual([]);
  });

  it('auto-assigns what is unscheduled into a proposal that can be accepted once', async () => {
    const before = (await board()).visits.filter(({ staffId }) => staffId === null).length;
    expect(before).toBeGreaterThan(0);
    const stream = await copy.caller.scheduling.autoAssign({ ...where, seed: 1 });
    for await (const event of stream) {
      if (event.type !== 'proposal') continue;
      const { id: proposalId, placements } = event.proposal;
      expect(placements.length).toBeGreaterThan(0);
      const chosen = placements.map(({ visitId, staffId, date, start, basedOn }) => ({
        visitId,
        staffId,
        date,
        start,
        basedOn,
      }));
      await copy.caller.scheduling.accept({ ...where, proposalId, placements: chosen });
      const after = await board();
      expect(after.visits.filter(({ staffId }) => staffId === null).length).toBe(before - placements.length);
      expect(after.conflicts.filter(({ resolution }) => resolution === null)).toEqual([]);
      const problems = await problemsOf(copy.caller.scheduling.accept({ ...where, proposalId, placements: chosen }));
      expect(problems[0].code).toBe('conflict');
    }
  });

  it('imports patients from CSV, all or nothing, and undoes the import', async () => {
    const bad = 'Reference,Given name,Family name\nX-1,Ada,\n';
    const problems = await problemsOf(
      copy.caller.imports.commit({ regionId: where.regionId, kind: 'patients', text: bad, mapping: null }),
    );
    expect(problems.length).toBeGreaterThan(0);
    const text =
      'Reference,Given name,Family name,Latitude,Longitude\nX-1,Ada,Example,45.3,-75.9\nX-2,Ben,Example,45.35,-76.04\n';
    const request = { regionId: where.regionId, kind: 'patients' as const, text, mapping: null };
    const tried = await copy.caller.imports.dryRun(request);
    expect(tried.errors).toEqual([]);
    expect(tried.creates).toBe(2);
    expect((await copy.caller.imports.commit(request)).creates).toBe(2);
    expect((await copy.caller.imports.dryRun(request)).unchanged).toBe(2);
    await copy.caller.history.undo();
    expect((await copy.caller.imports.dryRun(request)).creates).toBe(2);
  });

  it('PERM-ACTION partners are imported by an administrator only', async () => {
    const text = 'Partner,Services,Days of notice\nRideau Example,psw,2\n';
    const request = { regionId: where.regionId, kind: 'partners' as const, text, mapping: null };
    expect(await problemsOf(copy.caller.imports.dryRun(request))).toMatchObject([{ rule: 'PERM-ACTION' }]);
    expect(await problemsOf(copy.caller.imports.commit(request))).toMatchObject([{ rule: 'PERM-ACTION' }]);
  });

  it('imports assessments, all or nothing, and what was imported stands in the patient’s record', async () => {
    const [anna, bill] = demo.rows.patients.filter(
      ({ regionId, id }) =>
        regionId === where.regionId && !demo.changes.some(({ shard }) => shard === `patient/${regionId}/${id}`),
    );
    const head = 'Patient number,Instrument,Version,Assessed on,C1,C2a,D1,G2j\n';
    const line = (reference: string | undefined, decision: number) =>
      `${reference},HC,9.1,2026-11-10,${decision},1,0,0\n`;
    const options = { regionId: where.regionId, patientId: null, form: null, leaveOut: false };
    const bad = { ...options, text: head + line(anna?.reference, 1) + line(bill?.reference, 9) };
    const tried = await copy.caller.imports.dryRunAssessments(bad);
    expect(tried.faults).toMatchObject([{ line: 3, code: 'C1', rule: 'ASM-RANGE' }]);
    expect(await problemsOf(copy.caller.imports.commitAssessments(bad))).toMatchObject([{ rule: 'ASM-RANGE' }]);
    const record = (patientId = '') => copy.caller.assessments.record({ regionId: where.regionId, patientId });
    expect((await record(anna?.id)).assessments).toEqual([]);
    const good = { ...options, text: head + line(anna?.reference, 1) + line(bill?.reference, 3) };
    expect((await copy.caller.imports.commitAssessments(good)).planned.map(({ action }) => action)).toEqual([
      'create',
      'create',
    ]);
    const { assessments, needs } = await record(bill?.id);
    expect(assessments).toMatchObject([{ source: 'csv', answered: 4 }]);
    expect(needs.profile.needs.cognition.value).toBe(3);
    const again = await copy.caller.imports.commitAssessments(good);
    expect(again.planned.map(({ action }) => action)).toEqual(['unchanged', 'unchanged']);
  });
});

it('PERM-SHARD: a viewer changes nothing, by whatever door', async () => {
  const copy = await openDemo('vera');
  const shown = await copy.caller.scheduling.week(where);
  expect(shown.writable).toBe(false);
  const [visit] = shown.visits;
  const refused = copy.caller.scheduling.unassign({ ...where, visitId: visit?.id ?? '' });
  expect((await problemsOf(refused))[0].code).toBe('forbidden');
  const change = {
    table: 'visits',
    shard: `schedule/${where.regionId}/${week}`,
    id: visit?.id ?? '',
    set: { note: 'x' },
  };
  const written = await copy.workspace.context.write([change]);
  expect(written.ok).toBe(false);
  await copy.workspace.close();
});

it('JRN-ACK: after a crash every acknowledged edit is there and the projection is the same', async () => {
  const copy = await openDemo('amelie');
  const { visits } = await copy.caller.scheduling.week(where);
  for (const [index, { id }] of visits.slice(0, 20).entries()) {
    await copy.caller.scheduling.updateVisit({ ...where, visitId: id, set: { note: `note ${index}` } });
  }
  copy.files.crash({ keep: 'durable' });
  const again = await openCopy('amelie', copy.files);
  await again.workspace.complete;
  const after = await again.caller.scheduling.week(where);
  expect(after.visits.filter(({ note }) => note.startsWith('note ')).length).toBe(20);
  expect(await rebuildAndCompare(again.workspace.core.store, [...allRows(again)], schema)).toEqual([]);
  await again.workspace.close();
});

it('WSP-DATABASE: a database that does not open says so, and the next opening finds everything', async () => {
  const { workspace, files } = await openDemo('amelie');
  await workspace.close();
  const engine = Promise.reject(new Error('no memory'));
  await expect(openCopy('amelie', files, { engine })).rejects.toThrow('no memory');
  const again = await openCopy('amelie', files);
  expect((await again.caller.scheduling.week(where)).visits.length).toBeGreaterThan(0);
  await again.workspace.close();
});
