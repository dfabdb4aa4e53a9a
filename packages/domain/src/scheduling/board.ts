/**
 * The week board as one plain value: what the screen, the command line and partner systems read.
 * `scheduling.board` sends a snapshot, then patches that bring a client's copy to the same value.
 */
import type { Components } from '@fieldfare/engine-scheduling';
import type { IsoWeek, LocalDate, LocalTime } from '@fieldfare/kernel';
import type { Pairing } from './tables.ts';

export interface BoardDay {
  readonly date: LocalDate;
  /** 1 Monday … 7 Sunday */
  readonly weekday: number;
  /** Elapsed minutes: 1380, 1440 or 1500. */
  readonly minutes: number;
}

export interface BoardLane {
  readonly staffId: string;
  readonly name: string;
  readonly role: string;
  readonly team: string;
  readonly employmentType: string;
  /** Set for a partner organisation's staff. */
  readonly partnerName: string | null;
  readonly capacityMinutes: number;
  readonly bookedMinutes: number;
  /** Bookable stretches by day index 0 (Monday) to 6, empty on days off and absences. */
  readonly availability: readonly (readonly { readonly from: string; readonly to: string }[])[];
  /** Reason of absence by day index, null when present. */
  readonly absence: readonly (string | null)[];
}

/** The other of two carers for one visit: each has a visit of their own. */
export interface BoardPair {
  /** The other one's visit. */
  readonly visitId: string;
  readonly order: 'first' | 'second';
  readonly pairing: Pairing;
  /** The other carer; null: nobody yet. */
  readonly staffId: string | null;
  readonly name: string | null;
  readonly date: LocalDate | null;
  readonly start: LocalTime | null;
  /** Of the two visits: nobody has one, one has a carer, both have; `apart`: both have, and not as asked. */
  readonly status: 'open' | 'half' | 'whole' | 'apart';
}

export interface BoardVisit {
  readonly id: string;
  readonly patientId: string;
  readonly patientName: string;
  readonly patientRisk: 'low' | 'moderate' | 'high';
  readonly municipality: string;
  readonly serviceCode: string;
  readonly serviceName: string;
  readonly colour: string;
  readonly date: LocalDate | null;
  readonly start: LocalTime | null;
  readonly minutes: number;
  readonly windowFrom: LocalTime;
  readonly windowTo: LocalTime;
  readonly priority: 'routine' | 'high' | 'urgent';
  readonly providerPreference: 'own' | 'partner' | 'any';
  readonly note: string;
  /** Null: in the unscheduled tray. */
  readonly staffId: string | null;
  readonly pinned: boolean;
  /** Null: one carer is asked for. */
  readonly pair: BoardPair | null;
  /** Open conflicts this visit takes part in. */
  readonly conflictIds: readonly string[];
  /** Highest stamp of the visit and its assignment: a client that acts on an older one is told. */
  readonly stamp: string;
}

export const CONFLICT_KINDS = [
  'concurrent-field', // two people set one field without seeing each other
  'edit-delete', // one edited what another deleted
  'double-booked-staff',
  'double-booked-patient',
  'dangling-reference', // staff or patient gone
  'skill-breach', // the carer's role may not deliver the service
  'pair-apart', // two carers who are to come together, or one after the other, do not
  'continuity-breach', // placed with others before somebody named the preferred carer
] as const;
export type ConflictKind = (typeof CONFLICT_KINDS)[number];

export interface ConflictChoice {
  /** What `scheduling.resolveConflict` takes. */
  readonly choice: string;
  readonly label: string;
}

export interface BoardConflict {
  /** Hash of kind, entities and stamps: equal on every replica. */
  readonly id: string;
  readonly kind: ConflictKind;
  readonly visitIds: readonly string[];
  readonly staffId: string | null;
  readonly patientId: string | null;
  readonly date: LocalDate | null;
  /** One line: "Joan Roy is booked twice on Tue 24 Nov, 09:00–09:45". */
  readonly title: string;
  /** Who did what, which side holds the place for now and why. */
  readonly explanation: string;
  /** For concurrent fields: the values, the one shown first. */
  readonly sides: readonly {
    readonly label: string;
    readonly value: string;
    readonly by: string;
    readonly at: number;
    readonly shown: boolean;
  }[];
  readonly choices: readonly ConflictChoice[];
  readonly resolution: {
    readonly choice: string;
    readonly reason: string;
    readonly by: string;
    readonly at: string;
  } | null;
}

export interface WeekBoard {
  readonly regionId: string;
  readonly regionName: string;
  readonly week: IsoWeek;
  readonly zone: string;
  readonly days: readonly BoardDay[];
  /** Ordered by team, then name. */
  readonly lanes: readonly BoardLane[];
  readonly visits: readonly BoardVisit[];
  /** Open and resolved; open first. */
  readonly conflicts: readonly BoardConflict[];
  /** False: this principal may look but not change. */
  readonly writable: boolean;
  /** The week is closed: nobody may change it any more. */
  readonly sealed: boolean;
}

export type BoardEvent =
  | { readonly type: 'snapshot'; readonly board: WeekBoard }
  | {
      readonly type: 'patch';
      /** Rows to put in place by id. Order of lanes: see `WeekBoard.lanes`. */
      readonly lanes: readonly BoardLane[];
      readonly removedLanes: readonly string[];
      readonly visits: readonly BoardVisit[];
      readonly removedVisits: readonly string[];
      /** The whole list, when it changed. */
      readonly conflicts?: readonly BoardConflict[];
    };

