import { unwrap } from '@fieldfare/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { change, create, type Desk, idOf, openDesk, REGION, SHARD, START, syncAll, WEEK } from '../test/fixtures.ts';
import type { Source, Touched } from './types.ts';

const from = ({ user }: Desk): Source => ({ subject: user, device: user, sender: user });
const openServer = (): Promise<Desk> => openDesk(9, { authority: true });

interface Letter {
  readonly update: Uint8Array;
  readonly from: Source;
}

/** What became of each, in words. */
const outcomeOf = async (server: Desk, { update, from }: Letter): Promise<string> => {
  const taken = await server.replica.receive(SHARD, update, from);
  return taken.ok ? 'taken' : (taken.problems[0].rule ?? '');
};

async function oneByOne(server: Desk, letters: readonly Letter[]): Promise<string[]> {
  const outcomes: string[] = [];
  for (const letter of letters) outcomes.push(await outcomeOf(server, letter));
  return outcomes;
}

const atOnce = (server: Desk, letters: readonly Letter[]): Promise<string[]> =>
  Promise.all(letters.map((letter) => outcomeOf(server, letter)));

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom('write' as const, 'forge' as const, 'write' as const, 'write' as const),
      desk: fc.nat(3),
      row: fc.nat(4),
      gone: fc.boolean(),
      named: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('meet' as const), desk: fc.nat(3), with: fc.nat(3) }) },
);

