/** Daily and household activities. */
import type { Concept } from '../items/concepts.ts';
import { type Items, type Rule, sum } from './rule.ts';

/** Self-performance 0–6, 8 → 0–4, as the ADL scales count it. */
export function adlLevel(value: number): number {
  if (value <= 1) return 0;
  if (value <= 3) return value - 1;
  return value <= 5 ? 3 : value === 6 || value === 8 ? 4 : Number.NaN;
}

const levels = (items: Items, ...concepts: readonly Concept[]): readonly number[] =>
  items.all(...concepts).map(adlLevel);

/** 0 independent … 6 all done by others (Morris 1999). */
export function adlHierarchyOf(items: Items): number {
  const [hygiene = 0, toilet = 0, locomotion = 0, eating = 0] = levels(
    items,
    'adl.hygiene',
    'adl.toiletUse',
    'adl.locomotion',
    'adl.eating',
  );
  const least = Math.min(hygiene, toilet, locomotion, eating);
  const most = Math.max(hygiene, toilet, locomotion, eating);
  if (least === 4) return 6;
  if (eating === 4 || locomotion === 4) return 5;
  if (eating === 3 || locomotion === 3) return 4;
  if (hygiene >= 3 || toilet >= 3) return 3;
  return most;
}

export const adlHierarchy: Rule = {
  id: 'ADLH',
  version: '1',
  status: 'published',
  label: 'ADL hierarchy (0–6)',
  compute: adlHierarchyOf,
};

export const adlShort: Rule = {
  id: 'ADL-SF',
  version: '1',
  status: 'published',
  label: 'ADL short form (0–16)',
  compute: (items) => sum(levels(items, 'adl.hygiene', 'adl.locomotion', 'adl.toiletUse', 'adl.eating')),
};

/** Seven items (BMC Med Inform Decis Mak 2017;17:150); that the dressing item is the upper body is from memory. */
export const adlLong: Rule = {
  id: 'ADL-LF',
  version: '1',
  status: 'published',
  label: 'ADL long form (0–28)',
  compute: (items) =>
    sum(
      levels(
        items,
        'adl.bedMobility',
        'adl.toiletTransfer',
        'adl.locomotion',
        'adl.dressUpper',
        'adl.eating',
        'adl.toiletUse',
        'adl.hygiene',
      ),
    ),
};

export const iadlCapSumOf = (items: Items): number =>
  sum(items.all('iadl.meals', 'iadl.housework', 'iadl.shopping', 'iadl.transport'));

/** Four capacities, as the IADL protocol counts them. */
export const iadlCapSum: Rule = {
  id: 'IADL-CAP',
  version: '1',
  status: 'official',
  label: 'Household capacity, four items (0–24)',
  compute: iadlCapSumOf,
};

export const CAPACITIES = [
  'iadl.meals',
  'iadl.housework',
  'iadl.finance',
  'iadl.medicines',
  'iadl.phone',
  'iadl.stairs',
  'iadl.shopping',
  'iadl.transport',
] as const satisfies readonly Concept[];

export const iadlCapacity: Rule = {
  id: 'IADL-C',
  version: '1',
  status: 'published',
  label: 'Household capacity, eight items (0–48)',
  compute: (items) => sum(items.all(...CAPACITIES)),
};

/** What did not happen counts as done by others. */
export const iadlPerformance: Rule = {
  id: 'IADL-P',
  version: '1',
  status: 'published',
  label: 'Household performance, eight items (0–48)',
  compute: (items) =>
    sum(
      items
        .all(
          'iadlDone.meals',
          'iadlDone.housework',
          'iadlDone.finance',
          'iadlDone.medicines',
          'iadlDone.phone',
          'iadlDone.stairs',
          'iadlDone.shopping',
          'iadlDone.transport',
        )
        .map((value) => Math.min(value, 6)),
    ),
};
