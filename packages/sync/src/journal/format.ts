/**
 * Bytes of the journal. A journal is a directory of segments, `segment-<ordinal, 8 digits>.ffj`, read in order of
 * their ordinals. All integers are little-endian; text is UTF-8.
 *
 * Segment header
 *
 *    0   8  magic `FFJRNL\r\n`
 *    8   2  format version, 1
 *   10   2  length t of the tenant id
 *   12   8  key id (keyring.ts `keyIdOf`): tells a wrong key from damage
 *   20   8  first seq: every frame of an EARLIER segment with this seq or a higher one is void
 *   28   t  tenant id
 *  28+t  4  CRC-32C of all the above
 *
 * Frame, one journal record
 *
 *    0   4  mark F1 E1 DF A2, to find the next frame behind damage
 *    4   4  length of the whole frame
 *    8   4  CRC-32C of the whole frame but this field: finds damage without the key
 *   12   4  CRC-32C of the head (bytes 0–7 and 16–27+s): when it holds, length, seq and shard of a damaged frame do too
 *   16   1  flags; bit 0: the batch continues in the next frame
 *   17   1  kind: 1 local, 2 remote, 3 ack, 4 sealed, 5 owner, 6 superseded
 *   18   2  length s of the shard name
 *   20   8  seq
 *   28   s  shard name
 *  28+s 24  nonce: 16 bytes random for each opening of the journal, then a counter (all random before 2026-11-21)
 *  52+s  n  XChaCha20-Poly1305 ciphertext and tag; associated data: `fieldfare frame 1`, 0, tenant, 0, bytes 16–27+s
 *           (so flags, kind, seq and shard; a frame cannot be moved, renumbered or shown to another tenant)
 *
 * Content of a frame of kind 6, which is no record
 *
 *    0   8  below: the shard's frames with a lower seq are superseded
 *    8   8  to: the seq below which the frames lie that stand for them, from `below` on
 *   16   8  n: how many those were when this was written
 *
 * Rules of reading (ids are in the tests' names)
 *  JRN-BATCH  a batch lies in one segment; one that lacks its last frame at the end of the last segment never happened
 *  JRN-TORN   bytes behind the last whole batch of the last segment are cut, after a copy to `quarantine-*.bin`
 *  JRN-FLIP   a damaged frame elsewhere is skipped, copied to `quarantine-*.bin` and reported; its neighbours stand
 *  JRN-VOID   frames at or above a later segment's first seq come from a write that was reported as failed: they are
 *             void, so that a change the caller was told is lost can never come back beside its replacement
 *  JRN-SUPERSEDED frames that a frame of kind 6 names are not read again, though they may stand on the disk for long: alone,
 *             without those that were removed, they would be a history full of holes. It counts only while all n frames
 *             that stand for them are whole
 *  JRN-SEQ    seq strictly increases in file order; gaps are allowed
 */

import type { ShardId } from '@fieldfare/kernel';
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import type { RecordKind } from '../types.ts';
import { crc32c } from './crc32c.ts';

const MAGIC = Uint8Array.of(0x46, 0x46, 0x4a, 0x52, 0x4e, 0x4c, 0x0d, 0x0a);
export const FORMAT_VERSION = 1;
const MARK = 0xa2dfe1f1;
const MARK_FIRST_BYTE = 0xf1;
const HEAD = 28;
const NONCE = 24;
const TAG = 16;
const CONTINUES = 1;
/** Overhead of a frame beside its shard name and its content, in bytes. */
export const FRAME_OVERHEAD = HEAD + NONCE + TAG;
/** Largest content of one record, in bytes. Also bounds what a damaged length may ask for. */
export const MAX_RECORD_BYTES = 32 * 1024 * 1024;
/** Longest shard name, in bytes. */
export const MAX_SHARD_BYTES = 512;

/** `superseded`: the journal's own note of what need not be read again (JRN-SUPERSEDED). */
export type FrameKind = RecordKind | 'superseded';

const KINDS: readonly FrameKind[] = ['local', 'remote', 'ack', 'sealed', 'owner', 'superseded'];
const text = new TextEncoder();
const untext = new TextDecoder();

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function writeUint64(view: DataView, offset: number, value: number): void {
  view.setUint32(offset, value >>> 0, true);
  view.setUint32(offset + 4, Math.floor(value / 2 ** 32), true);
}

/** NaN when the number is beyond what a double counts exactly. */
function readUint64(view: DataView, offset: number): number {
  const value = view.getUint32(offset, true) + view.getUint32(offset + 4, true) * 2 ** 32;
  return Number.isSafeInteger(value) ? value : Number.NaN;
}

export interface SegmentHeader {
  readonly tenantId: string;
  readonly keyId: Uint8Array;
  readonly firstSeq: number;
}

