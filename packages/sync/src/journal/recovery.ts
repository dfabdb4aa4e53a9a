/**
 * Opens what a journal left on disk, whatever state it is in: applies the rules of reading of format.ts, cuts the torn
 * tail, quarantines damage, and says where writing goes on. Never drops a whole frame that no rule voids.
 */
import {
  type AppendFile,
  type FileStore,
  fail,
  ok,
  type Problem,
  problem,
  type Result,
  type ShardId,
} from '@fieldfare/kernel';
import type { JournalDamage, RecordKind } from '../types.ts';
import {
  decodeSuperseded,
  encodeSegmentHeader,
  type FrameCipher,
  type FrameHead,
  openFrame,
  quarantineName,
  type Superseded,
  segmentName,
  segmentOrdinal,
} from './format.ts';
import { type BadStretch, type SegmentScan, scanSegment } from './scan.ts';
import { tailOf } from './tail.ts';

export interface RecordHead extends FrameHead {
  readonly kind: RecordKind;
}

const isRecord = (head: FrameHead): head is RecordHead => head.kind !== 'superseded';

export interface Segment {
  readonly ordinal: number;
  readonly name: string;
  /** Bytes known to be durable. */
  size: number;
}

export interface Recovered {
  readonly segments: readonly Segment[];
  /** Records that count, by segment in the order of `segments`. */
  readonly frames: readonly (readonly RecordHead[])[];
  /** In order of seq. */
  readonly superseded: readonly SupersededNote[];
  readonly damage: readonly JournalDamage[];
  readonly lastSeq: number;
  /** Next number to give: above all that ever stood here, those of a cut tail included. */
  readonly nextSeq: number;
  readonly nextOrdinal: number;
  /** The last segment, open, when writing may go on in it. */
  readonly active: { readonly segment: Segment; readonly file: AppendFile } | null;
}

/** A note of the journal's, and where in the order of records it was made (JRN-SUPERSEDED). */
export interface SupersededNote extends Superseded {
  readonly shard: ShardId;
  readonly seq: number;
}

/** A segment as found, with copies of its bad stretches so that the rest of its bytes can go. */
interface Loaded {
  readonly ordinal: number;
  readonly name: string;
  readonly size: number;
  readonly scan: SegmentScan;
  readonly badBytes: ReadonlyMap<BadStretch, Uint8Array>;
  readonly superseded: readonly SupersededNote[];
}

export const newerVersion = (version: number): Problem =>
  problem('unsupported', 'The stored data was written by a newer version of this program.', {
    rule: 'JRN-VERSION',
    params: { version },
  });

export const WRONG_KEY = problem(
  'unauthenticated',
  'The stored data was written under another key: this password or account does not open it.',
  { rule: 'JRN-KEY' },
);

/** Why this journal must not be opened at all, as opposed to damage that is worked around. */
function refusalOf(scan: SegmentScan, cipher: FrameCipher, keyId: Uint8Array): Problem | null {
  if (scan.header.state === 'unsupported') {
    return newerVersion(scan.header.version);
  }
  if (scan.header.state !== 'good') return null;
  const { header } = scan.header;
  if (header.tenantId !== cipher.tenantId) {
    return problem('corrupt', 'The stored data belongs to another organisation.', { rule: 'JRN-TENANT' });
  }
  return header.keyId.every((byte, i) => byte === keyId[i]) ? null : WRONG_KEY;
}

type Quarantine = (ordinal: number, offset: number, bytes: Uint8Array) => Promise<boolean>;

/** Copies bytes aside, once; false when the disk would not take them. */
function createQuarantine(files: FileStore, names: readonly string[]): Quarantine {
  const taken = new Set(names);
  return async (ordinal, offset, bytes) => {
    let name = quarantineName(ordinal, offset, 0);
    try {
      for (let copy = 1; taken.has(name); copy++) {
        const there = await files.readAll(name);
        if (there?.length === bytes.length && there.every((byte, i) => byte === bytes[i])) return true;
        name = quarantineName(ordinal, offset, copy);
      }
      await files.replace(name, bytes);
      taken.add(name);
      return true;
    } catch {
      return false;
    }
  };
}

