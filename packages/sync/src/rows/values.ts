/**
 * lib0's `any` values, bounded: nesting is counted instead of left to the stack, and a length says nothing until its
 * bytes are there. A key that plain objects inherit is kept as an own property, where `parseEntry` finds and refuses it.
 */
import * as decoding from 'lib0/decoding';
import { Malformed, readText, skipText, take, type ValueDecoder } from './texts.ts';

/** Deeper than any entry may be (rows/json.ts judges that), shallower than any stack. */
const MAX_NESTING = 32;

/** A value by the place of its first byte. */
export interface ReadValue {
  readonly value: unknown;
  /** Place behind its last byte. */
  readonly end: number;
}

function skip(decoder: decoding.Decoder, bytes: number): void {
  if (bytes > decoder.arr.length - decoder.pos) throw new Malformed();
  decoder.pos += bytes;
}

function tagOf(decoder: decoding.Decoder): number {
  const tag = decoder.arr[decoder.pos];
  if (tag === undefined) throw new Malformed();
  decoder.pos += 1;
  return tag;
}

/** A float must lie inside our bytes: lib0 would read on in the underlying buffer. */
function whole<T>(decoder: decoding.Decoder, bytes: number, read: (decoder: decoding.Decoder) => T): T {
  if (bytes > decoder.arr.length - decoder.pos) throw new Malformed();
  return read(decoder);
}

function count(decoder: decoding.Decoder, bytesEach: number): number {
  const length = decoding.readVarUint(decoder);
  if (length * bytesEach > decoder.arr.length - decoder.pos) throw new Malformed();
  return length;
}

export function readValue(decoder: ValueDecoder, nesting = MAX_NESTING): unknown {
  if (nesting === 0) throw new Malformed();
  switch (tagOf(decoder)) {
    case 127:
      return undefined;
    case 126:
      return null;
    case 125:
      return decoding.readVarInt(decoder);
    case 124:
      return whole(decoder, 4, decoding.readFloat32);
    case 123:
      return whole(decoder, 8, decoding.readFloat64);
    case 122:
      return whole(decoder, 8, decoding.readBigInt64);
    case 121:
      return false;
    case 120:
      return true;
    case 119:
      return readText(decoder);
    case 118: {
      const object: Record<string, unknown> = {};
      for (let left = count(decoder, 2); left > 0; left--) {
        const key = readText(decoder);
        const value = readValue(decoder, nesting - 1);
        if (key === '__proto__') Object.defineProperty(object, key, { value, enumerable: true });
        else object[key] = value;
      }
      return object;
    }
    case 117: {
      const array: unknown[] = [];
      for (let left = count(decoder, 1); left > 0; left--) array.push(readValue(decoder, nesting - 1));
      return array;
    }
    case 116:
      return take(decoder);
    default:
      throw new Malformed();
  }
}

/** Passes over a value that is known already. */
export function skipValue(decoder: decoding.Decoder, nesting = MAX_NESTING): void {
  if (nesting === 0) throw new Malformed();
  switch (tagOf(decoder)) {
    case 127:
    case 126:
    case 121:
    case 120:
      return;
    case 125:
      decoding.readVarInt(decoder);
      return;
    case 124:
      skip(decoder, 4);
      return;
    case 123:
    case 122:
      skip(decoder, 8);
      return;
    case 119:
      skipText(decoder);
      return;
    case 116:
      take(decoder);
      return;
    case 118:
      for (let left = count(decoder, 2); left > 0; left--) {
        skipText(decoder);
        skipValue(decoder, nesting - 1);
      }
      return;
    case 117:
      for (let left = count(decoder, 1); left > 0; left--) skipValue(decoder, nesting - 1);
      return;
    default:
      throw new Malformed();
  }
}
