/**
 * `FileStore` over the origin-private file system, for dedicated workers of Chromium 114 and later (synchronous access
 * handles exist only there). A Web Lock, which the browser frees when the worker or the page dies, keeps a second tab or
 * window out.
 *
 * A replaced file lives in two slots, `<name>.slot0` and `<name>.slot1`, each
 * `[magic 4 | generation 4 | length 4 | crc32c 4 | bytes]`. Replacing writes and flushes the slot that does not count;
 * the highest generation with a good checksum counts. So no rename has to be atomic or durable, which the origin-private
 * file system does not promise.
 */
import { type AppendFile, FileError, type FileStore, fail, ok, problem, type Result } from '@fieldfare/kernel';
import { crc32c } from '../crc32c.ts';
import { checkFileName } from './file-names.ts';

const SLOT = /^(.+)\.slot[01]$/;
const SLOT_MAGIC = 0x544c5346;
const SLOT_HEAD = 16;
/** How long the lock and the handles of a page that just went away are waited for. */
const PATIENCE_MS = 2000;

/** The part of the access handle that is used; older lib.dom types lack it outside of workers. */
type AccessHandle = FileSystemSyncAccessHandle;

/**
 * Opens the directory `dirName` in `root` (default: the origin's), making it when needed. Problems: `busy` JRN-LOCK when
 * another tab or window holds it, `unsupported` outside of a worker or without the file system, `storage-failed` JRN-IO.
 */
export async function openOpfsFiles(dirName: string, root?: FileSystemDirectoryHandle): Promise<Result<FileStore>> {
  try {
    checkFileName(dirName);
    if (!('FileSystemFileHandle' in globalThis) || !('createSyncAccessHandle' in FileSystemFileHandle.prototype)) {
      return fail(problem('unsupported', 'This browser cannot store data safely here.', { rule: 'JRN-OPFS' }));
    }
    const release = await holdLock(`fieldfare-files/${dirName}`);
    if (release === null) {
      return fail(
        problem('busy', 'This data is already open in another window or tab. Close it there first.', {
          rule: 'JRN-LOCK',
          params: { directory: dirName },
        }),
      );
    }
    try {
      const base = root ?? (await navigator.storage.getDirectory());
      const dir = await base.getDirectoryHandle(dirName, { create: true });
      return ok(createOpfsFiles(dir, release));
    } catch (error) {
      release();
      throw error;
    }
  } catch (error) {
    return fail(
      problem('storage-failed', 'The browser does not let data be stored on this device.', {
        rule: 'JRN-IO',
        params: { directory: dirName, reason: error instanceof Error ? error.message : 'unknown' },
      }),
    );
  }
}