/** What stands against a placement, or speaks for another. Rules are the scheduling engine's. */
export interface BoardViolation {
  readonly rule: string;
  readonly severity: 'block' | 'warn';
  /** A sentence for a person: "Outside availability: works 08:00–16:00 on Tuesday". */
  readonly message: string;
}

/** Where the visit of the other carer goes when half a pair is moved; that one keeps its carer. */
export interface AlongPlace {
  readonly date: LocalDate;
  readonly start: LocalTime;
}

/** One lane-day as a place for a visit, for drag feedback. */
export interface CellFeasibility {
  readonly staffId: string;
  readonly date: LocalDate;
  /** The start that suits best in this cell, null when nothing fits even with warnings. */
  readonly start: LocalTime | null;
  /** Null: no other visit goes along. */
  readonly along: AlongPlace | null;
  /** Those of the visit that goes along included. */
  readonly violations: readonly BoardViolation[];
}

export interface Candidate {
  readonly staffId: string;
  readonly name: string;
  readonly role: string;
  readonly date: LocalDate;
  readonly start: LocalTime;
  readonly match: 'strong' | 'moderate' | 'none';
  /** Extra travel in minutes. */
  readonly travelMinutes: number;
  /** In words, best first: "Knows the patient", "6 min more driving". */
  readonly reasons: readonly string[];
  /** Null: no other visit goes along. */
  readonly along: AlongPlace | null;
  readonly violations: readonly BoardViolation[];
}

/** What may change about a visit so that it has a place: the fields of the row. */
export interface VisitChange {
  readonly windowFrom?: LocalTime | undefined;
  readonly windowTo?: LocalTime | undefined;
  readonly providerPreference?: BoardVisit['providerPreference'] | undefined;
}

/** What `scheduling.accept` takes for one visit. */
export interface AcceptedPlacement {
  readonly visitId: string;
  readonly staffId: string;
  readonly date: LocalDate;
  readonly start: LocalTime;
  /** `BoardVisit.stamp` it was decided on; a later one refuses. */
  readonly basedOn: string;
  readonly set?: VisitChange | undefined;
}

/** One way to place a visit that nobody can take as things are. */
export interface Relaxed {
  readonly kind:
    | 'earlier'
    | 'later'
    | 'day'
    | 'provider'
    | 'capacity'
    | 'shift'
    | 'spacing'
    | 'rest'
    | 'break'
    | 'sync'
    | 'notice'
    | 'partnerHours'
    | 'skill'
    | 'blocked'
    | 'move';
  /** The rule that gives way. */
  readonly rule: string;
  /** What gives way and by how much: "Let it start up to 25 min later". */
  readonly title: string;
  /** What that means for the visit, the carer or the other patient. */
  readonly detail: string;
  readonly staffId: string;
  readonly staffName: string;
  readonly date: LocalDate;
  readonly start: LocalTime;
  /** Extra travel in minutes. */
  readonly travelMinutes: number;
  /**
   * What `scheduling.accept` (origin `relaxation`) takes: this visit first, then another that makes room. Empty: somebody has to
   * decide something else first (`blocked`).
   */
  readonly placements: readonly AcceptedPlacement[];
}

export interface NoMatch {
  /** Carers who are asked. */
  readonly staff: number;
  /** Who is left after each rule in turn; rules that remove nobody are left out. */
  readonly steps: readonly {
    readonly rule: string;
    /** Of those it removes: "are not at work in its window". */
    readonly sentence: string;
    readonly removed: number;
    readonly left: number;
  }[];
  /** Carers who can take it as things are; relaxations are looked for when there is none. */
  readonly left: number;
  /** The rule most to blame, in a sentence; null when somebody can take it. */
  readonly main: string | null;
  /** Least trouble first. */
  readonly relaxations: readonly Relaxed[];
}

export interface ProposedPlacement {
  readonly visitId: string;
  readonly patientName: string;
  readonly serviceName: string;
  readonly staffId: string;
  readonly staffName: string;
  readonly date: LocalDate;
  readonly start: LocalTime;
  readonly minutes: number;
  /** `BoardVisit.stamp` the engine saw; a later one makes this placement stale. */
  readonly basedOn: string;
  /** Where it stands now; null when it has no place yet. */
  readonly from: { readonly staffName: string; readonly date: LocalDate; readonly start: LocalTime } | null;
}

export interface Proposal {
  readonly id: string;
  readonly regionId: string;
  readonly week: IsoWeek;
  readonly seed: number;
  readonly placements: readonly ProposedPlacement[];
  /** Visits no rule-abiding place was found for, with the rule that removed most candidates. */
  readonly unplaced: readonly {
    readonly visitId: string;
    readonly patientName: string;
    readonly serviceName: string;
    /** Null: any day of the week. */
    readonly date: LocalDate | null;
    /** Where it stood before, or was meant to; null: anywhere in its window. */
    readonly start: LocalTime | null;
    readonly windowFrom: LocalTime;
    readonly windowTo: LocalTime;
    readonly reason: string;
  }[];
  /** Of the whole week: as it stands, as the engine first built it, and as proposed. */
  readonly components: { readonly before: Components; readonly first: Components; readonly after: Components };
  readonly elapsedMs: number;
}

export interface AutoAssignProgress {
  readonly type: 'progress';
  readonly placed: number;
  readonly total: number;
  /** Of the best plan so far, once there is a whole one: from then on `finishAutoAssign` ends with a good proposal. */
  readonly components: Components | null;
  /** Share of the improving that is over, 0 … 1. */
  readonly improved: number;
  readonly elapsedMs: number;
}

export type AutoAssignEvent = AutoAssignProgress | { readonly type: 'proposal'; readonly proposal: Proposal };
