/** XChaCha20-Poly1305 with Node's own ChaCha20-Poly1305, for frames so large that this pays; small ones in JavaScript. */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { hchacha } from '@noble/ciphers/chacha.js';
import { type Aead, jsAead } from '../format.ts';

/** Below this, starting Node's cipher costs more than it saves. */
const LEAST_BYTES = 2_048;
const TAG = 16;
const ALGORITHM = 'chacha20-poly1305';
const OPTIONS = { authTagLength: TAG } as const;
/** "expand 32-byte k" */
const SIGMA = Uint32Array.of(0x61707865, 0x3320646e, 0x79622d32, 0x6b206574);

/** Of bytes that may stand anywhere in a larger buffer (`slice` of a Node Buffer copies nothing). */
const wordsOf = (bytes: Uint8Array): Uint32Array => new Uint32Array(new Uint8Array(bytes).buffer);

/** The key and nonce of the IETF cipher that XChaCha20 stands for. */
function inner(key: Uint8Array, nonce: Uint8Array): readonly [key: Uint8Array, nonce: Uint8Array] {
  const words = new Uint32Array(8);
  hchacha(SIGMA, wordsOf(key), wordsOf(nonce.subarray(0, 16)), words);
  const short = new Uint8Array(12);
  short.set(nonce.subarray(16), 4);
  return [new Uint8Array(words.buffer), short];
}

export const nodeAead: Aead = {
  encrypt(key, nonce, data, plain) {
    if (plain.length < LEAST_BYTES) return jsAead.encrypt(key, nonce, data, plain);
    const cipher = createCipheriv(ALGORITHM, ...inner(key, nonce), OPTIONS);
    cipher.setAAD(data, { plaintextLength: plain.length });
    const body = cipher.update(plain);
    cipher.final();
    return Buffer.concat([body, cipher.getAuthTag()]);
  },
  decrypt(key, nonce, data, sealed) {
    const end = sealed.length - TAG;
    if (end < LEAST_BYTES) return jsAead.decrypt(key, nonce, data, sealed);
    const cipher = createDecipheriv(ALGORITHM, ...inner(key, nonce), OPTIONS);
    cipher.setAAD(data, { plaintextLength: end });
    cipher.setAuthTag(sealed.subarray(end));
    const plain = cipher.update(sealed.subarray(0, end));
    cipher.final();
    return new Uint8Array(plain.buffer, plain.byteOffset, plain.length);
  },
};
