import { seededRandom, systemRandom, unwrap } from '@fieldfare/kernel';
import { describe, expect, test } from 'vitest';
import { createMemoryFiles } from './drivers/memory-files.ts';
import { FRAME_OVERHEAD, findHead } from './format.ts';
import { openJournal } from './journal.ts';
import { contents, KEY, open, record, TENANT } from './journal-fixture.ts';

describe('journal', () => {
  test('JRN-ACK what was acknowledged is there after a power loss', async () => {
    const files = createMemoryFiles();
    const journal = await open(files);
    expect(unwrap(await journal.append([record('org', 'a'), record('org', 'b', 'remote')]))).toEqual({
      firstSeq: 1,
      lastSeq: 2,
    });
    expect(unwrap(await journal.append([record('other', 'c', 'ack')]))).toEqual({ firstSeq: 3, lastSeq: 3 });
    files.crash({ keep: 'durable' });
    const again = await open(files);
    expect(await contents(again)).toEqual({ org: ['a', 'b'], other: ['c'] });
    expect(again.lastSeq()).toBe(3);
    expect(again.damage()).toEqual([]);
    expect(unwrap(await again.read('other'))).toEqual([
      { seq: 3, shard: 'other', kind: 'ack', bytes: record('', 'c').bytes },
    ]);
  });

  test('JRN-ACK no acknowledgement comes before the flush that covers it', async () => {
    const files = createMemoryFiles();
    const journal = await open(files);
    for (let i = 0; i < 5; i++) {
      const before = files.log.length;
      await journal.append([record('org', `${i}`)]);
      const done = files.log.slice(before).map(({ op }) => op);
      expect(done.at(-1)).toBe('flush');
      expect(done.at(-2)).toBe('append');
    }
  });

  test('JRN-GROUP waiting appends share a flush and are acknowledged in call order', async () => {
    const files = createMemoryFiles();
    const journal = await open(files);
    await journal.append([record('org', 'first')]);
    const before = files.log.length;
    const order: number[] = [];
    const receipts = await Promise.all(
      Array.from({ length: 64 }, async (_, i) => {
        const receipt = unwrap(await journal.append([record('org', `${i}`), record('x', `${i}`)]));
        order.push(i);
        return receipt;
      }),
    );
    expect(files.log.slice(before).map(({ op }) => op)).toEqual(['append', 'flush']);
    expect(order).toEqual(Array.from({ length: 64 }, (_, i) => i));
    expect(receipts.map(({ firstSeq }) => firstSeq)).toEqual(Array.from({ length: 64 }, (_, i) => 2 + 2 * i));
    files.crash({ keep: 'durable' });
    expect((await contents(await open(files))).x).toEqual(Array.from({ length: 64 }, (_, i) => `${i}`));
  });

  test('JRN-GROUP appends made during a flush go together in the next', async () => {
    const files = createMemoryFiles();
    const journal = await open(files);
    const first = journal.append([record('org', 'a')]);
    await Promise.resolve();
    await Promise.resolve();
    const rest = Array.from({ length: 20 }, (_, i) => journal.append([record('org', `${i}`)]));
    await Promise.all([first, ...rest]);
    const flushes = files.log.filter(({ op }) => op === 'flush').length;
    expect(flushes).toBeLessThanOrEqual(3); // header, first, all the rest
  });

  test('JRN-SEQ numbers go on across shards, segments and openings', async () => {
    const files = createMemoryFiles();
    let journal = await open(files, { segmentBytes: 300 });
    for (let i = 1; i <= 30; i++) {
      const shard = i % 3 === 0 ? 'b' : 'a';
      expect(unwrap(await journal.append([record(shard, `${i}`)])).firstSeq).toBe(i);
      if (i % 7 === 0) {
        await journal.close();
        journal = await open(files, { segmentBytes: 300 });
        expect(journal.lastSeq()).toBe(i);
      }
    }
    expect(journal.stats().segments).toBeGreaterThan(5);
    expect(journal.stats().frames).toBe(30);
    expect(unwrap(await journal.read('b')).map(({ seq }) => seq)).toEqual([3, 6, 9, 12, 15, 18, 21, 24, 27, 30]);
    expect([...journal.shards()].sort()).toEqual(['a', 'b']);
    const onDisk = files.names().reduce((sum, name) => sum + files.bytesOf(name).length, 0);
    expect(journal.stats().bytes).toBe(onDisk);
  });

  test('JRN-SEQ many sealed segments are read through few open files', async () => {
    const files = createMemoryFiles();
    const journal = await open(files, { segmentBytes: 100 });
    for (let i = 0; i < 50; i++) await journal.append([record(`s${i % 2}`, `${i}`)]);
    const [even, odd] = await Promise.all([
      journal.read('s0'),
      journal.read('s1'),
      journal.append([record('s2', 'x')]),
    ]);
    expect(unwrap(even)).toHaveLength(25);
    expect(unwrap(odd)).toHaveLength(25);
    await journal.close();
  });

  test('JRN-READ an unknown shard is empty, and reading one shard leaves the others alone', async () => {
    const files = createMemoryFiles();
    const journal = await open(files);
    for (let i = 0; i < 100; i++) await journal.append([record(`s${i % 10}`, 'x'.repeat(50_000))]);
    expect(unwrap(await journal.read('none'))).toEqual([]);
    const before = files.log.length;
    expect(unwrap(await journal.read('s3'))).toHaveLength(10);
    const read = files.log.slice(before).filter(({ op }) => op === 'read');
    expect(read.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(600_000);
    const beforeRuns = files.log.length;
    for (let i = 0; i < 100; i++) await journal.append([record('many', 'y')]);
    expect(unwrap(await journal.read('many'))).toHaveLength(100);
    expect(files.log.slice(beforeRuns).filter(({ op }) => op === 'read')).toHaveLength(1);
  });

  test('JRN-CIPHER no content stands on the disk in plain text, in damage copies neither', async () => {
    const canary = 'Canary McPatient, 12 Elm Street';
    const files = createMemoryFiles();
    const journal = await open(files, { segmentBytes: 500 });
    for (let i = 0; i < 20; i++) await journal.append([record('org', canary), record('b', canary.repeat(3))]);
    await journal.close();
    for (const name of files.names()) files.flipBit(name, files.bytesOf(name).length - 20, 3);
    const again = await open(files);
    expect(again.damage().length).toBeGreaterThan(0);
    expect(files.names().some((name) => name.startsWith('quarantine-'))).toBe(true);
    for (const name of files.names()) {
      const latin = Array.from(files.bytesOf(name), (byte) => String.fromCharCode(byte)).join('');
      expect(latin.includes('Canary') || latin.includes('Elm')).toBe(false);
    }
  });

  test('JRN-CIPHER equal contents look different, and no nonce is used twice, in one opening or in several', async () => {
    const files = createMemoryFiles();
    for (let opening = 0; opening < 3; opening++) {
      const journal = await open(files, { segmentBytes: 500 });
      for (let i = 0; i < 10; i++) await journal.append([record('org', 'same'), record('org', 'same')]);
      await journal.close();
    }
    const nonces = new Set<string>();
    const halves = new Set<string>();
    for (const name of files.names()) {
      const bytes = files.bytesOf(name);
      for (let at = findHead(bytes, 0); at < bytes.length; at = findHead(bytes, at + 1)) {
        const from = at + FRAME_OVERHEAD - 40 + 'org'.length;
        nonces.add(bytes.subarray(from, from + 24).join());
        halves.add(bytes.subarray(from, from + 16).join());
      }
    }
    expect(nonces.size).toBe(60);
    expect(halves.size).toBe(3);
  });

  test('JRN-KEY a wrong key is told apart from damage and changes nothing', async () => {
    const files = createMemoryFiles();
    const journal = await open(files);
    await journal.append([record('org', 'a')]);
    await journal.close();
    const before = files.bytesOf('segment-00000001.ffj');
    const other = { files, tenantId: TENANT, key: seededRandom(8).bytes(32), random: systemRandom };
    const opened = await openJournal(other);
    expect(opened).toMatchObject({ ok: false, problems: [{ code: 'unauthenticated', rule: 'JRN-KEY' }] });
    files.flipBit('segment-00000001.ffj', 3, 0); // with the header gone, the frames must speak
    expect(await openJournal(other)).toMatchObject({ ok: false, problems: [{ rule: 'JRN-KEY' }] });
    files.flipBit('segment-00000001.ffj', 3, 0);
    expect(files.bytesOf('segment-00000001.ffj')).toEqual(before);
    expect(files.names()).toEqual(['segment-00000001.ffj']);
    expect(await contents(await open(files))).toEqual({ org: ['a'] });
  });

  test('JRN-TENANT the journal of another organisation is refused', async () => {
    const files = createMemoryFiles();
    const journal = await open(files);
    await journal.append([record('org', 'a')]);
    await journal.close();
    const other = await openJournal({ files, tenantId: 'another', key: KEY, random: systemRandom });
    expect(other).toMatchObject({ ok: false, problems: [{ code: 'corrupt', rule: 'JRN-TENANT' }] });
    expect(await contents(await open(files))).toEqual({ org: ['a'] });
  });
});
