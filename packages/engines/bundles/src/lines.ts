/** Lines of a bundle: what one service comes to in a week, who may deliver it and what it costs. */
import type { BundleConfig, Range } from './config.ts';
import { addMoney, type Money, NO_MONEY, weeklyCost } from './rates.ts';
import type { Reason } from './reasons.ts';
import { paidUnits, quantityOf, SERVICES, type ServiceId, type Visits, visitsOf, weeklyMinutes } from './services.ts';

/** `supplier`: a subscription or a delivery, nobody's visit. `none`: neither we nor a partner deliver it. */
export type Provider = 'own' | 'partner' | 'any' | 'supplier' | 'none';
export type Mode = 'in-person' | 'remote';
export type Priority = 'routine' | 'high' | 'urgent';

/** What our own people, and partners under contract, deliver. */
export interface Market {
  readonly own: ReadonlySet<ServiceId>;
  readonly partner: ReadonlySet<ServiceId>;
}

export interface ServiceLine {
  readonly service: ServiceId;
  /** Units a week. */
  readonly quantity: number;
  /** Null for what nobody visits for. `quantityOf` of it is the quantity. */
  readonly visits: Visits | null;
  /** What need gives, visits that an order already brings taken out. */
  readonly range: Range;
  readonly ordered: boolean;
  readonly oneOff: boolean;
  readonly provider: Provider;
  readonly mode: Mode;
  readonly priority: Priority;
  readonly cost: Money;
  readonly reasons: readonly Reason[];
}

export function providerFor(service: ServiceId, { own, partner }: Market): Provider {
  if (SERVICES[service].minutes === null) return 'supplier';
  if (own.has(service)) return partner.has(service) ? 'any' : 'own';
  return partner.has(service) ? 'partner' : 'none';
}

export function priceOf(config: BundleConfig, service: ServiceId, quantity: number): Money {
  const rate = config.rates.get(service);
  if (!rate) throw new RangeError(`a checked rate book has a rate for ${service}`);
  return weeklyCost(quantity, rate);
}

export const costOf = (lines: readonly Pick<ServiceLine, 'cost'>[]): Money =>
  lines.reduce((sum, { cost }) => addMoney(sum, cost), NO_MONEY);

/** Hours of visits in a week, those of both carers where two come; subscriptions and deliveries left out. */
export function hoursOf(lines: readonly Pick<ServiceLine, 'visits'>[]): number {
  const minutes = lines.reduce((sum, { visits }) => sum + (visits ? weeklyMinutes(visits) : 0), 0);
  return Math.round((minutes / 60) * 100) / 100;
}

/** The line with another quantity, its visits and cost with it. */
export function withQuantity(
  config: BundleConfig,
  line: Omit<ServiceLine, 'quantity' | 'visits' | 'cost'>,
  quantity: number,
): ServiceLine {
  const { service } = line;
  return { ...line, quantity, visits: visitsOf(service, quantity), cost: priceOf(config, service, quantity) };
}

/** The line visited otherwise; its quantity and cost follow. */
export function withVisits(config: BundleConfig, line: ServiceLine, visits: Visits): ServiceLine {
  const { service } = line;
  const quantity = quantityOf(service, visits);
  return { ...line, quantity, visits, cost: priceOf(config, service, paidUnits(service, quantity, visits)) };
}
