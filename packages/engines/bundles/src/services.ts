/** What a bundle may consist of: each service with the unit it is counted and paid in. */

export type Unit = 'hour' | 'visit' | 'month' | 'meal' | 'trip' | 'night';

export interface ServiceDef {
  readonly label: string;
  /** Quantities are units a week; of `month` services, how many run. */
  readonly unit: Unit;
  /** Quantities are whole multiples of it; a power of two, so that they are exact. */
  readonly step: number;
  /** The usual length of a visit in minutes; null: nobody visits. */
  readonly minutes: number | null;
  /** Shortest and longest visit that hours are split into. */
  readonly lengths?: readonly [least: number, most: number];
  /** Only an order asks for it, and its visits also meet this service's need. */
  readonly orderedAs?: 'nursing';
  /** May be done by phone or video. */
  readonly remote: 'never' | 'possible' | 'always';
  /** Service types the scheduler may know it by, the best first. */
  readonly codes: readonly string[];
}

const visit = (label: string, minutes: number, codes: readonly string[], more: Partial<ServiceDef> = {}) =>
  ({ label, unit: 'visit', step: 0.25, minutes, remote: 'never', codes, ...more }) satisfies ServiceDef;

export const SERVICE_IDS = [
  'psw',
  'nursing',
  'wound',
  'infusion',
  'np',
  'pt',
  'ot',
  'slp',
  'sw',
  'dietetics',
  'respiratory',
  'behavioural',
  'respite',
  'overnight',
  'pharmacy',
  'lab',
  'rpm',
  'pers',
  'meals',
  'transport',
  'interpreter',
] as const;
export type ServiceId = (typeof SERVICE_IDS)[number];

export const SERVICES: Readonly<Record<ServiceId, ServiceDef>> = {
  psw: {
    label: 'Personal support',
    unit: 'hour',
    step: 0.5,
    minutes: 60,
    lengths: [30, 90],
    remote: 'never',
    codes: ['psw'],
  },
  nursing: visit('Nursing', 45, ['nursing']),
  wound: visit('Wound care', 45, ['wound', 'nursing'], { orderedAs: 'nursing' }),
  infusion: visit('Infusion', 60, ['infusion', 'nursing'], { orderedAs: 'nursing' }),
  np: visit('Nurse practitioner', 60, ['np'], { remote: 'possible' }),
  pt: visit('Physiotherapy', 45, ['pt']),
  ot: visit('Occupational therapy', 60, ['ot']),
  slp: visit('Speech therapy', 45, ['slp'], { remote: 'possible' }),
  sw: visit('Social work', 60, ['sw'], { remote: 'possible' }),
  dietetics: visit('Dietetics', 45, ['dietetics', 'rd'], { remote: 'possible' }),
  respiratory: visit('Respiratory therapy', 45, ['respiratory']),
  behavioural: visit('Behavioural supports', 60, ['behavioural']),
  respite: {
    label: 'Respite',
    unit: 'hour',
    step: 1,
    minutes: 240,
    lengths: [60, 360],
    remote: 'never',
    codes: ['respite', 'psw'],
  },
  overnight: { label: 'Overnight', unit: 'night', step: 1, minutes: 480, remote: 'never', codes: ['overnight'] },
  pharmacy: visit('Pharmacist review', 30, ['pharmacy'], { remote: 'possible' }),
  lab: visit('In-home lab', 15, ['lab']),
  rpm: { label: 'Remote monitoring', unit: 'month', step: 1, minutes: null, remote: 'always', codes: [] },
  pers: { label: 'Emergency response', unit: 'month', step: 1, minutes: null, remote: 'always', codes: [] },
  meals: { label: 'Meals', unit: 'meal', step: 1, minutes: null, remote: 'never', codes: [] },
  transport: { label: 'Transport', unit: 'trip', step: 1, minutes: null, remote: 'never', codes: [] },
  interpreter: {
    label: 'Interpreter',
    unit: 'hour',
    step: 0.5,
    minutes: null,
    remote: 'possible',
    codes: [],
  },
};

/** Services that a prescriber's order alone decides. */
export const isOrdered = (service: ServiceId): boolean => SERVICES[service].orderedAs !== undefined;

