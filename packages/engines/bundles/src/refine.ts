/**
 * A bundle as a person has changed it, judged against need at once. A person may do nearly everything, with a reason;
 * what was ordered is changed with the prescriber, not here.
 *
 *  BND-ORDER-KEPT   an ordered service stands at no less than ordered (stops)
 *  BND-BELOW-FLOOR  less than the floor needs a reason
 *  BND-ABOVE-RANGE  more than need and axis give needs a reason
 *  BND-CARERS       where two carers come both are paid, and both work the hours that a floor asks for; a floor in visits is
 *                   met by coming so often
 *  BND-SAFETY       with a safety flag at level 3 the choice itself needs a reason
 *  BND-REQUIRED     so does a choice made without a level that the matrix requires
 *  TWK-TO-FLOOR     over the envelope: what bringing a line down to its floor would save
 *  TWK-RAISE        below the floor: what the floor asks for
 */
import type { BundleConfig, Range } from './config.ts';
import { levelsOf } from './drivers.ts';
import { costOf, hoursOf, type Mode, type Provider, priceOf, type ServiceLine, withVisits } from './lines.ts';
import { type Note, notesOf } from './notes.ts';
import { addMoney, type Envelope, envelopeOf, type Money } from './rates.ts';
import { type BundleQuestion, type Proposal, proposeBundles, type Scenario } from './scenario.ts';
import { amountText, isOrdered, paidUnits, SERVICES, type ServiceId, type Visits, weeklyText } from './services.ts';

/** One line as a person wants it. */
export interface LineDraft {
  readonly service: ServiceId;
  /** For services that are visited. */
  readonly visits: Visits | null;
  /** Units a week; for visited services it follows from `visits`. */
  readonly quantity: number;
  readonly provider: Provider;
  readonly mode: Mode;
  /** Why it differs; empty when it does not. */
  readonly reason: string;
}

export interface Finding {
  readonly rule: 'BND-ORDER-KEPT' | 'BND-BELOW-FLOOR' | 'BND-ABOVE-RANGE' | 'BND-SAFETY' | 'BND-REQUIRED';
  /** Null: the bundle as a whole. */
  readonly service: ServiceId | null;
  /** `stop`: not so. `reason`: only with one. `noted`: there is one. */
  readonly outcome: 'stop' | 'reason' | 'noted';
  readonly text: string;
}

export interface Tweak {
  readonly rule: 'TWK-TO-FLOOR' | 'TWK-RAISE';
  readonly service: ServiceId;
  readonly quantity: number;
  /** Change of the default weekly cost in cents; a saving is negative. */
  readonly cents: number;
}

export interface Review {
  readonly lines: readonly ServiceLine[];
  readonly cost: Money;
  /** Against the axis as the engine proposed it, in default cents. */
  readonly centsAgainstScenario: number;
  readonly hoursPerWeek: number;
  readonly envelope: Envelope;
  readonly findings: readonly Finding[];
  readonly tweaks: readonly Tweak[];
  readonly notes: readonly Note[];
  /** True when nothing stops it and nothing lacks a reason. */
  readonly acceptable: boolean;
}

const MOST_TWEAKS = 3;

export interface ReviewInput extends BundleQuestion {
  /** The axis the draft began from. */
  readonly axis: string;
  readonly drafts: readonly LineDraft[];
  /** Why this bundle although something stops its recommendation; empty when nothing does. */
  readonly reason: string;
}

const NOTHING: Range = { low: 0, default: 0, high: 0 };

function lineOf(config: BundleConfig, draft: LineDraft, proposed: ServiceLine | undefined): ServiceLine {
  const { service, provider, mode } = draft;
  const line: ServiceLine = {
    service,
    quantity: draft.quantity,
    visits: draft.visits,
    range: proposed?.range ?? NOTHING,
    ordered: isOrdered(service),
    oneOff: proposed?.oneOff ?? false,
    provider,
    mode,
    priority: proposed?.priority ?? 'routine',
    cost: priceOf(config, service, draft.quantity),
    reasons: proposed?.reasons ?? [],
  };
  return draft.visits ? withVisits(config, line, draft.visits) : line;
}

interface Judged {
  readonly service: ServiceId;
  readonly quantity: number;
  readonly reason: string;
  readonly proposed: ServiceLine | undefined;
}

