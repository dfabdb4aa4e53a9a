/**
 * The append-only, checksummed, encrypted truth on disk. Bytes and rules of reading: format.ts.
 *
 * Promises (ids are in the tests' names)
 *  JRN-ACK    `append` resolves ok only when the batch is on stable storage; a batch reported as failed never returns
 *  JRN-GROUP  appends that wait together share one write and one flush, and are acknowledged in call order
 *  JRN-BATCH  after a crash all records of one `append` are there, or none
 *  JRN-FULL   a full or failing disk fails the appends it strikes with `storage-full` or `storage-failed`; everything
 *             acknowledged before stays readable, and appends work again when the disk does
 *  JRN-SUPERSEDE records are forgotten only when told that later ones hold all they did, and a note of that goes to the disk for
 *             later openings; segments of forgotten records alone are removed, oldest first, so that no crash brings
 *             a void record back
 *  JRN-CIPHER no content reaches the disk in plain text (shard names, sequence numbers, kinds and sizes do)
 *
 * What no journal can promise: when the disk refuses a write, refuses to take it back, and the process then dies before
 * the disk accepts anything again, the refused batch may be found at the next opening.
 */
import { type FileStore, fail, ok, type Random, type Result, type ShardId } from '@fieldfare/kernel';
import { keyIdOf } from '../keyring.ts';
import type { Journal, JournalDamage } from '../types.ts';
import { CLOSED, createAppender, storageProblem } from './appender.ts';
import { type Aead, encodeSuperseded } from './format.ts';
import { type Recovered, recoverJournal, type SupersededNote } from './recovery.ts';
import { createSegmentReader, type SegmentReader } from './segment-reader.ts';
import { createSegmentWriter } from './segment-writer.ts';

export interface JournalOptions {
  /** The journal's directory. From a successful opening on it belongs to the journal, whose `close` closes it. */
  readonly files: FileStore;
  readonly tenantId: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
  readonly random: Random;
  /** A faster cipher that this platform has. */
  readonly aead?: Aead;
  /** A new segment is begun once the present one has this size. Default 4 MiB. */
  readonly segmentBytes?: number;
}

/** JRN-SUPERSEDED: of each shard the newest note counts whose n frames are all whole. */
function forgetSuperseded(reader: SegmentReader, notes: readonly SupersededNote[]): void {
  const done = new Set<ShardId>();
  for (const { shard, below, to, frames } of notes.toReversed()) {
    if (done.has(shard) || reader.count(shard, below, to) < frames) continue;
    reader.drop(shard, below);
    done.add(shard);
  }
}

/**
 * Problems: `unauthenticated` JRN-KEY (another key), `corrupt` JRN-TENANT, `unsupported` JRN-VERSION, `storage-failed`
 * JRN-IO. Damage is no problem: the journal opens without it and tells in `damage()`.
 */
export async function openJournal(options: JournalOptions): Promise<Result<Journal>> {
  const { files, tenantId, key, random, aead, segmentBytes = 4 * 1024 * 1024 } = options;
  const cipher = { tenantId, key, aead };
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
  forgetSuperseded(reader, recovered.superseded);
  const writer = createSegmentWriter({
    files,
    tenantId,
    keyId,
    segmentBytes,
    nextOrdinal: recovered.nextOrdinal,
    active: recovered.active,
    lastSeq: () => appender.lastSeq(),
    onBegin: reader.addSegment,
  });
  const appender = createAppender({
    cipher,
    random,
    lastSeq: recovered.lastSeq,
    nextSeq: recovered.nextSeq,
    async write(bytes, frames) {
      const place = await writer.write(bytes);
      for (const { kind, ...frame } of frames) {
        if (kind === 'superseded') continue;
        reader.index(frame.shard, place.segment, { ...frame, kind, offset: place.offset + frame.offset });
      }
    },
  });
  let closing: Promise<void> | null = null;

  return ok({
    append: appender.append,
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
    lastSeq: appender.lastSeq,
    async supersede(shard, below) {
      if (closing) return fail(CLOSED);
      const to = appender.lastSeq() + 1;
      const bound = Math.min(below, to);
      if (reader.drop(shard, bound) > 0) {
        const bytes = encodeSuperseded({ below: bound, to, frames: reader.count(shard, bound, to) });
        // Refused by a full disk, which what follows makes room on: until the next compaction, those whose segment has not
        // become empty are read again, which does no harm but takes its time.
        await appender.append([{ shard, kind: 'superseded', bytes }]);
      }
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
        await appender.close();
        await reader.close();
        await files.close();
      })();
      return closing;
    },
  });
}
