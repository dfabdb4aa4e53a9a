/**
 * From a profile to comparable weeks of care, one an axis.
 *
 *  BND-RANGE    an axis moves a service inside its range; what it switches on where need gives none is its own
 *  BND-ORDERED  no axis touches what was ordered
 *  BND-MET      ordered visits count towards the need of the service they stand for
 *  BND-AXIS     an axis applies only where all its conditions are known to hold
 *  BND-SAFETY   a safety flag at level 3 stops automatic recommendation on every axis
 *  BND-REQUIRED so does an unknown level of a driver the matrix requires
 *  BND-START    the first service is due by urgency or contract, whichever is sooner
 */
import { type Adjustment, type Axis, type Condition, holds } from './axes.ts';
import { type BundleConfig, NO_RANGE, type Range } from './config.ts';
import { DRIVERS, type DriverId, type Levels, levelsOf } from './drivers.ts';
import { costOf, hoursOf, type Market, type Priority, providerFor, type ServiceLine, withQuantity } from './lines.ts';
import { type Needs, serviceNeeds } from './needs.ts';
import { type Note, notesOf } from './notes.ts';
import type { PatientNeedsProfile } from './profile.ts';
import { type Envelope, envelopeOf, type Money, type Stream } from './rates.ts';
import type { Reason } from './reasons.ts';
import { isOrdered, roundNearest, SERVICE_IDS, SERVICES, type ServiceId } from './services.ts';

export const SAFETY_STOP = 3;

export interface Scenario {
  readonly axis: string;
  readonly name: string;
  readonly about: string;
  readonly lines: readonly ServiceLine[];
  readonly cost: Money;
  readonly hoursPerWeek: number;
  readonly envelope: Envelope;
  readonly notes: readonly Note[];
}

/** Why nothing is recommended by itself. */
export type Stop =
  | { readonly rule: 'BND-SAFETY'; readonly driver: DriverId }
  | { readonly rule: 'BND-REQUIRED'; readonly driver: DriverId };

export interface Proposal {
  /** In the order of the axes; only those that apply. */
  readonly scenarios: readonly Scenario[];
  readonly notApplicable: readonly {
    readonly axis: string;
    readonly name: string;
    readonly unmet: readonly Condition[];
  }[];
  /** The axis whose preferences hold most often; null when something stops it or no scenario stays inside the envelope. */
  readonly recommended: string | null;
  readonly stops: readonly Stop[];
  readonly unknown: readonly DriverId[];
  /** Hours to the first service; null when neither urgency nor contract says. */
  readonly startWithinHours: number | null;
  readonly versions: { readonly matrix: string; readonly axes: string; readonly rates: string };
  readonly calibration: 'uncalibrated' | 'calibrated';
}

export interface BundleQuestion {
  readonly profile: PatientNeedsProfile;
  readonly stream: Stream;
  readonly market: Market;
}

function moved(
  range: Range,
  { by, value }: Adjustment,
  step: number,
): { readonly target: number; readonly top: number } {
  switch (by) {
    case 'times':
      return { target: roundNearest(range.default * value, step), top: range.high };
    case 'plus':
      return { target: range.default + value, top: Math.max(range.high, value) };
    case 'to-high':
      return { target: range.high, top: range.high };
    case 'on':
      return { target: Math.max(range.default, value), top: Math.max(range.high, value) };
  }
}

/** What one service comes to on one axis, before ordered visits are taken out. */
function amountOn(
  axis: Axis,
  service: ServiceId,
  range: Range,
): { readonly quantity: number; readonly reasons: Reason[] } {
  const adjustment = axis.adjust.find((each) => each.service === service);
  if (!adjustment) return { quantity: range.default, reasons: [] };
  const { target, top } = moved(range, adjustment, SERVICES[service].step);
  const quantity = Math.min(top, Math.max(range.low, target));
  if (quantity === range.default && target === quantity) return { quantity, reasons: [] };
  const reasons: Reason[] = [
    { code: 'AXIS', axis: axis.id, by: adjustment.by, value: adjustment.value, from: range.default },
  ];
  if (quantity > target) reasons.push({ code: 'AT-FLOOR', quantity });
  if (quantity < target) reasons.push({ code: 'AT-HIGH', quantity });
  return { quantity, reasons };
}

const lessOrdered = (range: Range, ordered: number): Range => ({
  low: Math.max(0, range.low - ordered),
  default: Math.max(0, range.default - ordered),
  high: Math.max(0, range.high - ordered),
});

