/** A visit and its assignment as the documents hold them now: what a command checks before it writes. */
import { fail, type Hlc, maxHlc, ok, problem, type Result, rosterShard, scheduleShard } from '@fieldfare/kernel';
import type { FoldedRow } from '@fieldfare/sync';
import type { Context } from '../procedure.ts';
import { type Staff, staff } from '../workforce/index.ts';
import { assignmentIdOf, type VisitState } from './rules.ts';
import { type Assignment, assignments, type Visit, visits } from './tables.ts';

export interface CurrentVisit extends VisitState {
  /** `BoardVisit.stamp` */
  readonly stamp: Hlc;
  /** Fields of the visit and its assignment that were set after `stamp`. */
  readonly changedSince: (stamp: Hlc) => readonly string[];
}

interface VisitAddress {
  readonly regionId: string;
  readonly week: string;
  readonly visitId: string;
}

/** The replica checks rows against their schema before they get in. */
const fieldsOf = <T>(row: FoldedRow): T & { readonly deletedAt: string | null } =>
  ({
    ...row.fields,
    id: row.id,
    deletedAt: row.deleted ? String(row.fields.deletedAt ?? 'deleted') : null,
  }) as unknown as T & { readonly deletedAt: string | null };

export function currentVisit(ctx: Context, { regionId, week, visitId }: VisitAddress): Result<CurrentVisit> {
  const shard = scheduleShard(regionId, week);
  const visit = ctx.row(shard, visits.name, visitId);
  if (visit === null) {
    return fail(problem('not-found', 'no such visit in this week', { rule: 'SCH-VISIT', path: ['visitId'] }));
  }
  const assignment = ctx.row(shard, assignments.name, assignmentIdOf(visitId));
  const live = assignment !== null && !assignment.deleted ? assignment : null;
  return ok({
    visit: fieldsOf<Visit>(visit),
    assignment: assignment === null ? null : fieldsOf<Assignment>(assignment),
    stamp: live === null ? visit.stamp : maxHlc(visit.stamp, live.stamp),
    changedSince: (stamp) =>
      [visit, ...(live ? [live] : [])].flatMap(({ stamps }) =>
        Object.entries(stamps)
          .filter(([, value]) => value > stamp)
          .map(([field]) => field),
      ),
  });
}

/** `SCH-STAFF`: only people on the region's roster, at work, can be given a visit. */
export function bookableStaff(ctx: Context, regionId: string, staffId: string): Result<Staff> {
  const row = ctx.row(rosterShard(regionId), staff.name, staffId);
  if (row === null || row.deleted) {
    return fail(problem('not-found', 'no such carer on this roster', { rule: 'SCH-STAFF', path: ['staffId'] }));
  }
  const person = fieldsOf<Staff>(row);
  return person.active
    ? ok(person)
    : fail(problem('conflict', 'this carer is no longer active', { rule: 'SCH-STAFF', path: ['staffId'] }));
}

const FIELD_WORDS: Readonly<Record<string, string>> = {
  date: 'day',
  staffId: 'carer',
  minutes: 'length',
  windowFrom: 'start window',
  windowTo: 'start window',
  cancelledAt: 'cancellation',
};

/** `SCH-STALE`: the caller acted on what is no longer so. Names the fields that changed, not their values. */
export function fresh(current: CurrentVisit, basedOn: Hlc, path: readonly (string | number)[] = []): Result<void> {
  if (current.stamp === basedOn) return ok(undefined);
  const changed = [...new Set(current.changedSince(basedOn).map((field) => FIELD_WORDS[field] ?? field))].sort();
  const what = changed.length === 0 ? '' : ` (${changed.join(', ')})`;
  return fail(
    problem('conflict', `the visit has changed since you looked${what}`, {
      rule: 'SCH-STALE',
      path,
      params: { visitId: current.visit.id, changed },
    }),
  );
}
