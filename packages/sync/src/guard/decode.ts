/**
 * Reads the bytes of a Yjs update (format 1) without Yjs: in one pass, with no recursion that the sender controls, no
 * allocation beyond what the bytes hold, and no decoding of what is known already. Anything but entries and tombstones
 * is refused at its first byte, so nothing else of Yjs's format needs to be understood here.
 *
 * What it takes, Yjs reads alike: guard.test.ts compares the two on damaged updates.
 *
 *   update  = varuint clients, { varuint structs, varuint client, varuint clock, struct… }, deletes
 *   struct  = info byte (content 1 deleted, 8 any; bit 8 origin, bit 7 right origin, bit 6 key in a map),
 *             [origin id], [right id], [parent when neither: varuint 1, text root | varuint 0, id], content
 *   deletes = varuint clients, { varuint client, varuint ranges, { varuint clock, varuint length } }
 */
import { ok, type Result } from '@fieldfare/kernel';
import * as decoding from 'lib0/decoding';
import { tableOfRoot } from '../rows/index.ts';
import type { ShardDoc } from '../rows/shard-doc.ts';
import { Malformed, readText, ValueDecoder } from '../rows/texts.ts';
import { type ReadValue, readValue, skipValue } from '../rows/values.ts';
import type { DecodeLimits } from './limits.ts';
import { refuse } from './refusal.ts';

type Known = Pick<ShardDoc, 'clock' | 'tableAt'>;

export interface Place {
  readonly client: number;
  readonly clock: number;
}

/** A run of entries, or of entries that are deleted already. */
export interface Struct extends Place {
  readonly length: number;
  readonly origin: Place | null;
  readonly right: Place | null;
  /** Name of the root type it stands in; null when that follows from its neighbours. */
  readonly root: string | null;
  /** Values from `firstNew` on; null for tombstones. */
  readonly values: readonly unknown[] | null;
  /** Clock of the first part that is not known yet; at the end when all of it is. */
  readonly firstNew: number;
}

export interface Range {
  readonly clock: number;
  readonly end: number;
}

export interface Decoded {
  /** Those with something new, in the order of the bytes. */
  readonly structs: readonly Struct[];
  /** Client → clock behind its last struct. */
  readonly clocks: ReadonlyMap<number, number>;
  /** Client → sorted, merged ranges. */
  readonly deletes: ReadonlyMap<number, readonly Range[]>;
  /** Values that were read, so that applying the update need not read them again. */
  readonly read: ReadonlyMap<number, ReadValue>;
}

const DELETED = 1;
const ANY = 8;
const SKIP = 10;
const CONTENT_BITS = 31;
const HAS_KEY = 32;
const HAS_RIGHT = 64;
const HAS_ORIGIN = 128;

/** Refusals from inside the reader; caught in `decodeUpdate`. */
class Refused extends Error {
  readonly result: Result<never>;
  constructor(result: Result<never>) {
    super();
    this.result = result;
  }
}

const tooMany = (): Refused => new Refused(refuse('SIZE', 'the update has too many parts', {}, 'too-large'));

export function decodeUpdate(update: Uint8Array, known: Known, limits: DecodeLimits): Result<Decoded> {
  if (update.length > limits.bytes) return refuse('SIZE', 'the update is too large', {}, 'too-large');
  const decoder = new ValueDecoder(update as Uint8Array<ArrayBuffer>);
  const read = new Map<number, ReadValue>();
  try {
    const { structs, clocks } = readStructs(decoder, known, limits, read);
    const deletes = readDeletes(decoder, limits);
    if (decoding.hasContent(decoder)) throw new Malformed();
    return ok({ structs, clocks, deletes, read });
  } catch (error) {
    if (error instanceof Refused) return error.result;
    return refuse('DECODE', 'the bytes are not an update'); // lib0 throws its own kinds of errors
  }
}

/** A sum that a double still counts exactly. */
function sum(a: number, b: number): number {
  if (a + b > Number.MAX_SAFE_INTEGER) throw new Malformed();
  return a + b;
}

const readPlace = (decoder: decoding.Decoder): Place => ({
  client: decoding.readVarUint(decoder),
  clock: decoding.readVarUint(decoder),
});

