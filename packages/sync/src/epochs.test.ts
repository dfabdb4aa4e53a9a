import { ok, type RowChange, type ShardId, seededRandom, unwrap } from '@fieldfare/kernel';
import fc from 'fast-check';
import * as encoding from 'lib0/encoding';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { change, create, createClock, type Desk, OTHER_SHARD, openDesk, SHARD } from '../test/fixtures.ts';
import { createMemoryJournal, type MemoryJournal } from '../test/memory-journal.ts';
import { createEpochs, epochTime, newEpoch, placeOfStream, streamOf } from './epochs.ts';
import type { FoldedRow, Journal, Outgoing, Replica } from './types.ts';

const rowsOf = ({ replica }: Pick<Desk, 'replica'>, shard = SHARD): FoldedRow[] =>
  [...replica.rows(shard, 'visits')].sort((a, b) => (a.id < b.id ? -1 : 1));

const openServer = (memory?: MemoryJournal): Promise<Desk> =>
  openDesk(90, { authority: true, ...(memory && { memory }) });

/** What a laptop lacks, by its own account, as the server sends it. */
async function fetch(from: Desk, to: Desk, shard = SHARD): Promise<void> {
  const update = from.replica.diff(shard, to.replica.stateVector(shard));
  unwrap(await to.replica.receive(shard, update, { subject: null, seal: new Uint8Array(16) }));
}

/** Everything that the server does not hold, as its guard takes it, and its word that it holds it. */
async function send(from: Desk, to: Desk, shard = SHARD, maxBytes = 1e6): Promise<void> {
  const held = Y.decodeStateVector(to.replica.stateVector(shard));
  let all: readonly Outgoing[] = [];
  unwrap(
    await from.replica.offer(shard, held, maxBytes, (outgoing) => {
      all = outgoing;
    }),
  );
  for (const { update, seal } of all) {
    if (seal === undefined) unwrap(await to.replica.receive(shard, update, { subject: from.user, device: from.user }));
  }
  from.replica.acknowledged(shard, Y.decodeStateVector(to.replica.stateVector(shard)));
}

async function exchange(server: Desk, laptop: Desk, shard = SHARD): Promise<void> {
  await fetch(server, laptop, shard);
  await send(laptop, server, shard);
}

const begin = async ({ replica }: Desk, shard = SHARD): Promise<void> =>
  unwrap(await replica.beginEpoch(shard, replica.epochOf(shard)));

const enter = ({ replica: from }: Desk, { replica: to }: Desk, shard = SHARD): ReturnType<Replica['enterEpoch']> =>
  to.enterEpoch(shard, from.epochOf(shard), { update: from.diff(shard), seal: new Uint8Array(16) });

/** What that many sessions leave behind when all they wrote was replaced: an item and a deletion each. */
function tombstones(sessions: number): Uint8Array {
  const encoder = new Y.UpdateEncoderV1();
  const first = 2 ** 40;
  encoding.writeVarUint(encoder.restEncoder, sessions);
  for (let client = first + sessions; client > first; client--) {
    encoding.writeVarUint(encoder.restEncoder, 1);
    encoder.writeClient(client);
    encoding.writeVarUint(encoder.restEncoder, 0);
    const left = client === first + sessions ? null : Y.createID(client + 1, 0);
    const parent = 't:visits' as unknown as Y.ID;
    const item = new Y.Item(Y.createID(client, 0), null, left, null, null, parent, null, new Y.ContentDeleted(1));
    item.write(encoder, 0);
  }
  encoding.writeVarUint(encoder.restEncoder, 0);
  return encoder.toUint8Array();
}

describe('names of epochs', () => {
  it.each<readonly [ShardId, number]>([
    ['org', 0],
    [SHARD, newEpoch(1_795_000_000_000, seededRandom(1), 0)],
    ['private/clients', 0],
  ])('SYN-EPOCH-ONE: %s in epoch %i has a stream of its own', (shard, epoch) => {
    expect(placeOfStream(streamOf(shard, epoch))).toEqual({ shard, epoch });
  });

  it('SYN-EPOCH-ONE: the latest one counts, and knows when the one before ended', () => {
    const [first, second] = [newEpoch(5_000, seededRandom(1), 0), newEpoch(9_000, seededRandom(1), 0)];
    const epochs = createEpochs(['org', streamOf(SHARD, second), streamOf(SHARD, first), SHARD]);
    expect([epochs.of(SHARD), epochs.of('org')]).toEqual([second, 0]);
    expect(epochs.streams(SHARD)).toEqual([SHARD, streamOf(SHARD, first), streamOf(SHARD, second)]);
    expect([epochs.endedAt(SHARD), epochs.endedAt(streamOf(SHARD, second))]).toEqual([5_000, null]);
    expect(epochTime(first)).toBe(5_000);
    expect(newEpoch(9_000, seededRandom(1), second + 7)).toBe(second + 8); // a clock that was set back
    expect(placeOfStream('org@not a number!')).toEqual({ shard: 'org@not a number!', epoch: 0 });
  });
});

