/** Why a number is what it is: codes with values, and the one sentence each stands for. Deterministic text. */
import { DRIVERS, type DriverId } from './drivers.ts';
import { SERVICES, type ServiceId, weeklyText } from './services.ts';

export type Reason =
  /** A floor driver that reaches the highest default of its service. */
  | { readonly code: 'NEED'; readonly driver: DriverId; readonly level: number; readonly quantity: number }
  | { readonly code: 'ADD-ON'; readonly driver: DriverId; readonly level: number; readonly quantity: number }
  /** Add-ons would have come to more; the cap or the floor says how much counts. */
  | { readonly code: 'ADD-ON-CAP'; readonly wanted: number; readonly counted: number }
  | { readonly code: 'ORDER'; readonly driver: DriverId; readonly quantity: number; readonly stated: boolean }
  /** Ordered visits that already meet a part of this need. */
  | { readonly code: 'MET-BY-ORDER'; readonly quantity: number }
  | {
      readonly code: 'AXIS';
      readonly axis: string;
      readonly by: 'times' | 'plus' | 'to-high' | 'on';
      readonly value: number;
      readonly from: number;
    }
  | { readonly code: 'AT-FLOOR'; readonly quantity: number }
  | { readonly code: 'AT-HIGH'; readonly quantity: number };

const level = (driver: DriverId, at: number): string => `${DRIVERS[driver].label} at level ${at}`;

const AXIS_WORDS = {
  times: (value: number) => `× ${value}`,
  plus: (value: number) => `plus ${value}`,
  'to-high': () => 'at the top of the range',
  on: (value: number) => `at least ${value}`,
} as const;

export function reasonText(reason: Reason, service: ServiceId, axisName: (id: string) => string): string {
  const { unit } = SERVICES[service];
  const amount = (quantity: number): string => weeklyText(quantity, unit);
  switch (reason.code) {
    case 'NEED':
      return `${level(reason.driver, reason.level)} asks for ${amount(reason.quantity)}.`;
    case 'ADD-ON':
      return `${level(reason.driver, reason.level)} adds ${amount(reason.quantity)}.`;
    case 'ADD-ON-CAP':
      return `Add-ons come to ${reason.wanted}; ${reason.counted} of it counts.`;
    case 'ORDER':
      return reason.stated
        ? `${DRIVERS[reason.driver].label}: ${amount(reason.quantity)}, as ordered.`
        : `${DRIVERS[reason.driver].label} without a number: ${amount(reason.quantity)} by default.`;
    case 'MET-BY-ORDER':
      return `${amount(reason.quantity)} of it are met by ordered visits.`;
    case 'AXIS':
      return `${axisName(reason.axis)}: ${AXIS_WORDS[reason.by](reason.value)}, from ${amount(reason.from)}.`;
    case 'AT-FLOOR':
      return `Kept at the floor of ${amount(reason.quantity)}.`;
    case 'AT-HIGH':
      return `Kept at the top of the range, ${amount(reason.quantity)}.`;
  }
}
