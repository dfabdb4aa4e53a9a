/**
 * Past weeks are sealed: they can be read and no longer changed, so that what was reported and paid for stays what it was.
 *
 *  PERM-SEALED  nothing is written into a week that ended more than `SEALED_AFTER_WEEKS` weeks ago. The server takes what was
 *               written before then for `SEAL_GRACE_WEEKS` more: a laptop that was away loses nothing
 */
import { type IsoWeek, weekAt, weeksBetween } from './zoned-time.ts';

export const SEALED_AFTER_WEEKS = 8;
export const SEAL_GRACE_WEEKS = 4;

/** `now`: epoch ms. Weeks are counted in UTC, so that all regions of an organisation seal at one moment. */
export const isSealed = (week: IsoWeek, now: number, graceWeeks = 0): boolean =>
  weeksBetween(week, weekAt(now, 'UTC')) > SEALED_AFTER_WEEKS + graceWeeks;