const UNIT_WORDS: Readonly<Record<Unit, readonly [one: string, many: string]>> = {
  hour: ['hour', 'hours'],
  visit: ['visit', 'visits'],
  month: ['subscription', 'subscriptions'],
  meal: ['meal', 'meals'],
  trip: ['trip', 'trips'],
  night: ['night', 'nights'],
};

/** What is counted: "hours" */
export const unitName = (unit: Unit): string => UNIT_WORDS[unit][1];

/** The fewest weeks in which so many quarters a week come out whole. */
export const wholeWeeks = (quantity: number): number => [1, 2, 4].find((weeks) => (quantity * weeks) % 1 === 0) ?? 1;

/** `2.5 hours`, `2 visits`, `1 visit every 4 weeks`: what a week holds, in words. */
export function amountText(quantity: number, unit: Unit): string {
  const weeks = unit === 'visit' ? wholeWeeks(quantity) : 1;
  const count = quantity * weeks;
  return `${count} ${UNIT_WORDS[unit][count === 1 ? 0 : 1]}${weeks === 1 ? '' : ` every ${weeks} weeks`}`;
}

/** The same inside a sentence: `2 visits a week`, `1 subscription`. */
export function weeklyText(quantity: number, unit: Unit): string {
  const amount = amountText(quantity, unit);
  return unit === 'month' || amount.endsWith('weeks') ? amount : `${amount} a week`;
}

export const roundUp = (quantity: number, step: number): number => Math.ceil(quantity / step) * step;
export const roundNearest = (quantity: number, step: number): number => Math.round(quantity / step) * step;

/** How two carers come to one visit: together, or the second so many minutes after the first has left. */
export type Pairing =
  | { readonly kind: 'together' }
  | { readonly kind: 'after'; readonly leastMinutes: number; readonly mostMinutes: number };

export interface Visits {
  /** A whole number of quarters: 0.25 is one visit in four weeks. */
  readonly perWeek: number;
  /** Of each carer. */
  readonly minutes: number;
  /** Two carers come; absent: one. */
  readonly pairing?: Pairing | null | undefined;
}

export const carersOf = ({ pairing }: Pick<Visits, 'pairing'>): 1 | 2 => (pairing ? 2 : 1);

/**
 * How a week's quantity is visited, or null for a service without visits. Hours split without remainder into visits whose
 * length comes nearest to the usual one, the longer on a tie: `perWeek × minutes = quantity × 60` always.
 */
export function visitsOf(service: ServiceId, quantity: number): Visits | null {
  const { unit, minutes, lengths } = SERVICES[service];
  if (minutes === null || quantity <= 0) return null;
  if (unit !== 'hour' || !lengths) return { perWeek: quantity, minutes };
  const total = quantity * 60;
  const [least, most] = lengths;
  let best = Math.min(least, total);
  for (let length = least; length <= most; length += LENGTH_STEP) {
    if (total % length === 0 && Math.abs(length - minutes) <= Math.abs(best - minutes)) best = length;
  }
  return { perWeek: total / best, minutes: best };
}

/** Visits last a multiple of it. */
const LENGTH_STEP = 5;

/** The same quantity visited by two carers: hours are shared between them, visits stay as many. */
export function pairedVisits(service: ServiceId, quantity: number, pairing: Pairing): Visits | null {
  const visits = visitsOf(service, SERVICES[service].unit === 'hour' ? quantity / 2 : quantity);
  return visits && { ...visits, pairing };
}

/** Of all its carers together. */
export const weeklyMinutes = (visits: Visits): number => visits.perWeek * visits.minutes * carersOf(visits);

/**
 * `BND-CARERS`: the quantity that visits make up. Hours are hours of care worked, as the published ones are that the matrix
 * is shaped by (Sinn 2017: billed hours), so both carers' count. Everything else is counted by the times somebody comes.
 */
export const quantityOf = (service: ServiceId, visits: Visits): number =>
  SERVICES[service].unit === 'hour' ? weeklyMinutes(visits) / 60 : visits.perWeek;

/** `BND-CARERS`: units that are paid where `quantity` is visited so. A visit of two carers is two. */
export const paidUnits = (service: ServiceId, quantity: number, visits: Visits | null): number =>
  SERVICES[service].unit === 'hour' || visits === null ? quantity : quantity * carersOf(visits);
