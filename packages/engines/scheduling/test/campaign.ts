/**
 * Weeks of every kind by number: few and many carers, tangled ones, rush hours, breaks, pairs, rest. Each is planned from the
 * tray, planned again with everything free to move, and mended after a few visits lost their carers.
 */
import { unwrap } from '@fieldfare/kernel';
import { autoAssign } from '../src/auto-assign.ts';
import { compileWeek } from '../src/compile.ts';
import { createPlan, type Plan } from '../src/plan.ts';
import { replan } from '../src/replan.ts';
import { violationsOfPlan } from '../src/validate.ts';
import { type GenerateOptions, generateWeek } from './generate.ts';

const MOVES = 8_000;
/** Visits that lose their carers. */
const SICK = 3;
const MESS = [0, 0, 0.1, 0.4] as const;

const optionsOf = (seed: number): GenerateOptions => ({
  seed,
  staff: 2 + (seed % 12),
  visits: 20 + ((seed * 7) % 120),
  days: 1 + (seed % 5),
  mess: MESS[seed % 4] as number,
  rushHours: seed % 2 === 0,
  buckets: seed % 3 !== 0,
  breaks: 0.3 + 0.1 * (seed % 7),
  paired: (seed % 5) * 0.15,
  restMinutes: seed % 2 === 1 ? 0 : 1050,
});

function finish(steps: Generator<unknown, unknown, never>): void {
  while (steps.next().done !== true);
}

/** What is wrong with week number `seed` in a few words; null: nothing. May also throw, or not end: both are defects. */
export function tryWeek(seed: number): string | null {
  const plan = createPlan(unwrap(compileWeek(generateWeek(optionsOf(seed)))));
  const tangled = new Set(violationsOfPlan(plan).map(({ visit }) => visit));
  const steps: readonly (readonly [name: string, run: (plan: Plan) => void])[] = [
    ['planned', () => finish(autoAssign(plan, { seed, moves: MOVES }))],
    ['planned again', () => finish(autoAssign(plan, { seed: seed + 1, moves: MOVES, free: placed(plan) }))],
    [
      'mended',
      () => {
        const affected = placed(plan).slice(0, SICK);
        for (const visit of affected) plan.remove(visit);
        // Beside what was tangled already, a visit less may tangle another.
        for (const { visit } of violationsOfPlan(plan)) tangled.add(visit);
        finish(replan(plan, { seed, affected }));
      },
    ],
  ];
  for (const [name, run] of steps) {
    run(plan);
    const [bad] = violationsOfPlan(plan).filter(({ visit }) => !tangled.has(visit));
    if (bad) return `${name}: visit ${bad.visit} breaks ${bad.violations.map(({ rule }) => rule).join(', ')}`;
  }
  return null;
}

const placed = ({ staffOf, compiled }: Plan): number[] =>
  Array.from(staffOf.keys()).filter((visit) => (staffOf[visit] as number) >= 0 && compiled.visitFixed[visit] === 0);
