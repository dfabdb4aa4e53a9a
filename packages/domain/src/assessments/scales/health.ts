/** Pain, falls, instability, skin. */
import type { Concept } from '../items/concepts.ts';
import { count, type Items, type Rule } from './rule.ts';

/** Morris 2001; that pain on no day of the last three counts as 1 is from memory. */
export function painOf(items: Items): number {
  const [frequency = 0, intensity = 0] = items.all('pain.frequency', 'pain.intensity');
  if (frequency === 0) return 0;
  return frequency <= 2 ? 1 : Math.max(2, intensity);
}

export const pain: Rule = {
  id: 'PAIN',
  version: '1',
  status: 'published',
  label: 'Pain (0–4)',
  compute: painOf,
};

/**
 * Falls in 90 days, two standing for two or more. Version 9.1 does not count those of 31–90 days ago: they are one at
 * least.
 */
export function fallsIn90Of(items: Items): number {
  if (items.carries('falls.band')) return [0, 1, 1, 2][items.get('falls.band')] ?? Number.NaN;
  const [recent = 0, earlier = 0] = items.all('falls.in30', 'falls.in31to90');
  return Math.min(2, recent + earlier);
}

/** Symptoms count two at most, three marks of decline one each. `signs`: those beside the three that every form asks. */
function instability(items: Items, signs: readonly Concept[], dying: 'health.endStage' | 'ca.palliative'): number {
  const [vomiting = 0, oedema = 0, dyspnoea = 0, ...others] = items.all(
    'sym.vomiting',
    'sym.oedema',
    'sym.dyspnoea',
    ...signs,
  );
  const [decision = 0, daily = 0, end = 0] = items.all('cog.change', 'adl.change', dying);
  const symptoms = count(vomiting >= 2, oedema >= 2, dyspnoea >= 1, ...others.map((sign) => sign === 1));
  return Math.min(symptoms, 2) + count(decision === 2, daily === 2, end === 1);
}

/** Hirdes 2003. */
export const chess: Rule = {
  id: 'CHESS',
  version: '1',
  status: 'published',
  label: 'Health instability (0–5)',
  compute: (items) =>
    instability(
      items,
      ['nut.weightLoss', 'nut.dehydrated', 'nut.lowFluid', 'nut.output', 'nut.lessIntake'],
      'health.endStage',
    ),
};

/** The same shape over the Contact Assessment's items: palliative referral adds one and forces nothing. */
export const chessCa: Rule = {
  id: 'CHESS-CA',
  version: '1',
  status: 'published',
  label: 'Health instability, contact (0–5)',
  compute: (items) => instability(items, ['nut.weightLoss', 'nut.lessIntake'], 'ca.palliative'),
};

/** Poss 2010 (BMC Geriatr 10:67): points by item, an earlier ulcer counts two. Cut-points from memory. */
export const purs: Rule = {
  id: 'PURS',
  version: '1',
  status: 'published',
  label: 'Pressure ulcer risk (0–8)',
  compute: (items) => {
    const [bed = 0, walking = 0, bowel = 0, weight = 0, prior = 0, often = 0, breath = 0] = items.all(
      'adl.bedMobility',
      'adl.walking',
      'cont.bowel',
      'nut.weightLoss',
      'skin.prior',
      'pain.frequency',
      'sym.dyspnoea',
    );
    return (
      count(bed >= 2, walking >= 2, bowel >= 2 && bowel <= 5, weight === 1, often === 3, breath >= 1) +
      (prior === 1 ? 2 : 0)
    );
  },
};
