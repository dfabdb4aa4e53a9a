import { describe, expect, it } from 'vitest';
import { answersOf, type Changes } from '../../../test/answers.ts';
import { HC_9 } from '../items/hc-9.ts';
import { evaluate } from '../scales/rule.ts';
import { type RugFacts, rugFactsOf, rugGroupOf, rugRule } from './grouper.ts';
import { BUILT_IN_RUG, RUG_GROUPS, type RugGroup, rugPack } from './pack.ts';

const NOTHING: RugFacts = {
  adl: 4,
  iadl: 0,
  rehab: false,
  extensive: false,
  extensiveCount: 0,
  specialCare: false,
  complex: false,
  impaired: false,
  behaviour: false,
};

describe('every branch of the tree, at each of its borders', () => {
  const cases: readonly (readonly [RugGroup, Partial<RugFacts>])[] = [
    ['RB0', { rehab: true, adl: 11 }],
    ['RB0', { rehab: true, adl: 18, extensive: true }],
    ['RA2', { rehab: true, adl: 10, iadl: 2 }],
    ['RA1', { rehab: true, adl: 10, iadl: 1 }],
    ['SE3', { extensive: true, adl: 7, extensiveCount: 4 }],
    ['SE3', { extensive: true, adl: 7, extensiveCount: 5 }],
    ['SE2', { extensive: true, adl: 18, extensiveCount: 3 }],
    ['SE2', { extensive: true, adl: 7, extensiveCount: 2 }],
    ['SE1', { extensive: true, adl: 7, extensiveCount: 1 }],
    ['SE1', { extensive: true, adl: 7, extensiveCount: 0 }],
    ['SSA', { extensive: true, adl: 6, extensiveCount: 5 }],
    ['SSB', { specialCare: true, adl: 14 }],
    ['SSA', { specialCare: true, adl: 13 }],
    ['SSA', { specialCare: true, adl: 7, complex: true }],
    ['CB0', { specialCare: true, adl: 6 }],
    ['CA2', { specialCare: true, adl: 5, iadl: 1 }],
    ['CC0', { complex: true, adl: 11 }],
    ['CB0', { complex: true, adl: 10 }],
    ['CB0', { complex: true, adl: 6, impaired: true }],
    ['CA2', { complex: true, adl: 5, iadl: 1 }],
    ['CA1', { complex: true, adl: 5 }],
    ['IB0', { impaired: true, adl: 10 }],
    ['IB0', { impaired: true, adl: 6, behaviour: true }],
    ['IA2', { impaired: true, adl: 5, iadl: 1 }],
    ['IA1', { impaired: true, adl: 4 }],
    ['PD0', { impaired: true, adl: 11 }],
    ['BB0', { behaviour: true, adl: 6 }],
    ['BB0', { behaviour: true, adl: 10 }],
    ['BA2', { behaviour: true, adl: 5, iadl: 3 }],
    ['BA1', { behaviour: true, adl: 5 }],
    ['PD0', { behaviour: true, adl: 11 }],
    ['PD0', { adl: 11 }],
    ['PC0', { adl: 10 }],
    ['PC0', { adl: 9 }],
    ['PB0', { adl: 8 }],
    ['PB0', { adl: 6 }],
    ['PA2', { adl: 5, iadl: 1 }],
    ['PA1', { adl: 4 }],
  ];
  it.each(cases)('%s: %j', (group, facts) => expect(rugGroupOf({ ...NOTHING, ...facts })).toBe(group));

  it('reaches all 23 groups, and no combination falls between them', () => {
    const reached = new Set<RugGroup>();
    for (let adl = 4; adl <= 18; adl += 1) {
      for (let iadl = 0; iadl <= 3; iadl += 1) {
        for (let bits = 0; bits < 64; bits += 1) {
          for (let extensiveCount = 0; extensiveCount <= 5; extensiveCount += 1) {
            const [rehab, extensive, specialCare, complex, impaired, behaviour] = [1, 2, 4, 8, 16, 32].map(
              (bit) => (bits & bit) > 0,
            ) as [boolean, boolean, boolean, boolean, boolean, boolean];
            reached.add(
              rugGroupOf({ adl, iadl, extensiveCount, rehab, extensive, specialCare, complex, impaired, behaviour }),
            );
          }
        }
      }
    }
    expect([...reached].sort()).toEqual([...RUG_GROUPS].sort());
    expect(RUG_GROUPS).toHaveLength(23);
  });
});

