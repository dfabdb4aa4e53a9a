/** The projection's tables as Kysely sees them: camelCase, with the platform's own columns. */
import type { Row } from '@fieldfare/kernel';
import type { packKeys, rulePacks } from './assessments/packs/tables.ts';
import type { assessmentDrafts, assessments, patientContexts, reassessments } from './assessments/tables.ts';
import type { bundleSettings, careBundles, carePlans, planOverrides, serviceLines } from './bundles/tables.ts';
import type { users } from './identity/tables.ts';
import type { organisations, regions, serviceTypes } from './orgs/tables.ts';
import type { partners } from './partners/tables.ts';
import type { hospitalStays, patients } from './patients/tables.ts';
import type { DerivedConflict } from './scheduling/conflicts/facts.ts';
import type {
  assignments,
  blockedPairs,
  conflictResolutions,
  placementChoices,
  planReviews,
  publishedRounds,
  recordResolutions,
  requirements,
  ruleSettings,
  visits,
  weightSets,
} from './scheduling/tables.ts';
import type { travelCalibrations } from './travel/tables.ts';
import type { absences, staff } from './workforce/tables.ts';

/** Columns the store adds to every replicated table. */
export interface PlatformColumns {
  readonly deletedAt: string | null;
  readonly _shard: string;
  readonly _stamp: string;
  readonly _stamps: Readonly<Record<string, string>>;
  readonly _authors: Readonly<Record<string, string>>;
  readonly _siblings: Readonly<
    Record<string, readonly { readonly value: unknown; readonly stamp: string; readonly by: string }[]>
  > | null;
}

type Projected<T> = Row<T> & PlatformColumns;

export interface Database {
  readonly organisations: Projected<typeof organisations>;
  readonly travelCalibrations: Projected<typeof travelCalibrations>;
  readonly regions: Projected<typeof regions>;
  readonly serviceTypes: Projected<typeof serviceTypes>;
  readonly users: Projected<typeof users>;
  readonly partners: Projected<typeof partners>;
  readonly patients: Projected<typeof patients>;
  readonly hospitalStays: Projected<typeof hospitalStays>;
  readonly staff: Projected<typeof staff>;
  readonly absences: Projected<typeof absences>;
  readonly requirements: Projected<typeof requirements>;
  readonly visits: Projected<typeof visits>;
  readonly assignments: Projected<typeof assignments>;
  readonly blockedPairs: Projected<typeof blockedPairs>;
  readonly conflictResolutions: Projected<typeof conflictResolutions>;
  readonly publishedRounds: Projected<typeof publishedRounds>;
  readonly placementChoices: Projected<typeof placementChoices>;
  readonly planReviews: Projected<typeof planReviews>;
  readonly ruleSettings: Projected<typeof ruleSettings>;
  readonly weightSets: Projected<typeof weightSets>;
  readonly recordResolutions: Projected<typeof recordResolutions>;
  readonly assessments: Projected<typeof assessments>;
  readonly assessmentDrafts: Projected<typeof assessmentDrafts>;
  readonly reassessments: Projected<typeof reassessments>;
  readonly patientContexts: Projected<typeof patientContexts>;
  readonly rulePacks: Projected<typeof rulePacks>;
  readonly packKeys: Projected<typeof packKeys>;
  readonly careBundles: Projected<typeof careBundles>;
  readonly carePlans: Projected<typeof carePlans>;
  readonly serviceLines: Projected<typeof serviceLines>;
  readonly planOverrides: Projected<typeof planOverrides>;
  readonly bundleSettings: Projected<typeof bundleSettings>;
  /** Derived, never synced: see scheduling/conflicts/derivation.ts. */
  readonly conflicts: DerivedConflict;
}
