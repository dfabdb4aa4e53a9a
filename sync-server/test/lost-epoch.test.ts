/** A server restored to before a document was begun anew: what others wrote since comes back from one laptop, over HTTP. */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { visits } from '@fieldfare/domain';
import { systemClock, systemRandom, updateRow } from '@fieldfare/kernel';
import { createGiveBack, MAX_LOST_BYTES, streamOf } from '@fieldfare/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restoreBackup, takeBackup } from '../src/backup.ts';
import { openCore } from '../src/core.ts';
import { createLog } from '../src/log.ts';
import {
  type Agency,
  addVisit,
  openClient,
  type SyncClient,
  seedOffline,
  signIn,
  startTestServer,
  type TestServer,
  temporaryDir,
  until,
  untilAcknowledged,
  value,
  visit,
  weekShard,
} from './support.ts';

describe('an epoch that the server lost', () => {
  const dir = temporaryDir();
  const at = (name: string): string => join(dir.path, name);
  const clients: SyncClient[] = [];
  let agency: Agency;
  let running: TestServer;
  const url = (): string => running.server.url;

  beforeAll(async () => {
    agency = await seedOffline(at('data'));
    running = await startTestServer(at('data'));
    copyFileSync(at('data/server.key'), at('server.key'));
  });
  afterAll(async () => {
    for (const client of clients) await client.close();
    await running.close();
    dir.remove();
  });

  async function open(login: string, before?: SyncClient): Promise<SyncClient> {
    const giveBack = createGiveBack({
      serverUrl: url(),
      fetch,
      accessToken: async () => ({ ok: true, value: (await signIn(url(), login)).accessToken }),
    });
    const client = await openClient(url, login, [weekShard(agency.north)], before, { giveBack });
    clients.push(client);
    return client;
  }
  const seen = (client: SyncClient, id: string) => client.replica.row(weekShard(agency.north), visits.name, id);

  async function beginAnew(): Promise<void> {
    const log = createLog({ level: 'error' });
    const template = async () => null;
    const core = value(
      await openCore({ dataDir: at('data'), clock: systemClock, random: systemRandom, log, template }),
    );
    const tenant = value(await core.tenants.open(agency.tenantId));
    value(await tenant.replica.beginEpoch(weekShard(agency.north), 0));
    await core.close();
  }

  it('SYN-EPOCH-RETURN: what somebody wrote whose laptop is gone comes back with its author', async () => {
    const [row, late] = [visit(agency.north, { note: 'first' }), visit(agency.north, { note: 'by ben' })];
    const ada = await open('ada');
    value(await ada.replica.commit([addVisit(row)], ada.principal.userId));
    await untilAcknowledged(ada);
    value(await takeBackup({ dataDir: at('data'), to: at('nightly.tar'), dataKey: undefined, clock: systemClock }));
    ada.connection.stop();
    await running.close();
    await beginAnew();
    running = await startTestServer(at('data'));
    const ben = await open('ben');
    await until(() => seen(ben, row.id) !== null, 'ben has the new document');
    value(
      await ben.replica.commit(
        [addVisit(late), updateRow(visits, row, { note: 'changed by ben' })],
        ben.principal.userId,
      ),
    );
    await untilAcknowledged(ben);
    await ben.close(); // and never comes back
    const there = await open('ada', ada);
    await until(() => seen(there, late.id) !== null && there.connection.status().state === 'live', 'ada has it');
    const lost = there.replica.epochOf(weekShard(agency.north));
    expect(lost).toBeGreaterThan(0);
    there.connection.stop();
    await running.close();

    // the disk is gone
    const from = { from: at('nightly.tar'), dataDir: at('restored'), keyFile: at('server.key'), dataKey: undefined };
    value(await restoreBackup(from));
    running = await startTestServer(at('restored'));
    // builds on what the server lost, and is pending
    const by = there.principal.userId;
    value(await there.replica.commit([updateRow(visits, late, { note: 'by ben, and ada' })], by));
    const again = await open('ada', there);
    await untilAcknowledged(again);
    expect(again.connection.status().refusedShards).toEqual([]);
    const newcomer = await open('norman');
    await until(() => seen(newcomer, late.id)?.fields.note === 'by ben, and ada', 'all of it');
    expect(seen(newcomer, row.id)?.fields.note).toBe('changed by ben');
    expect(seen(newcomer, row.id)?.authors.note).toBe(ben.principal.userId);
    expect(seen(newcomer, late.id)?.authors.minutes).toBe(ben.principal.userId);
    expect(newcomer.replica.epochOf(weekShard(agency.north))).toBeGreaterThan(lost);
  });

  it('SRV-LOST-ACCESS SYN-PEER-RECEIPT: from who may read the shard, with the server’s own receipts, and nothing else', async () => {
    const post = async (login: string | null, stream: string, body: Uint8Array, isPacked = true): Promise<number> => {
      const authorization =
        login === null ? {} : { authorization: `Bearer ${(await signIn(url(), login)).accessToken}` };
      const headers = { ...authorization, 'content-type': 'application/vnd.fieldfare.lost-epoch' };
      return (
        await fetch(`${url()}/lost-epoch/${stream}`, {
          method: 'POST',
          headers,
          body: new Uint8Array(isPacked ? gzipSync(body) : body),
        })
      ).status;
    };
    const [week, nothing] = [weekShard(agency.north), new Uint8Array()];
    const forged = Uint8Array.from([1, ...new Uint8Array(16), 2, 0, 0]);
    expect(await post('vera', week, nothing)).toBe(200);
    expect(await post(null, week, nothing)).toBe(401);
    expect(await post('norman', weekShard(agency.south), nothing)).toBe(403);
    expect(await post('ada', 'private/clients', nothing)).toBe(422);
    expect(await post('ada', week, Uint8Array.of(1, 2, 3))).toBe(422);
    expect(await post('ada', week, nothing, false)).toBe(422); // not gzip
    expect(await post('ada', week, new Uint8Array(MAX_LOST_BYTES + 1))).toBe(422); // a bomb
    expect(await post('ada', week, forged)).toBe(403);
    expect(await post('ada', streamOf(week, Date.now() * 2048), nothing)).toBe(409); // not over: it never was
  });
});
