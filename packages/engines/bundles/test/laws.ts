/** What must hold of every proposal. One place for the property tests and the soak. */
import { seededRandom } from '@fieldfare/kernel';
import type { BundleConfig } from '../src/config.ts';
import { DRIVERS, levelsOf } from '../src/drivers.ts';
import type { ServiceLine } from '../src/lines.ts';
import { serviceNeeds } from '../src/needs.ts';
import { CAP_LEVELS, type CapId, NEEDS, type NeedId, ORDER_KINDS, type PatientNeedsProfile } from '../src/profile.ts';
import { addMoney, NO_MONEY } from '../src/rates.ts';
import { type BundleQuestion, type Proposal, proposeBundles, SAFETY_STOP } from '../src/scenario.ts';
import { quantityOf, SERVICE_IDS, SERVICES, type ServiceId } from '../src/services.ts';

/** A service's quantity, ordered visits that stand for it included. */
export const pooled = (lines: readonly ServiceLine[], service: ServiceId): number =>
  lines.reduce(
    (sum, line) =>
      line.service === service || SERVICES[line.service].orderedAs === service ? sum + line.quantity : sum,
    0,
  );

/** The profile with one need more, or null when that one is at its most or unknown. */
export function withMoreNeed(profile: PatientNeedsProfile, seed: number): PatientNeedsProfile | null {
  const random = seededRandom(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random.float() * list.length)] as T;
  const kind = pick(['need', 'need', 'cap', 'order'] as const);
  if (kind === 'order') {
    return {
      ...profile,
      orders: [...profile.orders, { kind: pick(ORDER_KINDS), visitsPerWeek: null, provenance: [] }],
    };
  }
  if (kind === 'cap') {
    const id = pick(Object.keys(CAP_LEVELS) as CapId[]);
    const levels: readonly string[] = CAP_LEVELS[id];
    const finding = profile.caps[id];
    const next = finding.value === null ? undefined : levels[levels.indexOf(finding.value) + 1];
    if (next === undefined) return null;
    return { ...profile, caps: { ...profile.caps, [id]: { ...finding, value: next } } };
  }
  const id = pick((Object.keys(NEEDS) as NeedId[]).filter((each) => each !== 'rurality' && each !== 'ageBand'));
  const finding = profile.needs[id];
  const level = finding.value === true ? 1 : finding.value === false ? 0 : finding.value;
  if (typeof level !== 'number' || level >= DRIVERS[id as 'falls'].max) return null;
  const value = typeof finding.value === 'boolean' ? true : level + 1;
  return { ...profile, needs: { ...profile.needs, [id]: { ...finding, value } } };
}

function brokenByMoreNeed(before: Proposal, after: Proposal): string[] {
  return before.scenarios.flatMap(({ axis, lines }) => {
    const later = after.scenarios.find((each) => each.axis === axis);
    if (!later) return [];
    return SERVICE_IDS.filter((service) => pooled(later.lines, service) < pooled(lines, service)).map(
      (service) => `LAW-MONOTONE ${axis}: more need, less ${service}`,
    );
  });
}

/** The laws that a question breaks; none, we hope. `seed` decides which need is raised. */
export function brokenLaws(config: BundleConfig, question: BundleQuestion, seed: number): string[] {
  const broken: string[] = [];
  const check = (holds: boolean, law: string): void => {
    if (!holds) broken.push(law);
  };
  const proposal = proposeBundles(config, question);
  check(
    JSON.stringify(proposal) === JSON.stringify(proposeBundles(config, question)),
    'LAW-DETERMINISTIC the same question has one answer',
  );
  const levels = levelsOf(question.profile);
  const { byService } = serviceNeeds(config, question.profile, levels);
  const safety = levels.safetyLevel.level ?? 0;
  check(safety < SAFETY_STOP || proposal.recommended === null, 'LAW-SAFETY a level 3 flag stops recommendation');
  check(
    proposal.scenarios.length + proposal.notApplicable.length === config.axes.axes.length,
    'LAW-AXES every axis applies or says why not',
  );
  for (const { axis, lines, cost } of proposal.scenarios) {
    const adjust = config.axes.axes.find(({ id }) => id === axis)?.adjust ?? [];
    for (const service of SERVICE_IDS) {
      const range = byService.get(service)?.range ?? { low: 0, default: 0, high: 0 };
      const total = pooled(lines, service);
      const own = lines.find((line) => line.service === service)?.quantity ?? 0;
      const ordered = total - own;
      const added = adjust.find((each) => each.service === service && (each.by === 'on' || each.by === 'plus'));
      check(range.low <= range.default && range.default <= range.high, `LAW-ORDERED-RANGE ${service}`);
      check(total >= range.low, `LAW-FLOOR ${axis}: ${service} at ${total} below ${range.low}`);
      check(
        total <= Math.max(range.high, added?.value ?? 0, ordered),
        `LAW-RANGE ${axis}: ${service} at ${total} above ${range.high}`,
      );
      if (SERVICES[service].orderedAs !== undefined) {
        check(own === range.default, `LAW-ORDER ${axis}: ${service} at ${own}, ordered ${range.default}`);
      }
    }
    const sum = lines.reduce((all, line) => addMoney(all, line.cost), NO_MONEY);
    check(
      sum.low === cost.low && sum.default === cost.default && sum.high === cost.high,
      `LAW-COST ${axis}: the cost is the sum of its lines`,
    );
    check(
      [cost.low, cost.default, cost.high].every(Number.isSafeInteger) &&
        cost.low <= cost.default &&
        cost.default <= cost.high,
      `LAW-CENTS ${axis}: whole cents, low ≤ default ≤ high`,
    );
    for (const { service, quantity, visits, reasons } of lines) {
      check(visits === null || quantityOf(service, visits) === quantity, `LAW-VISITS ${axis}: ${service}`);
      check(reasons.length > 0, `LAW-REASON ${axis}: ${service} is explained`);
    }
  }
  const more = withMoreNeed(question.profile, seed);
  if (more) broken.push(...brokenByMoreNeed(proposal, proposeBundles(config, { ...question, profile: more })));
  return broken;
}
