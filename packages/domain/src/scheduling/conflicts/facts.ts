/** What a conflict is, as plain facts: ids, stamps and values, no names. Every replica derives the same ones. */
import type { Hlc, IsoWeek, JsonValue, LocalDate, LocalTime } from '@fieldfare/kernel';
import type { ConflictKind } from '../board.ts';

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

export interface FieldRef {
  readonly table: 'visits' | 'assignments';
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
    }
  | {
      readonly kind: 'edit-delete';
      readonly table: 'visits' | 'assignments';
      readonly rowId: string;
      /** `cancelled`: the visit was called off, then changed by somebody who had not seen that. */
      readonly how: 'deleted' | 'cancelled';
      readonly removed: Mark;
      readonly edited: Mark;
      /** Fields the edit changed. */
      readonly editedFields: readonly string[];
    }
  | {
      readonly kind: 'dangling-reference';
      readonly reference: 'staff' | 'patient';
      readonly why: 'deleted' | 'inactive' | 'discharged';
      readonly gone: Mark;
    };

export interface DerivedConflict {
  readonly id: string;
  readonly kind: ConflictKind;
  /** Where it is settled: region and week of the (first) visit. */
  readonly regionId: string;
  readonly week: IsoWeek;
  /** Every `region/week` whose board shows it. */
  readonly scopes: readonly string[];
  readonly visitIds: readonly string[];
  readonly staffId: string | null;
  readonly patientId: string | null;
  readonly date: LocalDate | null;
  readonly facts: ConflictFacts;
}

export const scopeOf = (regionId: string, week: IsoWeek): string => `${regionId}/${week}`;
