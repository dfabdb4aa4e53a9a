/** An unmodified y-websocket client follows a shard and writes into it. */
import { nodeOf } from '@fieldfare/kernel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import {
  type Agency,
  addVisit,
  openClient,
  post,
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
let laptop: SyncClient;
const providers: WebsocketProvider[] = [];

beforeAll(async () => {
  running = await startTestServer(dir.path);
  agency = await seedAgency(running.admin);
  laptop = await openClient(() => running.server.url, 'ada', [weekShard(agency.north)]);
  await untilState(laptop, 'live');
});
afterAll(async () => {
  for (const provider of providers) provider.destroy();
  await laptop.close();
  await running.close();
  dir.remove();
});

async function ticketFor(login: string): Promise<{ readonly ticket: string; readonly userId: string }> {
  const { accessToken, principal } = await signIn(running.server.url, login);
  const answer = await post(`${running.server.url}/auth/ticket`, {}, { authorization: `Bearer ${accessToken}` });
  const { ticket } = (await answer.json()) as { ticket: string };
  return { ticket, userId: principal.userId };
}

function follow(shard: string, ticket: string): { readonly provider: WebsocketProvider; readonly doc: Y.Doc } {
  const doc = new Y.Doc();
  const provider = new WebsocketProvider(`${running.server.url.replace('http', 'ws')}/y`, shard, doc, {
    params: { ticket },
    WebSocketPolyfill: WebSocket as unknown as typeof globalThis.WebSocket,
    disableBc: true,
  });
  providers.push(provider);
  return { provider, doc };
}

/** The close code of the first attempt; stock clients try again for ever. */
const closedWith = (provider: WebsocketProvider): Promise<number> =>
  new Promise((resolve) =>
    provider.once('connection-close', (event: CloseEvent | null) => {
      provider.disconnect();
      resolve(event?.code ?? 0);
    }),
  );

interface Entry {
  readonly k: string;
  readonly f: Record<string, unknown>;
  readonly s: Record<string, string>;
  readonly c: Record<string, string>;
  readonly by: string;
  readonly u?: Record<string, string>;
}
const entries = (doc: Y.Doc): Entry[] => doc.getArray<Entry>('t:visits').toArray();

/** Replaces the one live entry of a row, as SPEC.md says that a writer does. */
function writeNote(doc: Y.Doc, id: string, note: string, userId: string): void {
  const array = doc.getArray<Entry>('t:visits');
  const at = entries(doc).findIndex(({ k }) => k === id);
  const before = array.get(at);
  const moment = `${Date.now().toString(16).padStart(12, '0')}-0000`;
  const node = doc.clientID.toString(36);
  const others = Object.fromEntries(Object.values(before.s).map((stamp) => [nodeOf(stamp), before.by]));
  doc.transact(() => {
    array.delete(at);
    array.push([
      {
        ...before,
        f: { ...before.f, note },
        s: { ...before.s, note: `${moment}-${node}` },
        c: { ...before.c, [node]: moment },
        by: userId,
        u: others,
      },
    ]);
  });
}

describe('a stock y-websocket client', () => {
  it('SYN-YWS-WORDS: gets what is there, what others write, and what it writes itself reaches them', async () => {
    const shard = weekShard(agency.north);
    const [first, second] = [visit(agency.north, { note: 'one' }), visit(agency.north, { note: 'two' })];
    value(await laptop.replica.commit([addVisit(first)], laptop.principal.userId));
    await untilAcknowledged(laptop);
    const { ticket, userId } = await ticketFor('ben');
    const { provider, doc } = follow(shard, ticket);
    await until(() => provider.synced, 'the provider is synced');
    expect(entries(doc).map(({ k }) => k)).toEqual([first.id]);

    value(await laptop.replica.commit([addVisit(second)], laptop.principal.userId));
    await until(() => entries(doc).length === 2, 'the second visit');

    writeNote(doc, first.id, 'by a stock client', userId);
    const noteOf = () => laptop.replica.row(shard, 'visits', first.id)?.fields.note;
    await until(() => noteOf() === 'by a stock client', 'the note on the laptop');
    expect(laptop.replica.row(shard, 'visits', first.id)?.authors.note).toBe(userId);
    expect(laptop.replica.row(shard, 'visits', first.id)?.siblings).toEqual({});
  });

  it('SYN-YWS-ALIVE: sees who else is there, and is told that the link lives', async () => {
    const shard = weekShard(agency.south);
    const ada = follow(shard, (await ticketFor('ada')).ticket);
    const ben = follow(shard, (await ticketFor('ben')).ticket);
    await until(() => ada.provider.synced && ben.provider.synced, 'both are synced');
    ben.provider.awareness.setLocalState({ visit: 'v-1' });
    const seen = () =>
      ada.provider.awareness.getStates().get(ben.doc.clientID) as { user?: { name: string } } | undefined;
    await until(() => seen()?.user !== undefined, 'ben, as the server vouches for him');
    expect(seen()).toMatchObject({ visit: 'v-1', user: { name: 'Name of ben' } });
    const before = ada.provider.wsLastMessageReceived;
    await new Promise((resolve) => setTimeout(resolve, 5));
    ada.provider.awareness.setLocalState({});
    await until(() => ada.provider.wsLastMessageReceived > before, 'an answer');
  });

  it('SYN-YWS-FIRST: who talks nonsense is cut', async () => {
    const shard = weekShard(agency.north);
    const codeAfter = async (messages: readonly Uint8Array[]): Promise<number> => {
      const { ticket } = await ticketFor('ada');
      const socket = new WebSocket(`${running.server.url.replace('http', 'ws')}/y/${shard}?ticket=${ticket}`);
      socket.on('open', () => {
        for (const message of messages) socket.send(message);
      });
      return new Promise((resolve) => socket.on('close', resolve));
    };
    expect(await codeAfter([Uint8Array.of(9)])).toBe(4400);
    expect(await codeAfter([Uint8Array.of(0, 7)])).toBe(4400);
  });

  it('SYN-YWS-REFUSE: no ticket, a used one, no access, and edits that break the rules', async () => {
    const shard = weekShard(agency.north);
    expect(await closedWith(follow(shard, 'nobody').provider)).toBe(4401);
    const { ticket } = await ticketFor('norman');
    expect(await closedWith(follow(weekShard(agency.south), ticket).provider)).toBe(4403);
    expect(await closedWith(follow(shard, ticket).provider)).toBe(4401);

    const { provider, doc } = follow(shard, (await ticketFor('vera')).ticket);
    const denied: string[] = [];
    const { warn } = console;
    console.warn = (line: string) => denied.push(line);
    await until(() => provider.synced, 'a viewer reads');
    const before = entries(doc).map(({ k }) => laptop.replica.row(shard, 'visits', k));
    doc.getArray<unknown>('t:visits').push([{ k: 'x' }]);
    await until(() => denied.length > 0, 'the word that it was refused');
    console.warn = warn;
    expect(denied[0]).toContain('you may only read this');
    expect(before.map((row) => laptop.replica.row(shard, 'visits', row?.id ?? ''))).toEqual(before);
    expect(laptop.replica.row(shard, 'visits', 'x')).toBeNull();
  });
});
