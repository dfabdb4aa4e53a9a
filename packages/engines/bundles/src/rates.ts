/**
 * What a unit of each service costs, and the weekly envelope of each funding stream. Integer cents.
 *
 *  RAT-SHAPE   it is not a rate book at all
 *  RAT-ORDER   low ≤ default ≤ high
 *  RAT-UNIT    a service is paid in the unit it is counted in
 *  RAT-GAP     every service has a rate, once
 *  RAT-STREAM  a stream stands twice
 */
import { fail, ok, type Problem, problem, type Result } from '@fieldfare/kernel';
import { z } from 'zod';
import { SERVICE_IDS, SERVICES, type ServiceId } from './services.ts';
import { parseShape } from './shape.ts';

const cents = z.int().min(0).max(10_000_000);

const rate = z.strictObject({
  service: z.enum(SERVICE_IDS),
  low: cents,
  default: cents,
  high: cents,
  per: z.enum(['hour', 'visit', 'month', 'meal', 'trip', 'night']),
  source: z.string().min(1).max(200),
  asOf: z.iso.date(),
});
export type Rate = z.infer<typeof rate>;

const stream = z.strictObject({
  id: z.string().regex(/^[a-z][a-z-]{1,23}$/, 'a lower-case word'),
  name: z.string().min(1).max(60),
  /** Null: no envelope. */
  weeklyCents: cents.nullable(),
  /** The contract's own limit on the first service; null: none. */
  firstServiceHours: z.int().min(1).max(2000).nullable(),
  /** Flags more than 28 hours of personal support a week (the revoked O. Reg. 386/99). Advice, never a stop. */
  pswSoftCap: z.boolean(),
  source: z.string().min(1).max(200),
  asOf: z.iso.date(),
});
export type Stream = z.infer<typeof stream>;

export const ratesSchema = z.strictObject({
  version: z.string().regex(/^\d+\.\d+\.\d+$/, 'a version like 1.0.0'),
  currency: z.literal('CAD'),
  rates: z.array(rate).min(1).max(100),
  streams: z.array(stream).min(1).max(50),
});
export type RateBook = z.infer<typeof ratesSchema>;

export function checkRates(input: unknown): Result<RateBook> {
  const parsed = parseShape(ratesSchema, input, 'RAT-SHAPE');
  if (!parsed.ok) return parsed;
  const { rates, streams } = parsed.value;
  const found: Problem[] = [];
  const known = new Set<ServiceId>();
  for (const [index, each] of rates.entries()) {
    const path = ['rates', index];
    const { label, unit } = SERVICES[each.service];
    if (!(each.low <= each.default && each.default <= each.high)) {
      found.push(problem('invalid', 'low ≤ default ≤ high does not hold', { rule: 'RAT-ORDER', path }));
    }
    if (each.per !== unit) {
      found.push(problem('invalid', `${label} is counted by the ${unit}`, { rule: 'RAT-UNIT', path }));
    }
    if (known.has(each.service)) {
      found.push(problem('invalid', `${label} has a second rate`, { rule: 'RAT-GAP', path }));
    }
    known.add(each.service);
  }
  for (const service of SERVICE_IDS) {
    if (known.has(service)) continue;
    found.push(problem('invalid', `${SERVICES[service].label} has no rate`, { rule: 'RAT-GAP', path: ['rates'] }));
  }
  const ids = streams.map(({ id }) => id);
  if (new Set(ids).size < ids.length) {
    found.push(problem('invalid', 'a stream stands twice', { rule: 'RAT-STREAM', path: ['streams'] }));
  }
  const [first, ...rest] = found;
  return first ? fail(first, ...rest) : ok(parsed.value);
}

/** Integer cents a week. */
export interface Money {
  readonly low: number;
  readonly default: number;
  readonly high: number;
}

export const NO_MONEY: Money = { low: 0, default: 0, high: 0 };

export const addMoney = (a: Money, b: Money): Money => ({
  low: a.low + b.low,
  default: a.default + b.default,
  high: a.high + b.high,
});

/** Weeks in a month, as the trade counts them. */
const WEEKS_A_MONTH = 4.345;

/** One line's week: quantity × rate, each column rounded to a cent once. Low and high are those of the rate. */
export function weeklyCost(quantity: number, { low, default: usual, high, per }: Rate): Money {
  const weeks = per === 'month' ? WEEKS_A_MONTH : 1;
  const cost = (cents: number): number => Math.round((quantity * cents) / weeks);
  return { low: cost(low), default: cost(usual), high: cost(high) };
}

export type EnvelopeStatus = 'within' | 'near' | 'over' | 'none';

export interface Envelope {
  readonly stream: Stream;
  readonly status: EnvelopeStatus;
  /** Default cost as a share of the envelope, in whole percent, rounded up; null without an envelope. */
  readonly percent: number | null;
}

/** Within up to 90 %, near up to 100 %, then over; judged on the default cost. */
export function envelopeOf(cost: Money, stream: Stream): Envelope {
  const { weeklyCents } = stream;
  if (weeklyCents === null) return { stream, status: 'none', percent: null };
  const percent = weeklyCents === 0 ? (cost.default === 0 ? 0 : 999) : Math.ceil((cost.default * 100) / weeklyCents);
  const status = cost.default * 10 <= weeklyCents * 9 ? 'within' : cost.default <= weeklyCents ? 'near' : 'over';
  return { stream, status, percent };
}
