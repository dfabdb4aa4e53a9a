/**
 * Yrs, the implementation of the Yjs format in Rust, reads what we write: an independent witness of our encoding. Its
 * WebAssembly build (0.18.3) reads client ids modulo 2³², ours have 41 bits (ADR 8): the desks here get short ones.
 */
import { createRequire } from 'node:module';
import { type Random, seededRandom, unwrap } from '@fieldfare/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { stableText } from '../../src/rows/json.ts';
import { change, create, type Desk, openDesk, SHARD } from '../fixtures.ts';

// built for `require`: as a module it would not find its WebAssembly
const yrs = createRequire(import.meta.url)('ywasm') as typeof import('ywasm');

const ROOT = 't:visits';

const textsOf = (entries: unknown): string[] => (entries as never[]).map((entry) => stableText(entry));

/** Session ids of 32 bits. */
function shortIds(seed: number): Random {
  const random = seededRandom(seed);
  return {
    ...random,
    bytes(count) {
      const bytes = random.bytes(count);
      if (count === 6) bytes.fill(0, 0, 2);
      return bytes;
    },
  };
}

const openShort = (seed: number): Promise<Desk> => openDesk(seed, { random: shortIds(seed) });

const step = fc.record({
  desk: fc.nat(2),
  n: fc.nat(3),
  field: fc.constantFrom('title', 'start', 'doneAt', 'deletedAt'),
  value: fc.nat(4),
  meet: fc.boolean(),
});

describe('Yrs', () => {
  it('SYN-INTEROP-YRS reads the same entries in the same order, and what it writes out is taken by the guard', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const desks = [await openShort(1), await openShort(2), await openShort(3)] as const;
        const witness = new yrs.YDoc({});
        const plain = new Y.Doc();
        const meet = async (): Promise<void> => {
          for (const from of desks) {
            for (const to of desks) {
              const diff = from.replica.diff(SHARD, to.replica.stateVector(SHARD));
              unwrap(await to.replica.receive(SHARD, diff, { subject: null }));
            }
          }
        };
        for (const desk of desks) {
          desk.replica.onTouched(({ update }) => {
            if (update === undefined) return;
            yrs.applyUpdate(witness, update, null);
            Y.applyUpdate(plain, update);
          });
        }
        await desks[0].commit(create(0), create(1), create(2), create(3));
        await meet();
        for (const { desk, n, field, value, meet: meets } of steps) {
          const text = field === 'title' ? `é ${value} 🌍` : value === 0 ? null : `2026-10-0${value}`;
          await desks[desk]?.commit(change(n, { [field]: text }));
          if (meets) await meet();
        }
        await meet();
        await meet();

        const seen = textsOf(witness.getArray(ROOT).toJson(undefined));
        expect(seen).toEqual(textsOf(plain.getArray(ROOT).toJSON()));
        const clocks = Y.decodeStateVector(desks[0].replica.stateVector(SHARD));
        expect(Y.decodeStateVector(yrs.encodeStateVector(witness))).toEqual(clocks);

        // the whole state in Yrs's own words
        const newcomer = await openDesk(4);
        unwrap(await newcomer.replica.receive(SHARD, yrs.encodeStateAsUpdate(witness), { subject: null }));
        for (const n of [0, 1, 2, 3]) expect(newcomer.row(n)).toEqual(desks[0].row(n));
        // and our document at once
        const other = new yrs.YDoc({});
        yrs.applyUpdate(other, desks[0].replica.diff(SHARD), null);
        expect(textsOf(other.getArray(ROOT).toJson(undefined)).sort()).toEqual(seen.toSorted());
        for (const doc of [witness, other]) doc.free();
        plain.destroy();
      }),
      { numRuns: 25 },
    );
  });
});
