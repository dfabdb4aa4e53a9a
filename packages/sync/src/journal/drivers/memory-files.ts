/**
 * A `FileStore` in memory that behaves like a disk: what was not flushed can be lost or torn by `crash`, writes and
 * flushes can fail on plan, bits can flip, space can run out, and every operation is logged so that a test can
 * say what happened before what.
 *
 * The object is the disk and a holder of it in one: its first use, and its next use after `crash()` or `close()`, takes
 * the disk, while files opened before stay dead. `mount()` is another opener, refused while somebody holds the disk. When
 * work is under way at a crash, give it a mounted store: the disk itself cannot tell the dead process from the next.
 *
 * A failed flush behaves as on Linux: the unwritten pages count as clean afterwards, so a later flush of the same
 * file succeeds without having stored them.
 */
import {
  FileError,
  type FileErrorCode,
  type FileStore,
  fail,
  ok,
  problem,
  type Random,
  type Result,
} from '@fieldfare/kernel';
import { checkFileName } from './file-names.ts';
import { createMemoryFile, type MemoryFile } from './memory-file.ts';

export type MemoryOp = 'open' | 'append' | 'flush' | 'truncate' | 'replace' | 'remove' | 'read';

export interface MemoryLogEntry {
  readonly op: MemoryOp;
  readonly name: string;
  readonly bytes: number;
  readonly failed: boolean;
}

/** `count` operations of a kind fail, starting with the `nth` from now (1 is the next). `Infinity`: until `heal`. */
export interface MemoryFault {
  readonly op: MemoryOp;
  readonly nth: number;
  readonly code?: FileErrorCode;
  readonly count?: number;
  /** For appends: this share of the bytes (0 to 1) reaches the file before the failure. Default 0.5. */
  readonly partial?: number;
  /** For appends: the call resolves all the same, as some browsers do on a full disk. */
  readonly silent?: boolean;
}

export interface MemoryFilesOptions {
  /** Bytes that fit on the disk. Default: no limit. */
  readonly capacity?: number;
}

export interface CrashOptions {
  /**
   * `durable`: everything unflushed is gone. `random-prefix`: of every file a random number of unflushed writes
   * survives and the last may be torn. `all`: the process died, the machine did not.
   */
  readonly keep: 'durable' | 'random-prefix' | 'all';
  /** Needed for `random-prefix`. */
  readonly random?: Random;
}

export interface MemoryFiles extends FileStore {
  /** A further opener: `busy` while the disk is held, else its new holder. */
  mount(): Promise<Result<FileStore>>;
  /** Power loss: all handles die, the disk is free to be opened again. */
  crash(options: CrashOptions): void;
  plan(fault: MemoryFault): void;
  /** Forgets all planned faults. */
  heal(): void;
  setCapacity(bytes: number): void;
  flipBit(name: string, byteOffset: number, bit: number): void;
  /** The file as a process that reads it now would see it. */
  bytesOf(name: string): Uint8Array;
  /** Puts a file there as if it had always been. */
  put(name: string, bytes: Uint8Array): void;
  /** Another disk in its place: nothing stands on it. */
  wipe(): void;
  names(): readonly string[];
  readonly log: MemoryLogEntry[];
}

interface ArmedFault extends MemoryFault {
  seen: number;
}

