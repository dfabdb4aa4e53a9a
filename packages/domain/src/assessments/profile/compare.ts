/** What changed between two profiles of one patient. */
import {
  CAP_LEVELS,
  type CapId,
  type Finding,
  NEEDS,
  type NeedId,
  type PatientNeedsProfile,
  SAFETY_FLAGS,
  type SafetyFlagId,
} from '@fieldfare/engine-bundles';

/** `worse` and `better` are about need; `told` and `lost`: known on one side only. */
export type Direction = 'worse' | 'better' | 'other' | 'told' | 'lost';

export interface ProfileChange {
  readonly kind: 'need' | 'cap' | 'flag';
  readonly id: NeedId | CapId | SafetyFlagId;
  readonly before: number | string | boolean | null;
  readonly after: number | string | boolean | null;
  readonly direction: Direction;
}

/** Needs of which more is better. */
const STRENGTHS: ReadonlySet<NeedId> = new Set(['rehab', 'primaryHelper', 'internet', 'techReadiness']);
/** Needs whose values have no order. */
const UNORDERED: ReadonlySet<NeedId> = new Set(['rurality', 'ageBand']);

function directionOf(before: number | null, after: number | null, moreIsBetter: boolean): Direction {
  if (before === null) return 'told';
  if (after === null) return 'lost';
  return after > before === moreIsBetter ? 'better' : 'worse';
}

export function compareProfiles(before: PatientNeedsProfile, after: PatientNeedsProfile): readonly ProfileChange[] {
  const changes: ProfileChange[] = [];
  const note = (
    kind: ProfileChange['kind'],
    id: ProfileChange['id'],
    [old, now]: readonly [Finding<number | string | boolean>, Finding<number | string | boolean>],
    rank: ((value: number | string | boolean) => number) | null,
    moreIsBetter = false,
  ): void => {
    if (old.value === now.value) return;
    const ranked = (value: number | string | boolean | null): number | null =>
      value === null ? null : (rank?.(value) ?? 0);
    const unordered = rank === null && old.value !== null && now.value !== null;
    changes.push({
      kind,
      id,
      before: old.value,
      after: now.value,
      direction: unordered ? 'other' : directionOf(ranked(old.value), ranked(now.value), moreIsBetter),
    });
  };
  for (const id of Object.keys(NEEDS) as NeedId[]) {
    note('need', id, [before.needs[id], after.needs[id]], UNORDERED.has(id) ? null : Number, STRENGTHS.has(id));
  }
  for (const id of Object.keys(CAP_LEVELS) as CapId[]) {
    const levels: readonly string[] = CAP_LEVELS[id];
    note('cap', id, [before.caps[id], after.caps[id]], (value) => levels.indexOf(String(value)));
  }
  for (const id of SAFETY_FLAGS) note('flag', id, [before.safetyFlags[id], after.safetyFlags[id]], Number);
  return changes;
}
