import { defineTable, type Row } from '@fieldfare/kernel';
import { z } from 'zod';
import { localTime } from '../fields.ts';
import { inOrg, inPatients, inSchedule } from '../shards.ts';

const isoWeek = z.string().regex(/^\d{4}-W\d{2}$/, 'YYYY-Www');

export const PROVIDER_PREFERENCES = ['own', 'partner', 'any'] as const;
export const CONTINUITIES = ['low', 'usual', 'high'] as const;
export const PRIORITIES = ['routine', 'high', 'urgent'] as const;

/** One stretch of the day in which a visit may start. `weekdays` empty: any day. */
export const startWindow = z.object({
  weekdays: z.array(z.int().min(1).max(7)).max(7),
  from: localTime,
  to: localTime,
});
export type StartWindow = z.infer<typeof startWindow>;

const gap = z.int().min(0).max(480);

/** How two carers come to one visit: together, or the second so many minutes after the first has left. */
export const pairing = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('together') }),
  z.object({ kind: z.literal('after'), leastMinutes: gap, mostMinutes: gap }),
]);
export type Pairing = z.infer<typeof pairing>;

/** What a patient needs every week: the scheduler's demand. Comes from care plans later, from import and entry now. */
export const requirements = defineTable({
  name: 'requirements',
  about: 'how often a patient needs which service each week',
  version: 5,
  ...inPatients,
  columns: {
    regionId: z.uuid(),
    patientId: z.uuid(),
    /** Code of a service type. */
    serviceCode: z.string().min(1).max(24),
    visitsPerWeek: z.int().min(1).max(42),
    /** Wanted every so many weeks, counted from the week of `startsOn`; absent: every week. */
    everyWeeks: z.int().min(1).max(8).nullish(),
    minutes: z.int().min(5).max(720),
    windows: z.array(startWindow).min(1).max(14),
    providerPreference: z.enum(PROVIDER_PREFERENCES),
    priority: z.enum(PRIORITIES),
    /** The carer the patient knows best; a wish, not a rule. */
    preferredStaffId: z.uuid().nullable(),
    startsOn: z.iso.date(),
    endsOn: z.iso.date().nullable(),
    /** Since version 3: what the carer has to know or speak (`staff.skills`, `staff.languages`); absent: nothing. */
    skills: z.array(z.string().min(2).max(40)).max(20).nullish(),
    /** Since version 4: two carers; absent: one. */
    pairing: pairing.nullish(),
    /** Since version 5: how much it matters that the same carers come; absent: as usual. */
    continuity: z.enum(CONTINUITIES).nullish(),
  },
  phi: ['serviceCode'],
  indexes: [['regionId'], ['patientId']],
});
export type Requirement = Row<typeof requirements>;

/**
 * One visit of one week. Id of a planned visit: deterministic of requirement, week and ordinal, so planning the
 * same week twice offline makes it once. A visit without an assignment stands in the unscheduled tray.
 */
export const visits = defineTable({
  name: 'visits',
  about: 'a visit to a patient in one week',
  version: 2,
  ...inSchedule,
  columns: {
    regionId: z.uuid(),
    week: isoWeek,
    patientId: z.uuid(),
    requirementId: z.uuid().nullable(),
    serviceCode: z.string().min(1).max(24),
    /** Local date inside `week`; null: any day of it. */
    date: z.iso.date().nullable(),
    /** Local start; null until somebody or the engine sets it. */
    start: localTime.nullable(),
    minutes: z.int().min(5).max(720),
    /** Earliest and latest start on the wall clock. */
    windowFrom: localTime,
    windowTo: localTime,
    providerPreference: z.enum(PROVIDER_PREFERENCES),
    priority: z.enum(PRIORITIES),
    note: z.string().max(2000),
    /** Set once when the visit will not take place; it then leaves every count and clash. */
    cancelledAt: z.iso.datetime().nullable(),
    /** Since version 2: on the visit of the second of two carers, the first's visit, and how the two go together. */
    pairOf: z.uuid().nullish(),
    pairing: pairing.nullish(),
  },
  phi: ['serviceCode', 'note'],
  merge: { cancelledAt: 'earliest' },
  // Of one field each: a working copy holds few regions and a patient few visits, and every further field costs each new row.
  indexes: [['week'], ['patientId']],
});
export type Visit = Row<typeof visits>;

