import { seededRandom } from '@fieldfare/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsAead } from '../format.ts';
import { nodeAead } from './node-aead.ts';

describe('Node’s cipher', () => {
  const { bytes } = seededRandom(5);
  const sizes = fc.constantFrom(0, 1, 63, 64, 2_047, 2_048, 2_049, 10_000);

  it('JRN-CIPHER: seals to the same bytes as the one in JavaScript, and opens them', () => {
    fc.assert(
      fc.property(sizes, sizes, (size, dataSize) => {
        const [key, nonce, data, plain] = [bytes(32), bytes(24), bytes(dataSize), bytes(size)];
        const sealed = jsAead.encrypt(key, nonce, data, plain);
        expect(Buffer.compare(nodeAead.encrypt(key, nonce, data, plain), sealed)).toBe(0);
        expect(Buffer.compare(nodeAead.decrypt(key, nonce, data, sealed), plain)).toBe(0);
      }),
      { numRuns: 64, seed: 1 },
    );
  });

  it('JRN-CIPHER: takes Node’s buffers, which are views of larger ones, as what they are', () => {
    const of = (size: number): Buffer => Buffer.concat([bytes(5), bytes(size)]).subarray(5);
    const [key, nonce, data, plain] = [of(32), of(24), of(20), of(5_000)];
    const sealed = jsAead.encrypt(key, nonce, data, plain);
    expect(Buffer.compare(nodeAead.encrypt(key, nonce, data, plain), sealed)).toBe(0);
    expect(Buffer.compare(nodeAead.decrypt(key, nonce, data, Buffer.from(sealed)), plain)).toBe(0);
  });

  it.each([0, 2_500, 5_015])('JRN-CIPHER: a bit changed at byte %i is found', (at) => {
    const [key, nonce, data] = [bytes(32), bytes(24), bytes(20)];
    const sealed = nodeAead.encrypt(key, nonce, data, bytes(5_000));
    sealed[at] = (sealed[at] ?? 0) ^ 1;
    expect(() => nodeAead.decrypt(key, nonce, data, sealed)).toThrow();
  });
});
