/**
 * Puts bytes durably at the end of the journal, or leaves it as it was.
 *
 *  JRN-FULL   a failed write is cut off again; where even that fails, its segment is abandoned and a new one voids it
 *  JRN-FSYNC  after a failed flush nothing of the file's unflushed bytes is trusted, and the file is never flushed
 *             again: Linux marks the pages clean, so a second flush would succeed without storing anything
 */
import { type AppendFile, FileError, type FileStore, invariant } from '@fieldfare/kernel';
import { encodeSegmentHeader, segmentName } from './format.ts';
import type { Segment } from './recovery.ts';

export interface SegmentWriter {
  /**
   * Appends and flushes. Resolves with where the bytes stand, once they are on stable storage. Rejects with the
   * reason when they are not; nothing of them will be seen again then.
   */
  write(bytes: Uint8Array): Promise<{ readonly segment: Segment; readonly offset: number }>;
}

export interface SegmentWriterOptions {
  readonly files: FileStore;
  readonly tenantId: string;
  readonly keyId: Uint8Array;
  readonly segmentBytes: number;
  readonly nextOrdinal: number;
  readonly active: { readonly segment: Segment; readonly file: AppendFile } | null;
  /** Highest durable seq: a new segment voids everything above it in earlier ones. */
  readonly lastSeq: () => number;
  readonly onBegin: (segment: Segment, file: AppendFile) => void;
}

export function createSegmentWriter(options: SegmentWriterOptions): SegmentWriter {
  const { files, tenantId, keyId, segmentBytes } = options;
  let { nextOrdinal, active } = options;

  async function begin(): Promise<NonNullable<typeof active>> {
    const ordinal = nextOrdinal;
    const name = segmentName(ordinal);
    const header = encodeSegmentHeader({ tenantId, keyId, firstSeq: options.lastSeq() + 1 });
    const file = await files.open(name);
    nextOrdinal += 1;
    try {
      if (file.size() > 0) await file.truncate(0); // an earlier beginning that could not be removed
      await appendAll(file, 0, header);
      await file.flush();
    } catch (error) {
      await file.close().catch(ignore);
      await files.remove(name).catch(ignore);
      throw error;
    }
    const segment: Segment = { ordinal, name, size: header.length };
    options.onBegin(segment, file);
    return { segment, file };
  }

  /** Gives the segment up for writing; its durable part stays readable. */
  async function abandon(): Promise<void> {
    active = null;
    // At once if the disk lets us, so that a crash cannot bring the failed write back; else before the next write.
    active = await begin().catch(() => null);
  }

  async function rollBack(current: NonNullable<typeof active>): Promise<void> {
    try {
      await current.file.truncate(current.segment.size);
      await current.file.flush();
    } catch {
      await abandon();
    }
  }

  return {
    async write(bytes) {
      if (active && active.segment.size >= segmentBytes) active = null;
      active ??= await begin();
      const current = active;
      const offset = current.segment.size;
      try {
        await appendAll(current.file, offset, bytes);
      } catch (error) {
        await rollBack(current);
        throw error;
      }
      try {
        await current.file.flush();
      } catch (error) {
        await current.file.truncate(offset).catch(ignore);
        await abandon();
        throw error;
      }
      current.segment.size = offset + bytes.length;
      return { segment: current.segment, offset };
    },
  };
}

/** Appends at `offset`, the file's end. Platforms have claimed writes that they did not make, so the size is asked. */
async function appendAll(file: AppendFile, offset: number, bytes: Uint8Array): Promise<void> {
  invariant(file.size() === offset, 'a segment ends where its durable bytes end');
  await file.append(bytes);
  if (file.size() !== offset + bytes.length) throw new FileError('io', 'the disk took a part and claimed the whole');
}

/** For clean-up after a failure that is reported anyway. */
const ignore = (): void => undefined;
