/** What was agreed with partners, by index: partners in the order of the input. */
import type { RuleId, RuleLevel, WeekProblem } from './problem.ts';

/** No limit: above any minutes that can be booked. */
export const UNLIMITED = 2 ** 30;

export interface PartnerLists {
  /** By staff; -1: our own, or nothing was agreed. */
  readonly staffAgreed: Int32Array;
  /** By staff: the first minute that is not too soon. 0: any. */
  readonly staffEarliest: Int32Array;
  /** By partner. */
  readonly partnerMost: Int32Array;
  readonly partnerStaff: readonly Int32Array[];
  /** By visit: the partner that has it in the input, -1: none. It needs no notice. */
  readonly visitAgreed: Int32Array;
}

export function partnerListsOf(
  problem: WeekProblem,
  levels: Readonly<Record<RuleId, RuleLevel>>,
  staffIndex: ReadonlyMap<string, number>,
) {
  const { staff, visits, partners = [] } = problem;
  const index = new Map(partners.map(({ id }, at) => [id, at]));
  const staffAgreed = Int32Array.from(staff, ({ partnerId }) =>
    partnerId === undefined ? -1 : (index.get(partnerId) ?? -1),
  );
  const asksContract = levels['SCH-CONTRACT'] !== 'off' && partners.some(({ services }) => services !== undefined);
  const lists: PartnerLists = {
    staffAgreed,
    staffEarliest: staffAgreed.map((partner) =>
      levels['SCH-NOTICE'] === 'off' ? 0 : (partners[partner]?.earliest ?? 0),
    ),
    partnerMost: Int32Array.from(partners, ({ capacityMinutes }) =>
      levels['SCH-PARTNER-CAPACITY'] === 'off' ? UNLIMITED : (capacityMinutes ?? UNLIMITED),
    ),
    partnerStaff: partners.map((_, partner) =>
      Int32Array.from([...staffAgreed.keys()].filter((member) => staffAgreed[member] === partner)),
    ),
    visitAgreed: Int32Array.from(visits, ({ placed }) =>
      placed === null ? -1 : (staffAgreed[staffIndex.get(placed.staffId) ?? -1] ?? -1),
    ),
  };
  return {
    lists,
    asksContract,
    /** By staff, 1: the partner is not contracted for it. */
    uncontractedFor: (service: string): Uint8Array =>
      Uint8Array.from(staffAgreed, (partner) => {
        const services = asksContract && service !== '' ? partners[partner]?.services : undefined;
        return Number(services !== undefined && !services.includes(service));
      }),
  };
}
