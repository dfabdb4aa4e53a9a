/**
 * RUG-III/HC: 23 groups in seven categories, read in order. The frame is CIHI's published one (3+3+2+4+3+3+5 groups);
 * the pack brings what is not public. Groups sort people by use of resources, they say nothing about hours a person needs.
 */
import { cpsOf } from '../scales/mind.ts';
import type { Items, Rule } from '../scales/rule.ts';
import { count, sum } from '../scales/rule.ts';
import { BUILT_IN_RUG, type RugGroup, type RugPack } from './pack.ts';

/** What the tree asks, all of it. */
export interface RugFacts {
  /** 4–18 */
  readonly adl: number;
  /** 0–3 */
  readonly iadl: number;
  readonly rehab: boolean;
  readonly extensive: boolean;
  /** Of extensive services: special care, complex, impaired cognition, feeding and medicine by vein; 0–5. */
  readonly extensiveCount: number;
  readonly specialCare: boolean;
  readonly complex: boolean;
  readonly impaired: boolean;
  readonly behaviour: boolean;
}

export function rugGroupOf(facts: RugFacts): RugGroup {
  const { adl, iadl, extensiveCount } = facts;
  const early = adl <= 5;
  if (facts.rehab) return adl >= 11 ? 'RB0' : iadl > 1 ? 'RA2' : 'RA1';
  if (facts.extensive && adl >= 7) return extensiveCount >= 4 ? 'SE3' : extensiveCount >= 2 ? 'SE2' : 'SE1';
  if (facts.extensive || (facts.specialCare && adl >= 7)) return adl >= 14 ? 'SSB' : 'SSA';
  if (facts.complex || facts.specialCare) {
    if (adl >= 11) return 'CC0';
    return early ? (iadl >= 1 ? 'CA2' : 'CA1') : 'CB0';
  }
  if (facts.impaired && adl <= 10) return early ? (iadl >= 1 ? 'IA2' : 'IA1') : 'IB0';
  if (facts.behaviour && adl <= 10) return early ? (iadl >= 1 ? 'BA2' : 'BA1') : 'BB0';
  if (adl >= 11) return 'PD0';
  if (adl >= 9) return 'PC0';
  if (adl >= 6) return 'PB0';
  return iadl >= 1 ? 'PA2' : 'PA1';
}

/** Bed mobility and both toilet items 1, 3, 4, 5; eating 1, 2, 3. */
const mobilityPoints = (value: number): number => (value <= 2 ? 1 : value === 3 ? 3 : value <= 5 ? 4 : 5);
const eatingPoints = (value: number): number => (value <= 2 ? 1 : value === 3 ? 2 : 3);

export function rugFactsOf(items: Items, pack: RugPack): RugFacts {
  const mode = items.get('nut.mode');
  const eating = items.get('adl.eating');
  const adl =
    sum(items.all('adl.bedMobility', 'adl.toiletTransfer', 'adl.toiletUse').map(mobilityPoints)) +
    (pack.tubeOrVein.includes(mode) ? 3 : eatingPoints(eating));
  const iadl = items
    .all('iadlDone.meals', 'iadlDone.medicines', 'iadlDone.phone')
    .filter((value) => pack.fullHelp.includes(value)).length;
  const minutes = sum(items.all('therapy.physio', 'therapy.occupational', 'therapy.speech'));
  // Every test is read before any is decided, so that what is missing is complete.
  const anyOf = (conditions: RugPack['extensive']): boolean =>
    conditions
      .map(({ all, adlAtLeast }) => {
        const met = all.map((test) => test.in.includes(items.get(test.concept)));
        return adl >= adlAtLeast && met.every(Boolean);
      })
      .some(Boolean);
  const specialCare = anyOf(pack.specialCare);
  const complex = anyOf(pack.clinicallyComplex);
  const behaviour = anyOf(pack.behaviour);
  const impaired = cpsOf(items) >= 3;
  const fedByVein = pack.parenteral.includes(mode);
  const medicineByVein = items.get('tx.ivMedication') >= 2;
  return {
    adl,
    iadl,
    rehab: minutes >= pack.therapyMinutes,
    extensive: anyOf(pack.extensive) || fedByVein,
    extensiveCount: count(specialCare, complex, impaired, fedByVein, medicineByVein),
    specialCare,
    complex,
    impaired,
    behaviour,
  };
}

export const rugRule = (pack: RugPack = BUILT_IN_RUG): Rule<RugGroup> => ({
  id: pack.id,
  version: pack.version,
  status: pack.status,
  label: 'Resource group, home care',
  compute: (items) => rugGroupOf(rugFactsOf(items, pack)),
});
