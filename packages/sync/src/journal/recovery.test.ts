import { invariant, seededRandom, unwrap } from '@fieldfare/kernel';
import { describe, expect, test } from 'vitest';
import { keyIdOf } from '../keyring.ts';
import type { Journal } from '../types.ts';
import { createMemoryFiles, type MemoryFiles } from './drivers/memory-files.ts';
import { encodeSegmentHeader, quarantineName, readHead, segmentName } from './format.ts';
import { openJournal } from './journal.ts';
import { contents, KEY, open, record, TENANT } from './journal-fixture.ts';

const FIRST = segmentName(1);

interface Batch {
  readonly seqs: readonly number[];
  readonly shards: readonly string[];
  /** Offset behind its last frame. */
  readonly end: number;
}

/** A journal of one segment with batches of one to three records, whose contents are their seqs. */
async function sample(count: number): Promise<{ files: MemoryFiles; bytes: Uint8Array; batches: readonly Batch[] }> {
  const files = createMemoryFiles();
  const journal = await open(files, { random: seededRandom(1) });
  const batches: Batch[] = [];
  let seq = 1;
  for (let i = 0; i < count; i++) {
    const seqs = Array.from({ length: 1 + (i % 3) }, () => seq++);
    const shards = seqs.map((s) => `shard/${s % 4}`);
    unwrap(await journal.append(seqs.map((s) => record(`shard/${s % 4}`, `content ${s}`))));
    batches.push({ seqs, shards, end: journal.stats().bytes });
  }
  await journal.close();
  return { files, bytes: files.bytesOf(FIRST), batches };
}

async function seqsIn(journal: Journal): Promise<number[]> {
  const found: number[] = [];
  for (const shard of journal.shards()) {
    for (const stored of unwrap(await journal.read(shard))) {
      expect(new TextDecoder().decode(stored.bytes)).toBe(`content ${stored.seq}`);
      expect(stored.shard).toBe(`shard/${stored.seq % 4}`);
      found.push(stored.seq);
    }
  }
  return found.sort((a, b) => a - b);
}

async function supersede(journal: Journal, shard: string, below: number): Promise<void> {
  invariant(journal.supersede, 'a journal of segments forgets');
  unwrap(await journal.supersede(shard, below));
}

