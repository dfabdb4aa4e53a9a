import { FileError, seededRandom, unwrap } from '@fieldfare/kernel';
import { describeFileStore, type FileStorePlace } from '@fieldfare/testkit';
import { describe, expect, test } from 'vitest';
import { describeFileJournal } from '../journal-suite.ts';
import { createMemoryFiles } from './memory-files.ts';

const createPlace = async (): Promise<FileStorePlace> => {
  const disk = createMemoryFiles();
  return { open: () => disk.mount(), cleanUp: async () => undefined };
};

describeFileStore('memory', createPlace);
describeFileJournal('memory', createPlace);

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe('memory disk', () => {
  test('MEM-CRASH unflushed writes are gone, flushed ones stay, old handles are dead', async () => {
    const disk = createMemoryFiles();
    const file = await disk.open('a');
    await file.append(bytes(1, 2));
    await file.flush();
    await file.append(bytes(3));
    await file.truncate(1);
    disk.crash({ keep: 'durable' });
    expect([...disk.bytesOf('a')]).toEqual([1, 2]);
    await expect(file.append(bytes(4))).rejects.toBeInstanceOf(FileError);
    expect((await disk.open('a')).size()).toBe(2);
  });

  test('MEM-CRASH a random crash keeps a prefix of the writes, the last one torn anywhere', async () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 200; seed++) {
      const disk = createMemoryFiles();
      const file = await disk.open('a');
      await file.append(bytes(1, 2));
      await file.append(bytes(3, 4));
      disk.crash({ keep: 'random-prefix', random: seededRandom(seed) });
      seen.add([...disk.bytesOf('a')].join(''));
    }
    expect([...seen].sort()).toEqual(['', '1', '12', '123', '1234']);
  });

  test('MEM-FSYNC what a failed flush left behind is not stored by the next one', async () => {
    const disk = createMemoryFiles();
    const file = await disk.open('a');
    await file.append(bytes(1));
    await file.flush();
    disk.plan({ op: 'flush', nth: 1 });
    await file.append(bytes(2));
    await expect(file.flush()).rejects.toMatchObject({ code: 'io' });
    await file.flush();
    disk.crash({ keep: 'durable' });
    expect([...disk.bytesOf('a')]).toEqual([1]);
  });

  test('MEM-FULL a full disk takes what fits and refuses, until there is space', async () => {
    const disk = createMemoryFiles({ capacity: 3 });
    const file = await disk.open('a');
    await expect(file.append(bytes(1, 2, 3, 4))).rejects.toMatchObject({ code: 'full' });
    await file.truncate(0);
    disk.setCapacity(4);
    await file.append(bytes(1, 2, 3, 4));
    expect(file.size()).toBe(4);
  });

  test('MEM-LOG every operation is told, failed ones as failed', async () => {
    const disk = createMemoryFiles();
    disk.plan({ op: 'append', nth: 2, count: 1 });
    const file = await disk.open('a');
    await file.append(bytes(1));
    await file.append(bytes(2)).catch(() => undefined);
    await file.flush();
    expect(disk.log.map(({ op, failed }) => (failed ? `${op}!` : op))).toEqual(['open', 'append', 'append!', 'flush']);
  });

  test('JRN-LOCK the disk itself counts as an opener', async () => {
    const disk = createMemoryFiles();
    await disk.list();
    expect((await disk.mount()).ok).toBe(false);
    await disk.close();
    const other = unwrap(await disk.mount());
    await expect(disk.list()).rejects.toMatchObject({ code: 'closed' });
    await other.close();
    expect(await disk.list()).toEqual([]);
  });
});
