/**
 * Conflicts that rows carry in themselves: a visit with its assignments, a patient, a requirement. Pure.
 *
 *  CNF-FIELD     two people set one field without seeing each other. Fields that are one decision (day, start and
 *                carer; the two ends of a window) make one conflict
 *  CNF-DELETE    one edited what another deleted, or called off
 */
import { type Hlc, type IsoWeek, type JsonValue, type LocalDate, maxHlc, nodeOf, stableHash } from '@fieldfare/kernel';
import { compareText, groupBy, sameValue } from '../../collections.ts';
import {
  type ConflictTable,
  type DerivedConflict,
  type FieldRef,
  type FieldSide,
  type Mark,
  scopeOf,
} from './facts.ts';

export interface SiblingValue {
  readonly value: JsonValue;
  readonly stamp: Hlc;
  readonly by: string;
}

/** A projected row with what the fold knows about its fields. */
export interface FoldedFields {
  readonly id: string;
  readonly deletedAt: string | null;
  readonly fields: Readonly<Record<string, JsonValue>>;
  readonly stamps: Readonly<Record<string, Hlc>>;
  readonly authors: Readonly<Record<string, string>>;
  readonly siblings: Readonly<Record<string, readonly SiblingValue[]>> | null;
}

export interface VisitRows {
  readonly regionId: string;
  readonly week: IsoWeek;
  readonly patientId: string;
  readonly date: LocalDate | null;
  readonly visit: FoldedFields;
  readonly assignments: readonly FoldedFields[];
}

/** Fields that are decided together, by group. Every other field is a group of its own. */
const GROUPS: Readonly<Record<string, string>> = {
  'visits.date': 'placement',
  'visits.start': 'placement',
  'assignments.staffId': 'placement',
  'visits.windowFrom': 'window',
  'visits.windowTo': 'window',
  'patients.givenName': 'name',
  'patients.familyName': 'name',
  'patients.address': 'address',
  'patients.municipality': 'address',
  'patients.lat': 'address',
  'patients.lng': 'address',
  'requirements.startsOn': 'period',
  'requirements.endsOn': 'period',
};

/** Fields nobody decides by hand, and those with rules of their own. */
const IGNORED = new Set(['assignments.source', 'visits.requirementId', 'visits.cancelledAt']);

interface FieldClash {
  readonly ref: FieldRef;
  readonly shown: SiblingValue;
  readonly others: readonly SiblingValue[];
}

function fieldClashes(table: ConflictTable, row: FoldedFields): FieldClash[] {
  return Object.entries(row.siblings ?? {})
    .filter(([field, others]) => field !== 'deletedAt' && !IGNORED.has(`${table}.${field}`) && others.length > 0)
    .map(([field, others]) => ({
      ref: { table, id: row.id, field },
      shown: { value: row.fields[field] ?? null, stamp: row.stamps[field] ?? '', by: row.authors[field] ?? '' },
      others,
    }));
}

/** The values each writer wants, the shown ones first. A writer who left a field alone goes with the shown value. */
function sidesOf(clashes: readonly FieldClash[]): FieldSide[] {
  const shown = clashes.map((clash) => clash.shown.value);
  const sides: FieldSide[] = [];
  const add = (side: FieldSide): void => {
    if (!sides.some(({ values }) => sameValue(values, side.values))) sides.push(side);
  };
  const top = clashes.map((clash) => clash.shown).reduce((a, b) => (b.stamp > a.stamp ? b : a));
  add({ by: top.by, stamp: top.stamp, values: shown, shown: true });
  const written = clashes.flatMap((clash, index) =>
    [clash.shown, ...clash.others].map((sibling) => ({ index, sibling, node: nodeOf(sibling.stamp) })),
  );
  const writers = [...groupBy(written, ({ node }) => node).values()].map((own) => ({
    values: shown.map((value, index) => {
      const wanted = own.find((one) => one.index === index);
      return wanted ? wanted.sibling.value : value;
    }),
    stamp: own.map(({ sibling }) => sibling.stamp).reduce(maxHlc),
    by: own[0]?.sibling.by ?? '',
  }));
  writers.sort((a, b) => compareText(b.stamp, a.stamp));
  for (const { values, stamp, by } of writers) add({ by, stamp, values, shown: false });
  return sides;
}

/** Where a conflict stands and whom it concerns. */
type About = Omit<DerivedConflict, 'id' | 'kind' | 'facts'>;

function aboutVisit(rows: VisitRows): About {
  const { regionId, week, patientId, date, visit } = rows;
  const scopes = [scopeOf(regionId, week)];
  return { regionId, week, scopes, visitIds: [visit.id], recordIds: [], staffId: carerOf(rows), patientId, date };
}

const carerOf = ({ assignments }: VisitRows): string | null => {
  const staffId = assignments.find(({ deletedAt }) => deletedAt === null)?.fields.staffId;
  return typeof staffId === 'string' ? staffId : null;
};

