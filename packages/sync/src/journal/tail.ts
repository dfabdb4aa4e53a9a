/** Where the last segment stops counting: what a crash can have left behind the last whole batch. */
import type { JournalDamage } from '../types.ts';
import { FRAME_OVERHEAD, type FrameHead } from './format.ts';
import type { SegmentScan } from './scan.ts';

export interface Tail {
  /** Offset to cut at; the segment's size when there is nothing to cut. */
  readonly at: number;
  /** What lies behind the cut, whole frames of an unfinished batch included. */
  readonly damage: readonly JournalDamage[];
  /** How many sequence numbers the cut part may have used. */
  readonly numbers: number;
}

const endOf = (frame: FrameHead): number => frame.offset + frame.length;

export function tailOf(name: string, size: number, scan: SegmentScan): Tail {
  const { frames } = scan;
  let keep = frames.length;
  let next: FrameHead | undefined;
  for (;;) {
    const frame = frames[keep - 1];
    if (!frame?.continues || (next && endOf(frame) !== next.offset)) break;
    next = frame;
    keep -= 1;
  }
  const lastKept = frames[keep - 1];
  const start = scan.header.state === 'good' ? scan.header.length : (frames[0]?.offset ?? size);
  const at = lastKept ? endOf(lastKept) : start;
  const cut = [
    ...frames.slice(keep).map((frame) => ({ offset: frame.offset, bytes: frame.length, shard: frame.shard })),
    ...scan.bad.filter((piece) => piece.offset >= at),
  ].sort((a, b) => a.offset - b.offset);
  return {
    at,
    damage: cut.map((piece) => ({ kind: 'torn-tail', file: name, ...piece })),
    numbers: Math.ceil((size - at) / FRAME_OVERHEAD),
  };
}
