/** What a laptop whose clock is wrong says, and what becomes of its edits. */
import { seededRandom, timeOf, unwrap } from '@fieldfare/kernel';
import { describe, expect, it } from 'vitest';
import { connect, isDone, openServer, timers } from '../../test/connection-server.ts';
import { change, create, OTHER_SHARD, openDesk, SHARD } from '../../test/fixtures.ts';
import { until } from '../../test/memory-sockets.ts';
import { KEPT_FOR_LATER } from './clock-words.ts';
import { DRIFT_RETRY_MS } from './refusals.ts';

describe('a laptop whose clock is wrong', () => {
  it.each([
    ['3 hours fast', 3 * 3_600_000],
    ['9 days slow', -9 * 86_400_000],
  ])('SYN-CON-CLOCK: %s: says so, and what it writes and receives is taken all the same', async (said, off) => {
    const server = await openServer();
    const a = await openDesk(1);
    a.clock.time += off;
    const link = connect(server, a);
    link.follow([SHARD]);
    link.start();
    await until(() => isDone(link), 'live');
    expect(link.status().reason).toContain(said);
    await a.commit(create(0));
    await server.desk.commit(create(1));
    await until(() => isDone(link) && a.row(1) !== null, 'taken');
    expect([server.desk.row(0), link.status().refusedShards]).toEqual([a.row(0), []]);
  });

  it('SYN-CON-DRIFT: what a fast clock stamped offline holds up neither other shards nor what was made before it', async () => {
    const server = await openServer();
    unwrap(await server.desk.replica.load([OTHER_SHARD]));
    const a = await openDesk(1);
    const { time } = server.desk.clock;
    await a.commit(create(0));
    a.clock.time = time + 3 * 86_400_000;
    await a.commit(change(0, { title: 'from the future' }));
    const link = connect(server, a);
    link.follow([SHARD, OTHER_SHARD]);
    link.start();
    await until(() => link.status().refusedShards.length === 1, 'refused');
    expect(link.status().refusedShards).toMatchObject([{ shard: SHARD, reason: KEPT_FOR_LATER }]);
    await until(() => server.desk.row(0) !== null, 'the edit before it is taken');
    expect(server.desk.row(0)?.fields.title).toBe('visit');
    const written = unwrap(await a.replica.commit([create(1, {}, OTHER_SHARD)], a.user));
    expect(timeOf(written.stamp)).toBeLessThan(time + 3_600_000);
    await until(() => server.desk.row(1, OTHER_SHARD) !== null, 'another shard goes on');
    // behind what it has seen no edit is stamped: it waits with it
    const behind = unwrap(await a.replica.commit([change(0, { minutes: 50 })], a.user));
    expect(timeOf(behind.stamp)).toBeGreaterThan(time + 2 * 86_400_000);
    await until(() => a.replica.pending().count === 2, 'the rest is pending');
    link.stop();

    const b = await openDesk(1, { memory: a.journal, clock: a.clock, random: seededRandom(77) });
    const again = connect(server, b);
    again.follow([SHARD, OTHER_SHARD]);
    again.start();
    await until(() => again.status().refusedShards.length === 1, 'refused again');
    await b.replica.load([OTHER_SHARD]);
    unwrap(await b.replica.commit([create(2, {}, OTHER_SHARD)], b.user));
    await until(() => server.desk.row(2, OTHER_SHARD) !== null, 'the next session goes on too');
    server.desk.clock.time = time + 4 * 86_400_000;
    again.stop();
    again.start();
    await until(() => isDone(again), 'all is taken in the end', 10_000);
    expect(server.desk.row(0)).toEqual(b.row(0));
    expect(b.row(0)?.fields).toMatchObject({ title: 'from the future', minutes: 50 });
  });

  it('SYN-CON-DRIFT: what it wrote offline is kept, said, and sent again until it is taken', async () => {
    const server = await openServer();
    const a = await openDesk(1);
    const { time } = server.desk.clock;
    a.clock.time = time + 3 * 3_600_000;
    await a.commit(create(0));
    const soon = timers(DRIFT_RETRY_MS / 50);
    const setTimer = (run: () => void, ms: number) => (ms === DRIFT_RETRY_MS ? soon : timers(50))(run, ms);
    const link = connect(server, a, { setTimer });
    link.follow([SHARD]);
    link.start();
    await until(() => link.status().refusedShards.length === 1, 'refused');
    expect(link.status()).toMatchObject({ pending: 1, refusedShards: [{ reason: KEPT_FOR_LATER }] });
    server.desk.clock.time = time + 2.5 * 3_600_000;
    await until(() => isDone(link) && link.status().refusedShards.length === 0, 'taken in the end', 10_000);
    expect(server.desk.row(0)).toEqual(a.row(0));
  });
});
