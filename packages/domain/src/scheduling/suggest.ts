/** Where one visit could go: every cell of the board for drag feedback, or the best places in order. */
import { candidates, type Insertion, insertionAt } from '@fieldfare/engine-scheduling';
import { daysOfWeek, fail, invariant, type LocalDate, localAt, problem, unwrap } from '@fieldfare/kernel';
import type { Context } from '../procedure.ts';
import type { Candidate, CellFeasibility } from './board.ts';
import type { VisitTarget } from './commands.ts';
import { alongPlace, cellJudge, isForbidden, type Move, sentencesOf } from './moves.ts';
import { standing } from './rules.ts';
import { readyForWeek } from './shards.ts';
import { currentVisit } from './states.ts';
import { reasonText } from './violations.ts';
import { onAnyDay, sharedWorkbench, type Workbench } from './workbench.ts';

/** Enough to choose from; the board shows the rest. */
const MOST_CANDIDATES = 12;

export interface Question {
  readonly bench: Workbench;
  /** Index of the visit in the compiled week. */
  readonly visit: number;
}

export async function ask(ctx: Context, input: VisitTarget, anyDay: boolean): Promise<Question> {
  unwrap(await readyForWeek(ctx, input));
  unwrap(standing(unwrap(currentVisit(ctx, input)).visit));
  const bench = await sharedWorkbench(ctx, input);
  const visit = bench.compiled.visitIndex.get(input.visitId);
  if (visit === undefined) {
    // Held by a carer this replica does not know: nothing can be said about it.
    return unwrap(fail(problem('not-found', 'this visit is with an unknown carer', { rule: 'SCH-VISIT' })));
  }
  if (!anyDay) return { bench, visit };
  const plan = onAnyDay(bench, bench.plan, visit);
  return { bench: { ...bench, plan, compiled: plan.compiled }, visit };
}

/** The carers who may be offered a visit. */
export function atWork({ rows, compiled }: Workbench): { readonly staffId: string; readonly staff: number }[] {
  return rows.people.flatMap(({ id, active, deletedAt }) => {
    const staff = compiled.staffIndex.get(id);
    return active && deletedAt === null && staff !== undefined ? { staffId: id, staff } : [];
  });
}

export async function feasibility(
  ctx: Context,
  input: VisitTarget & { readonly alone?: boolean | undefined },
): Promise<readonly CellFeasibility[]> {
  const { bench, visit } = await ask(ctx, input, true);
  const { compiled, rows } = bench;
  const { zone } = rows.region;
  const judge = cellJudge(bench, visit, input.alone ?? false);
  const windows = compiled.problem.visits[visit]?.startWindows ?? [];
  const days = daysOfWeek(input.week);
  invariant(windows.length === days.length, 'a visit that may go anywhere has a window on every day');
  return atWork(bench).flatMap(({ staffId, staff }) => {
    return days.map((date: LocalDate, day): CellFeasibility => {
      const window = windows[day];
      const move = window ? judge(staff, window) : null;
      return {
        staffId,
        date,
        start: move === null || isForbidden(move) ? null : localAt(move.start, zone).time,
        along: move && alongPlace(bench, move.along),
        violations: move ? sentencesOf(bench, move) : [],
      };
    });
  });
}

function toCandidate(bench: Workbench, insertion: Insertion, move: Move | null): Candidate | null {
  const person = bench.compiled.problem.staff[insertion.staff];
  if (!person) return null;
  return {
    staffId: person.id,
    name: bench.staffNameOf(person.id),
    role: person.role,
    ...((): Pick<Candidate, 'date' | 'start'> => {
      const { date, time } = localAt(insertion.start, bench.rows.region.zone);
      return { date, start: time };
    })(),
    match: insertion.match,
    travelMinutes: insertion.components.travelMinutes,
    reasons: insertion.reasons.map(reasonText),
    along: alongPlace(bench, move?.along ?? null),
    violations: move ? sentencesOf(bench, move) : [],
  };
}

/** Carers in whom nothing fits, where only warnings stand in the way: fewest first. */
function nearCandidates({ bench, visit }: Question, taken: ReadonlySet<number>): Candidate[] {
  const { plan, compiled } = bench;
  const windows = compiled.problem.visits[visit]?.startWindows ?? [];
  const judge = cellJudge(bench, visit, false);
  return atWork(bench)
    .filter(({ staff }) => !taken.has(staff))
    .flatMap(({ staff }) =>
      windows.flatMap((window) => {
        const move = judge(staff, window);
        if (move === null || isForbidden(move)) return [];
        const insertion = insertionAt(plan, visit, staff, move.start);
        const candidate = toCandidate(bench, insertion, move);
        return candidate ? [{ candidate, cost: insertion.cost, count: candidate.violations.length }] : [];
      }),
    )
    .sort((a, b) => a.count - b.count || a.cost - b.cost)
    .map(({ candidate }) => candidate);
}

interface Fitting {
  readonly candidate: Candidate;
  readonly staff: number;
}

/** Places that break no rule, best first, at most one a carer and day: the cheapest. */
export function fittingCandidates(bench: Workbench, visit: number, most: number): readonly Fitting[] {
  const open = new Set(atWork(bench).map(({ staff }) => staff));
  const seen = new Set<string>();
  return candidates(bench.plan, visit)
    .filter(({ staff }) => open.has(staff))
    .flatMap((insertion) => {
      const candidate = toCandidate(bench, insertion, null);
      const cell = candidate ? `${candidate.staffId}/${candidate.date}` : '';
      if (!candidate || seen.has(cell)) return [];
      seen.add(cell);
      return [{ candidate, staff: insertion.staff }];
    })
    .slice(0, most);
}

/** Best first: places that break no rule, then, when those are few, places that only warnings speak against. */
export async function suggest(ctx: Context, input: VisitTarget): Promise<readonly Candidate[]> {
  const question = await ask(ctx, input, false);
  const fitting = fittingCandidates(question.bench, question.visit, MOST_CANDIDATES);
  const best = fitting.map(({ candidate }) => candidate);
  if (best.length >= MOST_CANDIDATES) return best;
  const near = nearCandidates(question, new Set(fitting.map(({ staff }) => staff)));
  return [...best, ...near.slice(0, MOST_CANDIDATES - best.length)];
}
