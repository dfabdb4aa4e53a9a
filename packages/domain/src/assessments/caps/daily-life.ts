/** Protocols of daily life, continence and the home. */
import { adlHierarchyOf, iadlCapSumOf } from '../scales/daily-life.ts';
import { fallsIn90Of } from '../scales/health.ts';
import { cpsOf, drsOf } from '../scales/mind.ts';
import { count } from '../scales/rule.ts';
import { cap, diagnosed, exhibited, newDeliriumSigns, provisionalCap, total } from './cap.ts';

/** Unstable conditions and overall change stand for the two signs of fluctuation. */
export const adl = provisionalCap('adl', 'Daily activities', (items) => {
  const level = adlHierarchyOf(items);
  const mind = cpsOf(items);
  const [dying, flare, change, pneumonia, hip] = items.all(
    'health.endStage',
    'health.flare',
    'cog.change',
    'dx.pneumonia',
    'dx.hipFracture',
  );
  const [physio = 0, hospital = 0, unstable, overall] = items.all(
    'therapy.physio',
    'use.hospital',
    'health.unstable',
    'overall.change',
  );
  const signs = count(
    flare === 1,
    newDeliriumSigns(items) >= 1,
    change === 0 || change === 2,
    diagnosed(pneumonia),
    fallsIn90Of(items) >= 1,
    diagnosed(hip),
    physio > 0,
    hospital >= 1,
    unstable === 1,
    overall === 0 || overall === 2,
  );
  if (level < 1 || level > 5 || mind > 5 || dying === 1) return 'none';
  return signs >= 2 ? 'improve' : 'prevent';
});

/** The manual's list of signs of hope is not known: the person's or a professional's belief stands for it. */
export const iadl = provisionalCap('iadl', 'Household activities', (items) => {
  const [person, professional] = items.all('hope.person', 'hope.professional');
  const needs = iadlCapSumOf(items) >= 7;
  const able = adlHierarchyOf(items) <= 3 && cpsOf(items) <= 2;
  return needs && able && (person === 1 || professional === 1) ? 'improve' : 'none';
});

export const urinaryIncontinence = cap('urinaryIncontinence', 'Urinary incontinence', (items) => {
  const [bladder = 0, decision = 0, locomotion = 0, toileting] = items.all(
    'cont.bladder',
    'cog.decision',
    'adl.locomotion',
    'tx.toileting',
  );
  const [hip, change, collection, pneumonia, diarrhoea] = items.all(
    'dx.hipFracture',
    'adl.change',
    'cont.collection',
    'dx.pneumonia',
    'sym.diarrhoea',
  );
  if (bladder < 2 || decision > 3) return 'none';
  const cause = diagnosed(hip) || change === 2 || collection === 2 || diagnosed(pneumonia) || exhibited(diarrhoea);
  return decision <= 1 && locomotion <= 3 && (toileting === 0 || cause) ? 'improve' : 'prevent';
});

/** Which four signs of delirium count, and how, is read from a summary: one each. */
export const bowel = provisionalCap('bowel', 'Bowel', (items) => {
  const [control = 0, decision = 0, eating = 0, bed, bladder = 0, toilet = 0] = items.all(
    'cont.bowel',
    'cog.decision',
    'adl.eating',
    'adl.bedMobility',
    'cont.bladder',
    'adl.toiletUse',
  );
  const [person, professional, pneumonia, overall, hip] = items.all(
    'hope.person',
    'hope.professional',
    'dx.pneumonia',
    'overall.change',
    'dx.hipFracture',
  );
  const decline = count(decision >= 4, eating >= 2, total(bed), bladder === 5) + newDeliriumSigns(items);
  const gain = count(
    toilet <= 3,
    person === 1 || professional === 1,
    diagnosed(pneumonia),
    overall === 2,
    bladder <= 2,
    diagnosed(hip),
  );
  if (decline <= 1 && gain >= 2 && control >= 2 && control <= 5) return 'improve';
  return decline >= 2 && control !== 5 ? 'prevent' : 'none';
});

/** Signs of good recovery have no item in these forms. */
export const physicalActivity = provisionalCap('physicalActivity', 'Physical activity', (items) => {
  const [active = 0, locomotion, stairs, person, professional] = items.all(
    'move.activity',
    'adl.locomotion',
    'iadl.stairs',
    'hope.person',
    'hope.professional',
  );
  const asset = locomotion === 0 || stairs === 0 || person === 1 || professional === 1;
  return active <= 1 && asset ? 'triggered' : 'none';
});

/** These forms ask about disrepair, squalor and heating, not about each room. */
export const homeEnvironment = provisionalCap('homeEnvironment', 'Home environment', (items) => {
  const hazards = items.all('home.disrepair', 'home.squalid', 'home.climate');
  const [access, stairs = 0, active = 0, unsteady, health, unstable] = items.all(
    'home.access',
    'iadl.stairs',
    'move.activity',
    'sym.unsteady',
    'health.selfRated',
    'health.unstable',
  );
  const thought = items.all('sym.hallucinations', 'sym.delusions', 'sym.abnormalThought');
  const frailty = count(
    stairs >= 6,
    active <= 1,
    exhibited(unsteady),
    health === 3,
    unstable === 1,
    access === 1,
    drsOf(items) >= 3,
    thought.some(exhibited),
  );
  return hazards.includes(1) && frailty >= 2 ? 'triggered' : 'none';
});
