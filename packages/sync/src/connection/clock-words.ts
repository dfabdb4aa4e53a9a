/**
 * What a person is told about a clock that is wrong.
 *
 *  SYN-CON-CLOCK  a device whose clock is more than an hour off the server's says so, with the difference and the
 *                 direction, as long as it is connected; its edits are stamped by the server's time from `welcome` on
 */
import { MAX_DRIFT_MS } from '@fieldfare/kernel';

const MINUTE = 60_000;
const UNITS = [
  { ms: 1_440 * MINUTE, one: 'day', many: 'days' },
  { ms: 60 * MINUTE, one: 'hour', many: 'hours' },
];

/** Null: nothing worth saying. Times in epoch ms. */
export function clockWarning(here: number, server: number): string | null {
  const off = Math.abs(here - server);
  if (off <= MAX_DRIFT_MS) return null;
  const unit = UNITS.find(({ ms }) => off >= 2 * ms) ?? { ms: MINUTE, one: 'minute', many: 'minutes' };
  const count = Math.round(off / unit.ms);
  const difference = `${count} ${count === 1 ? unit.one : unit.many}`;
  return `this device's clock is ${difference} ${here > server ? 'fast' : 'slow'}: please set it right`;
}

/** Of edits that the server does not take because of their stamps. */
export const KEPT_FOR_LATER =
  'some changes were made while the clock was fast: they are kept here and are sent again until the server takes them';