/** Rejects with the `FileError` of a disk that cannot be read. */
export async function recoverJournal(
  files: FileStore,
  cipher: FrameCipher,
  keyId: Uint8Array,
): Promise<Result<Recovered>> {
  const names = await files.list();
  const ordinals = names.flatMap((name) => segmentOrdinal(name) ?? []).sort((a, b) => a - b);
  const loaded: Loaded[] = [];
  const found: FoundSegments = { loaded, ruins: [], nextOrdinal: (ordinals.at(-1) ?? 0) + 1 };
  let last: { readonly file: AppendFile; readonly bytes: Uint8Array } | null = null;
  let keyProven = false;
  let unproven: { readonly bytes: Uint8Array; readonly head: FrameHead } | null = null;
  try {
    for (const ordinal of ordinals) {
      const name = segmentName(ordinal);
      const file = await files.open(name);
      const bytes = await file.read(0, file.size()).catch(async (error: unknown) => {
        await file.close();
        throw error;
      });
      const scan = scanSegment(bytes);
      const refusal = refusalOf(scan, cipher, keyId);
      const [firstFrame] = scan.frames;
      const usable = scan.header.state === 'good' || firstFrame !== undefined;
      if (refusal || !usable) {
        await file.close();
        if (refusal) return fail(refusal);
        found.ruins.push({ ordinal, name, bytes });
        continue;
      }
      await last?.file.close();
      last = { file, bytes };
      if (scan.header.state === 'good') keyProven = true;
      else if (firstFrame) unproven ??= { bytes, head: firstFrame };
      const badBytes = new Map(scan.bad.map((piece) => [piece, bytes.slice(piece.offset, piece.offset + piece.bytes)]));
      loaded.push({ ordinal, name, size: bytes.length, scan, badBytes, superseded: notesIn(bytes, scan, cipher) });
    }
    if (!keyProven && unproven && openFrame(unproven.bytes, unproven.head, cipher) === null) return fail(WRONG_KEY);
    const recovered = await assemble(found, last, cipher, createQuarantine(files, names), files);
    if (recovered.active) last = null;
    return ok(recovered);
  } finally {
    await last?.file.close();
  }
}

/** Those that this key opens: the others say nothing that must be obeyed. */
function notesIn(bytes: Uint8Array, scan: SegmentScan, cipher: FrameCipher): readonly SupersededNote[] {
  return scan.frames.flatMap((head) => {
    if (head.kind !== 'superseded') return [];
    const note = decodeSuperseded(openFrame(bytes, head, cipher) ?? new Uint8Array());
    return note ? [{ ...note, shard: head.shard, seq: head.seq }] : [];
  });
}

interface FoundSegments {
  readonly loaded: readonly Loaded[];
  /** Segments without header and frames: begun and never used, or ruined. Nothing in them can be read. */
  readonly ruins: { readonly ordinal: number; readonly name: string; readonly bytes: Uint8Array }[];
  readonly nextOrdinal: number;
}

