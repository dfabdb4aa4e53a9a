/**
 * One visit in hand, by pointer or by keyboard: what every cell says to it, and where it hangs. Rows watch only their
 * own lane's slice. The cell under the pointer is not state: it changes sixty times a second and is painted directly.
 */
import type { BoardVisit, CellFeasibility } from '@fieldfare/domain';
import type { LocalDate, Result } from '@fieldfare/kernel';

export type Fit = 'good' | 'warn' | 'blocked';

export interface CellFit {
  readonly fit: Fit;
  readonly cell: CellFeasibility;
}

export interface Carried {
  readonly visit: BoardVisit;
  readonly by: 'pointer' | 'keyboard';
  /** Resolves when every cell has been judged. */
  readonly judged: Promise<Result<void>>;
}

export interface Carry {
  begin(visit: BoardVisit, by: Carried['by']): void;
  end(): void;
  current(): Carried | null;
  /** Day by day for one lane; null while nothing is carried or judged. */
  lane(staffId: string): readonly (CellFit | undefined)[] | null;
  at(staffId: string, date: LocalDate): CellFit | undefined;
  subscribe(listener: () => void): () => void;
}

export function fitOf(cell: CellFeasibility): Fit {
  if (cell.start === null || cell.violations.some((violation) => violation.severity === 'block')) return 'blocked';
  return cell.violations.length > 0 ? 'warn' : 'good';
}

export function createCarry(deps: {
  readonly dates: () => readonly LocalDate[];
  readonly judge: (visitId: string) => Promise<Result<readonly CellFeasibility[]>>;
}): Carry {
  const listeners = new Set<() => void>();
  let carried: Carried | null = null;
  let byLane = new Map<string, (CellFit | undefined)[]>();

  const emit = (): void => {
    for (const listener of listeners) listener();
  };

  return {
    begin(visit, by) {
      byLane = new Map();
      const judged = deps.judge(visit.id).then((result): Result<void> => {
        if (!result.ok) return result;
        if (carried?.visit.id !== visit.id) return { ok: true, value: undefined }; // put down meanwhile
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
      carried = { visit, by, judged };
      emit();
    },
    end() {
      if (!carried) return;
      carried = null;
      byLane = new Map();
      emit();
    },
    current: () => carried,
    lane: (staffId) => byLane.get(staffId) ?? null,
    at: (staffId, date) => byLane.get(staffId)?.[deps.dates().indexOf(date)],
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
