import { createFakeClock } from '@fieldfare/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bucket, createBuckets } from './token-bucket.ts';

describe('SRV-RATE: a token bucket', () => {
  it('gives its burst at once, then makes wait exactly as long as the debt takes', () => {
    const clock = createFakeClock();
    const bucket = new Bucket(clock, { perSecond: 10, burst: 5 });
    expect(Array.from({ length: 7 }, () => bucket.take(1))).toEqual([0, 0, 0, 0, 0, 100, 200]);
    clock.advance(200);
    expect([bucket.take(0), bucket.take(1)]).toEqual([0, 100]);
  });

  it('never lets more through than burst and flow, whoever waits as told', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(20), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 50 }),
        (sizes, per) => {
          const clock = createFakeClock();
          const began = clock.now();
          const bucket = new Bucket(clock, { perSecond: per, burst: 30 });
          let through = 0;
          for (const size of sizes) {
            clock.advance(bucket.take(0));
            expect(through).toBeLessThanOrEqual(30 + ((clock.now() - began) * per) / 1000 + 0.001);
            bucket.take(size);
            through += size;
          }
        },
      ),
    );
  });

  it('keeps a debt across forgetting, and forgets only those who owe nothing', () => {
    const clock = createFakeClock();
    const buckets = createBuckets(clock, { perSecond: 1, burst: 1 });
    buckets.of('debtor').take(10_000);
    for (let n = 0; n < 3_000; n += 1) buckets.of(`idle ${n}`);
    expect(buckets.of('debtor').take(0)).toBeGreaterThan(0);
  });

  it('is not fooled by a clock that goes back', () => {
    const clock = createFakeClock();
    const bucket = new Bucket(clock, { perSecond: 1, burst: 1 });
    bucket.take(1);
    clock.set(clock.now() - 3_600_000);
    expect(bucket.take(1)).toBe(1000);
  });
});
