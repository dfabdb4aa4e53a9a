/** Random profiles for tests and measurements, from a seed; unknown values and contradictions included. */
import { seededRandom } from '@fieldfare/kernel';
import {
  AGE_BANDS,
  CAP_LEVELS,
  type CapId,
  type CapLevel,
  type ClinicalOrder,
  type Finding,
  NEEDS,
  type NeedId,
  type NeedValues,
  ORDER_KINDS,
  type PatientNeedsProfile,
  RURALITIES,
  SAFETY_FLAGS,
  unknownFinding,
} from '../src/profile.ts';

const known = <T>(code: string, value: T): Finding<T> => ({
  value,
  status: 'provisional',
  provenance: [{ kind: 'item', code, value: value as never }],
  missing: [],
});

/** `unknownShare`: how often a value is missing. */
export function generateProfile(seed: number, unknownShare = 0.1): PatientNeedsProfile {
  const random = seededRandom(seed);
  const int = (least: number, most: number): number => least + Math.floor(random.float() * (most - least + 1));
  const finding = <T>(code: string, draw: () => T): Finding<T> =>
    random.float() < unknownShare ? unknownFinding(code) : known(code, draw());
  const needs = Object.fromEntries(
    (Object.keys(NEEDS) as NeedId[]).map((id) => {
      const { range } = NEEDS[id];
      if (id === 'rurality') return [id, finding(id, () => RURALITIES[int(0, 2)])];
      if (id === 'ageBand') return [id, finding(id, () => AGE_BANDS[int(0, AGE_BANDS.length - 1)])];
      return [id, finding<number | boolean>(id, () => (range ? int(...range) : random.float() < 0.4))];
    }),
  ) as unknown as PatientNeedsProfile['needs'];
  const caps = Object.fromEntries(
    (Object.keys(CAP_LEVELS) as CapId[]).map((id) => {
      const levels = CAP_LEVELS[id];
      return [id, finding(id, () => levels[random.float() < 0.6 ? 0 : int(0, levels.length - 1)])];
    }),
  ) as unknown as PatientNeedsProfile['caps'];
  const safetyFlags = Object.fromEntries(
    SAFETY_FLAGS.map((id) => [id, finding(id, () => (random.float() < 0.8 ? 0 : int(0, 3)))]),
  ) as PatientNeedsProfile['safetyFlags'];
  const orders = ORDER_KINDS.flatMap((kind): ClinicalOrder[] =>
    random.float() < 0.25 ? [{ kind, visitsPerWeek: random.float() < 0.5 ? null : int(1, 14), provenance: [] }] : [],
  );
  return { needs, caps, safetyFlags, orders, assessedOn: '2026-11-02' };
}

const stated = <T>(value: T): Finding<T> => ({ value, status: 'recorded', provenance: [], missing: [] });

/** Everything unknown but what is given. */
export function profileWith(
  needs: Partial<NeedValues>,
  caps: { readonly [Id in CapId]?: CapLevel<Id> } = {},
  more: Partial<Pick<PatientNeedsProfile, 'orders' | 'safetyFlags'>> = {},
): PatientNeedsProfile {
  const blank = generateProfile(1, 1);
  const fill = (base: object, given: object): object =>
    Object.fromEntries(
      Object.keys(base).map((id) => {
        const value = (given as Record<string, unknown>)[id];
        return [id, value === undefined ? unknownFinding(id) : stated(value)];
      }),
    );
  return {
    needs: fill(blank.needs, needs) as PatientNeedsProfile['needs'],
    caps: fill(blank.caps, caps) as PatientNeedsProfile['caps'],
    safetyFlags: more.safetyFlags ?? blank.safetyFlags,
    orders: more.orders ?? [],
    assessedOn: '2026-11-02',
  };
}