describe('recovery', () => {
  test('JRN-SUPERSEDED records are read again when what stands for them, or the note of it, is cut or damaged anywhere', async () => {
    const files = createMemoryFiles();
    const journal = await open(files);
    for (let i = 0; i < 4; i++) unwrap(await journal.append([record('org', `${i}`), record('other', `${i}`)]));
    const before = journal.stats().bytes;
    const { firstSeq } = unwrap(
      await journal.append([record('org', 'whole'), record('org', 'kept'), record('org', 'kept too')]),
    );
    // What others append while the note is on its way does not make up for a damaged frame.
    await Promise.all([
      supersede(journal, 'org', firstSeq),
      journal.append([record('org', 'meanwhile'), record('org', 'meanwhile')]),
    ]);
    const end = journal.stats().bytes;
    unwrap(await journal.append([record('org', 'since')]));
    await journal.close();
    const bytes = files.bytesOf(FIRST);
    const history = ['0', '1', '2', '3'];
    const heads = Array.from({ length: bytes.length }, (_, i) => readHead(bytes, i)).filter((head) => head !== null);
    const isMeanwhile = (at: number): boolean =>
      heads.some(({ offset, length, kind, seq }) => {
        const inside = offset <= at && at < offset + length;
        return inside && kind !== 'superseded' && seq > firstSeq + 2;
      });
    const orgOf = async (there: Uint8Array): Promise<string[]> => {
      const place = createMemoryFiles();
      place.put(FIRST, there);
      const opened = await open(place);
      const { org = [], other } = await contents(opened);
      expect(other).toEqual(history);
      await opened.close();
      return org;
    };
    const whole = ['whole', 'kept', 'kept too'];
    expect(await orgOf(bytes)).toEqual([...whole, 'meanwhile', 'meanwhile', 'since']);
    const note = heads.find(({ kind }) => kind === 'superseded');
    const noteEnd = (note?.offset ?? 0) + (note?.length ?? 0);
    expect(noteEnd).toBeGreaterThan(before);
    for (let at = before; at < end; at++) {
      const cutTo = (await orgOf(bytes.slice(0, at))).slice(0, 4);
      expect(cutTo, `cut at ${at}`).toEqual(at < noteEnd ? history : [...whole, ...cutTo.slice(3)]);
      const flipped = bytes.slice();
      flipped[at] = (flipped[at] ?? 0) ^ 4;
      const flippedTo = (await orgOf(flipped)).slice(0, 4);
      expect(flippedTo, `flipped at ${at}`).toEqual(isMeanwhile(at) ? [...whole, flippedTo[3]] : history);
    }
  });

  test('JRN-SUPERSEDED the newest note that holds counts, and what was forgotten altogether stays so', async () => {
    const files = createMemoryFiles();
    const journal = await open(files);
    const put = async (text: string): Promise<number> => unwrap(await journal.append([record('org', text)])).firstSeq;
    await put('oldest');
    await supersede(journal, 'org', await put('old'));
    const before = journal.stats().bytes;
    const newest = await put('new');
    const after = journal.stats().bytes;
    await supersede(journal, 'org', newest);
    unwrap(await journal.append([record('gone', 'x')]));
    await supersede(journal, 'gone', Number.MAX_SAFE_INTEGER);
    unwrap(await journal.append([record('gone', 'again')]));
    await journal.close();
    const again = await open(files);
    expect(await contents(again)).toEqual({ org: ['new'], gone: ['again'] });
    await again.close();
    const damaged = files.bytesOf(FIRST).slice();
    for (let at = before + 70; at < after; at++) damaged[at] = 0;
    const place = createMemoryFiles();
    place.put(FIRST, damaged);
    expect((await contents(await open(place))).org).toEqual(['old']);
  });

  test('JRN-TORN JRN-BATCH every prefix of a journal opens with exactly the whole batches in it', async () => {
    const { bytes, batches } = await sample(7);
    for (let length = 0; length <= bytes.length; length++) {
      const files = createMemoryFiles();
      files.put(FIRST, bytes.slice(0, length));
      const journal = await open(files);
      const fitting = batches.filter(({ end }) => end <= length);
      expect(await seqsIn(journal), `cut at ${length}`).toEqual(fitting.flatMap(({ seqs }) => seqs));
      const atBoundary = length <= 68 || batches.some(({ end }) => end === length);
      if (!atBoundary) {
        expect(journal.damage().every(({ kind }) => kind === 'torn-tail')).toBe(true);
        const kept = fitting.at(-1)?.end ?? 68;
        expect(files.bytesOf(quarantineName(1, kept, 0))).toEqual(bytes.slice(kept, length));
      }
      // The journal goes on, and no number of the lost part is given again.
      const next = unwrap(await journal.append([record('new', 'x')])).firstSeq;
      const lost = batches.flatMap(({ seqs, end }) => (end > length ? seqs : []));
      const written = lost.filter((seq) => (batches.find((b) => b.seqs.includes(seq))?.end ?? 0) <= length);
      expect(next).toBeGreaterThan(Math.max(0, journal.lastSeq() - 1, ...written));
      await journal.close();
      const again = await open(files);
      expect(again.damage()).toEqual([]);
      expect(unwrap(await again.read('new'))).toHaveLength(1);
      await again.close();
    }
  }, 60_000);

  test('JRN-TORN a tail of zeros or of noise is cut', async () => {
    const { bytes, batches } = await sample(5);
    for (const tail of [new Uint8Array(5000), seededRandom(3).bytes(5000), Uint8Array.of(0xf1, 0xe1, 0xdf, 0xa2)]) {
      const files = createMemoryFiles();
      const grown = new Uint8Array(bytes.length + tail.length);
      grown.set(bytes);
      grown.set(tail, bytes.length);
      files.put(FIRST, grown);
      const journal = await open(files);
      expect(await seqsIn(journal)).toEqual(batches.flatMap(({ seqs }) => seqs));
      expect(files.bytesOf(FIRST)).toEqual(bytes);
    }
  });

  test('JRN-FLIP a flipped bit anywhere hurts its own frame only, and the report names its shard or none', async () => {
    const { bytes, batches } = await sample(6);
    const all = batches.flatMap(({ seqs }) => seqs);
    const lastBatch = batches.at(-1)?.seqs ?? [];
    const starts = Array.from({ length: bytes.length }, (_, i) => readHead(bytes, i)).filter((head) => head !== null);
    const random = seededRandom(5);
    for (let at = 0; at < bytes.length; at++) {
      const files = createMemoryFiles();
      files.put(FIRST, bytes);
      files.flipBit(FIRST, at, Math.floor(random.float() * 8));
      const journal = await open(files);
      const hit = starts.find(({ offset, length }) => at >= offset && at < offset + length);
      const found = await seqsIn(journal);
      // At the very end, damage cannot be told from a torn write: then the whole last batch goes (and is kept aside).
      const mayGo = hit && hit.seq === all.at(-1) ? lastBatch : [hit?.seq];
      for (const seq of all) if (!mayGo.includes(seq)) expect(found, `flip at ${at}`).toContain(seq);
      if (hit) expect(found).not.toContain(hit.seq);
      const damage = journal.damage();
      expect(damage.length, `flip at ${at}`).toBeGreaterThan(0);
      for (const item of damage) {
        if (item.shard !== null && hit && item.offset === hit.offset) expect(item.shard).toBe(hit.shard);
        if (item.kind === 'corrupt-frame') {
          expect(files.bytesOf(quarantineName(1, item.offset, 0))).toHaveLength(item.bytes);
        }
      }
      if (hit && at >= hit.offset + 28 + hit.shard.length)
        expect(damage.map(({ shard }) => shard)).toContain(hit.shard);
      // It goes on from there.
      expect(unwrap(await journal.append([record('new', 'x')])).firstSeq).toBeGreaterThanOrEqual(all.length);
      await journal.close();
      const again = await open(files);
      expect(unwrap(await again.read('new'))).toHaveLength(1);
      await again.close();
    }
  }, 60_000);

  test('JRN-FLIP a hole across several frames loses these, names them, and the rest stands', async () => {
    const { files, bytes, batches } = await sample(10);
    const from = batches[3]?.end ?? 0;
    const to = batches[6]?.end ?? 0;
    const holed = bytes.slice();
    holed.fill(0, from + 5, to - 5);
    files.put(FIRST, holed);
    const journal = await open(files);
    const lost = [4, 5, 6].flatMap((i) => batches[i]?.seqs ?? []);
    expect(await seqsIn(journal)).toEqual(batches.flatMap(({ seqs }) => seqs).filter((seq) => !lost.includes(seq)));
    expect(journal.damage()).toMatchObject([{ kind: 'corrupt-frame', offset: from, bytes: to - from }]);
  });

  test('JRN-FLIP damage that happens after opening is found when reading, and only there', async () => {
    const { files, batches } = await sample(6);
    const journal = await open(files);
    files.flipBit(FIRST, (batches[0]?.end ?? 0) - 3, 1);
    expect(await seqsIn(journal)).toEqual(batches.flatMap(({ seqs }) => seqs).filter((seq) => seq !== 1));
    expect(journal.damage()).toMatchObject([{ kind: 'corrupt-frame', shard: 'shard/1' }]);
    await seqsIn(journal);
    expect(journal.damage()).toHaveLength(1);
  });

  test('JRN-FLIP a damaged header of a segment in the middle loses no frame', async () => {
    const files = createMemoryFiles();
    const journal = await open(files, { segmentBytes: 400 });
    for (let i = 1; i <= 20; i++) await journal.append([record('org', `${i}`)]);
    await journal.close();
    const names = files.names();
    expect(names.length).toBeGreaterThan(3);
    for (const name of names) {
      files.flipBit(name, 21, 0);
      const again = await open(files);
      expect((await contents(again)).org).toHaveLength(20);
      expect(again.damage()).toMatchObject([{ kind: 'corrupt-frame', file: name, shard: null }]);
      await again.close();
      files.flipBit(name, 21, 0);
    }
  });

  test('JRN-TORN a segment that was only just begun when the power went is dropped', async () => {
    const { files, bytes, batches } = await sample(4);
    const lastSeq = batches.at(-1)?.seqs.at(-1) ?? 0;
    const header = encodeSegmentHeader({ tenantId: TENANT, keyId: keyIdOf(KEY), firstSeq: lastSeq + 1 });
    for (const start of [new Uint8Array(), header.slice(0, 30), new Uint8Array(68), header]) {
      files.put(segmentName(2), start);
      const journal = await open(files);
      expect(journal.damage()).toEqual([]);
      expect(await seqsIn(journal)).toEqual(batches.flatMap(({ seqs }) => seqs));
      expect(unwrap(await journal.append([record('new', 'x')])).firstSeq).toBe(lastSeq + 1);
      await journal.close();
      for (const name of files.names()) await files.remove(name);
      files.put(FIRST, bytes);
    }
  });

  test('JRN-TORN a tail that cannot be copied or cut stays, and a new segment voids it', async () => {
    for (const op of ['replace', 'truncate'] as const) {
      const { files, bytes, batches } = await sample(5);
      const [whole, torn] = [batches.slice(0, -1), batches.at(-1)];
      files.put(FIRST, bytes.slice(0, (torn?.end ?? 0) - 4));
      files.plan({ op, nth: 1 });
      const journal = await open(files);
      expect(await seqsIn(journal)).toEqual(whole.flatMap(({ seqs }) => seqs));
      unwrap(await journal.append([record('new', 'x')]));
      files.crash({ keep: 'durable' });
      const again = await open(files);
      expect(again.damage()).toEqual([]);
      expect(await contents(again)).toMatchObject({ new: ['x'] });
      expect(again.lastSeq()).toBeGreaterThan(torn?.seqs.at(-1) ?? 0);
      expect(files.names()).toContain(segmentName(2));
    }
  });

  test('JRN-IO a disk that cannot be read is a problem, and opening works when it can again', async () => {
    const { files, batches } = await sample(3);
    files.plan({ op: 'read', nth: 1 });
    const opened = await openJournal({ files, tenantId: TENANT, key: KEY, random: seededRandom(1) });
    expect(opened).toMatchObject({ ok: false, problems: [{ code: 'storage-failed', rule: 'JRN-IO' }] });
    expect(await seqsIn(await open(files))).toEqual(batches.flatMap(({ seqs }) => seqs));
  });
});
