/**
 * What can be imported: a kind is a list of fields (columns a file may have) and how their values make a row.
 * Reading, planning and writing derive from it; a new kind is one file and one line in `kinds.ts`.
 */
import type { Partner, Patient, Region, ServiceType, Staff } from '@fieldfare/domain/tables';
import type { LocalDate, RowChange } from '@fieldfare/kernel';
import type { CsvCell } from '../csv/write.ts';
import type { Cell } from './cells.ts';

/** What the rows of a file may refer to. One import is for one region. */
export interface ImportContext {
  readonly region: Pick<Region, 'id' | 'name' | 'lat' | 'lng'>;
  readonly serviceTypes: readonly ServiceType[];
  readonly partners: readonly Partner[];
  /** Live rows of the region. */
  readonly staff: readonly Staff[];
  readonly patients: readonly Patient[];
  /** The region's day, for dates that are left out. */
  readonly today: LocalDate;
}

/** The same by the names that files use. */
export interface Lookup {
  readonly context: ImportContext;
  readonly staffByReference: ReadonlyMap<string, Staff>;
  readonly patientsByReference: ReadonlyMap<string, Patient>;
  readonly patientReferences: ReadonlyMap<string, string>;
  readonly staffReferences: ReadonlyMap<string, string>;
  readonly services: ReadonlyMap<string, ServiceType>;
  readonly partners: ReadonlyMap<string, Partner>;
  readonly partnerNames: ReadonlyMap<string, string>;
}

export interface Field {
  readonly key: string;
  readonly label: string;
  readonly labelFr: string;
  readonly required: boolean;
  /** Other headers it is known by. */
  readonly synonyms: readonly string[];
  /** What a cell may hold, for people. */
  readonly format: string;
  readonly example: string;
  readonly read: (cell: string, lookup: Lookup) => Cell<unknown>;
}

/** Values of one record by field key; a field whose cell is blank or whose column is missing is not there. */
export type Values = ReadonlyMap<string, unknown>;

export interface Fault {
  readonly field: string | null;
  readonly rule: string;
  readonly message: string;
}

interface Built<Row> {
  readonly row: Row;
  /** Row fields that the file gave; the others keep what an existing row holds. */
  readonly given: readonly string[];
}

export interface Kind<Row extends { readonly id: string } = { readonly id: string }> {
  readonly name: string;
  readonly fields: readonly Field[];
  /** What makes two records speak of one row; `nth` counts records with the same identity before it. Null: a fault. */
  readonly identity: (values: Values) => string;
  /** Records with one identity are an error (`duplicate`), or different rows told apart by their order (`ordinal`). */
  readonly repeated: (values: Values) => 'duplicate' | 'ordinal';
  readonly build: (values: Values, lookup: Lookup, nth: number) => Built<Row> | readonly Fault[];
  /** Problems that the table's schema finds in a row, as row field and sentence. */
  readonly check: (row: Row) => readonly { readonly field: string; readonly message: string }[];
  /** Which field speaks for a row field. */
  readonly fieldOf: Readonly<Record<string, string>>;
  readonly create: (row: Row) => RowChange;
  readonly update: (row: Row, set: Partial<Row>) => RowChange;
  /** Cells of a row whose text is not simply the row field of the same name. */
  readonly write: (row: Row, lookup: Lookup) => Readonly<Record<string, CsvCell>>;
}

/** Typed access to `Values`, which each kind's own fields filled. */
export const valueAt = <T>(values: Values, key: string): T | undefined => values.get(key) as T | undefined;
