/** Snapshots over HTTP by a real server: who gets them, in which pieces, and a cold laptop that uses them. */
import { orgShard } from '@fieldfare/kernel';
import { createDownload } from '@fieldfare/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Agency,
  addVisit,
  openClient,
  peopleShard,
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

const VISITS = 1_200;

describe('snapshots', () => {
  const dir = temporaryDir();
  let agency: Agency;
  let running: TestServer;
  let writer: SyncClient;
  const url = (): string => running.server.url;
  const rows = Array.from({ length: VISITS }, (_, n) => ({ note: `visit ${n}` }));

  beforeAll(async () => {
    agency = await seedOffline(dir.path);
    running = await startTestServer(dir.path);
    writer = await openClient(url, 'ada', [weekShard(agency.north)]);
    value(
      await writer.replica.commit(
        rows.map((row) => addVisit(visit(agency.north, row))),
        writer.principal.userId,
      ),
    );
    await untilAcknowledged(writer);
  });
  afterAll(async () => {
    await writer.close();
    await running.close();
    dir.remove();
  });

  const ask = async (login: string | null, shard: string, headers: Record<string, string> = {}): Promise<Response> => {
    const authorization = login === null ? {} : { authorization: `Bearer ${(await signIn(url(), login)).accessToken}` };
    return fetch(`${url()}/snapshot/${shard}`, { headers: { ...authorization, ...headers } });
  };
  const statusOf = async (...asked: Parameters<typeof ask>): Promise<number> => (await ask(...asked)).status;

  it('SRV-SNAP-ACCESS: whoever reads the shard, of the own organisation and region, and nobody else', async () => {
    const week = weekShard(agency.north);
    expect(await statusOf('vera', week)).toBe(200);
    expect(await statusOf('norman', week)).toBe(200);
    expect(await statusOf('norman', weekShard(agency.south))).toBe(403);
    expect(await statusOf('norman', peopleShard(agency.otherRegion))).toBe(403);
    expect(await statusOf(null, week)).toBe(401);
    expect(await statusOf('vera', `${week}%40abc`)).toBe(409); // an epoch that it is not in
    expect(await statusOf('norman', `${weekShard(agency.south)}@abc`)).toBe(403);
    expect(await statusOf('ada', 'private/clients')).toBe(422);
    expect(await statusOf('ada', '')).toBe(422);
  });

  it('SRV-SNAP-ACCESS: the same address is another organisation’s own shard to its people', async () => {
    const theirs = await ask('otto', orgShard);
    const ours = await ask('ada', orgShard);
    expect(theirs.headers.get('etag')).not.toBe(ours.headers.get('etag'));
    const named = { 'if-match': ours.headers.get('etag') ?? '', range: 'bytes=0-9' };
    expect(await statusOf('otto', orgShard, named)).toBe(412);
    expect(await statusOf('ada', orgShard, named)).toBe(206);
  });

  it('SRV-SNAP-RANGE SRV-SNAP-ONCE: pieces of one snapshot fit together, and are never stored on the way', async () => {
    const whole = await ask('ada', weekShard(agency.north));
    const bytes = new Uint8Array(await whole.arrayBuffer());
    const etag = whole.headers.get('etag') ?? '';
    const first = await ask('ben', weekShard(agency.north), { range: 'bytes=0-99' });
    const rest = await ask('ben', weekShard(agency.north), { range: 'bytes=100-', 'if-match': etag });
    expect([first.status, rest.status, first.headers.get('etag')]).toEqual([206, 206, etag]);
    expect(rest.headers.get('content-range')).toBe(`bytes 100-${bytes.length - 1}/${bytes.length}`);
    expect(first.headers.get('cache-control')).toBe('no-store');
    expect(Buffer.concat([await first.bytes(), await rest.bytes()])).toEqual(Buffer.from(bytes));
    expect(await statusOf('ada', weekShard(agency.north), { range: `bytes=${bytes.length}-` })).toBe(416);
    expect(await statusOf('ada', weekShard(agency.north), { range: 'bytes=0-', 'if-match': '"another"' })).toBe(412);
  });

  it('SRV-SNAP-RANGE: a page of the desktop shell may ask for ranges and read what they are', async () => {
    const shell = await fetch(`${url()}/snapshot/org`, { method: 'OPTIONS', headers: { origin: 'app://fieldfare' } });
    expect(shell.headers.get('access-control-allow-headers')).toMatch(/range, if-match/);
    expect(shell.headers.get('access-control-expose-headers')).toMatch(/etag, content-range, content-digest/);
  });

  it('SYN-CON-SNAPSHOT: a cold laptop fetches the week and has every visit, those written meanwhile too', async () => {
    const { accessToken } = await signIn(url(), 'ben');
    let requests = 0;
    const download = createDownload({
      serverUrl: url(),
      async fetch(...asked) {
        requests += 1;
        if (requests === 2) throw new TypeError('the link was cut');
        const answer = await fetch(...asked);
        const late = visit(agency.north, { note: `while piece ${requests} was under way` });
        value(await writer.replica.commit([addVisit(late)], writer.principal.userId));
        return answer;
      },
      accessToken: async () => ({ ok: true, value: accessToken }),
      setTimer(run) {
        const timer = setTimeout(run, 1);
        return () => clearTimeout(timer);
      },
      pieceBytes: 8 * 1024,
    });
    const cold = await openClient(url, 'ben', [weekShard(agency.north)], undefined, { download });
    await untilAcknowledged(cold);
    await untilAcknowledged(writer);
    expect(requests).toBeGreaterThan(3);
    const notes = (client: SyncClient) =>
      [...client.replica.rows(weekShard(agency.north), 'visits')].map(({ fields }) => String(fields.note)).sort();
    await until(() => notes(cold).length === notes(writer).length, 'all visits');
    expect(notes(cold)).toEqual(notes(writer));
    await cold.close();
  });
});
