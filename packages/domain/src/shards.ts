/** Where a table's rows live: spread into `defineTable`, so that every table of a kind of shard says it alike. */
import { orgShard, patientShard, patientsShard, rosterShard, scheduleShard } from '@fieldfare/kernel';

/** The organisation's own, seen by everybody in it. */
export const inOrg = { sync: 'replicated', shardKind: 'org', shardOf: () => orgShard, shardFields: [] } as const;

interface OfRegion {
  readonly regionId: string;
}

/** A region's staff. */
export const inRoster = {
  sync: 'replicated',
  shardKind: 'roster',
  shardOf: ({ regionId }: OfRegion) => rosterShard(regionId),
  shardFields: ['regionId'],
} as const;

/** A region's patients and what they need. */
export const inPatients = {
  sync: 'replicated',
  shardKind: 'patients',
  shardOf: ({ regionId }: OfRegion) => patientsShard(regionId),
  shardFields: ['regionId'],
} as const;

/** One patient's clinical record. */
export const inPatientRecord = {
  sync: 'replicated',
  shardKind: 'patient',
  shardOf: ({ regionId, patientId }: OfRegion & { readonly patientId: string }) => patientShard(regionId, patientId),
  shardFields: ['regionId', 'patientId'],
} as const;

/** One region's week. */
export const inSchedule = {
  sync: 'replicated',
  shardKind: 'schedule',
  shardOf: ({ regionId, week }: OfRegion & { readonly week: string }) => scheduleShard(regionId, week),
  shardFields: ['regionId', 'week'],
} as const;
