import { type FileStore, ok, type RowChange, type ShardId, seededRandom, unwrap } from '@fieldfare/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { change, create, createClock, type Desk, idOf, OTHER_SHARD, openDesk, SHARD } from '../test/fixtures.ts';
import { createMemoryFiles, type MemoryFault } from './journal/drivers/memory-files.ts';
import { createMemoryLog } from './journal/drivers/memory-log.ts';
import { KEY, open, TENANT } from './journal/journal-fixture.ts';
import { openLogJournal } from './journal/log-journal.ts';
import type { FoldedRow, Journal, Outgoing } from './types.ts';

const SHARDS = [SHARD, OTHER_SHARD] as const;
const now = async (): Promise<void> => undefined;

/** A desk over a real journal whose segments are small, so that they come and go. */
async function desk(files: FileStore, seed: number, wrap = (journal: Journal): Journal => journal): Promise<Desk> {
  const journal = wrap(await open(files, { segmentBytes: 2_000, random: seededRandom(seed) }));
  const opened = await openDesk(seed, { journal });
  unwrap(await opened.replica.load(SHARDS));
  return opened;
}

const rowsOf = ({ replica }: Desk): Record<string, FoldedRow[]> =>
  Object.fromEntries(
    SHARDS.map((shard) => [shard, [...replica.rows(shard, 'visits')].sort((a, b) => (a.id < b.id ? -1 : 1))]),
  );

const holdAll = ({ replica }: Desk, shard: ShardId): void =>
  replica.acknowledged(shard, Y.decodeStateVector(replica.stateVector(shard)));

/** A colleague's work, and own work of which the last three commits are not acknowledged. */
async function work(own: Desk): Promise<void> {
  const colleague = await openDesk(99);
  for (let i = 0; i < 12; i++) {
    const shard = SHARDS[i % 2] ?? SHARD;
    unwrap(await own.replica.commit([create(i, {}, shard)], own.user));
    for (let edit = 0; edit < 4; edit++) {
      unwrap(await own.replica.commit([change(i, { minutes: 10 + edit }, shard)], own.user));
    }
  }
  for (let i = 20; i < 26; i++) {
    const update = await colleague.commit(create(i));
    unwrap(await own.replica.receive(SHARD, update, { subject: null }));
  }
  for (const shard of SHARDS) holdAll(own, shard);
  await own.replica.commit([change(0, { title: 'unsent' }), change(1, { title: 'unsent' }, OTHER_SHARD)], own.user);
  await own.replica.commit([change(2, { title: 'unsent' })], own.user);
  await own.replica.commit([create(30)], own.user);
}

