/** Every protocol's trigger by id. They read Home Care answers. */
import type { CapId, CapLevel } from '@fieldfare/engine-bundles';
import type { Rule } from '../scales/rule.ts';
import * as daily from './daily-life.ts';
import * as health from './health.ts';
import * as mind from './mind.ts';

export const CAPS: { readonly [Id in CapId]: Rule<CapLevel<Id>> } = {
  falls: health.falls,
  pain: health.pain,
  pressureUlcer: health.pressureUlcer,
  urinaryIncontinence: daily.urinaryIncontinence,
  bowel: daily.bowel,
  adl: daily.adl,
  iadl: daily.iadl,
  cognitiveLoss: mind.cognitiveLoss,
  delirium: mind.delirium,
  communication: mind.communication,
  mood: mind.mood,
  behaviour: mind.behaviour,
  socialRelationship: mind.socialRelationship,
  informalSupport: mind.informalSupport,
  institutionalRisk: mind.institutionalRisk,
  homeEnvironment: daily.homeEnvironment,
  physicalActivity: daily.physicalActivity,
  cardiorespiratory: health.cardiorespiratory,
  dehydration: health.dehydration,
  undernutrition: health.undernutrition,
  medications: health.medications,
  prevention: health.prevention,
  tobaccoAlcohol: health.tobaccoAlcohol,
  abusiveRelationship: mind.abusiveRelationship,
};
