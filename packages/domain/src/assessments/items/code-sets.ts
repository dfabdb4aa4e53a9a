/**
 * What may stand as an answer, and our own short words for it. A set holds every allowed value of the items that use it;
 * counts hold a range instead.
 */

export type CodeSet =
  | { readonly values: Readonly<Record<number, string>> }
  | { readonly least: number; readonly most: number; readonly unit: string };

const performance = {
  0: 'on own',
  1: 'set-up only',
  2: 'watched or cued',
  3: 'some hands-on help',
  4: 'much help, does most',
  5: 'much help, does little',
  6: 'done by others',
};

export const CODE_SETS = {
  yesNo: { values: { 0: 'no', 1: 'yes' } },
  adl: { values: { ...performance, 8: 'did not happen' } },
  capacity: { values: performance },
  decision: {
    values: {
      0: 'consistent',
      1: 'hard in new situations',
      2: 'poor at times',
      3: 'poor, needs cues',
      4: 'rarely decides',
      5: 'not conscious',
    },
  },
  memory: { values: { 0: 'intact', 1: 'problem' } },
  fluctuating: { values: { 0: 'absent', 1: 'as usual', 2: 'new or different' } },
  change: { values: { 0: 'better', 1: 'the same', 2: 'worse', 8: 'uncertain' } },
  changeOverall: { values: { 0: 'better', 1: 'the same', 2: 'worse' } },
  understanding: { values: { 0: 'always', 1: 'usually', 2: 'often', 3: 'sometimes', 4: 'rarely or never' } },
  observed: { values: { 0: 'absent', 1: 'not in 3 days', 2: '1–2 of 3 days', 3: 'daily' } },
  selfReported: { values: { 0: 'not in 3 days', 1: 'seldom', 2: '1–2 of 3 days', 3: 'daily', 8: 'no answer' } },
  symptom: {
    values: { 0: 'absent', 1: 'not in 3 days', 2: '1 of 3 days', 3: '2 of 3 days', 4: 'daily' },
  },
  dyspnoea: { values: { 0: 'none', 1: 'on effort', 2: 'on small effort', 3: 'at rest' } },
  painIntensity: { values: { 0: 'none', 1: 'mild', 2: 'moderate', 3: 'severe', 4: 'at times unbearable' } },
  selfRated: { values: { 0: 'excellent', 1: 'good', 2: 'fair', 3: 'poor', 8: 'no answer' } },
  continence: {
    values: {
      0: 'continent',
      1: 'controlled by device',
      2: 'rarely incontinent',
      3: 'at times incontinent',
      4: 'often incontinent',
      5: 'incontinent',
      8: 'did not occur',
    },
  },
  collection: { values: { 0: 'none', 1: 'external', 2: 'indwelling', 3: 'ostomy' } },
  fallsBand: {
    values: { 0: 'none in 90 days', 1: 'only 31–90 days ago', 2: 'one in 30 days', 3: 'two or more in 30' },
  },
  ulcer: {
    values: { 0: 'none', 1: 'redness', 2: 'shallow', 3: 'deep', 4: 'to muscle or bone', 5: 'cannot be staged' },
  },
  diagnosis: { values: { 0: 'no', 1: 'main reason', 2: 'treated', 3: 'watched' } },
  treatment: { values: { 0: 'no', 1: 'ordered, not begun', 2: '1–2 of 3 days', 3: 'daily' } },
  nutrition: {
    values: {
      0: 'normal',
      1: 'modifies alone',
      2: 'solids changed',
      3: 'liquids changed',
      4: 'both changed',
      5: 'oral and tube or vein',
      6: 'tube in nose',
      7: 'tube in abdomen',
      8: 'by vein',
      9: 'mixed, not by mouth',
    },
  },
  adherence: { values: { 0: 'always', 1: 'four times of five', 2: 'less often', 8: 'has none' } },
  alone: { values: { 0: 'under 1 h', 1: '1–2 h', 2: 'over 2 h', 3: '8 h or more' } },
  living: {
    values: {
      1: 'alone',
      2: 'partner only',
      3: 'partner and others',
      4: 'child',
      5: 'parent',
      6: 'sibling',
      7: 'other kin',
      8: 'people not kin',
    },
  },
  helper: {
    values: {
      1: 'child',
      2: 'partner',
      3: 'in-law',
      4: 'parent',
      5: 'sibling',
      6: 'other kin',
      7: 'friend',
      8: 'neighbour',
      9: 'nobody',
    },
  },
  activity: { values: { 0: 'none', 1: 'under 1 h', 2: '1–2 h', 3: '3–4 h', 4: 'over 4 h' } },
  outings: { values: { 0: 'no', 1: 'not in 3 days', 2: '1–2 days', 3: '3 days' } },
  wheeling: {
    values: {
      0: 'by others',
      1: 'motorised',
      2: 'under 5 m',
      3: '5–49 m',
      4: '50–99 m',
      5: '100 m or more',
      8: 'no wheelchair',
    },
  },
  tobacco: { values: { 0: 'no', 1: 'daily, not in 3 days', 2: 'daily' } },
  drinks: { values: { 0: 'none', 1: 'one', 2: 'two to four', 3: 'five or more' } },
  sex: { values: { 1: 'male', 2: 'female', 3: 'other' } },
  hospital: {
    values: {
      0: 'not in 90 days',
      1: '31–90 days ago',
      2: '15–30 days ago',
      3: '8–14 days ago',
      4: 'in last 7 days',
      5: 'in hospital now',
    },
  },
  need3: { values: { 0: 'on own', 1: 'some help', 2: 'much help' } },
  decision3: { values: { 0: 'consistent', 1: 'some trouble', 2: 'poor' } },
  recent: { values: { 0: 'no', 1: 'not in 24 h', 2: 'in 24 h' } },
  recency: { values: { 0: 'never', 1: 'not in 7 days', 2: 'in 7 days' } },
  insight: { values: { 0: 'full', 1: 'limited', 2: 'none' } },
  yesNoUnknown: { values: { 0: 'no', 1: 'yes', 8: 'not seen' } },
  count: { least: 0, most: 99, unit: 'times' },
  medicines: { least: 0, most: 60, unit: 'medicines' },
  minutes: { least: 0, most: 3000, unit: 'min in 7 days' },
} as const satisfies Readonly<Record<string, CodeSet>>;
export type CodeSetId = keyof typeof CODE_SETS;

export function allows(set: CodeSet, value: number): boolean {
  return 'values' in set ? Object.hasOwn(set.values, value) : value >= set.least && value <= set.most;
}

/** The allowed values in words for a person: `0–6, 8`. */
export function allowedText(set: CodeSet): string {
  if (!('values' in set)) return `${set.least}–${set.most}`;
  const values = Object.keys(set.values)
    .map(Number)
    .sort((a, b) => a - b);
  const runs: [number, number][] = [];
  for (const value of values) {
    const last = runs.at(-1);
    if (last && last[1] === value - 1) last[1] = value;
    else runs.push([value, value]);
  }
  return runs
    .map(([from, to]) => (from === to ? `${from}` : to === from + 1 ? `${from}, ${to}` : `${from}–${to}`))
    .join(', ');
}
