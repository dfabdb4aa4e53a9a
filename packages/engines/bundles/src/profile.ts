/**
 * What a patient needs, as the assessments show it: the engine's input. Plain data without names, dates of birth or
 * addresses. Whoever computes it (the assessments module) fills every need; what is not known is a finding with
 * `value: null` and the codes that were missing, never a zero.
 */

/** `recorded`: stated by an item, an order or a person, not computed. The others as the clinical rules define them. */
export type FindingStatus = 'official' | 'published' | 'provisional' | 'recorded';

/** One input behind a finding. `code`: item code, scale id, CAP id, or the name of the record it was read from. */
export interface Source {
  readonly kind: 'item' | 'scale' | 'cap' | 'order' | 'record';
  readonly code: string;
  readonly value: number | string | boolean | null;
  /** The assessment it was read from: codes mean different things in different forms. */
  readonly assessmentId?: string;
  /** The signed pack a rule came with, and its version. */
  readonly pack?: string;
}

export interface Finding<T> {
  readonly value: T | null;
  readonly status: FindingStatus;
  readonly provenance: readonly Source[];
  /** Codes whose absence made the value null. */
  readonly missing: readonly string[];
}

export const RURALITIES = ['urban', 'rural', 'remote'] as const;
export type Rurality = (typeof RURALITIES)[number];

/** Bands, never the exact age; nobody over 89 is told apart. */
export const AGE_BANDS = ['0-17', '18-64', '65-74', '75-84', '85-89', '90+'] as const;
export type AgeBand = (typeof AGE_BANDS)[number];

/** Every need by its value. Whole numbers; higher is more need unless the comment says otherwise. */
export interface NeedValues {
  // Daily life
  /** ADL hierarchy, 0–6. */
  readonly adlHierarchy: number;
  /** ADL long form, 0–28. */
  readonly adlLong: number;
  /** Capacity for meals, housework, shopping and transport summed, 0–24. */
  readonly iadlCapacity: number;
  /** Personal support need, 1–6 (PSA, or its provisional stand-in). */
  readonly personalSupport: number;

  // Cognition, communication, mood
  /** CPS, 0–6. */
  readonly cognition: number;
  /** Expression + comprehension, 0–8. */
  readonly communication: number;
  /** DRS, 0–14: observed signs of depression. */
  readonly depression: number;
  /** Self-reported mood, 0–9. */
  readonly mood: number;

  // Behaviour
  /** ABS, 0–12. */
  readonly aggression: number;
  /** Wandering, 0–3. */
  readonly wandering: number;
  /** Any of the six behaviours on each of the last three days. */
  readonly behaviourDaily: boolean;

  // Clinical risks
  /** Falls in the last 90 days; two stands for two or more. */
  readonly falls: number;
  /** PURS, 0–8. */
  readonly pressureUlcer: number;
  /** Pain scale, 0–4. */
  readonly pain: number;
  /** 0 continent … 5 incontinent. */
  readonly bladder: number;
  readonly bowel: number;
  /** CHESS or CHESS-CA, 0–5: health instability. */
  readonly instability: number;
  /** Care within how soon, 1–4 (SUA, or its provisional stand-in). */
  readonly urgency: number;
  /** Placement priority, 1–5 (provisional; not MAPLe). */
  readonly priority: number;
  /** Rehabilitation potential, 1–5: higher is more to gain. */
  readonly rehab: number;

  // Caregiver
  readonly livesAlone: boolean;
  readonly primaryHelper: boolean;
  /** A helper cannot go on. */
  readonly helperUnable: boolean;
  readonly helperDistressed: boolean;
  readonly helperOverwhelmed: boolean;

  // Technology
  readonly internet: boolean;
  /** 0 none, 1 with help each time, 2 after instruction, 3 at ease. Higher is more able. */
  readonly techReadiness: number;

  // Place and person
  readonly rurality: Rurality;
  readonly ageBand: AgeBand;
}
export type NeedId = keyof NeedValues;

export const NEED_GROUPS = [
  'daily-life',
  'cognition',
  'behaviour',
  'clinical-risk',
  'rehab',
  'caregiver',
  'technology',
  'context',
] as const;
export type NeedGroup = (typeof NEED_GROUPS)[number];

export interface NeedDef {
  readonly group: NeedGroup;
  /** Short, our own words. */
  readonly label: string;
  /** Least and most for numbers. */
  readonly range?: readonly [number, number];
}

