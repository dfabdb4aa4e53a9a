/** What stands in the bytes of one segment: its header, its good frames, and the stretches that are neither. */
import type { ShardId } from '@fieldfare/kernel';
import { type FrameHead, findHead, type HeaderReading, isWhole, readHead, readSegmentHeader } from './format.ts';

export interface BadStretch {
  readonly offset: number;
  readonly bytes: number;
  /** Known when the frame's head still passes its checksum. */
  readonly shard: ShardId | null;
}

export interface SegmentScan {
  readonly header: HeaderReading;
  /** In file order, seq strictly increasing. */
  readonly frames: readonly FrameHead[];
  readonly bad: readonly BadStretch[];
}

export function scanSegment(bytes: Uint8Array): SegmentScan {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = readSegmentHeader(bytes);
  const frames: FrameHead[] = [];
  const bad: BadStretch[] = [];
  if (header.state === 'unsupported') return { header, frames, bad };
  let at = 0;
  let lastSeq = 0;
  if (header.state === 'good') {
    at = header.length;
  } else {
    at = findHead(bytes, 0, view);
    if (at > 0) bad.push({ offset: 0, bytes: at, shard: null });
  }
  while (at < bytes.length) {
    const head = readHead(bytes, at, view);
    if (head === null) {
      const next = findHead(bytes, at + 1, view);
      bad.push({ offset: at, bytes: next - at, shard: null });
      at = next;
      continue;
    }
    if (isWhole(bytes, head, view) && head.seq > lastSeq) {
      frames.push(head);
      lastSeq = head.seq;
      at += head.length;
      continue;
    }
    // A cut frame may be followed by whole ones when something wrote behind it; so its length is trusted only
    // up to the next head.
    const next = Math.min(at + head.length, findHead(bytes, at + 1, view));
    bad.push({ offset: at, bytes: next - at, shard: head.shard });
    at = next;
  }
  return { header, frames, bad };
}