export function encodeSegmentHeader(header: SegmentHeader): Uint8Array {
  const tenant = text.encode(header.tenantId);
  const bytes = new Uint8Array(32 + tenant.length);
  const view = viewOf(bytes);
  bytes.set(MAGIC, 0);
  view.setUint16(8, FORMAT_VERSION, true);
  view.setUint16(10, tenant.length, true);
  bytes.set(header.keyId, 12);
  writeUint64(view, 20, header.firstSeq);
  bytes.set(tenant, 28);
  view.setUint32(28 + tenant.length, crc32c(bytes, 0, 28 + tenant.length), true);
  return bytes;
}

export type HeaderReading =
  | { readonly state: 'good'; readonly header: SegmentHeader; readonly length: number }
  | { readonly state: 'unsupported'; readonly version: number }
  | { readonly state: 'damaged' };

export function readSegmentHeader(bytes: Uint8Array): HeaderReading {
  const damaged: HeaderReading = { state: 'damaged' };
  if (bytes.length < 32 || MAGIC.some((byte, i) => bytes[i] !== byte)) return damaged;
  const view = viewOf(bytes);
  const tenantLength = view.getUint16(10, true);
  const crcAt = 28 + tenantLength;
  if (crcAt + 4 > bytes.length || view.getUint32(crcAt, true) !== crc32c(bytes, 0, crcAt)) return damaged;
  const version = view.getUint16(8, true);
  if (version !== FORMAT_VERSION) return { state: 'unsupported', version };
  const tenantId = untext.decode(bytes.subarray(28, crcAt));
  return {
    state: 'good',
    header: { tenantId, keyId: bytes.slice(12, 20), firstSeq: readUint64(view, 20) },
    length: crcAt + 4,
  };
}

export interface FrameHead {
  readonly offset: number;
  /** Of the whole frame, in bytes. */
  readonly length: number;
  readonly seq: number;
  readonly kind: FrameKind;
  readonly continues: boolean;
  readonly shard: ShardId;
}

/** The head at `offset`, null when there is none or its checksum fails. The frame itself may still be cut or damaged. */
export function readHead(bytes: Uint8Array, offset: number, view: DataView = viewOf(bytes)): FrameHead | null {
  if (offset + HEAD > bytes.length || view.getUint32(offset, true) !== MARK) return null;
  const shardLength = view.getUint16(offset + 18, true);
  const headEnd = offset + HEAD + shardLength;
  if (shardLength === 0 || shardLength > MAX_SHARD_BYTES || headEnd > bytes.length) return null;
  const crc = crc32c(bytes, offset + 16, headEnd, crc32c(bytes, offset, offset + 8));
  if (view.getUint32(offset + 12, true) !== crc) return null;
  const length = view.getUint32(offset + 4, true);
  const kind = KINDS[(bytes[offset + 17] ?? 0) - 1];
  const seq = readUint64(view, offset + 20);
  if (kind === undefined || Number.isNaN(seq) || length < FRAME_OVERHEAD + shardLength) return null;
  return {
    offset,
    length,
    seq,
    kind,
    continues: ((bytes[offset + 16] ?? 0) & CONTINUES) !== 0,
    shard: untext.decode(bytes.subarray(offset + HEAD, headEnd)),
  };
}

/** All bytes of the frame are there and its checksum holds. */
export function isWhole(bytes: Uint8Array, head: FrameHead, view: DataView = viewOf(bytes)): boolean {
  const { offset, length } = head;
  if (offset + length > bytes.length) return false;
  const crc = crc32c(bytes, offset + 12, offset + length, crc32c(bytes, offset, offset + 8));
  return view.getUint32(offset + 8, true) === crc;
}

/** Offset of the first head with a good checksum at or behind `from`; the length of `bytes` when there is none. */
export function findHead(bytes: Uint8Array, from: number, view: DataView = viewOf(bytes)): number {
  let at = bytes.indexOf(MARK_FIRST_BYTE, from);
  while (at !== -1) {
    if (readHead(bytes, at, view) !== null) return at;
    at = bytes.indexOf(MARK_FIRST_BYTE, at + 1);
  }
  return bytes.length;
}

/** XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha): ciphertext, then the tag. */
export interface Aead {
  encrypt(key: Uint8Array, nonce: Uint8Array, data: Uint8Array, plain: Uint8Array): Uint8Array;
  /** Throws when the tag does not match. */
  decrypt(key: Uint8Array, nonce: Uint8Array, data: Uint8Array, sealed: Uint8Array): Uint8Array;
}

/** In JavaScript: everywhere. */
export const jsAead: Aead = {
  encrypt: (key, nonce, data, plain) => xchacha20poly1305(key, nonce, data).encrypt(plain),
  decrypt: (key, nonce, data, sealed) => xchacha20poly1305(key, nonce, data).decrypt(sealed),
};

