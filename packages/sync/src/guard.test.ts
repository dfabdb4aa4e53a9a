/** Hostile and broken updates, one row each: refused with the right rule, and nothing changes. */
import { unwrap } from '@fieldfare/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ATTACKS, armoury } from '../test/attack-suite.ts';
import { change, create, type Desk, idOf, openDesk, REGION, SHARD, START, syncAll, WEEK } from '../test/fixtures.ts';
import { inspectUpdate } from './guard.ts';
import { createShardDoc } from './rows/shard-doc.ts';
import type { RowEntry } from './types.ts';

const against = (victim: Desk) =>
  armoury({
    root: 't:visits',
    fields: { regionId: REGION, week: WEEK, title: 't', start: null, minutes: 30, doneAt: null },
    place: { regionId: REGION, week: WEEK },
    otherPlace: { week: '2026-W41' },
    rowId: idOf,
    state: victim.replica.diff(SHARD),
    victim: victim.replica.clientId,
    subject: 'user-1',
    client: 4_000_000,
    now: START,
  });

describe('guard', () => {
  it.each(ATTACKS)('%s', async (title, make) => {
    const victim = await openDesk(1, { authority: true });
    await victim.commit(create(0));
    const before = [victim.row(0), victim.journal.appends, victim.replica.diff(SHARD)];
    const attack = make(against(victim));
    const result = await victim.replica.receive(SHARD, attack, { subject: 'user-1' });
    expect(result.ok ? 'taken' : result.problems[0].rule).toBe(title.split(':')[0]);
    expect([victim.row(0), victim.journal.appends, victim.replica.diff(SHARD)]).toEqual(before);
    await victim.commit(change(0, { title: 'still works' }));
  });

  it('SYN-GUARD-ENTRY: the honest form of those entries is taken', async () => {
    const victim = await openDesk(1);
    const { pushed, entry } = against(victim);
    unwrap(await victim.replica.receive(SHARD, pushed(entry()), { subject: 'user-1' }));
    expect(victim.row(1)).toMatchObject({ fields: { title: 't' }, authors: { title: 'user-1' } });
  });

  it.each([
    ['SYN-GUARD-GAP: refers to nothing', { left: [77, 3] }],
    ['SYN-GUARD-STRUCT: names another table', { root: 't:other' }],
  ] as const)('%s: what is known already, told otherwise before something new', async (title, known) => {
    const server = await openDesk(1, { authority: true });
    await server.commit(create(0));
    const { pushed, block, item, entry, client } = against(server);
    const from = { subject: 'user-1', device: 'd' };
    unwrap(await server.replica.receive(SHARD, pushed(entry()), from));
    const update = block(client, 0, (out) => {
      item(out, { raw: entry(), ...known });
      item(out, { raw: entry({ k: idOf(2) }), left: [client, 0] });
      return 2;
    });
    const before = server.replica.diff(SHARD);
    expect(await server.replica.receive(SHARD, update, from)).toMatchObject({
      problems: [{ rule: title.split(':')[0] }],
    });
    expect(server.replica.diff(SHARD)).toEqual(before);
  });

  it('SYN-GUARD-CARRY: values carried on as they were written are taken', async () => {
    const victim = await openDesk(1);
    await victim.commit(create(0));
    const honest = against(victim).replaced((old) => ({ ...old, u: { [victim.replica.node]: old.by } }));
    unwrap(await victim.replica.receive(SHARD, honest, { subject: 'user-1' }));
    expect(victim.row(0)).toMatchObject({ authors: { title: 'user-1' }, siblings: {} });
  });

  it('SYN-GUARD-CARRY: who carries on what somebody else has replaced meanwhile is honest, and the value falls', async () => {
    const server = await openDesk(1, { authority: true });
    const [a, b] = [await openDesk(2), await openDesk(3)];
    await server.commit(create(0));
    await syncAll([server, a, b]);
    const fromA = await a.commit(change(0, { title: 'A' }));
    const fromB = await b.commit(change(0, { minutes: 50 })); // carries the title it had seen
    unwrap(await server.replica.receive(SHARD, fromA, { subject: 'user-2', device: 'a' }));
    unwrap(await server.replica.receive(SHARD, fromB, { subject: 'user-3', device: 'b' }));
    expect(server.row(0)).toMatchObject({ fields: { title: 'A', minutes: 50 }, siblings: {} });
  });

  it('SYN-GUARD-DELETE: nobody drops one side of a conflict without writing the field', async () => {
    const server = await openDesk(1, { authority: true });
    const [a, b] = [await openDesk(2), await openDesk(3)];
    await server.commit(create(0));
    await syncAll([server, a, b]);
    for (const desk of [a, b]) {
      const update = await desk.commit(change(0, { title: desk.user }));
      unwrap(await server.replica.receive(SHARD, update, { subject: desk.user, device: desk.user }));
    }
    expect(server.row(0)?.siblings.title?.length).toBe(1);
    const { plain, moment, node, subject } = against(server);
    const merged = (drop: boolean) =>
      plain((doc) => {
        const rows = doc.getArray<RowEntry>('t:visits');
        const [first, second] = rows.toArray().filter(({ k }) => k === idOf(0)) as [RowEntry, RowEntry];
        rows.delete(0, rows.length);
        const x = { title: [[second.f.title, second.s.title]] } as unknown as NonNullable<RowEntry['x']>;
        const u = { ...first.u, ...second.u, [a.replica.node]: a.user, [b.replica.node]: b.user };
        const c = { ...first.c, ...second.c, [node]: moment() };
        rows.push([{ ...first, c, u, by: subject, ...(drop ? {} : { x }) }]);
      });
    expect(await server.replica.receive(SHARD, merged(true), { subject: 'user-1', device: 'd' })).toMatchObject({
      problems: [{ rule: 'SYN-GUARD-DELETE' }],
    });
    unwrap(await server.replica.receive(SHARD, merged(false), { subject: 'user-1', device: 'd' }));
    expect(server.row(0)?.siblings.title?.length).toBe(1);
  });

  it('SYN-FOLD-UNKNOWN: tables, fields and versions of a later build are taken and kept', async () => {
    const victim = await openDesk(1);
    const { pushed, entry, fields } = against(victim);
    const later = pushed(entry({ v: 9 }, { ...fields, minutes: 'short', colour: 'red' }));
    unwrap(await victim.replica.receive(SHARD, later, { subject: 'user-1' }));
    const unknown = against(victim).plain((doc) => doc.getArray('t:later').push([entry()]));
    unwrap(await victim.replica.receive(SHARD, unknown, { subject: null }));
    expect(victim.row(1)).toMatchObject({ version: 9, fields: { minutes: 'short', colour: 'red' } });
    expect([...victim.replica.rows(SHARD, 'later')].length).toBe(1);
  });

  it('SYN-GUARD-SCHEMA: a carried value of another version does not block a new edit', async () => {
    const server = await openDesk(1);
    const client = await openDesk(2);
    const { pushed, entry, fields } = against(server);
    const odd = pushed(entry({}, { ...fields, minutes: 1 }));
    unwrap(await server.replica.receive(SHARD, odd, { subject: null }));
    await syncAll([server, client]);
    unwrap(
      await server.replica.receive(SHARD, await client.commit(change(1, { title: 'edited' })), { subject: 'user-2' }),
    );
    expect(server.row(1)?.fields).toMatchObject({ title: 'edited', minutes: 1 });
  });

  it('SYN-GUARD-DRIFT: the trusted server is believed when our own clock is two days slow', async () => {
    const server = await openDesk(1);
    const client = await openDesk(2);
    client.clock.time -= 2 * 86_400_000;
    unwrap(await client.replica.receive(SHARD, await server.commit(create(0)), { subject: null }));
    await client.commit(change(0, { title: 'later' }));
    await syncAll([server, client]);
    expect(server.row(0)).toMatchObject({ fields: { title: 'later' }, siblings: {} });
  });

  it('SYN-GUARD-DECODE: damaged bytes never throw and never change the document', async () => {
    const a = await openDesk(1);
    const update = await a.commit(create(0), create(1));
    const doc = createShardDoc(SHARD, () => () => 'latest');
    const context = {
      shard: SHARD,
      known: doc,
      tables: new Map(),
      subject: null,
      ownerOf: () => 'sender' as const,
      clock: a.clock,
    };
    fc.assert(
      fc.property(fc.nat(update.length - 1), fc.nat(255), fc.boolean(), (at, byte, cut) => {
        const damaged = cut ? update.slice(0, at) : update.with(at, byte);
        const facts = inspectUpdate(damaged, context);
        if (facts.ok) {
          const copy = createShardDoc(SHARD, () => () => 'latest');
          copy.apply([damaged]);
          expect(copy.incomplete()).toBe(false);
        }
      }),
      { numRuns: 1500 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void inspectUpdate(bytes, context)),
      { numRuns: 1500 },
    );
  });
});
