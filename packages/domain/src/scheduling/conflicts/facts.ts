/** What a conflict is, as plain facts: ids, stamps and values, no names. Every replica derives the same ones. */
import type { Hlc, IsoWeek, JsonValue, LocalDate, LocalTime } from '@fieldfare/kernel';
import type { ConflictKind } from '../board.ts';
import type { Pairing } from '../tables.ts';

/** Who set something, and when. */
export interface Mark {
  readonly by: string;
  readonly stamp: Hlc;
}

/** One visit of a double booking. `by`, `stamp`: who put it in this place last. */
export interface ClashSide extends Mark {
  readonly visitId: string;
  readonly regionId: string;
  readonly week: IsoWeek;
  readonly patientId: string;
  readonly staffId: string;
  readonly serviceCode: string;
  readonly date: LocalDate;
  readonly start: LocalTime;
  readonly minutes: number;
}

/** Rows of one week, and records of the region that stand for all weeks. */
export type ConflictTable = 'visits' | 'assignments' | 'patients' | 'requirements';

export interface FieldRef {
  readonly table: ConflictTable;
  readonly id: string;
  readonly field: string;
}

/** One person's values for the fields in question, in the order of `fields`. */
export interface FieldSide extends Mark {
  readonly values: readonly JsonValue[];
  readonly shown: boolean;
}

export type ConflictFacts =
  | {
      readonly kind: 'double-booked-staff' | 'double-booked-patient';
      /** The first one holds the place for now: it was put there first. */
      readonly sides: readonly [ClashSide, ClashSide];
    }
  | {
      readonly kind: 'concurrent-field';
      /** `placement`, `window`, or the name of the one field. */
      readonly group: string;
      readonly fields: readonly FieldRef[];
      /** The shown one first. */
      readonly sides: readonly FieldSide[];
      /** Of a requirement. */
      readonly serviceCode?: string;
    }
  | {
      readonly kind: 'edit-delete';
      readonly table: ConflictTable;
      readonly rowId: string;
      /** `cancelled`: the visit was called off, then changed by somebody who had not seen that. */
      readonly how: 'deleted' | 'cancelled';
      readonly removed: Mark;
      readonly edited: Mark;
      /** Fields the edit changed. */
      readonly editedFields: readonly string[];
      /** Of a requirement. */
      readonly serviceCode?: string;
    }
  | {
      readonly kind: 'dangling-reference';
      /** `preferred`: the carer a requirement names. */
      readonly reference: 'staff' | 'patient' | 'preferred';
      readonly why: 'deleted' | 'inactive' | 'discharged';
      readonly gone: Mark;
    }
  | {
      readonly kind: 'skill-breach';
      readonly serviceCode: string;
      /** The carer's, and those that may deliver the service. */
      readonly role: string;
      readonly roles: readonly string[];
      /** The last of the four decisions that together make the breach. */
      readonly what: 'carer' | 'service' | 'role' | 'roles';
      readonly cause: Mark;
    }
  | {
      readonly kind: 'pair-apart';
      readonly pairing: Pairing;
      readonly sameCarer: boolean;
      /** The first carer's visit and the second's. */
      readonly sides: readonly [ClashSide, ClashSide];
    }
  | {
      readonly kind: 'continuity-breach';
      readonly requirementId: string;
      readonly serviceCode: string;
      readonly wish: Mark;
      /** By visit; all placed before the wish was known. */
      readonly visits: readonly (Mark & { readonly visitId: string; readonly staffId: string })[];
    }
  | {
      /** Two people settled one conflict differently, each without having seen the other's word. */
      readonly kind: 'contested-resolution';
      readonly resolutionId: string;
      /** Of the conflict they settled. */
      readonly settled: { readonly id: string; readonly kind: ConflictKind };
      /** The shown one first. */
      readonly words: readonly ResolutionWord[];
    };

/** One person's word on a conflict, with the visits it took from their carers. */
export interface ResolutionWord extends Mark {
  readonly choice: string;
  readonly takenOff: readonly TakenOff[];
}

export interface TakenOff {
  readonly visitId: string;
  readonly regionId: string;
  readonly week: IsoWeek;
  readonly staffId: string;
}

export interface DerivedConflict {
  readonly id: string;
  readonly kind: ConflictKind;
  /** Where it is settled: region and week of the (first) visit; without a week among the region's records. */
  readonly regionId: string;
  readonly week: IsoWeek | null;
  /** Every `region/week` whose board shows it; `region`: all weeks of it. */
  readonly scopes: readonly string[];
  readonly visitIds: readonly string[];
  /** Rows other than visits that it has to be derived again for; empty: the visits alone. */
  readonly recordIds: readonly string[];
  readonly staffId: string | null;
  readonly patientId: string | null;
  readonly date: LocalDate | null;
  readonly facts: ConflictFacts;
}

export const scopeOf = (regionId: string, week: IsoWeek): string => `${regionId}/${week}`;
