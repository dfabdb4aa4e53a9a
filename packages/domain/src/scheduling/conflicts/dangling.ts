/**
 * CNF-DANGLING: a visit that counts on somebody who is gone, or a requirement that names one. Pure. Only visits on or after the day the person left
 * count: what was delivered before stays as it was. A person this replica does not hold says nothing.
 */
import { stableHash } from '@fieldfare/kernel';
import { type DerivedConflict, type Mark, scopeOf } from './facts.ts';
import { liesBefore, type VisitOnDay } from './visit-day.ts';

export interface DanglingCandidate extends VisitOnDay {
  readonly staffId: string | null;
  readonly reference: 'staff' | 'patient';
  readonly why: 'deleted' | 'inactive' | 'discharged';
  readonly gone: Mark;
}

export function deriveDangling(candidates: readonly DanglingCandidate[]): DerivedConflict[] {
  return candidates.flatMap((candidate) => {
    const { visitId, regionId, week, date, patientId, staffId, reference, why, gone } = candidate;
    if (liesBefore(candidate, gone)) return [];
    return {
      id: stableHash(
        'dangling-reference',
        visitId,
        reference,
        (reference === 'staff' ? staffId : patientId) ?? '',
        gone.stamp,
      ),
      kind: 'dangling-reference' as const,
      regionId,
      week,
      scopes: [scopeOf(regionId, week)],
      visitIds: [visitId],
      recordIds: [],
      staffId,
      patientId,
      date,
      facts: { kind: 'dangling-reference' as const, reference, why, gone },
    };
  });
}

/** A requirement whose preferred carer is gone. */
export interface GoneWish {
  readonly requirementId: string;
  readonly regionId: string;
  readonly patientId: string;
  readonly staffId: string;
  readonly why: 'deleted' | 'inactive';
  readonly gone: Mark;
}

export function deriveGoneWishes(wishes: readonly GoneWish[]): DerivedConflict[] {
  return wishes.map(({ requirementId, regionId, patientId, staffId, why, gone }) => ({
    id: stableHash('dangling-reference', requirementId, 'preferred', staffId, gone.stamp),
    kind: 'dangling-reference',
    regionId,
    week: null,
    scopes: [regionId],
    visitIds: [],
    recordIds: [requirementId],
    staffId,
    patientId,
    date: null,
    facts: { kind: 'dangling-reference', reference: 'preferred', why, gone },
  }));
}