export const NEEDS: { readonly [Id in NeedId]: NeedDef } = {
  adlHierarchy: { group: 'daily-life', label: 'Daily activities', range: [0, 6] },
  adlLong: { group: 'daily-life', label: 'Daily activities, long form', range: [0, 28] },
  iadlCapacity: { group: 'daily-life', label: 'Household capacity', range: [0, 24] },
  personalSupport: { group: 'daily-life', label: 'Personal support need', range: [1, 6] },
  cognition: { group: 'cognition', label: 'Cognitive performance', range: [0, 6] },
  communication: { group: 'cognition', label: 'Communication', range: [0, 8] },
  depression: { group: 'cognition', label: 'Signs of depression', range: [0, 14] },
  mood: { group: 'cognition', label: 'Self-reported mood', range: [0, 9] },
  aggression: { group: 'behaviour', label: 'Aggressive behaviour', range: [0, 12] },
  wandering: { group: 'behaviour', label: 'Wandering', range: [0, 3] },
  behaviourDaily: { group: 'behaviour', label: 'Behaviour every day' },
  falls: { group: 'clinical-risk', label: 'Falls in 90 days', range: [0, 2] },
  pressureUlcer: { group: 'clinical-risk', label: 'Pressure ulcer risk', range: [0, 8] },
  pain: { group: 'clinical-risk', label: 'Pain', range: [0, 4] },
  bladder: { group: 'clinical-risk', label: 'Bladder continence', range: [0, 5] },
  bowel: { group: 'clinical-risk', label: 'Bowel continence', range: [0, 5] },
  instability: { group: 'clinical-risk', label: 'Health instability', range: [0, 5] },
  urgency: { group: 'clinical-risk', label: 'Urgency of service', range: [1, 4] },
  priority: { group: 'clinical-risk', label: 'Priority', range: [1, 5] },
  rehab: { group: 'rehab', label: 'Rehabilitation potential', range: [1, 5] },
  livesAlone: { group: 'caregiver', label: 'Lives alone' },
  primaryHelper: { group: 'caregiver', label: 'Has a primary helper' },
  helperUnable: { group: 'caregiver', label: 'Helper cannot go on' },
  helperDistressed: { group: 'caregiver', label: 'Helper in distress' },
  helperOverwhelmed: { group: 'caregiver', label: 'Helper overwhelmed' },
  internet: { group: 'technology', label: 'Internet at home' },
  techReadiness: { group: 'technology', label: 'Readiness for technology', range: [0, 3] },
  rurality: { group: 'context', label: 'Place' },
  ageBand: { group: 'context', label: 'Age band' },
};

/** Levels of each CAP, least need first. */
export const CAP_LEVELS = {
  falls: ['none', 'medium', 'high'],
  pain: ['none', 'medium', 'high'],
  pressureUlcer: ['none', 'prevent-risk', 'prevent-stage1', 'heal'],
  urinaryIncontinence: ['none', 'prevent', 'improve'],
  bowel: ['none', 'prevent', 'improve'],
  adl: ['none', 'prevent', 'improve'],
  iadl: ['none', 'improve'],
  cognitiveLoss: ['none', 'monitor', 'prevent'],
  delirium: ['none', 'triggered'],
  communication: ['none', 'prevent', 'improve'],
  mood: ['none', 'medium', 'high'],
  behaviour: ['none', 'prevent', 'daily'],
  socialRelationship: ['none', 'triggered'],
  informalSupport: ['none', 'triggered'],
  institutionalRisk: ['none', 'triggered'],
  homeEnvironment: ['none', 'triggered'],
  physicalActivity: ['none', 'triggered'],
  cardiorespiratory: ['none', 'triggered'],
  dehydration: ['none', 'low', 'high'],
  undernutrition: ['none', 'medium', 'high'],
  medications: ['none', 'high'],
  prevention: ['none', 'visit-missed', 'no-visit'],
  tobaccoAlcohol: ['none', 'triggered'],
  abusiveRelationship: ['none', 'moderate', 'highest'],
} as const;
export type CapId = keyof typeof CAP_LEVELS;
export type CapLevel<Id extends CapId = CapId> = (typeof CAP_LEVELS)[Id][number];

export const SAFETY_FLAGS = ['local.selfHarm', 'local.harmOthers', 'local.psychosis', 'local.selfCare'] as const;
export type SafetyFlagId = (typeof SAFETY_FLAGS)[number];

/** Treatments that a prescriber ordered: their lines belong to the order, not to the engine. */
export const ORDER_KINDS = ['wound', 'iv'] as const;
export type OrderKind = (typeof ORDER_KINDS)[number];

export interface ClinicalOrder {
  readonly kind: OrderKind;
  /** As ordered; null: the matrix's default for that kind. */
  readonly visitsPerWeek: number | null;
  readonly provenance: readonly Source[];
}

export interface PatientNeedsProfile {
  readonly needs: { readonly [Id in NeedId]: Finding<NeedValues[Id]> };
  readonly caps: { readonly [Id in CapId]: Finding<CapLevel<Id>> };
  /** 0–3; 3 stops every automatic recommendation and asks for a person the same day. */
  readonly safetyFlags: { readonly [Id in SafetyFlagId]: Finding<number> };
  readonly orders: readonly ClinicalOrder[];
  /** Most recent assessment behind it, local date; null when there is none. */
  readonly assessedOn: string | null;
}

/** A finding of which nothing is known; `missing` names what would have told. */
export const unknownFinding = (...missing: string[]): Finding<never> => ({
  value: null,
  status: 'recorded',
  provenance: [],
  missing,
});