/** Encrypts and decrypts frames of one tenant under one key. */
export interface FrameCipher {
  readonly tenantId: string;
  readonly key: Uint8Array;
  /** `jsAead` when absent. */
  readonly aead?: Aead | undefined;
}

export interface FrameContent {
  readonly seq: number;
  readonly kind: FrameKind;
  readonly continues: boolean;
  /** UTF-8 of the shard name, 1 to MAX_SHARD_BYTES. */
  readonly shard: Uint8Array;
  readonly bytes: Uint8Array;
}

export const frameLength = (shardBytes: number, contentBytes: number): number =>
  FRAME_OVERHEAD + shardBytes + contentBytes;

function associatedData(cipher: FrameCipher, head: Uint8Array): Uint8Array {
  const prefix = text.encode(`fieldfare frame 1\0${cipher.tenantId}\0`);
  const data = new Uint8Array(prefix.length + head.length);
  data.set(prefix);
  data.set(head, prefix.length);
  return data;
}

/** Writes a frame into `target` at `offset`, which must hold `frameLength` bytes there. `nonce`: 24 bytes, never twice under a key. */
export function writeFrame(
  target: Uint8Array,
  offset: number,
  content: FrameContent,
  cipher: FrameCipher,
  nonce: Uint8Array,
): number {
  const { shard } = content;
  const length = frameLength(shard.length, content.bytes.length);
  const frame = target.subarray(offset, offset + length);
  const view = viewOf(frame);
  const headEnd = HEAD + shard.length;
  view.setUint32(0, MARK, true);
  view.setUint32(4, length, true);
  frame[16] = content.continues ? CONTINUES : 0;
  frame[17] = KINDS.indexOf(content.kind) + 1;
  view.setUint16(18, shard.length, true);
  writeUint64(view, 20, content.seq);
  frame.set(shard, HEAD);
  frame.set(nonce, headEnd);
  const data = associatedData(cipher, frame.subarray(16, headEnd));
  const { key, aead = jsAead } = cipher;
  frame.set(aead.encrypt(key, nonce, data, content.bytes), headEnd + NONCE);
  const markCrc = crc32c(frame, 0, 8);
  view.setUint32(12, crc32c(frame, 16, headEnd, markCrc), true);
  view.setUint32(8, crc32c(frame, 12, length, markCrc), true);
  return length;
}

/** The content of a whole frame, or null when this key and tenant cannot open it. */
export function openFrame(bytes: Uint8Array, head: FrameHead, cipher: FrameCipher): Uint8Array | null {
  const frame = bytes.subarray(head.offset, head.offset + head.length);
  const headEnd = HEAD + viewOf(frame).getUint16(18, true);
  const nonce = frame.subarray(headEnd, headEnd + NONCE);
  const data = associatedData(cipher, frame.subarray(16, headEnd));
  try {
    const { key, aead = jsAead } = cipher;
    return aead.decrypt(key, nonce, data, frame.subarray(headEnd + NONCE));
  } catch {
    return null; // the tag does not match: a wrong key, or bytes that were changed together with their checksum
  }
}

/** What a frame of kind `superseded` says. */
export interface Superseded {
  /** The shard's frames with a lower seq need not be read again. */
  readonly below: number;
  /** The shard's frames from `below` to before this seq stand for them, so many. */
  readonly to: number;
  readonly frames: number;
}

export function encodeSuperseded({ below, to, frames }: Superseded): Uint8Array {
  const bytes = new Uint8Array(24);
  const view = viewOf(bytes);
  writeUint64(view, 0, below);
  writeUint64(view, 8, to);
  writeUint64(view, 16, frames);
  return bytes;
}

/** Null when that is not what the bytes hold. */
export function decodeSuperseded(bytes: Uint8Array): Superseded | null {
  if (bytes.length !== 24) return null;
  const view = viewOf(bytes);
  const [below, to, frames] = [readUint64(view, 0), readUint64(view, 8), readUint64(view, 16)];
  return [below, to, frames].some(Number.isNaN) ? null : { below, to, frames };
}

const SEGMENT_NAME = /^segment-(\d{8})\.ffj$/;

export const segmentName = (ordinal: number): string => `segment-${String(ordinal).padStart(8, '0')}.ffj`;

/** The ordinal in a segment's name, null for other files. */
export function segmentOrdinal(name: string): number | null {
  const match = SEGMENT_NAME.exec(name);
  return match ? Number(match[1]) : null;
}

/** Where bytes that do not count any more are kept for a person to look at. `copy` tells apart several from one place. */
export const quarantineName = (ordinal: number, offset: number, copy: number): string =>
  `quarantine-${String(ordinal).padStart(8, '0')}-${offset}${copy === 0 ? '' : `-${copy}`}.bin`;