async function assemble(
  found: FoundSegments,
  last: { readonly file: AppendFile; readonly bytes: Uint8Array } | null,
  cipher: FrameCipher,
  quarantine: Quarantine,
  files: FileStore,
): Promise<Recovered> {
  const { loaded } = found;
  const damage: JournalDamage[] = [];
  const headerLength = encodeSegmentHeader({ tenantId: cipher.tenantId, keyId: new Uint8Array(8), firstSeq: 1 }).length;
  for (const { ordinal, name, bytes } of found.ruins) {
    if (bytes.length <= headerLength) {
      await files.remove(name).catch(() => undefined); // a disk that refuses now will be asked again at the next opening
      continue;
    }
    damage.push({ kind: 'corrupt-frame', file: name, offset: 0, bytes: bytes.length, shard: null });
    await quarantine(ordinal, 0, bytes);
  }

  const bounds = voidBounds(loaded);
  const segments: Segment[] = [];
  const frames: RecordHead[][] = [];
  const superseded: SupersededNote[] = [];
  let active: Recovered['active'] = null;
  let lastSeq = 0;
  let cutNumbers = 0;
  for (const [i, { ordinal, name, size, scan, badBytes, superseded: notes }] of loaded.entries()) {
    const before = lastSeq;
    const bound = bounds[i] ?? Number.POSITIVE_INFINITY;
    const segment: Segment = { ordinal, name, size };
    let kept = scan.frames.filter((frame) => frame.seq < bound && frame.seq > lastSeq);
    let bad = scan.bad;
    if (i === loaded.length - 1 && last) {
      const tail = tailOf(name, size, scan);
      kept = kept.filter((frame) => frame.offset < tail.at);
      bad = bad.filter((piece) => piece.offset < tail.at);
      damage.push(...tail.damage);
      segment.size = tail.at;
      cutNumbers = tail.numbers;
      const clean = await cut(last, ordinal, tail.at, quarantine);
      // Of a segment without frames nobody knows that its header was ever stored: after a failed flush it may only look so.
      if (clean && scan.header.state === 'good' && kept.length > 0) active = { segment, file: last.file };
    } else {
      const end = kept.at(-1);
      // Behind the last frame that counts there may lie the rest of a write that was reported as failed. When no
      // number is missing before the next segment, that is all it can be.
      if (bound <= (end?.seq ?? lastSeq) + 1) bad = bad.filter((piece) => end && piece.offset < end.offset);
    }
    for (const piece of bad) {
      damage.push({ kind: 'corrupt-frame', file: name, ...piece });
      await quarantine(ordinal, piece.offset, badBytes.get(piece) ?? new Uint8Array());
    }
    lastSeq = kept.at(-1)?.seq ?? lastSeq;
    segments.push(segment);
    frames.push(kept.filter(isRecord));
    superseded.push(...notes.filter(({ seq }) => seq > before && seq <= lastSeq));
  }
  const nextSeq = Math.max(lastSeq + 1, ...loaded.map(({ scan }) => firstSeqOf(scan) ?? 1)) + cutNumbers;
  return { segments, frames, superseded, damage, lastSeq, nextSeq, nextOrdinal: found.nextOrdinal, active };
}

/** First seq by the header, or, where that is damaged, by the first frame. */
function firstSeqOf(scan: SegmentScan): number | null {
  return scan.header.state === 'good' ? scan.header.header.firstSeq : (scan.frames[0]?.seq ?? null);
}

/** For each segment the seq from which on its frames are void (JRN-VOID): the lowest first seq of all later ones. */
function voidBounds(loaded: readonly Loaded[]): readonly number[] {
  const bounds: number[] = [];
  let bound = Number.POSITIVE_INFINITY;
  for (let i = loaded.length - 1; i >= 0; i--) {
    bounds[i] = bound;
    const scan = loaded[i]?.scan;
    bound = Math.min(bound, (scan && firstSeqOf(scan)) ?? bound);
  }
  return bounds;
}

/**
 * Cuts the last segment at `at`. False when writing must not go on in it: what lies behind the cut could not be copied
 * or removed. A new segment then voids it.
 */
async function cut(
  last: { readonly file: AppendFile; readonly bytes: Uint8Array },
  ordinal: number,
  at: number,
  quarantine: Quarantine,
): Promise<boolean> {
  const tail = last.bytes.subarray(at);
  if (tail.length === 0) return true;
  const blank = tail.every((byte) => byte === 0); // a size that reached the disk before its bytes
  if (!blank && !(await quarantine(ordinal, at, tail))) return false;
  try {
    await last.file.truncate(at);
    return true;
  } catch {
    return false;
  }
}
