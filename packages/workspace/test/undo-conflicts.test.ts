/** What an undo leaves behind where a colleague, who had seen neither the edit nor the undo, gave the same visit to somebody. */
import { unwrap } from '@fieldfare/kernel';
import { afterEach, describe, expect, it } from 'vitest';
import { demo, type Opened, openDemo } from './open.ts';

const where = { regionId: demo.rows.regions[0]?.id ?? '', week: demo.week };
const shard = `schedule/${where.regionId}/${where.week}`;

const board = ({ caller }: Opened) => caller.scheduling.week(where);
type Shown = Awaited<ReturnType<typeof board>>['visits'][number];
const shownIn = async (copy: Opened, visitId: string): Promise<Shown> => {
  const shown = (await board(copy)).visits.find(({ id }) => id === visitId);
  if (!shown) throw new Error('the visit is not on the board');
  return shown;
};

/** Each receives what only the other has. */
async function meet(a: Opened, b: Opened): Promise<void> {
  const [one, other] = [a.workspace.core.replica, b.workspace.core.replica];
  const forOther = one.diff(shard, other.stateVector(shard));
  unwrap(await one.receive(shard, other.diff(shard, one.stateVector(shard)), { subject: null }));
  unwrap(await other.receive(shard, forOther, { subject: null }));
  await Promise.all([a, b].map(({ workspace }) => workspace.core.projector.settled()));
}

let opened: Opened[] = [];
afterEach(async () => {
  await Promise.all(opened.map(({ workspace }) => workspace.close()));
  opened = [];
});

/**
 * On two laptops without a network: Amélie changes a visit's carer and undoes it, Ben gives the visit to another carer. `before`:
 * what was there; `given`: Ben's carer.
 */
async function scene(edit: 'give' | 'take' | 'move') {
  const [amelie, ben] = await Promise.all([openDemo('amelie'), openDemo('ben')]);
  opened = [amelie, ben];
  const before = (await board(amelie)).visits.find(
    ({ staffId, pinned, pair }) => (staffId === null) === (edit === 'give') && !pinned && pair === null,
  );
  if (!before) throw new Error('the demo week has no such visit');
  const visit = { ...where, visitId: before.id };
  const others = (await amelie.caller.scheduling.suggest(visit)).filter(({ staffId }) => staffId !== before.staffId);
  const to = (rank: number) => {
    const { staffId = '', date = '', start = '' } = others[rank] ?? {};
    return { ...visit, staffId, date, start };
  };
  const { scheduling, history } = amelie.caller;
  const given = to(1);
  return {
    ...{ amelie, ben, before, given },
    amelieUndoes: async () => {
      await (edit === 'take' ? scheduling.unassign(visit) : scheduling.assign(to(0)));
      await history.undo();
      expect((await shownIn(amelie, before.id)).staffId).toBe(before.staffId);
    },
    benGives: () => ben.caller.scheduling.assign(given),
  };
}

describe('an undo beside a colleague’s assignment', () => {
  for (const edit of ['give', 'take', 'move'] as const) {
    for (const first of ['amelie', 'ben'] as const) {
      it(`WSP-UNDO-CLASH: ${edit} and undo, ${first} first: one conflict on both boards, and either answer settles it`, async () => {
        const { amelie, ben, before, given, amelieUndoes, benGives } = await scene(edit);
        if (first === 'amelie') await amelieUndoes();
        await benGives();
        if (first === 'ben') await amelieUndoes();
        await meet(amelie, ben);

        const boards = await Promise.all([board(amelie), board(ben)]);
        expect(boards[1].conflicts).toEqual(boards[0].conflicts);
        const [conflict, ...more] = boards[0].conflicts;
        expect(more).toEqual([]);
        expect(conflict).toMatchObject({ kind: 'concurrent-field', visitIds: [before.id], resolution: null });
        const texts = conflict?.sides.map(({ value }) => value) ?? [];
        expect(texts).toHaveLength(2);

        // Whoever settles it for the one that is not shown gets that one, on both boards.
        const shown = (await shownIn(ben, before.id)).staffId;
        expect([before.staffId, given.staffId]).toContain(shown);
        const choice = { ...where, conflictId: conflict?.id ?? '', choice: 'side-1', reason: '' };
        await ben.caller.scheduling.resolveConflict(choice);
        await meet(amelie, ben);
        const wanted = shown === given.staffId ? before.staffId : given.staffId;
        for (const copy of [amelie, ben]) {
          expect((await shownIn(copy, before.id)).staffId).toBe(wanted);
          expect((await board(copy)).conflicts.filter(({ resolution }) => resolution === null)).toEqual([]);
        }
      });
    }
  }

  it('WSP-UNDO-OWN: a visit that was given away and taken back can be given away again by redo', async () => {
    const { amelie, before, amelieUndoes } = await scene('give');
    await amelieUndoes();
    await amelie.caller.history.redo();
    expect((await shownIn(amelie, before.id)).staffId).not.toBeNull();
    await amelie.caller.history.undo();
    expect(await shownIn(amelie, before.id)).toMatchObject({ staffId: null, date: before.date, start: before.start });
  });
});