describe('a document that is begun anew', () => {
  it('SYN-EPOCH-PROOF: has the same rows, siblings and authors, and forgets what was replaced', async () => {
    const server = await openServer();
    const laptops = [await openDesk(1), await openDesk(2), await openDesk(3)];
    for (let i = 0; i < 30; i++) unwrap(await server.replica.commit([create(i % 5)], 'office'));
    for (const laptop of laptops) await exchange(server, laptop);
    for (const [n, laptop] of laptops.entries())
      await laptop.commit(change(n % 2, { title: `by ${n}`, minutes: 40 + n }));
    await laptops[0]?.commit(change(4, { deletedAt: 'now' }));
    for (let seed = 10; seed < 20; seed++) {
      const passing = await openDesk(seed);
      await exchange(server, passing);
      await passing.commit(change(3, { minutes: seed }));
      await exchange(server, passing);
    }
    for (const laptop of laptops) await exchange(server, laptop);
    const before = rowsOf(server);
    expect(before.filter(({ siblings }) => Object.keys(siblings).length > 0).length).toBeGreaterThan(0);
    const bytes = server.replica.diff(SHARD).length;
    await begin(server);
    expect(rowsOf(server)).toEqual(before);
    expect(server.replica.diff(SHARD).length).toBeLessThan(bytes);
    expect(Y.decodeStateVector(server.replica.stateVector(SHARD)).size).toBe(1);
    expect(rowsOf(await openServer(server.journal))).toEqual(before);
  });

  it('SYN-EPOCH-ATOMIC: killed before the append nothing has happened, after it all of it has', async () => {
    for (const how of ['never', 'failed', 'kept', 'done'] as const) {
      const server = await openServer();
      for (let i = 0; i < 6; i++) unwrap(await server.replica.commit([create(i % 2, { minutes: 10 + i })], 'office'));
      const before = rowsOf(server);
      if (how === 'never') server.journal.hold();
      if (how === 'failed' || how === 'kept') server.journal.failNext({ kept: how === 'kept' });
      const begun = server.replica.beginEpoch(SHARD, 0);
      const result = how === 'never' ? ok(undefined) : await begun;
      expect(result.ok).toBe(how === 'never' || how === 'done');
      const again = await openServer(createMemoryJournal([...server.journal.stored]));
      const entered = how === 'kept' || how === 'done';
      expect([how, again.replica.epochOf(SHARD) > 0, rowsOf(again)]).toEqual([how, entered, before]);
      // memory says what the disk says, and work goes on there
      if (how !== 'never') {
        expect(server.replica.epochOf(SHARD)).toBe(again.replica.epochOf(SHARD));
        unwrap(await server.replica.commit([change(0, { minutes: 99 })], 'office'));
        const last = await openServer(createMemoryJournal([...server.journal.stored]));
        expect(last.row(0)?.fields.minutes).toBe(99);
      }
    }
  });

  it('SYN-EPOCH-OVER: the old document takes nothing any more', async () => {
    const server = await openServer();
    const laptop = await openDesk(1);
    unwrap(await server.replica.commit([create(0)], 'office'));
    await exchange(server, laptop);
    const late = await laptop.commit(change(0, { title: 'late' }));
    const frames = server.journal.stored.length;
    const [begun, refused] = await Promise.all([
      server.replica.beginEpoch(SHARD, 0),
      server.replica.receive(SHARD, late, { subject: laptop.user, device: laptop.user, epoch: 0 }),
    ]);
    unwrap(begun);
    expect(refused).toMatchObject({ ok: false, problems: [{ rule: 'SYN-EPOCH-OVER' }] });
    expect(server.journal.stored.slice(frames).map(({ shard }) => shard)).toEqual([
      'private/clients',
      streamOf(SHARD, server.replica.epochOf(SHARD)),
    ]);
    expect(server.row(0)?.fields.title).toBe('visit');
  });

  it('SYN-EPOCH-WORTH: a compaction begins anew what holds more of the past than of the present', async () => {
    const memory = createMemoryJournal();
    const journal: Journal = { ...memory, supersede: async () => ok(undefined) };
    const server = await openDesk(90, { authority: true, journal });
    unwrap(await server.replica.commit([create(0)], 'office'));
    unwrap(await server.replica.receive(SHARD, tombstones(12_000), { subject: null }));
    expect(server.replica.diff(SHARD).length).toBeGreaterThan(256 * 1024);
    unwrap(await server.replica.commit([create(0, {}, OTHER_SHARD)], 'office'));
    const before = rowsOf(server);
    const told: (number | undefined)[] = [];
    server.replica.onTouched(({ epoch }) => told.push(epoch), SHARD);
    const report = unwrap(await server.replica.compact(async () => undefined));
    expect(report).toMatchObject({ epochs: 1, kept: [] });
    expect(told).toEqual([server.replica.epochOf(SHARD)]);
    expect(server.replica.epochOf(OTHER_SHARD)).toBe(0);
    expect(server.replica.diff(SHARD).length).toBeLessThan(1_000);
    expect(rowsOf(server)).toEqual(before);
    expect(unwrap(await server.replica.compact(async () => undefined)).epochs).toBe(0);
  });

  it('SYN-EPOCH-KEEP: what is over goes when single edits go, but never what is pending in it', async () => {
    const forgotten: ShardId[] = [];
    const journalOf = (memory: MemoryJournal): Journal => ({
      ...memory,
      async supersede(stream, below) {
        for (let i = memory.stored.length - 1; i >= 0; i--) {
          const record = memory.stored[i];
          if (record?.shard === stream && record.seq < below) memory.stored.splice(i, 1);
        }
        if (!memory.shards().includes(stream)) forgotten.push(stream);
        return ok(undefined);
      },
    });
    const clock = createClock();
    const server = await openDesk(90, { authority: true, clock });
    const memory = createMemoryJournal();
    const laptop = await openDesk(1, { journal: journalOf(memory), clock });
    unwrap(await server.replica.commit([create(0)], 'office'));
    await exchange(server, laptop);
    await laptop.commit(change(0, { title: 'mine' }));
    await begin(server);
    unwrap(await enter(server, laptop));
    await send(laptop, server);
    unwrap(await laptop.replica.compact(async () => undefined));
    expect(forgotten).toEqual([]);
    clock.time += 4 * 86_400_000;
    unwrap(await laptop.replica.compact(async () => undefined));
    expect(forgotten).toEqual([SHARD]);
    const again = await openDesk(2, { memory: createMemoryJournal([...memory.stored]), clock });
    expect([again.replica.epochOf(SHARD), rowsOf(again)]).toEqual([server.replica.epochOf(SHARD), rowsOf(server)]);
    expect(again.replica.pending().count).toBe(0);
  });
});

