/**
 * Where a plan stands. Never stored: stamps that are set once, and the other versions, say it.
 *
 *  CPL-STATUS    draft until signed; then upcoming, active, superseded by a later signed version, or ended
 *  CPL-DRAFT     only a draft changes
 *  CPL-START     a plan begins today or later
 *  CPL-SIGNED    only a signed plan ends, and once
 *  CPL-STALE     what is signed is what was shown
 */
import { compareText } from '../collections.ts';
import type { CarePlan } from './tables.ts';

export type PlanStatus = 'draft' | 'upcoming' | 'active' | 'superseded' | 'ended';

type Stamps = Pick<CarePlan, 'id' | 'signedAt' | 'startsOn' | 'endsOn' | 'endedAt'>;

/** Signed plans, the first signed first: each one replaces, from its first day on, whatever was signed before it. */
export function signedInOrder<T extends Stamps>(plans: readonly T[]): readonly T[] {
  return plans
    .filter(({ signedAt, startsOn }) => signedAt !== null && startsOn !== null)
    .sort((a, b) => compareText(a.signedAt ?? '', b.signedAt ?? '') || compareText(a.id, b.id));
}

/** `today`: a local date of the region. */
export function planStatus(plan: Stamps, all: readonly Stamps[], today: string): PlanStatus {
  const { startsOn } = plan;
  if (plan.signedAt === null || startsOn === null) return 'draft';
  if (plan.endedAt !== null && (plan.endsOn ?? '') < today) return 'ended';
  const signed = signedInOrder(all);
  const later = signed.slice(signed.findIndex(({ id }) => id === plan.id) + 1);
  const begun = startsOn > today ? startsOn : today;
  if (later.some((next) => (next.startsOn ?? '') <= begun)) return 'superseded';
  return startsOn > today ? 'upcoming' : 'active';
}

/** 1 for the first signed version; null for a draft. */
export function versionOf(plan: Stamps, all: readonly Stamps[]): number | null {
  const at = signedInOrder(all).findIndex(({ id }) => id === plan.id);
  return at < 0 ? null : at + 1;
}
