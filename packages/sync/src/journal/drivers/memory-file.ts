/** One file of the memory disk: what a reader sees now, what would survive a power loss, and the writes in between. */
import { invariant, type Random } from '@fieldfare/kernel';

type Pending =
  | { readonly op: 'write'; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly op: 'truncate'; readonly size: number };

/** Bytes that grow at the end without being copied at each write. */
class Content {
  #buffer = new Uint8Array(256);
  size = 0;

  /** Writing behind the end leaves zeros in between, as a sparse file would. */
  write(offset: number, bytes: Uint8Array): void {
    const end = offset + bytes.length;
    if (end > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(end, this.#buffer.length * 2));
      grown.set(this.#buffer.subarray(0, this.size));
      this.#buffer = grown;
    }
    this.#buffer.set(bytes, offset);
    this.size = Math.max(this.size, end);
  }

  truncate(size: number): void {
    if (size < this.size) this.#buffer.fill(0, size, this.size);
    this.size = Math.min(this.size, size);
  }

  read(offset: number, length: number): Uint8Array {
    return this.#buffer.slice(Math.min(offset, this.size), Math.min(offset + length, this.size));
  }

  flip(offset: number, bit: number): void {
    invariant(offset < this.size && bit >= 0 && bit < 8, 'flips lie inside the file');
    this.#buffer[offset] = (this.#buffer[offset] ?? 0) ^ (1 << bit);
  }
}

export interface MemoryFile {
  size(): number;
  read(offset: number, length: number): Uint8Array;
  append(bytes: Uint8Array): void;
  truncate(size: number): void;
  flush(): void;
  /** The pages count as clean without having been stored. */
  failFlush(): void;
  crash(keep: 'durable' | 'random-prefix' | 'all', random?: Random): void;
  flipBit(offset: number, bit: number): void;
}

export function createMemoryFile(): MemoryFile {
  let seen = new Content();
  const durable = new Content();
  let pending: Pending[] = [];

  function settle(change: Pending): void {
    if (change.op === 'write') durable.write(change.offset, change.bytes);
    else durable.truncate(change.size);
  }

  function settleAll(): void {
    for (const change of pending) settle(change);
    pending = [];
  }

  return {
    size: () => seen.size,
    read: (offset, length) => seen.read(offset, length),
    append(bytes) {
      const change: Pending = { op: 'write', offset: seen.size, bytes: bytes.slice() };
      pending.push(change);
      seen.write(change.offset, change.bytes);
    },
    truncate(size) {
      pending.push({ op: 'truncate', size });
      seen.truncate(size);
    },
    flush: settleAll,
    failFlush() {
      pending = [];
    },
    crash(keep, random) {
      if (keep === 'all') {
        settleAll();
      } else if (keep === 'random-prefix') {
        invariant(random, 'a random crash needs a source of randomness');
        const whole = Math.floor(random.float() * (pending.length + 1));
        for (const change of pending.slice(0, whole)) settle(change);
        const torn = pending[whole];
        if (torn?.op === 'write') {
          const kept = torn.bytes.subarray(0, Math.floor(random.float() * (torn.bytes.length + 1)));
          settle({ op: 'write', offset: torn.offset, bytes: kept });
        }
      }
      pending = [];
      seen = new Content();
      seen.write(0, durable.read(0, durable.size));
    },
    flipBit(offset, bit) {
      seen.flip(offset, bit);
      if (offset < durable.size) durable.flip(offset, bit);
    },
  };
}
