import { describe, expect, it } from 'vitest';
import { isSealed, SEAL_GRACE_WEEKS, SEALED_AFTER_WEEKS } from './sealing.ts';
import { addWeeks, weekAt } from './zoned-time.ts';

const now = Date.parse('2026-11-21T12:00:00Z');
const weeksAgo = (weeks: number): string => addWeeks(weekAt(now, 'UTC'), -weeks);

describe('PERM-SEALED', () => {
  it.each([
    ['next week', -1, 0, false],
    ['this week', 0, 0, false],
    ['the last week that can be changed', SEALED_AFTER_WEEKS, 0, false],
    ['the one before', SEALED_AFTER_WEEKS + 1, 0, true],
    ['the last week whose edits the server takes', SEALED_AFTER_WEEKS + SEAL_GRACE_WEEKS, SEAL_GRACE_WEEKS, false],
    ['the one before', SEALED_AFTER_WEEKS + SEAL_GRACE_WEEKS + 1, SEAL_GRACE_WEEKS, true],
  ])('%s (%i weeks ago, %i weeks of grace): %s', (_, weeks, grace, sealed) => {
    expect(isSealed(weeksAgo(weeks), now, grace)).toBe(sealed);
  });
});