describe('a laptop', () => {
  it('SYN-EPOCH-CARRY: loses nothing that was pending, and counts it until the server has it', async () => {
    const server = await openServer();
    const laptop = await openDesk(1);
    for (let i = 0; i < 3; i++) unwrap(await server.replica.commit([create(i)], 'office'));
    await exchange(server, laptop);
    await laptop.commit(change(0, { title: 'a' }));
    await laptop.commit(change(0, { minutes: 45 }), change(1, { title: 'b' }));
    unwrap(await laptop.replica.commit([create(9, {}, OTHER_SHARD), create(8)], laptop.user));
    const counts: number[] = [];
    laptop.replica.onPending(() => counts.push(laptop.replica.pending().count));
    await begin(server);
    unwrap(await server.replica.commit([change(0, { start: 'early' })], 'office'));
    unwrap(await enter(server, laptop));
    expect(laptop.replica.pending()).toEqual({ count: 3, shards: [OTHER_SHARD, SHARD] });
    expect(Math.min(...counts)).toBe(3);
    expect(laptop.row(0)?.fields).toMatchObject({ title: 'a', minutes: 45, start: 'early' });
    // and after a crash
    const again = await openDesk(2, { memory: createMemoryJournal([...laptop.journal.stored]) });
    expect(again.replica.pending().count).toBe(3);
    expect(rowsOf(again)).toEqual(rowsOf(laptop));
    // one by one, as the guard takes them
    await send({ ...again, user: laptop.user }, server, SHARD, 0);
    expect(again.replica.pending().count).toBe(1);
    expect(rowsOf(server)).toEqual(rowsOf(again));
    await again.replica.load([OTHER_SHARD]);
    await server.replica.load([OTHER_SHARD]);
    await send({ ...again, user: laptop.user }, server, OTHER_SHARD);
    expect(again.replica.pending().count).toBe(0);
  });

  it('SYN-EPOCH-CARRY: killed before the append it is in the old epoch with everything, after it in the new one', async () => {
    for (const how of ['never', 'failed', 'kept', 'done'] as const) {
      const server = await openServer();
      const laptop = await openDesk(1);
      unwrap(await server.replica.commit([create(0)], 'office'));
      await exchange(server, laptop);
      await laptop.commit(change(0, { title: 'mine' }));
      await begin(server);
      if (how === 'never') laptop.journal.hold();
      if (how === 'failed' || how === 'kept') laptop.journal.failNext({ kept: how === 'kept' });
      const entering = enter(server, laptop);
      if (how !== 'never') expect((await entering).ok).toBe(how === 'done');
      const again = await openDesk(2, { memory: createMemoryJournal([...laptop.journal.stored]) });
      expect(again.replica.epochOf(SHARD) > 0).toBe(how === 'kept' || how === 'done');
      for (const desk of how === 'never' ? [again] : [laptop, again]) {
        expect([how, desk.replica.pending().count, desk.row(0)?.fields.title]).toEqual([how, 1, 'mine']);
        if (desk.replica.epochOf(SHARD) === 0) unwrap(await enter(server, desk));
        expect([how, desk.replica.pending().count, desk.row(0)?.fields.title]).toEqual([how, 1, 'mine']);
      }
      await send({ ...again, user: laptop.user }, server);
      expect(again.replica.pending().count).toBe(0);
      expect(server.row(0)?.fields.title).toBe('mine');
    }
  });

  it('SYN-EPOCH-CARRY: what the server had taken without its ack being heard is not there twice', async () => {
    const server = await openServer();
    const laptop = await openDesk(1);
    unwrap(await server.replica.commit([create(0)], 'office'));
    await exchange(server, laptop);
    const heard = await laptop.commit(change(0, { title: 'taken' }));
    unwrap(await server.replica.receive(SHARD, heard, { subject: laptop.user, device: laptop.user }));
    await laptop.commit(change(0, { minutes: 50 }));
    unwrap(await server.replica.commit([change(0, { title: 'replaced' })], 'office'));
    await begin(server);
    unwrap(await enter(server, laptop));
    expect(laptop.replica.pending().count).toBe(1);
    await send(laptop, server);
    expect(server.row(0)).toMatchObject({ fields: { title: 'replaced', minutes: 50 }, siblings: {} });
    expect(rowsOf(server)).toEqual(rowsOf(laptop));
  });

  it('SYN-EPOCH-CARRY: an edit in the old and one in the new epoch come out as they would have in one document', async () => {
    const steps = fc.array(
      fc.record({
        who: fc.nat(2),
        row: fc.nat(1),
        set: fc.oneof(
          fc.record({ title: fc.constantFrom('a', 'b', 'c') }),
          fc.record({ minutes: fc.integer({ min: 10, max: 13 }) }),
          fc.record({ deletedAt: fc.constantFrom(null, 'x') }),
          fc.record({ doneAt: fc.constantFrom('1', '2') }),
        ),
        next: fc.constantFrom('nothing', 'nothing', 'exchange', 'begin'),
      }),
      { maxLength: 14 },
    );
    /** The same people doing the same things; `anew`: epochs begin where they are told to. */
    async function play(
      all: readonly { who: number; row: number; set: RowChange['set']; next: string }[],
      anew: boolean,
    ) {
      const clock = createClock();
      const server = await openDesk(90, { authority: true, clock });
      const laptops = await Promise.all([1, 2, 3].map((seed) => openDesk(seed, { clock })));
      const meet = async (laptop: Desk): Promise<void> => {
        if (laptop.replica.epochOf(SHARD) !== server.replica.epochOf(SHARD)) unwrap(await enter(server, laptop));
        await exchange(server, laptop);
      };
      unwrap(await server.replica.commit([create(0), create(1)], 'office'));
      for (const laptop of laptops) await meet(laptop);
      for (const { who, row, set, next } of all) {
        clock.time += 1000;
        const laptop = laptops[who] as Desk;
        unwrap(await laptop.replica.commit([change(row, set)], laptop.user));
        if (next === 'exchange') await meet(laptop);
        if (next === 'begin' && anew) await begin(server);
      }
      for (let round = 0; round < 2; round++) for (const laptop of laptops) await meet(laptop);
      for (const laptop of laptops) {
        expect(laptop.replica.pending().count).toBe(0);
        expect(rowsOf(laptop)).toEqual(rowsOf(server));
      }
      return rowsOf(server);
    }
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        expect(await play(all, true)).toEqual(await play(all, false));
      }),
      { numRuns: 60 },
    );
  });
});
