/** A laptop that lacks most of a shard fetches it whole. */
import { fail, ok, problem, unwrap } from '@fieldfare/kernel';
import { describe, expect, it } from 'vitest';
import { connect, isDone, openServer } from '../../test/connection-server.ts';
import { create, OTHER_SHARD, openDesk, SHARD } from '../../test/fixtures.ts';
import { type MemoryLink, until } from '../../test/memory-sockets.ts';
import { streamOf } from '../epochs.ts';
import { SNAPSHOT_STRUCTS } from './exchange.ts';

describe('a laptop that lacks most of a large shard', () => {
  const large = async () => {
    const server = await openServer();
    for (let n = 0; n < SNAPSHOT_STRUCTS; n += 100) {
      await server.desk.commit(...Array.from({ length: 100 }, (_, i) => create(n + i)));
    }
    return { server, desk: await openDesk(1) };
  };
  const sentTo = ({ server }: MemoryLink): number => server.sent.reduce((sum, { length }) => sum + length, 0);

  it('SYN-CON-SNAPSHOT: fetches a snapshot, and the socket brings what was written since, and no more', async () => {
    const { server, desk } = await large();
    const asked: string[] = [];
    const link = connect(server, desk, {
      async download(shard) {
        asked.push(shard);
        const update = server.desk.replica.diff(shard);
        await server.desk.commit(create(5_000));
        return ok({ update });
      },
    });
    link.follow([SHARD, OTHER_SHARD]);
    link.start();
    await until(() => isDone(link), 'live');
    expect(asked).toEqual([SHARD]);
    expect([desk.row(0), desk.row(5_000)]).toEqual([server.desk.row(0), server.desk.row(5_000)]);
    expect(sentTo(server.links[0] as MemoryLink)).toBeLessThan(3_000);
    await server.desk.commit(create(5_001));
    await until(() => desk.row(5_001) !== null, 'goes on');
  });

  it('SYN-CON-SNAPSHOT SYN-EPOCH-ENTER: fetches that of the epoch, and enters it with what is pending', async () => {
    const { server, desk } = await large();
    await desk.commit(create(6_000));
    unwrap(await server.desk.replica.beginEpoch(SHARD, 0));
    const asked: string[] = [];
    const link = connect(server, desk, {
      async download(stream) {
        asked.push(stream);
        const update = server.desk.replica.diff(SHARD);
        await server.desk.commit(create(5_000));
        return ok({ update });
      },
    });
    link.follow([SHARD]);
    link.start();
    await until(() => isDone(link), 'live');
    expect(asked).toEqual([streamOf(SHARD, server.desk.replica.epochOf(SHARD))]);
    for (const n of [0, 5_000, 6_000]) expect([n, server.desk.row(n)]).toEqual([n, desk.row(n)]);
    expect(sentTo(server.links[0] as MemoryLink)).toBeLessThan(3_000);
  });

  it.each([
    ['does not come', 0, async () => fail(problem('offline', 'no way'))],
    ['is none', 0, async () => ok({ update: new Uint8Array([1, 2, 3]) })],
    ['does not come', 1, async () => fail(problem('offline', 'no way'))],
    ['is none', 1, async () => ok({ update: new Uint8Array([1, 2, 3]) })],
  ] as const)(
    'SYN-CON-SNAPSHOT: the socket brings all of it when the snapshot %s (epoch %i)',
    async (_, epoch, download) => {
      const { server, desk } = await large();
      if (epoch > 0) unwrap(await server.desk.replica.beginEpoch(SHARD, 0));
      const link = connect(server, desk, { download });
      link.follow([SHARD]);
      link.start();
      await until(() => isDone(link), 'live');
      expect(desk.row(0)).toEqual(server.desk.row(0));
      expect(link.status().refusedShards).toEqual([]);
    },
  );
});
