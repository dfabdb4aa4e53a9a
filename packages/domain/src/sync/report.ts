/** The sync report in words: which part of the organisation's data a shard is. */
import { parseShard, type ShardId } from '@fieldfare/kernel';
import type { ShardReport, SyncReport } from '@fieldfare/sync';

export interface TitledShard extends ShardReport {
  /** `Week 2026-W47 · Ottawa West`. A patient's record is named by its id, never by the person. */
  readonly title: string;
}

export interface TitledReport extends Omit<SyncReport, 'shards' | 'refusals'> {
  /** Those that want attention first, then by title. */
  readonly shards: readonly TitledShard[];
  readonly refusals: readonly (SyncReport['refusals'][number] & { readonly title: string })[];
}

const SHORT_ID = 8;

/** `regionName`: null when this device does not know the region. */
export function shardTitle(shard: ShardId, regionName: (regionId: string) => string | null): string {
  const ref = parseShard(shard);
  if (!ref.ok) return shard;
  const { kind, regionId } = ref.value;
  if (kind === 'org') return 'Organisation';
  const region = regionName(regionId) ?? `region ${regionId.slice(0, SHORT_ID)}`;
  switch (kind) {
    case 'roster':
      return `Staff · ${region}`;
    case 'patients':
      return `Patients · ${region}`;
    case 'schedule':
      return `Week ${ref.value.week} · ${region}`;
    case 'patient':
      return `Record ${ref.value.patientId.slice(0, SHORT_ID)} · ${region}`;
  }
}

const attention = ({ reason, pending }: ShardReport): number => (reason !== null ? 0 : pending > 0 ? 1 : 2);

export function titledReport(report: SyncReport, regionName: (regionId: string) => string | null): TitledReport {
  return {
    ...report,
    shards: report.shards
      .map((shard) => ({ ...shard, title: shardTitle(shard.shard, regionName) }))
      .sort((a, b) => attention(a) - attention(b) || (a.title < b.title ? -1 : 1)),
    refusals: report.refusals.map((one) => ({ ...one, title: shardTitle(one.shard, regionName) })),
  };
}
