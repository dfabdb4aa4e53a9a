/** A person's choice about a conflict as row changes. Pure. */
import {
  createRow,
  deterministicId,
  fail,
  ok,
  patientsShard,
  problem,
  type Result,
  type RowChange,
  type ShardId,
  scheduleShard,
} from '@fieldfare/kernel';
import { assignmentIdOf } from '../rules.ts';
import { assignments, conflictResolutions, recordResolutions, requirements, visits } from '../tables.ts';
import type { ConflictTable, DerivedConflict, ResolutionWord, TakenOff } from './facts.ts';

export const resolutionIdOf = (conflictId: string): string => deterministicId('conflict-resolution', conflictId);

/** A visit with its place. */
type At = Pick<TakenOff, 'visitId' | 'regionId' | 'week'>;

export interface SettleWord {
  readonly choice: string;
  readonly reason: string;
  readonly actorId: string;
  /** ISO instant. */
  readonly at: string;
  /** Who has the visit now. */
  readonly carerOf: (visit: At) => string | null;
}

/** What a choice does: rows to write, and the carers it takes off. */
interface Settling {
  readonly changes: readonly RowChange[];
  readonly takenOff: readonly TakenOff[];
}

const NOTHING: Result<Settling> = ok({ changes: [], takenOff: [] });

const notOffered = (choice: string): Result<never> =>
  fail(
    problem('invalid', 'this conflict does not offer that choice', {
      rule: 'CNF-CHOICE',
      path: ['choice'],
      params: { choice },
    }),
  );

/** Where the rows of a conflict lie. */
function shardOf({ regionId, week }: DerivedConflict, table: ConflictTable): ShardId {
  return table === 'patients' || table === 'requirements' || week === null
    ? patientsShard(regionId)
    : scheduleShard(regionId, week);
}

const change = (conflict: DerivedConflict, table: ConflictTable, id: string, set: RowChange['set']): RowChange => ({
  table,
  shard: shardOf(conflict, table),
  id,
  set,
});

const carer = (at: At, staffId: string | null): RowChange => ({
  table: assignments.name,
  shard: scheduleShard(at.regionId, at.week),
  id: assignmentIdOf(at.visitId),
  set: staffId === null ? { staffId, pinned: false, source: 'person' } : { staffId, source: 'person' },
});

function takeOff(all: readonly TakenOff[]): Result<Settling> {
  return ok({ changes: all.map((one) => carer(one, null)), takenOff: all });
}

const written = (changes: readonly RowChange[]): Result<Settling> => ok({ changes, takenOff: [] });

/** The number in `side-0`, `word-1`; −1 when it is another choice. */
const numberOf = (choice: string, name: string): number =>
  choice.startsWith(`${name}-`) ? Number(choice.slice(name.length + 1)) : -1;

