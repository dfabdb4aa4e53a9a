/**
 * Stand-ins for algorithms whose trees are not public. Ours, never under the official names; replaced when licensed rules
 * are loaded. They read the Contact Assessment's 0–2 codes. `….hc` read Home Care answers through a crosswalk that is
 * ours as well.
 */
import { adlHierarchyOf, CAPACITIES } from './daily-life.ts';
import { fallsIn90Of } from './health.ts';
import { absOf, cpsOf } from './mind.ts';
import { count, type Items, type Rule, sum } from './rule.ts';

const provisional = (id: string, label: string, compute: Rule['compute'], version = '1'): Rule => ({
  id,
  version,
  status: 'provisional',
  label,
  compute,
});

/** Need as the stand-ins see it, in Contact Assessment codes. */
interface Reliance {
  /** 0 consistent … 2 poor. */
  readonly decision: number;
  /** Self-care, five items of 0–2. */
  readonly care: number;
  /** Household, four items of 0–2. */
  readonly household: number;
  readonly selfReliant: boolean;
}

function contactReliance(items: Items): Reliance {
  const decision = items.get('ca.decision');
  const care = sum(items.all('ca.bathing', 'ca.bathTransfer', 'ca.hygiene', 'ca.dressLower', 'ca.locomotion'));
  const household = sum(items.all('ca.meals', 'ca.housework', 'ca.medicines', 'ca.stairs'));
  return { decision, care, household, selfReliant: decision === 0 && care === 0 };
}

/** Home Care's 0–6, 8 → 0–2: alone or set-up, watched or some help, more. */
const needOf = (value: number): number => (value <= 1 ? 0 : value <= 3 ? 1 : 2);

/** Bath transfer has no item of its own in 9.1: getting on and off the toilet stands for it there. */
function homeReliance(items: Items): Reliance {
  const transfer = items.carries('adl.bathTransfer') ? 'adl.bathTransfer' : 'adl.toiletTransfer';
  const asked = items.get('cog.decision');
  const decision = asked === 0 ? 0 : asked <= 2 ? 1 : 2;
  const care = sum(items.all('adl.bathing', transfer, 'adl.hygiene', 'adl.dressLower', 'adl.locomotion').map(needOf));
  const household = sum(items.all('iadl.meals', 'iadl.housework', 'iadl.medicines', 'iadl.stairs').map(needOf));
  return { decision, care, household, selfReliant: decision === 0 && care === 0 };
}

function personalSupport({ decision, care, household, selfReliant }: Reliance, overwhelmed: number): number {
  const more = decision === 2 || overwhelmed === 1 ? 1 : 0;
  const base = selfReliant && household === 0 ? 1 : care === 0 ? 2 : care <= 2 ? 3 : care <= 5 ? 4 : care <= 8 ? 5 : 6;
  return Math.min(6, base + more);
}

function rehab({ decision, household, selfReliant }: Reliance, dailyChange: number, dying: number): number {
  if (dying === 1 || (selfReliant && household === 0)) return 1;
  if (selfReliant) return 2;
  if (dailyChange !== 2) return household >= 2 ? 3 : 2;
  return household >= 4 && decision <= 1 ? 5 : 4;
}

export const provPsa = provisional('prov.psa', 'Personal support need (1–6)', (items) =>
  personalSupport(contactReliance(items), items.get('helper.overwhelmed')),
);

export const provPsaHc = provisional(
  'prov.psa.hc',
  'Personal support need from Home Care (1–6)',
  (items) => personalSupport(homeReliance(items), items.get('helper.overwhelmed')),
  '2',
);

export const provRehab = provisional('prov.rehab', 'Rehabilitation potential (1–5)', (items) =>
  rehab(contactReliance(items), items.get('adl.change'), items.get('ca.palliative')),
);

export const provRehabHc = provisional(
  'prov.rehab.hc',
  'Rehabilitation potential from Home Care (1–5)',
  (items) => rehab(homeReliance(items), items.get('adl.change'), items.get('health.endStage')),
  '2',
);

export const provSua = provisional('prov.sua', 'Urgency of service (1–4)', (items) => {
  const { selfReliant } = contactReliance(items);
  const [pain = 0, iv = 0, wound = 0, hospital = 0, emergency = 0] = items.all(
    'pain.frequency',
    'tx.ivMedication',
    'tx.wound',
    'use.lastHospital',
    'use.emergency',
  );
  const reasons = count(iv >= 1, wound >= 1, pain === 3, hospital >= 3, emergency >= 1);
  if (iv >= 1 || wound >= 1) return reasons >= 3 ? 4 : 3;
  if (selfReliant) return 1;
  return reasons >= 2 ? 3 : reasons + 1;
});

export const provAua = provisional('prov.aua', 'Urgency of assessment (1–6)', (items) => {
  const { decision, care, selfReliant } = contactReliance(items);
  const [breath = 0, health = 0, sad = 0, unstable = 0, overwhelmed = 0] = items.all(
    'sym.dyspnoea',
    'health.selfRated',
    'mood.selfSad',
    'health.unstable',
    'helper.overwhelmed',
  );
  const signs = count(
    breath >= 2,
    health === 3 || health === 8,
    sad === 2 || sad === 3,
    unstable === 1,
    overwhelmed === 1,
  );
  if (selfReliant) return Math.min(4, signs + 1);
  const base = care <= 2 && decision <= 1 ? 3 : 4;
  return Math.min(6, base + count(signs >= 2, decision === 2 || overwhelmed === 1));
});

/** Not MAPLe, whose tree is not public. */
export const provPriority = provisional('prov.priority', 'Priority (1–5)', (items) => {
  const adl = adlHierarchyOf(items);
  const mind = cpsOf(items);
  const aggression = absOf(items);
  const falls = fallsIn90Of(items);
  const capacities = items.all(...CAPACITIES);
  const [wandering = 0, meals = 0, medicines = 0, ulcer = 0] = items.all(
    'beh.wandering',
    'iadl.meals',
    'iadl.medicines',
    'skin.ulcer',
  );
  if (adl >= 3 && (mind >= 3 || falls >= 2)) return 5;
  if (mind >= 3 && (wandering >= 1 || aggression >= 1)) return 5;
  if (adl >= 3 || mind >= 3 || aggression >= 3 || wandering >= 1 || falls >= 2) return 4;
  if (adl >= 1 || mind === 2 || medicines >= 3 || meals >= 4 || ulcer >= 2) return 3;
  return capacities.some((capacity) => capacity >= 3) ? 2 : 1;
});
