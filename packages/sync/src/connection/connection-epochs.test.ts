/** What a connection does when a document has been begun anew, and when the server lost that again. */
import { ok, seededRandom, unwrap } from '@fieldfare/kernel';
import { describe, expect, it } from 'vitest';
import { connect, isDone, openServer, receipts, sayHello } from '../../test/connection-server.ts';
import { change, create, OTHER_SHARD, openDesk, SHARD } from '../../test/fixtures.ts';
import { createMemoryJournal } from '../../test/memory-journal.ts';
import { until } from '../../test/memory-sockets.ts';
import { streamOf } from '../epochs.ts';
import { MAX_LOST_UPDATES, takeBackLost } from '../lost-epoch.ts';
import { encodeControl } from '../protocol/messages.ts';
import type { Outgoing } from '../types.ts';

describe('a document that is begun anew', () => {
  it('SYN-EPOCH-MOVED SYN-EPOCH-ENTER: whoever is there and whoever comes late goes on in the new document with what was pending', async () => {
    const server = await openServer({ receipts });
    const [a, b, late] = [await openDesk(1), await openDesk(2), await openDesk(3)];
    await server.desk.commit(create(0), create(1));
    const links = [a, b, late].map((desk) => connect(server, desk));
    for (const link of links) {
      link.follow([SHARD]);
      link.start();
      await until(() => isDone(link), 'live');
    }
    links[2]?.stop();
    await late.commit(change(0, { title: 'late' }));
    await late.commit(change(1, { minutes: 50 }));

    // b's edit is under way when the document is begun anew: the old one takes it no more, the new one does
    server.desk.journal.hold();
    const begun = server.desk.replica.beginEpoch(SHARD, 0);
    await b.commit(change(1, { title: 'under way' }));
    await new Promise((resume) => setTimeout(resume, 20));
    server.desk.journal.release();
    unwrap(await begun);
    const epoch = server.desk.replica.epochOf(SHARD);
    const arrived = () => [a, b].every(({ replica }) => replica.epochOf(SHARD) === epoch);
    await until(() => arrived() && links.slice(0, 2).every(isDone), 'both are there');
    expect(server.events.filter(({ type }) => type === 'moved-on')).toHaveLength(2);
    expect(server.desk.row(1)?.fields.title).toBe('under way');
    await a.commit(change(0, { title: 'after' }));
    await until(() => b.row(0)?.fields.title === 'after', 'live in the new one');

    links[2]?.start();
    await until(() => links.every(isDone) && late.replica.epochOf(SHARD) === epoch, 'the late one is there');
    await until(() => a.row(1)?.fields.minutes === 50, 'and what it had');
    expect(server.desk.row(0)?.siblings.title).toHaveLength(1);
    for (const n of [0, 1]) for (const desk of [a, b, late]) expect(desk.row(n)).toEqual(server.desk.row(n));
    expect(links[2]?.report().shards).toMatchObject([{ shard: SHARD, begunAt: expect.any(Number) }]);
  });

  it('SYN-EPOCH-BEHIND: a server put back to before an epoch goes on in a later one, and gets back what it lost', async () => {
    const server = await openServer({ receipts });
    const a = await openDesk(1);
    const link = connect(server, a);
    await server.desk.commit(create(0));
    link.follow([SHARD]);
    link.start();
    await until(() => isDone(link), 'live');
    const backup = [...server.desk.journal.stored];
    await a.commit(change(0, { title: 'before' }));
    await until(() => isDone(link), 'taken');
    unwrap(await server.desk.replica.beginEpoch(SHARD, 0));
    const lost = server.desk.replica.epochOf(SHARD);
    await until(() => isDone(link) && a.replica.epochOf(SHARD) === lost, 'there');
    await a.commit(change(0, { minutes: 45 }));
    await until(() => isDone(link), 'taken there');
    link.stop();

    const restored = await openServer({ receipts }, { memory: createMemoryJournal(backup), random: seededRandom(5) });
    const [again, other] = [connect(restored, a), await openDesk(2)];
    const otherLink = connect(restored, other);
    otherLink.follow([SHARD]);
    otherLink.start();
    await until(() => isDone(otherLink), 'somebody else, in the epoch before');
    again.follow([SHARD]);
    again.start();
    await until(() => isDone(again) && isDone(otherLink) && other.replica.epochOf(SHARD) > lost, 'later than both');
    await until(() => other.row(0)?.fields.minutes === 45, 'given back');
    for (const desk of [a, other, restored.desk]) {
      expect(desk.row(0)?.fields).toMatchObject({ title: 'before', minutes: 45 });
    }

    // nobody can make a server begin epochs at will
    const { socket, heard } = await sayHello(restored, a.user);
    for (const epoch of [a.replica.epochOf(SHARD) + 1, Number.MAX_SAFE_INTEGER]) {
      heard.length = 0;
      socket.send(encodeControl({ type: 'open', channel: 1, shard: SHARD, epoch }));
      await until(() => heard.length === 1, 'refused');
      expect(heard).toMatchObject([{ control: { type: 'refused', problem: { rule: 'SYN-EPOCH-BEHIND' } } }]);
    }
  });
});

const turn = (): Promise<void> => new Promise((resume) => setImmediate(resume));

