import { CAP_LEVELS, type CapId } from '@fieldfare/engine-bundles';
import { describe, expect, it } from 'vitest';
import { answersOf, type Changes } from '../../../test/answers.ts';
import { HC_9 } from '../items/hc-9.ts';
import { HC_10 } from '../items/hc-10.ts';
import { evaluate, type Rule } from '../scales/rule.ts';
import { CAPS } from './index.ts';

const levelOf = (id: CapId, changes: Changes): string | null =>
  evaluate<string>(CAPS[id] as Rule<string>, HC_9, answersOf(HC_9, changes)).value;

/** Decline enough for CPS 3, without any of the signs of cognitive loss. */
const CPS3: Changes = { 'cog.decision': 3, 'cog.shortTerm': 1 };

const CASES: Readonly<Record<CapId, readonly (readonly [Changes, string])[]>> = {
  falls: [
    [{}, 'none'],
    [{ 'falls.band': 1 }, 'medium'],
    [{ 'falls.band': 2 }, 'medium'],
    [{ 'falls.band': 3 }, 'high'],
  ],
  pain: [
    [{}, 'none'],
    [{ 'pain.frequency': 2, 'pain.intensity': 2 }, 'none'],
    [{ 'pain.frequency': 3, 'pain.intensity': 1 }, 'medium'],
    [{ 'pain.frequency': 3, 'pain.intensity': 2 }, 'medium'],
    [{ 'pain.frequency': 1, 'pain.intensity': 3 }, 'high'],
    [{ 'pain.frequency': 3, 'pain.intensity': 4 }, 'high'],
  ],
  pressureUlcer: [
    [{}, 'none'],
    [{ 'skin.ulcer': 1 }, 'prevent-stage1'],
    [{ 'skin.ulcer': 2 }, 'heal'],
    [{ 'skin.ulcer': 5 }, 'heal'],
    [{ 'adl.bedMobility': 6 }, 'none'],
    [{ 'adl.bedMobility': 6, 'skin.prior': 1 }, 'prevent-risk'],
    [{ 'adl.toiletTransfer': 8, 'cont.collection': 2 }, 'prevent-risk'],
    [{ 'adl.toiletTransfer': 8, 'skin.otherUlcer': 1 }, 'prevent-risk'],
    [{ 'adl.toiletTransfer': 8, 'tx.wound': 2 }, 'prevent-risk'],
    [{ 'adl.toiletTransfer': 5, 'tx.wound': 2 }, 'none'],
  ],
  urinaryIncontinence: [
    [{}, 'none'],
    [{ 'cont.bladder': 1 }, 'none'],
    [{ 'cont.bladder': 2 }, 'improve'],
    [{ 'cont.bladder': 8 }, 'improve'],
    [{ 'cont.bladder': 3, 'cog.decision': 2 }, 'prevent'],
    [{ 'cont.bladder': 3, 'cog.decision': 4 }, 'none'],
    [{ 'cont.bladder': 3, 'adl.locomotion': 4 }, 'prevent'],
    [{ 'cont.bladder': 3, 'tx.toileting': 2 }, 'prevent'],
    [{ 'cont.bladder': 3, 'tx.toileting': 2, 'dx.hipFracture': 2 }, 'improve'],
    [{ 'cont.bladder': 3, 'tx.toileting': 2, 'sym.diarrhoea': 2 }, 'improve'],
  ],
  bowel: [
    [{}, 'none'],
    [{ 'cont.bowel': 2 }, 'improve'],
    [{ 'cont.bowel': 5, 'hope.person': 1 }, 'improve'],
    [{ 'cont.bowel': 3, 'adl.toiletUse': 4, 'cont.bladder': 4 }, 'none'],
    [{ 'cont.bowel': 3, 'adl.eating': 2, 'adl.bedMobility': 6 }, 'prevent'],
    [{ 'cont.bowel': 5, 'adl.eating': 2, 'adl.bedMobility': 6 }, 'none'],
    [{ 'cont.bowel': 3, 'cog.distracted': 2, 'cog.acute': 1 }, 'prevent'],
  ],
  adl: [
    [{}, 'none'],
    [{ 'adl.hygiene': 3 }, 'prevent'],
    [{ 'adl.hygiene': 3, 'health.flare': 1 }, 'prevent'],
    [{ 'adl.hygiene': 3, 'health.flare': 1, 'falls.band': 1 }, 'improve'],
    [{ 'adl.hygiene': 3, 'therapy.physio': 30, 'use.hospital': 1 }, 'improve'],
    [{ 'adl.hygiene': 3, 'health.flare': 1, 'falls.band': 1, 'health.endStage': 1 }, 'none'],
    [{ 'adl.hygiene': 6, 'adl.toiletUse': 6, 'adl.locomotion': 6, 'adl.eating': 6 }, 'none'],
  ],
  iadl: [
    [{ 'iadl.meals': 6, 'iadl.housework': 1 }, 'none'],
    [{ 'iadl.meals': 6, 'iadl.housework': 1, 'hope.person': 1 }, 'improve'],
    [{ 'iadl.meals': 6, 'hope.person': 1 }, 'none'],
    [{ ...CPS3, 'iadl.meals': 6, 'iadl.housework': 1, 'hope.person': 1 }, 'none'],
  ],
  cognitiveLoss: [
    [{}, 'monitor'],
    [{ 'dx.alzheimer': 2 }, 'monitor'],
    [{ 'dx.alzheimer': 2, 'cog.change': 2 }, 'prevent'],
    [{ 'mood.healthComplaints': 3, 'mood.dread': 3 }, 'prevent'],
    [{ 'mood.healthComplaints': 2, 'mood.dread': 2 }, 'monitor'],
    [{ ...CPS3, 'dx.alzheimer': 2, 'cog.change': 2 }, 'none'],
  ],
  delirium: [
    [{}, 'none'],
    [{ 'cog.distracted': 1, 'cog.varies': 1 }, 'none'],
    [{ 'cog.disorganised': 2 }, 'triggered'],
    [{ 'cog.acute': 1 }, 'triggered'],
  ],
  communication: [
    [{}, 'none'],
    [{ 'comm.expression': 1 }, 'improve'],
    [{ 'comm.comprehension': 2, 'cog.decision': 3 }, 'prevent'],
    [{ 'comm.comprehension': 4, 'cog.decision': 5 }, 'none'],
  ],
  mood: [
    [{}, 'none'],
    [{ 'mood.sad': 3 }, 'medium'],
    [{ 'mood.sad': 3, 'mood.tears': 1 }, 'high'],
  ],
  behaviour: [
    [{}, 'none'],
    [{ 'beh.sexual': 1 }, 'prevent'],
    [{ 'beh.wandering': 2, 'beh.resists': 3 }, 'daily'],
  ],
  socialRelationship: [
    [{}, 'none'],
    [{ 'social.lonely': 1 }, 'triggered'],
    [{ 'social.lonely': 1, 'comm.comprehension': 4 }, 'none'],
    [{ 'social.lonely': 1, 'cog.decision': 4, 'cog.shortTerm': 1 }, 'none'],
  ],
  informalSupport: [
    [{}, 'none'],
    [{ 'iadl.meals': 1, 'social.alone': 3, 'home.living': 1 }, 'none'],
    [{ 'iadl.meals': 2, 'social.alone': 3 }, 'none'],
    [{ 'iadl.meals': 2, 'social.alone': 2, 'home.living': 1 }, 'triggered'],
    [{ 'iadl.shopping': 6, 'home.living': 8, 'helper.main': 9 }, 'triggered'],
  ],
  institutionalRisk: [
    [{}, 'none'],
    [{ 'past.facility': 1, 'cog.shortTerm': 1, 'falls.band': 1 }, 'none'],
    [{ 'past.facility': 1, 'cog.shortTerm': 1, 'falls.band': 1, 'move.outings': 0 }, 'triggered'],
    [{ 'adl.toiletTransfer': 8, 'adl.locomotion': 3, 'adl.hygiene': 2, 'beh.sexual': 1 }, 'triggered'],
    [{ 'cont.bladder': 2, 'adl.change': 2, 'move.wheeling': 0, 'dx.alzheimer': 3 }, 'none'],
    [{ 'cont.bladder': 3, 'adl.change': 2, 'move.wheeling': 0, 'dx.alzheimer': 3 }, 'triggered'],
  ],
  homeEnvironment: [
    [{}, 'none'],
    [{ 'home.squalid': 1, 'sym.unsteady': 2 }, 'none'],
    [{ 'home.squalid': 1, 'sym.unsteady': 2, 'iadl.stairs': 6 }, 'triggered'],
    [{ 'sym.unsteady': 2, 'iadl.stairs': 6, 'health.unstable': 1 }, 'none'],
    [{ 'home.climate': 1, 'sym.delusions': 2, 'health.selfRated': 3 }, 'triggered'],
  ],
  physicalActivity: [
    [{}, 'none'],
    [{ 'move.activity': 1 }, 'triggered'],
    [{ 'move.activity': 2 }, 'none'],
    [{ 'move.activity': 0, 'adl.locomotion': 2, 'iadl.stairs': 6 }, 'none'],
    [{ 'move.activity': 0, 'adl.locomotion': 2, 'iadl.stairs': 6, 'hope.professional': 1 }, 'triggered'],
  ],
  cardiorespiratory: [
    [{ 'sym.chestPain': 1 }, 'none'],
    [{ 'sym.chestPain': 2 }, 'triggered'],
    [{ 'sym.dyspnoea': 1 }, 'triggered'],
    [{ 'sym.dizzy': 4 }, 'triggered'],
  ],
  dehydration: [
    [{ 'sym.fever': 3 }, 'none'],
    [{ 'nut.dehydrated': 1 }, 'low'],
    [{ 'nut.lowFluid': 1, 'sym.constipation': 2 }, 'high'],
    [{ 'nut.lowFluid': 1, 'cog.acute': 1 }, 'high'],
  ],
  undernutrition: [
    [{}, 'none'],
    [{ 'nut.weightLoss': 1 }, 'medium'],
    [{ 'nut.weightLoss': 1, 'nut.lessIntake': 1 }, 'high'],
  ],
  medications: [
    [{ 'med.count': 9, 'sym.dyspnoea': 1 }, 'none'],
    [{ 'med.count': 9, 'sym.dyspnoea': 1, 'sym.oedema': 2 }, 'high'],
    [{ 'med.count': 8, 'sym.dyspnoea': 1, 'sym.oedema': 2 }, 'none'],
  ],
  prevention: [
    [{}, 'none'],
    [{ 'prev.flu': 0 }, 'no-visit'],
    [{ 'prev.flu': 0, 'use.physician': 2 }, 'visit-missed'],
    [{ 'prev.breast': 0 }, 'none'],
    [{ 'prev.breast': 0, 'person.sex': 2 }, 'no-visit'],
  ],
  tobaccoAlcohol: [
    [{ 'habit.drinks': 2 }, 'none'],
    [{ 'habit.drinks': 3 }, 'triggered'],
    [{ 'habit.tobacco': 1 }, 'triggered'],
  ],
  abusiveRelationship: [
    [{ 'social.conflict': 1 }, 'none'],
    [{ 'social.fearful': 1 }, 'moderate'],
    [{ 'sym.poorHygiene': 2 }, 'moderate'],
    [{ 'social.neglected': 1 }, 'moderate'],
  ],
};

describe.each(Object.entries(CASES) as [CapId, (typeof CASES)[CapId]][])('CAP %s', (id, cases) => {
  it.each(cases)('%j → %s', (changes, level) => {
    expect(levelOf(id, changes)).toBe(level);
    expect(CAP_LEVELS[id]).toContain(level);
  });
  it('every level that its rule can reach is reached here', () => {
    const reached = new Set(cases.map(([, level]) => level));
    const out = CAP_LEVELS[id].filter((level) => !reached.has(level));
    expect(out).toEqual(id === 'abusiveRelationship' ? ['highest'] : []);
  });
});

it('reads counted falls of version 10', () => {
  const level = (changes: Changes) => evaluate(CAPS.falls, HC_10, answersOf(HC_10, changes)).value;
  expect([level({}), level({ 'falls.in31to90': 1 }), level({ 'falls.in30': 1, 'falls.in31to90': 1 })]).toEqual([
    'none',
    'medium',
    'high',
  ]);
  expect(level({ 'falls.in91to180': 4 })).toBe('none');
});
