import { describe, expect, it } from 'vitest';
import { connect, isDone, openServer, principal, receipts, sayHello, seal } from '../../test/connection-server.ts';
import { change, create, OTHER_SHARD, openDesk, REGION, SHARD } from '../../test/fixtures.ts';
import { createMemoryJournal } from '../../test/memory-journal.ts';
import { until } from '../../test/memory-sockets.ts';
import { encodeControl, encodeShard } from '../protocol/messages.ts';

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
    const { socket, heard } = await sayHello(server, 't');
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
