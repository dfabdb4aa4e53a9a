/**
 * `FileStore` over a directory of the local disk. Durable means `fdatasync`; names become durable by syncing the
 * directory. The directory is for its owner only (0700, files 0600).
 */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, type FileHandle, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type AppendFile, FileError, type FileStore, fail, ok, problem, type Result } from '@fieldfare/kernel';
import { checkFileName } from './file-names.ts';
import { acquireProcessLock, isLockFile } from './process-lock.ts';

/** Files being written by `replace`; not files of the store. */
const TEMPORARY = /^\.tmp-/;

/**
 * Opens the directory, making it when needed. Problems: `busy` JRN-LOCK when a living process holds it,
 * `storage-failed` JRN-IO when it cannot be used.
 */
export async function openNodeFiles(dir: string): Promise<Result<FileStore>> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    await chmod(dir, 0o700);
    const lock = await acquireProcessLock(dir);
    if (!lock.ok) return lock;
    try {
      for (const name of await readdir(dir)) {
        if (TEMPORARY.test(name)) await rm(join(dir, name), { force: true });
      }
    } catch (error) {
      await lock.value.release();
      throw error;
    }
    return ok(createNodeFiles(dir, lock.value.release));
  } catch (error) {
    return fail(
      problem('storage-failed', 'The data directory cannot be used.', {
        rule: 'JRN-IO',
        params: { directory: dir, reason: error instanceof Error ? error.message : 'unknown' },
      }),
    );
  }
}

function createNodeFiles(dir: string, release: () => Promise<void>): FileStore {
  const openNames = new Set<string>();
  let closed = false;

  /** Path of a name that is free to be used. */
  function pathOf(name: string): string {
    if (closed) throw new FileError('closed', 'this directory was closed');
    checkFileName(name);
    if (isLockFile(name)) throw new FileError('io', `"${name}" is reserved`);
    return join(dir, name);
  }

  function freePathOf(name: string): string {
    const path = pathOf(name);
    if (openNames.has(name)) throw new FileError('locked', `"${name}" is open`);
    return path;
  }

  return {
    async list() {
      pathOf('any');
      const names = await guarded(() => readdir(dir));
      return names.filter((name) => !isLockFile(name) && !TEMPORARY.test(name)).sort();
    },
    async open(name) {
      const path = freePathOf(name);
      openNames.add(name);
      try {
        return await openFile(path, dir, () => openNames.delete(name));
      } catch (error) {
        openNames.delete(name);
        throw error;
      }
    },
    async readAll(name) {
      const path = pathOf(name);
      try {
        return new Uint8Array(await readFile(path));
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return null;
        throw fileError(error);
      }
    },
    async replace(name, bytes) {
      const path = freePathOf(name);
      const temporary = join(dir, `.tmp-${randomBytes(8).toString('hex')}`);
      try {
        const handle = await open(temporary, 'wx', 0o600);
        try {
          await writeAll(handle, bytes, 0);
          await handle.sync();
        } finally {
          await handle.close();
        }
        await rename(temporary, path);
        await syncDirectory(dir);
      } catch (error) {
        await rm(temporary, { force: true }).catch(() => undefined); // the next opening sweeps it
        throw fileError(error);
      }
    },
    async remove(name) {
      const path = freePathOf(name);
      await guarded(async () => {
        await rm(path, { force: true });
        await syncDirectory(dir);
      });
    },
    async close() {
      if (closed) return;
      closed = true;
      await guarded(release);
    },
  };
}

async function openFile(path: string, dir: string, onClose: () => void): Promise<AppendFile> {
  const handle = await guarded(() => openOrCreate(path, dir));
  let size = await guarded(async () => (await handle.stat()).size);
  let open = true;
  const check = (): void => {
    if (!open) throw new FileError('closed', 'this file was closed');
  };
  return {
    size: () => size,
    async read(offset, length) {
      check();
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
      let done = 0;
      while (done < bytes.length) {
        const { bytesRead } = await guarded(() => handle.read(bytes, done, bytes.length - done, offset + done));
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return bytes.subarray(0, done);
    },
    async append(bytes) {
      check();
      const start = size;
      try {
        await writeAll(handle, bytes, start);
        size = start + bytes.length;
      } catch (error) {
        size = await handle.stat().then(
          (stat) => stat.size,
          () => size,
        );
        throw fileError(error);
      }
    },
    async flush() {
      check();
      await guarded(() => handle.datasync());
    },
    async truncate(to) {
      check();
      if (to >= size) return;
      await guarded(() => handle.truncate(to));
      size = to;
    },
    async close() {
      if (!open) return;
      open = false;
      onClose();
      await guarded(() => handle.close());
    },
  };
}

async function openOrCreate(path: string, dir: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDWR);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  const handle = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    await syncDirectory(dir);
  } catch (error) {
    await handle.close();
    throw error;
  }
  return handle;
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
}

/** Makes creations, renames and removals durable. Windows has no such call, and journals its directories. */
async function syncDirectory(dir: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(dir, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

function fileError(error: unknown): FileError {
  if (error instanceof FileError) return error;
  const full = ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(String(codeOf(error)));
  const message = error instanceof Error ? error.message : 'unknown';
  return new FileError(full ? 'full' : 'io', message, { cause: error });
}

async function guarded<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw fileError(error);
  }
}
