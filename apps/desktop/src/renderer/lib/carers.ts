/** How many carers come to a visit, as a choice. */
import type { RequirementFields } from '@fieldfare/domain';

export type Pairing = NonNullable<RequirementFields['pairing']>;
export type Carers = 'one' | Pairing['kind'];

const USUAL_GAP = { kind: 'after', leastMinutes: 0, mostMinutes: 60 } as const;

export const carersOf = (pairing: Pairing | null | undefined): Carers => pairing?.kind ?? 'one';

export const pairingOf = (carers: Carers): Pairing | null =>
  carers === 'one' ? null : carers === 'together' ? { kind: 'together' } : USUAL_GAP;
