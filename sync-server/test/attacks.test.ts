/** The attack corpus of the sync engine through a real socket: nothing changes, nobody else notices, the server goes on. */
import { newId, systemClock, systemRandom } from '@fieldfare/kernel';
import { encodeShard } from '@fieldfare/sync';
import { ATTACKS, armoury } from '@fieldfare/sync/attacks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dialRaw, type RawSocket } from './raw-socket.ts';
import {
  type Agency,
  addVisit,
  openClient,
  type SyncClient,
  seedAgency,
  signIn,
  startTestServer,
  type TestServer,
  temporaryDir,
  until,
  untilAcknowledged,
  untilState,
  value,
  visit,
  weekShard,
} from './support.ts';

const dir = temporaryDir();
let running: TestServer;
let agency: Agency;
let victim: SyncClient;
let attacker: RawSocket;
let subject: string;
const rows = Array.from({ length: 3 }, () => newId(systemClock, systemRandom));

beforeAll(async () => {
  running = await startTestServer(dir.path);
  agency = await seedAgency(running.admin);
  victim = await openClient(() => running.server.url, 'ada', [weekShard(agency.north)]);
  await untilState(victim, 'live');
  const row = visit(agency.north, { id: rows[0] ?? '', note: 'the victim’s' });
  value(await victim.replica.commit([addVisit(row)], victim.principal.userId));
  await untilAcknowledged(victim);
  const { accessToken, principal } = await signIn(running.server.url, 'ben');
  subject = principal.userId;
  attacker = await dialRaw(running.server.url);
  await attacker.hello(accessToken);
  await attacker.open(1, weekShard(agency.north));
});
afterAll(async () => {
  attacker.ws.terminate();
  await victim.close();
  await running.close();
  dir.remove();
});

const send = (channel: number, update: Uint8Array): void =>
  attacker.ws.send(encodeShard(channel, { type: 'update', update }));

async function answerTo(update: Uint8Array): Promise<unknown> {
  const { length } = attacker.heard;
  send(1, update);
  await until(() => attacker.heard.length > length || attacker.closed() !== null, 'an answer');
  return attacker.heard[length];
}

/** What the server says it holds: asked anew over a channel of its own. */
async function serverState(channel: number): Promise<Uint8Array> {
  await attacker.open(channel, weekShard(agency.north));
  const frame = attacker.heard.find((f) => f.channel === channel && 'shard' in f && f.shard.type === 'step2');
  if (frame === undefined || !('shard' in frame) || frame.shard.type !== 'step2') throw new Error('no state');
  return frame.shard.update;
}

const weapons = (state: Uint8Array) => {
  const { id: _id, ...fields } = visit(agency.north);
  return armoury({
    root: 't:visits',
    fields,
    place: { regionId: agency.north, week: fields.week },
    otherPlace: { regionId: agency.south },
    rowId: (n) => rows[n] ?? '',
    state,
    victim: victim.replica.clientId,
    subject,
    client: 2 ** 40 + 7,
    now: systemClock.now(),
  });
};

describe('attacks through a real socket', () => {
  it('SYN-REP-REFUSE SYN-WIRE-REFUSE: every attack is refused by its rule, and nothing changes', async () => {
    const before = await serverState(2);
    const outcomes: string[] = [];
    for (const [title, make] of ATTACKS) {
      const answer = await answerTo(make(weapons(before)));
      expect(answer, title).toMatchObject({ control: { type: 'refused', problem: { rule: title.split(':')[0] } } });
      outcomes.push(title);
    }
    expect(outcomes.length).toBe(ATTACKS.length);
    expect(await serverState(3)).toEqual(before);
    expect(victim.connection.status()).toMatchObject({ state: 'live', refusedShards: [] });
  });

  it('SYN-GUARD-GAP SYN-CON-OUT: reordered frames are refused, replayed ones are taken once', async () => {
    const before = await serverState(4);
    const { pushed, entry, block, item, client } = weapons(before);
    const first = pushed(entry());
    const second = block(client, 1, (out) => item(out, { raw: entry({ k: rows[2] }), left: [client, 0] }));
    expect(await answerTo(second)).toMatchObject({ control: { problem: { rule: 'SYN-GUARD-GAP' } } });
    for (const update of [first, second, first, second]) {
      expect(await answerTo(update)).toMatchObject({ shard: { type: 'ack' } });
    }
    await until(
      () => victim.replica.row(weekShard(agency.north), 'visits', rows[2] ?? '') !== null,
      'the victim sees it',
    );
    expect(victim.replica.row(weekShard(agency.north), 'visits', rows[0] ?? '')?.fields.note).toBe('the victim’s');
  });

  it('SYN-AUTHZ: frames on channels that are not open, or of shards that are not one’s own, change nothing', async () => {
    const before = await serverState(5);
    const { pushed, entry } = weapons(before);
    send(99, pushed(entry({ k: newId(systemClock, systemRandom) }))); // no such channel: nobody answers
    const otto = await dialRaw(running.server.url);
    await otto.hello((await signIn(running.server.url, 'otto')).accessToken);
    await otto.open(1, weekShard(agency.otherRegion));
    otto.ws.send(encodeShard(1, { type: 'update', update: pushed(entry()) })); // captured from another organisation
    await until(() => otto.control('refused').length > 0, 'refused');
    otto.ws.terminate();
    expect(await serverState(6)).toEqual(before);
  });
});
