/**
 * All conflicts of some rows, derived from nothing: what the incremental derivation in SQL has to equal. It picks out by
 * hand what `conflicts/reads.ts` asks the database for.
 */
import { daysOfWeek, type JsonValue } from '@fieldfare/kernel';
import type { FoldedRow } from '@fieldfare/sync';
import { deriveContinuityBreaches, deriveSkillBreaches } from '../../src/scheduling/conflicts/breaches.ts';
import { deriveClashes } from '../../src/scheduling/conflicts/clashes.ts';
import { deriveContested } from '../../src/scheduling/conflicts/contested.ts';
import { deriveDangling, deriveGoneWishes } from '../../src/scheduling/conflicts/dangling.ts';
import type { DerivedConflict, Mark } from '../../src/scheduling/conflicts/facts.ts';
import { derivePairBreaches } from '../../src/scheduling/conflicts/pair-breaches.ts';
import {
  deriveRecordConflicts,
  deriveRowConflicts,
  type FoldedFields,
} from '../../src/scheduling/conflicts/row-conflicts.ts';

// biome-ignore lint/suspicious/noExplicitAny: rows of any table, read by the names of their columns
type Fields = any;

interface Row {
  readonly id: string;
  readonly deleted: boolean;
  readonly f: Fields;
  readonly row: FoldedRow;
}

const markOf = ({ row }: Row, field: string): Mark => ({
  by: row.authors[field] ?? '',
  stamp: row.stamps[field] ?? '',
});

const foldedOf = ({ row }: Row): FoldedFields => ({
  id: row.id,
  deletedAt: row.deleted ? String(row.fields.deletedAt) : null,
  fields: row.fields as Readonly<Record<string, JsonValue>>,
  stamps: row.stamps,
  authors: row.authors,
  siblings: row.siblings,
});

export interface Standing {
  readonly visit: Row;
  readonly assignment: Row;
}

export interface Tables {
  of(table: string): readonly Row[];
}

export function tablesOfRows(rows: Iterable<FoldedRow>): Tables {
  const tables = new Map<string, Row[]>();
  for (const row of rows) {
    const entry: Row = { id: row.id, deleted: row.deleted, f: row.fields, row };
    const known = tables.get(row.table);
    if (known === undefined) tables.set(row.table, [entry]);
    else known.push(entry);
  }
  return { of: (table) => tables.get(table) ?? [] };
}

/** Visits that stand, each with a carer. */
export function carriedVisits(tables: Tables): Standing[] {
  const given = tables.of('assignments').filter(({ deleted, f }) => !deleted && (f.staffId ?? null) !== null);
  return tables
    .of('visits')
    .filter(({ deleted, f }) => !deleted && (f.cancelledAt ?? null) === null)
    .flatMap((visit) => given.filter(({ f }) => f.visitId === visit.id).map((assignment) => ({ visit, assignment })));
}

