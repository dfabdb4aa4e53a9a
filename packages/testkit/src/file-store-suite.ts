/** The acceptance suite of `FileStore`: what the journal relies on, asked of every driver. */
import { FileError, type FileStore, type Result, unwrap } from '@fieldfare/kernel';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

/** A fresh, empty place for a store, which can be opened repeatedly. */
export interface FileStorePlace {
  open(): Promise<Result<FileStore>>;
  /** The same place for an opener in another process or thread, where the driver knows such. Default: `open`. */
  openElsewhere?(): Promise<Result<FileStore>>;
  cleanUp(): Promise<void>;
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const plain = (value: Uint8Array | null): number[] | null => (value === null ? null : [...value]);

async function codeOf(action: Promise<unknown>): Promise<string> {
  try {
    await action;
  } catch (error) {
    return error instanceof FileError ? error.code : `not a FileError: ${String(error)}`;
  }
  return 'no error';
}

export function describeFileStore(name: string, createPlace: () => Promise<FileStorePlace>): void {
  describe(`FileStore ${name}`, () => {
    let place: FileStorePlace;
    let files: FileStore;

    beforeEach(async () => {
      place = await createPlace();
      files = unwrap(await place.open());
    });
    afterEach(async () => {
      await files.close();
      await place.cleanUp();
    });
    async function reopen(): Promise<void> {
      await files.close();
      files = unwrap(await place.open());
    }

    test('FIL-OPEN opening makes an empty file that is listed and stays', async () => {
      expect(await files.list()).toEqual([]);
      const file = await files.open('a.log');
      expect(file.size()).toBe(0);
      await file.close();
      expect(await files.list()).toEqual(['a.log']);
      await reopen();
      expect(await files.list()).toEqual(['a.log']);
      expect(plain(await files.readAll('a.log'))).toEqual([]);
    });

    test('FIL-APPEND appends go to the end, across openings', async () => {
      const file = await files.open('a.log');
      await file.append(bytes(1, 2, 3));
      await file.append(bytes(4));
      await file.flush();
      expect(file.size()).toBe(4);
      await file.close();
      await reopen();
      const again = await files.open('a.log');
      expect(again.size()).toBe(4);
      await again.append(bytes(5, 6));
      await again.flush();
      expect(plain(await again.read(0, 100))).toEqual([1, 2, 3, 4, 5, 6]);
      await again.close();
      expect(plain(await files.readAll('a.log'))).toEqual([1, 2, 3, 4, 5, 6]);
    });

    test('FIL-READ reads give what is there and no more', async () => {
      const file = await files.open('a.log');
      await file.append(bytes(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
      expect(plain(await file.read(3, 4))).toEqual([3, 4, 5, 6]);
      expect(plain(await file.read(8, 10))).toEqual([8, 9]);
      expect(plain(await file.read(10, 1))).toEqual([]);
      expect(plain(await file.read(50, 5))).toEqual([]);
      await file.close();
    });

    test('FIL-READ a read keeps its bytes when the file changes', async () => {
      const file = await files.open('a.log');
      await file.append(bytes(1, 2));
      const seen = await file.read(0, 2);
      await file.truncate(0);
      await file.append(bytes(9, 9));
      expect(plain(seen)).toEqual([1, 2]);
      await file.close();
    });

    test('FIL-TRUNCATE cuts, and the next append goes to the cut', async () => {
      const file = await files.open('a.log');
      await file.append(bytes(1, 2, 3, 4));
      await file.truncate(2);
      expect(file.size()).toBe(2);
      await file.append(bytes(9));
      await file.flush();
      await file.close();
      await reopen();
      expect(plain(await files.readAll('a.log'))).toEqual([1, 2, 9]);
    });

    test('FIL-LARGE megabytes come back unchanged', async () => {
      const large = new Uint8Array(3 * 1024 * 1024).map((_, i) => (i * 31 + (i >> 9)) & 0xff);
      const file = await files.open('a.log');
      await file.append(large);
      await file.append(large.subarray(0, 12_345));
      await file.flush();
      await file.close();
      await reopen();
      const all = await files.readAll('a.log');
      expect(all?.length).toBe(large.length + 12_345);
      expect(all?.every((byte, i) => byte === large[i % large.length])).toBe(true);
    });

    test('FIL-REPLACE gives the new bytes, also shorter ones, also again', async () => {
      expect(await files.readAll('b.json')).toBeNull();
      await files.replace('b.json', bytes(1, 2, 3, 4, 5));
      expect(plain(await files.readAll('b.json'))).toEqual([1, 2, 3, 4, 5]);
      await files.replace('b.json', bytes(6));
      expect(plain(await files.readAll('b.json'))).toEqual([6]);
      await files.replace('b.json', bytes());
      await reopen();
      expect(plain(await files.readAll('b.json'))).toEqual([]);
      await files.replace('b.json', bytes(7, 8));
      await reopen();
      expect(plain(await files.readAll('b.json'))).toEqual([7, 8]);
      expect(await files.list()).toEqual(['b.json']);
    });

    test('FIL-REPLACE and FIL-APPEND work on the same file', async () => {
      await files.replace('c', bytes(1, 2));
      const file = await files.open('c');
      await file.append(bytes(3));
      await file.flush();
      await file.close();
      expect(plain(await files.readAll('c'))).toEqual([1, 2, 3]);
      await files.replace('c', bytes(4));
      expect(plain(await files.readAll('c'))).toEqual([4]);
      expect(await files.list()).toEqual(['c']);
    });

    test('FIL-REMOVE removes, also what is not there', async () => {
      await files.replace('b', bytes(1));
      await (await files.open('a')).close();
      await files.remove('a');
      await files.remove('b');
      await files.remove('never');
      await reopen();
      expect(await files.list()).toEqual([]);
      expect(await files.readAll('a')).toBeNull();
      expect(await files.readAll('b')).toBeNull();
    });

    test('FIL-NAME names cannot leave the directory', async () => {
      for (const bad of ['', '.', '..', '../x', 'a/b', 'a\\b', 'A', '.hidden', 'é']) {
        expect(await codeOf(files.open(bad)), bad).toBe('io');
        expect(await codeOf(files.readAll(bad)), bad).toBe('io');
        expect(await codeOf(files.replace(bad, bytes(1))), bad).toBe('io');
        expect(await codeOf(files.remove(bad)), bad).toBe('io');
      }
      expect(await files.list()).toEqual([]);
    });

    test('FIL-ONCE a file is open at most once', async () => {
      const file = await files.open('a.log');
      expect(await codeOf(files.open('a.log'))).toBe('locked');
      expect(await codeOf(files.remove('a.log'))).toBe('locked');
      expect(await codeOf(files.replace('a.log', bytes(1)))).toBe('locked');
      await file.close();
      await (await files.open('a.log')).close();
    });

    test('FIL-CLOSED closed files and stores refuse, and closing twice is fine', async () => {
      const file = await files.open('a.log');
      await file.append(bytes(1));
      await file.close();
      await file.close();
      expect(await codeOf(file.append(bytes(2)))).toBe('closed');
      expect(await codeOf(file.read(0, 1))).toBe('closed');
      expect(await codeOf(file.flush())).toBe('closed');
      expect(await codeOf(file.truncate(0))).toBe('closed');
      await files.close();
      await files.close();
      expect(await codeOf(files.list())).toBe('closed');
      expect(await codeOf(files.open('a.log'))).toBe('closed');
    });

    test('JRN-LOCK a second opener is refused until the first closes', async () => {
      const openElsewhere = place.openElsewhere ?? place.open;
      const second = await openElsewhere();
      expect(second.ok).toBe(false);
      if (!second.ok) expect(second.problems[0]).toMatchObject({ code: 'busy', rule: 'JRN-LOCK' });
      await files.replace('still', bytes(1)); // the refused opener disturbed nothing
      await files.close();
      const third = unwrap(await openElsewhere());
      expect(plain(await third.readAll('still'))).toEqual([1]);
      await third.close();
    });
  });
}
