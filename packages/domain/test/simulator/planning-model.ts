/** Coordinators who plan one region's two weeks at once: the product's own tables, conflicts and settling. */
import {
  type AnyTable,
  createRow,
  deterministicId,
  epochMinuteOf,
  orgShard,
  patientsShard,
  type RowChange,
  rosterShard,
  type ShardId,
  scheduleShard,
  updateRow,
} from '@fieldfare/kernel';
import type { FoldedRow, Replica } from '@fieldfare/sync';
import type { Build, Desk, Model, Watch } from '@fieldfare/sync/simulator';
import { z } from 'zod';
import { patients } from '../../src/patients/index.ts';
import { tables as allTables } from '../../src/registry.ts';
import { settleChanges } from '../../src/scheduling/conflicts/settle.ts';
import { assignmentIdOf } from '../../src/scheduling/rules.ts';
import { assignments, requirements, type Visit, visits } from '../../src/scheduling/tables.ts';
import { staff } from '../../src/workforce/index.ts';
import { createAgency, requirementRow } from '../agency.ts';
import { carriedVisits, deriveAll, tablesOfRows } from './derive.ts';

const WEEKS = ['2026-W40', '2026-W41'] as const;
const agency = createAgency(WEEKS);
const { regionId, joan, carl, pia, simone, paul } = agency;
const CARERS = [joan, carl, pia];
export const SHARDS: readonly ShardId[] = [
  orgShard,
  rosterShard(regionId),
  patientsShard(regionId),
  ...WEEKS.map((week) => scheduleShard(regionId, week)),
];

const need = agency.requirement({ id: deterministicId('simulated need') });

/** Sunday night and Monday morning too: neighbours in two documents. */
const SLOTS = [
  { week: WEEKS[0], date: '2026-10-02', start: '09:00' },
  { week: WEEKS[0], date: '2026-10-02', start: '09:30' },
  { week: WEEKS[0], date: '2026-10-04', start: '23:45' },
  { week: WEEKS[1], date: '2026-10-05', start: '00:15' },
];

const VISITS: readonly Visit[] = Array.from({ length: 6 }, (_, i) => {
  const slot = SLOTS[i < 4 ? 0 : 3] as (typeof SLOTS)[number];
  return agency.visit({
    ...slot,
    id: deterministicId('simulated visit', i),
    patientId: (i % 2 === 0 ? simone : paul).id,
    requirementId: i % 3 === 0 ? need.id : null,
    ...(i === 2 ? { pairOf: deterministicId('simulated visit', 0), pairing: { kind: 'together' } } : {}),
  });
});

/** The product's `visits` as an older and a newer build would declare it. */
const older = { ...visits, version: 1, row: visits.row.omit({ note: true }) } as unknown as AnyTable;
const now = { ...visits, version: 2 } as unknown as AnyTable;
const newer = {
  ...visits,
  version: 3,
  row: visits.row.extend({ colour: z.string().optional() }),
  fields: [...visits.fields, 'colour'],
} as unknown as AnyTable;

const withVisits = (table: AnyTable): ReadonlyMap<string, AnyTable> => new Map(allTables).set('visits', table);
const TABLES: Readonly<Record<Build, ReadonlyMap<string, AnyTable>>> = {
  [-1]: withVisits(older),
  0: withVisits(now),
  1: withVisits(newer),
};

const DELETED = { deletedAt: '2026-10-01T12:00:00.000Z' };

function change(table: AnyTable, row: { readonly id: string }, set: RowChange['set']): RowChange {
  return { table: table.name, shard: table.shardOf(row as never), id: row.id, set };
}

function visitChange(desk: Desk): RowChange[] {
  const { dice, build, ordinal } = desk;
  const row = dice.pick(VISITS);
  switch (dice.below(9)) {
    case 0:
    case 1: {
      const { week, date, start } = dice.pick(SLOTS);
      return [updateRow(visits, row, week === row.week ? { date, start } : { start })];
    }
    case 2:
    case 3: {
      const { week } = row;
      const staffId = dice.chance(0.15) ? null : dice.pick(CARERS).id;
      const id = assignmentIdOf(row.id);
      return [
        createRow(assignments, {
          id,
          regionId,
          week,
          visitId: row.id,
          slot: 0,
          staffId,
          pinned: false,
          source: 'person',
        }),
      ];
    }
    case 4:
      return [change(visits, row, dice.chance(0.5) ? DELETED : { deletedAt: null })];
    case 5:
      return [change(visits, row, dice.chance(0.5) ? { cancelledAt: DELETED.deletedAt } : { cancelledAt: null })];
    case 6:
      return [updateRow(visits, row, { serviceCode: dice.pick(['nursing', 'psw']) })];
    case 7:
      if (build === 1) return [change(visits, row, { colour: `colour ${ordinal}` })];
      return [updateRow(visits, row, { minutes: 30 + dice.below(4) * 15 })];
    default:
      return build === -1
        ? [updateRow(visits, row, { priority: dice.pick(['routine', 'high', 'urgent']) })]
        : [updateRow(visits, row, { note: `note ${ordinal}` })];
  }
}

