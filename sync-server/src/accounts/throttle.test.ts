import { describe, expect, it } from 'vitest';
import { addressKey, createThrottle } from './throttle.ts';

function setUp(maxKeys = 100) {
  let now = 1_000_000;
  const throttle = createThrottle({ clock: { now: () => now }, free: 3, firstMs: 1000, maxMs: 8000, maxKeys });
  return { throttle, pass: (ms: number) => (now += ms) };
}

describe('AUTH-THROTTLE', () => {
  it('lets the first attempts through, then doubles the wait up to the limit', () => {
    const { throttle, pass } = setUp();
    expect([1, 2, 3].map(() => throttle.begin('a'))).toEqual([0, 0, 0]);
    for (const waitMs of [1000, 2000, 4000, 8000, 8000]) {
      expect(throttle.begin('a')).toBe(waitMs);
      pass(waitMs - 1);
      expect(throttle.begin('a')).toBe(1);
      pass(1);
      expect(throttle.begin('a')).toBe(0);
    }
  });

  it('counts attempts that are under way, so that parallel guesses gain nothing', () => {
    const { throttle } = setUp();
    const waits = Array.from({ length: 50 }, () => throttle.begin('a'));
    expect(waits.filter((wait) => wait === 0)).toHaveLength(3);
  });

  it('forgets after a good attempt, and after a quiet spell', () => {
    const { throttle, pass } = setUp();
    for (let i = 0; i < 3; i++) throttle.begin('a');
    expect(throttle.begin('a')).toBeGreaterThan(0);
    throttle.forget('a');
    expect(throttle.begin('a')).toBe(0);
    for (let i = 0; i < 3; i++) throttle.begin('b');
    pass(1000 + 8000);
    expect([1, 2, 3].map(() => throttle.begin('b'))).toEqual([0, 0, 0]);
  });

  it('forgives one good attempt without washing away the bad ones before it', () => {
    const { throttle, pass } = setUp();
    for (let i = 0; i < 3; i++) throttle.begin('a');
    pass(1000);
    expect(throttle.begin('a')).toBe(0);
    throttle.forgive('a');
    expect(throttle.begin('a')).toBe(0);
    expect(throttle.begin('a')).toBe(2000);
  });

  it('keeps its memory bounded', () => {
    const { throttle } = setUp(50);
    for (let i = 0; i < 5000; i++) throttle.begin(`guess-${i}`);
    expect(throttle.size()).toBe(50);
  });

  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::99', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
  ])('counts %s as %s', (address, key) => {
    expect(addressKey(address)).toBe(key);
  });
});
