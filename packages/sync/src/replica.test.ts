import { type AnyTable, seededRandom, unwrap } from '@fieldfare/kernel';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { z } from 'zod';
import {
  change,
  create,
  createClock,
  idOf,
  OTHER_SHARD,
  openDesk,
  SHARD,
  START,
  syncAll,
  TABLES,
} from '../test/fixtures.ts';
import { createMemoryJournal } from '../test/memory-journal.ts';
import { GUARD_LIMITS } from './guard/limits.ts';
import { createReplica } from './replica.ts';
import { MAX_NODES } from './rows/entry.ts';
import { createShardDoc } from './rows/shard-doc.ts';
import type { FoldedRow, RowEntry, Touched } from './types.ts';

const byId = (a: FoldedRow, b: FoldedRow): number => (a.id < b.id ? -1 : 1);
const covers = (stateVector: Uint8Array) => Y.decodeStateVector(stateVector);

describe('commit', () => {
  it('SYN-REP-DURABLE: nothing is shown, told or answered before the flush', async () => {
    const { replica, journal, row } = await openDesk(1);
    const heard: Touched[] = [];
    replica.onTouched((touched) => heard.push(touched));
    journal.hold();
    let done = false;
    const commit = replica.commit([create(0)], 'anna').then((result) => {
      done = true;
      return result;
    });
    await new Promise((resume) => setTimeout(resume, 5));
    expect([journal.appends, done, row(0), heard, replica.pending().count]).toEqual([1, false, null, [], 0]);
    expect(covers(replica.stateVector(SHARD)).size).toBe(0);
    expect(replica.diff(SHARD)).toEqual(Uint8Array.of(0, 0));
    journal.release();
    const receipt = unwrap(await commit);
    expect(row(0)).toMatchObject({ fields: { title: 'visit' }, stamp: receipt.stamp, authors: { title: 'anna' } });
    expect(heard).toMatchObject([{ origin: 'local', shard: SHARD, seq: receipt.seq }]);
    expect([...(heard[0]?.rows.get('visits') ?? [])]).toEqual([idOf(0)]);
    expect(replica.pending()).toEqual({ count: 1, shards: [SHARD] });
  });

  it('SYN-REP-ATOMIC: a commit over two shards is one batch, one stamp and one pending commit', async () => {
    const { replica, journal } = await openDesk(1);
    const receipt = unwrap(await replica.commit([create(0), create(1, {}, OTHER_SHARD)], 'anna'));
    expect(journal.appends).toBe(1);
    expect(replica.row(SHARD, 'visits', idOf(0))?.stamp).toBe(receipt.stamp);
    expect(replica.row(OTHER_SHARD, 'visits', idOf(1))?.stamp).toBe(receipt.stamp);
    expect(replica.pending()).toEqual({ count: 1, shards: [SHARD, OTHER_SHARD] });
    replica.acknowledged(SHARD, covers(replica.stateVector(SHARD)));
    expect(replica.pending()).toEqual({ count: 1, shards: [OTHER_SHARD] });
    replica.acknowledged(OTHER_SHARD, covers(replica.stateVector(OTHER_SHARD)));
    expect(replica.pending()).toEqual({ count: 0, shards: [] });
  });

  it('gives what stood before, by change', async () => {
    const { replica, commit, row } = await openDesk(1);
    await commit(create(0));
    const old = row(0);
    const receipt = unwrap(
      await replica.commit([change(0, { title: 'b' }), create(1), change(0, { minutes: 9 })], 'anna'),
    );
    expect(receipt.before).toEqual([old, null, old]);
    expect(row(0)?.fields).toMatchObject({ title: 'b', minutes: 9 });
  });

  it.each([
    ['SYN-COMMIT-TABLE: an unknown table', { ...create(0), table: 'nothing' }, [0, 'table']],
    ['SYN-COMMIT-SCHEMA: a bad value', create(0, { minutes: 1 }), [0, 'set', 'minutes']],
    ['SYN-COMMIT-SCHEMA: a missing field', change(9, { title: 'only' }), [0, 'set', 'regionId']],
    ['SYN-COMMIT-FIELD: a bad key', { ...create(0), id: 'constructor' }, [0, 'id']],
    ['SYN-COMMIT-SCHEMA: a key that is no uuid', { ...create(0), id: 'x' }, [0, 'set', 'id']],
    ['SYN-COMMIT-FIELD: an inherited field name', create(0, JSON.parse('{"__proto__": 1}')), [0, 'set', '__proto__']],
    ['SYN-COMMIT-FIELD: a value that is no JSON', create(0, { extra: Number.NaN }), [0, 'set', 'extra']],
    ['SYN-COMMIT-SHARD: another shard', { ...create(0), shard: OTHER_SHARD }, [0, 'shard']],
    ['SYN-COMMIT-MISSING: a row to delete that is not there', change(9, { deletedAt: '2026-10-01' }), [0, 'id']],
  ])('%s is refused and nothing is written', async (title, bad, path) => {
    const { replica, journal } = await openDesk(1);
    const result = await replica.commit([bad], 'anna');
    expect(result.ok ? null : result.problems[0]).toMatchObject({ rule: title.split(':')[0], path });
    expect(await replica.commit([create(5), bad], 'anna')).toMatchObject({ ok: false });
    expect([journal.appends, replica.row(SHARD, 'visits', idOf(5)), replica.pending().count]).toEqual([0, null, 0]);
  });

  it('SYN-COMMIT-AUTHOR SYN-REP-REFUSE: a commit without an author is refused', async () => {
    const { replica, journal } = await openDesk(1);
    expect(await replica.commit([create(0)], '')).toMatchObject({ problems: [{ rule: 'SYN-COMMIT-AUTHOR' }] });
    expect([journal.appends, replica.pending().count]).toEqual([0, 0]);
  });

  it('SYN-COMMIT-SIZE: a large commit is one batch of several updates, each of which a peer takes', async () => {
    const limits = { ...GUARD_LIMITS, maxUpdateBytes: 2000 };
    const { replica, journal } = await openDesk(1, { limits });
    const peer = await openDesk(2, { limits, authority: true });
    await peer.commit(create(0));
    unwrap(await replica.receive(SHARD, peer.replica.diff(SHARD), { subject: null }));
    const sent: Uint8Array[] = [];
    replica.onTouched(({ update }) => update !== undefined && sent.push(update));
    unwrap(
      await replica.commit([change(0, { title: 'a' }), ...Array.from({ length: 40 }, (_, n) => create(n + 1))], 'anna'),
    );
    expect([journal.appends, replica.pending().count]).toEqual([2, 1]);
    expect(sent.length).toBeGreaterThan(5);
    for (const update of sent) unwrap(await peer.replica.receive(SHARD, update, { subject: 'anna' }));
    expect([...peer.replica.rows(SHARD, 'visits')].sort(byId)).toEqual([...replica.rows(SHARD, 'visits')].sort(byId));
    const again = await openDesk(3, { memory: createMemoryJournal(journal.stored) });
    expect([...again.replica.rows(SHARD, 'visits')].length).toBe(41);
    expect(again.replica.pending().count).toBe(1);
  });

  it('SYN-COMMIT-SIZE SYN-REP-REFUSE: a row that no peer would take is refused', async () => {
    const { replica, journal } = await openDesk(1, { limits: { ...GUARD_LIMITS, maxUpdateBytes: 300 } });
    expect(await replica.commit([create(0), create(1)], 'anna')).toMatchObject({
      problems: [{ rule: 'SYN-COMMIT-SIZE' }],
    });
    expect([journal.appends, replica.pending().count]).toEqual([0, 0]);
  });

  it('SYN-COMMIT-SIZE SYN-REP-REFUSE: a row that as many sessions have written as it can name is refused to another one', async () => {
    const peer = await openDesk(2, { authority: true });
    const doc = createShardDoc(SHARD, () => () => 'latest');
    doc.apply([await peer.commit(create(0))]);
    const [live] = doc.index.live('visits', idOf(0));
    const writtenBy = (sessions: number): Uint8Array => {
      const c = { ...live?.entry.c };
      for (let node = 0; Object.keys(c).length < sessions; node += 1) c[`${node}`] = '000000000000-0000';
      const entry = { ...live?.entry, c } as RowEntry;
      return createShardDoc(SHARD, () => () => 'latest').encodeWrites(99, [
        { table: 'visits', entry },
      ])[0] as Uint8Array;
    };
    for (const [sessions, taken] of [
      [MAX_NODES - 1, true],
      [MAX_NODES, false],
    ] as const) {
      const { replica, journal } = await openDesk(1);
      unwrap(await replica.receive(SHARD, writtenBy(sessions), { subject: null }));
      const appends = journal.appends;
      const edited = await replica.commit([change(0, { title: 'a' })], 'anna');
      expect(edited).toMatchObject(taken ? { ok: true } : { problems: [{ rule: 'SYN-COMMIT-SIZE', path: [0] }] });
      expect(journal.appends - appends).toBe(taken ? 1 : 0);
    }
  });

  it('SYN-COMMIT-SCHEMA: a row with a field from elsewhere that does not fit can still be changed and deleted', async () => {
    const { replica, row } = await openDesk(1);
    const visits = TABLES.get('visits') as AnyTable;
    const lax: AnyTable = { ...visits, row: z.looseObject({ id: z.uuid() }) as unknown as AnyTable['row'] };
    const odd = await openDesk(2, { tables: new Map([['visits', lax]]) });
    const update = await odd.commit(create(0, { minutes: 100_000 }));
    unwrap(await replica.receive(SHARD, update, { subject: null }));
    unwrap(await replica.commit([change(0, { title: 'fits' })], 'anna'));
    unwrap(await replica.commit([change(0, { deletedAt: '2026-10-01T00:00:00Z' })], 'anna'));
    expect(row(0)).toMatchObject({ deleted: true, fields: { title: 'fits', minutes: 100_000 } });
  });

  it.each([false, true])(
    'SYN-REP-DISK: after a failed append memory equals the disk (record kept by the disk: %s)',
    async (kept) => {
      const { replica, journal, row, commit } = await openDesk(1);
      await commit(create(0));
      const before = row(0);
      journal.failNext({ kept });
      const failed = await replica.commit([change(0, { title: 'lost?' }), create(1)], 'anna');
      expect(failed).toMatchObject({ ok: false, problems: [{ code: 'storage-failed' }] });
      if (kept) expect(row(0)?.fields.title).toBe('lost?');
      else expect([row(0), row(1)]).toEqual([before, null]);
      await commit(change(0, { minutes: 55 }));
      const again = await openDesk(2, { memory: createMemoryJournal(journal.stored) });
      expect(again.row(0)).toEqual(row(0));
      expect(again.row(0)?.fields).toMatchObject({ minutes: 55, title: kept ? 'lost?' : 'visit' });
      expect(again.replica.pending()).toEqual(replica.pending());
    },
  );

  it('SYN-REP-DISK: a session that cannot read back what it wrote writes nothing more under the same clocks', async () => {
    const { replica, journal, commit } = await openDesk(1);
    const server = await openDesk(2, { authority: true });
    for (const update of [await commit(create(0)), await commit(create(1))]) {
      unwrap(await server.replica.receive(SHARD, update, { subject: 'user-1' }));
    }
    journal.stored.splice(0, 1); // the disk rots, and is read again because a write fails
    journal.failNext();
    expect(await replica.commit([create(2)], 'user-1')).toMatchObject({ ok: false });
    expect(await replica.commit([create(2)], 'user-1')).toMatchObject({ problems: [{ rule: 'SYN-REP-DISK' }] });
    const back = server.replica.diff(SHARD, replica.stateVector(SHARD));
    unwrap(await replica.receive(SHARD, back, { subject: null })); // the server has what the disk lost
    unwrap(await replica.commit([create(2)], 'user-1'));
    expect(replica.row(SHARD, 'visits', idOf(1))).toEqual(server.row(1));
  });

  it('SYN-REP-DURABLE: a crash between journal and ack loses nothing and keeps it pending', async () => {
    const { replica, journal, commit } = await openDesk(1);
    await commit(create(0));
    const upTo = covers(replica.stateVector(SHARD));
    await commit(change(0, { title: 'after' }));
    replica.acknowledged(SHARD, upTo);
    const again = await openDesk(2, { memory: createMemoryJournal([...journal.stored]) }); // no close: the power went
    expect(again.row(0)?.fields.title).toBe('after');
    expect(again.replica.pending().shards).toEqual([SHARD]);
    again.replica.acknowledged(SHARD, covers(again.replica.stateVector(SHARD)));
    expect(again.replica.pending().count).toBe(0);
  });

  it('SYN-REP-ORDER: commits started together take effect one after another', async () => {
    const { replica, row, journal } = await openDesk(1);
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, i) => replica.commit([create(0, { title: `t${i}` })], 'anna')),
    );
    expect(results.every(({ ok }) => ok)).toBe(true);
    expect(row(0)).toMatchObject({ fields: { title: 't19' }, siblings: {} });
    expect(journal.stored.map(({ seq }) => seq)).toEqual(results.map((result) => unwrap(result).seq));
  });

  it('HLC-CAUSAL: stamps outrun what is in the own journal, even when the clock fell back by a year', async () => {
    const first = await openDesk(1, { clock: createClock(START + 365 * 86_400_000) });
    await first.commit(create(0));
    const second = await openDesk(2, { memory: first.journal });
    await second.commit(change(0, { title: 'now' }));
    expect(second.row(0)).toMatchObject({ fields: { title: 'now' }, siblings: {} });
    expect((second.row(0)?.stamps.title ?? '') > (second.row(0)?.stamps.minutes ?? '')).toBe(true);
  });
});

