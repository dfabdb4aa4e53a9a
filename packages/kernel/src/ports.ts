/**
 * What the pure parts ask of the world. Every driver of `FileStore` passes the same
 * acceptance suite (`@fieldfare/testkit`, `describeFileStore`).
 */

/** Wall clock. Milliseconds since the Unix epoch, UTC; it may jump in both directions. */
export interface Clock {
  now(): number;
}

export interface Random {
  /** `count` random bytes. */
  bytes(count: number): Uint8Array;
  /** Uniform in [0, 1). */
  float(): number;
}

/**
 * One directory of append-mostly files, opened by one holder at a time.
 * Names are flat: `[a-z0-9][a-z0-9.-]*`. All failures reject with a `FileError`.
 */
export interface FileStore {
  list(): Promise<readonly string[]>;
  /** Opens, creating an empty file when there is none. A file is opened at most once at a time. */
  open(name: string): Promise<AppendFile>;
  /** The whole file, or null when there is none. */
  readAll(name: string): Promise<Uint8Array | null>;
  /** Replaces the whole file durably: after a crash the file holds the old bytes or the new, never a mixture. */
  replace(name: string, bytes: Uint8Array): Promise<void>;
  remove(name: string): Promise<void>;
  /** Gives the directory back to the next holder. Open files must be closed first. */
  close(): Promise<void>;
}

export interface AppendFile {
  size(): number;
  /** `length` bytes from `offset`; fewer at the end of the file. */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** Writes at the end. Not durable until `flush` resolves. After a rejection the tail is undefined: truncate or reopen. */
  append(bytes: Uint8Array): Promise<void>;
  /** Resolves when everything appended before the call is on stable storage. */
  flush(): Promise<void>;
  truncate(size: number): Promise<void>;
  close(): Promise<void>;
}

export type FileErrorCode = 'full' | 'io' | 'locked' | 'closed';

export class FileError extends Error {
  readonly code: FileErrorCode;
  constructor(code: FileErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'FileError';
    this.code = code;
  }
}

/** The system's clock and randomness. The only place that touches `Date.now`. */
export const systemClock: Clock = { now: () => Date.now() };

export const systemRandom: Random = {
  bytes: (count) => globalThis.crypto.getRandomValues(new Uint8Array(count)),
  float: () => {
    const [word = 0] = globalThis.crypto.getRandomValues(new Uint32Array(1));
    return word / 2 ** 32;
  },
};

/**
 * Seeded generator (mulberry32): equal seeds give equal sequences on every machine.
 * For engines, demo data and tests; never for ids or keys.
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    float: next,
    bytes: (count) => Uint8Array.from({ length: count }, () => Math.floor(next() * 256)),
  };
}
