import type { Kind } from './kind.ts';
import { partnersKind } from './partners.ts';
import { patientsKind } from './patients.ts';
import { requirementsKind } from './requirements.ts';
import { staffKind } from './staff.ts';
import { visitsKind } from './visits.ts';

export const IMPORT_KINDS = ['partners', 'staff', 'patients', 'requirements', 'visits'] as const;
export type ImportKind = (typeof IMPORT_KINDS)[number];

export interface AnyRow {
  readonly id: string;
}

/** Each kind only ever sees rows that it built or that its caller took from its table. */
const KINDS = {
  partners: partnersKind,
  staff: staffKind,
  patients: patientsKind,
  requirements: requirementsKind,
  visits: visitsKind,
} as unknown as Readonly<Record<ImportKind, Kind<AnyRow>>>;

export const kindOf = (name: ImportKind): Kind<AnyRow> => KINDS[name];