function linesOn(
  config: BundleConfig,
  axis: Axis,
  { byService }: Needs,
  market: Market,
  priority: Priority,
): ServiceLine[] {
  const orderedFor = (service: ServiceId): number =>
    SERVICE_IDS.reduce(
      (sum, id) => (SERVICES[id].orderedAs === service ? sum + (byService.get(id)?.range.default ?? 0) : sum),
      0,
    );
  return SERVICE_IDS.flatMap((service) => {
    const need = byService.get(service);
    const ordered = isOrdered(service);
    const range = need?.range ?? NO_RANGE;
    const { quantity, reasons } = ordered ? { quantity: range.default, reasons: [] } : amountOn(axis, service, range);
    const met = Math.min(quantity, ordered ? 0 : orderedFor(service));
    const left = quantity - met;
    if (left <= 0) return [];
    return [
      withQuantity(
        config,
        {
          service,
          range: met > 0 ? lessOrdered(range, orderedFor(service)) : range,
          ordered,
          oneOff: need?.oneOff ?? false,
          provider: providerFor(service, market),
          mode:
            SERVICES[service].remote === 'always' ||
            (SERVICES[service].remote === 'possible' && axis.remote.includes(service))
              ? 'remote'
              : 'in-person',
          priority: ordered && priority === 'routine' ? 'high' : priority,
          reasons: [
            ...(need?.reasons ?? []),
            ...reasons,
            ...(met > 0 ? [{ code: 'MET-BY-ORDER', quantity: met } as const] : []),
          ],
        },
        left,
      ),
    ];
  });
}

function startWithin(config: BundleConfig, levels: Levels, stream: Stream): number | null {
  const { driver } = config.matrix.start;
  const { level } = levels[driver];
  const byUrgency = level === null ? null : (config.startHours[level - DRIVERS[driver].min] ?? null);
  if (byUrgency === null) return stream.firstServiceHours;
  return stream.firstServiceHours === null ? byUrgency : Math.min(byUrgency, stream.firstServiceHours);
}

const URGENT_HOURS = 24;
const HIGH_HOURS = 72;

/** Priority by need alone: a contract that starts everybody within a day makes nobody urgent. */
function priorityOf(config: BundleConfig, levels: Levels): Priority {
  const { driver } = config.matrix.start;
  const { level } = levels[driver];
  const hours = level === null ? null : (config.startHours[level - DRIVERS[driver].min] ?? null);
  if (hours === null) return 'routine';
  return hours <= URGENT_HOURS ? 'urgent' : hours <= HIGH_HOURS ? 'high' : 'routine';
}

function stopsOf(config: BundleConfig, levels: Levels): Stop[] {
  const stops: Stop[] = [];
  if ((levels.safetyLevel.level ?? 0) >= SAFETY_STOP) stops.push({ rule: 'BND-SAFETY', driver: 'safetyLevel' });
  for (const driver of config.matrix.required) {
    if (levels[driver].level === null) stops.push({ rule: 'BND-REQUIRED', driver });
  }
  return stops;
}

/** The scenario whose axis suits most, inside the envelope; the earlier axis on a tie. */
function bestOf(config: BundleConfig, scenarios: readonly Scenario[], levels: Levels): string | null {
  let best: string | null = null;
  let most = -1;
  for (const { axis, envelope } of scenarios) {
    if (envelope.status === 'over') continue;
    const prefer = config.axes.axes.find(({ id }) => id === axis)?.prefer ?? [];
    const count = prefer.filter((condition) => holds(condition, levels)).length;
    if (count <= most) continue;
    best = axis;
    most = count;
  }
  return best;
}

export function proposeBundles(config: BundleConfig, question: BundleQuestion): Proposal {
  const { profile, stream, market } = question;
  const levels = levelsOf(profile);
  const needs = serviceNeeds(config, profile, levels);
  const priority = priorityOf(config, levels);
  const startWithinHours = startWithin(config, levels, stream);
  const scenarios: Scenario[] = [];
  const notApplicable: Proposal['notApplicable'][number][] = [];
  for (const axis of config.axes.axes) {
    const { id, name, about } = axis;
    const unmet = axis.when.filter((condition) => !holds(condition, levels));
    if (unmet.length > 0) {
      notApplicable.push({ axis: id, name, unmet });
      continue;
    }
    const lines = linesOn(config, axis, needs, market, priority);
    const cost = costOf(lines);
    scenarios.push({
      axis: id,
      name,
      about,
      lines,
      cost,
      hoursPerWeek: hoursOf(lines),
      envelope: envelopeOf(cost, stream),
      notes: notesOf({ profile, levels, lines, stream, startWithinHours }),
    });
  }
  const stops = stopsOf(config, levels);
  return {
    scenarios,
    notApplicable,
    recommended: stops.length > 0 ? null : bestOf(config, scenarios, levels),
    stops,
    unknown: needs.unknown,
    startWithinHours,
    versions: { matrix: config.matrix.version, axes: config.axes.version, rates: config.book.version },
    calibration: config.matrix.calibration,
  };
}
