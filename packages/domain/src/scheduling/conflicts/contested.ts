/**
 * CNF-WORD: two people settled one conflict differently while they could not see each other's word. The words merge into
 * one row and the later one shows; but what they did adds up to something neither chose (both visits of a double booking
 * without a carer), so a person is asked once more. Pure.
 *
 * Words on a field or a deletion are not here: what they wrote is itself concurrent, and makes a new conflict.
 */
import { type IsoWeek, stableHash } from '@fieldfare/kernel';
import { compareText, sameValue } from '../../collections.ts';
import type { ConflictKind } from '../board.ts';
import { type DerivedConflict, type ResolutionWord, scopeOf, type TakenOff } from './facts.ts';
import type { FoldedFields } from './row-conflicts.ts';

export interface ResolutionRow {
  readonly regionId: string;
  readonly week: IsoWeek;
  readonly row: FoldedFields;
}

const ADDING_UP: ReadonlySet<string> = new Set<ConflictKind>([
  'double-booked-staff',
  'double-booked-patient',
  'dangling-reference',
  'skill-breach',
  'pair-apart',
  'continuity-breach',
]);

/** One word a writer: all its fields carry one stamp, so equal values of different writers are found by it too. */
function wordsOf({ fields, stamps, authors, siblings }: FoldedFields): ResolutionWord[] {
  const choices = [
    { value: fields.choice ?? '', stamp: stamps.choice ?? '', by: authors.choice ?? '' },
    ...(siblings?.choice ?? []),
  ];
  return choices.map(({ value, stamp, by }) => {
    const own = siblings?.takenOff?.find((other) => other.stamp === stamp)?.value ?? fields.takenOff ?? [];
    return { choice: String(value), stamp, by, takenOff: own as unknown as readonly TakenOff[] };
  });
}

export function deriveContested({ regionId, week, row }: ResolutionRow): DerivedConflict[] {
  const { kind, conflictId, visitIds, patientId } = row.fields;
  const words = wordsOf(row);
  const differ = words.some(({ takenOff }) => !sameValue(takenOff, words[0]?.takenOff));
  if (row.deletedAt !== null || words.length < 2 || !differ || typeof kind !== 'string' || !ADDING_UP.has(kind)) {
    return [];
  }
  return [
    {
      id: stableHash('contested-resolution', row.id, words.map(({ stamp }) => stamp).sort(compareText)),
      kind: 'concurrent-field',
      regionId,
      week,
      scopes: [scopeOf(regionId, week)],
      visitIds: (visitIds ?? []) as readonly string[],
      recordIds: [row.id],
      staffId: null,
      patientId: typeof patientId === 'string' ? patientId : null,
      date: null,
      facts: {
        kind: 'contested-resolution',
        resolutionId: row.id,
        settled: { id: String(conflictId), kind: kind as ConflictKind },
        words,
      },
    },
  ];
}
