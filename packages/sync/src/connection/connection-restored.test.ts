/** What a restored server lost comes back to it from the laptops. */
import { ok, seededRandom, unwrap } from '@fieldfare/kernel';
import { describe, expect, it } from 'vitest';
import { connect, isDone, openServer, principal, receipts, seal } from '../../test/connection-server.ts';
import { change, create, OTHER_SHARD, openDesk, REGION, SHARD } from '../../test/fixtures.ts';
import { createMemoryJournal } from '../../test/memory-journal.ts';
import { until } from '../../test/memory-sockets.ts';
import { streamOf } from '../epochs.ts';
import { MAX_LOST_UPDATES, takeBackLost } from '../lost-epoch.ts';
import { decodeFrame, encodeControl, encodeShard, PROTOCOL_VERSION } from '../protocol/messages.ts';
import type { Outgoing } from '../types.ts';

describe('a server restored from a backup', () => {
  /** Two people edit after the backup was made; then the server is back as it was. */
  async function restored() {
    const first = await openServer({ receipts });
    const [a, b, viewer] = [await openDesk(1), await openDesk(2), await openDesk(3)];
    first.tokens.set(viewer.user, principal(viewer, { roles: [{ role: 'viewer', regionIds: [REGION] }] }));
    const links = [a, b, viewer].map((desk) => connect(first, desk));
    for (const link of links) {
      link.follow([SHARD]);
      link.start();
    }
    await a.commit(create(0), create(1));
    await until(() => links.every(isDone) && b.row(1) !== null, 'before the backup');
    const backup = createMemoryJournal([...first.desk.journal.stored]);
    for (let n = 0; n < 4; n++) {
      await a.commit(change(0, { title: `a${n}` }));
      await until(() => b.row(0)?.fields.title === `a${n}`, 'at b');
      await b.commit(change(0, { minutes: 40 + n }), create(10 + n));
      await until(() => a.row(10 + n) !== null && viewer.row(10 + n) !== null, 'at a and the viewer');
    }
    await until(() => links.every(isDone), 'acknowledged');
    for (const link of links) link.stop();
    const server = await openServer({ receipts }, { memory: backup });
    server.tokens.set(viewer.user, principal(viewer, { roles: [{ role: 'viewer', regionIds: [REGION] }] }));
    return { before: first.desk, server, a, b, viewer };
  }

  it('SYN-CON-RETURN SYN-REP-RETURN SYN-PEER-RECEIPT: one laptop gives back its own edits and those of others', async () => {
    const { before, server, a } = await restored();
    expect(server.desk.row(0)).not.toEqual(before.row(0));
    const link = connect(server, a);
    link.follow([SHARD]);
    link.start();
    await until(() => isDone(link) && server.desk.row(13) !== null, 'given back');
    expect(link.status().refusedShards).toEqual([]);
    for (const n of [0, 1, 10, 11, 12, 13]) expect(server.desk.row(n)).toEqual(before.row(n));
    expect(server.desk.row(13)?.authors.title).toBe('user-2');
  });

  it('SYN-CON-RETURN: who may only read gives back too', async () => {
    const { before, server, viewer } = await restored();
    const link = connect(server, viewer);
    link.follow([SHARD]);
    link.start();
    await until(() => server.desk.row(13) !== null, 'given back');
    for (const n of [0, 1, 10, 11, 12, 13]) expect(server.desk.row(n)).toEqual(before.row(n));
  });

  it('SYN-CON-RETURN SYN-GUARD-OWNER: whose edits came back through others goes on with its session', async () => {
    const { server, a, b } = await restored();
    const links = [a, b].map((desk) => connect(server, desk));
    links[0]?.follow([SHARD]);
    links[0]?.start();
    await until(() => server.desk.row(13) !== null, 'given back');
    await b.commit(change(13, { title: 'and on' }));
    links[1]?.start();
    await until(() => links.every(isDone) && server.desk.row(13)?.fields.title === 'and on', 'goes on');
  });

  it('SYN-PEER-RECEIPT: a false receipt, or one of another shard, changes nothing', async () => {
    const { server, a, b } = await restored();
    server.tokens.set('t', principal(a));
    const socket = server.open('');
    const heard: unknown[] = [];
    socket.onmessage = ({ data }) => heard.push(unwrap(decodeFrame(data)));
    socket.send(encodeControl({ type: 'hello', protocolVersion: PROTOCOL_VERSION, accessToken: 't', deviceId: '' }));
    await until(() => heard.length === 1, 'welcome');
    socket.send(encodeControl({ type: 'open', channel: 1, shard: SHARD, epoch: 0 }));
    await until(() => heard.length === 3, 'opened and step1');
    const before = server.desk.replica.diff(SHARD);
    const update = b.replica.diff(SHARD);
    for (const given of [new Uint8Array(16), seal(OTHER_SHARD, update)]) {
      socket.send(encodeShard(1, { type: 'update', update, seal: given }));
    }
    await until(() => heard.length === 5, 'refused twice');
    expect(heard.slice(3)).toMatchObject(
      Array(2).fill({ control: { type: 'refused', problem: { rule: 'SYN-PEER-RECEIPT' } } }),
    );
    expect(server.desk.replica.diff(SHARD)).toEqual(before);
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