/** Holds the lock until the returned function is called; null when somebody else keeps holding it. */
async function holdLock(name: string): Promise<(() => void) | null> {
  const attempt = (options: LockOptions): Promise<(() => void) | null> =>
    new Promise((resolve, reject) => {
      navigator.locks
        .request(name, options, (lock) => {
          if (lock === null) return resolve(null);
          return new Promise<void>((free) => resolve(free));
        })
        .catch(reject);
    });
  const free = await attempt({ ifAvailable: true });
  if (free) return free;
  // After a reload the browser may still be ending the worker of the page that was.
  try {
    return await attempt({ signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch {
    return null;
  }
}

function createOpfsFiles(dir: FileSystemDirectoryHandle, release: () => void): FileStore {
  const openNames = new Set<string>();
  let closed = false;

  function check(name: string): void {
    if (closed) throw new FileError('closed', 'this directory was closed');
    checkFileName(name);
    if (SLOT.test(name)) throw new FileError('io', `"${name}" is reserved`);
  }
  function checkFree(name: string): void {
    check(name);
    if (openNames.has(name)) throw new FileError('locked', `"${name}" is open`);
  }

  async function entry(name: string): Promise<FileSystemFileHandle | null> {
    try {
      return await dir.getFileHandle(name);
    } catch (error) {
      if (nameOf(error) === 'NotFoundError') return null;
      throw error;
    }
  }

  async function readEntry(name: string): Promise<Uint8Array | null> {
    const handle = await entry(name);
    return handle === null ? null : new Uint8Array(await (await handle.getFile()).arrayBuffer());
  }

  async function removeEntry(name: string): Promise<void> {
    try {
      await dir.removeEntry(name);
    } catch (error) {
      if (nameOf(error) !== 'NotFoundError') throw error;
    }
  }

  async function slots(name: string): Promise<readonly [Slot | null, Slot | null]> {
    const [first, second] = await Promise.all([readEntry(`${name}.slot0`), readEntry(`${name}.slot1`)]);
    return [readSlot(first), readSlot(second)];
  }

  /** What a replacement left, null when the name was never replaced. */
  async function replaced(name: string): Promise<Uint8Array | null> {
    const [first, second] = await slots(name);
    return newer(first, second)?.bytes ?? null;
  }

  async function removeSlots(name: string): Promise<void> {
    // The older first, so that an interruption never brings it back.
    const [first, second] = await slots(name);
    const order = newer(first, second) === first ? ['.slot1', '.slot0'] : ['.slot0', '.slot1'];
    for (const suffix of order) await removeEntry(name + suffix);
  }

  return {
    list: () =>
      guarded(async () => {
        check('any');
        const names = new Set<string>();
        for await (const name of dir.keys()) {
          const base = SLOT.exec(name)?.[1];
          if (base === undefined) names.add(name);
          else if ((await replaced(base)) !== null) names.add(base);
        }
        return [...names].sort();
      }),
    open: (name) =>
      guarded(async () => {
        checkFree(name);
        openNames.add(name);
        try {
          const before = await replaced(name);
          const file = openFile(await accessHandle(dir, name), () => openNames.delete(name));
          if (before !== null) {
            await file.truncate(0);
            await file.append(before);
            await file.flush();
          }
          await removeSlots(name);
          return file;
        } catch (error) {
          openNames.delete(name);
          throw error;
        }
      }),
    readAll: (name) =>
      guarded(async () => {
        check(name);
        return (await replaced(name)) ?? (await readEntry(name));
      }),
    replace: (name, bytes) =>
      guarded(async () => {
        checkFree(name);
        const [first, second] = await slots(name);
        const current = newer(first, second);
        const handle = await accessHandle(dir, `${name}.slot${current !== null && current === first ? 1 : 0}`);
        try {
          handle.truncate(0);
          writeAll(handle, slotBytes((current?.generation ?? 0) + 1, bytes), 0);
          handle.flush();
        } finally {
          handle.close();
        }
        await removeEntry(name);
      }),
    remove: (name) =>
      guarded(async () => {
        checkFree(name);
        await removeEntry(name);
        await removeSlots(name);
      }),
    async close() {
      if (closed) return;
      closed = true;
      release();
    },
  };
}

interface Slot {
  readonly generation: number;
  readonly bytes: Uint8Array;
}

const newer = (a: Slot | null, b: Slot | null): Slot | null =>
  a === null || (b !== null && b.generation > a.generation) ? b : a;

function slotBytes(generation: number, bytes: Uint8Array): Uint8Array {
  const slot = new Uint8Array(SLOT_HEAD + bytes.length);
  const view = new DataView(slot.buffer);
  view.setUint32(0, SLOT_MAGIC, true);
  view.setUint32(4, generation, true);
  view.setUint32(8, bytes.length, true);
  slot.set(bytes, SLOT_HEAD);
  view.setUint32(12, crc32c(slot, SLOT_HEAD, slot.length, crc32c(slot, 0, 12)), true);
  return slot;
}

function readSlot(slot: Uint8Array | null): Slot | null {
  if (slot === null || slot.length < SLOT_HEAD) return null;
  const view = new DataView(slot.buffer, slot.byteOffset, slot.byteLength);
  const end = SLOT_HEAD + view.getUint32(8, true);
  if (view.getUint32(0, true) !== SLOT_MAGIC || end > slot.length) return null;
  if (view.getUint32(12, true) !== crc32c(slot, SLOT_HEAD, end, crc32c(slot, 0, 12))) return null;
  return { generation: view.getUint32(4, true), bytes: slot.slice(SLOT_HEAD, end) };
}

/** Opens a file for writing, making it when needed. Waits for the handle of a worker that is being ended. */
async function accessHandle(dir: FileSystemDirectoryHandle, name: string): Promise<AccessHandle> {
  const file = await dir.getFileHandle(name, { create: true });
  for (let waited = 0; ; waited += 50) {
    try {
      return await file.createSyncAccessHandle();
    } catch (error) {
      if (nameOf(error) !== 'NoModificationAllowedError' || waited >= PATIENCE_MS) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

function openFile(handle: AccessHandle, onClose: () => void): AppendFile {
  let size = handle.getSize();
  let open = true;
  const run = async <T>(action: () => T): Promise<T> => {
    if (!open) throw new FileError('closed', 'this file was closed');
    return guarded(async () => action());
  };
  return {
    size: () => size,
    read: (offset, length) =>
      run(() => {
        const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
        const count = handle.read(bytes, { at: offset });
        if (count > bytes.length) throw new FileError('io', `the browser failed to read (${count})`); // as in writeAll
        return bytes.subarray(0, count);
      }),
    append: (bytes) =>
      run(() => {
        try {
          writeAll(handle, bytes, size);
        } finally {
          size = handle.getSize();
        }
      }),
    flush: () => run(() => handle.flush()),
    truncate: (to) =>
      run(() => {
        if (to >= size) return;
        handle.truncate(to);
        size = handle.getSize();
      }),
    async close() {
      if (!open) return;
      open = false;
      handle.close();
      onClose();
    },
  };
}

/** What Chromium's write returns for "no space": its internal error -8, unsigned. */
const NO_SPACE = 2 ** 32 - 8;

/**
 * Chromium (crbug.com/541725401) does not throw when a write fails: it returns the internal error as an enormous count,
 * having written a part. So neither the count nor the lack of an exception is believed, only the size of the file.
 */
function writeAll(handle: AccessHandle, bytes: Uint8Array, at: number): void {
  for (let done = 0; done < bytes.length; ) {
    const left = bytes.length - done;
    const written = handle.write(bytes.subarray(done), { at: at + done });
    if (written === 0 || written === NO_SPACE) throw new FileError('full', 'the browser gave no more space');
    if (!(written > 0 && written <= left)) throw new FileError('io', `the browser failed to write (${written})`);
    done += written;
  }
  if (handle.getSize() < at + bytes.length) throw new FileError('full', 'the browser did not keep what it took');
}

const nameOf = (error: unknown): string => (error instanceof Error || error instanceof DOMException ? error.name : '');

const CODES: Readonly<Record<string, 'full' | 'locked' | 'closed'>> = {
  QuotaExceededError: 'full',
  NoModificationAllowedError: 'locked',
};

async function guarded<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof FileError) throw error;
    throw new FileError(CODES[nameOf(error)] ?? 'io', error instanceof Error ? error.message : 'unknown', {
      cause: error,
    });
  }
}
