/** Cognition, communication, mood, behaviour. */
import { count, type Items, type Rule, sum } from './rule.ts';

/** Morris 1994. At C1 = 5 the form skips the other items, so they are not missing. */
export function cpsOf(items: Items): number {
  const decision = items.get('cog.decision');
  if (decision === 5) return 6;
  const [memory = 0, expression = 0, eating = 0] = items.all('cog.shortTerm', 'comm.expression', 'adl.eating');
  if (decision === 4) return eating === 6 || eating === 8 ? 6 : 5;
  const impaired = count(decision >= 1 && decision <= 3, memory === 1, expression >= 1);
  if (impaired < 2) return impaired;
  return 2 + count(decision === 3, expression >= 3);
}

export const cps: Rule = {
  id: 'CPS',
  version: '1',
  status: 'published',
  label: 'Cognitive performance (0–6)',
  compute: cpsOf,
};

export const communicationOf = (items: Items): number => sum(items.all('comm.expression', 'comm.comprehension'));

export const communication: Rule = {
  id: 'COMM',
  version: '1',
  status: 'published',
  label: 'Communication (0–8)',
  compute: communicationOf,
};

/** Each sign counts 0, 1, 1, 2: a daily one weighs two, the ones between alike (CAPs manual). */
export const drsOf = (items: Items): number =>
  sum(
    items
      .all(
        'mood.negative',
        'mood.anger',
        'mood.fears',
        'mood.healthComplaints',
        'mood.anxious',
        'mood.sad',
        'mood.tears',
      )
      .map((value) => (value === 0 ? 0 : value === 3 ? 2 : value <= 2 ? 1 : Number.NaN)),
  );

export const drs: Rule = {
  id: 'DRS',
  version: '1',
  status: 'official',
  label: 'Signs of depression (0–14)',
  compute: drsOf,
};

/** Three answers of the person; one that was not given makes the whole unknown (CA manual). */
export const dms: Rule = {
  id: 'DMS',
  version: '1',
  status: 'official',
  label: 'Self-reported mood (0–9)',
  compute: (items) =>
    sum((['mood.selfInterest', 'mood.selfAnxious', 'mood.selfSad'] as const).map((concept) => items.get(concept, 8))),
};

export const absOf = (items: Items): number =>
  sum(items.all('beh.verbal', 'beh.physical', 'beh.inappropriate', 'beh.resists'));

export const abs: Rule = {
  id: 'ABS',
  version: '1',
  status: 'official',
  label: 'Aggressive behaviour (0–12)',
  compute: absOf,
};

/** 1: decides alone and does the five self-care items alone. Contact Assessment only. */
export const sriOf = (items: Items): number =>
  items
    .all('ca.decision', 'ca.bathing', 'ca.bathTransfer', 'ca.hygiene', 'ca.dressLower', 'ca.locomotion')
    .every((value) => value === 0)
    ? 1
    : 0;

export const sri: Rule = {
  id: 'SRI',
  version: '1',
  status: 'official',
  label: 'Self-reliant (0–1)',
  compute: sriOf,
};
