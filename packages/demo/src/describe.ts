/** What an agency holds, in numbers. */
import type { IsoWeek, RowChange } from '@fieldfare/kernel';
import type { DemoRows } from './rows.ts';

export interface DemoCounts {
  readonly regions: readonly {
    readonly name: string;
    readonly staff: number;
    readonly patients: number;
    /** Of the current week. */
    readonly visits: number;
    readonly assigned: number;
  }[];
  readonly staff: number;
  readonly partnerStaff: number;
  readonly patients: number;
  readonly requirements: number;
  readonly absences: number;
  readonly assessments: number;
  readonly weeks: readonly {
    readonly week: IsoWeek;
    readonly visits: number;
    readonly assigned: number;
    readonly cancelled: number;
  }[];
  readonly rows: number;
  readonly shards: number;
  readonly largestShard: { readonly shard: string; readonly rows: number; readonly bytes: number };
}

export function describeRows(rows: DemoRows, changes: readonly RowChange[], current: IsoWeek): DemoCounts {
  const assigned = new Set(rows.assignments.map((row) => row.visitId));
  const tally = (visits: DemoRows['visits']) => ({
    visits: visits.length,
    assigned: visits.filter((visit) => assigned.has(visit.id)).length,
  });
  const shards = new Map<string, { rows: number; bytes: number }>();
  for (const change of changes) {
    const size = shards.get(change.shard) ?? { rows: 0, bytes: 0 };
    size.rows += 1;
    size.bytes += JSON.stringify(change.set).length;
    shards.set(change.shard, size);
  }
  const [largest = ['', { rows: 0, bytes: 0 }] as const] = [...shards].sort(([, a], [, b]) => b.rows - a.rows);
  return {
    regions: rows.regions.map(({ id, name }) => ({
      name,
      staff: rows.staff.filter((row) => row.regionId === id).length,
      patients: rows.patients.filter((row) => row.regionId === id).length,
      ...tally(rows.visits.filter((row) => row.regionId === id && row.week === current)),
    })),
    staff: rows.staff.length,
    partnerStaff: rows.staff.filter((row) => row.partnerId !== null).length,
    patients: rows.patients.length,
    requirements: rows.requirements.length,
    absences: rows.absences.length,
    assessments: rows.assessments.length,
    weeks: [...new Set(rows.visits.map((row) => row.week))].sort().map((week) => {
      const own = rows.visits.filter((row) => row.week === week);
      return { week, ...tally(own), cancelled: own.filter((row) => row.cancelledAt !== null).length };
    }),
    rows: changes.length,
    shards: shards.size,
    largestShard: { shard: largest[0], ...largest[1] },
  };
}