export const ASSIGNMENT_SOURCES = ['person', 'engine', 'import'] as const;

/** Who delivers a visit. Id: deterministic of visit and slot, so two people who assign it offline write one row. */
export const assignments = defineTable({
  name: 'assignments',
  about: 'which member of staff delivers a visit',
  version: 1,
  ...inSchedule,
  columns: {
    regionId: z.uuid(),
    week: isoWeek,
    visitId: z.uuid(),
    /** 0: a visit has one carer; where two come, each has a visit (`visits.pairOf`). */
    slot: z.int().min(0).max(3),
    /** Null: taken off again. */
    staffId: z.uuid().nullable(),
    /** Auto-assign leaves pinned assignments alone. */
    pinned: z.boolean(),
    source: z.enum(ASSIGNMENT_SOURCES),
  },
  unset: { staffId: null, pinned: false },
  indexes: [['week'], ['visitId'], ['staffId']],
});
export type Assignment = Row<typeof assignments>;

/** A carer that a person's word took off a visit: what has to be put back when another word holds. */
const takenOff = z.object({ visitId: z.uuid(), regionId: z.uuid(), week: isoWeek, staffId: z.uuid() });

const word = {
  conflictId: z.string().min(1).max(64),
  choice: z.string().min(1).max(60),
  reason: z.string().max(500),
  actorId: z.uuid(),
  resolvedAt: z.iso.datetime(),
};

/** A person's word on a conflict. Id: deterministic of the conflict id, so two people's words merge. */
export const conflictResolutions = defineTable({
  name: 'conflict_resolutions',
  about: 'how a person settled a conflict, and why',
  version: 2,
  ...inSchedule,
  columns: {
    regionId: z.uuid(),
    week: isoWeek,
    ...word,
    /** Since version 2: enough to see, when two words meet, what they did together. */
    kind: z.string().max(40).optional(),
    patientId: z.uuid().nullable().optional(),
    visitIds: z.array(z.uuid()).max(100).optional(),
    takenOff: z.array(takenOff).max(100).optional(),
  },
  phi: ['reason'],
  indexes: [['conflictId']],
});
export type ConflictResolution = Row<typeof conflictResolutions>;

/** The same for conflicts about a region's records, which belong to no week. */
export const recordResolutions = defineTable({
  name: 'record_resolutions',
  about: 'how a person settled a conflict about a patient or a need, and why',
  version: 1,
  ...inPatients,
  columns: { regionId: z.uuid(), ...word },
  phi: ['reason'],
  indexes: [['conflictId']],
});

export const RULE_LEVELS = ['block', 'warn', 'off'] as const;

/** How strictly an organisation holds to one of the engine's rules. Id: deterministic of the rule. */
export const ruleSettings = defineTable({
  name: 'rule_settings',
  about: 'whether a scheduling rule blocks, warns or is off',
  version: 1,
  ...inOrg,
  columns: {
    rule: z.string().min(1).max(40),
    level: z.enum(RULE_LEVELS),
    /** Where the rule has a number (`SCH-REST`: least rest); null: the usual one. */
    minutes: z.int().min(0).max(1440).nullable(),
  },
});
export type RuleSetting = Row<typeof ruleSettings>;

/** A carer who must not meet a patient. Id: deterministic of the two, so two people who block them offline write one row. */
export const blockedPairs = defineTable({
  name: 'blocked_pairs',
  about: 'a carer and a patient who must not meet, and why',
  version: 1,
  ...inPatients,
  columns: {
    regionId: z.uuid(),
    patientId: z.uuid(),
    staffId: z.uuid(),
    reason: z.string().max(500),
    decidedBy: z.uuid(),
    decidedAt: z.iso.datetime(),
  },
  phi: ['reason'],
  indexes: [['regionId'], ['patientId']],
});
export type BlockedPair = Row<typeof blockedPairs>;

/** A visit as a carer was told of it. */
const toldVisit = z.object({
  visitId: z.uuid(),
  date: z.iso.date(),
  start: localTime,
  minutes: z.int().min(5).max(720),
});
export type ToldVisit = z.infer<typeof toldVisit>;

/**
 * The week one carer was last told to work: what the board is compared with to see whom a change concerns.
 * Id: deterministic of region, week and carer, so two people who publish offline write one row.
 */