/** What makes the choice true; nothing when the choice is to leave things as they are. */
function settling(conflict: DerivedConflict, { choice, at, carerOf }: SettleWord): Result<Settling> {
  const { facts, regionId, week } = conflict;
  const [visitId = ''] = conflict.visitIds;
  const here = { visitId, regionId, week: week ?? '' };
  switch (facts.kind) {
    case 'double-booked-staff':
    case 'double-booked-patient': {
      const [first, second] = facts.sides;
      if (choice === 'accept-both') return NOTHING;
      const off = choice === 'keep-first' ? second : choice === 'keep-second' ? first : null;
      if (off === null) return notOffered(choice);
      return takeOff([{ visitId: off.visitId, regionId: off.regionId, week: off.week, staffId: off.staffId }]);
    }
    case 'concurrent-field': {
      const side = facts.sides[numberOf(choice, 'side')];
      if (!side) return notOffered(choice);
      // The shown value is written again too: that settles the field for everybody.
      return written(
        facts.fields.map(({ table, id, field }, index) =>
          change(conflict, table, id, { [field]: side.values[index] ?? null }),
        ),
      );
    }
    case 'edit-delete': {
      const { table, rowId, how } = facts;
      if (choice === 'keep') {
        return written([
          change(conflict, table, rowId, how === 'deleted' ? { deletedAt: null } : { cancelledAt: null }),
        ]);
      }
      if (choice !== 'delete') return notOffered(choice);
      return how === 'deleted' ? written([change(conflict, table, rowId, { deletedAt: at })]) : NOTHING;
    }
    case 'dangling-reference':
      if (choice === 'accept') return NOTHING;
      if (choice === 'unassign' && facts.reference === 'staff') {
        return takeOff([{ ...here, staffId: conflict.staffId ?? '' }]);
      }
      if (choice === 'cancel' && facts.reference === 'patient') {
        return written([change(conflict, visits.name, visitId, { cancelledAt: at })]);
      }
      if (choice === 'clear' && facts.reference === 'preferred') {
        return written(
          conflict.recordIds.map((id) => change(conflict, requirements.name, id, { preferredStaffId: null })),
        );
      }
      return notOffered(choice);
    case 'pair-apart': {
      if (choice === 'accept') return NOTHING;
      const off = choice === 'keep-first' ? facts.sides[1] : choice === 'keep-second' ? facts.sides[0] : null;
      if (off === null) return notOffered(choice);
      return takeOff([{ visitId: off.visitId, regionId: off.regionId, week: off.week, staffId: off.staffId }]);
    }
    case 'skill-breach':
      if (choice === 'accept') return NOTHING;
      return choice === 'unassign' ? takeOff([{ ...here, staffId: conflict.staffId ?? '' }]) : notOffered(choice);
    case 'continuity-breach':
      if (choice === 'accept') return NOTHING;
      return choice === 'unassign'
        ? takeOff(facts.visits.map(({ visitId, staffId }) => ({ ...here, visitId, staffId })))
        : notOffered(choice);
    case 'contested-resolution': {
      const word = facts.words[numberOf(choice, 'word')];
      return word === undefined ? notOffered(choice) : standBy(word, facts.words, carerOf);
    }
  }
}

/** One word holds: carers that only others took off come back, unless somebody has given the visit away meanwhile. */
function standBy(
  word: ResolutionWord,
  words: readonly ResolutionWord[],
  carerOf: SettleWord['carerOf'],
): Result<Settling> {
  const off = new Set(word.takenOff.map(({ visitId }) => visitId));
  const back = words
    .flatMap(({ takenOff }) => takenOff)
    .filter(({ visitId }, i, all) => !off.has(visitId) && all.findIndex((one) => one.visitId === visitId) === i)
    .filter((one) => carerOf(one) === null);
  return ok({
    changes: [
      ...back.map((one) => carer(one, one.staffId)),
      ...word.takenOff.filter((one) => carerOf(one) === one.staffId).map((one) => carer(one, null)),
    ],
    takenOff: word.takenOff,
  });
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

/** The person's word as a row. A word on contested words takes the place of the words. */
function wordRow(conflict: DerivedConflict, word: SettleWord, takenOff: readonly TakenOff[]): RowChange {
  const { facts, regionId, week, kind, patientId, visitIds } = conflict;
  const contested = facts.kind === 'contested-resolution' ? facts : null;
  const chosen = contested?.words[numberOf(word.choice, 'word')]?.choice ?? word.choice;
  const settled = contested?.settled ?? { id: conflict.id, kind };
  const said = {
    id: contested?.resolutionId ?? resolutionIdOf(conflict.id),
    regionId,
    conflictId: settled.id,
    choice: chosen,
    reason: word.reason,
    actorId: word.actorId,
    resolvedAt: word.at,
  };
  if (week === null) return createRow(recordResolutions, said);
  return createRow(conflictResolutions, {
    ...said,
    week,
    kind: settled.kind,
    patientId,
    visitIds: [...visitIds],
    takenOff: [...takenOff],
  });
}

/** What to write so that `conflict` is settled by `choice`: the settling changes and the person's word on it. */
export function settleChanges(conflict: DerivedConflict, word: SettleWord): Result<readonly RowChange[]> {
  const settled = settling(conflict, word);
  if (!settled.ok) return settled;
  return ok([...merged(settled.value.changes), wordRow(conflict, word, settled.value.takenOff)]);
}
