/**
 * The scheduling engine's input and output as plain data. The engine knows no rows, no clock and no I/O:
 * the domain translates local dates and zones into elapsed minutes before it calls.
 */
import type { EpochMinute } from '@fieldfare/kernel';
import type { Weights } from './weights.ts';

/** Half-open `[start, end)` in elapsed minutes. */
export interface Interval {
  readonly start: EpochMinute;
  readonly end: EpochMinute;
}

/** An unpaid break of a shift: at no fixed time, whole inside `[start, end)`. */
export interface Break extends Interval {
  readonly minutes: number;
}

export interface Shift extends Interval {
  /** The plan leaves room for it; none when left out. */
  readonly break?: Break | null;
}

export interface EngineStaff {
  readonly id: string;
  readonly role: string;
  /** What the carer can do or speak beyond the role; none when left out. */
  readonly skills?: readonly string[];
  /** Belongs to a partner organisation. */
  readonly partner: boolean;
  /** Which of `partners`; left out: none of them, nothing was agreed. */
  readonly partnerId?: string;
  /** Bookable stretches, ascending, not overlapping; absences already taken out. A visit lies inside one of them. */
  readonly shifts: readonly Shift[];
  /** Visit minutes in the horizon without overtime. */
  readonly capacityMinutes: number;
  /** Most minutes above capacity; none when left out. */
  readonly overtimeMinutes?: number;
  /** What an hour of visits is paid for, in cents: a partner's price. Nothing when left out. */
  readonly centsAnHour?: number;
  /** Index into `places`: where each shift's travel starts and ends. */
  readonly homePlace: number;
}

/** What was agreed with an organisation whose carers deliver visits for us. What is left out is not limited. */
export interface EnginePartner {
  readonly id: string;
  /** `EngineVisit.service` of what it is contracted for. */
  readonly services?: readonly string[];
  /** Most visit minutes in the horizon, all its carers together. */
  readonly capacityMinutes?: number;
  /** Visits that start earlier would be asked for too late; those that one of its carers has already stay. */
  readonly earliest?: EpochMinute;
}

/** Visits of one patient in the same group keep this far from one another, whichever comes first. */
export interface Spacing {
  readonly group: string;
  /** From the end of one to the start of the next; of two that ask for different gaps the larger holds. */
  readonly minutes: number;
  /** 1: not on the same day; 2: every second day at most. 0: days do not matter. */
  readonly days: number;
}

/** Stands on the second visit of a pair: the two are with two carers. */
export interface Pair {
  /** Another visit to the same patient. */
  readonly firstId: string;
  /** How long after the first's start it starts, at least and at most; simultaneous: 0 and 0. */
  readonly leastMinutes: number;
  readonly mostMinutes: number;
}

export interface EngineVisit {
  readonly id: string;
  readonly patientId: string;
  readonly place: number;
  readonly minutes: number;
  /** What a partner has to be contracted for; left out: nothing. */
  readonly service?: string;
  /** Roles that may deliver it; never empty. */
  readonly roles: readonly string[];
  readonly provider: 'own' | 'partner' | 'any';
  /** 1 routine, 2 high, 3 urgent. */
  readonly priority: 1 | 2 | 3;
  /** Among visits of one priority, how many others leaving this one out counts as: 1 (when left out) to 9. */
  readonly stakes?: number;
  /**
   * When it may start (both ends included): one interval a possible day, ascending. A fixed visit with none stands outside
   * the week: it takes up carer and patient, its time is not measured.
   */
  readonly startWindows: readonly Interval[];
  readonly preferredStaffId: string | null;
  /** How much it matters who comes: what continuity counts for this visit is multiplied with it. 0 to 9, 1 when left out. */
  readonly continuity?: number;
  /** What the carer has to have; none when left out. */
  readonly skills?: readonly string[];
  /** Carers who must not meet the patient. */
  readonly blockedStaffIds?: readonly string[];
  readonly spacing?: Spacing | null;
  readonly pair?: Pair | null;
  /** Where it stands now; null: unscheduled. */
  readonly placed: { readonly staffId: string; readonly start: EpochMinute } | null;
  /** What carer and patient were told, or what else shall be kept if it can; none when left out. */
  readonly told?: { readonly staffId: string; readonly start: EpochMinute } | null;
  /** A fixed visit is never moved or taken off. */
  readonly fixed: boolean;
}

