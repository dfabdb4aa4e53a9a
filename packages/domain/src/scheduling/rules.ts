/**
 * What may be done to one visit, as row changes. Pure: rows in, changes or problems out. Placing against the
 * engine's rules (overlap, travel, …) is judged elsewhere (`judge.ts`); here stands what holds for the visit itself.
 *
 *  SCH-GONE       a deleted or cancelled visit is not changed any more
 *  SCH-WEEK-DATE  a visit stays inside its week
 *  SCH-WINDOW-ORDER  a start window ends after it begins
 *  SCH-UNASSIGNED only an assigned visit can be taken off or pinned
 */
import {
  createRow,
  daysOfWeek,
  deterministicId,
  fail,
  type LocalDate,
  type LocalTime,
  ok,
  problem,
  type Result,
  type RowChange,
  updateRow,
} from '@fieldfare/kernel';
import { type ASSIGNMENT_SOURCES, type Assignment, assignments, type Visit, visits } from './tables.ts';

export const assignmentIdOf = (visitId: string, slot = 0): string => deterministicId('assignment', visitId, slot);

type Deletable<T> = T & { readonly deletedAt?: string | null | undefined };

export interface VisitState {
  readonly visit: Deletable<Visit>;
  /** The carer's assignment, null when the visit never had one. */
  readonly assignment: Deletable<Assignment> | null;
}

/** `SCH-GONE` */
export function standing(visit: Deletable<Visit>): Result<void> {
  if (visit.deletedAt) return fail(problem('conflict', 'the visit was deleted', { rule: 'SCH-GONE' }));
  if (visit.cancelledAt) return fail(problem('conflict', 'the visit was cancelled', { rule: 'SCH-GONE' }));
  return ok(undefined);
}

export interface PlacementChange {
  readonly staffId: string;
  readonly date: LocalDate;
  readonly start: LocalTime;
  readonly source: (typeof ASSIGNMENT_SOURCES)[number];
  /** What else changes about the visit, so that it has this place. */
  readonly set?: VisitEdit | undefined;
}

/** Only what differs: an unchanged field keeps its stamp, so it clashes with nobody. */
function changed<T extends object>(row: T, set: Partial<T>): Partial<T> {
  return Object.fromEntries(Object.entries(set).filter(([key, value]) => row[key as keyof T] !== value)) as Partial<T>;
}

const filled = (set: object): boolean => Object.keys(set).length > 0;

/** Places a visit with a carer, or moves it. Empty when it stands there already. */
export function placeVisit({ visit, assignment }: VisitState, to: PlacementChange): Result<readonly RowChange[]> {
  const stands = standing(visit);
  if (!stands.ok) return stands;
  if (!daysOfWeek(visit.week).includes(to.date)) {
    return fail(problem('invalid', 'a visit stays inside its week', { rule: 'SCH-WEEK-DATE', path: ['date'] }));
  }
  const given = orderly(visit, to.set ?? {});
  if (!given.ok) return given;
  const changes: RowChange[] = [];
  const set = changed<Visit>(visit, { ...given.value, date: to.date, start: to.start });
  if (filled(set)) changes.push(updateRow(visits, visit, set));
  if (assignment === null || assignment.deletedAt) {
    const row: Assignment = {
      id: assignmentIdOf(visit.id),
      regionId: visit.regionId,
      week: visit.week,
      visitId: visit.id,
      slot: 0,
      staffId: to.staffId,
      pinned: false,
      source: to.source,
    };
    const created = createRow(assignments, row);
    changes.push(assignment?.deletedAt ? { ...created, set: { ...created.set, deletedAt: null } } : created);
  } else if (assignment.staffId !== to.staffId) {
    changes.push(
      updateRow(assignments, assignment, { staffId: to.staffId, ...changed(assignment, { source: to.source }) }),
    );
  }
  return ok(changes);
}

/** Takes the carer off: the visit goes back to the tray and keeps its day. */
export function takeOff({ visit, assignment }: VisitState): Result<readonly RowChange[]> {
  const stands = standing(visit);
  if (!stands.ok) return stands;
  if (assignment === null || assignment.deletedAt || assignment.staffId === null) {
    return fail(problem('conflict', 'the visit has no carer', { rule: 'SCH-UNASSIGNED' }));
  }
  return ok([
    updateRow(assignments, assignment, { staffId: null, ...changed<Assignment>(assignment, { pinned: false }) }),
  ]);
}

export type VisitEdit = {
  [Field in 'start' | 'minutes' | 'windowFrom' | 'windowTo' | 'note' | 'priority' | 'providerPreference']?:
    | Visit[Field]
    | undefined;
};

/** `SCH-WINDOW-ORDER`: the fields that an edit names. */
function orderly(visit: Visit, edit: VisitEdit): Result<Partial<Visit>> {
  const given: Partial<Visit> = Object.fromEntries(Object.entries(edit).filter(([, value]) => value !== undefined));
  const next = { ...visit, ...given };
  return next.windowTo < next.windowFrom
    ? fail(
        problem('invalid', 'the start window must end after it begins', {
          rule: 'SCH-WINDOW-ORDER',
          path: ['set', 'windowTo'],
        }),
      )
    : ok(given);
}

export function editVisit({ visit }: VisitState, edit: VisitEdit): Result<readonly RowChange[]> {
  const stands = standing(visit);
  if (!stands.ok) return stands;
  const given = orderly(visit, edit);
  if (!given.ok) return given;
  const set = changed<Visit>(visit, given.value);
  return ok(filled(set) ? [updateRow(visits, visit, set)] : []);
}

/** `at`: an ISO instant. The assignment stays as it was, for the record. */
export function cancel({ visit }: VisitState, at: string): Result<readonly RowChange[]> {
  const stands = standing(visit);
  if (!stands.ok) return stands;
  return ok([updateRow(visits, visit, { cancelledAt: at })]);
}

export function pin({ visit, assignment }: VisitState, pinned: boolean): Result<readonly RowChange[]> {
  const stands = standing(visit);
  if (!stands.ok) return stands;
  if (assignment === null || assignment.deletedAt || assignment.staffId === null) {
    return fail(problem('conflict', 'only a visit with a carer can be pinned', { rule: 'SCH-UNASSIGNED' }));
  }
  return ok(assignment.pinned === pinned ? [] : [updateRow(assignments, assignment, { pinned })]);
}
