/**
 * Text in an update. Names of fields, stamps, ids and codes recur in it dozens of times: a text that was read a moment ago
 * is given again instead of being made anew, which takes a third of the time and leaves one copy in memory. What was read is
 * forgotten with the decoder.
 */
import * as decoding from 'lib0/decoding';

/** The bytes are not what they claim to be. */
export class Malformed extends Error {}

/** Longer texts hardly recur. */
const MAX_KEPT = 48;
const MIN_SLOTS = 64;
const MAX_SLOTS = 4096;
const BYTES_A_SLOT = 32;

const untext = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** lib0's decoder, and the texts that were read with it, by a hash of their bytes. */
export class ValueDecoder extends decoding.Decoder {
  readonly texts: (string | undefined)[];

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    super(bytes);
    const wanted = Math.min(MAX_SLOTS, Math.max(MIN_SLOTS, bytes.length / BYTES_A_SLOT));
    this.texts = new Array(2 ** Math.ceil(Math.log2(wanted)));
  }
}

/** The bytes of the next length and content; a length says nothing until its bytes are there. */
export function take(decoder: decoding.Decoder): Uint8Array {
  const length = decoding.readVarUint(decoder);
  if (length > decoder.arr.length - decoder.pos) throw new Malformed();
  const bytes = decoder.arr.subarray(decoder.pos, decoder.pos + length);
  decoder.pos += length;
  return bytes;
}

function is(text: string, { arr, pos }: ValueDecoder, length: number): boolean {
  if (text.length !== length) return false;
  for (let i = 0; i < length; i++) if (text.charCodeAt(i) !== arr[pos + i]) return false;
  return true;
}

export function readText(decoder: ValueDecoder): string {
  const { arr, texts } = decoder;
  const length = decoding.readVarUint(decoder);
  if (length > arr.length - decoder.pos) throw new Malformed();
  const end = decoder.pos + length;
  let hash = length;
  let bits = 0;
  if (length <= MAX_KEPT) {
    for (let at = decoder.pos; at < end; at++) {
      const byte = arr[at] as number;
      bits |= byte;
      hash = Math.imul(hash ^ byte, 0x01000193); // FNV-1a's prime
    }
  }
  let text: string | undefined;
  if (length > MAX_KEPT || bits > 127) {
    text = untext.decode(arr.subarray(decoder.pos, end));
  } else {
    const slot = (hash ^ (hash >>> 15)) & (texts.length - 1);
    text = texts[slot];
    if (text === undefined || !is(text, decoder, length)) {
      text = String.fromCharCode.apply(null, arr.subarray(decoder.pos, end) as unknown as number[]);
      texts[slot] = text;
    }
  }
  decoder.pos = end;
  return text;
}

/** Text that Yjs will decode, though nobody looks at it. */
export function skipText(decoder: decoding.Decoder): void {
  const bytes = take(decoder);
  for (const byte of bytes) {
    if (byte <= 127) continue;
    untext.decode(bytes);
    return;
  }
}