export function createMemoryFiles(options: MemoryFilesOptions = {}): MemoryFiles {
  const disk = new Map<string, MemoryFile>();
  const log: MemoryLogEntry[] = [];
  let faults: ArmedFault[] = [];
  let capacity = options.capacity ?? Number.POSITIVE_INFINITY;
  let holder: symbol | null = null;

  const used = (): number => [...disk.values()].reduce((sum, file) => sum + file.size(), 0);

  /** Logs the operation and returns the fault that strikes it, if any. */
  function strike(op: MemoryOp, name: string, bytes = 0): ArmedFault | null {
    let hit: ArmedFault | null = null;
    for (const fault of faults) {
      if (fault.op !== op) continue;
      fault.seen += 1;
      if (fault.seen >= fault.nth && fault.seen < fault.nth + (fault.count ?? 1)) hit = fault;
    }
    log.push({ op, name, bytes, failed: hit !== null });
    return hit;
  }

  const errorOf = (fault: MemoryFault, op: MemoryOp): FileError =>
    new FileError(fault.code ?? 'io', `planned fault: ${op} ${fault.code ?? 'io'}`);

  function strikeOrThrow(op: MemoryOp, name: string, bytes = 0): void {
    const fault = strike(op, name, bytes);
    if (fault) throw errorOf(fault, op);
  }

  function createHolder(): FileStore {
    const me = Symbol('holder');
    const openNames = new Set<string>();
    holder = me;
    const check = (name?: string): void => {
      if (holder !== me) throw new FileError('closed', 'this disk was closed or crashed');
      if (name !== undefined) checkFileName(name);
    };
    const checkNotOpen = (name: string): void => {
      if (openNames.has(name)) throw new FileError('locked', `"${name}" is open`);
    };
    const fileAt = (name: string): MemoryFile => {
      const found = disk.get(name);
      if (found) return found;
      const created = createMemoryFile();
      disk.set(name, created);
      return created;
    };
    return {
      async list() {
        check();
        return [...disk.keys()].sort();
      },
      async open(name) {
        check(name);
        checkNotOpen(name);
        strikeOrThrow('open', name);
        const file = fileAt(name);
        openNames.add(name);
        let open = true;
        const checkOpen = (): void => {
          check();
          if (!open) throw new FileError('closed', `"${name}" is closed`);
        };
        return {
          size: () => file.size(),
          async read(offset, length) {
            checkOpen();
            strikeOrThrow('read', name, length);
            return file.read(offset, length);
          },
          async append(bytes) {
            checkOpen();
            const fault = strike('append', name, bytes.length);
            if (fault) {
              file.append(bytes.subarray(0, Math.floor(bytes.length * (fault.partial ?? 0.5))));
              if (fault.silent) return;
              throw errorOf(fault, 'append');
            }
            const room = capacity - used();
            file.append(bytes.subarray(0, Math.max(0, Math.min(room, bytes.length))));
            if (bytes.length > room) throw new FileError('full', 'no space left on the disk');
          },
          async flush() {
            checkOpen();
            const fault = strike('flush', name);
            if (fault) {
              file.failFlush();
              throw errorOf(fault, 'flush');
            }
            file.flush();
          },
          async truncate(size) {
            checkOpen();
            strikeOrThrow('truncate', name, size);
            file.truncate(size);
          },
          async close() {
            if (open) openNames.delete(name);
            open = false;
          },
        };
      },
      async readAll(name) {
        check(name);
        strikeOrThrow('read', name);
        const file = disk.get(name);
        return file ? file.read(0, file.size()) : null;
      },
      async replace(name, bytes) {
        check(name);
        checkNotOpen(name);
        strikeOrThrow('replace', name, bytes.length);
        if (bytes.length > capacity - used()) throw new FileError('full', 'no space left on the disk');
        const file = createMemoryFile();
        file.append(bytes);
        file.flush();
        disk.set(name, file);
      },
      async remove(name) {
        check(name);
        checkNotOpen(name);
        strikeOrThrow('remove', name);
        disk.delete(name);
      },
      async close() {
        if (holder === me) holder = null;
      },
    };
  }

  let own: FileStore | null = null;
  /** The disk's own holder, from its first use on, renewed after a close or a crash. */
  const self = (): FileStore => {
    if (holder === null) own = createHolder();
    if (own === null) throw new FileError('locked', 'this disk was mounted elsewhere');
    return own;
  };
  const existing = (name: string): MemoryFile => {
    const file = disk.get(name);
    if (!file) throw new FileError('io', `no file "${name}"`);
    return file;
  };

  return {
    log,
    list: async () => self().list(),
    open: async (name) => self().open(name),
    readAll: async (name) => self().readAll(name),
    replace: async (name, bytes) => self().replace(name, bytes),
    remove: async (name) => self().remove(name),
    close: async () => own?.close(),
    async mount() {
      if (holder === null) return ok(createHolder());
      return fail(problem('busy', 'This data is already open in another window or program.', { rule: 'JRN-LOCK' }));
    },
    crash({ keep, random }) {
      for (const file of disk.values()) file.crash(keep, random);
      holder = null;
    },
    plan: (fault) => void faults.push({ ...fault, seen: 0 }),
    heal: () => {
      faults = [];
    },
    setCapacity: (bytes) => {
      capacity = bytes;
    },
    flipBit: (name, byteOffset, bit) => existing(name).flipBit(byteOffset, bit),
    bytesOf: (name) => existing(name).read(0, existing(name).size()),
    put(name, bytes) {
      checkFileName(name);
      const file = createMemoryFile();
      file.append(bytes);
      file.flush();
      disk.set(name, file);
    },
    wipe: () => disk.clear(),
    names: () => [...disk.keys()].sort(),
  };
}