function recordChange({ dice, ordinal }: Desk): RowChange[] {
  switch (dice.below(7)) {
    case 0:
      return [updateRow(staff, joan, { active: dice.chance(0.6) })];
    case 1:
      return [updateRow(staff, carl, { role: dice.pick(['rn', 'rpn', 'psw']) })];
    case 2:
      return [updateRow(patients, simone, { status: dice.pick(['active', 'active', 'discharged']) })];
    case 3:
      return [updateRow(patients, simone, { phone: `555-${ordinal}` })];
    case 4:
      return [updateRow(requirements, need, { preferredStaffId: dice.chance(0.2) ? null : dice.pick(CARERS).id })];
    case 5:
      return [updateRow(requirements, need, { visitsPerWeek: 1 + dice.below(5) })];
    default:
      return [change(requirements, need, dice.chance(0.5) ? DELETED : { deletedAt: null })];
  }
}

export function* rowsOf(replica: Replica): Iterable<FoldedRow> {
  for (const shard of SHARDS) for (const table of replica.tables(shard)) yield* replica.rows(shard, table);
}

/** One of the conflicts there are, settled by one of the choices it offers. */
function settle({ replica, dice }: Desk): readonly RowChange[] {
  const conflicts = deriveAll(tablesOfRows(rowsOf(replica)));
  if (conflicts.length === 0) return [];
  const choice = dice.pick([
    'accept',
    'accept-both',
    'unassign',
    'keep-first',
    'keep-second',
    'keep',
    'delete',
    'side-1',
    'word-0',
    'word-1',
    'clear',
  ]);
  const changes = settleChanges(dice.pick(conflicts), {
    choice,
    reason: 'simulated',
    actorId: deterministicId('simulated person'),
    at: '2026-10-01T12:00:00.000Z',
    carerOf: ({ week, visitId }) => {
      const row = replica.row(scheduleShard(regionId, week), assignments.name, assignmentIdOf(visitId));
      return row === null || row.deleted ? null : ((row.fields.staffId ?? null) as string | null);
    },
  });
  return changes.ok ? changes.value : [];
}

/** Rows kept in step by what the replica reports, and what is derived from them. */
function watchRows(replica: Replica): Watch {
  const held = new Map<string, FoldedRow>();
  const take = (row: FoldedRow): void => void held.set(`${row.shard} ${row.table} ${row.id}`, row);
  for (const row of rowsOf(replica)) take(row);
  const stop = replica.onTouched(({ shard, rows }) => {
    for (const [table, ids] of rows) {
      for (const id of ids) {
        const row = replica.row(shard, table, id);
        if (row !== null) take(row);
      }
    }
  });
  const derived = () => deriveAll(tablesOfRows(held.values()));
  return {
    check: () => [
      ...(JSON.stringify(derived()) === JSON.stringify(deriveAll(tablesOfRows(rowsOf(replica))))
        ? []
        : ['CNF-REBUILD what was kept up to date derives other conflicts than a rebuild']),
      ...unflagged(held.values()),
    ],
    summary: () => JSON.stringify(derived()),
    stop,
  };
}

/** Pairs of visits that need one carer or one patient at once, found the plain way, without a conflict that says so. */
function unflagged(rows: Iterable<FoldedRow>): string[] {
  const tables = tablesOfRows(rows);
  const pairs = new Set(
    deriveAll(tables)
      .filter(({ kind }) => kind === 'double-booked-staff' || kind === 'double-booked-patient')
      .map(({ kind, visitIds }) => `${kind} ${visitIds.toSorted().join(' ')}`),
  );
  const placed = carriedVisits(tables)
    .filter(({ visit }) => visit.f.date !== null && visit.f.start !== null)
    .map(({ visit, assignment }) => {
      const from = epochMinuteOf(visit.f.date, visit.f.start, 'America/Toronto');
      return { ...visit.f, id: visit.id, staffId: assignment.f.staffId, from, to: from + visit.f.minutes };
    });
  return placed.flatMap((a, i) =>
    placed.slice(i + 1).flatMap((b) => {
      if (a.from >= b.to || b.from >= a.to) return [];
      const ids = [a.id, b.id].sort().join(' ');
      const arePair = a.pairOf === b.id || b.pairOf === a.id;
      const missing = [
        ...(a.staffId === b.staffId ? [`double-booked-staff ${ids}`] : []),
        ...(a.patientId === b.patientId && !arePair ? [`double-booked-patient ${ids}`] : []),
      ].filter((pair) => !pairs.has(pair));
      return missing.map((pair) => `CNF-STAFF CNF-PATIENT nobody is told: ${pair}`);
    }),
  );
}

export const planningModel: Model = {
  regionId,
  shards: SHARDS,
  leastShards: SHARDS.length,
  tables: (build) => TABLES[build],
  first: [
    ...agency.changes,
    requirementRow(need),
    ...VISITS.flatMap((row) => agency.placed(row, (row.week === WEEKS[0] ? joan : carl).id)),
  ],
  act(desk) {
    const what = desk.dice.float();
    if (desk.replica.row(patientsShard(regionId), requirements.name, need.id) === null) return []; // not here yet
    if (VISITS.some(({ id, week }) => desk.replica.row(scheduleShard(regionId, week), visits.name, id) === null))
      return [];
    if (what < 0.15) return settle(desk);
    return what < 0.75 ? visitChange(desk) : recordChange(desk);
  },
  watch: (replica) => watchRows(replica),
};
