/** How many carers come to a visit, and how two go together: `2`, `2 after 30-60`; one: `1` or nothing. */
import type { Pairing } from '@fieldfare/domain/tables';
import { bad, type Cell, good } from './cells.ts';

export const PAIRING_FORMAT =
  '1 (also when left out); 2: two carers together; "2 after 30-60": the second 30 to 60 minutes after the first has left';

const TEXT = /^([12])(?:\s+(?:after|après)\s+(\d{1,3})\s*[-–]\s*(\d{1,3}))?$/i;
const MOST_MINUTES = 480;

export function readPairing(cell: string): Cell<Pairing | null> {
  const [, carers, least, most] = TEXT.exec(cell.trim()) ?? [];
  if (carers === '1' && least === undefined) return good(null);
  if (carers !== '2') return bad(PAIRING_FORMAT);
  if (least === undefined) return good({ kind: 'together' });
  const [leastMinutes, mostMinutes] = [Number(least), Number(most)];
  if (mostMinutes > MOST_MINUTES || leastMinutes > mostMinutes) {
    return bad(`a gap of at most ${MOST_MINUTES} minutes, the shorter one first`);
  }
  return good({ kind: 'after', leastMinutes, mostMinutes });
}

export const writePairing = (pairing: Pairing | null): string =>
  pairing === null ? '' : pairing.kind === 'together' ? '2' : `2 after ${pairing.leastMinutes}-${pairing.mostMinutes}`;
