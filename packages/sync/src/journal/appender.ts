/**
 * Group commit, the same over every store: appends that wait together are sealed, numbered and written as one, and are
 * answered in call order (`JRN-GROUP`). What "written" means is the store's business.
 */
import { FileError, fail, ok, type Problem, problem, type Random, type ShardId } from '@fieldfare/kernel';
import type { Journal, JournalRecord } from '../types.ts';
import {
  type FrameCipher,
  type FrameKind,
  frameLength,
  MAX_RECORD_BYTES,
  MAX_SHARD_BYTES,
  writeFrame,
} from './format.ts';
import type { IndexedFrame } from './segment-reader.ts';

/** A record, or a note of the journal's own. */
export interface AppendedFrame extends Omit<JournalRecord, 'kind'> {
  readonly kind: FrameKind;
}

type AppendResult = Awaited<ReturnType<Journal['append']>>;

interface Waiting {
  readonly records: readonly (AppendedFrame & { readonly shardBytes: Uint8Array })[];
  readonly size: number;
  readonly resolve: (result: AppendResult) => void;
}

/** A frame, and where it begins in the bytes it was written with. */
export interface EncodedFrame extends Omit<IndexedFrame, 'kind'> {
  readonly shard: ShardId;
  readonly kind: FrameKind;
}

export interface Appender {
  append(records: readonly AppendedFrame[]): Promise<AppendResult>;
  /** Highest durable seq. */
  lastSeq(): number;
  /** Refuses from now on, and waits for what is under way. */
  close(): Promise<void>;
}

/** One write takes at most about this much, so that a flood of appends does not delay the first of them. */
const GROUP_BYTES = 4 * 1024 * 1024;
const text = new TextEncoder();

/**
 * JRN-CIPHER: no nonce twice. 16 bytes drawn for this opening, then a counter, so that ciphers can keep the key they derive
 * from the first 16. What is returned is overwritten by the next call.
 */
function createNonces({ bytes }: Random): () => Uint8Array {
  const nonce = new Uint8Array(24);
  const view = new DataView(nonce.buffer);
  let made = 0;
  return () => {
    if (made === 0) nonce.set(bytes(16));
    made += 1;
    view.setUint32(16, Math.floor(made / 2 ** 32), true);
    view.setUint32(20, made >>> 0, true);
    return nonce;
  };
}

export function createAppender(options: {
  readonly cipher: FrameCipher;
  readonly random: Random;
  readonly lastSeq: number;
  /** At least one more than `lastSeq`. */
  readonly nextSeq: number;
  /** Resolves once all of it is on stable storage; rejects when nothing of it will ever be seen. One call at a time. */
  readonly write: (bytes: Uint8Array, frames: readonly EncodedFrame[]) => Promise<void>;
}): Appender {
  const { cipher, random, write } = options;
  let { lastSeq, nextSeq } = options;
  const nextNonce = createNonces(random);
  let waiting: Waiting[] = [];
  let draining: Promise<void> | null = null;
  let closed = false;

  function takeGroup(): Waiting[] {
    let size = 0;
    let count = 0;
    for (const { size: next } of waiting) {
      if (count > 0 && size + next > GROUP_BYTES) break;
      size += next;
      count += 1;
    }
    const group = waiting.slice(0, count);
    waiting = waiting.slice(count);
    return group;
  }

  /** Frames of all batches of a group, numbered from `nextSeq`. */
  function encode(group: readonly Waiting[]): { readonly bytes: Uint8Array; readonly frames: readonly EncodedFrame[] } {
    const bytes = new Uint8Array(group.reduce((sum, { size }) => sum + size, 0));
    const frames: EncodedFrame[] = [];
    let offset = 0;
    let seq = nextSeq;
    for (const { records } of group) {
      for (const [i, { shard, shardBytes, kind, bytes: content }] of records.entries()) {
        const frame = { seq, kind, continues: i < records.length - 1, shard: shardBytes, bytes: content };
        const length = writeFrame(bytes, offset, frame, cipher, nextNonce());
        frames.push({ shard, seq, kind, offset, length });
        offset += length;
        seq += 1;
      }
    }
    return { bytes, frames };
  }

  async function commit(group: readonly Waiting[]): Promise<void> {
    try {
      const { bytes, frames } = encode(group);
      await write(bytes, frames);
    } catch (error) {
      const failed = fail(storageProblem(error, 'write'));
      for (const { resolve } of group) resolve(failed);
      return;
    }
    for (const { records, resolve } of group) {
      const firstSeq = nextSeq;
      nextSeq += records.length;
      lastSeq = nextSeq - 1;
      resolve(ok({ firstSeq, lastSeq }));
    }
  }

  async function drain(): Promise<void> {
    await Promise.resolve(); // appends made in the same turn of the event loop join the first group
    while (waiting.length > 0) await commit(takeGroup());
    draining = null;
  }

  return {
    append(records) {
      const refusal = closed ? CLOSED : refusalOf(records);
      if (refusal) return Promise.resolve(fail(refusal));
      const prepared = records.map((record) => ({ ...record, shardBytes: text.encode(record.shard) }));
      const size = prepared.reduce((sum, r) => sum + frameLength(r.shardBytes.length, r.bytes.length), 0);
      return new Promise((resolve) => {
        waiting.push({ records: prepared, size, resolve });
        draining ??= drain();
      });
    },
    lastSeq: () => lastSeq,
    async close() {
      closed = true;
      await draining;
    },
  };
}

export const CLOSED = problem('storage-failed', 'The store on this device is closed.', { rule: 'JRN-CLOSED' });

function refusalOf(records: readonly AppendedFrame[]): Problem | null {
  if (records.length === 0) return problem('invalid', 'A batch holds at least one record.', { rule: 'JRN-EMPTY' });
  for (const [i, record] of records.entries()) {
    const shardBytes = text.encode(record.shard).length;
    if (shardBytes === 0 || shardBytes > MAX_SHARD_BYTES) {
      return problem('invalid', 'Not the name of a shard.', { rule: 'JRN-SHARD', path: [i, 'shard'] });
    }
    if (record.bytes.length > MAX_RECORD_BYTES) {
      return problem('too-large', 'The change is too large to be stored.', {
        rule: 'JRN-SIZE',
        path: [i, 'bytes'],
        params: { bytes: record.bytes.length, most: MAX_RECORD_BYTES },
      });
    }
  }
  return null;
}

export function storageProblem(error: unknown, action: 'read' | 'write'): Problem {
  if (error instanceof LostError) {
    return problem('storage-failed', 'Another server has taken this over: the change was not saved here.', {
      rule: 'JRN-FENCE',
    });
  }
  if (error instanceof FileError && error.code === 'full') {
    return problem('storage-full', 'The disk is full: the change was not saved. Free some space and try again.', {
      rule: 'JRN-FULL',
    });
  }
  const message =
    action === 'write'
      ? 'The disk refused to store the change: it was not saved.'
      : 'The disk refused to read the stored data.';
  const reason = error instanceof Error ? error.message : 'unknown';
  return problem('storage-failed', message, { rule: 'JRN-IO', params: { reason } });
}

/** JRN-FENCE: the store has another holder now. Nothing of this one's is taken any more. */
export class LostError extends Error {
  constructor() {
    super('the log has another holder');
    this.name = 'LostError';
  }
}
