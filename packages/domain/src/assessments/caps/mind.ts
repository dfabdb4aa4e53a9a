/** Protocols of cognition, mood, behaviour and social life. */
import { fallsIn90Of } from '../scales/health.ts';
import { absOf, communicationOf, cpsOf, drsOf } from '../scales/mind.ts';
import { count } from '../scales/rule.ts';
import { cap, diagnosed, newDeliriumSigns, provisionalCap } from './cap.ts';

const BEHAVIOURS = [
  'beh.wandering',
  'beh.verbal',
  'beh.physical',
  'beh.inappropriate',
  'beh.sexual',
  'beh.resists',
] as const;

export const cognitiveLoss = cap('cognitiveLoss', 'Cognitive loss', (items) => {
  const mind = cpsOf(items);
  const [alzheimer, dementia] = items.all('dx.alzheimer', 'dx.dementia');
  const [comprehension = 0, expression = 0, complaints, questions, dread] = items.all(
    'comm.comprehension',
    'comm.expression',
    'mood.healthComplaints',
    'mood.anxious',
    'mood.dread',
  );
  const [wandering = 0, physical = 0, change, overall, end] = items.all(
    'beh.wandering',
    'beh.physical',
    'cog.change',
    'overall.change',
    'health.endStage',
  );
  const signs = count(
    diagnosed(alzheimer),
    diagnosed(dementia),
    comprehension >= 3,
    expression >= 3,
    complaints === 3,
    questions === 3,
    dread === 3,
    wandering >= 1,
    physical >= 1,
    newDeliriumSigns(items) >= 1,
    change === 2,
    overall === 2,
    end === 1,
  );
  if (mind > 2) return 'none';
  return signs >= 2 ? 'prevent' : 'monitor';
});

export const delirium = cap('delirium', 'Delirium', (items) => (newDeliriumSigns(items) >= 1 ? 'triggered' : 'none'));

/** The manual's table of skill against decisions is not known: any difficulty, told apart by whether decisions allow gain. */
export const communication = provisionalCap('communication', 'Communication', (items) => {
  const difficulty = communicationOf(items);
  const decision = items.get('cog.decision');
  if (difficulty === 0 || decision === 5) return 'none';
  return decision <= 2 ? 'improve' : 'prevent';
});

export const mood = cap('mood', 'Mood', (items) => {
  const signs = drsOf(items);
  return signs >= 3 ? 'high' : signs >= 1 ? 'medium' : 'none';
});

export const behaviour = cap('behaviour', 'Behaviour', (items) => {
  const seen = items.all(...BEHAVIOURS);
  if (seen.includes(3)) return 'daily';
  return seen.some((value) => value >= 1) ? 'prevent' : 'none';
});

export const socialRelationship = cap('socialRelationship', 'Social relationships', (items) => {
  const [lonely, comprehension = 0] = items.all('social.lonely', 'comm.comprehension');
  return lonely === 1 && cpsOf(items) <= 3 && comprehension < 4 ? 'triggered' : 'none';
});

/** Stressors of the highest level are not known: a direct sign gives the moderate one. */
export const abusiveRelationship = provisionalCap('abusiveRelationship', 'Abusive relationship', (items) => {
  const [fearful, hygiene = 0, neglected] = items.all('social.fearful', 'sym.poorHygiene', 'social.neglected');
  return fearful === 1 || hygiene >= 2 || neglected === 1 ? 'moderate' : 'none';
});

export const informalSupport = cap('informalSupport', 'Informal support', (items) => {
  const capacities = items.all('iadl.meals', 'iadl.housework', 'iadl.shopping', 'iadl.transport');
  const [alone = 0, living, helper] = items.all('social.alone', 'home.living', 'helper.main');
  const gaps = count(alone >= 2, living === 1 || living === 8, helper === 9);
  return capacities.some((capacity) => capacity >= 2) && gaps >= 2 ? 'triggered' : 'none';
});

export const institutionalRisk = cap('institutionalRisk', 'Institutional risk', (items) => {
  const [stay, memory, decision = 0, alzheimer] = items.all(
    'past.facility',
    'cog.shortTerm',
    'cog.decision',
    'dx.alzheimer',
  );
  const [expression = 0, comprehension = 0, wheeling, outings] = items.all(
    'comm.expression',
    'comm.comprehension',
    'move.wheeling',
    'move.outings',
  );
  const [transfer = 0, locomotion = 0, hygiene = 0, daily, bladder = 0] = items.all(
    'adl.toiletTransfer',
    'adl.locomotion',
    'adl.hygiene',
    'adl.change',
    'cont.bladder',
  );
  const behaves = absOf(items) + items.get('beh.wandering') + items.get('beh.sexual') > 0;
  const signs = count(
    stay === 1,
    memory === 1,
    decision >= 1,
    diagnosed(alzheimer),
    expression >= 1,
    comprehension >= 1,
    behaves,
    transfer >= 2,
    locomotion >= 2,
    hygiene >= 2,
    daily === 2,
    wheeling === 0,
    outings === 0,
    fallsIn90Of(items) >= 1,
    bladder >= 3 && bladder <= 5,
  );
  return signs >= 4 ? 'triggered' : 'none';
});
