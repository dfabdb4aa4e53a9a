/**
 * One visit in hand, by pointer or by keyboard: what every cell says to it, and where it hangs. Rows watch only their
 * own lane's slice. The cell under the pointer is not state: it changes sixty times a second and is painted directly.
 */
import type { AlongPlace, BoardPair, BoardVisit, CellFeasibility } from '@fieldfare/domain';
import type { LocalDate, Result } from '@fieldfare/kernel';
import { shortDate } from '../lib/format.ts';

export type Fit = 'good' | 'warn' | 'blocked';

export interface CellFit {
  readonly fit: Fit;
  readonly cell: CellFeasibility;
}

export interface Carried {
  readonly visit: BoardVisit;
  /** Half a pair without the other half. */
  readonly alone: boolean;
  readonly by: 'pointer' | 'keyboard';
  /** Resolves when every cell has been judged. */
  readonly judged: Promise<Result<void>>;
}

export interface Carry {
  begin(visit: BoardVisit, by: Carried['by'], alone?: boolean): void;
  /** Lets go of the other half of a pair, or takes it along again. Nothing to any other visit. */
  setAlone(alone: boolean): void;
  end(): void;
  current(): Carried | null;
  /** Ids of the visits in hand: the carried one, and the one that goes along when its time or day changes. */
  inHand(): readonly string[];
  /** Day by day for one lane; null while nothing is carried or judged. */
  lane(staffId: string): readonly (CellFit | undefined)[] | null;
  at(staffId: string, date: LocalDate): CellFit | undefined;
  subscribe(listener: () => void): () => void;
}

/** Whether another carer's visit goes along with this one (`PAIR-ALONG`). */
export const isPaired = (visit: BoardVisit): visit is BoardVisit & { readonly pair: BoardPair } =>
  visit.pair?.status === 'whole';

/** What becomes of the other carer's visit. */
export const alongSentence = ({ pair }: BoardVisit, along: AlongPlace | null): string | null =>
  along && `${pair?.name ?? 'The other carer'} goes along: ${shortDate(along.date)} at ${along.start}`;

/** What the label beside a carried visit says of the other carer's. */
export function pairWords({ visit, by, alone }: Carried, fit: CellFit | undefined): string | null {
  if (!isPaired(visit)) return null;
  if (alone) return `This visit alone; ${visit.pair.name ?? 'the other carer'} stays`;
  if (!fit) return null;
  const how = by === 'pointer' ? ' (hold Shift: this visit alone)' : '';
  return `${alongSentence(visit, fit.cell.along) ?? `${visit.pair.name ?? 'The other carer'} stays`}${how}`;
}

export function fitOf(cell: CellFeasibility): Fit {
  if (cell.start === null || cell.violations.some((violation) => violation.severity === 'block')) return 'blocked';
  return cell.violations.length > 0 ? 'warn' : 'good';
}

export function createCarry(deps: {
  readonly dates: () => readonly LocalDate[];
  readonly judge: (visitId: string, alone: boolean) => Promise<Result<readonly CellFeasibility[]>>;
}): Carry {
  const listeners = new Set<() => void>();
  let carried: Carried | null = null;
  let inHand: readonly string[] = [];
  let byLane = new Map<string, (CellFit | undefined)[]>();

  const emit = (): void => {
    for (const listener of listeners) listener();
  };

  function hold(visit: BoardVisit, by: Carried['by'], alone: boolean): void {
    byLane = new Map();
    const judged = deps.judge(visit.id, alone).then((result): Result<void> => {
      if (!result.ok) return result;
      // Put down meanwhile, or asked for otherwise.
      if (carried?.visit.id !== visit.id || carried.alone !== alone) return { ok: true, value: undefined };
      const days = new Map(deps.dates().map((date, day) => [date, day]));
      for (const cell of result.value) {
        const day = days.get(cell.date);
        if (day === undefined) continue;
        let lane = byLane.get(cell.staffId);
        if (!lane) {
          lane = Array.from({ length: 7 });
          byLane.set(cell.staffId, lane);
        }
        lane[day] = { fit: fitOf(cell), cell };
      }
      emit();
      return { ok: true, value: undefined };
    });
    carried = { visit, by, alone, judged };
    inHand = isPaired(visit) && !alone ? [visit.id, visit.pair.visitId] : [visit.id];
    emit();
  }

  return {
    begin: (visit, by, alone = false) => hold(visit, by, alone && isPaired(visit)),
    setAlone(alone) {
      if (!carried || carried.alone === alone || !isPaired(carried.visit)) return;
      hold(carried.visit, carried.by, alone);
    },
    end() {
      if (!carried) return;
      carried = null;
      inHand = [];
      byLane = new Map();
      emit();
    },
    current: () => carried,
    inHand: () => inHand,
    lane: (staffId) => byLane.get(staffId) ?? null,
    at: (staffId, date) => byLane.get(staffId)?.[deps.dates().indexOf(date)],
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
