/**
 * Updates of one session that follow each other, put together as one.
 *
 *  SYN-JOIN-SAME  whoever takes the whole has what it would have after taking them one after another
 *
 * What they take back themselves is not in it: an entry that a later one of them has replaced is a tombstone, without its
 * content, as it is in everybody's document by then. So ten edits of a row cost little more than the last one, to send,
 * judge, store and read.
 *
 * The bytes of structs are copied as they are, not read: whoever gets the whole judges it like any update (guard.ts).
 * Format: guard/decode.ts.
 */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { merged, type Range, within } from './guard/decode.ts';
import { Malformed, skipText } from './rows/texts.ts';
import { skipValue } from './rows/values.ts';

const DELETED = 1;
const ANY = 8;
const CONTENT_BITS = 31;
const HAS_KEY = 32;
const HAS_RIGHT = 64;
const HAS_ORIGIN = 128;

/** What an update of one session brings of it. */
export interface Span {
  readonly client: number;
  /** Its first clock, and the one behind its last. */
  readonly from: number;
  readonly end: number;
}

/** A struct in its bytes. */
interface Piece {
  readonly clock: number;
  readonly length: number;
  readonly info: number;
  /** Place of its first byte. */
  readonly start: number;
  /** Place behind what says where it stands: its length and content follow. */
  readonly content: number;
  /** Place behind its last byte. */
  readonly after: number;
}

interface Parts extends Span {
  readonly bytes: Uint8Array;
  readonly pieces: readonly Piece[];
  readonly deletes: ReadonlyMap<number, readonly Range[]>;
}

function readPiece(decoder: decoding.Decoder, clock: number): Piece {
  const start = decoder.pos;
  const info = decoding.readUint8(decoder);
  const kind = info & CONTENT_BITS;
  if ((kind !== DELETED && kind !== ANY) || (info & HAS_KEY) !== 0) throw new Malformed();
  for (const bit of [HAS_ORIGIN, HAS_RIGHT]) {
    if ((info & bit) === 0) continue;
    decoding.readVarUint(decoder);
    decoding.readVarUint(decoder);
  }
  if ((info & (HAS_ORIGIN | HAS_RIGHT)) === 0) {
    if (decoding.readVarUint(decoder) !== 1) throw new Malformed();
    skipText(decoder);
  }
  const content = decoder.pos;
  const length = decoding.readVarUint(decoder);
  if (length === 0 || clock + length > Number.MAX_SAFE_INTEGER) throw new Malformed();
  if (kind === ANY) {
    if (length > decoder.arr.length - decoder.pos) throw new Malformed();
    for (let left = length; left > 0; left--) skipValue(decoder);
  }
  if (decoder.pos > decoder.arr.length) throw new Malformed();
  return { clock, length, info, start, content, after: decoder.pos };
}

function readDeletes(decoder: decoding.Decoder): Map<number, Range[]> {
  const deletes = new Map<number, Range[]>();
  for (let clients = decoding.readVarUint(decoder); clients > 0; clients--) {
    const client = decoding.readVarUint(decoder);
    const ranges = deletes.get(client) ?? [];
    for (let left = decoding.readVarUint(decoder); left > 0; left--) {
      const clock = decoding.readVarUint(decoder);
      const end = clock + decoding.readVarUint(decoder);
      if (end > Number.MAX_SAFE_INTEGER) throw new Malformed();
      ranges.push({ clock, end });
    }
    deletes.set(client, ranges);
  }
  return deletes;
}

/** Null: of several sessions, or no such update at all. */
function partsOf(bytes: Uint8Array): Parts | null {
  const decoder = decoding.createDecoder(bytes);
  try {
    if (decoding.readVarUint(decoder) !== 1) return null;
    const count = decoding.readVarUint(decoder);
    const client = decoding.readVarUint(decoder);
    const from = decoding.readVarUint(decoder);
    const pieces: Piece[] = [];
    let end = from;
    for (let left = count; left > 0; left--) {
      const piece = readPiece(decoder, end);
      pieces.push(piece);
      end += piece.length;
    }
    const deletes = readDeletes(decoder);
    return pieces.length === 0 || decoding.hasContent(decoder) ? null : { client, from, end, bytes, pieces, deletes };
  } catch {
    return null; // lib0 throws its own kinds of errors
  }
}

/** Null: not the update of one session. */
export function spanOf(update: Uint8Array): Span | null {
  const parts = partsOf(update);
  return parts === null ? null : { client: parts.client, from: parts.from, end: parts.end };
}

function writeDeletes(out: encoding.Encoder, run: readonly Parts[]): ReadonlyMap<number, readonly Range[]> {
  const all = new Map<number, Range[]>();
  for (const { deletes } of run) {
    for (const [client, ranges] of deletes) {
      const known = all.get(client);
      if (known === undefined) all.set(client, [...ranges]);
      else for (const range of ranges) known.push(range);
    }
  }
  encoding.writeVarUint(out, all.size);
  for (const [client, ranges] of all) {
    const sorted = merged(ranges);
    all.set(client, sorted);
    encoding.writeVarUint(out, client);
    encoding.writeVarUint(out, sorted.length);
    for (const { clock, end } of sorted) {
      encoding.writeVarUint(out, clock);
      encoding.writeVarUint(out, end - clock);
    }
  }
  return all;
}

function write(run: readonly Parts[], { client, from }: Span): Uint8Array {
  const tail = encoding.createEncoder();
  const gone = writeDeletes(tail, run).get(client);
  /** Pieces of several entries are mostly there: their content stays unless all of it is gone. */
  function isGone({ clock, length }: Piece): boolean {
    for (let at = clock; at < clock + length; at++) if (!within(gone, at)) return false;
    return true;
  }
  const out = encoding.createEncoder();
  encoding.writeVarUint(out, 1);
  encoding.writeVarUint(
    out,
    run.reduce((sum, { pieces }) => sum + pieces.length, 0),
  );
  encoding.writeVarUint(out, client);
  encoding.writeVarUint(out, from);
  for (const { bytes, pieces } of run) {
    for (const piece of pieces) {
      const { info, start, content, after, length } = piece;
      if ((info & CONTENT_BITS) === DELETED || !isGone(piece)) {
        encoding.writeUint8Array(out, bytes.subarray(start, after));
        continue;
      }
      encoding.writeUint8(out, (info & ~CONTENT_BITS) | DELETED);
      encoding.writeUint8Array(out, bytes.subarray(start + 1, content));
      encoding.writeVarUint(out, length);
    }
  }
  encoding.writeUint8Array(out, encoding.toUint8Array(tail));
  return encoding.toUint8Array(out);
}

/** The first of the updates and those behind it that go on where it ends, as one; and how many that are. */
export function joinFirst(updates: readonly Uint8Array[]): { readonly update: Uint8Array; readonly count: number } {
  const [first = new Uint8Array(), ...others] = updates;
  const begun = others.length === 0 ? null : partsOf(first);
  if (begun === null) return { update: first, count: 1 };
  const run = [begun];
  let { end } = begun;
  for (const update of others) {
    const parts = partsOf(update);
    if (parts === null || parts.client !== begun.client || parts.from !== end) break;
    run.push(parts);
    ({ end } = parts);
  }
  return run.length === 1 ? { update: first, count: 1 } : { update: write(run, begun), count: run.length };
}