export interface WeekProblem {
  readonly horizon: Interval;
  readonly staff: readonly EngineStaff[];
  readonly visits: readonly EngineVisit[];
  readonly partners?: readonly EnginePartner[];
  /** Local midnights, ascending: what counts as a day. Needed where a rule speaks of days; days of 24 hours when left out. */
  readonly midnights?: readonly EpochMinute[];
  /** Least rest between two days of duty; 0 or left out: none. */
  readonly restMinutes?: number;
  /** Rules set to another level than their usual one. */
  readonly levels?: Readonly<Partial<Record<RuleId, RuleLevel>>>;
  /** Number of distinct places; places are 0 … placeCount-1. */
  readonly placeCount: number;
  /** Whole minutes of travel, 0 for equal places. Deterministic. */
  readonly travelMinutes: (from: number, to: number, departure: EpochMinute) => number;
  /**
   * When given: `travelMinutes` depends on the departure only through this number, so the engine may keep a table. With
   * more than eight of them in the horizon, or left out, every call goes through: right, but slow on a large week.
   */
  readonly travelBucket?: (departure: EpochMinute) => number;
  /** What one of each component is worth; `WEIGHTS` when left out. */
  readonly weights?: Weights;
}

export const RULES = {
  'SCH-OVERLAP-STAFF': 'A carer is in one place at a time.',
  'SCH-OVERLAP-PATIENT': 'A patient has one visit at a time.',
  'SCH-SPACING': 'Visits of one service to one patient keep the gap that the service asks for.',
  'SCH-SYNC': 'The two visits of a pair have two carers and keep step: together, or one so long after the other.',
  'SCH-ROLE': 'A carer has a role that may deliver the service.',
  'SCH-BLOCKED': 'A carer and a patient who are not to meet do not meet.',
  'SCH-SKILL': 'A carer has the skills and languages that the requirement asks for.',
  'SCH-PROVIDER': 'Own staff or partner staff, as the requirement asks.',
  'SCH-CONTRACT': 'A partner is contracted for the service in this region.',
  'SCH-AVAILABILITY': 'A visit lies inside one of the carer’s bookable stretches.',
  'SCH-NOTICE': 'A partner is asked as many days ahead as was agreed.',
  'SCH-WINDOW': 'A visit starts inside its time window.',
  'SCH-TRAVEL': 'A carer can reach the visit from the one before, and the one after from it.',
  'SCH-REST': 'A carer rests between the last visit of one day and the first of the next.',
  'SCH-BREAK': 'In the window of a carer’s break there is time for it.',
  'SCH-CAPACITY': 'A carer’s week stays within capacity and agreed overtime.',
  'SCH-PARTNER-CAPACITY': 'A partner’s visits of a week stay within the hours that were agreed.',
} as const;
export type RuleId = keyof typeof RULES;

/** `block`: a person is stopped; `warn`: a person may do it knowingly; `off`: nobody asks. */
export type RuleLevel = 'block' | 'warn' | 'off';

/** What a rule may be set to; the first is what it is when nobody sets it. The optimiser keeps all that are not off. */
export const LEVELS: Readonly<Record<RuleId, readonly [RuleLevel, ...RuleLevel[]]>> = {
  'SCH-OVERLAP-STAFF': ['block'],
  'SCH-OVERLAP-PATIENT': ['block'],
  'SCH-SPACING': ['warn', 'block', 'off'],
  'SCH-SYNC': ['warn', 'block'],
  'SCH-ROLE': ['block'],
  'SCH-BLOCKED': ['block'],
  'SCH-SKILL': ['warn', 'block', 'off'],
  'SCH-PROVIDER': ['warn', 'block', 'off'],
  'SCH-CONTRACT': ['warn', 'block', 'off'],
  'SCH-AVAILABILITY': ['warn', 'block'],
  'SCH-NOTICE': ['warn', 'block', 'off'],
  'SCH-WINDOW': ['warn', 'block'],
  'SCH-TRAVEL': ['warn', 'block'],
  'SCH-REST': ['warn', 'block', 'off'],
  'SCH-BREAK': ['warn', 'block', 'off'],
  'SCH-CAPACITY': ['warn', 'block', 'off'],
  'SCH-PARTNER-CAPACITY': ['warn', 'block', 'off'],
};

export interface Violation {
  readonly rule: RuleId;
  readonly severity: Exclude<RuleLevel, 'off'>;
  /** The numbers behind it, e.g. `{ neededMinutes: 25, gapMinutes: 10 }`, and the other visit's id. */
  readonly params: Readonly<Record<string, number | string>>;
}