function readStructs(
  decoder: ValueDecoder,
  known: Known,
  limits: DecodeLimits,
  read: Map<number, ReadValue>,
): Pick<Decoded, 'structs' | 'clocks'> {
  const structs: Struct[] = [];
  const clocks = new Map<number, number>();
  let parts = 0;
  let tombstones = 0;
  for (let blocks = decoding.readVarUint(decoder); blocks > 0; blocks--) {
    const count = decoding.readVarUint(decoder);
    const client = decoding.readVarUint(decoder);
    let clock = decoding.readVarUint(decoder);
    // 0 is our documents' own placeholder
    if (count === 0 || client === 0 || clocks.has(client)) throw new Malformed();
    const expected = known.clock(client);
    if (clock > expected) {
      const params = { client, clock, expected };
      throw new Refused(refuse('GAP', 'earlier changes are missing', { params }));
    }
    for (let i = 0; i < count; i++) {
      const struct = readStruct(decoder, client, clock, expected, read);
      if (clock < expected) checkKnown(struct, known);
      clock = sum(clock, struct.length);
      parts += 1 + (struct.values?.length ?? 0);
      if (parts > limits.structs) throw tooMany();
      if (clock <= expected) continue;
      if (struct.values === null) tombstones += clock - struct.firstNew;
      if (tombstones > limits.tombstones) throw tooMany();
      structs.push(struct);
    }
    clocks.set(client, clock);
  }
  return { structs, clocks };
}

/** Yjs passes over what it knows only after it has looked up what that refers to: it must be what was known. */
function checkKnown({ client, clock, origin, right, root }: Struct, known: Known): void {
  for (const place of [origin, right]) {
    if (place !== null && place.clock >= known.clock(place.client)) {
      throw new Refused(refuse('GAP', 'a change refers to one that is missing'));
    }
  }
  if (root !== null && tableOfRoot(root) !== known.tableAt(client, clock)) {
    throw new Refused(refuse('STRUCT', 'not the table it stands in'));
  }
}

function readStruct(
  decoder: ValueDecoder,
  client: number,
  clock: number,
  known: number,
  read: Map<number, ReadValue>,
): Struct {
  const info = readByte(decoder);
  const content = info & CONTENT_BITS;
  if (info === SKIP) throw new Refused(refuse('GAP', 'the update has gaps'));
  if (content > SKIP) throw new Malformed();
  if (content !== DELETED && content !== ANY) throw new Refused(refuse('STRUCT', 'only rows may be written'));
  const origin = (info & HAS_ORIGIN) === 0 ? null : readPlace(decoder);
  const right = (info & HAS_RIGHT) === 0 ? null : readPlace(decoder);
  let root: string | null = null;
  if (origin === null && right === null) {
    if (decoding.readVarUint(decoder) !== 1) throw new Refused(refuse('STRUCT', 'only rows may be written'));
    root = readText(decoder);
  }
  if ((info & HAS_KEY) !== 0) throw new Refused(refuse('STRUCT', 'only rows may be written'));
  const length = decoding.readVarUint(decoder);
  if (length === 0) throw new Malformed();
  const firstNew = Math.min(Math.max(known, clock), sum(clock, length));
  const struct = { client, clock, length, origin, right, root, firstNew };
  if (content === DELETED) return { ...struct, values: null };
  if (length > decoder.arr.length - decoder.pos) throw new Malformed(); // a value takes at least a byte
  for (let at = clock; at < firstNew; at++) skipValue(decoder);
  const values: unknown[] = [];
  for (let at = firstNew; at < clock + length; at++) {
    const from = decoder.pos;
    const value = readValue(decoder);
    read.set(from, { value, end: decoder.pos });
    values.push(value);
  }
  return { ...struct, values };
}

function readByte(decoder: decoding.Decoder): number {
  const byte = decoder.arr[decoder.pos];
  if (byte === undefined) throw new Malformed();
  decoder.pos += 1;
  return byte;
}

function readDeletes(decoder: decoding.Decoder, limits: DecodeLimits): Decoded['deletes'] {
  const deletes = new Map<number, Range[]>();
  let parts = 0;
  for (let clients = decoding.readVarUint(decoder); clients > 0; clients--) {
    const client = decoding.readVarUint(decoder);
    const count = decoding.readVarUint(decoder);
    parts += count;
    if (parts > limits.structs) throw tooMany();
    const ranges = deletes.get(client) ?? [];
    for (let i = 0; i < count; i++) {
      const clock = decoding.readVarUint(decoder);
      ranges.push({ clock, end: sum(clock, decoding.readVarUint(decoder)) });
    }
    deletes.set(client, ranges);
  }
  for (const [client, ranges] of deletes) deletes.set(client, merged(ranges));
  return deletes;
}

/** Sorted, those that touch made one. */
export function merged(ranges: readonly Range[]): Range[] {
  const result: { clock: number; end: number }[] = [];
  for (const { clock, end } of ranges.toSorted((a, b) => a.clock - b.clock)) {
    const last = result.at(-1);
    if (last !== undefined && clock <= last.end) last.end = Math.max(last.end, end);
    else result.push({ clock, end });
  }
  return result;
}

/** Whether the sorted ranges hold this clock. */
export function within(ranges: readonly Range[] | undefined, clock: number): boolean {
  let low = 0;
  let high = (ranges?.length ?? 0) - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const range = ranges?.[middle];
    if (range === undefined || clock < range.clock) high = middle - 1;
    else if (clock >= range.end) low = middle + 1;
    else return true;
  }
  return false;
}