describe('pending', () => {
  it('SYN-REP-PENDING: acks are remembered without a flush each, and an acknowledged shard is not read at open', async () => {
    const { replica, journal, commit } = await openDesk(1);
    for (let i = 0; i < 10; i++) {
      await commit(create(i));
      replica.acknowledged(SHARD, covers(replica.stateVector(SHARD)));
    }
    expect(journal.appends).toBeLessThanOrEqual(12);
    await replica.close();
    const memory = createMemoryJournal(journal.stored);
    const again = unwrap(
      await createReplica({
        tenantId: 'tenant',
        journal: memory,
        tables: TABLES,
        clock: createClock(),
        random: seededRandom(9),
      }),
    );
    expect([again.pending().count, memory.reads]).toEqual([0, 0]);
    const blind = createMemoryJournal(journal.stored, { heads: false });
    const slow = unwrap(
      await createReplica({
        tenantId: 'tenant',
        journal: blind,
        tables: TABLES,
        clock: createClock(),
        random: seededRandom(9),
      }),
    );
    expect(slow.pending().count).toBe(0);
  });

  it('SYN-REP-PENDING: counts unloaded shards too, across restarts', async () => {
    const { replica, journal } = await openDesk(1);
    unwrap(await replica.commit([create(0)], 'anna'));
    unwrap(await replica.commit([create(1, {}, OTHER_SHARD)], 'anna'));
    unwrap(await replica.commit([create(2), create(3, {}, OTHER_SHARD)], 'anna'));
    replica.unload([OTHER_SHARD]);
    expect(replica.pending().count).toBe(3);
    await replica.close();
    const again = unwrap(
      await createReplica({
        tenantId: 'tenant',
        journal,
        tables: TABLES,
        clock: createClock(),
        random: seededRandom(5),
      }),
    );
    expect(again.loaded()).toEqual([]);
    expect(again.pending()).toEqual({ count: 3, shards: [SHARD, OTHER_SHARD] });
    unwrap(await again.load([SHARD, OTHER_SHARD]));
    expect(again.pending().count).toBe(3);
  });

  it('SYN-REP-PENDING: on the server nothing is', async () => {
    const { replica, commit } = await openDesk(1, { authority: true });
    await commit(create(0));
    expect(replica.pending().count).toBe(0);
  });
});

