import { type FileStore, seededRandom, systemRandom } from '@fieldfare/kernel';
import { createMemoryFiles, type MemoryFiles } from '@fieldfare/sync/memory';
import { describe, expect, it } from 'vitest';
import type { RecordChange } from './model.ts';
import { openRecords, type RecordStore } from './records.ts';

const KEY = systemRandom.bytes(32);
const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const tenant = (n: number): RecordChange => ({
  kind: 'tenant',
  id: uuid(n),
  value: { id: uuid(n), name: `Tenant ${n}`, synthetic: true, createdAt: n },
});

async function open(files: FileStore, compactAfter = 4000): Promise<RecordStore> {
  const opened = await openRecords({ files, key: KEY, random: systemRandom, compactAfter });
  if (!opened.ok) throw new Error(opened.problems[0].message);
  return opened.value;
}

/** A holder whose handles die with a crash, like a process's. */
async function holder(files: MemoryFiles): Promise<FileStore> {
  const mounted = await files.mount();
  if (!mounted.ok) throw new Error(mounted.problems[0].message);
  return mounted.value;
}

const numbers = (store: RecordStore): number[] =>
  [...store.records.tenant.values()].map((one) => one.createdAt).sort((a, b) => a - b);

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);
const lineStarts = (bytes: Uint8Array): number[] => [
  0,
  ...[...bytes.keys()].filter((at) => bytes[at] === 0x0a).map((at) => at + 1),
];

describe('account records', () => {
  it('ACC-DURABLE: what was acknowledged is there after a power loss, over compactions too', async () => {
    for (const compactAfter of [3, 4000]) {
      const files = createMemoryFiles();
      const store = await open(files, compactAfter);
      for (const n of upTo(20)) expect((await store.write([tenant(n)])).ok).toBe(true);
      await store.write([{ kind: 'tenant', id: uuid(20), value: null }]);
      files.crash({ keep: 'durable' });
      const again = await open(files, compactAfter);
      expect(numbers(again)).toEqual(upTo(19));
      expect(again.damagedLines()).toBe(0);
    }
  });

  it('ACC-WHOLE: a crash in the middle of anything leaves every acknowledged batch whole, and no half one', async () => {
    for (let seed = 0; seed < 60; seed++) {
      const files = createMemoryFiles();
      await files.close(); // the disk is there, held by nobody
      const random = seededRandom(seed);
      const store = await open(await holder(files), 4);
      const acknowledged: number[] = [];
      const crashAt = Math.floor(random.float() * 12) + 1;
      for (let n = 1; n <= crashAt; n++) {
        const written = store.write([tenant(n), tenant(n + 100)]);
        if (n < crashAt) {
          await written;
          acknowledged.push(n);
        } else {
          for (let turns = Math.floor(random.float() * 12); turns > 0; turns--) await null;
          files.crash({ keep: 'random-prefix', random });
          await written.catch(() => undefined);
        }
      }
      const again = await open(await holder(files), 4);
      const found = numbers(again).filter((n) => n < 100);
      expect(found.slice(0, acknowledged.length)).toEqual(acknowledged);
      expect(numbers(again).filter((n) => n > 100)).toEqual(found.map((n) => n + 100));
    }
  });

  it('ACC-KEY: a wrong key opens nothing and changes nothing', async () => {
    const files = createMemoryFiles();
    await (await open(files)).write([tenant(1)]);
    files.crash({ keep: 'all' });
    const before = files.names().map((name) => Buffer.from(files.bytesOf(name)).toString('hex'));
    const opened = await openRecords({ files, key: systemRandom.bytes(32), random: systemRandom });
    expect(opened).toMatchObject({ ok: false, problems: [{ code: 'corrupt', rule: 'ACC-KEY' }] });
    expect(files.names().map((name) => Buffer.from(files.bytesOf(name)).toString('hex'))).toEqual(before);
  });

  async function fiveLines(): Promise<{ files: MemoryFiles; log: string }> {
    const files = createMemoryFiles();
    const store = await open(files);
    for (const n of upTo(5)) await store.write([tenant(n)]);
    files.crash({ keep: 'all' });
    return { files, log: 'accounts-1.log' };
  }

  it('ACC-DAMAGE: a torn last line is cut, the rest stands and takes more', async () => {
    const { files, log } = await fiveLines();
    files.put(log, files.bytesOf(log).slice(0, -7));
    const store = await open(files);
    expect(numbers(store)).toEqual([1, 2, 3, 4]);
    expect(store.damagedLines()).toBe(1);
    expect((await store.write([tenant(6)])).ok).toBe(true);
    files.crash({ keep: 'durable' });
    expect(numbers(await open(files))).toEqual([1, 2, 3, 4, 6]);
  });

  it('ACC-DAMAGE: a flipped bit costs the line it strikes (two when it joins them), wherever it is', async () => {
    const { files, log } = await fiveLines();
    const clean = files.bytesOf(log);
    for (let at = 0; at < clean.length; at += 37) {
      const flipped = Uint8Array.from(clean);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
      files.put(log, flipped);
      const store = await open(files);
      expect(numbers(store).length).toBeGreaterThanOrEqual(3);
      expect((await store.write([tenant(6)])).ok).toBe(true);
      files.crash({ keep: 'durable' });
      expect(numbers(await open(files))).toContain(6);
      files.crash({ keep: 'all' });
    }
  });

  it('ACC-DAMAGE: lines do not count twice or in another place', async () => {
    const { files, log } = await fiveLines();
    const bytes = files.bytesOf(log);
    const [first = 0, second = 0, third = 0] = lineStarts(bytes);
    const line = (from: number, to: number): string => Buffer.from(bytes.slice(from, to)).toString();
    files.put(log, Buffer.from(line(second, third) + line(first, second)));
    expect(numbers(await open(files))).toEqual([2]);
  });

  it('a full disk refuses, keeps what stands, and works again when there is room', async () => {
    const files = createMemoryFiles();
    const store = await open(files);
    await store.write([tenant(1)]);
    for (const fault of [
      { op: 'append', code: 'full' },
      { op: 'flush', code: 'io' },
    ] as const) {
      files.plan({ ...fault, nth: 1 });
      const refused = await store.write([tenant(2)]);
      expect(refused).toMatchObject({ ok: false, problems: [{ rule: 'ACC-DURABLE' }] });
      expect(numbers(store)).toEqual([1]);
      files.heal();
    }
    expect((await store.write([tenant(3)])).ok).toBe(true);
    files.crash({ keep: 'durable' });
    expect(numbers(await open(files))).toEqual([1, 3]);
  });
});