export function deriveAll(tables: Tables): DerivedConflict[] {
  const zoneOf = new Map(tables.of('regions').map(({ id, f }) => [id, f.zone as string]));
  const staff = new Map(tables.of('staff').map((row) => [row.id, row]));
  const patients = new Map(tables.of('patients').map((row) => [row.id, row]));
  const requirements = new Map(tables.of('requirements').map((row) => [row.id, row]));
  // without its region a visit has no zone, and the database leaves it out too
  const carried = carriedVisits(tables).filter(({ visit }) => zoneOf.has(visit.f.regionId));
  const placeOf = ({ visit, assignment }: Standing) => ({
    visitId: visit.id,
    regionId: visit.f.regionId,
    zone: zoneOf.get(visit.f.regionId) ?? '',
    week: visit.f.week,
    date: visit.f.date,
    lastDay: daysOfWeek(visit.f.week)[6] as string,
    patientId: visit.f.patientId,
    staffId: assignment.f.staffId,
    serviceCode: visit.f.serviceCode,
    carerSet: markOf(assignment, 'staffId'),
  });
  const servicesOf = (code: string): readonly Row[] =>
    tables.of('service_types').filter(({ deleted, f }) => !deleted && f.code === code);

  const placed = carried
    .filter(({ visit }) => visit.f.date !== null && visit.f.start !== null)
    .map((standing) => ({
      ...placeOf(standing),
      start: standing.visit.f.start,
      minutes: standing.visit.f.minutes,
      dateSet: markOf(standing.visit, 'date'),
      startSet: markOf(standing.visit, 'start'),
      staffSet: markOf(standing.assignment, 'staffId'),
      minutesStamp: markOf(standing.visit, 'minutes').stamp,
      pairOf: standing.visit.f.pairOf ?? null,
    }));
  const clashes = deriveClashes(placed);
  const pairs = placed.flatMap((second) => {
    const first = placed.find(({ visitId }) => visitId === second.pairOf);
    const { pairing = null } = tables.of('visits').find(({ id }) => id === second.visitId)?.f ?? {};
    return first && pairing !== null && first.pairOf === null ? [{ first, second, pairing }] : [];
  });
  const rows = tables.of('visits').flatMap((visit) =>
    deriveRowConflicts({
      regionId: visit.f.regionId,
      week: visit.f.week,
      patientId: visit.f.patientId,
      date: visit.f.date,
      visit: foldedOf(visit),
      assignments: tables
        .of('assignments')
        .filter(({ f }) => f.visitId === visit.id)
        .map(foldedOf),
    }),
  );
  const danglingStaff = carried.flatMap((standing) => {
    const carer = staff.get(standing.assignment.f.staffId);
    if (carer === undefined || (!carer.deleted && carer.f.active)) return [];
    const why = carer.deleted ? ('deleted' as const) : ('inactive' as const);
    const gone = markOf(carer, carer.deleted ? 'deletedAt' : 'active');
    return [{ ...placeOf(standing), reference: 'staff' as const, why, gone }];
  });
  const danglingPatients = tables
    .of('visits')
    .filter(({ deleted, f }) => !deleted && (f.cancelledAt ?? null) === null && zoneOf.has(f.regionId))
    .flatMap((visit) => {
      const patient = patients.get(visit.f.patientId);
      if (patient === undefined || (!patient.deleted && patient.f.status !== 'discharged')) return [];
      const why = patient.deleted ? ('deleted' as const) : ('discharged' as const);
      const gone = markOf(patient, patient.deleted ? 'deletedAt' : 'status');
      const place = { ...placeOf({ visit, assignment: visit }), staffId: null };
      return [{ ...place, reference: 'patient' as const, why, gone }];
    });
  const goneWishes = [...requirements.values()].flatMap((need) => {
    const carer = staff.get(need.f.preferredStaffId);
    if (need.deleted || carer === undefined || (!carer.deleted && carer.f.active)) return [];
    return [
      {
        requirementId: need.id,
        regionId: need.f.regionId,
        patientId: need.f.patientId,
        staffId: carer.id,
        why: carer.deleted ? ('deleted' as const) : ('inactive' as const),
        gone: markOf(carer, carer.deleted ? 'deletedAt' : 'active'),
      },
    ];
  });
  const skill = carried.flatMap((standing) => {
    const carer = staff.get(standing.assignment.f.staffId);
    const services = servicesOf(standing.visit.f.serviceCode);
    const service = services.toSorted((a, b) => (a.id < b.id ? -1 : 1))[0];
    if (carer === undefined || carer.deleted || !carer.f.active || service === undefined) return [];
    if (services.some(({ f }) => f.roles.includes(carer.f.role))) return [];
    return [
      {
        ...placeOf(standing),
        role: carer.f.role,
        roles: service.f.roles,
        serviceSet: markOf(standing.visit, 'serviceCode'),
        roleSet: markOf(carer, 'role'),
        rolesSet: markOf(service, 'roles'),
      },
    ];
  });
  const continuity = carried.flatMap((standing) => {
    const need = requirements.get(standing.visit.f.requirementId);
    const wanted = staff.get(need?.f.preferredStaffId);
    if (need === undefined || need.deleted || wanted === undefined || wanted.deleted || !wanted.f.active) return [];
    const wish = markOf(need, 'preferredStaffId');
    const place = placeOf(standing);
    if (place.staffId === wanted.id || wish.stamp <= place.carerSet.stamp) return [];
    return [{ ...place, requirementId: need.id, preferredStaffId: wanted.id, wish }];
  });
  const records = (['patients', 'requirements'] as const).flatMap((table) =>
    tables.of(table).flatMap((row) =>
      deriveRecordConflicts({
        table,
        regionId: row.f.regionId,
        patientId: table === 'patients' ? row.id : row.f.patientId,
        serviceCode: table === 'patients' ? null : row.f.serviceCode,
        row: foldedOf(row),
      }),
    ),
  );
  const contested = tables
    .of('conflict_resolutions')
    .flatMap((row) => deriveContested({ regionId: row.f.regionId, week: row.f.week, row: foldedOf(row) }));
  return [
    ...clashes,
    ...derivePairBreaches(pairs),
    ...rows,
    ...deriveDangling([...danglingStaff, ...danglingPatients]),
    ...deriveGoneWishes(goneWishes),
    ...deriveSkillBreaches(skill),
    ...deriveContinuityBreaches(continuity),
    ...records,
    ...contested,
  ].sort((a, b) => (a.id < b.id ? -1 : 1));
}
