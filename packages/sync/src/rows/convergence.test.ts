/** Laws of the fold over whole replicas, against an oracle that knows who had seen what. */
import { type JsonValue, unwrap } from '@fieldfare/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { change, create, type Desk, idOf, openDesk, SHARD, syncAll, TABLES, TABLES_V2 } from '../../test/fixtures.ts';

const FIELDS = ['title', 'start', 'minutes', 'doneAt', 'deletedAt'] as const;
type Field = (typeof FIELDS)[number];

interface Write {
  readonly n: number;
  readonly field: Field;
  readonly value: JsonValue;
  /** Writes that stood on the writer's replica. */
  readonly saw: ReadonlySet<Write>;
}

const draw = (field: Field, v: number): JsonValue => {
  if (field === 'minutes') return 10 + v;
  if (field === 'start' || field === 'doneAt' || field === 'deletedAt') return v === 0 ? null : `2026-10-0${v}`;
  return `title ${v}`;
};

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      desk: fc.nat(2),
      n: fc.nat(1),
      field: fc.constantFrom(...FIELDS),
      v: fc.nat(3),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('deliver' as const), pick: fc.nat(), twice: fc.boolean() }) },
);

describe('convergence', () => {
  it('SYN-FOLD-SAME SYN-FOLD-SEEN SYN-FOLD-SIBLING: any interleaving and delivery gives one result, and it is what causality says', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const desks = [await openDesk(1), await openDesk(2), await openDesk(3)] as const;
        const seen = desks.map(() => new Set<Write>());
        const writes: Write[] = [];
        const mail: { to: number; update: Uint8Array; carries: ReadonlySet<Write> }[] = [];
        const deliver = async (at: number, twice: boolean): Promise<boolean> => {
          const [letter] = mail.splice(at, 1);
          if (letter === undefined) return false;
          const desk = desks[letter.to] as Desk;
          for (let i = 0; i < (twice ? 2 : 1); i++) {
            const before = [desk.row(0), desk.row(1)];
            const got = await desk.replica.receive(SHARD, letter.update, { subject: null });
            if (!got.ok) {
              expect(got.problems[0].rule).toBe('SYN-GUARD-GAP');
              expect([desk.row(0), desk.row(1)]).toEqual(before);
              mail.push(letter); // comes again later
              return false;
            }
          }
          for (const write of letter.carries) seen[letter.to]?.add(write);
          return true;
        };

        // both rows are there before anybody edits
        const update = await desks[0].commit(create(0), create(1));
        for (const desk of desks.slice(1)) unwrap(await desk.replica.receive(SHARD, update, { subject: null }));

        for (const each of steps) {
          if (each.kind === 'deliver') {
            if (mail.length > 0) await deliver(each.pick % mail.length, each.twice);
            continue;
          }
          const desk = desks[each.desk] as Desk;
          const mine = seen[each.desk] as Set<Write>;
          desk.clock.time += each.v - 1; // wall clocks stand still, run and jump back
          const value = draw(each.field, each.v);
          const sent = await desk.commit(change(each.n, { [each.field]: value }));
          const write: Write = { n: each.n, field: each.field, value, saw: new Set(mine) };
          mine.add(write);
          writes.push(write);
          for (const to of [0, 1, 2]) if (to !== each.desk) mail.push({ to, update: sent, carries: new Set([write]) });
        }
        for (let i = 0; mail.length > 0 && i < 10_000; i++) await deliver(0, false);
        expect(mail).toEqual([]);

        for (const n of [0, 1]) {
          const row = desks[0].row(n);
          expect(desks[1].row(n)).toEqual(row);
          expect(desks[2].row(n)).toEqual(row);
          if (row === null) throw new Error('a row vanished');
          const left = (field: Field): Write[] => {
            const ours = writes.filter((write) => write.n === n && write.field === field);
            return ours.filter((write) => !ours.some((later) => later.saw.has(write)));
          };
          for (const field of FIELDS) {
            const survivors = left(field);
            if (field === 'deletedAt' || survivors.length === 0) continue;
            const shown = [row.fields[field], ...(row.siblings[field] ?? []).map(({ value }) => value)];
            expect(new Set(shown)).toEqual(new Set(survivors.map(({ value }) => value)));
            expect(shown.length).toBe(new Set(shown).size);
          }
          // a row may only be deleted when a deletion had seen every edit that stands
          const deletions = left('deletedAt').filter(({ value }) => value !== null);
          const edits = FIELDS.flatMap(left).filter((write) => write.field !== 'deletedAt' || write.value === null);
          const blind = (deletion: Write) => edits.some((edit) => !deletion.saw.has(edit) && !edit.saw.has(deletion));
          if (deletions.length === 0) expect(row.deleted || row.siblings.deletedAt !== undefined).toBe(false);
          else if (row.deleted) expect(deletions.some((deletion) => !blind(deletion))).toBe(true);
          else {
            const offered = row.siblings.deletedAt?.map(({ value }) => value) ?? [];
            expect(new Set(offered)).toEqual(new Set(deletions.map(({ value }) => value)));
          }
          if (row.deleted) expect(row.siblings.deletedAt).toBeUndefined();
        }
      }),
      { numRuns: 150 },
    );
  });

  it('SYN-FOLD-SEEN: edits made one after another never conflict, whatever the clocks say', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            desk: fc.nat(2),
            field: fc.constantFrom(...FIELDS),
            v: fc.nat(3),
            skew: fc.integer({ min: -1e7, max: 1e6 }),
          }),
          { maxLength: 25 },
        ),
        async (steps) => {
          const desks = [await openDesk(1), await openDesk(2), await openDesk(3)] as const;
          await desks[0].commit(create(0));
          await syncAll(desks);
          const expected = new Map<string, JsonValue>();
          for (const { desk, field, v, skew } of steps) {
            (desks[desk] as Desk).clock.time += skew;
            await (desks[desk] as Desk).commit(change(0, { [field]: draw(field, v) }));
            expected.set(field, draw(field, v));
            await syncAll(desks);
          }
          for (const desk of desks) {
            expect(desk.row(0)?.siblings).toEqual({});
            for (const [field, value] of expected) expect(desk.row(0)?.fields[field]).toEqual(value);
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('fold over two replicas', () => {
  const pair = async () => {
    const a = await openDesk(1);
    const b = await openDesk(2);
    await a.commit(create(0));
    await syncAll([a, b]);
    const sync = () => syncAll([a, b]);
    return {
      a,
      b,
      sync,
      row: () => {
        expect(a.row(0)).toEqual(b.row(0));
        return a.row(0);
      },
    };
  };

  it('SYN-FOLD-FIELD: concurrent edits of different fields both stand, with their authors', async () => {
    const { a, b, sync, row } = await pair();
    await a.commit(change(0, { title: 'A' }));
    await b.commit(change(0, { minutes: 45 }));
    await sync();
    expect(row()).toMatchObject({
      fields: { title: 'A', minutes: 45 },
      authors: { title: 'user-1', minutes: 'user-2', start: 'user-1' },
      siblings: {},
    });
  });

  it('SYN-FOLD-SIBLING: the loser of one field is kept, survives edits of other fields, and goes when the field is written', async () => {
    const { a, b, sync, row } = await pair();
    await a.commit(change(0, { title: 'A' }));
    b.clock.time += 5;
    await b.commit(change(0, { title: 'B' }));
    await sync();
    expect(row()).toMatchObject({ fields: { title: 'B' }, siblings: { title: [{ value: 'A', by: 'user-1' }] } });
    await a.commit(change(0, { minutes: 60 }));
    await sync();
    expect(row()).toMatchObject({
      fields: { title: 'B' },
      authors: { title: 'user-2' },
      siblings: { title: [{ value: 'A', by: 'user-1' }] },
    });
    await b.commit(change(0, { title: 'A' }));
    await sync();
    expect(row()?.siblings).toEqual({});
    expect(row()?.fields.title).toBe('A');
  });

  it('SYN-FOLD-SIBLING: equal concurrent values are no conflict', async () => {
    const { a, b, sync, row } = await pair();
    await a.commit(change(0, { title: 'same' }));
    await b.commit(change(0, { title: 'same' }));
    await sync();
    expect(row()?.siblings).toEqual({});
    await a.commit(change(0, { minutes: 60 }));
    expect(a.journal.stored.length).toBeGreaterThan(0);
    await sync();
    expect(row()?.siblings).toEqual({});
  });

  it('SYN-FOLD-CARRY: of two equal concurrent values, replacing one leaves the other standing', async () => {
    const { a, b, sync, row } = await pair();
    const fromB = await b.commit(change(0, { title: 'same' }));
    await a.commit(change(0, { title: 'same' }));
    unwrap(await a.replica.receive(SHARD, fromB, { subject: null }));
    await b.commit(change(0, { title: 'other' })); // has seen its own, not that of a
    await a.commit(change(0, { minutes: 60 })); // merges both equal values
    await sync();
    const values = [row()?.fields.title, ...(row()?.siblings.title ?? []).map(({ value }) => value)];
    expect(new Set(values)).toEqual(new Set(['same', 'other']));
  });

  it('SYN-FOLD-CARRY: of two concurrent deletions, undoing one leaves the other to be decided', async () => {
    const { a, b, sync, row } = await pair();
    const fromB = await b.commit(change(0, { deletedAt: '2026-10-02' }));
    await a.commit(change(0, { deletedAt: '2026-10-03' }));
    unwrap(await a.replica.receive(SHARD, fromB, { subject: null }));
    expect(a.row(0)).toMatchObject({ deleted: true, siblings: {} });
    await b.commit(change(0, { deletedAt: null })); // has seen its own, not that of a
    await a.commit(change(0, { minutes: 60 })); // merges both deletions
    await sync();
    expect(row()).toMatchObject({ deleted: false, siblings: { deletedAt: [{ value: '2026-10-03', by: 'user-1' }] } });
  });

  it('SYN-FOLD-WINNER: an earliest field shows the first set value, also against a later null', async () => {
    const { a, b, sync, row } = await pair();
    b.clock.time += 10;
    await b.commit(change(0, { doneAt: 'second' }));
    await a.commit(change(0, { doneAt: 'first' }));
    await sync();
    expect(row()).toMatchObject({ fields: { doneAt: 'first' }, siblings: { doneAt: [{ value: 'second' }] } });
    await a.commit(change(0, { doneAt: null })); // seen: a correction
    await sync();
    expect(row()).toMatchObject({ fields: { doneAt: null }, siblings: {} });
    await a.commit(change(0, { doneAt: null }));
    await b.commit(change(0, { doneAt: 'third' }));
    await sync();
    expect(row()?.fields.doneAt).toBe('third');
  });

  it.each([
    ['keep', null, false],
    ['delete', '2026-10-03', true],
  ] as const)(
    'SYN-FOLD-DELETE: edit against delete stays visible until somebody decides: %s',
    async (_, value, deleted) => {
      const { a, b, sync, row } = await pair();
      await a.commit(change(0, { deletedAt: '2026-10-02' }));
      await b.commit(change(0, { title: 'still needed' }));
      await sync();
      expect(row()).toMatchObject({
        deleted: false,
        fields: { title: 'still needed' },
        siblings: { deletedAt: [{ value: '2026-10-02', by: 'user-1' }] },
      });
      await b.commit(change(0, { minutes: 50 }));
      await sync();
      expect(row()).toMatchObject({ deleted: false, siblings: { deletedAt: [{ value: '2026-10-02', by: 'user-1' }] } });
      await a.commit(change(0, { deletedAt: value }));
      await sync();
      expect(row()).toMatchObject({ deleted, siblings: {} });
    },
  );

  it('SYN-FOLD-DELETE: a delete that saw everything deletes, and stays when the row is edited afterwards', async () => {
    const { a, b, sync, row } = await pair();
    await a.commit(change(0, { deletedAt: '2026-10-02' }));
    await sync();
    expect(row()).toMatchObject({ deleted: true, siblings: {} });
    await b.commit(change(0, { title: 'late note' }));
    await sync();
    expect(row()).toMatchObject({ deleted: true, siblings: {}, fields: { title: 'late note' } });
  });

  it('SYN-FOLD-UNKNOWN: a field of a later build passes through an older one', async () => {
    const newer = await openDesk(1, { tables: TABLES_V2 });
    const older = await openDesk(2, { tables: TABLES });
    const third = await openDesk(3, { tables: TABLES_V2 });
    await newer.commit(create(0, { colour: 'blue' }));
    await syncAll([newer, older, third]);
    await newer.commit(change(0, { colour: 'red' }));
    await third.commit(change(0, { colour: 'green' }));
    await syncAll([newer, older, third]);
    await older.commit(change(0, { title: 'older build' }));
    await syncAll([newer, older, third]);
    for (const desk of [newer, third]) {
      const row = desk.row(0);
      expect(row).toMatchObject({ version: 2, fields: { title: 'older build' } });
      const colours = [row?.fields.colour, ...(row?.siblings.colour ?? []).map(({ value }) => value)];
      expect(new Set(colours)).toEqual(new Set(['red', 'green']));
    }
    expect(older.row(0)).toEqual(newer.row(0));
  });

  it('SYN-FOLD-SAME: one node that wrote for several users keeps each author', async () => {
    const { a, b, sync, row } = await pair();
    unwrap(await a.replica.commit([change(0, { title: 'x' })], 'anna'));
    unwrap(await a.replica.commit([change(0, { minutes: 20 })], 'bert'));
    await sync();
    await b.commit(change(0, { start: '09:00' }));
    await sync();
    expect(row()?.authors).toMatchObject({ title: 'anna', minutes: 'bert', start: 'user-2', week: 'user-1' });
  });

  it('SYN-FOLD-FIELD: two desks that create the same row make one', async () => {
    const a = await openDesk(1);
    const b = await openDesk(2);
    await a.commit(create(7));
    await b.commit(create(7));
    await syncAll([a, b]);
    expect([...a.replica.rows(SHARD, 'visits')].map(({ id }) => id)).toEqual([idOf(7)]);
    expect(a.row(7)?.siblings).toEqual({});
  });
});