export const publishedRounds = defineTable({
  name: 'published_rounds',
  about: 'the visits of one week that a carer was last told of',
  version: 1,
  ...inSchedule,
  columns: {
    regionId: z.uuid(),
    week: isoWeek,
    staffId: z.uuid(),
    visits: z.array(toldVisit).max(300),
    publishedAt: z.iso.datetime(),
    publishedBy: z.uuid(),
  },
  indexes: [['regionId', 'week']],
});
export type PublishedRound = Row<typeof publishedRounds>;

/** The engine's components of one placement or plan. */
export const componentsSchema = z.object({
  travelMinutes: z.int(),
  waitingMinutes: z.int(),
  windowMinutes: z.int(),
  continuity: z.int(),
  balance: z.int(),
  disruption: z.int(),
  /** Not counted in rows of version 1. */
  overtime: z.int().optional(),
  partnerCost: z.int().optional(),
});

export const DECISIONS = ['accepted', 'changed', 'rejected'] as const;
/** What was decided on: places for one visit, a plan for the tray, one plan of several, a way to make room. */
export const SUGGESTION_ORIGINS = ['candidates', 'proposal', 'scenario', 'relaxation'] as const;

const decided = {
  regionId: z.uuid(),
  week: isoWeek,
  origin: z.enum(SUGGESTION_ORIGINS),
  decision: z.enum(DECISIONS),
  decidedAt: z.iso.datetime(),
  decidedBy: z.uuid(),
};

/**
 * What a person made of a place the engine had for a visit. Id: deterministic of the visit, the stamp that was decided on
 * and the person, so two people who decide offline leave two rows, and one who repeats it leaves one.
 */
export const placementChoices = defineTable({
  name: 'placement_choices',
  about: 'which place a person chose for a visit, and which they left',
  version: 2,
  ...inSchedule,
  columns: {
    ...decided,
    visitId: z.uuid(),
    /** What was taken; null: the place offered was only turned down. */
    chosen: componentsSchema.nullable(),
    /** The best of what was left, or what was turned down; null: there was nothing else. */
    other: componentsSchema.nullable(),
    /** Of the chosen place among the candidates, 0 the first; null: not among them. */
    rank: z.int().min(0).max(100_000).nullable(),
    /** Rules that the chosen place breaks, by id: such a choice says nothing about weights. */
    broken: z.array(z.string().min(1).max(40)).max(20),
  },
  indexes: [['regionId', 'week']],
});
export type PlacementChoice = Row<typeof placementChoices>;

/** What can happen to a week that is planned. */
export const CHANGE_KINDS = ['absence', 'cancelled', 'hospital', 'urgent'] as const;

/** What a person made of a whole plan. Id: deterministic of the plan and the person. */
export const planReviews = defineTable({
  name: 'plan_reviews',
  about: 'whether a proposed plan was accepted, accepted in part, or dropped',
  version: 3,
  ...inSchedule,
  columns: {
    ...decided,
    planId: z.string().min(1).max(64),
    offered: z.int().min(0).max(100_000),
    accepted: z.int().min(0).max(100_000),
    /** Of the week before it and with all of it; null: not told. */
    before: componentsSchema.nullable(),
    after: componentsSchema.nullable(),
    /** Since version 3: what had happened that the plan was to mend; absent: nothing. */
    change: z.enum(CHANGE_KINDS).nullish(),
  },
  indexes: [['regionId', 'week']],
});
export type PlanReview = Row<typeof planReviews>;

const weight = z.int().min(0).max(100_000);

/** What one of each component is worth. Rows are only added: the latest is in force, all are the history. */
export const weightSets = defineTable({
  name: 'weight_sets',
  about: 'what the scheduler’s components are worth, by version',
  version: 2,
  ...inOrg,
  columns: {
    weights: z.object({
      travelMinutes: weight,
      waitingMinutes: weight,
      windowMinutes: weight,
      continuity: weight,
      balance: weight,
      disruption: weight,
      /** Since version 2; as usual where left out. */
      overtime: weight.optional(),
      partnerCost: weight.optional(),
    }),
    /** The choices it was drawn from, and those of them against the weights before; null: set otherwise. */
    choices: z.int().min(0).nullable(),
    against: z.int().min(0).nullable(),
    appliedAt: z.iso.datetime(),
    appliedBy: z.uuid(),
  },
});
export type WeightSet = Row<typeof weightSets>;
