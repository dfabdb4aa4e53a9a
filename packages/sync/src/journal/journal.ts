/**
 * The append-only, checksummed, encrypted truth on disk. Bytes and rules of reading: format.ts.
 *
 * Promises (ids are in the tests' names)
 *  JRN-ACK    `append` resolves ok only when the batch is on stable storage; a batch reported as failed never returns
 *  JRN-GROUP  appends that wait together share one write and one flush, and are acknowledged in call order
 *  JRN-BATCH  after a crash all records of one `append` are there, or none
 *  JRN-FULL   a full or failing disk fails the appends it strikes with `storage-full` or `storage-failed`; everything
 *             acknowledged before stays readable, and appends work again when the disk does
 *  JRN-SUPERSEDE records are forgotten only when told that later ones hold all they did; segments of forgotten records
 *             alone are removed, oldest first, so that no crash brings a void record back
 *  JRN-CIPHER no content reaches the disk in plain text (shard names, sequence numbers, kinds and sizes do)
 *
 * What no journal can promise: when the disk refuses a write, refuses to take it back, and the process then dies before
 * the disk accepts anything again, the refused batch may be found at the next opening.
 */
import {
  type FileStore,
  fail,
  ok,
  type Problem,
  problem,
  type Random,
  type Result,
  type ShardId,
} from '@fieldfare/kernel';
import { keyIdOf } from '../keyring.ts';
import type { Journal, JournalDamage, JournalRecord } from '../types.ts';
import { frameLength, MAX_RECORD_BYTES, MAX_SHARD_BYTES, writeFrame } from './format.ts';
import { type Recovered, recoverJournal } from './recovery.ts';
import { createSegmentReader, type IndexedFrame } from './segment-reader.ts';
import { createSegmentWriter, isFull } from './segment-writer.ts';

export interface JournalOptions {
  /** The journal's directory. From a successful opening on it belongs to the journal, whose `close` closes it. */
  readonly files: FileStore;
  readonly tenantId: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
  readonly random: Random;
  /** A new segment is begun once the present one has this size. Default 4 MiB. */
  readonly segmentBytes?: number;
}

type AppendResult = Awaited<ReturnType<Journal['append']>>;

interface Waiting {
  readonly records: readonly (JournalRecord & { readonly shardBytes: Uint8Array })[];
  readonly size: number;
  readonly resolve: (result: AppendResult) => void;
}

interface EncodedFrame extends IndexedFrame {
  readonly shard: ShardId;
}

/** One write takes at most about this much, so that a flood of appends does not delay the first of them. */
const GROUP_BYTES = 4 * 1024 * 1024;
const text = new TextEncoder();

/**
 * Problems: `unauthenticated` JRN-KEY (another key), `corrupt` JRN-TENANT, `unsupported` JRN-VERSION, `storage-failed`
 * JRN-IO. Damage is no problem: the journal opens without it and tells in `damage()`.
 */
export async function openJournal(options: JournalOptions): Promise<Result<Journal>> {
  const { files, tenantId, key, random, segmentBytes = 4 * 1024 * 1024 } = options;
  const cipher = { tenantId, key };
  const keyId = keyIdOf(key);
  let recovered: Recovered;
  try {
    const result = await recoverJournal(files, cipher, keyId);
    if (!result.ok) return result;
    recovered = result.value;
  } catch (error) {
    return fail(storageProblem(error, 'read'));
  }

  const damage: JournalDamage[] = [...recovered.damage];
  const reader = createSegmentReader(files, cipher);
  for (const [i, segment] of recovered.segments.entries()) {
    reader.addSegment(segment, recovered.active?.segment === segment ? recovered.active.file : null);
    for (const frame of recovered.frames[i] ?? []) reader.index(frame.shard, segment, frame);
  }
  let { lastSeq, nextSeq } = recovered;
  const writer = createSegmentWriter({
    files,
    tenantId,
    keyId,
    segmentBytes,
    nextOrdinal: recovered.nextOrdinal,
    active: recovered.active,
    lastSeq: () => lastSeq,
    onBegin: reader.addSegment,
  });
  let waiting: Waiting[] = [];
  let draining: Promise<void> | null = null;
  let closing: Promise<void> | null = null;

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
        const length = writeFrame(bytes, offset, frame, cipher, random.bytes(24));
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
      const place = await writer.write(bytes);
      for (const frame of frames) {
        reader.index(frame.shard, place.segment, { ...frame, offset: place.offset + frame.offset });
      }
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

  return ok({
    append(records) {
      const refusal = closing ? CLOSED : refusalOf(records);
      if (refusal) return Promise.resolve(fail(refusal));
      const prepared = records.map((record) => ({ ...record, shardBytes: text.encode(record.shard) }));
      const size = prepared.reduce((sum, r) => sum + frameLength(r.shardBytes.length, r.bytes.length), 0);
      return new Promise((resolve) => {
        waiting.push({ records: prepared, size, resolve });
        draining ??= drain();
      });
    },
    async read(shard) {
      if (closing) return fail(CLOSED);
      try {
        const found = await reader.read(shard);
        for (const item of found.damage) {
          if (!damage.some((known) => known.file === item.file && known.offset === item.offset)) damage.push(item);
        }
        return ok(found.records);
      } catch (error) {
        return fail(storageProblem(error, 'read'));
      }
    },
    shards: reader.shards,
    heads: reader.heads,
    size: reader.size,
    lastSeq: () => lastSeq,
    async supersede(shard, below) {
      if (closing) return fail(CLOSED);
      reader.drop(shard, below);
      try {
        await reader.removeEmpty();
        return ok(undefined);
      } catch (error) {
        return fail(storageProblem(error, 'write'));
      }
    },
    damage: () => [...damage],
    stats: () => ({
      bytes: reader.segments().reduce((sum, segment) => sum + segment.size, 0),
      frames: reader.frames(),
      segments: reader.segments().length,
    }),
    close() {
      closing ??= (async () => {
        await draining;
        await reader.close();
        await files.close();
      })();
      return closing;
    },
  });
}

const CLOSED = problem('storage-failed', 'The store on this device is closed.', { rule: 'JRN-CLOSED' });

function refusalOf(records: readonly JournalRecord[]): Problem | null {
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

function storageProblem(error: unknown, action: 'read' | 'write'): Problem {
  if (isFull(error)) {
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
