/**
 * What work costs beyond the usual wage: hours of our own people above their capacity, and the price of a partner's.
 * A partner's overtime is the partner's affair; it is in the price.
 */
import type { EngineStaff } from './problem.ts';

/** Above any minutes that can be booked: overtime is not counted. */
export const NO_OVERTIME = 2 ** 30;

/** Minutes from which on the work of one of our own is overtime. */
export const overtimeFromOf = ({ partner, capacityMinutes }: EngineStaff): number =>
  partner ? NO_OVERTIME : capacityMinutes;

/** The most visit minutes that fit into the week, overtime included. */
export const mostMinutesOf = ({ capacityMinutes, overtimeMinutes = 0 }: EngineStaff): number =>
  capacityMinutes + overtimeMinutes;

export const overtime = (booked: number, from: number): number => Math.max(0, booked - from);

const CENTS_AN_HOUR = 100 * 60;

/** Of one visit, in whole dollars (or what else has a hundred cents). */
export const priceOf = (centsAnHour: number, minutes: number): number =>
  Math.round((centsAnHour * minutes) / CENTS_AN_HOUR);

/** What of a compiled week a price depends on. */
interface Priced {
  /** Cents an hour, by carer. */
  readonly staffPrice: Int32Array;
  /** By visit. */
  readonly visitMinutes: Int32Array;
}

export const partnerCostOf = ({ staffPrice, visitMinutes }: Priced, visit: number, staff: number): number =>
  priceOf(staffPrice[staff] as number, visitMinutes[visit] as number);
