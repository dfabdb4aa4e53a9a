/** What screens, scripts and print show: the engine's answers with their words. Plain data. */
import {
  amountText,
  type BundleConfig,
  DRIVER_IDS,
  DRIVERS,
  type Money,
  type Note,
  type Proposal,
  type Range,
  type Review,
  type ReviewFinding,
  reasonText,
  type Scenario,
  SERVICE_IDS,
  SERVICES,
  type ServiceId,
  type ServiceLine,
  type Stream,
  type Unit,
  unitName,
  type Visits,
  weeklyText,
} from '@fieldfare/engine-bundles';

export interface LineView {
  readonly service: ServiceId;
  readonly label: string;
  readonly unit: Unit;
  readonly step: number;
  readonly quantity: number;
  /** `7.5 hours` */
  readonly amount: string;
  readonly visits: Visits | null;
  readonly range: Range;
  readonly ordered: boolean;
  readonly oneOff: boolean;
  readonly provider: ServiceLine['provider'];
  readonly mode: ServiceLine['mode'];
  readonly priority: ServiceLine['priority'];
  readonly cost: Money;
  /** Why this much, in sentences. */
  readonly reasons: readonly string[];
}

export interface EnvelopeView {
  readonly streamId: string;
  readonly name: string;
  readonly weeklyCents: number | null;
  readonly status: 'within' | 'near' | 'over' | 'none';
  readonly percent: number | null;
}

export interface ScenarioView {
  readonly axis: string;
  readonly name: string;
  readonly about: string;
  readonly lines: readonly LineView[];
  readonly cost: Money;
  readonly hoursPerWeek: number;
  readonly envelope: EnvelopeView;
  readonly notes: readonly Note[];
}

export type StreamView = Pick<Stream, 'id' | 'name' | 'weeklyCents'>;

export interface ProposalView {
  readonly scenarios: readonly ScenarioView[];
  readonly notApplicable: readonly { readonly axis: string; readonly name: string; readonly because: string }[];
  readonly recommended: string | null;
  /** Why nothing is recommended; empty when something is, or nothing fits the envelope. */
  readonly stops: readonly string[];
  /** What is not known, by name: the quantities above do without it. */
  readonly unknown: readonly string[];
  readonly startWithinHours: number | null;
  readonly versions: Proposal['versions'];
  readonly calibration: Proposal['calibration'];
  readonly streams: readonly StreamView[];
  readonly streamId: string;
  readonly assessedOn: string | null;
}

const axisNameIn =
  (config: BundleConfig) =>
  (id: string): string =>
    config.axes.axes.find((axis) => axis.id === id)?.name ?? id;

export function lineView(config: BundleConfig, line: ServiceLine): LineView {
  const { label, unit, step } = SERVICES[line.service];
  const axisName = axisNameIn(config);
  return {
    ...line,
    label,
    unit,
    step,
    amount: amountText(line.quantity, unit),
    reasons: line.reasons.map((reason) => reasonText(reason, line.service, axisName)),
  };
}

export const envelopeView = ({ envelope: { stream, status, percent } }: Pick<Scenario, 'envelope'>): EnvelopeView => ({
  streamId: stream.id,
  name: stream.name,
  weeklyCents: stream.weeklyCents,
  status,
  percent,
});

export const streamViews = (config: BundleConfig): readonly StreamView[] =>
  config.book.streams.map(({ id, name, weeklyCents }) => ({ id, name, weeklyCents }));

/** How drivers and services of a matrix are called, and what a quantity counts. */
export interface MatrixNames {
  readonly drivers: Readonly<Record<string, string>>;
  readonly services: Readonly<Record<string, { readonly label: string; readonly unit: string }>>;
}

export const matrixNames = (): MatrixNames => ({
  drivers: Object.fromEntries(DRIVER_IDS.map((id) => [id, DRIVERS[id].label])),
  services: Object.fromEntries(
    SERVICE_IDS.map((id) => [id, { label: SERVICES[id].label, unit: unitName(SERVICES[id].unit) }]),
  ),
});

const STOP_TEXT = {
  'BND-SAFETY': () => 'A safety flag is at level 3: a person decides.',
  'BND-REQUIRED': (driver: string) => `${driver} is not known.`,
} as const;

/** What an axis asks for, in the driver's own words. */
function conditionText({ driver, atLeast }: Proposal['notApplicable'][number]['unmet'][number]): string {
  const { label, max } = DRIVERS[driver];
  return max === 1 ? `“${label}”` : `“${label}” of ${atLeast} or more`;
}

export function proposalView(
  config: BundleConfig,
  proposal: Proposal,
  more: { readonly streamId: string; readonly assessedOn: string | null },
): ProposalView {
  const { scenarios, notApplicable, recommended, stops, unknown, startWithinHours, versions, calibration } = proposal;
  return {
    scenarios: scenarios.map((scenario) => ({
      axis: scenario.axis,
      name: scenario.name,
      about: scenario.about,
      lines: scenario.lines.map((line) => lineView(config, line)),
      cost: scenario.cost,
      hoursPerWeek: scenario.hoursPerWeek,
      envelope: envelopeView(scenario),
      notes: scenario.notes,
    })),
    notApplicable: notApplicable.map(({ axis, name, unmet }) => ({
      axis,
      name,
      because: `it asks for ${unmet.map(conditionText).join(' and ')}`,
    })),
    recommended,
    stops: stops.map(({ rule, driver }) => STOP_TEXT[rule](DRIVERS[driver].label)),
    unknown: unknown.map((driver) => DRIVERS[driver].label),
    startWithinHours,
    versions,
    calibration,
    streams: streamViews(config),
    ...more,
  };
}

export interface TweakView {
  readonly rule: string;
  readonly service: ServiceId;
  readonly quantity: number;
  readonly text: string;
}

export interface ReviewView {
  readonly lines: readonly LineView[];
  readonly cost: Money;
  readonly centsAgainstScenario: number;
  readonly hoursPerWeek: number;
  readonly envelope: EnvelopeView;
  readonly findings: readonly ReviewFinding[];
  readonly tweaks: readonly TweakView[];
  readonly notes: readonly Note[];
  readonly acceptable: boolean;
}

/** Without a sign: the sentence says which way. */
const dollars = (cents: number): string => `$${Math.round(Math.abs(cents) / 100)}`;

export function reviewView(config: BundleConfig, review: Review): ReviewView {
  return {
    lines: review.lines.map((line) => lineView(config, line)),
    cost: review.cost,
    centsAgainstScenario: review.centsAgainstScenario,
    hoursPerWeek: review.hoursPerWeek,
    envelope: envelopeView(review),
    findings: review.findings,
    tweaks: review.tweaks.map(({ rule, service, quantity, cents }) => ({
      rule,
      service,
      quantity,
      text: `${SERVICES[service].label} at ${weeklyText(quantity, SERVICES[service].unit)}, its floor: ${
        cents < 0 ? 'saves' : 'costs'
      } ${dollars(cents)} a week${cents < 0 ? '' : ' more'}.`,
    })),
    notes: review.notes,
    acceptable: review.acceptable,
  };
}