describe('receive', () => {
  it('SYN-REP-DURABLE: is durable, told with its sender, and free when it holds nothing new', async () => {
    const a = await openDesk(1);
    const b = await openDesk(2);
    const update = await a.commit(create(0));
    const heard: Touched[] = [];
    b.replica.onTouched((touched) => heard.push(touched));
    const sender = {};
    unwrap(await b.replica.receive(SHARD, update, { subject: 'user-1', sender }));
    unwrap(await b.replica.receive(SHARD, update, { subject: 'user-1', sender }));
    unwrap(await b.replica.receive(SHARD, a.replica.diff(SHARD), { subject: 'user-1', sender }));
    expect(b.journal.stored).toMatchObject([{ kind: 'remote', shard: SHARD }]);
    expect(heard).toMatchObject([{ origin: 'remote', update }]);
    expect(heard[0]?.sender).toBe(sender);
    expect(b.replica.pending().count).toBe(0);
  });

  it('SYN-GUARD-GAP: an update with missing dependencies changes nothing; in order it is taken', async () => {
    const a = await openDesk(1);
    const b = await openDesk(2);
    const first = await a.commit(create(0));
    const second = await a.commit(change(0, { title: 'b' }));
    expect(await b.replica.receive(SHARD, second, { subject: null })).toMatchObject({
      ok: false,
      problems: [{ rule: 'SYN-GUARD-GAP' }],
    });
    expect([b.row(0), b.journal.appends]).toEqual([null, 0]);
    unwrap(await b.replica.receive(SHARD, first, { subject: null }));
    unwrap(await b.replica.receive(SHARD, second, { subject: null }));
    expect(b.row(0)).toEqual(a.row(0));
  });

  it('SYN-GUARD-OWNER: a client id stays with the device that wrote with it first, over restarts', async () => {
    const laptop = await openDesk(1);
    const [one, two] = [await laptop.commit(create(0)), await laptop.commit(create(1))];
    const server = await openDesk(2, { authority: true });
    unwrap(await server.replica.receive(SHARD, one, { subject: 'user-1', device: 'laptop' }));
    const again = await openDesk(3, { memory: server.journal, authority: true });
    const before = again.replica.diff(SHARD);
    for (const shard of [SHARD, OTHER_SHARD]) {
      const stolen = { subject: 'user-1', device: 'another laptop' };
      const update = shard === SHARD ? two : one;
      expect(await again.replica.receive(shard, update, stolen)).toMatchObject({
        problems: [{ rule: 'SYN-GUARD-OWNER' }],
      });
    }
    expect(again.replica.diff(SHARD)).toEqual(before);
    unwrap(await again.replica.receive(SHARD, two, { subject: 'user-1', device: 'laptop' }));
    expect(again.row(1)).toEqual(laptop.row(1));
  });

  it('SYN-GUARD-OWNER: when the device is registered no more, its user goes on with another one, and nobody else', async () => {
    const laptop = await openDesk(1);
    const [one, two, three] = [
      await laptop.commit(create(0)),
      await laptop.commit(create(1)),
      await laptop.commit(create(2)),
    ];
    const gone = new Set<string>();
    const server = await openDesk(2, { authority: true, isDeviceGone: (device) => gone.has(device) });
    const receive = (update: Uint8Array, subject: string, device: string) =>
      server.replica.receive(SHARD, update, { subject, device });
    unwrap(await receive(one, 'user-1', 'first'));
    expect(await receive(two, 'user-1', 'second')).toMatchObject({ problems: [{ rule: 'SYN-GUARD-OWNER' }] });
    gone.add('first');
    expect(await receive(two, 'user-2', 'third')).toMatchObject({ problems: [{ rule: 'SYN-GUARD-OWNER' }] });
    unwrap(await receive(two, 'user-1', 'second'));
    const again = await openDesk(3, { authority: true, memory: server.journal });
    unwrap(await again.replica.receive(SHARD, three, { subject: 'user-1', device: 'second' }));
  });

  it('SYN-GUARD-OWNER: nobody continues the server’s own session, nor that of a laptop', async () => {
    for (const authority of [true, false]) {
      const desk = await openDesk(1, { authority });
      await desk.commit(create(0));
      const twin = await openDesk(1, { memory: createMemoryJournal([...desk.journal.stored]) });
      expect(twin.replica.clientId).toBe(desk.replica.clientId);
      const update = await twin.commit(create(1));
      const from = { subject: authority ? 'user-1' : null, device: 'd' };
      expect(await desk.replica.receive(SHARD, update, from)).toMatchObject({
        problems: [{ rule: 'SYN-GUARD-OWNER' }],
      });
      expect(desk.row(1)).toBeNull();
    }
    const server = await openDesk(4, { authority: true });
    const update = await server.commit(create(0));
    const again = await openDesk(5, { authority: true, memory: createMemoryJournal([...server.journal.stored]) });
    unwrap(await again.replica.receive(SHARD, update, { subject: 'user-4', device: 'd' })); // known: no matter
    expect(
      await again.replica.receive(SHARD, await server.commit(create(1)), { subject: 'user-4', device: 'd' }),
    ).toMatchObject({ problems: [{ rule: 'SYN-GUARD-OWNER' }] });
  });

  it('SYN-REP-DISK: a failed append leaves the document as the disk has it, and the update is taken again', async () => {
    const a = await openDesk(1);
    const b = await openDesk(2);
    const update = await a.commit(create(0));
    b.journal.failNext();
    expect(await b.replica.receive(SHARD, update, { subject: null })).toMatchObject({
      ok: false,
      problems: [{ code: 'storage-failed' }],
    });
    expect(b.row(0)).toBeNull();
    unwrap(await b.replica.receive(SHARD, update, { subject: null }));
    expect(b.row(0)).toEqual(a.row(0));
  });

  it('a hole in the own journal is filled by the peer, and never sent on', async () => {
    const a = await openDesk(1);
    const b = await openDesk(2);
    for (const set of [create(0), change(0, { title: 'b' }), create(1), change(1, { title: 'c' })]) {
      unwrap(await b.replica.receive(SHARD, await a.commit(set), { subject: null }));
    }
    const holed = createMemoryJournal(b.journal.stored.filter((_, i) => i !== 1));
    const c = await openDesk(3, { memory: holed });
    expect([...c.replica.rows(SHARD, 'visits')].length).toBe(1); // what came behind the hole waits
    const d = await openDesk(4);
    unwrap(await d.replica.receive(SHARD, c.replica.diff(SHARD), { subject: null }));
    await syncAll([a, c]);
    expect([c.row(0), c.row(1)]).toEqual([a.row(0), a.row(1)]);
    await c.commit(change(1, { minutes: 77 }));
    const again = await openDesk(5, { memory: holed });
    expect(again.row(1)?.fields).toMatchObject({ title: 'c', minutes: 77 });
  });

  it('loads what is on the disk, tells it as a load, and frees it again', async () => {
    const a = await openDesk(1);
    await a.commit(create(0), create(1));
    const replica = unwrap(
      await createReplica({
        tenantId: 'tenant',
        journal: a.journal,
        tables: TABLES,
        clock: createClock(),
        random: seededRandom(3),
      }),
    );
    const heard: Touched[] = [];
    replica.onTouched((touched) => heard.push(touched));
    unwrap(await replica.load([SHARD]));
    unwrap(await replica.load([SHARD]));
    expect(heard).toMatchObject([{ origin: 'load', seq: 1 }]);
    expect(replica.reached(SHARD)).toBe(1);
    expect(heard[0]?.rows.get('visits')?.size).toBe(2);
    expect(replica.tables(SHARD)).toEqual(['visits']);
    replica.unload([SHARD]);
    expect([replica.loaded(), replica.row(SHARD, 'visits', idOf(0))]).toEqual([[], null]);
    unwrap(await replica.commit([change(0, { title: 'again' })], 'anna'));
    expect(replica.row(SHARD, 'visits', idOf(0))?.fields.title).toBe('again');
  });

  it('SYN-REP-CLOSED: a closed replica refuses work', async () => {
    const { replica } = await openDesk(1);
    await replica.close();
    expect(await replica.commit([create(0)], 'anna')).toMatchObject({
      ok: false,
      problems: [{ rule: 'SYN-REP-CLOSED' }],
    });
  });
});

describe('growth', () => {
  it('alternating writes of one field by two desks leave a small document', async () => {
    const a = await openDesk(1);
    const b = await openDesk(2);
    await a.commit(create(0));
    await syncAll([a, b]);
    for (let i = 0; i < 300; i++) {
      unwrap(await b.replica.receive(SHARD, await a.commit(change(0, { title: `a${i}` })), { subject: null }));
      unwrap(await a.replica.receive(SHARD, await b.commit(change(0, { title: `b${i}` })), { subject: null }));
    }
    expect(a.replica.diff(SHARD).length).toBeLessThan(1500);
    expect(a.row(0)).toEqual(b.row(0));
    expect(a.row(0)?.siblings).toEqual({});
  });
});
