/**
 * XChaCha20-Poly1305 with Node's own ChaCha20-Poly1305. What makes that dear is preparing a key, and XChaCha20 derives one
 * from the first 16 bytes of each nonce: the one derived last is kept, for the frames of one opening share those bytes.
 */
import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import { hchacha } from '@noble/ciphers/chacha.js';
import type { Aead } from '../format.ts';

const TAG = 16;
/** Of a nonce: what the key is derived from. */
const HALF = 16;
const ALGORITHM = 'chacha20-poly1305';
const OPTIONS = { authTagLength: TAG } as const;
/** "expand 32-byte k" */
const SIGMA = Uint32Array.of(0x61707865, 0x3320646e, 0x79622d32, 0x6b206574);

/** Of bytes that may stand anywhere in a larger buffer (`slice` of a Node Buffer copies nothing). */
const wordsOf = (bytes: Uint8Array): Uint32Array => new Uint32Array(new Uint8Array(bytes).buffer);

interface Derived {
  readonly half: Uint8Array;
  readonly key: KeyObject;
}

const derivedLast = new WeakMap<Uint8Array, Derived>();

function isOf({ half }: Derived, nonce: Uint8Array): boolean {
  for (let i = 0; i < HALF; i++) if (half[i] !== nonce[i]) return false;
  return true;
}

/** The key of the IETF cipher that XChaCha20 stands for. */
function keyFor(key: Uint8Array, nonce: Uint8Array): KeyObject {
  const known = derivedLast.get(key);
  if (known !== undefined && isOf(known, nonce)) return known.key;
  const half = new Uint8Array(nonce.subarray(0, HALF));
  const words = new Uint32Array(8);
  hchacha(SIGMA, wordsOf(key), wordsOf(half), words);
  const derived = { half, key: createSecretKey(new Uint8Array(words.buffer)) };
  derivedLast.set(key, derived);
  return derived.key;
}

function shortOf(nonce: Uint8Array): Uint8Array {
  const short = new Uint8Array(12);
  short.set(nonce.subarray(HALF), 4);
  return short;
}

/** The bytes of `key` must stay what they are as long as it is used. */
export const nodeAead: Aead = {
  encrypt(key, nonce, data, plain) {
    const cipher = createCipheriv(ALGORITHM, keyFor(key, nonce), shortOf(nonce), OPTIONS);
    cipher.setAAD(data, { plaintextLength: plain.length });
    const body = cipher.update(plain);
    cipher.final();
    return Buffer.concat([body, cipher.getAuthTag()]);
  },
  decrypt(key, nonce, data, sealed) {
    const end = sealed.length - TAG;
    if (end < 0) throw new Error('shorter than its tag');
    const cipher = createDecipheriv(ALGORITHM, keyFor(key, nonce), shortOf(nonce), OPTIONS);
    cipher.setAAD(data, { plaintextLength: end });
    cipher.setAuthTag(sealed.subarray(end));
    const plain = cipher.update(sealed.subarray(0, end));
    cipher.final();
    return new Uint8Array(plain.buffer, plain.byteOffset, plain.length);
  },
};
