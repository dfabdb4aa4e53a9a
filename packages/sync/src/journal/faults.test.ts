import { seededRandom, unwrap } from '@fieldfare/kernel';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Journal } from '../types.ts';
import { createMemoryFiles, type MemoryFault, type MemoryFiles } from './drivers/memory-files.ts';
import { contents, open, record } from './journal-fixture.ts';

const SMALL = { segmentBytes: 400 };

/** Appends each label as a batch of its own; returns those acknowledged and those refused. */
async function appendAll(journal: Journal, labels: readonly string[]): Promise<{ acked: string[]; failed: string[] }> {
  const acked: string[] = [];
  const failed: string[] = [];
  for (const label of labels) {
    const result = await journal.append([record('org', label), record('org', `${label}'`)]);
    (result.ok ? acked : failed).push(label);
    if (!result.ok) expect(['storage-full', 'storage-failed']).toContain(result.problems[0].code);
  }
  return { acked, failed };
}

const both = (labels: readonly string[]): string[] => labels.flatMap((label) => [label, `${label}'`]);
const labels = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${prefix}${i}`);

/** Ten appends with a fault, then two without: what is readable now and after each kind of crash. */
async function survive(faults: readonly MemoryFault[], name: string): Promise<number> {
  for (const keep of ['durable', 'all', 'random-prefix'] as const) {
    const files = createMemoryFiles();
    const journal = await open(files, SMALL);
    for (const fault of faults) files.plan(fault);
    const first = await appendAll(journal, labels('a', 10));
    files.heal();
    const second = await appendAll(journal, labels('b', 2));
    expect(second.failed, `${name}: appends work again`).toEqual([]);
    const acked = both([...first.acked, ...second.acked]);
    expect((await contents(journal)).org, `${name}: readable`).toEqual(acked);
    expect(journal.damage(), name).toEqual([]);
    files.crash({ keep, random: seededRandom(1) });
    const again = await open(files, SMALL);
    expect((await contents(again)).org, `${name}: after a crash that keeps ${keep}`).toEqual(acked);
    expect(again.damage(), `${name}: damage after ${keep}`).toEqual([]);
    const seqs = unwrap(await again.read('org')).map(({ seq }) => seq);
    expect(new Set(seqs).size).toBe(seqs.length);
    if (keep === 'random-prefix') return first.failed.length;
  }
  return 0;
}

describe('journal on a failing disk', () => {
  for (const code of ['full', 'io'] as const) {
    for (const op of ['append', 'flush', 'open', 'truncate'] as const) {
      test(`JRN-FULL JRN-ACK ${code} at every ${op}: no false acknowledgement, nothing lost, nothing comes back`, async () => {
        let failures = 0;
        for (let nth = 1; nth <= 16; nth++) {
          for (const count of [1, 3]) {
            for (const partial of op === 'append' ? [0, 0.5, 1] : [0]) {
              failures += await survive([{ op, nth, count, code, partial }], `${op} ${nth}×${count} ${partial}`);
            }
          }
        }
        if (op !== 'truncate') expect(failures).toBeGreaterThan(10);
      });
    }
  }

  test('JRN-FULL a write that fails and cannot be taken back is voided by a new segment', async () => {
    for (const partial of [0, 0.3, 0.99, 1]) {
      for (let nth = 1; nth <= 12; nth++) {
        const name = `append ${nth} with broken truncate, ${partial}`;
        await survive(
          [
            { op: 'append', nth, partial },
            { op: 'truncate', nth: 1, count: Number.POSITIVE_INFINITY },
          ],
          name,
        );
        await survive(
          [
            { op: 'flush', nth },
            { op: 'truncate', nth: 1, count: Number.POSITIVE_INFINITY },
          ],
          `${name}, flush`,
        );
        await survive(
          [
            { op: 'append', nth, partial },
            { op: 'truncate', nth: 1, count: 9 },
            { op: 'open', nth: 1, count: 3 },
            { op: 'remove', nth: 1, count: 9 },
          ],
          `${name}, open`,
        );
      }
    }
  });

  test('JRN-ACK a disk that takes a part and claims the whole is not believed', async () => {
    let failures = 0;
    for (let nth = 1; nth <= 16; nth++) {
      for (const partial of [0, 0.5, 0.99]) {
        failures += await survive([{ op: 'append', nth, partial, silent: true }], `silent append ${nth} ${partial}`);
      }
    }
    expect(failures).toBeGreaterThan(10);
  });

  test('JRN-FULL a disk without space refuses with a sentence for a person and recovers', async () => {
    const files = createMemoryFiles({ capacity: 2000 });
    const journal = await open(files);
    const { acked, failed } = await appendAll(journal, labels('a', 30));
    expect(failed.length).toBeGreaterThan(5);
    const refused = await journal.append([record('org', 'x'.repeat(3000))]);
    expect(refused).toMatchObject({ ok: false, problems: [{ code: 'storage-full', rule: 'JRN-FULL' }] });
    if (!refused.ok) expect(refused.problems[0].message).toContain('not saved');
    expect((await contents(journal)).org).toEqual(both(acked));
    files.setCapacity(1_000_000);
    const later = await appendAll(journal, ['later']);
    expect(later.failed).toEqual([]);
    files.crash({ keep: 'durable' });
    expect((await contents(await open(files))).org).toEqual(both([...acked, 'later']));
  });

  test('JRN-FULL a journal opens and reads on a disk that is full', async () => {
    const files = createMemoryFiles();
    await appendAll(await open(files), ['a']);
    files.crash({ keep: 'durable' });
    files.setCapacity(0);
    const journal = await open(files);
    expect((await contents(journal)).org).toEqual(both(['a']));
    expect((await appendAll(journal, ['b'])).failed).toEqual(['b']);
  });

  test('JRN-FSYNC after a failed flush its segment is never flushed again', async () => {
    const files = createMemoryFiles();
    const journal = await open(files);
    await appendAll(journal, ['a']);
    files.plan({ op: 'flush', nth: 1 });
    expect((await appendAll(journal, ['b'])).failed).toEqual(['b']);
    const before = files.log.length;
    await appendAll(journal, ['c', 'd']);
    const flushed = files.log.slice(before).filter(({ op }) => op === 'flush');
    expect(flushed.map(({ name }) => name)).not.toContain('segment-00000001.ffj');
    files.crash({ keep: 'durable' });
    expect((await contents(await open(files))).org).toEqual(both(['a', 'c', 'd']));
  });

  test('JRN-ACK JRN-FSYNC a header that was never stored is not written behind, by the next process either', async () => {
    const files = createMemoryFiles();
    files.plan({ op: 'flush', nth: 1 });
    files.plan({ op: 'remove', nth: 1 });
    const first = await open(unwrap(await files.mount()));
    expect((await appendAll(first, ['a'])).failed).toEqual(['a']);
    await first.close();
    files.heal();
    const next = await open(unwrap(await files.mount())); // what the first one could not store still looks whole
    expect((await appendAll(next, ['b'])).failed).toEqual([]);
    files.crash({ keep: 'durable' });
    const last = await open(files);
    expect((await contents(last)).org).toEqual(both(['b']));
    expect(last.damage()).toEqual([]);
  });

  test('JRN-GROUP when a group fails, all of it fails, and the next one works', async () => {
    const files = createMemoryFiles();
    const journal = await open(files);
    await appendAll(journal, ['a']);
    files.plan({ op: 'append', nth: 1, code: 'full' });
    const group = await Promise.all(labels('g', 8).map((label) => journal.append([record('org', label)])));
    expect(group.every((result) => !result.ok)).toBe(true);
    await appendAll(journal, ['b']);
    expect((await contents(journal)).org).toEqual(both(['a', 'b']));
  });
});

/** One step of a random history. */
type Step =
  | { readonly do: 'append'; readonly batches: readonly number[] }
  | { readonly do: 'fault'; readonly fault: MemoryFault }
  | { readonly do: 'heal' }
  | {
      readonly do: 'crash';
      readonly keep: 'durable' | 'random-prefix' | 'all';
      readonly during: readonly number[];
      readonly turns: number;
    }
  | { readonly do: 'close' };

const batches = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('append' as const), batches }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('fault' as const),
      fault: fc.record({
        op: fc.constantFrom(
          'append' as const,
          'flush' as const,
          'truncate' as const,
          'open' as const,
          'remove' as const,
        ),
        nth: fc.integer({ min: 1, max: 4 }),
        count: fc.integer({ min: 1, max: 4 }),
        code: fc.constantFrom('full' as const, 'io' as const),
        partial: fc.constantFrom(0, 0.4, 0.9, 1),
      }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'heal' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('crash' as const),
      keep: fc.constantFrom('durable' as const, 'random-prefix' as const, 'all' as const),
      during: fc.oneof(fc.constant([] as number[]), batches),
      turns: fc.integer({ min: 0, max: 40 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'close' as const }) },
);

describe('journal, random histories', () => {
  test('JRN-ACK JRN-BATCH JRN-VOID whatever happens: acknowledged batches are there, in order, others whole or absent', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.nat(), async (steps, seed) => {
        await runHistory(steps, seed);
      }),
      { numRuns: 400 },
    );
  }, 60_000);
});

async function runHistory(steps: readonly Step[], seed: number): Promise<void> {
  const random = seededRandom(seed);
  const files: MemoryFiles = createMemoryFiles();
  let journal = await open(unwrap(await files.mount()), SMALL);
  /** What must be there, by label, in order. */
  let present: string[][] = [];
  /** Neither acknowledged nor surely gone: in flight at a crash, or refused by a disk that took nothing since. */
  let limbo: string[][] = [];
  let count = 0;
  let highest = 0;

  const next = (size: number): string[] => {
    count += 1;
    return Array.from({ length: size }, (_, i) => `${count}.${i}`);
  };
  const append = async (batch: string[], onDone: (done: boolean) => void): Promise<void> => {
    const result = await journal.append(batch.map((label, i) => record(`s${i % 2}`, label)));
    if (result.ok) {
      expect(result.value.firstSeq).toBeGreaterThan(highest);
      highest = result.value.lastSeq;
    }
    onDone(result.ok);
  };
  const appendGroup = async (sizes: readonly number[]): Promise<void> => {
    const refused: string[][] = [];
    await Promise.all(
      sizes.map((size) => {
        const batch = next(size);
        return append(batch, (done) => {
          if (!done) refused.push(batch);
          else {
            present.push(batch);
            limbo = []; // the disk took something: what it refused before is gone for good
          }
        });
      }),
    );
    limbo.push(...refused);
  };
  const reopen = async (): Promise<void> => {
    files.heal();
    journal = await open(unwrap(await files.mount()), SMALL);
    const stored = (await Promise.all(['s0', 's1'].map(async (shard) => unwrap(await journal.read(shard))))).flat();
    stored.sort((a, b) => a.seq - b.seq);
    const found = stored.map(({ bytes }) => new TextDecoder().decode(bytes));
    const returned = limbo.filter(([first]) => first !== undefined && found.includes(first));
    const expected = [...present, ...returned].flat();
    expect(found).toEqual(expected);
    expect(journal.damage().every(({ kind }) => kind === 'torn-tail')).toBe(true);
    present = [...present, ...returned];
    limbo = [];
    highest = Math.max(highest, journal.lastSeq());
  };

  for (const s of steps) {
    if (s.do === 'append') await appendGroup(s.batches);
    else if (s.do === 'fault') files.plan(s.fault);
    else if (s.do === 'heal') files.heal();
    else if (s.do === 'close') {
      await journal.close();
      await reopen();
    } else {
      let crashed = false;
      for (const size of s.during) {
        const batch = next(size);
        limbo.push(batch);
        void append(batch, (done) => {
          if (!done || crashed) return;
          limbo = [];
          present.push(batch);
        });
      }
      for (let i = 0; i < s.turns; i++) await Promise.resolve();
      crashed = true;
      files.crash({ keep: s.keep, random });
      await reopen();
    }
  }
  await journal.close();
  await reopen();
}