function judge({ service, quantity, reason, proposed }: Judged): Finding[] {
  const { label, unit } = SERVICES[service];
  const given = reason.trim() !== '';
  const floor = proposed?.range.low ?? 0;
  const top = Math.max(proposed?.range.high ?? 0, proposed?.quantity ?? 0);
  const say = (rule: Finding['rule'], outcome: Finding['outcome'], text: string): Finding[] => [
    { rule, service, outcome, text },
  ];
  if (proposed?.ordered) {
    if (quantity >= proposed.quantity) return [];
    const text = `${label} is ordered at ${weeklyText(proposed.quantity, unit)}: change the order first.`;
    return say('BND-ORDER-KEPT', 'stop', text);
  }
  const outcome = given ? 'noted' : 'reason';
  if (quantity < floor) {
    const text = `${label} at ${amountText(quantity, unit)} is below the floor of ${weeklyText(floor, unit)}.`;
    return say('BND-BELOW-FLOOR', outcome, text);
  }
  if (quantity > top) {
    const text =
      top === 0
        ? `Nothing in the profile asks for ${label.toLowerCase()}.`
        : `${label} at ${amountText(quantity, unit)} is above the range, which ends at ${weeklyText(top, unit)}.`;
    return say('BND-ABOVE-RANGE', outcome, text);
  }
  return [];
}

function wholeFindings({ stops }: Proposal, reason: string): Finding[] {
  const outcome = reason.trim() === '' ? 'reason' : 'noted';
  return stops.map(({ rule }) => ({
    rule,
    service: null,
    outcome,
    text:
      rule === 'BND-SAFETY'
        ? 'A safety flag is at level 3: a person decides, and says why this bundle is safe.'
        : 'A level this depends on is not known: say why the bundle can stand without it.',
  }));
}

function tweaksOf(config: BundleConfig, lines: readonly ServiceLine[], envelope: Envelope): Tweak[] {
  const to = (line: ServiceLine, rule: Tweak['rule']): Tweak => ({
    rule,
    service: line.service,
    quantity: line.range.low,
    cents:
      priceOf(config, line.service, paidUnits(line.service, line.range.low, line.visits)).default - line.cost.default,
  });
  const raise = lines.filter(({ quantity, range }) => quantity < range.low).map((line) => to(line, 'TWK-RAISE'));
  if (envelope.status !== 'over') return raise;
  const save = lines
    .filter(({ quantity, range, ordered }) => !ordered && quantity > range.low)
    .map((line) => to(line, 'TWK-TO-FLOOR'))
    .sort((a, b) => a.cents - b.cents)
    .slice(0, MOST_TWEAKS);
  return [...raise, ...save];
}

export const draftOf = ({ service, visits, quantity, provider, mode }: ServiceLine): LineDraft => ({
  service,
  visits,
  quantity,
  provider,
  mode,
  reason: '',
});

/** Null when the axis does not apply to this profile. */
export function reviewBundle(config: BundleConfig, input: ReviewInput): Review | null {
  const { profile, stream, drafts } = input;
  const proposal = proposeBundles(config, input);
  const scenario: Scenario | undefined = proposal.scenarios.find(({ axis }) => axis === input.axis);
  if (!scenario) return null;
  const proposed = new Map(scenario.lines.map((line) => [line.service, line]));
  const wanted = drafts.filter(({ quantity, visits }) => (visits ? visits.perWeek > 0 : quantity > 0));
  const lines = wanted.map((draft) => lineOf(config, draft, proposed.get(draft.service)));
  const cost = costOf(lines);
  const envelope = envelopeOf(cost, stream);

  const reasons = new Map(drafts.map(({ service, reason }) => [service, reason]));
  const quantities = new Map(lines.map(({ service, quantity }) => [service, quantity]));
  const services = new Set<ServiceId>([...proposed.keys(), ...quantities.keys()]);
  const findings = [...services].flatMap((service) =>
    judge({
      service,
      quantity: quantities.get(service) ?? 0,
      reason: reasons.get(service) ?? '',
      proposed: proposed.get(service),
    }),
  );
  findings.push(...wholeFindings(proposal, input.reason));
  return {
    lines,
    cost,
    centsAgainstScenario: addMoney(cost, { low: 0, default: -scenario.cost.default, high: 0 }).default,
    hoursPerWeek: hoursOf(lines),
    envelope,
    findings,
    tweaks: tweaksOf(config, lines, envelope),
    notes: notesOf({
      profile,
      levels: levelsOf(profile),
      lines,
      stream,
      startWithinHours: proposal.startWithinHours,
    }),
    acceptable: findings.every(({ outcome }) => outcome === 'noted'),
  };
}