const factsOf = (changes: Changes): RugFacts => {
  const answers = answersOf(HC_9, changes);
  const get = (concept: Parameters<HC['get']>[0]) => answers.get(HC_9.codeOf.get(concept) ?? '') ?? Number.NaN;
  return rugFactsOf({ get, all: (...concepts) => concepts.map(get), carries: () => true }, BUILT_IN_RUG);
};
type HC = Parameters<typeof rugFactsOf>[0];

describe('facts from answers', () => {
  it.each([
    [{}, 4],
    [{ 'adl.bedMobility': 2, 'adl.eating': 2 }, 4],
    [{ 'adl.bedMobility': 3 }, 6],
    [{ 'adl.bedMobility': 4, 'adl.toiletTransfer': 5, 'adl.toiletUse': 6 }, 14],
    [{ 'adl.eating': 3 }, 5],
    [{ 'adl.eating': 4 }, 6],
    [{ 'nut.mode': 6 }, 6],
    [{ 'adl.bedMobility': 8, 'adl.toiletTransfer': 6, 'adl.toiletUse': 8, 'adl.eating': 8 }, 18],
  ])('ADL index: %j → %i', (changes, adl) => expect(factsOf(changes).adl).toBe(adl));

  it.each([
    [{ 'iadlDone.meals': 4 }, 0],
    [{ 'iadlDone.meals': 5, 'iadlDone.phone': 8 }, 2],
    [{ 'iadlDone.meals': 6, 'iadlDone.phone': 6, 'iadlDone.medicines': 6, 'iadlDone.shopping': 6 }, 3],
  ])('IADL index: %j → %i', (changes, iadl) => expect(factsOf(changes).iadl).toBe(iadl));

  it.each([
    ['rehab', { 'therapy.physio': 60, 'therapy.occupational': 45, 'therapy.speech': 15 }],
    ['extensive', { 'tx.suction': 3 }],
    ['extensive', { 'nut.mode': 8 }],
    ['specialCare', { 'skin.ulcer': 3, 'tx.turning': 2 }],
    ['specialCare', { 'nut.mode': 7, 'sym.aphasia': 2 }],
    ['specialCare', { 'dx.ms': 1, 'adl.bedMobility': 6, 'adl.toiletUse': 3 }],
    ['specialCare', { 'sym.fever': 2, 'nut.weightLoss': 1 }],
    ['complex', { 'tx.oxygen': 3 }],
    ['complex', { 'health.endStage': 1 }],
    ['impaired', { 'cog.decision': 3, 'cog.shortTerm': 1 }],
    ['behaviour', { 'beh.resists': 2 }],
    ['behaviour', { 'sym.delusions': 2 }],
  ] as const)('%s: %j', (fact, changes) => {
    expect(factsOf(changes)[fact]).toBe(true);
    expect(factsOf({})[fact]).toBe(false);
  });

  it.each([
    ['rehab', { 'therapy.physio': 119 }],
    ['extensive', { 'tx.suction': 1 }],
    ['specialCare', { 'skin.ulcer': 4 }],
    ['specialCare', { 'dx.ms': 1, 'adl.bedMobility': 3 }],
    ['complex', { 'dx.hemiplegia': 1 }],
    ['behaviour', { 'beh.sexual': 3 }],
  ] as const)('not %s: %j', (fact, changes) => expect(factsOf(changes)[fact]).toBe(false));

  it('counts what goes with extensive services', () => {
    expect(factsOf({ 'tx.ivMedication': 3, 'nut.mode': 8, 'tx.oxygen': 2 }).extensiveCount).toBe(3);
  });
});

describe('packs', () => {
  it('the built-in pack is one, names itself provisional and carries no weights', () => {
    expect(rugPack.parse(BUILT_IN_RUG)).toEqual(BUILT_IN_RUG);
    expect(BUILT_IN_RUG.id).toMatch(/^prov\./);
    expect(BUILT_IN_RUG.cmi).toEqual({});
  });
  it('another pack speaks under its own name and moves the border it moves', () => {
    const pack = { ...BUILT_IN_RUG, id: 'licensed', status: 'official' as const, therapyMinutes: 60 };
    const answers = answersOf(HC_9, { 'therapy.physio': 60 });
    expect(evaluate(rugRule(), HC_9, answers)).toMatchObject({ id: 'prov.rug3hc', value: 'PA1' });
    expect(evaluate(rugRule(pack), HC_9, answers)).toMatchObject({ id: 'licensed', status: 'official', value: 'RA1' });
  });
  it('a pack that asks about what no form has is refused', () => {
    const wrong = { ...BUILT_IN_RUG, behaviour: [{ all: [{ concept: 'beh.unheard', in: [1] }] }] };
    expect(rugPack.safeParse(wrong).success).toBe(false);
  });
});
