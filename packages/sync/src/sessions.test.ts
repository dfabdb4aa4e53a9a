import { type Clock, createHlcClock, seededRandom } from '@fieldfare/kernel';
import { expect, it } from 'vitest';
import { createSessions } from './sessions.ts';

const HOUR = 3_600_000;
const NOON = Date.UTC(2026, 9, 5, 12);

it('HLC-CAUSAL SYN-CON-DRIFT: a session begun for what is from the future outruns what this device had seen before', () => {
  let now = NOON;
  const clock: Clock = { now: () => now };
  const begun: number[] = [];
  const random = seededRandom(1);
  const sessions = createSessions({ clock, random, maxDriftMs: HOUR, onBegin: (id) => begun.push(id) });
  sessions.clockIsKnown([]);
  const earlier = createHlcClock({ clock, node: '00000abc', maxDriftMs: HOUR }).next();
  now += 10_000;
  const seen = sessions.current().hlc.next();
  now -= 53 * HOUR; // somebody sets the clock back: what is a minute old now lies two days ahead
  sessions.learn('schedule/north/2026-W41', earlier);
  const [, second = 0] = begun;
  const stamp = sessions.of(second)?.hlc.next() ?? '';
  expect(begun).toHaveLength(2);
  expect(stamp > seen).toBe(true);
  expect(stamp > earlier).toBe(true);
});