describe('updates that come together', () => {
  it('SYN-REP-TOGETHER: share one append, are durable before they are told, and are told in order', async () => {
    const desks = await Promise.all([1, 2, 3, 4, 5].map((seed) => openDesk(seed)));
    const server = await openServer();
    const heard: Touched[] = [];
    server.replica.onTouched((touched) => heard.push(touched));
    const letters: Letter[] = [];
    for (const [n, desk] of desks.entries()) letters.push({ update: await desk.commit(create(n)), from: from(desk) });
    server.journal.hold();
    const outcomes = atOnce(server, letters);
    await new Promise((resume) => setTimeout(resume, 5));
    expect([server.journal.appends, heard.length, server.replica.diff(SHARD).length]).toEqual([1, 0, 2]);
    server.journal.release();
    expect(await outcomes).toEqual(letters.map(() => 'taken'));
    expect(server.journal.appends).toBe(1);
    expect(heard.map(({ update, sender }) => [update, sender])).toEqual(letters.map((l) => [l.update, l.from.sender]));
    const stored = heard.map(({ seq }) => server.journal.stored.find((record) => record.seq === seq)?.bytes);
    expect(stored).toEqual(letters.map(({ update }) => update));
  });

  it('SYN-REP-TOGETHER SYN-REP-DISK: fail together, and leave no trace', async () => {
    const desks = await Promise.all([1, 2].map((seed) => openDesk(seed)));
    const server = await openServer();
    const letters: Letter[] = [];
    for (const [n, desk] of desks.entries()) letters.push({ update: await desk.commit(create(n)), from: from(desk) });
    server.journal.failNext();
    expect(await atOnce(server, letters)).toEqual(['TEST-DISK', 'TEST-DISK']);
    expect([server.row(0), server.row(1), server.journal.stored]).toEqual([null, null, []]);
    expect(await atOnce(server, letters)).toEqual(['taken', 'taken']);
  });

  it('SYN-REP-JOINED: what one sender writes on is stored, told and acknowledged as one', async () => {
    const [desk, other] = [await openDesk(1), await openDesk(2)];
    const server = await openServer();
    const letters: Letter[] = [];
    for (let n = 0; n < 20; n++) {
      letters.push({
        update: await desk.commit(n < 3 ? create(n) : change(n % 3, { title: `${n}` })),
        from: from(desk),
      });
      if (n % 5 === 0) letters.push({ update: await other.commit(create(10 + n)), from: from(other) });
    }
    const heard: Touched[] = [];
    server.replica.onTouched((touched) => heard.push(touched));
    expect(await atOnce(server, letters)).toEqual(letters.map(() => 'taken'));
    expect(server.journal.appends).toBe(1);
    const ofSender = heard.map(({ sender, clocks }) => [sender, ...(clocks ?? [])]);
    expect(ofSender).toEqual([
      [desk.user, [desk.replica.clientId, 20]],
      [other.user, [other.replica.clientId, 4]],
    ]);
    expect([0, 1, 2].map((n) => server.row(n))).toEqual([0, 1, 2].map((n) => desk.row(n)));
    const again = letters.map(({ update, from }) => server.replica.receive(SHARD, update, from));
    expect(await Promise.all(again)).toEqual(letters.map(() => ({ ok: true, value: false })));
  });

  it('SYN-REP-JOINED SYN-REP-REFUSE: one that is refused takes none of those before it with it', async () => {
    const desk = await openDesk(1);
    const server = await openServer();
    const letters: Letter[] = [];
    for (let n = 0; n < 6; n++) {
      if (n === 3) desk.clock.time += 2 * 3_600_000; // stamped too far ahead, and all after it
      letters.push({ update: await desk.commit(create(n)), from: from(desk) });
    }
    expect(await atOnce(server, letters)).toEqual([
      ...Array(3).fill('taken'),
      'SYN-GUARD-DRIFT',
      'SYN-GUARD-GAP',
      'SYN-GUARD-GAP',
    ]);
    expect([server.row(2), server.row(3)]).toEqual([desk.row(2), null]);
  });

  it('SYN-REP-TOGETHER: whatever comes at once has the outcome it has one after another', async () => {
    const scripts = fc.tuple(fc.array(step, { minLength: 4, maxLength: 24 }), fc.array(fc.nat(30), { maxLength: 3 }));
    await fc.assert(
      fc.asyncProperty(scripts, async ([steps, swaps]) => {
        const desks = await Promise.all([1, 2, 3, 4].map((seed) => openDesk(seed)));
        const letters: Letter[] = [];
        for (const each of steps) {
          const desk = desks[each.desk] as Desk;
          if (each.kind === 'meet') {
            await syncAll([desk, desks[each.with] as Desk]);
            continue;
          }
          const known = desk.row(each.row) !== null;
          const set = { title: `${letters.length}`, deletedAt: each.gone ? '2026-10-02T00:00:00Z' : null };
          const update = await desk.commit(known ? change(each.row, set) : create(each.row, set));
          const subject = each.kind === 'forge' ? 'somebody else' : desk.user;
          letters.push({ update, from: { subject, device: desk.user, ...(each.named ? { sender: desk } : {}) } });
        }
        for (const at of swaps) letters.splice(at, 0, ...letters.splice(at + 1, 1)); // too early, so refused
        const [patient, hurried] = [await openServer(), await openServer()];
        expect(await atOnce(hurried, letters)).toEqual(await oneByOne(patient, letters));
        expect(hurried.replica.stateVector(SHARD)).toEqual(patient.replica.stateVector(SHARD));
        for (let n = 0; n < 5; n++) expect(hurried.row(n)).toEqual(patient.row(n));
      }),
      { numRuns: 40, seed: 3 },
    );
  });

  it('SYN-REP-TOGETHER SYN-GUARD-DELETE: two deletions that excuse each other do not make a row vanish', async () => {
    const server = await openServer();
    const moment = `${START.toString(16).padStart(12, '0')}-0000`;
    const clients = [4001, 4002] as const;
    const c = Object.fromEntries(clients.map((client) => [client.toString(36), moment]));
    const set = { regionId: REGION, week: WEEK, title: 'both', start: null, minutes: 30, doneAt: null };
    const entries = clients.map((client) => {
      const doc = new Y.Doc();
      doc.clientID = client;
      const s = Object.fromEntries(Object.keys(set).map((field) => [field, `${moment}-${client.toString(36)}`]));
      doc.getArray('t:visits').push([{ k: idOf(0), f: set, s, c, by: 'eve', v: 1 }]);
      return Y.encodeStateAsUpdate(doc);
    });
    const eve = { subject: 'eve', device: 'eve' };
    unwrap(await server.replica.receive(SHARD, Y.mergeUpdates(entries), eve));
    const deletionOf = (client: number): Uint8Array => {
      const doc = new Y.Doc();
      Y.applyUpdate(doc, server.replica.diff(SHARD));
      const before = Y.encodeStateVector(doc);
      const rows = doc.getArray('t:visits');
      const [first] = rows._start?.id.client === client ? [0] : [1];
      rows.delete(first, 1);
      return Y.encodeStateAsUpdate(doc, before);
    };
    const letters = clients.map((client) => ({ update: deletionOf(client), from: eve }));
    expect(await atOnce(server, letters)).toEqual(['taken', 'SYN-GUARD-DELETE']);
    expect(server.row(0)?.fields.title).toBe('both');
  });

  it('SYN-REP-TOGETHER SYN-REP-CLOSED: what was received before closing is stored before it', async () => {
    const desk = await openDesk(1);
    const server = await openServer();
    const letters: Letter[] = [];
    for (let n = 0; n < 3; n++) letters.push({ update: await desk.commit(create(n)), from: from(desk) });
    const outcomes = atOnce(server, letters);
    await server.replica.close();
    expect(await outcomes).toEqual(['taken', 'taken', 'taken']);
  });
});
