import fc from 'fast-check';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { describe, expect, it } from 'vitest';
import { ValueDecoder } from './texts.ts';
import { readValue } from './values.ts';

describe('values', () => {
  const text = fc.oneof(
    fc.string({ maxLength: 60 }),
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom('visit', 'start', '2026-W40', '018f00000000-0000-abc'),
  );
  const leaf = fc.oneof(
    text,
    fc.integer(),
    fc.double({ noNaN: true }),
    fc.boolean(),
    fc.constant(null),
    fc.constant(undefined),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie('value'), { maxLength: 5 }),
      fc.dictionary(
        text.filter((key) => key !== '__proto__'),
        tie('value'),
        { maxKeys: 8 },
      ),
    ),
  }));

  it('SYN-GUARD-DECODE: are read as lib0 reads them, recurring texts and all', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 10 }), (values) => {
        const encoder = encoding.createEncoder();
        for (const each of values) encoding.writeAny(encoder, each as Parameters<typeof encoding.writeAny>[1]);
        const bytes = encoding.toUint8Array(encoder);
        const ours = new ValueDecoder(bytes);
        const theirs = decoding.createDecoder(bytes);
        for (const _ of values) expect(readValue(ours)).toEqual(decoding.readAny(theirs));
        expect(ours.pos).toBe(theirs.pos);
      }),
      { numRuns: 300, seed: 3 },
    );
  });
});
