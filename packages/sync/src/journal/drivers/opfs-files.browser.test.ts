import { unwrap } from '@fieldfare/kernel';
import { describeFileStore, type FileStorePlace } from '@fieldfare/testkit';
import { afterEach, describe, expect, test } from 'vitest';
import { cdp } from 'vitest/browser';
import { contents, open, record } from '../journal-fixture.ts';
import { describeFileJournal } from '../journal-suite.ts';
import { openOpfsFiles } from './opfs-files.ts';
import { createWorkerStore, type WorkerStore } from './opfs-test-client.ts';

let count = 0;
const workers: WorkerStore[] = [];
const directories: string[] = [];

function newDirectory(): string {
  count += 1;
  const dir = `test-${Math.trunc(performance.timeOrigin)}-${count}`;
  directories.push(dir);
  return dir;
}

function newWorker(): WorkerStore {
  const worker = createWorkerStore();
  workers.push(worker);
  return worker;
}

async function cleanUp(): Promise<void> {
  for (const worker of workers.splice(0)) worker.kill();
  const root = await navigator.storage.getDirectory();
  for (const dir of directories.splice(0)) {
    // The browser gives the files of an ended worker back a moment later.
    for (let attempt = 0; attempt < 40; attempt++) {
      const gone = await root.removeEntry(dir, { recursive: true }).then(
        () => true,
        (error: Error) => error.name === 'NotFoundError',
      );
      if (gone) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

const createPlace = async (): Promise<FileStorePlace> => {
  const dir = newDirectory();
  const worker = newWorker();
  return { open: () => worker.open(dir), openElsewhere: () => newWorker().open(dir), cleanUp };
};

describeFileStore('opfs', createPlace);
describeFileJournal('opfs', createPlace);

describe('opfs files', () => {
  afterEach(cleanUp);

  async function rawDirectory(dir: string): Promise<FileSystemDirectoryHandle> {
    return (await navigator.storage.getDirectory()).getDirectoryHandle(dir);
  }

  async function overwrite(
    dir: string,
    name: string,
    change: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>,
  ): Promise<void> {
    const handle = await (await rawDirectory(dir)).getFileHandle(name);
    const bytes = new Uint8Array(await (await handle.getFile()).arrayBuffer());
    const stream = await handle.createWritable();
    await stream.write(change(bytes));
    await stream.close();
  }

  test('JRN-OPFS outside of a worker it says that it cannot work', async () => {
    expect(await openOpfsFiles(newDirectory())).toMatchObject({ ok: false, problems: [{ code: 'unsupported' }] });
  });

  test('FIL-REPLACE a replacement that was cut off or damaged leaves what stood before', async () => {
    for (const damage of [
      (bytes: Uint8Array<ArrayBuffer>) => bytes.slice(0, bytes.length - 1),
      (bytes: Uint8Array<ArrayBuffer>) => bytes.map((byte, i) => (i === 17 ? byte ^ 1 : byte)),
      () => new Uint8Array(),
    ]) {
      const dir = newDirectory();
      const worker = newWorker();
      const files = unwrap(await worker.open(dir));
      await files.replace('keyring.json', Uint8Array.of(1, 2, 3));
      await files.replace('keyring.json', Uint8Array.of(4, 5, 6));
      await overwrite(dir, 'keyring.json.slot1', damage);
      expect([...((await files.readAll('keyring.json')) ?? [])]).toEqual([1, 2, 3]);
      expect(await files.list()).toEqual(['keyring.json']);
      await files.replace('keyring.json', Uint8Array.of(7));
      await files.replace('keyring.json', Uint8Array.of(8));
      expect([...((await files.readAll('keyring.json')) ?? [])]).toEqual([8]);
      await overwrite(dir, 'keyring.json.slot0', () => new Uint8Array());
      await overwrite(dir, 'keyring.json.slot1', () => new Uint8Array());
      expect(await files.list()).toEqual([]);
      expect(await files.readAll('keyring.json')).toBeNull();
      await files.close();
    }
  });

  test('JRN-ACK JRN-LOCK a worker killed at any moment leaves all it acknowledged, whole batches only, and its lock', async () => {
    const dir = newDirectory();
    const expected: string[] = [];
    for (let round = 0; round < 5; round++) {
      const writer = newWorker();
      unwrap(await writer.open(dir));
      void writer.call({ on: 'write-forever', prefix: `${round}-` });
      while (writer.acked.length < 20) await new Promise((resolve) => setTimeout(resolve, 1));
      await new Promise((resolve) => setTimeout(resolve, (round * 7) % 13));
      writer.kill();
      const reader = newWorker();
      const journal = await open(unwrap(await reader.open(dir)));
      const found = (await contents(journal)).org ?? [];
      expected.push(...writer.acked);
      for (const label of expected) {
        const at = found.indexOf(label);
        expect(at, label).toBeGreaterThanOrEqual(0);
        expect(found[at + 1]).toBe(`${label}'`);
      }
      expect(found.length % 2).toBe(0);
      expect(journal.damage().every(({ kind }) => kind === 'torn-tail')).toBe(true);
      await journal.close();
      reader.kill();
    }
    expect(expected.length).toBeGreaterThanOrEqual(100);
  });

  test('JRN-CIPHER the origin holds no plain text', async () => {
    const dir = newDirectory();
    const journal = await open(unwrap(await newWorker().open(dir)));
    for (let i = 0; i < 5; i++) unwrap(await journal.append([record('org', 'Canary McPatient')]));
    await journal.close();
    let seen = 0;
    for await (const handle of (await rawDirectory(dir)).values()) {
      if (handle.kind !== 'file') continue;
      seen += 1;
      expect(await (await (handle as FileSystemFileHandle).getFile()).text()).not.toContain('Canary');
    }
    expect(seen).toBe(1);
  });

  test('JRN-FULL when the quota is used up, appends say so; with new quota they work, and nothing is lost', async () => {
    const dir = newDirectory();
    const journal = await open(unwrap(await newWorker().open(dir)), { segmentBytes: 300_000 });
    unwrap(await journal.append([record('org', 'before')]));
    const { usage = 0 } = await navigator.storage.estimate();
    const setQuota = (quotaSize?: number): Promise<unknown> =>
      (cdp() as { send(method: string, params: object): Promise<unknown> }).send('Storage.overrideQuotaForOrigin', {
        origin: location.origin,
        ...(quotaSize === undefined ? {} : { quotaSize }),
      });
    await setQuota(usage + 1_000_000);
    const acked: string[] = [];
    let refused = 0;
    for (let i = 0; i < 60 && refused < 3; i++) {
      const result = await journal.append([record('org', `${i}`), record('bulk', 'x'.repeat(100_000))]);
      if (result.ok) acked.push(`${i}`);
      else {
        refused += 1;
        expect(result.problems[0]).toMatchObject({ code: 'storage-full', rule: 'JRN-FULL' });
      }
    }
    expect(refused).toBe(3);
    await setQuota();
    unwrap(await journal.append([record('org', 'after')]));
    await journal.close();
    const again = await open(unwrap(await newWorker().open(dir)));
    expect((await contents(again)).org).toEqual(['before', ...acked, 'after']);
    expect(again.damage()).toEqual([]);
    await again.close();
  });
});
