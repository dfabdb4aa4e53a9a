/** A person's choice about a conflict as row changes. Pure. */
import {
  createRow,
  deterministicId,
  fail,
  ok,
  problem,
  type Result,
  type RowChange,
  scheduleShard,
} from '@fieldfare/kernel';
import { assignmentIdOf } from '../rules.ts';
import { assignments, conflictResolutions, visits } from '../tables.ts';
import type { DerivedConflict } from './facts.ts';

export const resolutionIdOf = (conflictId: string): string => deterministicId('conflict-resolution', conflictId);

const notOffered = (choice: string): Result<never> =>
  fail(
    problem('invalid', 'this conflict does not offer that choice', {
      rule: 'CNF-CHOICE',
      path: ['choice'],
      params: { choice },
    }),
  );

const change = (
  conflict: { readonly regionId: string; readonly week: string },
  table: string,
  id: string,
  set: RowChange['set'],
): RowChange => ({ table, shard: scheduleShard(conflict.regionId, conflict.week), id, set });

const takeOff = (at: { readonly regionId: string; readonly week: string }, visitId: string): RowChange =>
  change(at, assignments.name, assignmentIdOf(visitId), { staffId: null, pinned: false, source: 'person' });

/** The changes that make the choice true; empty when the choice is to leave things as they are. */
function settling(conflict: DerivedConflict, choice: string, at: string): Result<readonly RowChange[]> {
  const { facts } = conflict;
  switch (facts.kind) {
    case 'double-booked-staff':
    case 'double-booked-patient': {
      const [first, second] = facts.sides;
      if (choice === 'accept-both') return ok([]);
      if (choice === 'keep-first') return ok([takeOff(second, second.visitId)]);
      if (choice === 'keep-second') return ok([takeOff(first, first.visitId)]);
      return notOffered(choice);
    }
    case 'concurrent-field': {
      const side = facts.sides[choice.startsWith('side-') ? Number(choice.slice(5)) : -1];
      if (!side) return notOffered(choice);
      // The shown value is written again too: that settles the field for everybody.
      return ok(
        facts.fields.map(({ table, id, field }, index) =>
          change(conflict, table, id, { [field]: side.values[index] ?? null }),
        ),
      );
    }
    case 'edit-delete':
      if (choice === 'keep') {
        return ok([
          change(
            conflict,
            facts.table,
            facts.rowId,
            facts.how === 'deleted' ? { deletedAt: null } : { cancelledAt: null },
          ),
        ]);
      }
      if (choice !== 'delete') return notOffered(choice);
      return ok(facts.how === 'deleted' ? [change(conflict, facts.table, facts.rowId, { deletedAt: at })] : []);
    case 'dangling-reference': {
      const [visitId = ''] = conflict.visitIds;
      if (choice === 'accept') return ok([]);
      if (choice === 'unassign' && facts.reference === 'staff') return ok([takeOff(conflict, visitId)]);
      if (choice === 'cancel' && facts.reference === 'patient') {
        return ok([change(conflict, visits.name, visitId, { cancelledAt: at })]);
      }
      return notOffered(choice);
    }
  }
}

/** One row may be named by several fields: one change a row. */
function merged(changes: readonly RowChange[]): RowChange[] {
  const byRow = new Map<string, RowChange>();
  for (const one of changes) {
    const key = `${one.shard}/${one.table}/${one.id}`;
    const before = byRow.get(key);
    byRow.set(key, before ? { ...before, set: { ...before.set, ...one.set } } : one);
  }
  return [...byRow.values()];
}

/** What to write so that `conflict` is settled by `choice`: the settling changes and the person's word on it. */
export function settleChanges(
  conflict: DerivedConflict,
  word: { readonly choice: string; readonly reason: string; readonly actorId: string; readonly at: string },
): Result<readonly RowChange[]> {
  const settled = settling(conflict, word.choice, word.at);
  if (!settled.ok) return settled;
  const resolution = createRow(conflictResolutions, {
    id: resolutionIdOf(conflict.id),
    regionId: conflict.regionId,
    week: conflict.week,
    conflictId: conflict.id,
    choice: word.choice,
    reason: word.reason,
    actorId: word.actorId,
    resolvedAt: word.at,
  });
  return ok([...merged(settled.value), resolution]);
}
