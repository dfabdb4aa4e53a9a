import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareHlc, createHlcClock, isHlc, MAX_DRIFT_MS, nodeOf, parseHlc, timeOf } from './hlc.ts';

const settableClock = (start: number) => {
  let now = start;
  return { now: () => now, set: (value: number) => (now = value) };
};

describe('hybrid logical clock', () => {
  it('HLC-MONOTONE: stamps rise whatever the wall clock does', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 41 }), { minLength: 1, maxLength: 50 }), (times) => {
        const clock = settableClock(0);
        const hlc = createHlcClock({ clock, node: 'a' });
        let last = '';
        for (const time of times) {
          clock.set(time);
          const stamp = hlc.next();
          expect(compareHlc(stamp, last)).toBe(1);
          last = stamp;
        }
      }),
    );
  });

  it('HLC-CAUSAL: a stamp issued after receiving another is greater, even with a slow wall clock', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: MAX_DRIFT_MS }), fc.integer({ min: 0, max: 40 }), (ahead, repeats) => {
        const here = settableClock(1_000_000);
        const there = settableClock(1_000_000 + ahead);
        const a = createHlcClock({ clock: here, node: 'a' });
        const b = createHlcClock({ clock: there, node: 'b' });
        let received = b.next();
        for (let i = 0; i < repeats; i += 1) received = b.next();
        expect(a.receive(received).ok).toBe(true);
        expect(compareHlc(a.next(), received)).toBe(1);
      }),
    );
  });

  it('HLC-DRIFT: a stamp beyond the bound is refused and changes nothing', () => {
    const clock = settableClock(1_000_000);
    const hlc = createHlcClock({ clock, node: 'a' });
    const far = createHlcClock({ clock: settableClock(1_000_001 + MAX_DRIFT_MS), node: 'b' }).next();
    const refused = hlc.receive(far);
    expect(refused.ok).toBe(false);
    if (!refused.ok) expect(refused.problems[0].rule).toBe('HLC-DRIFT');
    expect(timeOf(hlc.next())).toBe(1_000_000);
    const atTheBound = createHlcClock({ clock: settableClock(1_000_000 + MAX_DRIFT_MS), node: 'b' }).next();
    expect(hlc.receive(atTheBound).ok).toBe(true);
  });

  it('counts through a full counter into the next millisecond', () => {
    const hlc = createHlcClock({ clock: settableClock(5), node: 'a' });
    let stamp = hlc.next();
    for (let i = 0; i < 0x10000; i += 1) {
      const next = hlc.next();
      expect(next > stamp).toBe(true);
      stamp = next;
    }
    expect(timeOf(stamp)).toBe(6);
  });

  it('text sorts as it orders, and two nodes never tie', () => {
    const clock = settableClock(9);
    const a = createHlcClock({ clock, node: 'a' }).next();
    const b = createHlcClock({ clock, node: 'b' }).next();
    expect(a < b).toBe(true);
    expect(nodeOf(b)).toBe('b');
  });

  it.each(['', 'x', '00000000000g-0000-a', '000000000000-0000-', '000000000000-0000-A', '000000000000-0000-a b'])(
    'HLC-FORM: %j is no stamp',
    (text) => {
      expect(isHlc(text)).toBe(false);
      expect(parseHlc(text).ok).toBe(false);
    },
  );
});