describe('a server put back to before an epoch', () => {
  /** Two people edit in the next epoch; b's laptop is gone after that, and the server as it was before. */
  async function lostEpoch() {
    const first = await openServer({ receipts });
    const [a, b] = [await openDesk(1), await openDesk(2)];
    const links = [a, b].map((desk) => connect(first, desk));
    for (const link of links) {
      link.follow([SHARD]);
      link.start();
    }
    await a.commit(create(0));
    await until(() => links.every(isDone) && b.row(0) !== null, 'before the backup');
    const backup = createMemoryJournal([...first.desk.journal.stored]);
    await b.commit(change(0, { title: 'by b, in the first' }));
    await until(() => links.every(isDone) && a.row(0)?.fields.title === 'by b, in the first', 'taken');
    unwrap(await first.desk.replica.beginEpoch(SHARD, 0));
    const lost = first.desk.replica.epochOf(SHARD);
    await until(() => [a, b].every(({ replica }) => replica.epochOf(SHARD) === lost), 'there');
    await b.commit(create(1), change(0, { minutes: 45 }));
    await until(() => a.row(1) !== null, 'at a');
    await a.commit(change(1, { title: 'a on b' }));
    await until(() => b.row(1)?.fields.title === 'a on b', 'at b');
    await b.commit(change(1, { start: '09:00' }));
    await until(() => links.every(isDone) && a.row(1)?.fields.start === '09:00', 'at a again');
    for (const link of links) link.stop();
    await a.commit(change(1, { minutes: 50 })); // builds on what the server has lost
    const server = await openServer({ receipts }, { memory: backup, random: seededRandom(5) });
    const given: Outgoing[][] = [];
    const giveBack = async (stream: string, updates: readonly Outgoing[]) => {
      given.push([...updates]);
      const giver = { subject: a.user, device: `device of ${a.user}` };
      const taken = await takeBackLost(server.desk.replica, receipts(), giver, stream, updates, turn);
      return taken.ok ? ok(undefined) : taken;
    };
    return { a, b, server, lost, given, giveBack };
  }

  it('SYN-EPOCH-RETURN: one laptop gives back what others wrote, and what it built on that is taken', async () => {
    const { a, b, server, lost, given, giveBack } = await lostEpoch();
    const link = connect(server, a, { giveBack });
    link.follow([SHARD]);
    link.start();
    await until(() => isDone(link) && server.desk.row(1) !== null, 'given back');
    expect(server.desk.replica.epochOf(SHARD)).toBeGreaterThan(lost);
    expect(link.status().refusedShards).toEqual([]);
    expect(server.desk.row(0)).toMatchObject({
      fields: { title: 'by b, in the first', minutes: 45 },
      authors: { title: b.user, minutes: b.user },
      siblings: {},
    });
    expect(server.desk.row(1)).toMatchObject({
      fields: { title: 'a on b', start: '09:00', minutes: 50 },
      authors: { title: a.user, start: b.user, minutes: a.user },
      siblings: {},
    });
    for (const n of [0, 1]) expect(a.row(n)).toEqual(server.desk.row(n));
    expect(given).toHaveLength(1);

    // twice is as good as once, and whoever comes later has nothing to give
    const before = server.desk.replica.diff(SHARD);
    for (const updates of [...given]) expect(await giveBack(streamOf(SHARD, lost), updates)).toEqual(ok(undefined));
    expect(server.desk.replica.diff(SHARD)).toEqual(before);
    given.length = 0;
    const late = connect(server, b, { giveBack });
    late.follow([SHARD]);
    late.start();
    await until(() => isDone(late), 'b after all');
    expect(given).toEqual([]);
    for (const n of [0, 1]) expect(b.row(n)).toEqual(server.desk.row(n));
  });

  it('SYN-EPOCH-RETURN: without it, what builds on what was lost is kept and counted', async () => {
    const { a, server } = await lostEpoch();
    const link = connect(server, a);
    link.follow([SHARD]);
    link.start();
    await until(() => link.status().refusedShards.length > 0, 'refused');
    expect(server.desk.row(1)?.fields.start ?? null).toBeNull();
    expect(link.status().pending).toBeGreaterThan(0);
    expect(a.row(1)?.fields).toMatchObject({ minutes: 50 });
  });

  it('SYN-EPOCH-RETURN SYN-PEER-RECEIPT: a false receipt, or an epoch that is not over, changes nothing', async () => {
    const { a, server, lost, given, giveBack } = await lostEpoch();
    const link = connect(server, a, { giveBack });
    link.follow([SHARD]);
    link.start();
    await until(() => isDone(link) && server.desk.row(1) !== null, 'given back');
    const before = server.desk.replica.diff(SHARD);
    const [updates = []] = given;
    const present = server.desk.replica.epochOf(SHARD);
    for (const stream of [streamOf(SHARD, present), streamOf(SHARD, present + 1), streamOf(OTHER_SHARD, lost)]) {
      const taken = await giveBack(stream, updates);
      expect(taken.ok || taken.problems[0].rule).toBe('SYN-PEER-RECEIPT');
    }
    const giver = { subject: a.user };
    const none = await takeBackLost(server.desk.replica, receipts(), giver, streamOf(SHARD, present), [], turn);
    const tooMany = Array.from({ length: MAX_LOST_UPDATES + 1 }, () => ({ update: new Uint8Array(2) }));
    const all = await takeBackLost(server.desk.replica, receipts(), giver, streamOf(SHARD, lost), tooMany, turn);
    expect(all.ok || all.problems[0].code).toBe('too-large');
    expect(none.ok || none.problems[0].rule).toBe('SYN-EPOCH-RETURN');
    expect(server.desk.replica.diff(SHARD)).toEqual(before);
  });
});
