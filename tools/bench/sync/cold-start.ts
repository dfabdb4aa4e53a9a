/**
 * A laptop that has nothing follows all that a coordinator's laptop follows, until it is live: with all of it over the
 * socket, and with snapshots. Also over a link of some distance and width.
 */

import type { AddressInfo } from 'node:net';
import { createServer, connect as dial, type Socket } from 'node:net';
import { buildDemoAgency } from '@fieldfare/demo';
import { tables } from '@fieldfare/domain';
import {
  addWeeks,
  dateAt,
  orgShard,
  patientShard,
  patientsShard,
  rosterShard,
  type ShardId,
  scheduleShard,
  systemClock,
  systemRandom,
  unwrap,
  weekAt,
} from '@fieldfare/kernel';
import { createConnection, createDownload, createReplica, openJournal, type SocketLike } from '@fieldfare/sync';
import { createMemoryFiles } from '@fieldfare/sync/memory';
import { WebSocket } from 'ws';

const ZONE = 'America/Toronto';
const WEEKS_EACH_WAY = 4;

export interface SlowLink {
  readonly url: string;
  /** Bytes that came from the server. */
  received(): number;
  close(): Promise<void>;
}

/** A link to `url` that takes `ms` each way and carries `bytesPerMs` downwards, for all connections together. */
export async function slowLink(url: string, ms: number, bytesPerMs: number): Promise<SlowLink> {
  const { hostname, port } = new URL(url);
  let received = 0;
  let freeAt = 0;
  const ends = new Set<Socket>();
  const carry = (from: Socket, to: Socket, dueIn: (bytes: number) => number): void => {
    from.on('data', (data) => {
      const wait = dueIn(data.length);
      setTimeout(() => to.write(data), wait);
      from.pause();
      setTimeout(() => from.resume(), Math.max(0, wait - ms));
    });
    from.on('close', () => setTimeout(() => to.destroy(), ms));
    from.on('error', () => to.destroy());
    ends.add(from);
  };
  const server = createServer((near) => {
    const far = dial(Number(port), hostname);
    for (const end of [near, far]) end.setNoDelay(true);
    carry(near, far, () => ms);
    carry(far, near, (bytes) => {
      received += bytes;
      const now = performance.now();
      freeAt = Math.max(freeAt, now) + bytes / bytesPerMs;
      return ms + freeAt - now;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: () => received,
    async close() {
      for (const end of ends) end.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** All shards of a coordinator of the small demo agency, records of patients included. */
export function shardsToFollow(): readonly ShardId[] {
  const demo = buildDemoAgency({ size: 'small', today: dateAt(systemClock.now(), ZONE) });
  const week = weekAt(systemClock.now(), ZONE);
  const weeks = Array.from({ length: 2 * WEEKS_EACH_WAY + 1 }, (_, n) => addWeeks(week, n - WEEKS_EACH_WAY));
  return [
    orgShard,
    ...demo.rows.regions.flatMap(({ id }) => [
      rosterShard(id),
      patientsShard(id),
      ...weeks.map((each) => scheduleShard(id, each)),
    ]),
    ...demo.rows.patients.map(({ id, regionId }) => patientShard(regionId, id)),
  ];
}

/** Milliseconds from the first dial until everything is here and live. */
export async function coldStart(
  url: string,
  account: { readonly token: string; readonly tenantId: string },
  shards: readonly ShardId[],
  withSnapshots: boolean,
): Promise<number> {
  const { token, tenantId } = account;
  const files = createMemoryFiles();
  const journal = unwrap(await openJournal({ files, tenantId, key: systemRandom.bytes(32), random: systemRandom }));
  const replica = unwrap(await createReplica({ tenantId, journal, tables, clock: systemClock, random: systemRandom }));
  const setTimer = (run: () => void, ms: number): (() => void) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  };
  const accessToken = async () => ({ ok: true as const, value: token });
  const connection = createConnection({
    replica,
    url: `${url.replace('http', 'ws')}/sync`,
    openSocket: (to) => new WebSocket(to) as unknown as SocketLike,
    accessToken,
    ...(withSnapshots ? { download: createDownload({ serverUrl: url, fetch, accessToken, setTimer }) } : {}),
    clock: systemClock,
    random: systemRandom,
    setTimer,
  });
  const started = performance.now();
  connection.follow(shards);
  const live = new Promise<void>((resolve) => {
    connection.onStatus(({ state }) => {
      if (state === 'live') resolve();
    });
  });
  connection.start();
  await live;
  const ms = performance.now() - started;
  connection.stop();
  await replica.close();
  return ms;
}
