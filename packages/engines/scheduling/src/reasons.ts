/** Why a placement is good or less good, as codes with the numbers behind them. The screen puts them in words. */
import type { EpochMinute } from '@fieldfare/kernel';
import { bookedWithout, fits } from './feasibility.ts';
import type { Plan } from './plan.ts';
import { continuityDelta, faceOf } from './score.ts';
import { otherCarerOf, otherTimeOf } from './told.ts';
import type { Components } from './weights.ts';

export const REASONS = {
  'CONT-PREFERRED': 'The carer the patient knows best.',
  'CONT-KNOWN': 'Already sees the patient this week.',
  'CONT-FIRST': 'Would be the patient’s first carer of the week.',
  'CONT-NEW-FACE': 'One more carer for the patient this week.',
  'CONT-NOT-PREFERRED': 'The patient knows another carer best.',
  'TRAVEL-NONE': 'No more driving, or less (value: extra minutes).',
  'TRAVEL-SHORT': 'Up to 15 more minutes of driving (value).',
  'TRAVEL-LONG': 'More than 15 more minutes of driving (value).',
  'WAIT-FILLS-GAP': 'Fills idle minutes (value: minutes saved).',
  'WAIT-IDLE': 'Leaves the carer waiting (value: minutes).',
  'LOAD-LIGHT': 'Under half of capacity afterwards (value: per cent).',
  'LOAD-FULL': 'Over 90 % of capacity afterwards (value: per cent).',
  OVERTIME: 'Works overtime (value: minutes more).',
  'PARTNER-PRICE': 'A partner is paid for it (value: whole dollars).',
  'TOLD-CARER': 'Somebody else was told of this visit.',
  'TOLD-TIME': 'More than a quarter of an hour from the time that was told (value: minutes).',
  'WINDOW-OUTSIDE': 'Outside the time window (value: minutes).',
} as const;
export type ReasonCode = keyof typeof REASONS;

export interface Reason {
  readonly code: ReasonCode;
  readonly value: number;
}

/**
 * - `strong`: fits, at most 15 minutes' extra driving, and nothing lost in continuity (the preferred carer, or without a
 *   preference one who already sees the patient or is the first to);
 * - `moderate`: fits;
 * - `none`: breaks a rule.
 */
export type MatchStatus = 'strong' | 'moderate' | 'none';

export const STRONG_TRAVEL_MINUTES = 15;

export function matchOf(
  plan: Plan,
  visit: number,
  staff: number,
  start: EpochMinute,
  components: Components,
): MatchStatus {
  if (!fits(plan, visit, staff, start)) return 'none';
  const preferred = plan.compiled.visitPreferred[visit] === staff;
  const familiar = preferred || continuityDelta(plan, visit, staff) === 0;
  return familiar && components.travelMinutes <= STRONG_TRAVEL_MINUTES ? 'strong' : 'moderate';
}

/** Good news first, in a fixed order. */
export function reasonsOf(
  plan: Plan,
  visit: number,
  staff: number,
  start: EpochMinute,
  components: Components,
): Reason[] {
  const c = plan.compiled;
  const good: Reason[] = [];
  const bad: Reason[] = [];
  const preferred = c.visitPreferred[visit] as number;
  const face = faceOf(plan, visit, staff);
  if (preferred === staff) good.push({ code: 'CONT-PREFERRED', value: 1 });
  else if (preferred >= 0) bad.push({ code: 'CONT-NOT-PREFERRED', value: 1 });
  if (face === 'known') good.push({ code: 'CONT-KNOWN', value: 1 });
  else if (face === 'new') bad.push({ code: 'CONT-NEW-FACE', value: 1 });
  else if (preferred !== staff) good.push({ code: 'CONT-FIRST', value: 1 });

  const { travelMinutes, waitingMinutes, windowMinutes, overtime, partnerCost } = components;
  if (travelMinutes <= 0) good.push({ code: 'TRAVEL-NONE', value: travelMinutes });
  else if (travelMinutes <= STRONG_TRAVEL_MINUTES) good.push({ code: 'TRAVEL-SHORT', value: travelMinutes });
  else bad.push({ code: 'TRAVEL-LONG', value: travelMinutes });
  if (waitingMinutes < 0) good.push({ code: 'WAIT-FILLS-GAP', value: -waitingMinutes });
  else if (waitingMinutes > 0) bad.push({ code: 'WAIT-IDLE', value: waitingMinutes });

  const capacity = c.staffCapacity[staff] as number;
  const booked = bookedWithout(plan, visit, staff) + (c.visitMinutes[visit] as number);
  const percent = capacity === 0 ? 100 : Math.round((100 * booked) / capacity);
  if (percent < 50) good.push({ code: 'LOAD-LIGHT', value: percent });
  else if (percent > 90) bad.push({ code: 'LOAD-FULL', value: percent });
  if (overtime > 0) bad.push({ code: 'OVERTIME', value: overtime });
  if (partnerCost > 0) bad.push({ code: 'PARTNER-PRICE', value: partnerCost });
  if (otherCarerOf(c, visit, staff) > 0) bad.push({ code: 'TOLD-CARER', value: 1 });
  if (otherTimeOf(c, visit, start) > 0) {
    bad.push({ code: 'TOLD-TIME', value: Math.abs(start - (c.visitToldStart[visit] as number)) });
  }
  if (windowMinutes > 0) bad.push({ code: 'WINDOW-OUTSIDE', value: windowMinutes });
  return [...good, ...bad];
}