describe('compaction', () => {
  it('JRN-COMPACT-PROOF JRN-COMPACT-CRASH: a log in a database shrinks as well, and keeps its history when it fails', async () => {
    const log = createMemoryLog();
    const opened = async (): Promise<Desk> => {
      const options = { store: log.take(), tenantId: TENANT, key: KEY, random: seededRandom(3) };
      const own = await openDesk(1, { journal: unwrap(openLogJournal(options)), authority: true });
      unwrap(await own.replica.load(SHARDS));
      return own;
    };
    const first = await opened();
    await work(first);
    const before = rowsOf(first);
    for (const failure of ['full', 'kept'] as const) {
      const own = await opened();
      log.fail(failure);
      expect((await own.replica.compact(now)).ok).toBe(false);
      expect(rowsOf(own)).toEqual(before);
    }
    const next = await opened();
    const frames = log.rows.length;
    const report = unwrap(await next.replica.compact(now));
    expect(report.kept).toEqual([]);
    expect(report.bytesAfter).toBeLessThan(report.bytesBefore / 2);
    expect(log.rows.length).toBeLessThan(frames / 5);
    await next.replica.close();
    const again = await opened();
    expect(rowsOf(again)).toEqual(before);
    unwrap(await again.replica.commit([create(40)], again.user));
  });

  it('JRN-COMPACT-PROOF JRN-SUPERSEDE: the journal shrinks to its documents, and reads as before', async () => {
    const files = createMemoryFiles();
    const first = await desk(files, 1);
    await work(first);
    const before = rowsOf(first);
    const segments = files.names().length;
    first.clock.time += 4 * 86_400_000; // nobody will ask for the single edits any more
    const report = unwrap(await first.replica.compact(now));
    expect(report).toMatchObject({ shards: 2, kept: [] });
    expect(report.bytesAfter).toBeLessThan(report.bytesBefore / 2);
    expect(files.names().length).toBeLessThan(segments);
    expect(rowsOf(first)).toEqual(before);
    await first.replica.close();
    expect(rowsOf(await desk(await mounted(files), 2))).toEqual(before);
  });

  it('SYN-REP-RETURN: after compaction own edits can still be given back, and those of others of the last days', async () => {
    const own = await openDesk(1);
    const colleague = await openDesk(2);
    const seal = new Uint8Array(16).fill(7);
    const receive = async (update: Uint8Array) =>
      unwrap(await own.replica.receive(SHARD, update, { subject: null, seal }));
    await receive(await colleague.commit(create(0)));
    for (const each of [own, colleague]) each.clock.time += 4 * 86_400_000;
    const recent = await colleague.commit(change(0, { minutes: 50 }));
    await receive(recent);
    await own.commit(change(0, { title: 'mine' }));
    holdAll(own, SHARD);
    const files = createMemoryFiles();
    const journal = await open(files, { segmentBytes: 2_000, random: seededRandom(3) });
    unwrap(await journal.append(own.journal.stored));
    const kept = await openDesk(3, { journal, clock: own.clock });
    unwrap(await kept.replica.compact(now));
    await kept.replica.close();
    const again = await openDesk(4, { journal: await open(unwrap(await files.mount())), clock: own.clock });
    const offered = async (held: Map<number, number>, maxBytes: number): Promise<readonly Outgoing[]> => {
      let all: readonly Outgoing[] = [];
      unwrap(
        await again.replica.offer(SHARD, held, maxBytes, (outgoing) => {
          all = outgoing;
        }),
      );
      return all;
    };
    const colleagueOnly = Y.decodeStateVector(colleague.replica.stateVector(SHARD));
    expect(await offered(colleagueOnly, 1e6)).toMatchObject([
      { update: again.replica.diff(SHARD, Y.encodeStateVector(colleagueOnly)) },
    ]);
    const both = await offered(new Map([[colleague.replica.clientId, 1]]), 1e6);
    expect(both[0]).toEqual({ update: recent, seal });
    expect(both.at(-1)?.seal).toBeUndefined();
  });

  it('JRN-COMPACT-PENDING: what is not acknowledged stays pending, in this session and the next', async () => {
    const files = createMemoryFiles();
    const first = await desk(files, 1);
    await work(first);
    const pending = first.replica.pending();
    expect(pending.count).toBe(3);
    unwrap(await first.replica.compact(now));
    expect(first.replica.pending()).toEqual(pending);
    await first.replica.close();
    const second = await desk(await mounted(files), 2);
    expect(second.replica.pending()).toEqual(pending);
    for (const shard of SHARDS) holdAll(second, shard);
    expect(second.replica.pending().count).toBe(0);
    unwrap(await second.replica.compact(now));
    await second.replica.close();
    expect((await desk(await mounted(files), 3)).replica.pending().count).toBe(0);
  });

  for (const op of ['append', 'flush', 'open', 'remove', 'truncate', 'read'] as const) {
    it(`JRN-COMPACT-CRASH: a disk that fails at any ${op}, and then a crash, lose nothing`, async () => {
      let failed = 0;
      for (let nth = 1; nth <= 8; nth++) {
        for (const keep of ['durable', 'all', 'random-prefix'] as const) {
          const files = createMemoryFiles();
          const first = await desk(files, 1);
          await work(first);
          const [before, pending] = [rowsOf(first), first.replica.pending()];
          files.plan({ op, nth } as MemoryFault);
          const report = await first.replica.compact(now);
          if (!report.ok) failed += 1;
          expect(rowsOf(first)).toEqual(before);
          files.heal();
          files.crash({ keep, random: seededRandom(nth) });
          const second = await desk(await mounted(files), 2);
          expect(rowsOf(second), `${op} ${nth}, ${keep}`).toEqual(before);
          // Acknowledgements that were not saved yet may be asked for again: never too few (SYN-REP-PENDING).
          expect(second.replica.pending().count).toBeGreaterThanOrEqual(pending.count);
          expect(second.replica.pending().shards.toSorted()).toEqual(pending.shards.toSorted());
          // and the next attempt finishes the work
          unwrap(await second.replica.compact(now));
          expect(rowsOf(second)).toEqual(before);
        }
      }
      if (op !== 'truncate') expect(failed).toBeGreaterThan(0);
    });
  }

  it('JRN-COMPACT-WHOLE: a shard with a lost record is left as it is', async () => {
    const files = createMemoryFiles();
    const first = await desk(files, 1);
    await work(first);
    await first.replica.close();
    // A record in the middle of the first segment is damaged: its successors cannot be applied.
    const [segment = ''] = files.names();
    files.flipBit(segment, Math.floor(files.bytesOf(segment).length / 2), 3);
    const second = await desk(await mounted(files), 2);
    const before = rowsOf(second);
    const report = unwrap(await second.replica.compact(now));
    expect(report.kept).toMatchObject([{ problem: { rule: 'JRN-COMPACT-WHOLE' } }]);
    const [damaged] = report.kept;
    expect(second.replica.stored().shards.find(({ shard }) => shard === damaged?.shard)?.frames).toBeGreaterThan(20);
    expect(rowsOf(second)).toEqual(before);
  });

  it('JRN-COMPACT-PROOF: nothing is given up when the disk gives back something else', async () => {
    const files = createMemoryFiles();
    let lie = false;
    let last = 0;
    const superseded: ShardId[] = [];
    const first = await desk(files, 1, (journal) => ({
      ...journal,
      async read(shard) {
        const read = await journal.read(shard);
        if (!lie || !read.ok) return read;
        return ok(read.value.map((each) => (each.seq > last ? { ...each, bytes: Uint8Array.of(0, 0) } : each)));
      },
      async supersede(shard, below) {
        superseded.push(shard);
        return journal.supersede?.(shard, below) ?? ok(undefined);
      },
    }));
    await work(first);
    last = unwrap(await first.replica.commit([create(40)], first.user)).seq;
    lie = true;
    const { frames } = first.replica.stored().journal;
    const report = unwrap(await first.replica.compact(now));
    expect(report.kept).toHaveLength(2);
    expect(superseded).toEqual([]);
    await first.replica.close();
    const second = await desk(await mounted(files), 2);
    expect(second.replica.stored().journal.frames, 'the history is read in the next session too').toBeGreaterThan(
      frames,
    );
  });

  it('goes on beside edits', async () => {
    const files = createMemoryFiles();
    const first = await desk(files, 1);
    await work(first);
    const compacted = first.replica.compact(now);
    const edits = Array.from({ length: 20 }, (_, i) =>
      first.replica.commit([change(i % 12, { minutes: 100 + i }, SHARDS[(i % 12) % 2])], first.user),
    );
    for (const edit of await Promise.all(edits)) unwrap(edit);
    unwrap(await compacted);
    const after = rowsOf(first);
    expect(first.row(8)?.fields.minutes).toBe(108);
    await first.replica.close();
    expect(rowsOf(await desk(await mounted(files), 2))).toEqual(after);
  });

  it('JRN-COMPACT-SOON: the shard with the most records goes first', async () => {
    const files = createMemoryFiles();
    const first = await desk(files, 1);
    for (let i = 0; i < 8; i++) unwrap(await first.replica.commit([create(i)], first.user));
    for (let i = 10; i < 22; i++) unwrap(await first.replica.commit([create(i, {}, OTHER_SHARD)], first.user));
    first.clock.time += 4 * 86_400_000;
    for (const shard of SHARDS) holdAll(first, shard);
    const frames = (): number[] =>
      SHARDS.map((id) => first.replica.stored().shards.find(({ shard }) => shard === id)?.frames ?? 0);
    const before = frames();
    const afterEach: number[][] = [];
    await first.replica.compact(async () => {
      afterEach.push(frames());
    });
    expect(afterEach[0]?.[0]).toBeGreaterThanOrEqual(before[0] ?? 0);
    expect(afterEach[0]?.[1]).toBeLessThan(before[1] ?? 0);
    expect(afterEach[1]?.[0]).toBeLessThan(before[0] ?? 0);
  });

  it('JRN-COMPACT-PROOF: any history, compacted at any moments, gives the documents of one that never was', async () => {
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({ kind: fc.constant('edit'), n: fc.nat(5), minutes: fc.integer({ min: 5, max: 99 }) }),
      },
      {
        weight: 3,
        arbitrary: fc.record({ kind: fc.constant('receive'), n: fc.nat(5), minutes: fc.integer({ min: 5, max: 99 }) }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          kind: fc.constantFrom('compact', 'hold', 'reopen'),
          n: fc.constant(0),
          minutes: fc.constant(0),
        }),
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const files = createMemoryFiles();
        let own = await desk(files, 1);
        const plain = await openDesk(500);
        const colleague = await openDesk(600, { clock: createClock() });
        let session = 1;
        const known = new Set<number>();
        const write = ({ n, minutes }: { n: number; minutes: number }, set: Set<number>): RowChange => {
          const made = set.has(n);
          set.add(n);
          return made ? change(n, { minutes }) : create(n, { minutes });
        };
        const theirs = new Set<number>();
        for (const each of steps) {
          if (each.kind === 'edit') {
            const update = await own.commit(write(each, known));
            unwrap(await plain.replica.receive(SHARD, update, { subject: null }));
          } else if (each.kind === 'receive') {
            const update = await colleague.commit(write(each, theirs));
            for (const to of [own, plain]) unwrap(await to.replica.receive(SHARD, update, { subject: null }));
          } else if (each.kind === 'compact') unwrap(await own.replica.compact(now));
          else if (each.kind === 'hold') holdAll(own, SHARD);
          else {
            await own.replica.close();
            session += 1;
            own = await desk(await mounted(files), session);
          }
        }
        expect(own.replica.stateVector(SHARD)).toEqual(plain.replica.stateVector(SHARD));
        expect([...own.replica.rows(SHARD, 'visits')].map(({ id }) => id).sort()).toEqual(
          [...new Set([...known, ...theirs])].map(idOf).sort(),
        );
        for (const n of new Set([...known, ...theirs])) expect(own.row(n)).toEqual(plain.row(n));
      }),
      { numRuns: 60 },
    );
  });
});

async function mounted(files: ReturnType<typeof createMemoryFiles>): Promise<FileStore> {
  return unwrap(await files.mount());
}
