/**
 * Placements that merging made wrong although each person placed rightly by what they saw. Pure. As with people who are
 * gone, only visits on or after the day of the decision that made the breach count.
 *
 *  CNF-SKILL       the carer's role may not deliver the visit's service: nobody may place so, but carer, service, the
 *                  carer's role and the service's roles are decided by different people
 *  CNF-CONTINUITY  visits of a requirement stand with other carers than the one that somebody has named as preferred
 *                  since; a requirement's week makes one conflict. Who places against a wish they know of does so knowingly
 */
import { stableHash } from '@fieldfare/kernel';
import { compareText, groupBy } from '../../collections.ts';
import { type DerivedConflict, type Mark, scopeOf } from './facts.ts';
import { liesBefore, type VisitOnDay } from './visit-day.ts';

interface Placement extends VisitOnDay {
  readonly staffId: string;
  readonly serviceCode: string;
  readonly carerSet: Mark;
}

export interface SkillCandidate extends Placement {
  readonly role: string;
  /** Does not hold `role`. */
  readonly roles: readonly string[];
  readonly serviceSet: Mark;
  readonly roleSet: Mark;
  readonly rolesSet: Mark;
}

export function deriveSkillBreaches(candidates: readonly SkillCandidate[]): DerivedConflict[] {
  return candidates.flatMap((candidate): DerivedConflict[] => {
    const { visitId, regionId, week, date, patientId, staffId, serviceCode, role, roles } = candidate;
    const marks = [
      { what: 'carer' as const, mark: candidate.carerSet },
      { what: 'service' as const, mark: candidate.serviceSet },
      { what: 'role' as const, mark: candidate.roleSet },
      { what: 'roles' as const, mark: candidate.rolesSet },
    ];
    const last = marks.reduce((a, b) => (b.mark.stamp > a.mark.stamp ? b : a));
    if (liesBefore(candidate, last.mark)) return [];
    return [
      {
        id: stableHash(
          'skill-breach',
          visitId,
          staffId,
          marks.map(({ mark }) => mark.stamp),
        ),
        kind: 'skill-breach',
        regionId,
        week,
        scopes: [scopeOf(regionId, week)],
        visitIds: [visitId],
        recordIds: [],
        staffId,
        patientId,
        date,
        facts: {
          kind: 'skill-breach',
          serviceCode,
          role,
          roles: roles.toSorted(compareText),
          what: last.what,
          cause: last.mark,
        },
      },
    ];
  });
}

export interface ContinuityCandidate extends Placement {
  readonly requirementId: string;
  /** Not `staffId`. */
  readonly preferredStaffId: string;
  /** Later than `carerSet`. */
  readonly wish: Mark;
}

export function deriveContinuityBreaches(candidates: readonly ContinuityCandidate[]): DerivedConflict[] {
  const counting = candidates.filter((candidate) => !liesBefore(candidate, candidate.wish));
  const groups = groupBy(counting, ({ requirementId, regionId, week }) => `${requirementId}/${regionId}/${week}`);
  return [...groups.values()].flatMap((group): DerivedConflict[] => {
    const visits = group.toSorted((a, b) => compareText(a.visitId, b.visitId));
    const [first] = visits;
    if (first === undefined) return [];
    const { requirementId, regionId, week, patientId, preferredStaffId, serviceCode, wish } = first;
    const dates = visits.map(({ date }) => date ?? first.lastDay).sort(compareText);
    return [
      {
        id: stableHash(
          'continuity-breach',
          requirementId,
          preferredStaffId,
          wish.stamp,
          visits.map(({ visitId, carerSet }) => [visitId, carerSet.stamp]),
        ),
        kind: 'continuity-breach',
        regionId,
        week,
        scopes: [scopeOf(regionId, week)],
        visitIds: visits.map(({ visitId }) => visitId),
        recordIds: [requirementId],
        staffId: preferredStaffId,
        patientId,
        date: dates[0] ?? null,
        facts: {
          kind: 'continuity-breach',
          requirementId,
          serviceCode,
          wish,
          visits: visits.map(({ visitId, staffId, carerSet }) => ({ visitId, staffId, ...carerSet })),
        },
      },
    ];
  });
}