/** `CNF-FIELD`. `subject`: the row, or the visit that stands for its assignments too. */
function concurrentFields(
  members: readonly FieldClash[],
  subject: string,
  about: About,
  serviceCode?: string,
): DerivedConflict[] {
  const clashes = members.toSorted(
    (a, b) => compareText(b.ref.table, a.ref.table) || compareText(a.ref.field, b.ref.field),
  );
  const groups = groupBy(clashes, ({ ref }) => GROUPS[`${ref.table}.${ref.field}`] ?? ref.field);
  return [...groups].flatMap(([group, ofGroup]) => {
    const sides = sidesOf(ofGroup);
    if (sides.length < 2) return [];
    const fields = ofGroup.map(({ ref }) => ref);
    const stamps = ofGroup
      .flatMap(({ shown, others }) => [shown, ...others].map(({ stamp }) => stamp))
      .sort(compareText);
    const kind = 'concurrent-field' as const;
    const refs = fields.map(({ id, field }) => `${id}.${field}`);
    return {
      ...about,
      id: stableHash(kind, subject, group, refs, stamps),
      kind,
      facts: { kind, group, fields, sides, ...(serviceCode === undefined ? {} : { serviceCode }) },
    };
  });
}

const NEVER: Mark = { by: '', stamp: '' };

/** The last edit of a row but for the fields in `except`, and all fields that carry the same stamp. */
function lastEdit(row: FoldedFields, except: readonly string[]): { readonly mark: Mark; readonly fields: string[] } {
  const stamps = Object.entries(row.stamps).filter(([field]) => !except.includes(field));
  const stamp = stamps.map(([, value]) => value).reduce(maxHlc, '');
  const fields = stamps
    .filter(([, value]) => value === stamp)
    .map(([field]) => field)
    .sort(compareText);
  const [first] = fields;
  return first === undefined ? { mark: NEVER, fields } : { mark: { by: row.authors[first] ?? '', stamp }, fields };
}

/** `CNF-DELETE`, a row that one side deleted. */
function editedAfterDeletion(
  table: ConflictTable,
  row: FoldedFields,
  about: About,
  serviceCode?: string,
): DerivedConflict[] {
  const others = row.siblings?.deletedAt ?? [];
  const removal = others.find(({ value }) => value !== null) ?? null;
  const removed =
    removal ??
    (row.deletedAt !== null && others.length > 0
      ? { by: row.authors.deletedAt ?? '', stamp: row.stamps.deletedAt ?? '' }
      : null);
  if (removed === null) return [];
  const edit = lastEdit(row, ['deletedAt']);
  const stamps = [row.stamps.deletedAt ?? '', ...others.map(({ stamp }) => stamp), edit.mark.stamp].sort(compareText);
  return [
    {
      ...about,
      id: stableHash('edit-delete', table, row.id, stamps),
      kind: 'edit-delete',
      facts: {
        kind: 'edit-delete',
        table,
        rowId: row.id,
        how: 'deleted',
        removed: { by: removed.by, stamp: removed.stamp },
        edited: edit.mark,
        editedFields: edit.fields,
        ...(serviceCode === undefined ? {} : { serviceCode }),
      },
    },
  ];
}

/**
 * `CNF-DELETE`, a cancelled visit. Nobody may edit a visit they see as cancelled (`SCH-GONE`), so a later stamp is
 * an edit by somebody who had not seen it.
 */
function editedAfterCancelling(rows: VisitRows): DerivedConflict[] {
  const { visit } = rows;
  const stamp = visit.stamps.cancelledAt;
  if (typeof visit.fields.cancelledAt !== 'string' || stamp === undefined) return [];
  const edits = [
    lastEdit(visit, ['cancelledAt', 'deletedAt']),
    ...rows.assignments.map((row) => lastEdit(row, ['source', 'deletedAt'])),
  ];
  const edit = edits.reduce((a, b) => (b.mark.stamp > a.mark.stamp ? b : a));
  if (edit.mark.stamp <= stamp) return [];
  return [
    {
      ...aboutVisit(rows),
      id: stableHash('edit-delete', 'cancelled', visit.id, stamp, edit.mark.stamp),
      kind: 'edit-delete',
      facts: {
        kind: 'edit-delete',
        table: 'visits',
        rowId: visit.id,
        how: 'cancelled',
        removed: { by: visit.authors.cancelledAt ?? '', stamp },
        edited: edit.mark,
        editedFields: edit.fields,
      },
    },
  ];
}

/** Everything that one visit with its assignments says about itself. */
export function deriveRowConflicts(rows: VisitRows): DerivedConflict[] {
  const { visit, assignments } = rows;
  const about = aboutVisit(rows);
  const removals = [
    ...editedAfterDeletion('visits', visit, about),
    ...(visit.deletedAt === null ? assignments.flatMap((row) => editedAfterDeletion('assignments', row, about)) : []),
  ];
  if (visit.deletedAt !== null) return removals;
  if (typeof visit.fields.cancelledAt === 'string') return [...removals, ...editedAfterCancelling(rows)];
  const clashes = [...fieldClashes('visits', visit), ...assignments.flatMap((row) => fieldClashes('assignments', row))];
  return [...removals, ...concurrentFields(clashes, visit.id, about)];
}

/** A patient or a requirement: no week's own, shown on all of them. */
export interface RecordRow {
  readonly table: 'patients' | 'requirements';
  readonly regionId: string;
  readonly patientId: string;
  /** Null for a patient. */
  readonly serviceCode: string | null;
  readonly row: FoldedFields;
}

export function deriveRecordConflicts({ table, regionId, patientId, serviceCode, row }: RecordRow): DerivedConflict[] {
  const about: About = {
    regionId,
    week: null,
    scopes: [regionId],
    visitIds: [],
    recordIds: [row.id],
    staffId: null,
    patientId,
    date: null,
  };
  const service = serviceCode ?? undefined;
  const removals = editedAfterDeletion(table, row, about, service);
  if (row.deletedAt !== null) return removals;
  return [...removals, ...concurrentFields(fieldClashes(table, row), row.id, about, service)];
}
